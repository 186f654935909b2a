"""Asking which columns of a table of runs are parameters and which are metrics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import streamlit as st

from app.frame import workspaces
from diagnostics import DiagnosticsError, Workspace
from diagnostics.readers.run_table.choices import choose_roles
from diagnostics.readers.run_table.roles import Role, known_roles

#: What a person chooses from, and what the library calls it.
WORDS: dict[str, Role] = {
    "Parameter": "parameter",
    "Metric, higher is better": "metric",
    "Metric, lower is better": "metric-falling",
    "Name of the run": "name",
    "Fold": "fold",
    "Data set": "experiment",
    "Train, validation or test": "split",
    "Name of a metric": "metric-name",
    "Value of the named metric": "value",
    "Standard deviation": "std",
    "Standard error": "standard_error",
    "Lowest": "lowest",
    "Highest": "highest",
    "Interval, lower end": "interval_low",
    "Interval, upper end": "interval_high",
    "Interval, both ends": "interval",
    "Seconds of fitting": "seconds",
    "Seconds of answering": "score-seconds",
    "Kept, and no parameter": "about",
    "Leave out": "left-out",
}
_COLUMN = "column "


def show_run_tables(workspace: Workspace) -> None:
    """A form for each table of runs, filled in as it was read; what is chosen is read again."""
    tables = {
        run.path: run.mapping
        for experiment in workspace.experiments
        for run in experiment.runs
        if run.reader == "run tables"
    }
    if not tables:
        return
    st.subheader("How the tables of runs were read", anchor=False)
    st.caption("Which columns are parameters and which are metrics is a guess until you say so.")
    for number, (path, mapping) in enumerate(tables.items()):
        with st.expander("Columns of one table", expanded=len(tables) == 1):
            st.text(path)
            _form(workspace, path, mapping, number)


def _form(workspace: Workspace, path: str, mapping: Mapping[str, str], number: int) -> None:
    import pandas as pd

    roles = known_roles(_roles(mapping))
    words = {role: word for word, role in WORDS.items()}
    frame = pd.DataFrame({"Column": list(roles), "Is": [words[role] for role in roles.values()]})
    with st.form(f"run_table_{number}", border=False):
        edited = st.data_editor(
            frame,
            hide_index=True,
            disabled=["Column"],
            column_config={
                "Column": st.column_config.TextColumn(width="large"),
                "Is": st.column_config.SelectboxColumn(options=list(WORDS), required=True),
            },
            key=f"run_table_editor_{number}",
        )
        if st.form_submit_button("Read it so", icon=":material/check:"):
            chosen = dict(zip(edited["Column"], edited["Is"], strict=True))
            _keep(workspace, path, {name: WORDS[cast(str, word)] for name, word in chosen.items()})


def _roles(mapping: Mapping[str, str]) -> dict[str, str]:
    return {
        entry.removeprefix(_COLUMN): role
        for entry, role in mapping.items()
        if entry.startswith(_COLUMN)
    }


def _keep(workspace: Workspace, path: str, roles: Mapping[str, Role]) -> None:
    try:
        choose_roles(workspace.root, path, roles)
    except DiagnosticsError as error:
        st.error(str(error), icon=":material/error:")
        return
    workspaces.fingerprint.clear()
    st.rerun()
