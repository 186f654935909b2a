"""The importances of several runs beside each other, on the Importance page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from app.frame import session
from app.importance import cached
from app.importance.choices import Choice
from app.widgets.example_table import ROW_HEIGHTS, height_of
from diagnostics import DiagnosticsError, Experiment
from diagnostics.models.importance.comparison import agreements, compared_ranks
from diagnostics.models.importance.importances import Importances
from diagnostics.models.importance.on_request import Asking
from diagnostics.models.importance.permutation import Permutation
from diagnostics.workspace.scores import ranked_runs

if TYPE_CHECKING:
    import pandas as pd

    from app.frame.workspaces import Place

#: Runs beside the one on screen: those that are selected, else the best that have importances.
RUNS = 5
TOP = 25
KEY = "importance_runs"


def show_runs(experiment: Experiment, choice: Choice) -> None:
    """Each feature's rank in every run that has importances; nothing if no other has."""
    others = {name: found for name, found in _others(experiment, choice)}
    if not others:
        if choice.question is not None and _has_other_model(experiment, choice):
            st.caption("Other runs stand beside this one as soon as they were asked the same.")
        return
    runs: dict[str, Importances] = {choice.place.run: choice.importances, **others}
    table = compared_ranks(runs, label=choice.label, top=TOP)
    names = [name for name in runs if name in table.columns]
    if len(names) < 2:
        return
    with st.container(border=True):
        st.subheader("Across runs", anchor=False)
        st.dataframe(
            table,
            hide_index=True,
            placeholder="–",
            height=height_of(len(table), most=12),
            row_height=ROW_HEIGHTS["none"],
            column_config={
                "feature": st.column_config.TextColumn("Feature"),
                **{name: st.column_config.NumberColumn(name, format="%d") for name in names},
                "change": st.column_config.NumberColumn(
                    "Places apart", format="%d", help="Between the highest and the lowest rank"
                ),
            },
            key=KEY,
            on_select=partial(_pick, _known_here(table, choice)),
            selection_mode="single-cell",
            alt=f"Ranks of {len(table)} features in {len(names)} runs",
        )
        for row in agreements(runs, label=choice.label).itertuples(index=False):
            method = runs[row.run].method
            st.text(
                f"{row.run} ({method}): {row.shared:,} features in both, rank correlation "
                f"{row.spearman:.2f}, overlap of the tops {row.overlap:.2f}."
            )
        st.caption(
            "A click looks at a feature. Ranks, for figures of different methods and models differ "
            "in size. The correlation is Spearman's; the overlap is rank-biased (Webber et al. "
            "2010), 1 for equal lists, 0 for lists with nothing in common."
        )


def _known_here(table: pd.DataFrame, choice: Choice) -> list[str | None]:
    """The feature of each row, None where the run on screen has no such feature."""
    known = table[choice.place.run].notna()
    return [name if here else None for name, here in zip(table["feature"], known, strict=True)]


def _pick(features: list[str | None]) -> None:
    cells = st.session_state[KEY]["selection"]["cells"]
    feature = features[cells[0][0]] if cells and cells[0][0] < len(features) else None
    if feature is not None:
        session.choose(feature=feature)


def _has_other_model(experiment: Experiment, choice: Choice) -> bool:
    return any(run.models for run in experiment.runs if run.run != choice.place.run)


def _others(experiment: Experiment, choice: Choice) -> list[tuple[str, Importances]]:
    picked = [name for name in session.selected_runs() if name != choice.place.run]
    names = picked or [name for name in ranked_runs(experiment) if name != choice.place.run]
    by_run = []
    for name in names:
        run = experiment.run(name)
        if not run.models and not run.evidence:
            continue
        importances = _of(session.place(run), choice)
        if importances is not None:
            by_run.append((name, importances))
        if len(by_run) == RUNS:
            break
    return by_run


def _of(place: Place, choice: Choice) -> Importances | None:
    """By the same method if the run has it, else by another that is quick."""
    offer = cached.offer(place)
    try:
        if choice.question is not None:
            return _asked(place, choice.question)
        if choice.method in offer.own:
            return cached.own(place, choice.method, choice.scaled)
        same = [one for one in offer.kept if one.method == choice.importances.method]
        if same:
            return same[0]
        if offer.own:
            return cached.own(place, offer.own[0])
    except DiagnosticsError:
        return None
    return offer.kept[0] if offer.kept else None


def _asked(place: Place, question: Asking) -> Importances | None:
    """What the run said to the same question, if it was asked."""
    known = cached.known(place, question)
    if known is None:
        return None
    return known.importances if isinstance(known, Permutation) else known.importances()
