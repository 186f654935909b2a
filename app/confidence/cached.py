"""Cached calls behind distribution and calibration; keys are as in `app.frame.workspaces`."""

from __future__ import annotations

import streamlit as st

from app.frame.workspaces import Place, run_at
from diagnostics.confidence.corp import Chance, by_chance
from diagnostics.confidence.histogram import ConfidenceCounts, confidence_counts
from diagnostics.confidence.isotonic import Recalibration, recalibration
from diagnostics.confidence.levels import ConfidenceLevels, run_confidence_levels
from diagnostics.confidence.proper_scores import ProperScores, proper_scores
from diagnostics.confidence.temperature import Rescaling, rescaling
from diagnostics.confidence.vectors import VectorTable


@st.cache_data(max_entries=128, show_spinner=False)
def counts(place: Place, split: str | None, label: str | None) -> ConfidenceCounts:
    """The run's answers by confidence, all or those with one predicted label."""
    return confidence_counts(run_at(place), split=split, predicted_label=label)


# A resource: half a million distinct confidences are not copied for every look at them.
@st.cache_resource(max_entries=24, show_spinner=False)
def levels(place: Place, split: str | None, label: str | None) -> ConfidenceLevels:
    """How many of the run's answers of each confidence were right."""
    return run_confidence_levels(run_at(place), split=split, predicted_label=label)


@st.cache_data(max_entries=64, show_spinner="Drawing what chance would do…")
def chance(place: Place, split: str | None, label: str | None) -> Chance:
    """What the run's answers would look like if their confidence were true."""
    return by_chance(levels(place, split, label))


def scores(place: Place, split: str | None) -> ProperScores | None:
    """What the run's whole vectors score."""
    return _of_vectors(place, split)[0]


def temperature(place: Place, split: str | None) -> Rescaling | None:
    """The temperature for the run's probabilities, and what it changes."""
    return _of_vectors(place, split)[1]


# Both at once, for it is the reading that takes long, and the vectors of several runs are too much
# to hold.
@st.cache_resource(max_entries=24, show_spinner="Looking at the probabilities…")
def _of_vectors(place: Place, split: str | None) -> tuple[ProperScores | None, Rescaling | None]:
    table = VectorTable(run_at(place), split)
    return proper_scores(table, table.n_labels), rescaling(table)


@st.cache_resource(max_entries=24, show_spinner=False)
def calibrator(place: Place, split: str | None, label: str | None) -> Recalibration | None:
    """What a calibrator of correctness would change."""
    return recalibration(run_at(place), split=split, predicted_label=label)
