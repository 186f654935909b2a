"""What the page of runs shows: the choices, the verdict, the chart and the table of runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from app.frame import session, workspaces
from app.runs.chart import show_chart
from app.runs.columns import PARAMETERS, column_config, column_heads, default_columns, in_percent
from app.runs.export import RunsTable, show_export
from app.runs.leaderboard import board, show_verdict
from app.runs.listing import Listing
from app.widgets.missing import missing
from diagnostics import Experiment
from diagnostics.runs.leaderboard_words import direction_words
from diagnostics.runs.run_table import (
    RunColumn,
    filtered_runs,
    run_columns,
    run_table,
    value_choices,
)
from diagnostics.runs.uncertainty_columns import judged_columns, with_uncertainty
from diagnostics.statistics.metric_names import MISSING, metric_words
from diagnostics.workspace.parameters import constant_parameters, differing_parameters, short_names
from diagnostics.workspace.scores import given, headline, metric_names, ranked_runs

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics.runs.standings import Leaderboard

TABLE_HEIGHT = 420
ANY = ""

#: All that is chosen on the page.
KEYS = (
    *("runs_view", "runs_metric", "runs_find", "runs_where", "runs_values", "runs_columns"),
    *("effects_given", "effects_among", "effects_parameters", "effects_first", "effects_second"),
    *("effects_best", "effects_clock", "training_metric"),
)
#: What the page can show.
VIEWS = ("Leaderboard", "Parameters", "Training")


def choose_view() -> str:
    """Which of the page's views is open; only that one is computed."""
    return st.segmented_control(
        "View",
        VIEWS,
        default=VIEWS[0],
        required=True,
        key="runs_view",
        bind="query-params",
        label_visibility="collapsed",
    )


def show_leaderboard(experiment: Experiment, listing: Listing) -> None:
    """What the ranking is worth, then the listed runs as a chart and as a table."""
    judged = board(experiment, listing.metric)
    show_unequal(experiment)
    show_verdict(experiment, judged)
    show_chart(experiment, listing.runs, judged)
    show_table(experiment, listing, judged)
    show_constants(experiment)


def choose_listing(experiment: Experiment) -> Listing:
    """The choices above the table: rank by, find, and one parameter's values."""
    metrics = metric_names(experiment) or [headline(experiment)]
    metric = st.selectbox(
        "Rank by",
        metrics,
        index=metrics.index(headline(experiment)),
        format_func=metric_words,
        key="runs_metric",
        bind="query-params",
        width=200,
    )
    find = st.text_input(
        "Find",
        key="runs_find",
        bind="query-params",
        placeholder="part of a name, or C=10",
        width=220,
        live=True,
    )
    parameter, values = _choose_values(experiment)
    kept = set(filtered_runs(experiment, find=find or "", parameter=parameter, values=values))
    return Listing(metric, [name for name in ranked_runs(experiment, metric) if name in kept])


def _choose_values(experiment: Experiment) -> tuple[str, list[str]]:
    """One of the differing parameters and the values it may have."""
    differing = differing_parameters(experiment)
    if not differing:
        return ANY, []
    shorter = {ANY: "any", **short_names(differing)}
    parameter = st.selectbox(
        "Only where",
        [ANY, *differing],
        format_func=lambda name: shorter.get(name, name),
        key="runs_where",
        bind="query-params",
        width=200,
    )
    if not parameter:
        return ANY, []
    values = st.multiselect(
        "is",
        value_choices(experiment, parameter),
        key="runs_values",
        bind="query-params",
        placeholder="any value",
        width=300,
    )
    return parameter, values


def show_direction(experiment: Experiment, metric: str) -> None:
    """That nothing says which way is up, before anything is called the best."""
    words = direction_words(experiment, metric)
    if words:
        st.warning(words, icon=":material/swap_vert:")


def show_unequal(experiment: Experiment) -> None:
    """That runs are not compared as equals which were given different amounts to learn from."""
    amounts = {amount for run in experiment.runs if (amount := given(run)) is not None}
    if len(amounts) > 1:
        least, most = min(amounts), max(amounts)
        is_share = all(run.resource is None for run in experiment.runs)
        span = (
            f"Runs learnt from {least:.0f} % to {most:.0f} % of the data."
            if is_share
            else f"The search gave its candidates from {least:,.0f} to {most:,.0f} to learn from."
        )
        st.caption(f"{span} Those that were given more come first: only equal amounts compare.")


@st.cache_data(max_entries=16, show_spinner=False)
def _run_table(place: workspaces.Place, _experiment: Experiment) -> tuple[list[RunColumn], Any]:
    return run_columns(_experiment), run_table(_experiment)


