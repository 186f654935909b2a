"""The smallest changes after which a run answers otherwise, each asked about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from app.frame import jobs, session
from app.frame.workspaces import Place, trusts_pickles
from app.whatif import cached
from app.whatif.input import as_json, set_changed, start_at
from app.widgets import verbatim
from app.widgets.labels import shown_label
from diagnostics import DiagnosticsError, Experiment, Run
from diagnostics.charts import colours
from diagnostics.confidence.probability_table import percent
from diagnostics.models.evaluated_inputs import evaluated_inputs
from diagnostics.models.input_digest import input_digest
from diagnostics.models.whatif.counterfactual import (
    MOST_ASKED,
    Change,
    Search,
    with_values_of_the_nearest,
    without_words,
)
from diagnostics.models.whatif.edited_input import text_of, texts_in

if TYPE_CHECKING:
    from diagnostics.models.jobs import Progress
    from diagnostics.models.whatif.edited_input import EditedInput, Start


#: What may change of a row that has a text among its columns; in the link.
PART, WORDS, VALUES = "may_change", "Words", "Values"


def show(experiment: Experiment, run: Run, edited: EditedInput, start: Start | None) -> None:
    """The answer as it is, then every smallest change that was found."""
    place, root = session.place(run), Path(session.workspace().root)
    try:
        asker, row = cached.asked_of(place, edited, start)
    except DiagnosticsError as error:
        st.text(str(error))
        return
    if edited.kind == "example":
        st.text("There is nothing in such an input that could be changed one by one.")
        return
    column = start.column if start is not None else ""
    parts = WORDS if edited.kind == "text" else VALUES
    if column:
        parts = st.segmented_control(
            "What may change", [WORDS, VALUES], default=WORDS, key=PART, bind="query-params",
            required=True,
        )  # fmt: skip
    trusted = trusts_pickles()  # asked here: the work has no session

    def look(progress: Progress) -> Search:
        if parts == WORDS:
            made = texts_in(row, column)
            return without_words(asker, text_of(edited, start), make_rows=made, progress=progress)
        evaluated = evaluated_inputs(experiment, run, root, trust_pickles=trusted)
        return with_values_of_the_nearest(asker, row, evaluated.names, evaluated, progress=progress)

    key = input_digest(experiment, run, root, what="change", edited=repr(edited), parts=parts)
    search = jobs.result_at_once(key, look, "Asking about changes…")
    if search is None:
        return
    _heading(search, run, parts)
    for number, change in enumerate(search.changes):
        _change(number, change, place, edited, column)
    _method(search, parts)


def _heading(search: Search, run: Run, chosen: str) -> None:
    share = "" if search.confidence is None else f" {percent(search.confidence)}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.text(shown_label(run.run, 60))
        verbatim.chip("says", f"{shown_label(search.label)}{share}", colours.CHOSEN)
    parts = "words" if chosen == WORDS else "features"
    if not search.parts:
        st.text(f"There are no {parts} that could change.")
    elif not search.tried:
        st.text(
            f"There are {search.parts:,} {parts}, too many to ask about each: at most "
            f"{MOST_ASKED:,} changes are tried."
        )
    elif not search.changes:
        st.text(
            f"No small change was found: {_counted(search.tried)} were asked about"
            f"{_exactness(search, parts)}, and the answer stayed the same."
        )
    else:
        n = search.fewest or 1
        what = _what(n, parts)
        st.text(f"The answer changes with {what}.{_fewer(search, n, parts)}")


def _what(n: int, parts: str) -> str:
    if parts == "words":
        return "a single word left out" if n == 1 else f"{n} words left out"
    return "a single other value" if n == 1 else f"{n} other values"


def _fewer(found: Search, n: int, parts: str) -> str:
    if n == 1:
        return ""
    if found.all_up_to >= n - 1:
        of = "" if parts == "words" else " from these examples"
        return f" Fewer{of} do not suffice: every combination was tried."
    return " Fewer may suffice: not every combination was tried."


def _counted(tried: int) -> str:
    return "1 change" if tried == 1 else f"{tried:,} changes"


def _exactness(found: Search, parts: str) -> str:
    if not found.all_up_to:
        return ""
    one = parts[:-1]
    ways = [f"every {one} alone", "every pair", "every three"][: found.all_up_to]
    return f" ({', '.join(ways)} among them)"


def _change(number: int, change: Change, place: Place, edited: EditedInput, column: str) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            for move in change.moves:
                if move.after is None:
                    verbatim.chip("without", str(move.before), colours.OTHER)
                else:
                    values = f"{_shown(move.before)} → {_shown(move.after)}"
                    verbatim.chip(shown_label(move.feature, 60), values, colours.OTHER)
            share = "" if change.confidence is None else f" {percent(change.confidence)}"
            verbatim.chip("says", f"{shown_label(change.label)}{share}", colours.AWAY)
            if change.remaining is not None:
                st.caption(f"before: {percent(change.remaining)} left", width="content")
            st.space("stretch")
            _buttons(number, change, place, edited, column)
        if change.text is not None:
            st.text(change.text or "(nothing is left)")


def _buttons(number: int, change: Change, place: Place, edited: EditedInput, column: str) -> None:
    if change.text and edited.kind == "text":
        st.button(
            "Take it over",
            key=f"try_take_{number}",
            icon=":material/edit:",
            on_click=start_at,
            args=(place, edited.example, change.text),
        )
    elif edited.kind == "fields":
        st.button(
            "Take it over",
            key=f"try_take_{number}",
            icon=":material/edit:",
            on_click=set_changed,
            args=(_other_values(change, edited, column),),
        )
    if change.example is not None and st.button(
        "Whose values",
        key=f"try_donor_{number}",
        icon=":material/list_alt:",
        help="Opens the example that the values are from",
    ):
        session.go("examples.py", **{session.RUN: place.run, "example": change.example})


def _other_values(change: Change, edited: EditedInput, column: str) -> str:
    values = dict(edited.values)
    if change.text is not None:
        return as_json(values | {column: change.text})
    for move in change.moves:
        nothing = move.after is None or move.after != move.after
        values[move.feature] = "" if nothing else str(move.after)
    return as_json(values)


def _shown(value: Any) -> str:
    if value is None or value != value:
        return "missing"
    return f"{value:.4g}" if isinstance(value, float) else shown_label(str(value), 40)


def _method(search: Search, parts: str) -> None:
    if not search.tried:
        return
    how = (
        "Words are left out: every one alone, every pair, every three while there is room, then "
        "one after the other."
        if parts == WORDS
        else "Features get the values of the nearest examples that were answered otherwise (in "
        "standard deviations): every one alone, every pair, every three while there is room, then "
        "one after the other."
    )
    shown = "; of what is shown nothing can be left out" if search.changes else ""
    st.caption(
        f"{how} The model was asked about {_counted(search.tried)}{shown}. It says what the model "
        "does, not what is so in the world."
    )
