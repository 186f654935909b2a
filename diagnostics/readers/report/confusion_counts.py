"""A file's matrix made sure of: counts, rows true, labels known, checked against a report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from diagnostics.readers.report.confusion import Matrix
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


def _label_orders(
    matrix: Matrix, supports: Mapping[str, int] | None
) -> Iterator[tuple[tuple[str, ...], np.ndarray]]:
    """The orders that the labels may stand in, likeliest first, with the supports in that order."""
    if not supports or len(supports) != len(matrix.values):
        return
    if matrix.labels is not None and set(matrix.labels) == set(supports):
        orders = [matrix.labels]
    else:  # unnamed, or named otherwise than in the report (numbers there, names here)
        orders = [tuple(supports), tuple(natural_order(supports)), tuple(sorted(supports))]
    for order in dict.fromkeys(orders):
        yield order, np.asarray([supports[label] for label in order], dtype=float)


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
    return None


def _is_symmetric(counts: np.ndarray) -> bool:
    return bool((counts == counts.T).all())


def _names(matrix: Matrix, supports: Mapping[str, int] | None) -> tuple[str, ...]:
    if matrix.labels is not None:
        return matrix.labels
    if supports and len(supports) == len(matrix.values):
        return tuple(supports)
    return tuple(f"class {place}" for place in range(len(matrix.values)))


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
        f"The matrix has {n} classes and no names for them.",
        'Save it as {"labels": [...], "confusion_matrix": [[...]]}, or a report beside it.',
    )


def _orientation_assumed(path: str) -> Problem:
    return Problem(
        "orientation-assumed",
        path,
        "Nothing says whether rows or columns are the true labels; rows are taken to be.",
        "Save the classification_report beside it, or a csv of Actual, Predicted, nPredictions.",
    )
