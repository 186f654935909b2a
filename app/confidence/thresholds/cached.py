"""Cached calls behind the threshold and the curves; keys are as in `app.frame.workspaces`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app.frame.workspaces import Place, run_at
from diagnostics.confidence.ambiguity import Ambiguity, ambiguous_answers
from diagnostics.confidence.class_thresholds import class_thresholds
from diagnostics.confidence.curves import CurvePoint, answer_points, average_areas, class_areas
from diagnostics.confidence.one_vs_rest import OneVsRest, from_confidence, one_vs_rest
from diagnostics.confidence.risk_coverage import (
    SelectiveFigures,
    risk_coverage_curve,
    selective_figures,
)
from diagnostics.confidence.selective_counts import SelectiveCounts, selective_counts_of_run
from diagnostics.confidence.thresholds import CostThreshold, cheapest_threshold
from diagnostics.workspace import Evidence

if TYPE_CHECKING:
    import pandas as pd


# A resource: half a million distinct confidences are not copied for every look at them.
@st.cache_resource(max_entries=12, show_spinner=False)
def selective(
    place: Place, split: str | None, none_labels: tuple[str, ...], label: str | None
) -> SelectiveCounts:
    """The run's answers by confidence."""
    return selective_counts_of_run(
        run_at(place), split=split, none_labels=none_labels, predicted_label=label
    )


@st.cache_data(max_entries=24, show_spinner=False)
def risk_curve(
    place: Place, split: str | None, none_labels: tuple[str, ...], label: str | None
) -> pd.DataFrame:
    """Coverage and risk, as many points as a screen has."""
    return risk_coverage_curve(selective(place, split, none_labels, label))


@st.cache_data(max_entries=64, show_spinner=False)
def figures(
    place: Place, split: str | None, none_labels: tuple[str, ...], label: str | None
) -> SelectiveFigures:
    """How well the confidence puts wrong answers last."""
    return selective_figures(selective(place, split, none_labels, label))


@st.cache_data(max_entries=64, show_spinner=False)
def cheapest(
    place: Place,
    split: str | None,
    none_labels: tuple[str, ...],
    label: str | None,
    cost_error: float,
) -> CostThreshold:
    """The threshold that costs least, where no answer costs 1."""
    counts = selective(place, split, none_labels, label)
    return cheapest_threshold(counts, cost_error=cost_error)


@st.cache_data(max_entries=64, show_spinner=False)
def ambiguous(
    place: Place,
    split: str | None,
    none_labels: tuple[str, ...],
    label: str | None,
    threshold: float,
    ambiguity: float,
) -> Ambiguity:
    """What an ambiguity threshold withholds of the answers that reach `threshold`."""
    return ambiguous_answers(
        run_at(place),
        ambiguity,
        threshold=threshold,
        split=split,
        none_labels=none_labels,
        predicted_label=label,
    )


@st.cache_data(max_entries=16, show_spinner="Finding a threshold for each class…")
def by_class(
    place: Place, split: str | None, none_labels: tuple[str, ...], target: float, threshold: float
) -> pd.DataFrame:
    """A threshold of its own for each predicted class."""
    return class_thresholds(
        run_at(place), target, threshold=threshold, split=split, none_labels=none_labels
    )


@st.cache_resource(max_entries=8, show_spinner="Reading the probabilities…")
def scores(place: Place, split: str | None) -> OneVsRest | None:
    """Every class's scores counted; None where the run allows no curve of a class."""
    run = run_at(place)
    if run.has(Evidence.PROBABILITIES):
        return one_vs_rest(run, split=split)
    return from_confidence(run, split=split)


@st.cache_data(max_entries=8, show_spinner=False)
def areas(place: Place, split: str | None) -> tuple[pd.DataFrame, dict[str, dict[str, float]]]:
    """The areas of every class, and their averages; for runs that have `scores`."""
    found = scores(place, split)
    if found is None:
        raise ValueError("This run has no scores of its classes.")
    table = class_areas(found)
    return table, average_areas(found, table)


@st.cache_data(max_entries=64, show_spinner=False)
def points(place: Place, split: str | None, threshold: float | None) -> dict[str, CurvePoint]:
    """Where the run's answers stand on the curves of its classes."""
    return answer_points(run_at(place), threshold=threshold, split=split)
