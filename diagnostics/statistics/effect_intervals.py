"""Intervals of two effects: a difference of shares, and an area under the ROC curve."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagnostics.statistics.intervals import wilson


def newcombe(
    hits: ArrayLike, n: ArrayLike, other_hits: ArrayLike, other_n: ArrayLike, level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The interval of a difference of two independent shares: Newcombe (1998), method 10.

    Counts are scalars or arrays; the lower and the upper bound come back, NaN without trials.
    """
    low, high = wilson(hits, n, level)
    other_low, other_high = wilson(other_hits, other_n, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.asarray(hits, float) / np.asarray(n, float)
        other = np.asarray(other_hits, float) / np.asarray(other_n, float)
    difference = share - other
    return (
        difference - np.sqrt((share - low) ** 2 + (other_high - other) ** 2),
        difference + np.sqrt((high - share) ** 2 + (other - other_low) ** 2),
    )


def area(values: NDArray[np.float64], outcome: NDArray[np.bool_]) -> float:
    """The probability that an example with the outcome has the larger value, ties counted half.

    NaN where the outcome is the same throughout.
    """
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    n, rest = int(outcome.sum()), int((~outcome).sum())
    if not n or not rest:
        return float("nan")
    return float((ranks[outcome].sum() - n * (n + 1) / 2) / (n * rest))


def area_interval(estimate: float, n: int, rest: int, level: float = 0.95) -> tuple[float, float]:
    """The score interval of an area under the ROC curve: Newcombe (2006), method 5.

    It leaves out one half just where the Mann–Whitney test of the same level rejects (without
    correction for ties, which makes it longer than need be where there are many).
    """
    from scipy.special import ndtri

    z = float(ndtri((1 + level) / 2))
    middle = (n + rest) / 2 - 1

    def reach(theta: float) -> float:
        inner = 1 + middle * ((1 - theta) / (2 - theta) + theta / (1 + theta))
        return float(z * np.sqrt(theta * (1 - theta) * inner / (n * rest)))

    def bound(end: float) -> float:
        near, far = estimate, end
        for _ in range(60):
            theta = (near + far) / 2
            if abs(estimate - theta) <= reach(theta):
                near = theta
            else:
                far = theta
        return (near + far) / 2

    return bound(0.0), bound(1.0)


__all__ = ["area", "area_interval", "newcombe"]
