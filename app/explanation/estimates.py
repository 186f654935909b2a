"""Estimates of why, on request: what they cost, how far they are, and what came out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app.explanation import cached
from app.explanation.figure import explained
from app.explanation.words import agreement
from app.frame.jobs import GLANCE, WayOut, bar, works
from app.frame.workspaces import Place, experiment_and_run, trusts_pickles
from diagnostics import DiagnosticsError
from diagnostics.models.explanation.estimates import (
    Method,
    estimate_key,
    estimated_seconds,
    in_words,
)
from diagnostics.models.explanation.explain import is_available
from diagnostics.models.explanation.question import Question, question_about
from diagnostics.models.explanation.shap_values import trees_are_right
from diagnostics.models.explanation.stored_estimates import estimate_once, stored_estimate
from diagnostics.models.explanation.tree_shap import NoTrees, tree_explanation

if TYPE_CHECKING:
    from diagnostics.models.explanation.explanation import Explanation
    from diagnostics.models.jobs import Progress, Work

NAMES: dict[Method, str] = {"lime": "LIME", "shap": "SHAP"}
_HELP: dict[Method, str] = {
    "lime": "Asks the model about variations of this example and fits a linear stand-in to its "
    "answers, three times with different random numbers.",
    "shap": "Asks the model about mixtures of this example and others, and averages what each "
    "part adds over the orders in which the parts could come in.",
}


@dataclass(frozen=True)
class Asked:
    """A question that can be answered by sampling, with its key and cost for each method."""

    question: Question
    costs: dict[Method, str]


def show(place: Place, example: str, label: str | None, against: str | None) -> None:
    """A button for each method that fits the model; its bar while it works; what it found.

    Draws nothing where the model may not be asked: that is said above already.
    """
    try:
        asked = _asked(place, example, label, against)
    except DiagnosticsError:
        return
    begun = [_work(asked, method) for method in asked.costs]
    is_busy = any(work is not None and not work.is_over for work in begun)
    part = st.fragment(_part, run_every=GLANCE if is_busy else None)
    part(place, example, label, against, is_busy)


@st.cache_resource(max_entries=64, show_spinner=False)
def _asked(place: Place, example: str, label: str | None, against: str | None) -> Asked:
    experiment, run = experiment_and_run(place)
    question = question_about(
        experiment,
        run,
        example,
        root=Path(place.root),
        label=label,
        against=against,
        trust_pickles=trusts_pickles(),
    )
    methods: list[Method] = ["lime"] if _is_read(question) else ["lime", "shap"]
    return Asked(question, {method: _cost(method, question) for method in methods})


def _is_read(question: Question) -> bool:
    """Whether TreeExplainer's values are on the card already, or would be if shap was there."""
    if not is_available("shap"):
        return trees_are_right(question.model)
    try:
        tree_explanation(question)
    except NoTrees:
        return False
    return True


def _cost(method: Method, question: Question) -> str:
    if not is_available(method):
        return f"not installed: pip install {method}"
    try:
        return in_words(estimated_seconds(method, question))
    except DiagnosticsError as error:
        return error.message
    except Exception:  # noqa: BLE001 - a model's own code; what is wrong is said when it is asked
        return ""


def _work(asked: Asked, method: Method) -> Work | None:
    """What is under way or over, also what was kept when the dashboard was last open."""
    key = estimate_key(method, asked.question)
    work = works().get(key)
    if work is not None:
        return work
    kept = stored_estimate(method, asked.question)
    return None if kept is None else works().remember(key, kept)


def _part(
    place: Place, example: str, label: str | None, against: str | None, was_busy: bool
) -> None:
    asked = _asked(place, example, label, against)
    found = {method: _work(asked, method) for method in asked.costs}
    if was_busy and all(work is None or work.is_over for work in found.values()):
        st.rerun()  # for it need not look any more
    _buttons(asked, found)
    for method, work in found.items():
        if work is not None and not work.is_over:
            _under_way(method, work)
        elif work is not None and work.failure:
            st.text(f"{NAMES[method]}: {work.failure} {work.hint}".strip())
        elif work is not None and work.result is not None:
            _result(work.result, place, example, label, against)


def _buttons(asked: Asked, found: dict[Method, Work | None]) -> None:
    wanted = [method for method, work in found.items() if work is None or work.failure]
    if not wanted:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("By sampling, on request:", width="content")
        for method in wanted:
            cost = asked.costs[method]
            if st.button(
                f"Ask {NAMES[method]}" + (f" ({cost})" if cost and len(cost) < 30 else ""),
                key=f"sampling_{method}",
                icon=":material/casino:",
                help=f"{_HELP[method]} The first time it takes some seconds more.",
                disabled=not is_available(method),
            ):
                works().start(estimate_key(method, asked.question), _task(method, asked.question))
                st.rerun()


def _task(method: Method, question: Question) -> Callable[[Progress], Explanation]:
    return lambda progress: estimate_once(method, question, progress=progress)


def _under_way(method: Method, work: Work) -> None:
    step = f"asks the model… {work.share:.0%}" if work.share else "is being loaded…"
    out = WayOut("Cancel", f"sampling_cancel_{method}", wait=0)
    bar(work, f"{NAMES[method]} {step}", out)


def _result(
    result: Explanation, place: Place, example: str, label: str | None, against: str | None
) -> None:
    with st.container(border=True):
        st.markdown(f"**By {result.method.upper()}**")
        explained(result, example)
        usual = cached.explanation(place, example, label, against, "auto").explanation
        if usual is not None and usual.contributions and result.contributions:
            st.text(agreement(result, usual))
