"""Cached calls into the library. Keys are names and a fingerprint, never frames: Streamlit hashes
large frames by sample, and a stale answer is worse than a slow one.
"""  # noqa: D205

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

import diagnostics
from diagnostics import content, example_answers, listing, neighbours, spans
from diagnostics.opening import workspace_fingerprint
from diagnostics.reducers import By, Measure

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics import ConfusionMatrix, Experiment, Filter, Ranking, Run, Workspace
    from diagnostics.content import ContentColumns
    from diagnostics.neighbours import ExampleIndex

#: How many workspaces, or states of one, are held at a time.
WORKSPACES = 3
#: What a list shows of a text.
LISTED_CHARACTERS = 85


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


def trusts_pickles() -> bool:
    """Whether whoever started the dashboard said so; no visitor can."""
    return "--trust-pickles" in sys.argv[2:]


def open_workspace(root: str, progress: Callable[[str], None] | None = None) -> Workspace:
    """Read a folder; not cached here, for it draws its progress."""
    return diagnostics.open_workspace(root, progress=progress, trust_pickles=trusts_pickles())


def _found(place: Place) -> tuple[Experiment, Run]:
    for (root, _), workspace in reversed(list(opened().items())):
        if root == place.root and workspace.fingerprint == place.fingerprint:
            experiment = workspace.experiment(place.experiment)
            return experiment, experiment.run(place.run)
    experiment = open_workspace(place.root).experiment(place.experiment)
    return experiment, experiment.run(place.run)


@st.cache_data(max_entries=64, show_spinner=False)
def confusion_matrix(place: Place, split: str | None = None) -> ConfusionMatrix:
    """The run's confusion matrix over the labels that it knows."""
    return diagnostics.confusion_matrix(_found(place)[1], split=split)


@st.cache_data(max_entries=16, show_spinner=False)
def confused_pairs(place: Place, split: str | None) -> pd.DataFrame:
    """Every confused pair of the run, the most frequent first."""
    return diagnostics.confused_pairs(confusion_matrix(place, split))


@st.cache_data(max_entries=64, show_spinner=False)
def most_confused_labels(place: Place, split: str | None, limit: int) -> list[str]:
    """The classes that a matrix of `limit` classes shows, in its order."""
    from diagnostics.seriation import most_confused_labels

    return most_confused_labels(confusion_matrix(place, split), limit)


@st.cache_data(max_entries=128, show_spinner="Ranking the examples…")
def top_examples(place: Place, by: By, k: int, where: Filter, measure: Measure) -> Ranking:
    """The first `k` answers of a ranking."""
    experiment, run = _found(place)
    return diagnostics.top_examples(
        run, by, k=k, where=where, measure=measure, experiment=experiment
    )


@st.cache_data(max_entries=512, show_spinner=False)
def answers_of_all_runs(place: Place, example: str) -> pd.DataFrame:
    """What every run of the experiment said about one example."""
    return diagnostics.answers_of_all_runs(_found(place)[0], example)


@st.cache_data(max_entries=64, show_spinner=False)
def content_columns(place: Place) -> ContentColumns:
    """Which column of the run's content is what."""
    return content.content_columns(_with_content(place))


@st.cache_data(max_entries=32, show_spinner="Ranking the examples…")
def listed_answers(place: Place, by: By, k: int, where: Filter, measure: Measure) -> Ranking:
    """The first `k` answers to look at, without their content."""
    return listing.listed_answers(
        _with_content(place), by, k=k, where=where, measure=measure, experiment=_found(place)[0]
    )


@st.cache_data(max_entries=128, show_spinner=False)
def listed_page(
    place: Place, by: By, k: int, where: Filter, measure: Measure, rows: slice
) -> pd.DataFrame:
    """Some rows of `listed_answers`, with what a list shows of their content."""
    ranking = listed_answers(place, by, k, where, measure)
    found = content.with_content(
        _with_content(place), ranking.examples.iloc[rows], _found(place)[0]
    )
    return content.preview(
        found, content_columns(place), Path(place.root), characters=LISTED_CHARACTERS
    )


@st.cache_data(max_entries=256, show_spinner=False)
def answer(place: Place, example: str, split: str | None) -> dict[str, Any] | None:
    """One example's row in the run, of another split if the asked one has none."""
    run = _found(place)[1]
    found = example_answers.answer(run, example, split=split or run.split)
    return found or example_answers.answer(run, example)


@st.cache_data(max_entries=64, show_spinner=False)
def content_of(place: Place, example: str) -> dict[str, Any]:
    """One example's content by column."""
    return content.content_of(_with_content(place), example, _found(place)[0])


@st.cache_data(max_entries=256, show_spinner=False)
def entities_of_all_runs(place: Place, example: str) -> pd.DataFrame:
    """What every run of the experiment found in one sentence."""
    return spans.entities_of_all_runs(_found(place)[0], example)


@st.cache_data(max_entries=256, show_spinner="Looking for similar examples…")
def nearest_examples(place: Place, example: str, split: str) -> tuple[pd.DataFrame, int, int]:
    """The most similar examples as a list shows them; with how many of how many was compared."""
    run, root = _with_content(place), Path(place.root)
    columns = content_columns(place)
    table = str(run.table("examples"))
    near = example if _is_narrowed(run, table) else None
    index = _example_index(run, root, table, near)
    found = neighbours.nearest_examples(run, example, split=split, root=root, index=index)
    return (
        content.preview(found, columns, root, characters=2 * LISTED_CHARACTERS),
        index.compared,
        index.total,
    )


@st.cache_data(max_entries=64, show_spinner=False)
def _is_narrowed(_run: Run, table: str) -> bool:
    """Whether the table has too many texts to compare them all."""
    return neighbours.is_narrowed(_run)


@st.cache_resource(max_entries=6, show_spinner=False)
def _example_index(_run: Run, _root: Path, table: str, near: str | None) -> ExampleIndex:
    """Made once for a table of content, which the runs of an experiment may share."""
    return neighbours.example_index(_run, near=near, root=_root)


def _with_content(place: Place) -> Run:
    return content.with_shared_content(*_found(place))
