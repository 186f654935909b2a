"""A file's matrix made sure of: counts, rows true, labels known, checked against a report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from diagnostics.readers.report.confusion import Matrix
from diagnostics.readers.report.report import Report
from diagnostics.workspace import Problem
from diagnostics.workspace.labels import natural_order

WHOLE = 1e-6


@dataclass(frozen=True)
class Confusion:
    """Counts with true labels in rows; `counts` is None where the file has shares alone."""

    labels: tuple[str, ...]
    counts: np.ndarray | None
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def confusion_of(matrix: Matrix, supports: Mapping[str, int] | None, path: str) -> Confusion:
    """The counts in `matrix`, set right by a report's `supports` where there is one.

    The supports say which side is the truth, in which order unnamed labels stand, and how many
    examples shares are shares of. Without them scikit-learn's custom holds, rows are true, and a
    problem says so where it makes a difference.
    """
    for labels, total in _label_orders(matrix, supports):
        found = _fitted(matrix, labels, total, path)
        if found:
            return found
    problems = []
    if supports:
        problems.append(_disagreement(path))
    if not matrix.is_counts:
        return Confusion(_names(matrix, supports), None, [*problems, _shares_only(path)])
    names = _names(matrix, supports)
    if matrix.labels is None and not (supports and len(supports) == len(names)):
        problems.append(_labels_missing(path, len(names)))
    counts = matrix.values.T if matrix.rows == "predicted" else matrix.values
    if matrix.rows is None and not _is_symmetric(counts):
        problems.append(_orientation_assumed(path))
    notes = (
        ["Turned: the file has the predicted labels in rows."] if matrix.rows == "predicted" else []
    )
    return Confusion(names, counts.astype(np.int64), problems, notes)


def agreement(matrix: Matrix, report: Report | None) -> int:
    """How well a matrix fits a report: 2 with its recalls, 1 with its supports, 0 not at all."""
    supports = report.supports if report else None
    if report is None or supports is None:
        return 0
    for labels, total in _label_orders(matrix, supports):
        found = _fitted(matrix, labels, total, "")
        if found:
            return 1 if recall_objection(found, report) else 2
    return 0


def macro_notes(counts: np.ndarray, report: Report) -> list[str]:
    """What is to be said where the report's macro average is of other classes than the counts'."""
    from diagnostics.statistics.metrics import summary_metrics

    macro = report.averages.get("macro avg")
    if macro is None or macro.f1 is None or not counts.sum():
        return []
    ours = summary_metrics(counts)["macro_f1"]
    if abs(ours - macro.f1) <= 0.5 * 10.0 ** -(report.decimals or 4) + WHOLE:
        return []
    return [
        f"The report has a macro F1 of {macro.f1:.4g}, which is over other classes: over those "
        f"that occur it is {ours:.4g}. The report's own is kept among the scores."
    ]


def recall_objection(confusion: Confusion, report: Report) -> str:
    """A class whose right answers in the matrix are not those of the report's recall, "" if none.

    A figure may be off by its rounding: what is printed has two decimals, unless it says more.
    """
    error = 0.5 * 10.0 ** -(report.decimals or 2) + WHOLE
    if confusion.counts is None:
        return ""
    for place, label in enumerate(confusion.labels):
        line = report.classes.get(label)
        total = int(confusion.counts[place].sum())
        if line is None or line.recall is None or not total:
            continue
        right = int(confusion.counts[place, place])
        if abs(right / total - line.recall) > error:
            return (
                f"Of class {label!r} the matrix has {right} of {total} right, which is "
                f"{right / total:.4g}; the report's recall is {line.recall:.4g}."
            )
    return ""


def _label_orders(
    matrix: Matrix, supports: Mapping[str, int] | None
) -> Iterator[tuple[tuple[str, ...], np.ndarray]]:
    """The orders that the labels may stand in, likeliest first, with the supports in that order.

    A class without examples may be in the report alone, or in the matrix alone.
    """
    if not supports:
        return
    there = [label for label, n in supports.items() if n]
    if matrix.labels is not None and set(there) <= set(matrix.labels):
        orders = [matrix.labels]
    elif len(matrix.values) in (len(supports), len(there)):
        # unnamed, or named otherwise than in the report (numbers there, names here)
        names = there if len(matrix.values) == len(there) else list(supports)
        orders = [tuple(names), tuple(natural_order(names)), tuple(sorted(names))]
    else:
        return
    for order in dict.fromkeys(orders):
        yield order, np.asarray([supports.get(label, 0) for label in order], dtype=float)


def _fitted(
    matrix: Matrix, labels: tuple[str, ...], totals: np.ndarray, path: str
) -> Confusion | None:
    """The matrix with rows that add up to the supports, turned if need be; None if neither does."""
    readings = [_counts(values, totals) for values in (matrix.values, matrix.values.T)]
    upright, turned = readings
    if upright is None and turned is None:
        return None
    if (
        upright is not None
        and turned is not None
        and matrix.rows is None
        and not _is_symmetric(upright)
    ):
        return Confusion(labels, upright, [_orientation_assumed(path)])
    if upright is None or (turned is not None and matrix.rows == "predicted"):
        return Confusion(
            labels,
            turned,
            notes=["Turned: its columns, not its rows, add up to the report's supports."],
        )
    if matrix.is_counts:
        return Confusion(labels, upright)
    return Confusion(labels, upright, notes=["Counts are the shares times the report's supports."])


def _counts(values: np.ndarray, totals: np.ndarray) -> np.ndarray | None:
    """Whole counts whose rows add up to `totals`: as they are, or from shares of rows or of all."""
    for scaled in (values, values * totals[:, None], values * totals.sum()):
        counts = np.round(scaled)
        if (np.abs(scaled - counts) <= WHOLE).all() and (counts.sum(axis=1) == totals).all():
            return counts.astype(np.int64)
    return _of_rounded_shares(values, totals)


def _of_rounded_shares(values: np.ndarray, totals: np.ndarray) -> np.ndarray | None:
    """Counts of shares of rows that were rounded, where only one count fits each of them."""
    decimals = next((d for d in (2, 3, 4) if np.allclose(values, values.round(d), atol=1e-9)), None)
    if decimals is None or values.max() > 1 or (values == values.round()).all():
        return None
    slack = 0.5 * 10.0**-decimals * totals[:, None] + WHOLE
    scaled = values * totals[:, None]
    counts = np.round(scaled)
    is_only_one = (np.abs(scaled - counts) <= slack).all() and (slack < 0.5).all()
    return counts.astype(np.int64) if is_only_one and (counts.sum(1) == totals).all() else None


def _is_symmetric(counts: np.ndarray) -> bool:
    return bool((counts == counts.T).all())


def _names(matrix: Matrix, supports: Mapping[str, int] | None) -> tuple[str, ...]:
    if matrix.labels is not None:
        return matrix.labels
    if supports and len(supports) == len(matrix.values):
        return tuple(supports)
    return tuple(str(place) for place in range(len(matrix.values)))


def _disagreement(path: str) -> Problem:
    return Problem(
        "report-and-matrix-differ",
        path,
        "Neither the matrix's rows nor its columns add up to the supports of the report beside it.",
        "Keep files of one evaluation in a folder; the report's figures are shown as it has them.",
    )


def _shares_only(path: str) -> Problem:
    return Problem(
        "normalised-matrix",
        path,
        "The matrix holds shares, and how many examples they are shares of is not known exactly.",
        "Save confusion_matrix without normalize, or the classification_report beside it.",
    )


def _labels_missing(path: str, n: int) -> Problem:
    return Problem(
        "labels-missing",
        path,
        f"The matrix has {n} classes and no names for them; they are called 0 to {n - 1}.",
        "Name them in a classes.txt beside it, a line for each, or save the report beside it.",
    )


def _orientation_assumed(path: str) -> Problem:
    return Problem(
        "orientation-assumed",
        path,
        "Nothing says whether rows or columns are the true labels; rows are taken to be.",
        "Save the classification_report beside it, or a csv of Actual, Predicted, nPredictions.",
    )
