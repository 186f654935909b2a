"""Widgets that several pages share."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from diagnostics import Problem, Run
from diagnostics.confusion import judged_examples
from diagnostics.workspace import SPLITS

#: Problems that are listed as wrapped text; more are one mistake that was made often.
PROBLEMS = 100
#: More than these scroll in a box.
AT_ONCE = 6
_TITLES = ("Where", "What", "What to do")
_WIDTHS = (3, 5, 5)


def missing(what: str, hint: str) -> None:
    """An intended empty state: one sentence that says what is missing and what would bring it."""
    with st.container(border=True, horizontal_alignment="center"):
        st.markdown(":material/inventory_2:", width="content")
        st.text(what)
        if hint:
            st.text(hint)


def counted(n: int, noun: str, plural: str = "") -> str:
    """A number with its noun: `1 answer`, `2 answers`."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def known_split(split: str) -> str:
    """A split's name where Markdown is read: "" for one that is not ours."""
    return split if split in SPLITS else ""


def wrong_of(run: Run) -> str:
    """What the number of a run's mistakes is called: of how many examples of which split."""
    if run.task == "entities":
        return "Wrong sentences"
    unit = "stories" if run.task == "stories" else f"{known_split(run.split)} examples".strip()
    n = judged_examples(run)
    return f"Wrong of {n:,} {unit}" if n else "Wrong"


def problems(found: Sequence[Problem]) -> None:
    """Where, what, what to do, a row each. Their words come from files: shown as text.

    As text they wrap, where a table cuts them off; only what is beyond `PROBLEMS` is a table.
    """
    rows = [(problem.path, problem.what, problem.hint) for problem in found]
    with st.container(height=360 if len(rows) > AT_ONCE else "content", border=False):
        for column, title in zip(st.columns(_WIDTHS), _TITLES, strict=True):
            column.caption(title)
        for row in rows[:PROBLEMS]:
            for column, words in zip(st.columns(_WIDTHS), row, strict=True):
                column.text(words)
    if len(rows) > PROBLEMS:
        import pandas as pd

        rest = pd.DataFrame(rows[PROBLEMS:], columns=list(_TITLES))
        st.dataframe(rest, hide_index=True, alt=f"{len(rest)} more problems")
