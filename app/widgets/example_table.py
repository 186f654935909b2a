"""Tables of examples: content, labels and figures in one look everywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from app.widgets.labels import fitted, letters_in, lines_of, named
from diagnostics.charts import colours
from diagnostics.examples.content import heading

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics.examples.content import ContentColumns

#: Pixels of a row; Streamlit wraps texts in rows of more than 60, which three lines fill.
ROW_HEIGHTS = {"text": 62, "image": 50, "fields": 35, "none": 35}
WRAPPING = 60
#: Characters of a field that a wide table has room for.
ONE_LINE = 60
#: Columns of labels, and what the narrowest of them takes in pixels.
LABELS, LEAST_LABEL = ("true_label", "predicted_label", "against_label"), 70
#: Columns that leave the others less room.
MEASURED = ("margin", "entropy", "against_confidence")
#: Columns that are shown in percent.
SHARES = ("confidence", "against_confidence", "margin", "similarity")
#: Pixels of a list, and of a table's head.
LIST_HEIGHT, HEAD = 600, 36
#: Pixels of a column that has a tick or a cross.
MARK = 36


@dataclass(frozen=True)
class Room:
    """Pixels of the columns of words: a text's, and a label's at most."""

    text: int
    label: int


WIDE, NARROW = Room(200, 105), Room(140, 122)
#: Narrow, and beside a measure.
TIGHT = Room(128, 104)
#: Beside another run's answer.
PAIRED = Room(112, 90)


def examples_table(
    frame: pd.DataFrame,
    content: ContentColumns,
    *,
    key: str,
    on_select: Callable[[int], None],
    alt: str,
    selected: int | None = None,
    narrow: bool = False,
    colour: str = colours.OTHER,
) -> None:
    """One row an example, the `selected` one marked; a click in a row calls `on_select`.

    `narrow` keeps the text from taking the room of the labels.
    """
    mark_row(key, selected)
    room = _room(frame, narrow=narrow)
    row_height = ROW_HEIGHTS[content.kind] if narrow or _is_long(frame, content, room) else 35
    frame = _shortened(frame, content, room, lines=3 if row_height > WRAPPING else 1)
    st.dataframe(
        frame.assign(**{name: frame[name] * 100 for name in SHARES if name in frame}),
        key=key,
        hide_index=True,
        height=HEAD + row_height * len(frame),
        row_height=row_height,
        on_select=partial(_clicked, key, selected, on_select),
        selection_mode=["single-row", "single-cell"],
        column_order=_order(frame, content),
        column_config=_config(frame, content, colour, room),
        placeholder="",
        alt=alt,
    )


def rows_that_fit(content: ContentColumns) -> int:
    """How many rows a list of this content has."""
    return (LIST_HEIGHT - HEAD) // ROW_HEIGHTS[content.kind]


def height_of(rows: int, *, most: int) -> int:
    """Pixels of a table of plain rows that scrolls from `most` rows on."""
    return HEAD + ROW_HEIGHTS["none"] * min(rows, most)


def mark_row(key: str, row: int | None) -> None:
    """Select a row of a table that is about to be drawn, and nothing else in it."""
    rows = [] if row is None else [row]
    st.session_state[key] = {"selection": {"rows": rows, "columns": [], "cells": []}}


def clicked_row(key: str, marked: int | None) -> int | None:
    """The row that was clicked in a table with a marked row; None if it was that one."""
    selection = st.session_state[key]["selection"]
    rows = [*selection["rows"], *(row for row, _ in selection["cells"])]
    return next((row for row in rows if row != marked), None)


def _clicked(key: str, marked: int | None, on_select: Callable[[int], None]) -> None:
    row = clicked_row(key, marked)
    if row is not None:
        on_select(row)


def _room(frame: pd.DataFrame, *, narrow: bool) -> Room:
    if not narrow:
        return WIDE
    if "against_label" in frame:
        return PAIRED
    return TIGHT if any(name in frame for name in MEASURED) else NARROW


def _is_long(frame: pd.DataFrame, content: ContentColumns, room: Room) -> bool:
    """Whether a wide table's rows need more than a line."""
    if content.text and heading(content.text) in frame:
        texts = [str(text) for text in frame[heading(content.text)]]
        return any(len(lines_of(text, width=room.text)) > 1 for text in texts)
    fields = [name for name in frame if str(name).startswith(heading(""))]
    return any(len(str(value)) > ONE_LINE for name in fields for value in frame[name])


def _shortened(
    frame: pd.DataFrame, content: ContentColumns, room: Room, *, lines: int
) -> pd.DataFrame:
    """Texts that end in a word, not in half a line, and labels that can be told apart."""
    frame = named(frame, longest=letters_in(room.label, lines=lines))
    text = heading(content.text) if content.text else ""
    if text not in frame:
        return frame
    fits = partial(fitted, width=room.text, lines=lines)
    return frame.assign(
        **{text: [fits(value) if isinstance(value, str) else value for value in frame[text]]}
    )


def _field(name: str, values: pd.Series, *, narrow: bool) -> Any:
    width = 72 if narrow else None
    if values.dtype.kind == "f":  # four figures, where Streamlit's four decimals hide small ones
        return st.column_config.NumberColumn(name, width=width, format="%.4g")
    return st.column_config.Column(name, width=width)


def _order(frame: pd.DataFrame, content: ContentColumns) -> list[str]:
    """All columns, but ids only where nothing else tells the rows apart.

    Fields come last: they may be wide, and the labels should be in sight beside any of them.
    """
    names = [str(name) for name in frame]
    if content.kind == "fields":
        names.sort(key=lambda name: name.startswith(heading("")))
    return names if content.kind == "none" else [name for name in names if name != "example"]


def _label_width(labels: pd.Series, most: int) -> int:
    """Pixels for the longest label, within limits."""
    longest = max((len(str(label)) for label in labels.dropna()), default=0)
    return min(max(24 + 13 * longest // 2, LEAST_LABEL), most)


def _config(
    frame: pd.DataFrame, content: ContentColumns, colour: str, room: Room
) -> dict[str, Any]:
    column = st.column_config
    labels = {name: _label_width(frame[name], room.label) for name in LABELS if name in frame}
    share: dict[str, Any] = {"min_value": 0, "max_value": 100, "format": "%.1f%%", "color": colour}
    known: dict[str, Any] = {
        "example": column.TextColumn("Example", width="small"),
        "true_label": column.TextColumn("True", width=labels.get("true_label")),
        "predicted_label": column.TextColumn("Predicted", width=labels.get("predicted_label")),
        "confidence": column.NumberColumn("Confidence", format="%.1f%%", width=80)
        if room in (TIGHT, PAIRED)
        else column.ProgressColumn("Confidence", width=95, **share),
        "against_label": column.TextColumn("Old run", width=labels.get("against_label")),
        "against_confidence": column.NumberColumn("Old conf.", format="%.1f%%", width=76),
        "margin": column.NumberColumn("Margin", format="%.1f%%", width=64),
        "entropy": column.NumberColumn("Entropy", format="%.3f", width=64),
        "fold": column.NumberColumn("Fold", width="small"),
        "mark": column.TextColumn("", width=MARK),
        "similarity": column.ProgressColumn("Similarity", width="small", **share),
    }
    for name in (name for name in content.names if heading(name) in frame):
        if name == content.image:
            known[heading(name)] = column.ImageColumn("Image", width=64)
        elif name == content.text:
            known[heading(name)] = column.TextColumn("Text", width=room.text)
        else:
            known[heading(name)] = _field(name, frame[heading(name)], narrow=room != WIDE)
    return {name: known[name] for name in frame if name in known}
