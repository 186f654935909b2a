"""Work of this page that may take long: begun once, with a bar and a way out, then its result."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import streamlit as st

from app.background import works
from diagnostics.background_work import Progress

#: How often the bar is drawn anew, and how long quick work is waited for, in seconds.
GLANCE, PATIENCE = 0.5, 1.5
#: What this session stopped last, and what is said of it.
STOPPED = "try_stopped"
NOTHING_KEPT = "Stopped before the end: nothing of it was kept."

Task = Callable[[Progress], Any]


def result_at_once(key: Hashable, task: Task, words: str) -> Any | None:
    """What work finds that is begun by looking; None while it goes on, with its bar."""
    if works().get(key) is None:
        if st.session_state.get(STOPPED) == key:
            st.text(NOTHING_KEPT)
            st.button(
                "Begin again",
                key="try_again",
                icon=":material/play_arrow:",
                on_click=_begin,
                args=(key, task),
            )
            return None
        _begin(key, task)
    return _result(key, words)


def result_on_request(
    key: Hashable, task: Task, *, button: str, words: str, name: str = "", hint: str | None = None
) -> Any | None:
    """What work finds that somebody has to ask for; None before and while it goes on.

    `name` tells two such buttons apart; `hint` is behind the button.
    """
    work = works().get(key)
    if work is None or work.failure:
        if work is not None:
            st.text(f"{work.failure} {work.hint}".strip())
        elif st.session_state.get(STOPPED) == key:
            st.text(NOTHING_KEPT)
        st.button(
            button,
            key=f"try_begin{name}",
            type="secondary" if name else "primary",
            icon=":material/casino:" if name else ":material/play_arrow:",
            help=hint,
            on_click=_begin,
            args=(key, task),
        )
        return None
    return _result(key, words, name)


def _begin(key: Hashable, task: Task) -> None:
    st.session_state.pop(STOPPED, None)
    work = works().start(key, task)
    if work.wait(PATIENCE) and work.was_cancelled:  # what was stopped just before came to its end
        works().start(key, task).wait(PATIENCE)


def _result(key: Hashable, words: str, name: str = "") -> Any | None:
    work = works().get(key)
    if work is None:
        return None
    if not work.is_over:
        st.fragment(_bar, run_every=GLANCE)(key, words, name)
        return None
    if work.failure:
        st.text(f"{work.failure} {work.hint}".strip())
        return None
    return work.result


def _bar(key: Hashable, words: str, name: str) -> None:
    work = works().get(key)
    if work is None or work.is_over:
        st.rerun()
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.progress(work.share, text=f"{words} {work.share:.0%}")
        if st.button("Stop asking", key=f"try_stop{name}", icon=":material/close:"):
            st.session_state[STOPPED] = key
            work.cancel()
            work.wait(2)
            st.rerun()
