"""What the Examples page lists: the ranking and what it is narrowed to, all of it in the link."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from app.examples import cached, slices
from app.examples.filters import restrictions, start_over
from app.frame import session, workspaces
from app.widgets.labels import shown_label
from diagnostics import Evidence, Filter, Run
from diagnostics.examples.rankings import offered_rankings
from diagnostics.workspace.reducers import By, Measure

NAMES: dict[By, str] = {
    "confident-mistakes": "Confident mistakes",
    "uncertain": "Uncertain",
    "nearly-right": "Nearly right",
    "confident-correct": "Confident and right",
    "all": "All",
    "moved": "Moved",
}
#: What the same are where there is no confidence to rank by.
PLAIN_NAMES: dict[By, str] = {
    "confident-mistakes": "Mistakes",
    "uncertain": "Uncertain",
    "nearly-right": "Nearly right",
    "confident-correct": "Right answers",
    "all": "All answers",
    "moved": "Moved",
}
MEASURES: tuple[Measure, ...] = ("margin", "entropy", "confidence")
#: The ranking's widget; in the link it is `by`, with the names that the command uses.
_RANKING = "examples_by"


@dataclass(frozen=True)
class Choice:
    """What to list, and of which run."""

    by: By
    where: Filter
    measure: Measure
    place: workspaces.Place


def controls(run: Run) -> Choice:
    """The bar on top: how to rank, and what to narrow the list to."""
    experiment, place = session.experiment(), session.place(run)
    labels = [label for label in experiment.labels if label]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        ranking = st.container(horizontal=True, width="content", vertical_alignment="bottom")
        true_label = _label("true", "True label", labels) if run.has(Evidence.TRUTH) else ""
        predicted = _label("predicted", "Predicted label", labels) if run.task != "entities" else ""
        split = _split(run)
        text = _search() if cached.content_columns(place).is_searchable else ""
        where = Filter(
            true_label=true_label or None,
            predicted_label=predicted or None,
            split=split or None,
            text=text or None,
            having=slices.chosen() or None,
            **restrictions(run, experiment),
        )
    with ranking:
        by = _ranking(run, where)
        measure = _measure(run, by)
    return Choice(by, where, measure, place)


def _search() -> str:
    words: str = st.text_input(
        "Search",
        key="q",
        bind="query-params",
        live=True,
        icon=":material/search:",
        placeholder="Words in the text",
        on_change=start_over,
        width=150,
    )
    return words


def _ranking(run: Run, where: Filter) -> By:
    if run.task == "entities":
        return "confident-mistakes"
    names = NAMES if run.has(Evidence.CONFIDENCE) else PLAIN_NAMES
    reasons = offered_rankings(run)
    if where.against is None:
        del reasons["moved"]
    offered = [by for by, reason in reasons.items() if not reason]
    usual = _usual(offered, where)
    asked = st.query_params.get("by") or st.session_state.get("by")
    st.session_state[_RANKING] = asked if asked in offered else usual
    chosen: By = st.segmented_control(  # type: ignore[assignment]
        "Ranking",
        offered,
        key=_RANKING,
        required=True,
        format_func=lambda by: names[by],
        on_change=_ranking_chosen,
        help=_not_offered(reasons),
    )
    _remember_ranking(chosen, is_default=chosen == usual)
    return chosen


def _usual(offered: list[By], where: Filter) -> By:
    """The ranking unless told otherwise: of what runs did to examples, right ones belong to it."""
    if where.against is not None and "moved" in offered:
        return "moved"
    if where.against is not None or where.across is not None:
        return "all"
    return offered[0]


def _ranking_chosen() -> None:
    _remember_ranking(st.session_state[_RANKING], is_default=False)
    start_over()


def _remember_ranking(by: By, *, is_default: bool) -> None:
    """In the link and for the session; a bound widget would put the words of its face there."""
    st.session_state["by"] = by
    if not is_default:
        st.query_params["by"] = by
    elif st.query_params.get("by", by) != by:  # each change is a step of the browser's Back
        del st.query_params["by"]


def _not_offered(reasons: dict[By, str]) -> str | None:
    """Which rankings are missing, and why."""
    lines = [f"{NAMES[by]}: not here, {reason}." for by, reason in reasons.items() if reason]
    return "\n\n".join(lines) or None


def _measure(run: Run, by: By) -> Measure:
    if by != "uncertain" or not run.has(Evidence.PROBABILITIES):
        return "margin"
    chosen: Measure = st.selectbox(
        "By",
        MEASURES,
        key="measure",
        bind="query-params",
        on_change=start_over,
        width=115,
    )
    return chosen


def _label(key: str, title: str, labels: list[str]) -> str:
    chosen: str = st.selectbox(
        title,
        ["", *labels],
        key=key,
        bind="query-params",
        format_func=lambda label: shown_label(label) if label else "any",
        on_change=start_over,
        width=126,
    )
    return chosen


def _split(run: Run) -> str:
    if len(run.splits) < 2:
        return ""
    chosen: str = st.selectbox(
        "Split",
        ["", *(split for split in run.splits if split != run.split)],
        key="split",
        bind="query-params",
        format_func=lambda split: split or run.split,
        on_change=start_over,
        width=130,
    )
    return chosen
