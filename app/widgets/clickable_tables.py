"""Tables whose cells lead somewhere: classes and runs, and short lists of examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from app.widgets.example_table import HEAD, ROW_HEIGHTS
from app.widgets.labels import named
from diagnostics.examples.content import heading

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics.examples.content import ContentColumns

#: Rows that a table shows at once, and its pixels when there are more.
ROWS, TABLE_HEIGHT = 15, 532
#: Characters of a label in a list of examples, and pixels of the columns beside the content.
LABEL, LABEL_WIDTH, SHARE_WIDTH = 24, 176, 112


def clicked_row(
    frame: pd.DataFrame, columns: dict[str, Any], *, key: str, alt: str, is_open: bool
) -> int | None:
    """Draw a table with `columns` in their order; the row that was clicked if rows can be.

    A click leads away, so cells are selected and not rows, whose boxes would take room.
    """
    if not is_open:
        st.dataframe(
            frame,
            height=table_height(frame),
            hide_index=True,
            placeholder="–",
            column_order=[name for name in columns if name in frame],
            column_config=columns,
            alt=alt,
        )
        return None
    cell = clicked_cell(frame, columns, key=key, alt=alt)
    return None if cell is None else cell[0]


def clicked_cell(
    frame: pd.DataFrame, columns: dict[str, Any], *, key: str, alt: str
) -> tuple[int, str] | None:
    """Draw a table with `columns` in their order; the row and the column that was clicked."""
    event = st.dataframe(
        frame,
        height=table_height(frame),
        hide_index=True,
        placeholder="–",
        column_order=[name for name in columns if name in frame],
        column_config=columns,
        alt=alt,
        key=key,
        on_select="rerun",
        selection_mode="single-cell",
    )
    # Until the browser has drawn a shorter table, the row may be one of the longer one.
    cells = [(row, str(name)) for row, name in event["selection"]["cells"] if row < len(frame)]
    return cells[0] if cells else None


def table_height(frame: pd.DataFrame) -> int | Literal["content"]:
    """As high as its rows; beyond `ROWS` of them a table scrolls."""
    return "content" if len(frame) <= ROWS else TABLE_HEIGHT


def clicked_example(
    frame: pd.DataFrame, content: ContentColumns, titles: dict[str, str], *, key: str, alt: str
) -> str | None:
    """Draw a list of examples; the id of the one that was clicked.

    `titles` are the columns before the content with their heads, in order: labels as they are,
    numbers as shares. Without content the ids are shown.
    """
    shares = [name for name in titles if name in frame and frame[name].dtype.kind == "f"]
    shown = frame.assign(**{name: 100 * frame[name] for name in shares})
    ids = [] if content.kind in ("text", "image", "fields") else ["example"]
    contents = [str(name) for name in frame if str(name).startswith(heading(""))]
    row = ROW_HEIGHTS["image"] if content.kind == "image" else ROW_HEIGHTS["none"]
    clicked = st.dataframe(
        named(shown, longest=LABEL),
        hide_index=True,
        row_height=row,
        height=HEAD + row * min(len(frame), ROWS),
        placeholder="–",
        column_order=[*ids, *titles, *contents],
        column_config={**_answers(frame, titles), **content_column_config(contents, content)},
        alt=alt,
        key=key,
        on_select="rerun",
        selection_mode="single-cell",
    )
    rows = [row for row, _ in clicked["selection"]["cells"] if row < len(frame)]
    return str(frame["example"].iloc[rows[0]]) if rows else None


def _answers(frame: pd.DataFrame, titles: dict[str, str]) -> dict[str, Any]:
    kinds = st.column_config
    columns: dict[str, Any] = {"example": kinds.TextColumn("Example")}
    for name, title in titles.items():
        if name in frame and frame[name].dtype.kind == "f":
            columns[name] = kinds.NumberColumn(title, format="%.1f%%", width=SHARE_WIDTH)
        else:
            columns[name] = kinds.TextColumn(title, width=LABEL_WIDTH)
    return columns


def content_column_config(names: list[str], content: ContentColumns) -> dict[str, Any]:
    """How columns of content are drawn: an image, a text, or whatever else it is."""
    kinds = st.column_config
    columns: dict[str, Any] = {}
    for name in names:
        if content.image and name == heading(content.image):
            columns[name] = kinds.ImageColumn("Image", width=64)
        elif content.text and name == heading(content.text):
            columns[name] = kinds.TextColumn("Text", width="large")
        else:
            columns[name] = kinds.Column(name.removeprefix(heading("")))
    return columns
