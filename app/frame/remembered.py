"""What was chosen on a page comes back with it: a widget that is not drawn forgets its value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import streamlit as st

from app.frame.session import NARROWING

#: The choices by page and subject; under `_LINK` those that stood in the link, as they did.
_KEPT, _LINK = "kept_choices", "in the link"
#: The page on the screen, and whether it was another one before.
_PAGE, _ENTERED = "page_on_screen", "has_entered_page"
_RETURNS = "returns_to_page"


def note_page(title: str) -> None:
    """Which page is drawn now; the frame says so before each."""
    st.session_state[_ENTERED] = st.session_state.get(_PAGE) != title
    st.session_state[_PAGE] = title


@contextmanager
def choices_kept(of: str, keys: Sequence[str]) -> Iterator[None]:
    """Around the widgets with these keys: they show what they had when they were last drawn.

    The link comes first: a page that is entered through a link with any of the keys starts from
    that link alone. `of` names the page and what its choices are about.
    """
    kept: dict[str, Any] = st.session_state.setdefault(_KEPT, {}).setdefault(of, {})
    if st.session_state.get(_ENTERED, True):
        _enter(kept, keys)
    is_back = st.session_state.pop(_RETURNS, False)
    for key in keys:
        # What a widget had on an earlier visit may still be there, where the link overruled it.
        if key in kept and (is_back or not _is_known(key)):
            st.session_state[key] = kept[key]
    try:
        yield
    finally:  # another page is opened, and a page is ended, by an exception
        kept.update({key: st.session_state[key] for key in keys if key in st.session_state})
        link = {key: st.query_params.get_all(key) for key in keys if key in st.query_params}
        kept[_LINK] = link


def _is_known(key: str) -> bool:
    return key in st.session_state or key in st.query_params


def _enter(kept: dict[str, Any], keys: Sequence[str]) -> None:
    """The page is opened anew: by a link of its own, or without one, as the browser's Back does."""
    for name in NARROWING:  # of the list of examples that one comes from
        if name in st.query_params and name not in keys:
            del st.query_params[name]
    if any(key in st.query_params for key in keys):
        kept.clear()
    elif kept:
        # All at once, so that it is one step in the browser's history. After Back nothing but the
        # link can set a widget that is bound to it, hence the second run.
        st.query_params.update(kept[_LINK])
        st.session_state[_RETURNS] = True
        st.rerun()
