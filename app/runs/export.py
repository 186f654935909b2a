"""The table of runs as a file: csv, Markdown or LaTeX, with its uncertainty or without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Literal

import streamlit as st

from diagnostics.runs.run_table import RunColumn
from diagnostics.runs.uncertainty_columns import KINDS, written_table

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics.runs.standings import Leaderboard

Form = Literal["csv", "markdown", "latex"]
FORMS: dict[Form, str] = {"csv": "csv", "markdown": "Markdown", "latex": "LaTeX"}
_SUFFIXES = {"csv": ".csv", "markdown": ".md", "latex": ".tex"}
_TYPES = {"csv": "text/csv", "markdown": "text/markdown", "latex": "application/x-tex"}


@dataclass(frozen=True, eq=False)
class RunsTable:
    """What is exported: the rows, all columns, those that are shown, and what is above them.

    `selected` are runs among the rows that may be exported alone.
    """

    rows: pd.DataFrame
    columns: Sequence[RunColumn]
    shown: Sequence[RunColumn]
    heads: Mapping[str, str]
    board: Leaderboard
    selected: Sequence[str] = ()

    def only_selected(self) -> RunsTable:
        """The same with the rows of the selected runs."""
        return replace(self, rows=self.rows[self.rows["run"].isin(list(self.selected))])


def show_export(table: RunsTable, experiment: str) -> None:
    """A button that opens the choices and the download."""
    from diagnostics.examples.export import file_name

    with st.popover("Export", icon=":material/download:"):
        form = st.segmented_control(
            "Form", list(FORMS), default="csv", required=True, format_func=FORMS.__getitem__,
            key="runs_form", persist_state="session",
        )  # fmt: skip
        uncertainty = st.toggle(
            "With uncertainty",
            value=True,
            key="runs_uncertainty",
            persist_state="session",
            help="The intervals, the p-values and how often a run would have been picked.",
        )
        if table.selected and st.toggle(
            "Selected runs only", key="runs_export_selected", persist_state="session"
        ):
            table = table.only_selected()
        n = len(table.rows)
        st.caption(
            f"{n:,} run{'s' * (n != 1)}. "
            + ("All columns, numbers as they are." if form == "csv" else "The table's columns.")
        )
        st.download_button(
            "Save",
            partial(content, table, form, uncertainty=uncertainty),
            file_name=file_name(experiment, "runs", suffix=_SUFFIXES[form]),
            mime=_TYPES[form],
            icon=":material/download:",
            key="runs_export",
            on_click="ignore",
        )


def content(table: RunsTable, form: Form, *, uncertainty: bool) -> bytes:
    """The file's bytes: csv has every column, documents those that are shown."""
    from diagnostics.examples.export import to_csv

    kept = [
        c
        for c in (table.columns if form == "csv" else table.shown)
        if _is_kept(c, uncertainty=uncertainty)
    ]
    if form == "csv":
        return to_csv(table.rows[[column.name for column in kept]])
    if uncertainty:  # the interval stands behind the score
        kept = [column for column in kept if column.kind not in ("low", "high")]
    return written_table(
        table.rows, kept, table.heads, table.board, form=form, uncertainty=uncertainty
    ).encode()


def _is_kept(column: RunColumn, *, uncertainty: bool) -> bool:
    return uncertainty or column.kind not in (*KINDS, "fold_std")
