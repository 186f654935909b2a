"""p-values adjusted for how many were looked at."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Figures = NDArray[np.float64]


def holm(p: ArrayLike) -> Figures:
    """Holm's step-down adjustment (1979): bounds the chance of any false claim.

    Parameters
    ----------
    p
        p-values, one dimension. NaN stays NaN and is not counted among the tests.

    Returns
    -------
    Adjusted p-values in the order given, at most 1.
    """
    known, values, order = _sorted(p)
    n = len(order)
    stepped = np.maximum.accumulate(values[order] * (n - np.arange(n)))
    return _restored(known, values, order, stepped)


def benjamini_hochberg(p: ArrayLike) -> Figures:
    """Benjamini and Hochberg's adjustment (1995): bounds the expected share of false claims.

    For tests that are independent or positively dependent. Takes and returns what `holm` does.
    """
    return _stepped_up(p, 1.0)


def benjamini_yekutieli(p: ArrayLike) -> Figures:
    """Benjamini and Yekutieli's adjustment (2001): the same under any dependence, and stricter.

    Takes and returns what `holm` does.
    """
    n = int(np.isfinite(np.asarray(p, float)).sum())
    return _stepped_up(p, float((1 / np.arange(1, n + 1)).sum()))


def _stepped_up(p: ArrayLike, factor: float) -> Figures:
    known, values, order = _sorted(p)
    n = len(order)
    scaled = values[order] * n / np.arange(1, n + 1) * factor
    stepped = np.minimum.accumulate(scaled[::-1])[::-1]
    return _restored(known, values, order, stepped)


def _sorted(p: ArrayLike) -> tuple[NDArray[np.bool_], Figures, NDArray[np.intp]]:
    """Which are known, all of them, and where the known ones lie from small to large."""
    values = np.asarray(p, float)
    known = np.isfinite(values)
    places = np.flatnonzero(known)
    return known, values, places[np.argsort(values[places], kind="stable")]


def _restored(
    known: NDArray[np.bool_], values: Figures, order: NDArray[np.intp], adjusted: Figures
) -> Figures:
    found = np.full(len(values), np.nan)
    found[order] = np.minimum(adjusted, 1.0)
    return found
