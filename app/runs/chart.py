"""The chart of runs: scores with their intervals, and what cannot be told from the best."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from app.frame import session
from diagnostics import Experiment
from diagnostics.charts.runs import PICK, score_lines, score_ranks
from diagnostics.runs.leaderboard_words import interval_words
from diagnostics.statistics.metric_names import is_known, metric_text, metric_words
from diagnostics.workspace.scores import fold_points, score_points

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from diagnostics.runs.standings import Leaderboard

#: Runs that get a line each in the chart; more are dots by rank, up to DOTS.
LINES, DOTS = 12, 300


def show_chart(experiment: Experiment, listed: Sequence[str], judged: Leaderboard) -> None:
    """The listed runs' scores with their intervals; a click on a dot picks the run."""
    points = judged_points(experiment, judged)
    points = points[points["run"].isin(listed)].head(DOTS)
    points = points.assign(rank=range(1, len(points) + 1))
    if len(points) < 2:
        return
    chosen = session.run().run
    if len(points) <= LINES:
        folds = fold_points([experiment.run(name) for name in points["run"]], judged.metric)
        chart = score_lines(points, folds, judged.metric, chosen=chosen)
    else:
        chart = score_ranks(points, judged.metric, chosen=chosen)
    said = chart_sentence(points, len(listed), judged.metric, interval_words(judged))
    with st.container(gap=None):
        picking_chart(chart, said, key="runs_chart")


def picking_chart(chart: alt.Chart | alt.LayerChart, said: str, *, key: str) -> None:
    """A chart with what is said of it below; a click on what stands for a run picks that one."""
    pick = partial(_pick, key)
    st.altair_chart(chart, key=key, on_select=pick, selection_mode=PICK, alt=said)
    st.caption(said)


def judged_points(experiment: Experiment, judged: Leaderboard) -> pd.DataFrame:
    """The points of the chart: `low` and `high` bound the score, where any bounds are known.

    Else they are the lowest and the highest fold. `is_tie` is whether the run is the best or cannot
    be told from it.
    """
    points = score_points(experiment, judged.metric)
    table = judged.table.set_index("run").loc[list(points["run"])]
    if table["low"].notna().any():
        points = points.assign(low=table["low"].array, high=table["high"].array)
    ties = table["indistinguishable_from_best"].fillna(value=False).astype(bool)
    return points.assign(is_tie=ties.array if judged.ties else False)


def chart_sentence(points: pd.DataFrame, listed: int, metric: str, intervals: str) -> str:
    """What the chart shows, and that its axis does not begin at 0."""
    low, high = (metric_text(metric, v) for v in (points["value"].min(), points["value"].max()))
    name = metric_words(metric) if is_known(metric) else "The score"
    how = " by rank" if len(points) > LINES else ""
    span = f"from {low} to {high}; the axis does not begin at 0."
    words = [f"{name} of {len(points):,} runs{how}, {span}"]
    if intervals:
        words.append(f"Lines are {intervals}")
    elif points["low"].notna().any():
        words.append("Lines reach from a run's lowest fold to its highest.")
    if points["is_tie"].any():
        words.append("Shaded: the best, and what cannot be told from it.")
    if listed > len(points):
        words.append(f"{listed - len(points):,} more are below these or have no such score.")
    return " ".join(words)


def _pick(key: str) -> None:
    picked: list[dict[str, Any]] = st.session_state[key]["selection"].get(PICK) or []
    if picked and picked[0].get("run"):
        names = (session.EXPERIMENT, session.RUN)
        session.choose(**{name: str(picked[0][name]) for name in names if name in picked[0]})
