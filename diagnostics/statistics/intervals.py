"""How far from the truth a share, a difference of two, or an area under the ROC curve may be."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Figures = NDArray[np.float64]


def wilson(successes: ArrayLike, trials: ArrayLike, level: float = 0.95) -> tuple[Figures, Figures]:
    """The score interval of Wilson (1927), without continuity correction.

    Parameters
    ----------
    successes, trials
        Counts, scalars or arrays that broadcast; 0 ≤ successes ≤ trials.
    level
        The confidence, between 0 and 1.

    Returns
    -------
    The lower and the upper bound, of the broadcast shape; NaN where there were no trials.
    """
    from scipy.special import ndtri

    hits, n = _counts(successes, trials, level)
    z = float(ndtri((1 + level) / 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = hits / n
        middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
        reach = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    # At the ends the bounds are 0 and 1, which rounding may miss by a digit.
    low = np.where(hits == 0, 0.0, middle - reach)
    high = np.where(hits == n, 1.0, middle + reach)
    return _known(low, n), _known(high, n)


def clopper_pearson(
    successes: ArrayLike, trials: ArrayLike, level: float = 0.95
) -> tuple[Figures, Figures]:
    """The exact interval of Clopper and Pearson (1934), which covers at least `level`.

    Takes and returns what `wilson` does.
    """
    tail = (1 - level) / 2
    hits, n = _counts(successes, trials, level)
    return _lower(hits, n, tail), _upper(hits, n, tail)


def clopper_pearson_upper(successes: ArrayLike, trials: ArrayLike, level: float = 0.95) -> Figures:
    """The exact one-sided upper bound: the share exceeds it with probability 1 - `level` at most.

    NaN where there were no trials.
    """
    hits, n = _counts(successes, trials, level)
    return _upper(hits, n, 1 - level)


def newcombe(
    hits: ArrayLike, n: ArrayLike, other_hits: ArrayLike, other_n: ArrayLike, level: float = 0.95
) -> tuple[Figures, Figures]:
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


def area(values: Figures, outcome: NDArray[np.bool_]) -> float:
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


def _counts(successes: ArrayLike, trials: ArrayLike, level: float) -> tuple[Figures, Figures]:
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, not {level}.")
    hits, n = np.broadcast_arrays(np.asarray(successes, float), np.asarray(trials, float))
    if np.any((hits < 0) | (hits > n)):
        raise ValueError("successes must be between 0 and trials.")
    return hits, n


def _lower(hits: Figures, n: Figures, tail: float) -> Figures:
    from scipy.special import betaincinv

    # Beside 0 successes the parameters are not allowed; the bound is known to be 0 there.
    found = betaincinv(np.maximum(hits, 1), n - np.minimum(hits, n) + 1, tail)
    return _known(np.where(hits == 0, 0.0, found), n)


def _upper(hits: Figures, n: Figures, tail: float) -> Figures:
    from scipy.special import betaincinv

    found = betaincinv(hits + 1, np.maximum(n - hits, 1), 1 - tail)
    return _known(np.where(hits == n, 1.0, found), n)


def _known(bound: Any, n: Figures) -> Figures:
    return np.where(n > 0, bound, np.nan)
