"""The way from an example to asking again about it."""

from __future__ import annotations

import streamlit as st

from app.frame import session
from app.whatif.input import CHANGED, NOISE, SHIFT, TEXT
from diagnostics import Run


def draw(run: Run, example: str) -> None:
    """A button, where the run has a model to ask."""
    if run.models and st.button(
        "Edit it and ask again",
        key="card_try",
        icon=":material/keyboard:",
        help="Opens the example on Try it: what is said to other words or values",
    ):
        edits: dict[str, str | None] = dict.fromkeys((TEXT, CHANGED, SHIFT, NOISE, "try_view"))
        session.go("whatif.py", **{session.RUN: run.run, "example": example, **edits})
