"""Reliability without bins (CORP): the recalibrated confidence, its band, the parts of scores.

Dimitriadis, Gneiting and Jordan, PNAS 2021: consistent, optimally binned, reproducible, and by
pool-adjacent-violators.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagnostics.confidence.histogram import bins_of
from diagnostics.confidence.levels import ConfidenceLevels, coarse
from diagnostics.confidence.reliability import ECE_BINS
from diagnostics.statistics.metrics import Counts, Figures

if TYPE_CHECKING:
    import pandas as pd

#: Draws of what chance alone would do; a percentile's rank is uncertain by about 0.5 % at the ends.
DRAWS = 1000
#: The share of draws that a consistency band holds at each point.
BAND = 0.9
#: Where a probability is clipped before its logarithm is taken.
CLIP = 1e-12


def recalibrated(levels: ConfidenceLevels) -> Figures:
    """The share of right answers at each level that fits best without ever falling.

    The isotonic regression of being right on the confidence (pool-adjacent-violators), the curve
    of the CORP reliability diagram (Dimitriadis, Gneiting and Jordan 2021).
    """
    from scipy.optimize import isotonic_regression

    if not levels.total:
        return np.zeros(0)
    fitted: Figures = isotonic_regression(levels.right / levels.n, weights=levels.n).x
    return np.clip(fitted, 0.0, 1.0)


def corp_line(levels: ConfidenceLevels) -> pd.DataFrame:
    """The recalibrated confidence as a line: the ends of each of its level parts.

    Columns `confidence` and `recalibrated`, both ascending.
    """
    import pandas as pd

    fitted = recalibrated(levels)
    rises = np.diff(fitted) > 1e-12
    is_end = np.r_[rises, True] | np.r_[True, rises] if len(fitted) else np.zeros(0, bool)
    ends = np.flatnonzero(is_end)
    return pd.DataFrame({"confidence": levels.confidence[ends], "recalibrated": fitted[ends]})


@dataclass(frozen=True)
class Decomposition:
    """A mean score and its parts: `score` = `miscalibration` - `discrimination` + `uncertainty`.

    All are at least 0. `miscalibration` is what recalibrating would save, `discrimination` what
    the confidence saves against saying the overall share every time, whose score is `uncertainty`.
    """

    score: float
    miscalibration: float
    discrimination: float
    uncertainty: float


def brier_decomposition(levels: ConfidenceLevels) -> Decomposition:
    """Of the mean squared distance between confidence and being right (1) or wrong (0)."""
    return _decomposition(levels, levels.confidence, _brier)


def log_decomposition(levels: ConfidenceLevels) -> Decomposition:
    """Of the mean log loss of "this answer is right", in nats; confidences clipped at 1e-12."""
    return _decomposition(levels, np.clip(levels.confidence, CLIP, 1 - CLIP), _log_loss)


def _decomposition(
    levels: ConfidenceLevels,
    confidence: Figures,
    score: Callable[[Figures, ConfidenceLevels], float],
) -> Decomposition:
    if not levels.total:
        return Decomposition(*[np.nan] * 4)
    as_said, best = score(confidence, levels), score(recalibrated(levels), levels)
    share = np.array([levels.accuracy])
    whole = ConfidenceLevels(share, np.array([levels.total]), np.array([levels.right.sum()]))
    constant = score(share, whole)
    # Rounding may leave differences of 1e-17 below 0.
    return Decomposition(as_said, max(as_said - best, 0.0), max(constant - best, 0.0), constant)


def _brier(confidence: Figures, levels: ConfidenceLevels) -> float:
    wrong = levels.n - levels.right
    losses = levels.right * (1 - confidence) ** 2 + wrong * confidence**2
    return float(losses.sum() / levels.total)


def _log_loss(confidence: Figures, levels: ConfidenceLevels) -> float:
    from scipy.special import xlog1py, xlogy

    # They take 0 · log 0 for 0: what is recalibrated may be 0 or 1.
    gains = xlogy(levels.right, confidence) + xlog1py(levels.n - levels.right, -confidence)
    return float(-gains.sum() / levels.total)


@dataclass(frozen=True, eq=False)
class Chance:
    """What answers of these confidences would look like if the confidences were true.

    `band` has `confidence`, `low` and `high`: where the recalibrated confidence lies in 90 % of the
    draws, point by point (the consistency band of the CORP diagram). `ece` is the mean expected
    calibration error of the draws and `ece_high` the one that 95 % of them stay below.
    """

    band: pd.DataFrame
    ece: float
    ece_high: float


def by_chance(levels: ConfidenceLevels, *, draws: int = DRAWS, seed: int = 0) -> Chance:
    """Draw right and wrong answers from the confidences themselves, and look at them again.

    Consistency resampling (Bröcker and Smith 2007), on 1,000 levels of confidence at most.
    """
    import pandas as pd

    few = coarse(levels)
    if not few.total:
        return Chance(pd.DataFrame(columns=["confidence", "low", "high"]), np.nan, np.nan)
    random = np.random.default_rng(seed)
    right = random.binomial(few.n, few.confidence, size=(draws, len(few.n)))
    errors = _drawn_errors(few, right)
    fitted = np.stack(
        [recalibrated(ConfidenceLevels(few.confidence, few.n, drawn)) for drawn in right]
    )
    low, high = np.quantile(fitted, [(1 - BAND) / 2, (1 + BAND) / 2], axis=0)
    band = pd.DataFrame({"confidence": few.confidence, "low": low, "high": high})
    return Chance(band, float(errors.mean()), float(np.quantile(errors, 0.95)))


def _drawn_errors(few: ConfidenceLevels, right: Counts) -> Figures:
    """The expected calibration error of each draw, with the usual bins."""
    at = bins_of(few.confidence, ECE_BINS)
    starts = np.flatnonzero(np.r_[True, np.diff(at) > 0])
    expected = np.add.reduceat(few.confidence * few.n, starts)
    gaps = np.abs(np.add.reduceat(right, starts, axis=1) - expected)
    errors: Figures = gaps.sum(axis=1) / few.total
    return errors
