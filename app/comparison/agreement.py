"""All runs of the Compare page: how alike each two of them answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app.comparison import cached
from app.comparison.choices import AGAINST, TWO
from app.frame import session
from app.widgets.downloads import csv_button
from diagnostics.charts.agreement import TWO as TWO_RUNS
from diagnostics.charts.agreement import Likeness, agreement_heatmap
from diagnostics.comparison.agreement import agreement_cells, agreement_pairs
from diagnostics.examples.export import file_name, to_csv

if TYPE_CHECKING:
    import pandas as pd

    from app.frame.workspaces import Place

#: Runs that the matrix draws, the best ones; pairs that the table lists.
DRAWN, MOST_PAIRS = 40, 5_000
_LIKENESS: dict[str, Likeness] = {"Equal answers": "share", "Cohen's kappa": "kappa"}
#: Unless told otherwise, also by an empty value in a link.
_USUAL = "Equal answers"
_MATRIX = "compare_agreement"


def show_agreement(place: Place) -> None:
    """The matrix of the runs, and a table of each two where these are too many for it."""
    agreement = cached.agreement(place)
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.subheader("How alike the runs answer", anchor=False)
        with st.container(horizontal=True, width="content", vertical_alignment="center"):
            chosen = st.segmented_control(
                "Likeness",
                list(_LIKENESS),
                default=_USUAL,
                key="compare_likeness",
                bind="query-params",
                required=True,
                label_visibility="collapsed",
                help="Cohen's kappa is what of the agreement is left when that of chance is taken "
                "away: 1 is full agreement, 0 what two unrelated runs with the same habits reach.",
            )
            csv_button(
                "Pairs",
                lambda: to_csv(agreement_pairs(agreement)),
                file_name(place.experiment, "agreement", suffix=".csv"),
                key="compare_download_agreement",
                hint="Each two runs, as csv",
            )
    selected = tuple(name for name in session.selected_runs() if name in agreement.runs)
    selected = selected if len(selected) > 1 else ()
    drawn, value = cached.drawn_runs(place, DRAWN, selected), _LIKENESS[chosen or _USUAL]
    cells = agreement_cells(agreement, drawn)
    which = "selected" if selected else "best"
    some = (
        f"the {len(drawn):,} {which}" if len(drawn) < len(agreement.runs) else f"all {len(drawn):,}"
    )
    st.caption(
        f"The matrix has {some} runs, those that answer alike side by side (average linkage); "
        f"{_reach(cells, value)} between two runs. Right or wrong makes no difference to it. A "
        "click compares the two."
    )
    st.altair_chart(
        agreement_heatmap(cells, value=value),
        key=_MATRIX,
        on_select=_pick_two,
        selection_mode=TWO_RUNS,
        alt=f"Agreement of {len(drawn)} runs",
    )
    if len(drawn) < len(agreement.runs):
        _show_agreement_table(agreement_pairs(agreement))


def _reach(cells: pd.DataFrame, value: Likeness) -> str:
    """From the least to the most alike, which is what the colours span."""
    different = cells.loc[cells["run"] != cells["other"], value].dropna()
    if different.empty:
        return "kappa is not defined"
    figure = ".1%" if value == "share" else ".3f"
    low, high = format(different.min(), figure), format(different.max(), figure)
    if low == high:
        return f"it is {low} everywhere"
    return f"the colour goes from {low} to {high}"


def _pick_two() -> None:
    picked = st.session_state[_MATRIX]["selection"].get(TWO_RUNS) or []
    if picked and picked[0]["run"] != picked[0]["other"]:
        session.choose(
            **{
                session.RUN: str(picked[0]["run"]),
                AGAINST: str(picked[0]["other"]),
                "compare_view": TWO,
            }
        )


def _show_agreement_table(pairs: pd.DataFrame) -> None:
    kinds = st.column_config
    shown = pairs.head(MOST_PAIRS)
    first = "" if len(shown) == len(pairs) else f"The first {len(shown):,} of "
    st.caption(f"{first}{len(pairs):,} pairs of runs, the least alike first.")
    st.dataframe(
        shown.assign(share=100 * shown["share"]),
        hide_index=True,
        height=320,
        column_order=["run", "other", "different", "share", "kappa"],
        column_config={
            "run": kinds.TextColumn("Run", width="medium"),
            "other": kinds.TextColumn("and", width="medium"),
            "different": kinds.NumberColumn("Different answers", format="%,d"),
            "share": kinds.NumberColumn("Equal answers", format="%.1f%%"),
            "kappa": kinds.NumberColumn("Cohen's kappa", format="%.3f"),
        },
        alt=f"Agreement of {len(shown)} pairs of runs",
    )
