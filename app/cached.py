"""Cached calls into the library. Keys are names and a fingerprint, never frames: Streamlit hashes
large frames by sample, and a stale answer is worse than a slow one.
"""  # noqa: D205

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

import diagnostics
from diagnostics.opening import workspace_fingerprint
from diagnostics.reducers import By, Measure

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics import ConfusionMatrix, Experiment, Filter, Ranking, Run, Workspace

#: How many workspaces, or states of one, are held at a time.
WORKSPACES = 3


@dataclass(frozen=True)
class Place:
    """One run of one state of a workspace."""

    root: str
    fingerprint: str
    experiment: str
    run: str


@st.cache_data(ttl=5, max_entries=WORKSPACES, show_spinner=False)
def fingerprint(root: str) -> str:
    """The state of the folder, looked at every five seconds at most."""
    return workspace_fingerprint(root)


@st.cache_resource
def opened() -> dict[tuple[str, str], Workspace]:
    """The workspaces that are open in this process, by root and state; `session` fills it."""
    return {}


def open_workspace(root: str, progress: Callable[[str], None]) -> Workspace:
    """Read a folder; not cached here, for it draws its progress."""
    return diagnostics.open_workspace(root, progress=progress)


def _found(place: Place) -> tuple[Experiment, Run]:
    for (root, _), workspace in reversed(list(opened().items())):
        if root == place.root and workspace.fingerprint == place.fingerprint:
            experiment = workspace.experiment(place.experiment)
            return experiment, experiment.run(place.run)
    experiment = diagnostics.open_workspace(place.root).experiment(place.experiment)
    return experiment, experiment.run(place.run)


@st.cache_data(max_entries=64, show_spinner=False)
def confusion_matrix(place: Place, split: str | None = None) -> ConfusionMatrix:
    """The run's confusion matrix over the labels that it knows."""
    return diagnostics.confusion_matrix(_found(place)[1], split=split)


@st.cache_data(max_entries=128, show_spinner="Ranking the examples…")
def top_examples(place: Place, by: By, k: int, where: Filter, measure: Measure) -> Ranking:
    """The first `k` answers of a ranking."""
    return diagnostics.top_examples(_found(place)[1], by, k=k, where=where, measure=measure)


@st.cache_data(max_entries=512, show_spinner=False)
def answers_of_all_runs(place: Place, example: str) -> pd.DataFrame:
    """What every run of the experiment said about one example."""
    return diagnostics.answers_of_all_runs(_found(place)[0], example)
