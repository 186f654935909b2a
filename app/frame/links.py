"""Links to other pages: from a run to those that show something of it, from numbers to examples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import streamlit as st

from app.frame import session
from diagnostics import Evidence, Experiment, Run

#: Single answers that can be read, all or the wrong ones.
ANSWERS = Evidence.PREDICTIONS | Evidence.ERRORS

_MISTAKES = {
    "classification": "Read the mistakes",
    "entities": "Read the wrong sentences",
}
_FIGURES = {
    "classification": "Most confused pairs",
    "entities": "Figures per entity",
    "stories": "Figures per action",
}
#: File, label, icon, and the choices that are made on the way.
Link = tuple[str, str, str, dict[str, str]]


def page_links(experiment: Experiment, run: Run, *, key: str, leads: bool, with_runs: bool) -> None:
    """The buttons; `leads` makes the first one stand out, `with_runs` adds the page of all runs."""
    links = list(_links(run))
    if with_runs:
        runs = len(experiment.runs)
        label = f"All {runs:,} runs" if runs > 1 else "The run"
        links.append(("runs.py", label, ":material/table_rows:", {}))
    with st.container(horizontal=True, gap="small"):
        for number, (page, label, icon, choices) in enumerate(links):
            kind: Literal["primary", "secondary"] = (
                "primary" if leads and not number else "secondary"
            )
            if st.button(label, icon=icon, type=kind, key=f"{key}_{page}"):
                here = {session.EXPERIMENT: experiment.name, session.RUN: run.run}
                session.go(page, **here, **choices)


def _links(run: Run) -> Iterator[Link]:
    """The pages with something to show: file, label, icon, choices."""
    icon = ":material/list_alt:"
    if run.errors and run.task in _MISTAKES and has_rows(run):
        yield "examples.py", _MISTAKES[run.task], icon, {"by": "confident-mistakes"}
    elif not run.errors and run.has(Evidence.PREDICTIONS | Evidence.CONFIDENCE):
        yield "examples.py", "Read the least sure answers", icon, {"by": "uncertain"}
    if run.errors != 0 and (run.has(Evidence.REPORT) or run.confusion_is_exact):
        yield "confusion.py", _FIGURES[run.task], ":material/grid_on:", {}


def has_rows(run: Run) -> bool:
    """Whether there are examples to open."""
    return bool(run.evidence & ANSWERS)


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
