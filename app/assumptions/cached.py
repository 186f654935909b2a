"""Cached calls behind the page of assumptions; keys are as in `app.frame.workspaces`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app.examples.cached import LISTED_CHARACTERS
from app.frame.workspaces import Place, experiment_and_run, trusts_pickles
from diagnostics import DiagnosticsError
from diagnostics.assumptions.assumption import parse_assumption
from diagnostics.assumptions.examples_of_group import examples_of_group
from diagnostics.assumptions.judge import judge_assumptions
from diagnostics.examples import content
from diagnostics.examples.attributes import column_meant, column_names, with_content_of

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics.assumptions.evidence import Judgement
    from diagnostics.examples.content import ContentColumns


@st.cache_data(max_entries=64, show_spinner=False)
def judgements(place: Place, texts: tuple[str, ...]) -> list[Judgement]:
    """What became of assumptions in one run, all of them at once: one more changes the others."""
    experiment, run = experiment_and_run(place)
    return judge_assumptions(
        experiment,
        run,
        [parse_assumption(text) for text in texts],
        root=Path(place.root),
        trust_pickles=trusts_pickles(),
    )


@st.cache_data(max_entries=64, show_spinner=False)
def offered(place: Place) -> tuple[bool, list[str]]:
    """Whether the examples have a text, and the columns that assumptions can be about."""
    experiment, run = experiment_and_run(place)
    try:
        kept = with_content_of(experiment, run)
    except DiagnosticsError:
        return False, []
    return content.content_columns(kept).text is not None, column_names(kept)


@st.cache_data(max_entries=64, show_spinner=False)
def group(
    place: Place, text: str, name: str, k: int
) -> tuple[pd.DataFrame, ContentColumns, int, str | None] | None:
    """The first examples of a group as a list shows them; None where the files do not tell.

    Besides how many there are, and what narrows the list of all examples to them.
    """
    experiment, run = experiment_and_run(place)
    try:
        frame, total, having = examples_of_group(experiment, run, parse_assumption(text), name, k=k)
        columns = content.content_columns(with_content_of(experiment, run))
        given = parse_assumption(text)
        if given.kind == "column" and columns.kind == "fields":
            meant, _ = column_meant(columns.fields, given.subject)
            columns = replace(columns, fields=(meant,), listed=(meant,))
    except DiagnosticsError:
        return None
    root = Path(place.root)
    return (
        content.preview(frame, columns, root, characters=LISTED_CHARACTERS),
        columns,
        total,
        having,
    )
