"""The tables of the confusion page: the confused pairs, and each class's figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app.confusion import cached
from app.frame import session
from app.frame.links import has_rows, open_examples
from app.widgets.clickable_tables import ROWS, clicked_row
from app.widgets.downloads import csv_button
from app.widgets.labels import named
from diagnostics import ConfusionMatrix, Run
from diagnostics.charts import colours
from diagnostics.confusion.matrix import class_report, matrix_table
from diagnostics.examples.export import file_name, to_csv

if TYPE_CHECKING:
    import pandas as pd

#: Pairs that are listed at most; the download has them all.
MOST_PAIRS = 10_000
#: Characters of a label that a pair has room for.
LONGEST = 21
#: Below this support one mistake moves a class's recall by more than ten points.
SMALL_SUPPORT = 10

_FIGURES = {"precision": "Precision", "recall": "Recall", "f1": "F1"}
_COUNTS = {
    "support": ("Support", "Examples of this class."),
    "predicted": ("Predicted", "How often it was answered."),
    "missed": ("Missed", "Examples of this class that got another answer."),
    "wrongly_given": ("Wrongly given", "Examples of other classes that got this answer."),
}


def show_pairs(run: Run, matrix: ConfusionMatrix, split: str | None) -> None:
    """Which class was taken for which, the most frequent first; a row opens its examples."""
    pairs = cached.confused_pairs(session.place(), split)
    st.subheader("Most confused pairs", anchor=False)
    if pairs.empty:
        st.success(
            f"No mistakes: all {matrix.total:,} answers are right.", icon=":material/celebration:"
        )
        return
    hint = " A click on one opens its examples." if has_rows(run) else ""
    st.caption(reading(pairs) + hint)
    table = st.container()
    shown = pairs.head(ROWS)
    if len(pairs) > ROWS and st.toggle(
        f"All {len(pairs):,} pairs", key="confusion_all_pairs", bind="query-params"
    ):
        shown = pairs.head(MOST_PAIRS)
        if len(pairs) > MOST_PAIRS:
            st.caption(f"The first {MOST_PAIRS:,} are listed; the download has them all.")
    with table:
        row = _pairs_table(shown, is_open=has_rows(run))
    if row is not None:
        open_examples(shown["true_label"].iloc[row], shown["predicted_label"].iloc[row], split)


def reading(pairs: pd.DataFrame) -> str:
    """How far the mistakes gather in few pairs, in a sentence."""
    errors = int(pairs["n"].sum())
    if len(pairs) <= 5:
        noun = "one pair" if len(pairs) == 1 else f"{len(pairs)} pairs"
        return f"{'The one error is' if errors == 1 else f'All {errors:,} errors are'} in {noun}."
    share = pairs["n"].head(5).sum() / errors
    digits = 0 if share >= 0.1 else 1
    return f"The 5 most confused pairs hold {share:.{digits}%} of the {errors:,} errors."


def _pairs_table(pairs: pd.DataFrame, *, is_open: bool) -> int | None:
    kinds = st.column_config
    columns = {
        "true_label": kinds.TextColumn("True", width=_width(pairs["true_label"])),
        "predicted_label": kinds.TextColumn("Predicted", width=_width(pairs["predicted_label"])),
        "n": kinds.ProgressColumn(
            "Errors",
            min_value=0,
            max_value=int(pairs["n"].max()),
            format="%,d",
            width=80,
            color=colours.WRONG,
        ),
        "share_of_true": kinds.NumberColumn(
            "Of true",
            format="%.1f%%",
            width=62,
            help="Share of the true class's examples that got this answer.",
        ),
        "accuracy_without": kinds.NumberColumn(
            "Accuracy if right",
            format="%.2f%%",
            width=112,
            help="What accuracy would be without these errors.",
        ),
        "macro_f1_gain": kinds.NumberColumn(
            "F1 gain",
            format="%+.4f",
            width=64,
            help="What macro F1 would gain without these errors: an upper bound, for mending one "
            "pair in a real model moves others.",
        ),
    }
    rates = ["share_of_true", "accuracy_without"]
    return clicked_row(
        named(pairs.assign(**(pairs[rates] * 100)), longest=LONGEST),
        columns,
        key="confusion_pairs",
        alt=f"The {len(pairs)} most confused pairs of classes, with their errors",
        is_open=is_open,
    )


def _width(labels: pd.Series) -> int:
    """Pixels for the longest label, as long as the figures beside it stay in sight."""
    return min(max(int(labels.str.len().max()) * 6 + 18, 80), 132)


def show_classes(run: Run, matrix: ConfusionMatrix, split: str | None) -> None:
    """Each class's figures, the worst first; a row opens the class's mistakes."""
    report = class_report(matrix)
    report = report[(report["support"] > 0) | (report["predicted"] > 0)]
    report = worst_first(report, "missed")
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.subheader("Classes", anchor=False)
        with st.container(horizontal=True, width="content"):
            _downloads(run, matrix, report, split)
    small = int(report["support"].between(1, SMALL_SUPPORT - 1).sum())
    words = ["The lowest F1 first."]
    if has_rows(run):
        words.append("A click on a class opens its mistakes.")
    if small:
        noun = "1 class has" if small == 1 else f"{small:,} classes have"
        words.append(
            f"{noun} fewer than {SMALL_SUPPORT} examples, where one mistake moves recall by more "
            f"than {100 // SMALL_SUPPORT} percentage points."
        )
    st.caption(" ".join(words))
    row = classes_table(report, is_open=has_rows(run))
    if row is not None:
        open_examples(report["label"].iloc[row], None, split)


def worst_first(report: pd.DataFrame, tie: str) -> pd.DataFrame:
    """The classes by F1, ties by most of `tie`; those without an F1 last."""
    return report.sort_values(
        ["f1", tie], ascending=[True, False], kind="stable", ignore_index=True
    )


def classes_table(report: pd.DataFrame, *, is_open: bool, title: str = "Class") -> int | None:
    """The table of a class report, or of some of its columns; the row that was clicked."""
    kinds = st.column_config
    columns = {"label": kinds.TextColumn(title, width="medium")}
    for name, words in _FIGURES.items():
        columns[name] = kinds.ProgressColumn(
            words, min_value=0, max_value=100, format="%.1f%%", width="small"
        )
    for name, (words, meaning) in _COUNTS.items():
        columns[name] = kinds.NumberColumn(words, format="%,d", help=meaning)
    return clicked_row(
        named(report.assign(**(report[list(_FIGURES)] * 100))),
        columns,
        key="confusion_classes",
        alt=f"Precision, recall and F1 of {len(report)} classes",
        is_open=is_open,
    )


def _downloads(run: Run, matrix: ConfusionMatrix, report: pd.DataFrame, split: str | None) -> None:
    """The whole matrix, all classes and all pairs, made when asked for."""
    place = session.place()
    offered = {
        "Matrix": lambda: to_csv(matrix_table(matrix)),
        "Classes": lambda: to_csv(report),
        "Pairs": lambda: to_csv(cached.confused_pairs(place, split)),
    }
    for label, data in offered.items():
        csv_button(
            label,
            data,
            file_name(run.run, split or run.split, label.lower(), suffix=".csv"),
            key=f"confusion_download_{label.lower()}",
            hint="All of it, as csv",
        )
