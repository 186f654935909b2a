"""Tests of paired answers: did one run get better, and did the mix of its answers move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Figures = NDArray[np.float64]


@dataclass(frozen=True)
class ChiSquared:
    """A statistic with its degrees of freedom and p-value; NaN, 0 and NaN where nothing differs."""

    statistic: float
    degrees: int
    p: float


def mcnemar_exact(fixed: ArrayLike, broken: ArrayLike) -> Figures:
    """Two-sided p of the exact test of McNemar: is the surplus of one over the other chance.

    Parameters
    ----------
    fixed, broken
        How many examples only the one and only the other run answered rightly; scalars or arrays
        that broadcast.

    Returns
    -------
    Twice the smaller tail of the binomial distribution with ½, at most 1; 1 where both are zero.
    """
    from scipy.special import bdtr

    smaller, n = _counts(fixed, broken)
    tail = bdtr(smaller, np.maximum(n, 1).astype(np.int64), 0.5)
    return np.where(n > 0, np.minimum(1.0, 2 * tail), 1.0)


def mcnemar_midp(fixed: ArrayLike, broken: ArrayLike) -> Figures:
    """The same with half the weight on what was seen: mid-p, less cautious and still level.

    Takes what `mcnemar_exact` does. With fixed = broken it is 1 less half the probability of that
    count; 1 where both are zero.

    Notes
    -----
    Fagerland, Lydersen and Laake (2013), BMC Medical Research Methodology 13:91: among the variants
    the mid-p test kept its level in all scenarios and has more power than the exact one.
    """
    smaller, n = _counts(fixed, broken)
    at = np.exp(_log_binomial(smaller, n) - n * np.log(2.0))
    whole = mcnemar_exact(fixed, broken)
    return np.where(n > 0, np.where(2 * smaller == n, 1 - at / 2, whole - at), 1.0)


def _counts(fixed: ArrayLike, broken: ArrayLike) -> tuple[Figures, Figures]:
    """The smaller of the two, and their sum."""
    b, c = np.broadcast_arrays(np.asarray(fixed, float), np.asarray(broken, float))
    if np.any((b < 0) | (c < 0)):
        raise ValueError("fixed and broken must not be negative.")
    return np.minimum(b, c), b + c


def _log_binomial(k: Figures, n: Figures) -> Figures:
    from scipy.special import gammaln

    logarithm: Figures = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return logarithm


def stuart_maxwell(table: NDArray[np.integer]) -> ChiSquared:
    """Whether the two margins of a square table are the same: did the mix of answers move.

    Parameters
    ----------
    table
        Labels × labels: how often the one run said the row's and the other the column's label.

    Returns
    -------
    Stuart's statistic (1955; Maxwell 1970). Labels that neither run ever exchanged for another
    say nothing and cost no degree of freedom, and neither does one label of each set that
    exchanges only among itself.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components
    from scipy.special import chdtrc

    moved = table.astype(float)
    np.fill_diagonal(moved, 0)
    between = moved + moved.T
    sets = connected_components(csr_array(between), directed=False)[1]
    # The covariance of the differences is the Laplacian of the graph of exchanges: without one
    # label of each connected set it has full rank.
    free = np.ones(len(table), bool)
    free[np.unique(sets, return_index=True)[1]] = False
    if not free.any():
        return ChiSquared(np.nan, 0, np.nan)
    difference = (moved.sum(axis=1) - moved.sum(axis=0))[free]
    covariance = np.diag(between.sum(axis=1)[free]) - between[np.ix_(free, free)]
    statistic = float(difference @ np.linalg.solve(covariance, difference))
    degrees = int(free.sum())
    return ChiSquared(statistic, degrees, float(chdtrc(degrees, statistic)))


def bowker(table: NDArray[np.integer]) -> ChiSquared:
    """Whether a square table is symmetric: is every exchange as frequent as the one back.

    Takes what `stuart_maxwell` does. Bowker (1948); pairs of labels that were never exchanged cost
    no degree of freedom.
    """
    from scipy.special import chdtrc

    above = np.triu_indices(len(table), 1)
    there, back = table[above].astype(float), table.T[above].astype(float)
    seen = there + back > 0
    if not seen.any():
        return ChiSquared(np.nan, 0, np.nan)
    statistic = float(((there - back)[seen] ** 2 / (there + back)[seen]).sum())
    degrees = int(seen.sum())
    return ChiSquared(statistic, degrees, float(chdtrc(degrees, statistic)))


__all__ = ["ChiSquared", "bowker", "mcnemar_exact", "mcnemar_midp", "stuart_maxwell"]
