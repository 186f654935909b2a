"""How much each parameter mattered as bars, and the mean scores of a pair of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from app.frame import session
from app.runs.chart import picking_chart
from app.runs.parameters.cached import Analysis
from diagnostics.charts.parameters import PICK, importance_bars, pair_heatmap
from diagnostics.runs.parameters.effects import Importance, pair_means
from diagnostics.workspace.parameters import short_names


def show_importance(known: Analysis) -> None:
    """The bars on the left, the means of a pair on the right."""
    names = known.order
    has_bars = known.weights.method != "none"
    if not has_bars and len(names) < 2:
        return
    left, right = st.columns(2, gap="large") if has_bars else (None, st.container())
    if left is not None:
        with left:
            _show_bars(known)
    if len(names) > 1:
        with right:
            _show_pair(known)


def _show_bars(known: Analysis) -> None:
    st.subheader("Importance", anchor=False)
    exact = known.weights.method == "grid"
    description = (
        "Shares of the variance between the runs, exact on a full grid (functional analysis of "
        "variance); blue is a parameter alone, grey a pair beyond that. They hold for the values "
        "that were tried."
        if exact
        else "What mixing up a parameter costs a random forest on runs it has not seen, as a share "
        "of what all cost."
    )
    st.altair_chart(
        importance_bars(known.weights), key="effects_bars",
        on_select=partial(_pick_bar, known), selection_mode=PICK, alt=description,
    )  # fmt: skip
    st.caption(description)


def _pick_bar(known: Analysis) -> None:
    """A click on a bar chooses the pair of the heat map."""
    picked = st.session_state["effects_bars"]["selection"].get(PICK) or []
    blocks = dict(
        zip(known.weights.shares["name"], known.weights.shares["parameters"], strict=True)
    )
    parts = str(picked[0].get("name", "")).split(" × ") if picked else []
    chosen = [_weightiest(known, blocks[part]) for part in parts if part in blocks]
    if len(chosen) == 2 and all(chosen):
        session.choose(effects_first=chosen[0], effects_second=chosen[1])


def _show_pair(known: Analysis) -> None:
    shorter = short_names(known.order)
    st.subheader("A pair of parameters", anchor=False)
    with st.container(horizontal=True):
        first = _choose_one("Across", known.order, _usual_pair(known)[0], "effects_first", shorter)
        others = [name for name in known.order if name != first]
        usual = next((name for name in _usual_pair(known) if name != first), others[0])
        second = _choose_one("Down", others, usual, "effects_second", shorter)
    cells = pair_means(known.trials, first, second)
    said = (
        f"Mean score of the runs at each combination of {len(cells):,} that were tried. A click "
        "picks the best run of one."
    )
    chart = pair_heatmap(cells, known.trials.metric, shorter[first], shorter[second])
    picking_chart(chart, said, key="effects_pair")


def _choose_one(
    label: str, names: Sequence[str], usual: str, key: str, shorter: Mapping[str, str]
) -> str:
    return st.selectbox(
        label,
        names,
        index=list(names).index(usual),
        format_func=lambda name: shorter.get(name, name),
        key=key,
        bind="query-params",
        width=200,
    )


def _blocks(weights: Importance) -> dict[str, tuple[str, ...]]:
    """The parameters behind each name: those that cannot be told apart share one."""
    return dict(zip(weights.shares["name"], weights.shares["parameters"], strict=True))


def _usual_pair(known: Analysis) -> tuple[str, str]:
    """The pair that interacts most, else the two weightiest parameters."""
    blocks = _blocks(known.weights)
    for first, second in zip(
        known.weights.pairs["first"], known.weights.pairs["second"], strict=True
    ):
        found = [_weightiest(known, blocks[name]) for name in (first, second)]
        if all(found):
            return found[0], found[1]
    return known.order[0], known.order[1]


def _weightiest(known: Analysis, block: Sequence[str]) -> str:
    """Of a block of parameters the one whose means lie furthest apart, "" if none can be shown."""
    return next((name for name in known.order if name in block), "")
