"""Cached calls behind the Confusion page; keys are as in `app.frame.workspaces`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

import diagnostics
from app.frame.workspaces import Place, run_at

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics import ConfusionMatrix


@st.cache_data(max_entries=64, show_spinner=False)
def confusion_matrix(place: Place, split: str | None = None) -> ConfusionMatrix:
    """The run's confusion matrix over the labels that it knows."""
    return diagnostics.confusion_matrix(run_at(place), split=split)


@st.cache_data(max_entries=16, show_spinner=False)
def confused_pairs(place: Place, split: str | None) -> pd.DataFrame:
    """Every confused pair of the run, the most frequent first."""
    return diagnostics.confused_pairs(confusion_matrix(place, split))


@st.cache_data(max_entries=64, show_spinner=False)
def most_confused_labels(place: Place, split: str | None, limit: int) -> list[str]:
    """The classes that a matrix of `limit` classes shows, in its order."""
    from diagnostics.confusion.seriation import most_confused_labels

    return most_confused_labels(confusion_matrix(place, split), limit)
