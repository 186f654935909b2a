"""Train against held-out scores with verdicts, and scores against the amount of data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from app.frame import session, workspaces
from app.runs.chart import picking_chart
from app.runs.learning_curves import show_amounts
from app.runs.words import apart
from app.widgets.missing import missing
from diagnostics import Experiment
from diagnostics.charts.training import VERDICTS, train_chart
from diagnostics.confusion.baseline import chance_level, truth_counts
from diagnostics.runs.overfitting import train_metrics, training_points
from diagnostics.statistics.metric_names import metric_words
from diagnostics.workspace.scores import given

if TYPE_CHECKING:
    import pandas as pd

    from app.runs.listing import Listing

KEY, TABLE_KEY = "training_chart", "training_table"
ROWS_HEIGHT, EVIDENCE_WIDTH = 420, 840
#: What to do about each verdict, in the order of the ladder.
ADVICE = {
    "wiring": "look at labels, features and the scorer before anything else",
    "capacity": "a larger or less regularised model, better features, longer training",
    "generalisation": "more data, a simpler or more regularised model",
    "fine": "train and held out agree",
    "unknown": "no train score",
}


def show(experiment: Experiment, listing: Listing) -> None:
    """The ladder of the listed runs, then what more data brought."""
    _show_training(experiment, listing)
    show_amounts(experiment, listing)


def _show_training(experiment: Experiment, listing: Listing) -> None:
    st.subheader("Train against held out", anchor=False)
    metrics = train_metrics(experiment)
    metric = _choose_metric(metrics, listing.metric)
    names = tuple(listing.runs)
    points, knows_chance = _points(session.place(experiment.runs[0]), metric, names, experiment)
    if not metrics:
        _show_without(experiment, points, knows_chance=knows_chance)
        return
    if not len(points):
        missing("No run is left.", "Clear what is in Find or in Only where.")
        return
    if metric != listing.metric:
        # The metric's name may be a file's.
        st.text(f"Train scores are known for {metric_words(metric)}, not for what ranks the runs.")
    st.text(summary(points, metric))
    drawn = points.dropna(subset=["train", "value"])
    if len(drawn):
        _show_chart(drawn, metric)
    _show_table(points)
    st.caption(_ladder_words(experiment, knows_chance=knows_chance))


def _choose_metric(metrics: Sequence[str], ranked_by: str) -> str:
    """The metric with train scores: the one that ranks the runs if it has any."""
    usual = ranked_by if ranked_by in metrics else next(iter(metrics), ranked_by)
    if len(metrics) < 2:
        return usual
    return st.selectbox(
        "Score",
        metrics,
        index=list(metrics).index(usual),
        format_func=metric_words,
        key="training_metric",
        bind="query-params",
        width=220,
    )


@st.cache_data(max_entries=16, show_spinner="Comparing train and held-out scores…")
def _points(
    place: workspaces.Place, metric: str, names: tuple[str, ...], _experiment: Experiment
) -> tuple[pd.DataFrame, bool]:
    """The runs in the order of `names`, and whether it is known what one answer for all scores."""
    supports = truth_counts(_experiment)
    points = training_points(_experiment, metric, names=names, supports=supports)
    order = {name: rank for rank, name in enumerate(names)}
    points = points.sort_values("run", key=lambda runs: runs.map(order), ignore_index=True)
    return points, chance_level(metric, supports) is not None


def _show_without(experiment: Experiment, points: pd.DataFrame, *, knows_chance: bool) -> None:
    """That no train scores are known and how to get them; wiring is judged all the same."""
    missing(
        "No score on training rows is known, so too little and too much learning look alike.",
        "Search with return_train_score=True (a Recorder keeps those scores, too); "
        "diagnostics.record takes train_scores, or answers to training rows with split='train'.",
    )
    wrong = points[points["verdict"] == "wiring"]
    if len(wrong):
        st.text(f"{len(wrong):,} of {len(points):,} runs fail already without them:")
        _show_table(wrong)
        st.caption(_ladder_words(experiment, knows_chance=knows_chance))


def summary(points: pd.DataFrame, metric: str) -> str:
    """How many runs are on each rung, and how far train and held out are apart."""
    counts = Counter(points["verdict"])
    words = [f"{VERDICTS[v][0].lower()} {counts[v]:,}" for v in ADVICE if counts[v]]
    text = f"Verdicts on {len(points):,} runs: {', '.join(words)}." if len(points) > 1 else ""
    gaps = points.dropna(subset=["gap"])
    if len(gaps) > 1:
        text += (
            f" Train minus held out is from {apart(metric, gaps['gap'].min())} to "
            f"{apart(metric, gaps['gap'].max())}."
        )
    much = int((points["milder"] != "").sum())
    if much:
        text += (
            f" {much:,} learn too much: another fits its training rows less and answers unseen "
            "ones better."
        )
    best = gaps.iloc[0] if len(gaps) else None
    if best is not None:
        text += f" {best['run']}: {best['evidence']}"
    return text.strip()


def _show_chart(points: pd.DataFrame, metric: str) -> None:
    there = [v for v in ADVICE if v in set(points["verdict"])]
    advice = "; ".join(f"{VERDICTS[v][0]}: {ADVICE[v]}" for v in there)
    description = (
        f"{len(points):,} runs; above the dashed line, if it is in sight, held out is better than "
        f"train. {advice}. The ring is the chosen run; a click picks one."
    )
    chart = train_chart(points, metric, chosen=session.run().run)
    picking_chart(chart, description, key=KEY)


def _show_table(points: pd.DataFrame) -> None:
    """Each run's verdict with its evidence, the lowest rung first."""
    order = list(ADVICE)
    shown = points.assign(
        verdict=points["verdict"].map(lambda name: VERDICTS[name][0]),
        rung=points["verdict"].map(order.index),
    )
    shown = shown.sort_values("rung", kind="stable")[["run", "verdict", "evidence"]]
    st.dataframe(
        shown,
        key=TABLE_KEY,
        hide_index=True,
        height="content" if len(shown) <= 10 else ROWS_HEIGHT,
        column_config={
            "run": st.column_config.TextColumn("Run", width=220),
            "verdict": st.column_config.TextColumn("Verdict", width=110),
            "evidence": st.column_config.TextColumn("Evidence", width=EVIDENCE_WIDTH),
        },
        alt=f"Verdicts of {len(shown)} runs with their evidence",
    )


def _ladder_words(experiment: Experiment, *, knows_chance: bool) -> str:
    """How the verdicts are made, and what could not be asked of these runs."""
    words = [
        "A ladder from the bottom: wiring (does it beat one answer for all, did its fits succeed), "
        "capacity (does it learn its own training rows), generalisation (does it answer unseen "
        "rows as well). The first rung that does not hold is the verdict; how far is too far is "
        "explained in docs/statistics.md."
    ]
    if not knows_chance:
        words.append(
            "What one answer for all would score is not known here, so whether these runs learn "
            "anything at all was not asked."
        )
    if len({given(run) for run in experiment.runs}) > 1:
        words.append("A run is judged beside those that were given as much to learn from.")
    return " ".join(words)
