"""Cached calls behind the examples and their card; keys are as in `app.frame.workspaces`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

import diagnostics
from app.frame.workspaces import (
    Place,
    experiment_and_run,
    experiment_at,
    run_at,
)
from diagnostics.examples import answers, content, entities, neighbours, rankings
from diagnostics.workspace.reducers import By, Measure

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics import Filter, Ranking, Run
    from diagnostics.examples.content import ContentColumns
    from diagnostics.examples.neighbours import ExampleIndex

#: What a list shows of a text.
LISTED_CHARACTERS = 85


def run_with_content(place: Place) -> Run:
    """The run at a place, with the content that its experiment's runs share."""
    return content.with_shared_content(*experiment_and_run(place))


@st.cache_data(max_entries=64, show_spinner=False)
def content_columns(place: Place) -> ContentColumns:
    """Which column of the run's content is what, and which a list shows."""
    run = run_with_content(place)
    return content.with_telling_fields(run, content.content_columns(run))


@st.cache_data(max_entries=512, show_spinner=False)
def answers_of_all_runs(place: Place, example: str) -> pd.DataFrame:
    """What every run of the experiment said about one example."""
    return diagnostics.answers_of_all_runs(experiment_at(place), example)


@st.cache_data(max_entries=32, show_spinner="Ranking the examples…")
def listed_answers(place: Place, by: By, k: int, where: Filter, measure: Measure) -> Ranking:
    """The first `k` answers to look at, without their content."""
    experiment, run = experiment_and_run(place)
    shared = content.with_shared_content(experiment, run)
    return rankings.ranked_answers(
        shared, by, k=k, where=where, measure=measure, experiment=experiment
    )


@st.cache_data(max_entries=128, show_spinner=False)
def listed_page(
    place: Place, by: By, k: int, where: Filter, measure: Measure, rows: slice
) -> pd.DataFrame:
    """Some rows of `listed_answers`, with what a list shows of their content."""
    ranking = listed_answers(place, by, k, where, measure)
    found = content.with_content(
        run_with_content(place), ranking.examples.iloc[rows], experiment_at(place)
    )
    return content.preview(
        found, content_columns(place), Path(place.root), characters=LISTED_CHARACTERS
    )


@st.cache_data(max_entries=256, show_spinner=False)
def answer(place: Place, example: str, split: str | None) -> dict[str, Any] | None:
    """One example's row in the run, of another split if the asked one has none."""
    run = run_at(place)
    found = answers.answer(run, example, split=split or run.split)
    return found or answers.answer(run, example)


@st.cache_data(max_entries=64, show_spinner=False)
def content_of(place: Place, example: str) -> dict[str, Any]:
    """One example's content by column."""
    return content.content_of(run_with_content(place), example, experiment_at(place))


@st.cache_data(max_entries=256, show_spinner=False)
def entities_of_all_runs(place: Place, example: str) -> pd.DataFrame:
    """What every run of the experiment found in one sentence."""
    return entities.entities_of_all_runs(experiment_at(place), example)


@st.cache_data(max_entries=256, show_spinner="Looking for similar examples…")
def nearest_examples(place: Place, example: str, split: str) -> tuple[pd.DataFrame, int, int]:
    """The most similar examples as a list shows them; with how many of how many was compared."""
    run, root = run_with_content(place), Path(place.root)
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
