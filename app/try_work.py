"""Work of this page that may take long: begun once, with a bar and a way out, then its result."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import streamlit as st

from app.background import works
from diagnostics.background_work import Progress

#: How often the bar is drawn anew, and how long quick work is waited for, in seconds.
GLANCE, PATIENCE = 0.5, 1.5

Task = Callable[[Progress], Any]


def result_at_once(key: Hashable, task: Task, words: str) -> Any | None:
    """What work finds that is begun by looking; None while it goes on, with its bar."""
    work = works().get(key)
    if work is None:
        if st.session_state.get("try_stopped") == key:
            st.button("Look on", key="try_again", icon=":material/play_arrow:", on_click=_forget)
            return None
        work = works().start(key, task)
        work.wait(PATIENCE)
    return _result(key, words)


def result_on_request(key: Hashable, task: Task, *, button: str, words: str) -> Any | None:
    """What work finds that somebody has to ask for; None before and while it goes on."""
    work = works().get(key)
    if work is None or work.failure:
        if work is not None:
            st.text(f"{work.failure} {work.hint}".strip())
        st.button(
            button,
            key="try_begin",
            type="primary",
            icon=":material/play_arrow:",
            on_click=_begin,
            args=(key, task),
        )
        return None
    return _result(key, words)


def _begin(key: Hashable, task: Task) -> None:
    works().start(key, task).wait(PATIENCE)


def _forget() -> None:
    st.session_state.pop("try_stopped", None)


def _result(key: Hashable, words: str) -> Any | None:
    work = works().get(key)
    if work is None:
        return None
    if not work.is_over:
        st.fragment(_bar, run_every=GLANCE)(key, words)
        return None
    if work.failure:
        st.text(f"{work.failure} {work.hint}".strip())
        return None
    return work.result


def _bar(key: Hashable, words: str) -> None:
    work = works().get(key)
    if work is None or work.is_over:
        st.rerun()
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.progress(work.share, text=f"{words} {work.share:.0%}")
        if st.button("Stop", key="try_stop", icon=":material/close:"):
            st.session_state["try_stopped"] = key
            work.cancel()
            work.wait(2)
            st.rerun()
