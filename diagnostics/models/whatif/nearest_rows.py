"""The rows nearest to one that a model answers otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np


def nearest_of_other_answers(
    row: Any, rows: Any, answers: Iterable[Any], answer: str, *, most: int = 5
) -> list[int]:
    """The places of the nearest rows that are answered otherwise, the nearest first.

    Parameters
    ----------
    row, rows
        One row, and those to look among: frames or arrays of the same columns.
    answers, answer
        What each of `rows` is answered, and `row` is.

    Notes
    -----
    Gower's distance with the standard deviation for the range: numbers differ by so many standard
    deviations of `rows`, everything else by 0 or 1; missing differs from known by 1.
    """
    others = np.flatnonzero(np.array([label != answer for label in answers], bool))
    if not len(others):
        return []
    distance = np.zeros(len(others))
    for own, column in _columns(row, rows):
        distance += _differences(own, column)[others]
    order = np.argsort(distance, kind="stable")[:most]
    return [int(at) for at in others[order]]


def _columns(row: Any, rows: Any) -> Iterator[tuple[Any, Any]]:
    if hasattr(rows, "iloc"):
        for name in rows.columns:
            yield row[name].tolist()[0], rows[name]
    else:
        flat = np.asarray(rows, float).reshape(len(rows), -1)
        for at, own in enumerate(np.asarray(row, float).reshape(-1)):
            yield own, flat[:, at]


def _differences(own: Any, column: Any) -> Any:
    kind = getattr(column.dtype, "kind", "O")
    if kind in "iuf":
        values = np.asarray(column, float)
        spread = float(np.nanstd(values)) if not np.isnan(values).all() else 0.0
        own = float("nan") if own is None else float(own)
        apart = np.abs(values - own) / (spread or 1.0)
        return np.where(np.isnan(apart), (np.isnan(values) != np.isnan(own)).astype(float), apart)
    return np.array([not same_value(own, value) for value in column.tolist()], float)


def same_value(own: Any, other: Any) -> bool:
    """Whether two values are equal; what is missing equals what is missing."""
    if own is None or other is None:
        return own is other
    return bool(own == other) or bool(own != own and other != other)  # both are NaN
