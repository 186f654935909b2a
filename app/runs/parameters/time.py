"""Score against time, and which runs are worth theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app.frame import session, workspaces
from app.runs.chart import picking_chart
from app.widgets.missing import missing
from diagnostics import Experiment
from diagnostics.charts.parameters import time_chart
from diagnostics.runs.parameters.trials import trials
from diagnostics.runs.pareto import Clock, time_points
from diagnostics.statistics.metric_names import metric_text

if TYPE_CHECKING:
    import pandas as pd

    from app.runs.listing import Listing

_CLOCKS: dict[Clock, str] = {"fit_seconds": "Fitting", "score_seconds": "Answering"}
KEY = "effects_time"


def show_time(experiment: Experiment, listing: Listing, amount: float | None) -> None:
    """The chart of score against seconds with its front; a sentence where no times are known.

    Of the runs that were given this `amount` to learn from, with all of their folds.
    """
    if len(listing.runs) < 2:
        return
    st.subheader("Score against time", anchor=False)
    there: list[Clock] = [
        clock for clock in _CLOCKS if any(getattr(r, clock) is not None for r in experiment.runs)
    ]
    if not there:
        missing(
            "How long the runs took is not known.",
            "A recorded search keeps it by itself; diagnostics.record takes fit_seconds.",
        )
        return
    clock = there[0]
    if len(there) > 1:
        picked = st.segmented_control(
            "Time", there, default=there[0], format_func=lambda name: _CLOCKS[name],
            key="effects_clock", bind="query-params", label_visibility="collapsed",
        )  # fmt: skip
        clock = picked or there[0]
    points = _points(session.place(experiment.runs[0]), listing.metric, clock,
                     tuple(listing.runs), amount, experiment)  # fmt: skip
    if len(points) < 2:
        st.text("Fewer than two of the listed runs have both a score and a time.")
        return
    st.text(_sentence(points, listing.metric))
    description = (
        f"{len(points):,} runs; seconds are what the files say, where there are folds the mean "
        "over them. The line is the Pareto front: no run is as good and faster. Diamonds gain more "
        "than one standard error over every faster diamond. Thin lines reach one standard error "
        "either way. A click picks the run."
    )
    chart = time_chart(points, listing.metric, seconds=_CLOCKS[clock], chosen=session.run().run)
    picking_chart(chart, description, key=KEY)


@st.cache_data(max_entries=16, show_spinner=False)
def _points(
    place: workspaces.Place,
    metric: str,
    clock: Clock,
    names: tuple[str, ...],
    amount: float | None,
    _experiment: Experiment,
) -> pd.DataFrame:
    alike = trials(_experiment, metric, names=names, amount=amount).runs
    return time_points(_experiment, metric, clock, alike)


def _sentence(points: pd.DataFrame, metric: str) -> str:
    """The fastest run that is worth its time and is nearly as good as the slowest such run."""
    front, kept = points[points["is_front"]], points[points["is_kept"]]
    best, last = front.iloc[-1], kept.iloc[-1]
    n = f"{len(front):,} of {len(points):,} runs {'is' if len(front) == 1 else 'are'} on the front"
    if len(front) == 1:
        return f"{n}: {best['run']} is the best and the fastest."
    if last["run"] == best["run"]:
        return f"{n}; the best, {best['run']}, gains more than a standard error over faster ones."
    times = best["seconds"] / last["seconds"] if last["seconds"] > 0 else float("inf")
    return (
        f"{n}. {last['run']} takes {last['seconds']:.3g} s and comes within a standard error of "
        f"the best: {metric_text(metric, last['value'])} against "
        f"{metric_text(metric, best['value'])} of {best['run']}, which takes {times:.1f} times as "
        "long."
    )
