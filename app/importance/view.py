"""What the Importance page shows of all features: what looks wrong, the bars, the dots."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from app.frame import session
from app.importance import cached
from app.importance.choices import Choice, pick_feature, picked
from app.widgets.downloads import csv_button
from diagnostics.charts.importance import PICK, beeswarm_chart, importance_chart
from diagnostics.examples.export import file_name, to_csv
from diagnostics.models.importance.contributions import FEATURES, Pushes, beeswarm
from diagnostics.models.importance.importances import DEFINITIONS
from diagnostics.models.importance.on_request import Asking
from diagnostics.models.importance.run_importance import carrying
from diagnostics.models.importance.shapley.sampled_shapley import SampledContributions
from diagnostics.models.importance.suspect_features import Flag

if TYPE_CHECKING:
    import pandas as pd

    from app.frame.workspaces import Place

#: Bars on screen; with a sign, half of them each way.
BARS = 20
#: Features that can be picked by name, the most important ones.
PICKABLE = 500
_TITLES = {
    "wiring": ("Broken wiring?", ":material/power_off:"),
    "leakage": ("Leakage?", ":material/key:"),
    "useless": ("Nothing learnt?", ":material/help:"),
}


def show_flags(place: Place) -> None:
    """What looks wrong with the features, each with its evidence; nothing if nothing does."""
    for flag in cached.flags(place):
        _show_flag(flag)


def show_carrying(choice: Choice) -> None:
    """The feature that nearly everything hangs on when features are mixed up, if there is one."""
    if choice.shuffled is not None:
        for flag in carrying(cached.evaluated(choice.place), choice.importances):
            _show_flag(flag)


def _show_flag(flag: Flag) -> None:
    title, icon = _TITLES[flag.kind]
    with st.container(border=True), st.container(horizontal=True, vertical_alignment="center"):
        st.badge(title, icon=icon, color="red" if flag.kind == "wiring" else "orange")
        with st.container(gap=None):
            st.text(flag.evidence)
            st.caption(flag.advice)  # our own words; the evidence has the files'


def shown_rows(choice: Choice) -> pd.DataFrame:
    """The rows that are drawn: the most important ones, of a class those either way."""
    table = choice.importances.table(choice.label)
    if not (choice.importances.is_signed and choice.label is not None):
        counts = table[table["mean"] != 0]
        return (table if counts.empty else counts).head(BARS)
    towards = table[table["mean"] > 0].head(BARS // 2)
    away = table[table["mean"] < 0].head(BARS // 2)
    return table.loc[[*towards.index, *away.index[::-1]]]


def show_bars(choice: Choice, feature: str) -> None:
    """The bars, and what they are."""
    importances, table = choice.importances, choice.importances.table(choice.label)
    rows = shown_rows(choice)
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.subheader("What matters", anchor=False)
        csv_button(
            "Importances",
            lambda: to_csv(table),
            file_name(choice.place.run, "importances", suffix=".csv"),
            key="importance_download",
            hint="All features, as csv",
        )
    is_signed = importances.is_signed and choice.label is not None
    key = f"importance_bars_{choice.method}"
    st.altair_chart(
        importance_chart(rows, unit=importances.unit, chosen=feature, is_signed=is_signed),
        key=key,
        on_select=partial(pick_feature, key),
        selection_mode=PICK,
        alt=f"Importance of {len(rows)} of {len(table)} features",
    )
    st.caption(definition(choice))
    st.text(_counted(choice, len(rows), len(table)))
    for note in importances.notes:
        st.text(note)


def pushes_of(choice: Choice, label: str | None) -> Pushes | None:
    """What the features added in single rows: exactly, or as it was asked; None if neither."""
    evaluated = cached.evaluated(choice.place)
    if choice.sampled is not None:
        return choice.sampled.pushes(evaluated, label)
    found = cached.contributions(choice.place, label)
    if found is None:
        asked = cached.known(choice.place, Asking("contributions"))
        if isinstance(asked, SampledContributions):
            return asked.pushes(evaluated, label)
    return found


def definition(choice: Choice) -> str:
    """What the figures are, and what the marks beside them."""
    importances = choice.importances
    is_kept = choice.method not in DEFINITIONS
    words = [DEFINITIONS["kept"] if is_kept else importances.definition]
    if choice.method == "coefficients" and not choice.scaled:
        words = ["The model's own weights, as they are."]
    if importances.low is not None and choice.label is None:
        over = "examples" if choice.shuffled is None else "examples and shuffles"
        words.append(f"Lines are 95 % intervals, over {over}.")
    elif importances.std is not None or (
        choice.label is not None and importances.label_std is not None
    ):
        words.append("Lines are one standard deviation either way.")
    if importances.is_signed and choice.label is not None:
        words.append("Blue speaks for the class, gold against it.")
    return " ".join(words)


def _counted(choice: Choice, shown: int, total: int) -> str:
    source = f", from {choice.importances.source}" if choice.importances.source else ""
    base = ""
    if choice.shuffled is not None:
        base = f" The {choice.shuffled.metric} as it is: {choice.shuffled.base:.3f}."
    return f"{shown:,} of {total:,} features{source}.{base}"


def show_beeswarm(choice: Choice, feature: str) -> None:
    """Every row's contributions as dots; a click opens the example."""
    evaluated = cached.evaluated(choice.place)
    label = choice.label
    if label is None and len(evaluated.labels) == 2:  # of two, what speaks against one is plain
        label = evaluated.labels[1]
    pushes = pushes_of(choice, label)
    if pushes is None:
        return
    features = [str(name) for name in choice.importances.table(choice.label)["feature"]]
    shown = features[:FEATURES]
    if feature not in shown and feature in features:
        shown = [*shown[:-1], feature]
    dots = beeswarm(pushes, evaluated, shown)
    if dots.empty:
        return
    towards = label or "each row's own answer"
    with st.container(border=True):
        st.subheader("What each feature added", anchor=False)
        event = st.altair_chart(
            beeswarm_chart(dots, shown, title="added"),
            key="importance_swarm",
            on_select="rerun",
            selection_mode=PICK,
            alt=f"{len(dots)} contributions of {len(shown)} features",
        )
        st.text(f"Towards {towards}. {len(dots):,} dots, one for each row that has the feature.")
        st.caption("To the right it speaks for the class. A click on a dot opens its example.")
    example = picked(event["selection"], "example")
    if example is not None:
        session.go("examples.py", by="all", example=example)
