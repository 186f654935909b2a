"""The examples on two sides of an assumption, beside each other; a click opens one."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import streamlit as st

from app.assumptions import cached
from app.frame import session
from app.widgets.example_table import ROW_HEIGHTS
from app.widgets.labels import fitted, named, shown_label
from diagnostics.assumptions.words import SIDES
from diagnostics.examples.content import heading

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics import Run
    from diagnostics.assumptions.assumption import Assumption
    from diagnostics.assumptions.evidence import Judgement
    from diagnostics.examples.content import ContentColumns
    from diagnostics.statistics.association import Association

#: Examples on each side; pixels of the content and of a label, characters of a label.
EXAMPLES, TEXT, LABEL, LETTERS = 5, 190, 112, 16


def show(run: Run, judgement: Judgement, association: Association, clicked: str | None) -> None:
    """The examples where the outcome is most frequent beside those where it is least."""
    groups = association.groups[association.groups["examples"] > 0]
    if len(groups) < 2:
        return
    ordered = groups.sort_values("share", ascending=False, kind="stable")["group"].tolist()
    names = list(groups["group"])
    left = clicked if clicked in names else "with" if "with" in names else ordered[0]
    right = next(name for name in reversed(ordered) if name != left)
    for column, number, name in zip(st.columns(2, gap="large"), (0, 1), (left, right), strict=True):
        with column:
            _show_side(run, judgement, names, name, number, groups)


def _show_side(
    run: Run, judgement: Judgement, names: list[str], name: str, number: int, groups: pd.DataFrame
) -> None:
    assumed = judgement.assumption
    shown = cached.group(session.place(run), assumed.text, name, EXAMPLES)
    if shown is None:
        return
    frame, content, total, having = shown
    hits = int(groups.set_index("group").loc[name, "hits"])
    what = "wrong" if assumed.label is None else assumed.label
    side = SIDES[name].capitalize() if name in SIDES else f"{shown_label(assumed.subject)} {name}"
    st.text(f"{side}: {hits:,} of {total:,} {what}, the most confident first")
    key = blake2b(repr((session.place(run), assumed, name)).encode(), digest_size=6).hexdigest()
    clicked = _clicked(frame, content, assumed, key=f"assumption_side_{number}_{key}")
    door = {"having": having, "by": "all"} if having is not None else {}
    if clicked is not None:
        session.go("examples.py", example=clicked, **door)
    if door and st.button(
        "All of them", key=f"assumption_all_{number}", icon=":material/list_alt:"
    ):
        session.go("examples.py", **door)


def _clicked(
    frame: pd.DataFrame, content: ContentColumns, assumed: Assumption, *, key: str
) -> str | None:
    """The examples with their answers beside them; the id of the one that was clicked."""
    kinds = st.column_config
    columns: dict[str, Any] = {}
    for name in (str(name) for name in frame if str(name).startswith(heading(""))):
        if content.image and name == heading(content.image):
            columns[name] = kinds.ImageColumn("Image", width=64)
        else:
            title = "Text" if content.text and name == heading(content.text) else None
            columns[name] = kinds.Column(title or name.removeprefix(heading("")), width=TEXT)
    columns = columns or {"example": kinds.TextColumn("Example")}
    columns["true_label"] = kinds.TextColumn("True", width=LABEL)
    if assumed.label is None:
        columns["predicted_label"] = kinds.TextColumn("Predicted", width=LABEL)
    if frame["confidence"].notna().any():
        columns["confidence"] = kinds.NumberColumn("Confidence", format="%.1f%%", width=84)
    if content.text:
        texts = [fitted(str(text), width=TEXT) for text in frame[heading(content.text)]]
        frame = frame.assign(**{heading(content.text): texts})
    event = st.dataframe(
        named(frame.assign(confidence=100 * frame["confidence"]), longest=LETTERS),
        hide_index=True,
        row_height=ROW_HEIGHTS[content.kind],
        placeholder="–",
        column_order=list(columns),
        column_config=columns,
        alt="Examples, the most confident first",
        key=key,
        on_select="rerun",
        selection_mode="single-cell",
    )
    rows = [row for row, _ in event["selection"]["cells"] if row < len(frame)]
    return str(frame["example"].iloc[rows[0]]) if rows else None
