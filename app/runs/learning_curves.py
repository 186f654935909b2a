"""Score against the amount of data that configurations learnt from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app.frame import session, workspaces
from app.runs.chart import picking_chart
from app.runs.words import apart
from diagnostics import Experiment
from diagnostics.charts.training import COLOURED, curve_chart
from diagnostics.runs.learning_curves import (
    EXCLUSION,
    comparison_of,
    has_amounts,
    last_gains,
    learning_curve,
    learning_points,
)
from diagnostics.statistics.metric_names import metric_text
from diagnostics.workspace.scores import rises

if TYPE_CHECKING:
    import pandas as pd

    from app.runs.listing import Listing

KEY = "amount_chart"
#: Configurations that have a line at most: those that got furthest.
LINES = 60


def show_amounts(experiment: Experiment, listing: Listing) -> None:
    """The learning curves, where runs learnt from different amounts."""
    st.subheader("Amount of data", anchor=False)
    if not has_amounts(experiment):
        st.caption(
            "All runs learnt from the same amount, as far as the files say. A comparison of Rasa "
            "with several percentages, a halving search, or learning_curve with a Recorder shows "
            "what more data brings."
        )
        return
    metric = listing.metric
    experiments = comparison_of(session.workspace(), experiment)
    is_comparison = any(EXCLUSION in run.tags for run in experiment.runs)
    place = session.place(experiment.runs[0])
    called = tuple(each.name for each in experiments)
    points = _points(place, metric, tuple(listing.runs), called, experiments)
    if not len(points):
        st.text("No listed run has this score with all of its folds.")
        return
    upwards = rises(experiment, metric)
    curve = learning_curve(points, rises=upwards)
    gains = last_gains(curve, rises=upwards)
    order = _order(curve, is_better_high=upwards)
    with st.container(gap="xsmall"):
        for sentence in _sentences(gains, metric, is_comparison=is_comparison):
            st.text(sentence)
    curve = curve[curve["configuration"].isin(order[:LINES])]
    said = _caption(curve, len(order), is_comparison=is_comparison, repeats=len(experiments))
    amount = "Percent of the training data" if is_comparison else "Given to learn from"
    chart = curve_chart(curve, metric, amount=amount, order=order[:LINES])
    picking_chart(chart, said, key=KEY)


@st.cache_data(max_entries=16, show_spinner=False)
def _points(
    place: workspaces.Place,
    metric: str,
    names: tuple[str, ...],
    experiments: tuple[str, ...],
    _experiments: list[Experiment],
) -> pd.DataFrame:
    return learning_points(_experiments, metric, names=names)


def _order(curve: pd.DataFrame, *, is_better_high: bool) -> list[str]:
    """The configurations: those that learnt from most first, of these the best."""
    held_out = curve[curve["split"] == "held out"].sort_values("amount")
    last = held_out.groupby("configuration", sort=False).last()
    last = last.assign(good=last["mean"] if is_better_high else -last["mean"])
    return list(last.sort_values(["amount", "good"], ascending=False, kind="stable").index)


def _sentences(gains: pd.DataFrame, metric: str, *, is_comparison: bool) -> list[str]:
    """What the last increase brought to the configurations that got furthest."""
    if not len(gains):
        return ["No configuration learnt from two amounts, so there is no line to follow."]
    unit = " %" if is_comparison else ""
    sentences = []
    for row in gains.head(COLOURED).to_dict("records"):
        error = row["error"]
        gain = apart(metric, abs(row["gain"]))
        if error == error:
            gain = f"{gain.removesuffix(' points')} ± {apart(metric, error)}"
        change = "rose by" if row["gain"] >= 0 else "fell by"
        sentences.append(
            f"{row['configuration']} {change} {gain} from "
            f"{row['before']:,.10g}{unit} to {row['amount']:,.10g}{unit}, and reaches "
            f"{metric_text(metric, row['mean'])}."
        )
    return sentences


def _caption(curve: pd.DataFrame, n: int, *, is_comparison: bool, repeats: int) -> str:
    what = f"{repeats:,} repeats with their own test data" if is_comparison else "folds"
    rest = f" {n - LINES:,} more are left out." if n > LINES else ""
    survivors = (
        ""
        if is_comparison
        else " Only the best of each round went on, and only scores at the same amount compare."
    )
    return (
        f"{min(n, LINES):,} configuration{'s' * (n != 1)}; lines are the mean, bands reach from "
        f"the lowest to the highest of the {what}; ± is the standard error of the gain.{survivors}"
        f"{rest} A click on a dot picks its best run."
    )
