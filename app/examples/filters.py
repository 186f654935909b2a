"""What the list of examples is narrowed to: the widgets that set it, and the words for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from app.examples import slices
from app.frame import session
from app.frame.links import ANSWERS
from app.widgets.labels import shown_label
from diagnostics import DiagnosticsError, Evidence, Experiment, Filter, Run
from diagnostics.charts import colours
from diagnostics.examples.slices import parse_slice
from diagnostics.predictions.completeness import knows_truth
from diagnostics.predictions.outcomes import ACROSS, OUTCOMES, WITHOUT_TRUTH, Across, Outcome
from diagnostics.workspace.scores import ranked_runs

#: What an outcome is called before the other run's name.
OUTCOME_WORDS: dict[Outcome, str] = {
    "fixed": "fixed since",
    "broken": "broken since",
    "both-wrong-same": "the same mistake as in",
    "both-wrong-different": "another mistake than in",
    "both-right": "right here and in",
    "agree": "the same answer as in",
    "disagree": "another answer than in",
}
ACROSS_WORDS: dict[Across, str] = {
    "never-right": "wrong in every run",
    "always-right": "right in every run",
    "only-this-right": "right only in this run",
    "only-this-wrong": "wrong only in this run",
}
_OUTCOMES_EXPLAINED = """What became of the old run's answer.

- fixed: wrong in the old run, right in this one
- broken: right in the old run, wrong in this one
- both-wrong-same, both-wrong-different: wrong in both, with the same or another label
- both-right: right in both
- agree, disagree: the same label in both or not, whatever the truth"""
_ACROSS_EXPLAINED = """What all runs that have the example say of it.

- never-right, always-right: wrong or right in every run
- only-this-right, only-this-wrong: in this run alone"""


@dataclass(frozen=True)
class Chip:
    """A restriction in words; `keys` are its names in the link, `fields` those in the filter."""

    name: str
    value: str
    keys: tuple[str, ...]
    fields: tuple[str, ...]
    colour: str = colours.OTHER

    @property
    def words(self) -> str:
        """All of it, as one part of a sentence."""
        return f"{self.name} {self.value}".strip()

    def taken_from(self, where: Filter) -> Filter:
        """The filter without this restriction."""
        return replace(where, **dict.fromkeys(self.fields))


def chips(where: Filter) -> list[Chip]:
    """What the list is narrowed to besides the split."""
    narrowing = []
    if where.true_label is not None:
        shown = shown_label(where.true_label)
        narrowing.append(Chip("true", shown, ("true",), ("true_label",), colours.TRUE_LABEL))
    if where.predicted_label is not None:
        shown = shown_label(where.predicted_label)
        narrowing.append(
            Chip("predicted", shown, ("predicted",), ("predicted_label",), colours.PREDICTED_LABEL)
        )
    bounds = _bounds_in_words(where.min_confidence, where.max_confidence)
    if bounds:
        fields = ("min_confidence", "max_confidence")
        narrowing.append(Chip("confidence", bounds, ("above", "below"), fields))
    if where.against is not None:
        name = OUTCOME_WORDS[where.outcome] if where.outcome else "compared with"
        narrowing.append(Chip(name, where.against, ("against", "outcome"), ("against", "outcome")))
    if where.across is not None:
        narrowing.append(Chip("", ACROSS_WORDS[where.across], ("across",), ("across",)))
    if where.text:
        narrowing.append(Chip("contains", where.text, ("q",), ("text",)))
    if where.having:
        narrowing.append(Chip(*_had(where.having), (slices.HAVING,), ("having",)))
    return narrowing


def _had(text: str) -> tuple[str, str]:
    """What the examples have, and of what; what a link has wrong as it is."""
    try:
        return parse_slice(text).words
    except DiagnosticsError:
        return "having", text


def _bounds_in_words(lower: float | None, upper: float | None) -> str:
    parts = []
    if lower is not None:
        parts.append(f"over {_percent(lower)}" if lower else f"from {_percent(lower)}")
    if upper is not None:
        parts.append(f"up to {_percent(upper)}")
    return " ".join(parts)


def _percent(share: float) -> str:
    return f"{100 * share:.6g}%"


def restrictions(run: Run, experiment: Experiment) -> dict[str, Any]:
    """The popover's: bounds of the confidence, and how the answers stand to those of other runs.

    Fields of a `Filter`; what the link has and does not fit this run is left out.
    """
    others = _other_runs(run, experiment)
    if not others and not run.has(Evidence.CONFIDENCE):
        return {}
    fields: dict[str, Any] = {}
    with st.popover("Filter", icon=":material/filter_alt:"):
        if run.has(Evidence.CONFIDENCE):
            fields |= _bounds()
        if others:
            fields |= _against(run, experiment, others)
            if knows_truth(run):
                fields["across"] = _choice("across", "All runs", ACROSS, help=_ACROSS_EXPLAINED)
    return {name: value for name, value in fields.items() if value not in (None, "")}


def _other_runs(run: Run, experiment: Experiment) -> list[str]:
    """The other runs with answers to hold this one's against, the best first."""
    if run.task != "classification":
        return []
    ranked = [experiment.run(name) for name in ranked_runs(experiment) if name != run.run]
    return [other.run for other in ranked if other.evidence & ANSWERS]


def _bounds() -> dict[str, float | None]:
    left, right = st.columns(2)
    with left:
        lower = _bound("above", "Confidence over")
    with right:
        upper = _bound("below", "up to")
    return {"min_confidence": lower, "max_confidence": upper}


def _bound(key: str, title: str) -> float | None:
    text: str = st.text_input(
        title,
        key=key,
        bind="query-params",
        placeholder="0 to 1",
        on_change=start_over,
    )
    try:
        share = float(text)
    except ValueError:
        return None
    return share if 0 <= share <= 1 else None


def _against(run: Run, experiment: Experiment, others: list[str]) -> dict[str, str]:
    if st.session_state.get("against", "") not in ("", *others):
        session.choose(against=None)
    chosen: str = st.selectbox(
        "Against the old run",
        ["", *others],
        key="against",
        bind="query-params",
        format_func=lambda name: name or "none",
        on_change=start_over,
        help="The run on top is the new one. Each answer is held against the old run's to the "
        "same example.",
    )
    if not chosen:
        return {}
    is_judged = knows_truth(run) or knows_truth(experiment.run(chosen))
    offered = OUTCOMES if is_judged else WITHOUT_TRUTH
    outcome = _choice("outcome", "Outcome", offered, help=_OUTCOMES_EXPLAINED)
    return {"against": chosen, "outcome": outcome}


def _choice(key: str, title: str, names: Sequence[str], *, help: str) -> str:
    """One of the names that stand in the link: a bound widget puts there what its face shows."""
    chosen: str = st.selectbox(
        title,
        ["", *names],
        key=key,
        bind="query-params",
        format_func=lambda name: name or "any",
        on_change=start_over,
        help=help,
    )
    return chosen


def clear(chip: Chip) -> None:
    """Take the restriction away again, from a callback."""
    if slices.HAVING in chip.keys:
        slices.choose("")
    else:
        session.choose(**dict.fromkeys(chip.keys, ""))
        start_over()


def start_over() -> None:
    """Another list begins at its first example."""
    session.choose(example="")
