"""The Compare page's answers: which label became which, and the examples behind it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from app.comparison import cached
from app.comparison.choices import NEW, OLD, Choice, open_outcome
from app.comparison.verdict import IN_NO_FILE, list_only_mistakes
from app.examples import cached as examples_cached
from app.frame import session
from app.widgets.clickable_tables import clicked_example, table_height
from app.widgets.downloads import csv_heading
from app.widgets.labels import named, shown_label
from diagnostics import Comparison, ConfusionMatrix
from diagnostics.charts.confusion import CELL, confusion_heatmap
from diagnostics.confusion.seriation import matrix_cells, name_of_others
from diagnostics.examples.export import file_name, to_csv

if TYPE_CHECKING:
    import pandas as pd

#: The choice of no label in particular.
ANY = ""
_PAIRS, _MATRIX = "compare_pairs", "compare_matrix"
#: Labels that the matrix shows, pairs that the table lists; the download has them all.
SHOWN, MOST_PAIRS = 20, 10_000
#: Characters of a label that a pair has room for.
LONGEST = 17


def show_pairs(comparison: Comparison, choice: Choice) -> None:
    """Which label became which, the most frequent first; a row lists its examples."""
    changes = cached.changes(session.place(), choice.against, choice.split, choice.where)
    csv_heading(
        "Which label became which",
        "Pairs",
        lambda: to_csv(changes),
        file_name(comparison.b, "against", comparison.a, "answers", suffix=".csv"),
        key="compare_download_pairs",
        hint="All of them, as csv",
    )
    st.caption(reading(changes, comparison))
    if changes.empty:
        return
    shown = changes.head(MOST_PAIRS)
    columns = _columns(shown, with_truth=comparison.has_truth)
    pairs = list(zip(shown["old_label"], shown["new_label"], strict=True))
    st.dataframe(
        named(shown.assign(share_of_old=100 * shown["share_of_old"]), longest=LONGEST),
        height=table_height(shown),
        hide_index=True,
        column_order=list(columns),
        column_config=columns,
        alt=f"{len(shown)} pairs of labels that changed",
        key=_PAIRS,
        on_select=partial(_pick_pair, pairs),
        selection_mode="single-cell",
    )


def _pick_pair(pairs: list[tuple[str, str]]) -> None:
    rows = [row for row, _ in st.session_state[_PAIRS]["selection"]["cells"]]
    if rows and rows[0] < len(pairs):
        session.choose(**dict(zip((OLD, NEW), pairs[rows[0]], strict=True)))


def reading(changes: pd.DataFrame, comparison: Comparison) -> str:
    """How many answers changed, and how far that gathers in few pairs."""
    n, total = int(changes["n"].sum()), comparison.agreement.examples
    if not n:
        return f"The two runs gave the same answer to all {total:,} examples."
    pairs = "one pair" if len(changes) == 1 else f"{len(changes):,} pairs"
    words = [f"{n:,} of {total:,} answers changed ({n / total:.1%}), in {pairs}"]
    if len(changes) > 5:
        share = changes["n"].head(5).sum() / n
        words.append(f"; the 5 most frequent hold {share:.{0 if share >= 0.1 else 1}%}")
    words.append(". A click on one lists its examples below.")
    return "".join(words)


def _columns(changes: pd.DataFrame, *, with_truth: bool) -> dict[str, Any]:
    kinds = st.column_config
    columns: dict[str, Any] = {
        "old_label": kinds.TextColumn("Old run said", width=130),
        "new_label": kinds.TextColumn("New run says", width=130),
        "n": kinds.ProgressColumn(
            "Examples", min_value=0, max_value=int(changes["n"].max()), format="%,d", width=80
        ),
        "share_of_old": kinds.NumberColumn(
            "Of old", format="%.1f%%", width=66, help="Share of what the old run answered so."
        ),
    }
    if with_truth:
        fixed, broken = "The new label is the true one.", "The old label was the true one."
        columns["fixed"] = kinds.NumberColumn("Fixed", format="%,d", width=60, help=fixed)
        columns["broken"] = kinds.NumberColumn("Broken", format="%,d", width=60, help=broken)
    return columns


def show_matrix(comparison: Comparison, choice: Choice) -> None:
    """The labels of the old run in the rows, those of the new one in the columns."""
    st.subheader("Matrix of both runs' answers", anchor=False)
    place = session.place()
    labels = cached.flow_labels(place, choice.against, choice.split, choice.where, SHOWN)
    matrix = ConfusionMatrix(comparison.labels, comparison.flow_table)
    others = len(comparison.labels) - len(labels)
    hint = f" The other {others:,} labels are added up in the last row and column." * (others > 0)
    st.caption(
        "Equal answers are on the diagonal, without colour. A click on a cell lists its examples "
        f"below.{hint}"
    )
    st.altair_chart(
        confusion_heatmap(matrix_cells(matrix, labels), sides=("Old run", "New run")),
        key=_MATRIX,
        on_select=partial(_pick_cell, name_of_others(comparison.labels)),
        selection_mode=CELL,
        alt=f"Answers of both runs, {len(labels)} of {len(comparison.labels)} labels",
    )


def _pick_cell(rest: str) -> None:
    cells = st.session_state[_MATRIX]["selection"].get(CELL) or []
    if cells:
        picked = (str(cells[0][name]) for name in ("true_label", "predicted_label"))
        old, new = (ANY if label == rest else label for label in picked)
        session.choose(**{OLD: old, NEW: new})


def show_examples(comparison: Comparison, choice: Choice) -> None:
    """The examples whose label went from the one to the other; a click opens one."""
    st.subheader("Examples of a change", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        old = _choose(OLD, "Old run said", comparison.labels)
        new = _choose(NEW, "New run says", comparison.labels)
    if old is None and new is None:
        st.caption("Choose a pair above, or a label here: its examples are listed.")
        return
    place = session.place()
    rows, total = cached.changed_examples(
        place, choice.against, choice.split, choice.where, (old, new)
    )
    if old == new and list_only_mistakes(comparison, session.experiment()):
        st.caption(f"Of equal answers only the wrong ones can be listed. {IN_NO_FILE}")
    if rows.empty:
        st.caption("No example in the files has these two answers.")
        return
    first = f"The first {len(rows):,} of {total:,} examples" if total > len(rows) else (
        "1 example" if total == 1 else f"{total:,} examples"
    )  # fmt: skip
    st.caption(f"{first}, those first whose confidence moved most. A click opens one.")
    example = clicked_example(
        rows.rename(columns={"against_label": "old_label"}),
        examples_cached.content_columns(place),
        _TITLES,
        key="compare_examples",
        alt=f"{len(rows)} examples whose answer changed",
    )
    if example is not None:
        outcome = "disagree" if old is None or old != new else "agree"
        open_outcome(choice, outcome, predicted=new, example=example)


_TITLES = {
    "true_label": "True",
    "old_label": "Old run said",
    "predicted_label": "New run says",
    "against_confidence": "Old confidence",
    "confidence": "New confidence",
}


def _choose(key: str, title: str, labels: tuple[str, ...]) -> str | None:
    chosen: str = st.selectbox(
        title,
        [ANY, *(label for label in labels if label)],
        key=key,
        bind="query-params",
        format_func=lambda label: shown_label(label) if label else "any",
        width=260,
    )
    return chosen or None
