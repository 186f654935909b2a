"""Cached calls behind the page that asks again; keys are as in `app.frame.workspaces`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from app.examples import cached as examples_cached
from app.frame.workspaces import Place, experiment_and_run, run_at, trusts_pickles
from diagnostics import DiagnosticsError
from diagnostics.models.run_models import NoModel
from diagnostics.models.whatif.asker import Asker
from diagnostics.models.whatif.edited_input import (
    EditedInput,
    Start,
    asker_for,
    edited_question,
    edited_row,
    explain_edited,
    start_from,
)

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics.models.explanation.explanation import Explanation
    from diagnostics.models.explanation.question import Question

#: Examples that are offered to start from.
STARTS = 40


@dataclass(frozen=True)
class Said:
    """What one run says to an input: its answer, or in two sentences why there is none.

    `chances` go with `labels` and are empty without probabilities. `fold` names the one model that
    was asked, `models` how many were.
    """

    run: str
    label: str = ""
    confidence: float | None = None
    labels: tuple[str, ...] = ()
    chances: tuple[float, ...] = ()
    fold: int | None = None
    models: int = 1
    notes: tuple[str, ...] = ()
    message: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Started:
    """The form for an example, or in two sentences why there is none."""

    start: Start | None = None
    message: str = ""
    hint: str = ""
    is_untrusted: bool = False


@st.cache_data(max_entries=128, show_spinner=False)
def started(place: Place, example: str) -> Started:
    """What the run's model takes for an example."""
    experiment, run = experiment_and_run(place)
    try:
        start = start_from(
            experiment, run, Path(place.root), example, trust_pickles=trusts_pickles()
        )
    except NoModel as error:
        return Started(message=error.message, hint=error.hint)
    except DiagnosticsError as error:
        return Started(message=error.message, hint=error.hint, is_untrusted=True)
    return Started(start)


def asked_of(place: Place, edited: EditedInput, start: Start | None) -> tuple[Asker, Any]:
    """What answers for a run, and the row that it is asked about.

    Raises
    ------
    DiagnosticsError
        If there is no model, it may not be opened, or it does not take the input.
    """
    experiment, run = experiment_and_run(place)
    root = Path(place.root)
    row = edited_row(
        experiment,
        run,
        root,
        edited,
        names=start.names if start else (),
        column=start.column if start else "",
        picture=start.picture if start else None,
    )
    return asker_for(run, root, edited, trust_pickles=trusts_pickles()), row


@st.cache_data(max_entries=512, show_spinner="Asking the model…")
def said(place: Place, edited: EditedInput, start: Start | None) -> Said:
    """One run's answer to an input."""
    try:
        asker, row = asked_of(place, edited, start)
        codes, chances = asker.said(row)
    except DiagnosticsError as error:
        return Said(place.run, message=error.message, hint=error.hint)
    code = int(codes[0])
    known = asker.has_probabilities
    return Said(
        place.run,
        asker.labels[code],
        float(chances[0, code]) if known else None,
        asker.labels,
        tuple(chances[0].tolist()) if known else (),
        asker.fold,
        len(asker.models),
        asker.notes,
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def question(
    place: Place, edited: EditedInput, start: Start | None, against: str | None
) -> Question | None:
    """Why the run answers so, as a question; None where no other label could be."""
    experiment, run = experiment_and_run(place)
    try:
        asker, row = asked_of(place, edited, start)
        return edited_question(
            experiment, run, Path(place.root), edited, asker, row,
            against=against, trust_pickles=trusts_pickles(),
        )  # fmt: skip
    except DiagnosticsError:
        return None  # said beside the run


@dataclass(frozen=True)
class Why:
    """An explanation; none where one can only be estimated, or in a sentence why there is none."""

    explanation: Explanation | None = None
    message: str = ""


@st.cache_data(max_entries=256, show_spinner="Asking the model why…")
def why(place: Place, edited: EditedInput, start: Start | None, against: str | None) -> Why:
    """Why the run answers so, as far as that takes no time."""
    asked = question(place, edited, start, against)
    if asked is None:
        return Why(message="There is no other label that this answer could be held against.")
    try:
        return Why(explain_edited(asked))
    except DiagnosticsError as error:
        return Why(message=str(error))


@st.cache_data(max_entries=32, show_spinner=False)
def text_column(place: Place) -> str:
    """The column of the run's input that is a text among others; "" if none is."""
    offered = starts(place)
    found = None if offered.empty else started(place, str(offered["example"].iloc[0])).start
    return found.column if found is not None else ""


@st.cache_data(max_entries=32, show_spinner=False)
def starts(place: Place) -> pd.DataFrame:
    """Examples to start from: the most confident mistakes, else answers of any kind."""
    from diagnostics import Filter
    from diagnostics.examples.rankings import NEEDS
    from diagnostics.workspace.reducers import By

    run = run_at(place)
    by: By = "confident-mistakes" if run.has(NEEDS["confident-mistakes"]) else "all"
    for way in (by, "all"):
        found = examples_cached.listed_page(
            place, way, STARTS, Filter(), "margin", slice(0, STARTS)
        )
        if len(found):
            break
    return found