def show_table(experiment: Experiment, listing: Listing, judged: Leaderboard) -> None:
    """The listed runs with the chosen columns; a click picks a run, a tick selects it."""
    columns, known = _run_table(session.place(experiment.runs[0]), experiment)
    added = judged_columns(columns, judged)
    columns = [*columns, *added]
    rows = with_uncertainty(known, added, judged)
    rows = rows.set_index("run", drop=False).loc[listing.runs].reset_index(drop=True)
    # On the left, for the table's own buttons appear over what is above its right end.
    with st.container(horizontal=True, vertical_alignment="center"):
        heads = column_heads(columns)
        names = _choose_columns(columns, heads, listing.metric)
        by_name = {column.name: column for column in columns}
        shown = [columns[0], *(by_name[name] for name in names)]
        selected = [name for name in session.selected_runs() if name in set(listing.runs)]
        table = RunsTable(rows, columns, shown, heads, judged, selected)
        show_export(table, experiment.name)
        _compare_selected()
        st.caption(_counted(listing, experiment))
    if listing.runs:
        _draw(rows, shown, heads, listing)
    else:
        missing("No run is left.", "Clear what is in Find or in Only where.")


def _compare_selected() -> None:
    """The way to the page that compares two runs, and more, once two are selected."""
    selected = session.selected_runs()
    if len(selected) > 1 and st.button("Compare", icon=":material/compare_arrows:"):
        session.go("comparison.py", run=selected[0], against=selected[1])


def _draw(
    rows: pd.DataFrame, columns: Sequence[RunColumn], heads: Mapping[str, str], listing: Listing
) -> None:
    key, chosen = "runs_table", session.run().run
    selected = [listing.runs.index(n) for n in session.selected_runs() if n in listing.runs]
    marked = [[listing.runs.index(chosen), "run"]] if chosen in listing.runs else []
    marks = {"rows": selected, "columns": [], "cells": marked}
    st.session_state[key] = {"selection": marks}
    st.dataframe(
        in_percent(rows, columns),
        key=key,
        hide_index=True,
        height="content" if len(rows) <= 10 else TABLE_HEIGHT,
        on_select=partial(_clicked, key, listing.runs, selected),
        selection_mode=["multi-row", "single-cell"],
        column_config={
            column.name: column_config(
                column, heads[column.name], rows[column.name], listing.metric
            )
            for column in columns
        },
        placeholder=MISSING,
        alt=f"{len(rows)} runs, ranked by {metric_words(listing.metric)}",
    )


def _clicked(key: str, names: Sequence[str], marked: Sequence[int]) -> None:
    """A tick selects the run or no longer does, a click on a cell picks it."""
    selection = st.session_state[key]["selection"]
    if set(selection["rows"]) != set(marked):
        elsewhere = [name for name in session.selected_runs() if name not in names]
        wanted = [*elsewhere, *(names[row] for row in selection["rows"])]
        session.choose(**{session.SELECTED: wanted[: session.MOST_SELECTED]})
    elif selection["cells"]:
        session.choose(run=names[selection["cells"][0][0]])


def _counted(listing: Listing, experiment: Experiment) -> str:
    all_of_them = len(experiment.runs)
    n = f"{len(listing.runs):,} of " if len(listing.runs) < all_of_them else ""
    hidden = len(differing_parameters(experiment)) - PARAMETERS
    more = f" Columns has {hidden:,} more that differ." if hidden > 0 else ""
    most = session.MOST_SELECTED
    return (
        f"{n}{all_of_them:,} runs. A click picks one for all pages, ticks select up to {most} to "
        f"compare.{more}"
    )


def _choose_columns(
    columns: Sequence[RunColumn], heads: Mapping[str, str], metric: str
) -> list[str]:
    with st.popover("Columns", icon=":material/view_column:"):
        return st.multiselect(
            "Columns of the table",
            [column.name for column in columns if column.kind != "run"],
            default=default_columns(columns, metric),
            format_func=lambda name: heads.get(name, name),
            key="runs_columns",
            bind="query-params",
            width=420,
        )


def show_constants(experiment: Experiment) -> None:
    """The parameters that do not differ, once for all runs."""
    import pandas as pd

    same = constant_parameters(experiment)
    if not same or len(experiment.runs) < 2:
        return
    n = len(same)
    with st.expander(f"{n:,} parameter{'s' * (n > 1)} with one value in all runs"):
        frame = pd.DataFrame({"Parameter": list(same), "Value": list(same.values())})
        st.dataframe(frame, hide_index=True, alt="Parameters that are the same in all runs")
