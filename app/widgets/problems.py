"""Problems in kinds, the worst first, and as rows of text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import streamlit as st

from diagnostics import Problem

#: Problems that are listed as wrapped text; more are one mistake that was made often.
PROBLEMS = 100
#: More than these scroll in a box.
AT_ONCE = 6
_TITLES = ("Where", "What", "What to do")
_WIDTHS = (3, 5, 5)


@dataclass(frozen=True)
class ProblemKind:
    """A kind of problem: its title, its icon, and what the codes of its problems begin with."""

    title: str
    icon: str
    codes: tuple[str, ...] = ()


#: Where a problem goes whose code no other kind names, too, as those of other people's readers.
OTHER = ProblemKind(
    "Worth knowing",
    ":material/info:",
    (
        *("copied-errors", "dropped-intents", "labels-missing", "left-over-config"),
        *("name-not-utf8", "unknown-key"),
    ),
)

#: The worst first. Formats that we do not read yet are nobody's fault and come last.
KINDS = (
    ProblemKind(
        "Could not be read",
        ":material/error:",
        (
            *("unreadable-", "broken-", "ragged-", "empty-", "not-text", "not-classification"),
            *("no-rows", "no-header", "no-answers", "no-prediction-column", "column-not-found"),
            *("truth-file-unusable", "missing-report", "parameters-unreadable"),
            *("too-many-folders", "too-large", "untrusted-types", "not-cv-results"),
            *("no-metrics", "no-table-of-runs", "nothing-found"),
        ),
    ),
    ProblemKind(
        "Did not finish", ":material/hourglass_bottom:", ("unfinished-", "failed-", "crashed-")
    ),
    ProblemKind(
        "Does not fit together",
        ":material/rule:",
        (
            *("stale-", "results-differ", "report-and-matrix-differ", "inconsistent-"),
            "impossible-figures",
            *("confidence-differs", "label-spaces-differ", "answer-contradicts-scores"),
            *("reading-doubted", "uneven-lists"),
        ),
    ),
    ProblemKind("Not on the same test data", ":material/call_split:", ("different-",)),
    ProblemKind(
        "Read with an assumption",
        ":material/help:",
        (
            *("truth-", "orientation-assumed", "class-order-unknown", "score-unclear"),
            "positive-label-assumed",
            *("normalised-matrix", "weighted-report", "confidence-", "unknown-scores"),
            *("rows-come-back", "same-example-twice", "label-names-", "weights-"),
            "direction-unknown",
            *("reports-not-named", "supports-missing", "annotators-disagree"),
        ),
    ),
    OTHER,
    ProblemKind(
        "Not read yet",
        ":material/schedule:",
        (
            *("not-read-yet", "files-not-read"),
            "comparison-alone",
            *("multilabel-not-read", "annotations-alone", "questions-not-read"),
            "workbook-not-read",
            "pickle-not-opened",
        ),
    ),
)


def grouped(problems: Iterable[Problem]) -> list[tuple[ProblemKind, list[Problem]]]:
    """The kinds that occur, the worst first, each with its problems in the order given."""
    groups: dict[ProblemKind, list[Problem]] = {kind: [] for kind in KINDS}
    for problem in problems:
        groups[_kind(problem)].append(problem)
    return [(kind, groups[kind]) for kind in KINDS if groups[kind]]


def _kind(problem: Problem) -> ProblemKind:
    """A code belongs to the first kind that names it or its beginning."""
    named = (kind for kind in KINDS if kind.codes and problem.code.startswith(kind.codes))
    return next(named, OTHER)


def list_problems(problems: Sequence[Problem]) -> None:
    """Where, what, what to do, a row each. Their words come from files: shown as text.

    As text they wrap, where a table cuts them off; only what is beyond `PROBLEMS` is a table.
    """
    rows = [(problem.path, problem.what, problem.hint) for problem in problems]
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
