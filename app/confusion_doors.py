"""What opens from the confusion page: the examples behind a pair, a cell or a class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from app import session
from diagnostics import Evidence, Run

if TYPE_CHECKING:
    import pandas as pd

#: Rows that a table shows at once, and its pixels when there are more.
ROWS, TABLE_HEIGHT = 15, 532


def has_rows(run: Run) -> bool:
    """Whether there are examples to open."""
    return bool(run.evidence & (Evidence.PREDICTIONS | Evidence.ERRORS))


def open_examples(
    truth: str | None, answer: str | None, split: str | None, by: str = "confident-mistakes"
) -> None:
    """Go to the examples of a true class, an answer, or both; None does not restrict."""
    session.go(
        "examples.py", true=truth, predicted=answer, by=by, split=split, q=None, example=None
    )


def open_cell(run: Run, cell: dict[str, str], others: str, split: str | None) -> None:
    """Go to the examples of a cell: mistakes, or on the diagonal what went right."""
    truth, answer = (
        None if cell[name] == others else cell[name] for name in ("true_label", "predicted_label")
    )
    if truth is None and answer is None:
        st.toast("These classes are not shown one by one: choose more classes under Options.")
    elif truth != answer:
        open_examples(truth, answer, split)
    elif run.has(Evidence.PREDICTIONS | Evidence.CONFIDENCE):
        open_examples(truth, answer, split, by="confident-correct")
    else:
        open_examples(truth, None, split)


def clicked_row(
    frame: pd.DataFrame, columns: dict[str, Any], *, key: str, alt: str, is_open: bool
) -> int | None:
    """Draw a table with `columns` in their order; the row that was clicked if rows can be.

    A click leads away, so cells are selected and not rows, whose boxes would take room.
    """
    height: int | Literal["content"] = "content" if len(frame) <= ROWS else TABLE_HEIGHT
    shown = [name for name in columns if name in frame]
    if not is_open:
        st.dataframe(
            frame,
            height=height,
            hide_index=True,
            placeholder="–",
            column_order=shown,
            column_config=columns,
            alt=alt,
        )
        return None
    event = st.dataframe(
        frame,
        height=height,
        hide_index=True,
        placeholder="–",
        column_order=shown,
        column_config=columns,
        alt=alt,
        key=key,
        on_select="rerun",
        selection_mode="single-cell",
    )
    rows = [row for row, _ in event["selection"]["cells"]]
    # Until the browser has drawn a shorter table, the row may be one of the longer one.
    return next((row for row in rows if row < len(frame)), None)
