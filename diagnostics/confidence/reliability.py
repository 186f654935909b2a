"""Whether answers are right as often as they are sure: reliability, and calibration errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from diagnostics.confidence.histogram import bin_edges, bins_of
from diagnostics.confidence.levels import ConfidenceLevels
from diagnostics.statistics.intervals import wilson
from diagnostics.statistics.metrics import Counts, Figures

if TYPE_CHECKING:
    import pandas as pd

Binning = Literal["width", "mass"]

#: Bins of Guo et al. 2017, whose figures most others are compared with. They do not divide the
#: 1,000 of the calibration cube, so answers are counted against the edges themselves.
ECE_BINS = 15
#: Answers that a verdict is given on, at least, and the confidences above which it looks for them.
ENOUGH = 30
_LINES = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0)


def reliability_bins(
    levels: ConfidenceLevels, *, bins: int = ECE_BINS, binning: Binning = "width"
) -> pd.DataFrame:
    """Mean confidence against the share of right answers, in bins of confidence.

    Parameters
    ----------
    bins
        How many; of equal width over [0, 1], each (lower, upper], the first one with 0; or of equal
        mass, with as many answers each as equal confidences, which stay together, allow.
    binning
        `width` or `mass`.

    Returns
    -------
    One row per filled bin, (lower, upper]: `lower`, `upper` (the edges; with equal mass the
    greatest confidence of the bin before, or just below the least one, and that of the bin), `n`,
    `right`, `mean_confidence`, `accuracy`, and its Wilson interval of 95 %, `low` and `high`.
    """
    import pandas as pd

    at = bins_of(levels.confidence, bins) if binning == "width" else _mass_bins(levels, bins)
    n = np.bincount(at, weights=levels.n, minlength=bins)
    right = np.bincount(at, weights=levels.right, minlength=bins)
    sums = np.bincount(at, weights=levels.confidence * levels.n, minlength=bins)
    filled = np.flatnonzero(n)
    n, right, sums = n[filled], right[filled], sums[filled]
    lower, upper = _bounds(levels, at, filled, bins, binning)
    low, high = wilson(right, n)
    return pd.DataFrame(
        {
            "lower": lower,
            "upper": upper,
            "n": n.astype(np.int64),
            "right": right.astype(np.int64),
            "mean_confidence": sums / n,
            "accuracy": right / n,
            "low": low,
            "high": high,
        }
    )


def _mass_bins(levels: ConfidenceLevels, bins: int) -> Counts:
    """The bin of each level by the rank of its middle answer: equal confidences are not split."""
    if not levels.total:
        return np.zeros(0, np.int64)
    middle = np.cumsum(levels.n) - levels.n / 2
    return np.minimum((middle * bins / levels.total).astype(np.int64), bins - 1)


def _bounds(
    levels: ConfidenceLevels, at: Counts, filled: Counts, bins: int, binning: Binning
) -> tuple[Figures, Figures]:
    if binning == "width":
        edges = bin_edges(bins)
        return edges[filled], edges[filled + 1]
    greatest = levels.confidence[np.searchsorted(at, filled, side="right") - 1]
    # As everywhere a bin is open below, so that what it lists is what it counts.
    below = ((np.ceil(levels.confidence[:1] * 1000) - 1) / 1000).clip(min=0)
    return np.concatenate([below, greatest[:-1]]), greatest


@dataclass(frozen=True)
class CalibrationErrors:
    """How far confidence and accuracy are apart over the bins of a table; NaN without answers.

    `ece` is the expected calibration error, the mean distance (Naeini et al. 2015; Guo et al.
    2017), `mce` the largest one, `l2` the root of the mean square, and `l2_debiased` the same
    without what chance alone adds to it (Kumar, Liang and Ma 2019), 0 where that is all.
    """

    ece: float
    mce: float
    l2: float
    l2_debiased: float


def calibration_errors(bins: pd.DataFrame) -> CalibrationErrors:
    """The errors over bins as `reliability_bins` gives them.

    A bin with a single answer does not tell how chancy it is: `l2_debiased` takes it for nothing,
    as the authors' code does.
    """
    if not len(bins):
        return CalibrationErrors(*[np.nan] * 4)
    n, right = bins["n"].to_numpy(float), bins["accuracy"].to_numpy(float)
    weight = n / n.sum()
    gap = np.abs(bins["mean_confidence"].to_numpy(float) - right)
    chance = right * (1 - right) / np.maximum(n - 1, 1)
    square, corrected = weight @ gap**2, weight @ np.where(n > 1, gap**2 - chance, 0.0)
    return CalibrationErrors(
        ece=float(weight @ gap),
        mce=float(gap.max()),
        l2=float(np.sqrt(square)),
        l2_debiased=float(np.sqrt(max(corrected, 0.0))),
    )


@dataclass(frozen=True)
class Verdict:
    """How answers above a line turned out; `low` and `high` are the Wilson interval of 95 %."""

    above: float
    n: int
    mean_confidence: float
    accuracy: float
    low: float
    high: float

    @property
    def kind(self) -> Literal["overconfident", "underconfident", "as said"]:
        """Too sure or not sure enough, where chance alone does not explain it."""
        if self.mean_confidence > self.high:
            return "overconfident"
        return "underconfident" if self.mean_confidence < self.low else "as said"


def verdict(levels: ConfidenceLevels) -> Verdict | None:
    """How the surest answers turned out: those above 90 %, or above the next line with enough.

    None where there are no answers at all.
    """
    lines = [line for line in _LINES if levels.n[levels.confidence > line].sum() >= ENOUGH]
    line = lines[0] if lines else 0.0
    above = levels.confidence > line if line else np.ones(len(levels.n), bool)
    kept = ConfidenceLevels(levels.confidence[above], levels.n[above], levels.right[above])
    if not kept.total:
        return None
    low, high = wilson(kept.right.sum(), kept.total)
    mean, accuracy = kept.mean_confidence, kept.accuracy
    return Verdict(line, kept.total, mean, accuracy, float(low), float(high))
