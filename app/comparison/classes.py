"""The Compare page's classes: what was fixed and broken in each, and whether that is evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from app.comparison.choices import Choice, open_outcome
from app.comparison.words import ALPHA, p_text
from app.widgets.clickable_tables import clicked_cell, table_height
from app.widgets.downloads import csv_heading
from app.widgets.labels import named
from diagnostics import Comparison
from diagnostics.charts.comparison import CHANGE, class_changes_chart
from diagnostics.examples.export import file_name, to_csv

if TYPE_CHECKING:
    import pandas as pd

#: Classes that are drawn, those in which most moved; the table has them all.
DRAWN = 12
#: Characters of a class's name that the table has room for.
LONGEST = 28
_BROKEN = ("broken", "Broken", "Examples of this class that the new run broke.")
_FIXED = ("fixed", "Fixed", "Examples of this class that the new run fixed.")


def by_movement(classes: pd.DataFrame) -> pd.DataFrame:
    """The classes, those with the largest net first, of equal ones those in which most moved."""
    keys = classes.assign(size=classes["net"].abs(), moved=classes["fixed"] + classes["broken"])
    order = keys.sort_values(["size", "moved"], ascending=False, kind="stable").index
    return classes.loc[order].reset_index(drop=True)


def show_chart(comparison: Comparison, choice: Choice) -> None:
    """Fixed and broken of the classes in which most moved; a bar opens its examples."""
    classes = by_movement(comparison.classes)
    moved = classes[classes["fixed"] + classes["broken"] > 0]
    st.subheader("Where it moved", anchor=False)
    if moved.empty:
        st.caption("No example of any class was fixed or broken.")
        return
    shown = moved.head(DRAWN)
    st.caption(
        f"Broken to the left, fixed to the right, of {len(shown):,} of {len(moved):,} classes in "
        "which anything moved; the largest net first. A click on a bar opens its examples."
    )
    event = st.altair_chart(
        class_changes_chart(shown),
        key="compare_class_bars",
        on_select="rerun",
        alt=f"Examples fixed and broken in {len(shown)} classes",
    )
    clicked = event["selection"].get(CHANGE)
    if clicked:
        open_outcome(choice, str(clicked[0]["outcome"]), true=str(clicked[0]["label"]))


def show_classes(comparison: Comparison, choice: Choice) -> None:
    """Every class with what changed in it; a click opens what was fixed or broken."""
    classes = by_movement(comparison.classes)
    csv_heading(
        "Classes",
        "Classes",
        lambda: to_csv(classes),
        file_name(comparison.b, "against", comparison.a, "classes", suffix=".csv"),
        key="compare_download_classes",
        hint="All of it, as csv",
    )
    st.caption(reading(classes))
    clicked = clicked_cell(
        named(_in_points(classes), longest=LONGEST),
        _columns(),
        key="compare_classes",
        alt=f"What was fixed and broken in {len(classes)} classes",
    )
    if clicked is not None:
        row = classes.iloc[clicked[0]]
        open_outcome(choice, outcome_of(clicked[1], row), true=str(row["label"]))


def outcome_of(column: str, row: pd.Series) -> str:
    """What a click in a class's row opens: its column, else whichever there is more of."""
    if column in ("fixed", "broken"):
        return column
    return "fixed" if row["fixed"] > row["broken"] else "broken"


def reading(classes: pd.DataFrame) -> str:
    """How many classes changed more than chance explains, and how that was decided."""
    tests = int(classes["p"].notna().sum())
    raw = int((classes["p"] < ALPHA).sum())
    kept = int((classes["p_adjusted"] < ALPHA).sum())
    noun = "1 class" if tests == 1 else f"{tests:,} classes"
    words = [
        f"{noun} tested, each with McNemar's mid-p on its own examples: {raw:,} below {ALPHA}, "
        f"{kept:,} after adjusting for {tests:,} tests (Benjamini and Hochberg)."
    ]
    if raw > kept:
        words.append("Looking at many classes finds some that moved by chance.")
    words.append("The largest net first; a click opens what was broken or fixed.")
    return " ".join(words)


def _in_points(classes: pd.DataFrame) -> pd.DataFrame:
    """Differences in percentage points, for number formats do not multiply."""
    shares = [name for name in classes if str(name).endswith(("_a", "_b", "_difference"))]
    return classes.assign(**{str(name): 100 * classes[name] for name in shares})


def _columns() -> dict[str, Any]:
    kinds = st.column_config
    adjusted = "p-value of McNemar's mid-p test inside the class, adjusted for the number of tests."
    columns: dict[str, Any] = {
        "label": kinds.TextColumn("Class", width="medium"),
        "support": kinds.NumberColumn("Support", format="%,d", help="Examples of this class."),
    }
    for name, title, meaning in (_FIXED, _BROKEN):
        columns[name] = kinds.NumberColumn(title, format="%,d", help=meaning)
    columns["net"] = kinds.NumberColumn("Net", format="%+,d", help="Fixed less broken.")
    for name, title in (("recall", "Recall"), ("precision", "Precision"), ("f1", "F1")):
        columns[f"{name}_b"] = kinds.NumberColumn(
            title, format="%.1f%%", help=f"{title} of the new run."
        )
        columns[f"{name}_difference"] = kinds.NumberColumn(
            f"{title} ±", format="%+.1f", help=f"{title} of the new run less the old, in points."
        )
    columns["p_adjusted"] = kinds.NumberColumn("p adjusted", format="%.2g", help=adjusted)
    return columns


def show_answers(comparison: Comparison) -> None:
    """Without truth: how often each label was given, and on which the runs disagree."""
    st.subheader("Labels", anchor=False)
    answered = comparison.answered.sort_values("disagree", ascending=False, kind="stable")
    st.caption(f"{_mix(comparison)} The labels with most disagreement first.")
    kinds = st.column_config
    shares = ["share_a", "share_b", "share_difference", "disagreement", "low", "high"]
    st.dataframe(
        named(answered.assign(**{name: 100 * answered[name] for name in shares}), longest=LONGEST),
        hide_index=True,
        height=table_height(answered),
        placeholder="–",
        column_order=[
            *("label", "n_a", "n_b", "share_difference", "disagree", "disagreement", "low", "high")
        ],
        column_config={
            "label": kinds.TextColumn("Label", width="medium"),
            "n_a": kinds.NumberColumn("Old run", format="%,d", help="How often it said so."),
            "n_b": kinds.NumberColumn("New run", format="%,d", help="How often it says so."),
            "share_difference": kinds.NumberColumn(
                "Share ±", format="%+.1f", help="Of all answers, in points."
            ),
            "disagree": kinds.NumberColumn(
                "Disagree", format="%,d", help="The old run said so, the new one says another."
            ),
            "disagreement": kinds.NumberColumn(
                "Of old", format="%.1f%%", help="Share of what the old run answered so."
            ),
            "low": kinds.NumberColumn("95 % from", format="%.1f%%", help="Wilson's interval."),
            "high": kinds.NumberColumn("to", format="%.1f%%"),
        },
        alt=f"How often each of {len(answered)} labels was given by both runs",
    )


def _mix(comparison: Comparison) -> str:
    """Whether the labels are given as often by both runs."""
    mix = comparison.mix
    if mix.degrees == 0:
        return "Both runs give every label equally often."
    moved = "moved" if mix.p < ALPHA else "did not demonstrably move"
    return (
        f"The mix of labels {moved}: test of Stuart and Maxwell, χ² = {mix.statistic:.1f}, "
        f"{mix.degrees} degrees of freedom, {p_text(mix.p)}."
    )
