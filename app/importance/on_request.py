"""Asking a run's models on request: what it costs, how far it is, a way out, and what came out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from app.frame.jobs import WayOut, begin, show_failure, watch, works
from app.frame.workspaces import Place
from app.importance import cached
from app.widgets.missing import missing
from diagnostics.models.evaluated_inputs import Evaluated
from diagnostics.models.importance.cost import Cost, sampling_cost, shuffling_cost
from diagnostics.models.importance.on_request import Asking, groups_of
from diagnostics.models.importance.stored import Result
from diagnostics.models.jobs import Progress


@dataclass(frozen=True)
class _Words:
    """What a question is called on its button, in the sentence beside it and on its bar."""

    button: str
    sentence: str
    bar: str


_SHUFFLE = _Words(
    "Mix up and ask again",
    "Each feature is mixed up and the model is asked again what it says.",
    "Mixing up…",
)
_TAKE_OUT = _Words(
    "Take words out",
    "Each word is taken out of the texts and the model is asked again what it says.",
    "Taking words out…",
)
_MIX = _Words(
    "Mix rows and ask",
    "Values of some rows are put into others in random order and the model is asked each time.",
    "Asking about mixed rows…",
)
_BUILD_UP = _Words(
    "Take words out in turn",
    "Words are taken out of some texts in random order and the model is asked each time.",
    "Taking words out in turn…",
)


def answered(place: Place, question: Asking, slot: st.delta_generator.DeltaGenerator) -> Result:
    """What the models say, if it was asked before; else the page ends with how to ask."""
    known = cached.known(place, question)
    if known is not None:
        return known
    words = _words_of(question, cached.evaluated(place))
    key = cached.key(place, question)
    work = works().get(key)
    if work is not None and not work.is_over:
        watch(key, words.bar, WayOut("Stop", "importance_stop"))
        st.stop()
    if work is not None and work.failure:
        show_failure(work)
    with slot:
        st.button(
            words.button,
            type="primary",
            icon=":material/shuffle:",
            key="importance_ask",
            on_click=_begin,
            args=(place, question),
        )
    missing(words.sentence, _cost(place, question).words)
    st.stop()


def _words_of(question: Asking, evaluated: Evaluated) -> _Words:
    is_text = evaluated.form == "texts"
    if question.method == "contributions":
        return _BUILD_UP if is_text else _MIX
    return _TAKE_OUT if is_text else _SHUFFLE


@st.cache_data(max_entries=64, show_spinner="Trying how long it takes…")
def _cost(place: Place, question: Asking) -> Cost:
    evaluated = cached.evaluated(place)
    if question.method == "contributions":
        return sampling_cost(evaluated)
    groups = [] if evaluated.form == "texts" else groups_of(evaluated, question.grouped)
    return shuffling_cost(evaluated, groups, question.metric)


def _begin(place: Place, question: Asking) -> None:
    begin(cached.key(place, question), _task(place, question))


def _task(place: Place, question: Asking) -> Callable[[Progress], bool]:
    ask = cached.asks(place, question)

    def task(progress: Progress) -> bool:
        ask(lambda share, _: progress(share))
        return True

    return task
