"""The word, value or range that the list of examples is narrowed to; in the link it is `having`."""

from __future__ import annotations

import streamlit as st

from app.frame import session

#: Its name in the link and in the session.
HAVING = "having"


def chosen() -> str:
    """Its compact form, "" if there is none.

    No widget holds it: it is set by a click on what mistakes have in common, or on a group.
    """
    asked: str = st.query_params.get(HAVING) or st.session_state.get(HAVING) or ""
    _set(asked)
    return asked


def choose(text: str) -> None:
    """Narrow the list to it, or with "" no longer, from a callback."""
    _set(text)
    session.choose(example="")


def _set(text: str) -> None:
    st.session_state[HAVING] = text
    if text and st.query_params.get(HAVING) != text:
        st.query_params[HAVING] = text
    elif not text and HAVING in st.query_params:
        del st.query_params[HAVING]
