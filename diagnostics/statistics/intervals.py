"""Intervals for a share: how far a count of successes among trials may be from the truth."""

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
