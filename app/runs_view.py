"""What the page of runs shows: the choices above the table, its chart, the table, one run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import streamlit as st

from app import cached, session, widgets
from app.runs_columns import PARAMETERS, column_config, column_heads, default_columns, in_percent
from app.tables import clicked_row, mark_row
from diagnostics import Experiment
from diagnostics.charts.runs import PICK, score_lines, score_ranks
from diagnostics.grid import RunColumn, filtered_runs, run_columns, run_table, value_choices
from diagnostics.metric_words import (
    MISSING,
    is_known,
    metric_text,
    metric_words,
)
from diagnostics.parameters import constant_parameters, differing_parameters, short_names
from diagnostics.ranking import (
    fold_points,
    headline,
    metric_names,
    ranked_runs,
    score_points,
)

if TYPE_CHECKING:
    import pandas as pd

#: Runs that get a line each in the chart; more are dots by rank, up to DOTS.
LINES, DOTS = 12, 300
TABLE_HEIGHT = 420
ANY = ""

#: What the page can show, by the name in the link, and the module that shows it.
VIEWS = {"leaderboard": "Leaderboard", "parameters": "Parameters", "training": "Training"}
_MODULES = {"parameters": "app.effects_view", "training": "app.learning_view"}


@dataclass(frozen=True)
class Listing:
    """The runs that the choices leave, the best first, and the metric that says so."""

    metric: str
    runs: list[str]


def choose_view() -> str:
    """Which of the page's views is open; only that one is computed."""
    offered = [name for name in VIEWS if name not in _MODULES or find_spec(_MODULES[name])]
    if len(offered) == 1:
        return offered[0]
    chosen = st.segmented_control(
        "View",
        offered,
        default=offered[0],
        format_func=VIEWS.__getitem__,
        key="runs_view",
        bind="query-params",
        label_visibility="collapsed",
    )
    return chosen or offered[0]


def show_leaderboard(experiment: Experiment, listing: Listing) -> None:
    """The listed runs' scores as a chart and as a table, and what they have in common."""
    show_unequal(experiment)
    show_chart(experiment, listing)
    show_table(experiment, listing)
    show_constants(experiment)


def choose_listing(experiment: Experiment) -> Listing:
    """The choices above the table: rank by, find, and one parameter's values."""
    metrics = metric_names(experiment) or [headline(experiment)]
    with st.container(horizontal=True, vertical_alignment="bottom"):
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


def show_chart(experiment: Experiment, listing: Listing) -> None:
    """The listed runs' scores; a click on a dot picks the run."""
    points = score_points(experiment, listing.metric)
    points = points[points["run"].isin(listing.runs)].head(DOTS)
    points = points.assign(rank=range(1, len(points) + 1))
    if len(points) < 2:
        return
    chosen, key = session.run().run, "runs_chart"
    if len(points) <= LINES:
        folds = fold_points([experiment.run(name) for name in points["run"]], listing.metric)
        chart = score_lines(points, folds, listing.metric, chosen=chosen)
    else:
        chart = score_ranks(points, listing.metric, chosen=chosen)
    said = chart_sentence(points, len(listing.runs), listing.metric)
    pick = partial(_pick_dot, key)
    with st.container(gap=None):
        st.altair_chart(chart, key=key, on_select=pick, selection_mode=PICK, alt=said)
        st.caption(said)


def show_unequal(experiment: Experiment) -> None:
    """That runs are not compared as equals which were given different amounts to learn from."""
    given = {run.resource for run in experiment.runs if run.resource is not None}
    if len(given) > 1:
        st.caption(
            f"The search gave its candidates from {min(given):,.0f} to {max(given):,.0f} to learn "
            "from. Those that were given more come first: only equal amounts compare."
        )


def chart_sentence(points: pd.DataFrame, listed: int, metric: str) -> str:
    """What the chart shows, and that its axis does not begin at 0."""
    low, high = (metric_text(metric, v) for v in (points["value"].min(), points["value"].max()))
    name = metric_words(metric) if is_known(metric) else "The score"
    how = " by rank" if len(points) > LINES else ""
    span = f"from {low} to {high}; the axis does not begin at 0."
    words = [f"{name} of {len(points):,} runs{how}, {span}"]
    if points["low"].notna().any():
        words.append("Lines reach from a run's lowest fold to its highest.")
    if listed > len(points):
        words.append(f"{listed - len(points):,} more are below these or have no such score.")
    return " ".join(words)


def _pick_dot(key: str) -> None:
    picked = st.session_state[key]["selection"].get(PICK) or []
    if picked:
        session.choose(run=str(picked[0]["run"]))


@st.cache_data(max_entries=16, show_spinner=False)
def _run_table(place: cached.Place, _experiment: Experiment) -> tuple[list[RunColumn], Any]:
    return run_columns(_experiment), run_table(_experiment)


def show_table(experiment: Experiment, listing: Listing) -> None:
    """The listed runs with the chosen columns; a click in a row picks the run."""
    columns, table = _run_table(session.place(experiment.runs[0]), experiment)
    rows = table.set_index("run", drop=False).loc[listing.runs].reset_index(drop=True)
    # On the left, for the table's own buttons appear over what is above its right end.
    with st.container(horizontal=True, vertical_alignment="center"):
        heads = column_heads(columns)
        shown = _choose_columns(columns, heads, listing.metric)
        _download(rows, experiment)
        st.caption(_counted(listing, experiment))
    if listing.runs:
        by_name = {column.name: column for column in columns}
        _draw(rows, [columns[0], *(by_name[name] for name in shown)], heads, listing)
    else:
        widgets.missing("No run is left.", "Clear what is in Find or in Only where.")


def _draw(
    rows: pd.DataFrame, columns: Sequence[RunColumn], heads: Mapping[str, str], listing: Listing
) -> None:
    key, chosen = "runs_table", session.run().run
    marked = listing.runs.index(chosen) if chosen in listing.runs else None
    mark_row(key, marked)
    st.dataframe(
        in_percent(rows, columns),
        key=key,
        hide_index=True,
        height="content" if len(rows) <= 10 else TABLE_HEIGHT,
        on_select=partial(_pick_row, key, listing.runs, marked),
        selection_mode=["single-row", "single-cell"],
        column_config={
            column.name: column_config(
                column, heads[column.name], rows[column.name], listing.metric
            )
            for column in columns
        },
        placeholder=MISSING,
        alt=f"{len(rows)} runs, ranked by {metric_words(listing.metric)}",
    )


def _counted(listing: Listing, experiment: Experiment) -> str:
    all_of_them = len(experiment.runs)
    n = f"{len(listing.runs):,} of " if len(listing.runs) < all_of_them else ""
    hidden = len(differing_parameters(experiment)) - PARAMETERS
    more = f" Columns has {hidden:,} more that differ." if hidden > 0 else ""
    return f"{n}{all_of_them:,} runs. A click on one picks it for all pages.{more}"


def _pick_row(key: str, names: Sequence[str], marked: int | None) -> None:
    row = clicked_row(key, marked)
    if row is not None:
        session.choose(run=names[row])


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


def _download(rows: pd.DataFrame, experiment: Experiment) -> None:
    from diagnostics.exporting import file_name, to_csv

    st.download_button(
        "Export",
        partial(to_csv, rows),
        file_name=file_name(experiment.name, "runs", suffix=".csv"),
        mime="text/csv",
        icon=":material/download:",
        key="runs_export",
        on_click="ignore",
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
