"""Tests of two candidates over the same folds, and how uncertain a mean over folds is.

Folds share most of what they learn from, so that their scores are no independent sample: the
variance of a mean difference is that of the sample times (1/J + r), not 1/J, for J folds with r
held-out rows for every row learnt from (Nadeau and Bengio 2003).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Figures = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Differences that spread less than this, in parts of their size, are the same but for rounding
#: (tables keep as few as eight digits); differences up to the other are none.
ROUNDING, NONE = 1e-6, 1e-9
#: Differences up to this count as none: the usual region of practical equivalence of a share.
ROPE = 0.01


@dataclass(frozen=True, eq=False)
class FoldTest:
    """Tests of mean differences, arrays of the shape of the pairs that were tested.

    `p` is two-sided, `p_greater` one-sided for the first candidate being better. Where all
    differences are 0 the candidates are `identical`: both are 1, `statistic` is 0. Where all are
    the same and not 0, or there are fewer than two folds, no test is possible: NaN. `low` and
    `high` bound the mean difference.
    """

    difference: Figures
    statistic: Figures
    p: Figures
    p_greater: Figures
    low: Figures
    high: Figures
    identical: Flags


@dataclass(frozen=True)
class PracticalChances:
    """How probable it is that the first is better, that both are alike, and that it is worse."""

    better: float
    alike: float
    worse: float


def corrected_t_test(differences: ArrayLike, ratio: float, *, level: float = 0.95) -> FoldTest:
    """The corrected resampled t-test of Nadeau and Bengio (2003, Machine Learning 52).

    Parameters
    ----------
    differences
        The first candidate's score less the second's in each fold, folds in the last dimension;
        both were fitted and evaluated on the same splits.
    ratio
        Held-out rows for every row learnt from: 1 / (K - 1) for K folds, however often repeated.
    level
        Of the interval of the mean difference.
    """
    from scipy.special import stdtr, stdtrit

    values = np.asarray(differences, float)
    folds = values.shape[-1]
    mean = values.mean(axis=-1) if folds else np.full(values.shape[:-1], np.nan)
    spread = corrected_standard_error(values, ratio)
    is_constant = spread <= np.maximum(ROUNDING * np.abs(mean), NONE)
    identical = np.all(np.abs(values) <= NONE, axis=-1) & (folds > 1)
    usable = np.where(is_constant, np.nan, spread)
    statistic = np.where(identical, 0.0, mean / usable)
    p = 2 * stdtr(folds - 1, -np.abs(statistic)) if folds > 1 else np.full_like(mean, np.nan)
    greater = stdtr(folds - 1, -statistic) if folds > 1 else np.full_like(mean, np.nan)
    reach = stdtrit(folds - 1, (1 + level) / 2) * usable if folds > 1 else np.nan * mean
    return FoldTest(
        difference=np.asarray(mean),
        statistic=np.asarray(statistic),
        p=np.where(identical, 1.0, p),
        p_greater=np.where(identical, 1.0, greater),
        low=np.where(identical, 0.0, mean - reach),
        high=np.where(identical, 0.0, mean + reach),
        identical=np.asarray(identical),
    )


def bayesian_t_test(
    differences: ArrayLike, ratio: float, *, rope: float = ROPE
) -> PracticalChances:
    """The correlated t-test of Corani and Benavoli (2015, Machine Learning 100).

    The mean difference has a Student distribution with J - 1 degrees of freedom around the mean of
    the differences. Its parts above `rope`, within it and below are probabilities of practical
    superiority, not p-values. All NaN for fewer than two folds.

    Parameters
    ----------
    differences, ratio
        As in `corrected_t_test`, one pair.
    rope
        Differences up to it count as none.
    """
    from scipy.special import stdtr

    values = np.asarray(differences, float)
    if len(values) < 2:
        return PracticalChances(np.nan, np.nan, np.nan)
    mean, scale = float(values.mean()), float(corrected_standard_error(values, ratio))
    if scale <= max(ROUNDING * abs(mean), NONE):
        better, worse = float(mean > rope), float(mean < -rope)
        return PracticalChances(better, 1 - better - worse, worse)
    worse = float(stdtr(len(values) - 1, (-rope - mean) / scale))
    better = float(stdtr(len(values) - 1, (mean - rope) / scale))
    return PracticalChances(better, 1 - better - worse, worse)


def corrected_standard_error(values: ArrayLike, ratio: float) -> Figures:
    """The standard error of means over folds in the last dimension: sd · √(1/J + `ratio`).

    The standard deviation is that of a sample (n - 1). A `ratio` of 0 gives the plain standard
    error. NaN for fewer than two folds.
    """
    scores = np.asarray(values, float)
    folds = scores.shape[-1]
    if folds < 2:
        return np.full(scores.shape[:-1], np.nan)
    return np.asarray(scores.std(axis=-1, ddof=1) * np.sqrt(1 / folds + ratio))


def fold_interval(
    values: ArrayLike, ratio: float, *, level: float = 0.95
) -> tuple[Figures, Figures]:
    """The interval of means over folds in the last dimension, by the corrected standard error."""
    from scipy.special import stdtrit

    scores = np.asarray(values, float)
    folds = scores.shape[-1]
    if folds < 2:
        nothing = np.full(scores.shape[:-1], np.nan)
        return nothing, nothing
    middle = scores.mean(axis=-1)
    reach = stdtrit(folds - 1, (1 + level) / 2) * corrected_standard_error(scores, ratio)
    return np.asarray(middle - reach), np.asarray(middle + reach)


def within_one_standard_error(scores: ArrayLike, ratio: float = 0.0) -> Flags:
    """Which candidates' means are at most one standard error of the best one's below it.

    The rule of Breiman et al. (1984, section 3.4.3): one standard *error* of the mean, which is
    less than the standard deviation that scikit-learn's example of the same name takes.

    Parameters
    ----------
    scores
        Candidates × folds, more is better.
    ratio
        0 for the plain standard error; for repeated folds, whose number would make it small
        without telling more, held-out rows for every row learnt from.
    """
    values = np.asarray(scores, float)
    means = values.mean(axis=1)
    best = int(np.argmax(means))
    error = float(corrected_standard_error(values[best], ratio))
    return np.asarray(means >= means[best] - error)


__all__ = [
    "ROPE",
    "FoldTest",
    "PracticalChances",
    "bayesian_t_test",
    "corrected_standard_error",
    "corrected_t_test",
    "fold_interval",
    "within_one_standard_error",
]
