"""Work that may take long: begun once for the whole process, with a bar and a way out."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from diagnostics.models.jobs import Progress, Work, Works

#: How often a bar is drawn anew, and how long quick work is waited for, in seconds.
GLANCE, PATIENCE = 0.5, 1.5
#: What this session stopped last, and what is said of it.
STOPPED = "try_stopped"
NOTHING_KEPT = "Stopped before the end: nothing of it was kept."

Task = Callable[[Progress], Any]


@dataclass(frozen=True)
class WayOut:
    """The button that stops work: what it says and its key.

    `noted` is what the session remembers of it, by key; `wait` is how many seconds the work has for
    coming to its next step before the page is drawn anew.
    """

    words: str
    key: str
    noted: Mapping[str, Hashable] = field(default_factory=dict)
    wait: float = 2.0


@st.cache_resource
def works() -> Works:
    """The pieces of work by what they are about, whoever asked for them."""
    return Works()


def begin(key: Hashable, task: Task) -> None:
    """Begin work in a thread of its own; what is quick is there at once."""
    work = works().start(key, task)
    if work.wait(PATIENCE) and work.was_cancelled:  # what was stopped just before came to its end
        works().start(key, task).wait(PATIENCE)


def watch(key: Hashable, words: str, out: WayOut) -> None:
    """The bar of work that is under way, drawn anew until it is over; then the page is, too."""
    st.fragment(_watch, run_every=GLANCE)(key, words, out)


def _watch(key: Hashable, words: str, out: WayOut) -> None:
    work = works().get(key)
    if work is None or work.is_over:
        st.rerun()
        return
    bar(work, f"{words} {work.share:.0%}", out)


def bar(work: Work, text: str, out: WayOut) -> None:
    """How far work is, as it is now, beside the way out."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.progress(work.share, text=text)
        if st.button(out.words, key=out.key, icon=":material/close:"):
            for name, value in out.noted.items():
                st.session_state[name] = value
            work.cancel()
            work.wait(out.wait)
            st.rerun()


def show_failure(work: Work) -> None:
    """Why work came to nothing; its words may come from a model's own code: shown as text."""
    st.text(f"{work.failure} {work.hint}".strip())


def result_at_once(key: Hashable, task: Task, words: str) -> Any | None:
    """What work finds that is begun by looking; None while it goes on, with its bar."""
    if works().get(key) is None:
        if st.session_state.get(STOPPED) == key:
            st.text(NOTHING_KEPT)
            st.button(
                "Begin again",
                key="try_again",
                icon=":material/play_arrow:",
                on_click=_begin_anew,
                args=(key, task),
            )
            return None
        _begin_anew(key, task)
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
            show_failure(work)
        elif st.session_state.get(STOPPED) == key:
            st.text(NOTHING_KEPT)
        st.button(
            button,
            key=f"try_begin{name}",
            type="secondary" if name else "primary",
            icon=":material/casino:" if name else ":material/play_arrow:",
            help=hint,
            on_click=_begin_anew,
            args=(key, task),
        )
        return None
    return _result(key, words, name)


def _begin_anew(key: Hashable, task: Task) -> None:
    st.session_state.pop(STOPPED, None)
    begin(key, task)


def _result(key: Hashable, words: str, name: str = "") -> Any | None:
    work = works().get(key)
    if work is None:
        return None
    if not work.is_over:
        watch(key, words, WayOut("Stop asking", f"try_stop{name}", noted={STOPPED: key}))
        return None
    if work.failure:
        show_failure(work)
        return None
    return work.result
