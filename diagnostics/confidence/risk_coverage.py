"""What a threshold on the confidence would answer, and how often that would be wrong.

Selective prediction: an answer is given where its confidence reaches the threshold, else withheld.
Coverage is the share of examples that are answered, risk the share of wrong among the answered.
How well the confidence puts wrong answers last is one figure: AURC, AUGRC or AUROC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagnostics.confidence.selective_counts import SelectiveCounts
from diagnostics.statistics.intervals import clopper_pearson
from diagnostics.statistics.metrics import Counts, Figures

if TYPE_CHECKING:
    import pandas as pd

#: Points of a curve that is drawn; a screen has no more.
POINTS = 1000


@dataclass(frozen=True)
class OperatingPoint:
    """What one threshold does to `total` examples; `withheld` includes what the model left open."""

    threshold: float
    total: int
    answered: int
    wrong: int
    withheld: int
    withheld_right: int
    outside: int
    outside_withheld: int

    @property
    def coverage(self) -> float:
        """The share of examples that are answered; NaN without any."""
        return self.answered / self.total if self.total else float("nan")

    @property
    def risk(self) -> float:
        """The share of wrong among the answered; NaN if nothing is."""
        return self.wrong / self.answered if self.answered else float("nan")

    @property
    def accuracy(self) -> float:
        """The share of right among the answered; NaN if nothing is."""
        return 1 - self.risk

    def risk_interval(self, level: float = 0.95) -> tuple[float, float]:
        """The Clopper-Pearson interval of `risk`, for a threshold that was chosen beforehand."""
        low, high = clopper_pearson(self.wrong, self.answered, level)
        return float(low), float(high)


@dataclass(frozen=True)
class SelectiveFigures:
    """Figures of the candidates; NaN where there are none, `auroc` also if all are right or wrong.

    `aurc` is the mean risk over all coverages, `best_aurc` what it would be with every right answer
    before every wrong one, `risk` what it is in random order; `augrc` the mean over all coverages
    of wrong answers per example; `auroc` how often a right answer is surer than a wrong one.
    """

    aurc: float
    augrc: float
    auroc: float
    best_aurc: float
    risk: float


def operating_point(counts: SelectiveCounts, threshold: float) -> OperatingPoint:
    """What is answered where the confidence is at least `threshold`."""
    # Negative, for confidences fall and searchsorted takes what rises.
    reached = int(np.searchsorted(-counts.confidence, -threshold, side="right"))
    answered, wrong, outside = (
        int(part[:reached].sum()) for part in (counts.n, counts.wrong, counts.outside)
    )
    right = counts.candidates - counts.errors
    all_outside = int(counts.outside.sum()) + counts.abstained_outside
    return OperatingPoint(
        threshold=threshold,
        total=counts.total,
        answered=answered,
        wrong=wrong,
        withheld=counts.total - answered,
        withheld_right=right - (answered - wrong),
        outside=all_outside,
        outside_withheld=all_outside - outside,
    )


def risk_coverage_curve(
    counts: SelectiveCounts, *, points: int = POINTS, level: float = 0.95
) -> pd.DataFrame:
    """Coverage and risk at every threshold, or at `points` of them that stand for all.

    Returns
    -------
    One row per threshold, the highest first: `threshold` (the shortest decimal that does it),
    `answered`, `wrong`, `coverage`, `risk` and its Clopper-Pearson interval `low`, `high`
    (pointwise, at `level`). Both ends are kept; the others lie evenly over the coverage. Answers
    of equal confidence come or go together.
    """
    import pandas as pd

    kept = evenly(counts.answered, points)
    answered, wrong = counts.answered[kept], counts.wrong_answered[kept]
    low, high = clopper_pearson(wrong, answered, level)
    return pd.DataFrame(
        {
            "threshold": [counts.threshold(int(at)) for at in kept],
            "answered": answered,
            "wrong": wrong,
            "coverage": answered / max(counts.total, 1),
            "risk": wrong / np.maximum(answered, 1),
            "low": low,
            "high": high,
        }
    )


def selective_figures(counts: SelectiveCounts) -> SelectiveFigures:
    """The figures of a run's answers by confidence.

    Notes
    -----
    AURC follows Geifman and El-Yaniv 2017, (1/n) Σ risk of the first k; AUGRC Traub et al. 2024,
    (1/n) Σ wrong among the first k / n. Answers of equal confidence stand in random order: the
    figures are the expectation over it. AUROC counts ties as a half. Abstentions are not ranked.
    """
    n, errors = counts.candidates, counts.errors
    if not n:
        return SelectiveFigures(*[float("nan")] * 5)
    size, wrong = counts.n.astype(float), counts.wrong.astype(float)
    before, wrong_before = counts.answered - size, counts.wrong_answered - wrong
    rate = wrong / size
    risks = _risk_sum(before, wrong_before, size, rate)
    generalised = size * wrong_before + rate * size * (size + 1) / 2
    right = size - wrong
    # A wrong answer is beaten by the right ones before its level, and by half of those on it.
    wins = (wrong * (before - wrong_before + right / 2)).sum()
    pairs = float(errors) * (n - errors)
    best = _risk_sum(*(np.array([float(x)]) for x in (n - errors, 0, errors, errors > 0)))
    return SelectiveFigures(
        aurc=float(risks.sum() / n),
        augrc=float(generalised.sum() / n**2),
        auroc=float(wins / pairs) if pairs else float("nan"),
        best_aurc=float(best[0] / n),
        risk=errors / n,
    )


def _risk_sum(before: Figures, wrong_before: Figures, size: Figures, rate: Figures) -> Figures:
    """Σ over j = 1..size of (wrong_before + rate · j) / (before + j), in closed form."""
    from scipy.special import psi

    harmonic = psi(before + size + 1) - psi(before + 1)
    sums: Figures = (wrong_before - rate * before) * harmonic + rate * size
    return sums


def evenly(rising: Counts | Figures, points: int) -> Counts:
    """At most `points` positions that lie evenly over a rising series, the first and last kept."""
    if len(rising) <= points:
        return np.arange(len(rising))
    wanted = np.linspace(float(rising[0]), float(rising[-1]), points)
    positions: Counts = np.unique(np.searchsorted(rising, wanted))
    return positions


def dividing_decimal(counts: SelectiveCounts, threshold: float) -> float:
    """A number d so that confidence > d exactly where confidence ≥ threshold.

    It is the threshold itself unless an answer has just this confidence; links to the examples on
    either side use it, for the Examples page takes confidences above a bound.
    """
    reached = int(np.searchsorted(-counts.confidence, -threshold, side="right"))
    if not reached or counts.confidence[reached - 1] != threshold:
        return threshold
    below = counts.confidence[reached] if reached < len(counts.confidence) else -np.inf
    for digits in range(3, 17):
        scale = 10.0**digits
        candidate = float((np.ceil(threshold * scale) - 1) / scale)
        if below <= candidate < threshold:
            return candidate
    return float(np.nextafter(threshold, -np.inf))


__all__ = [
    "POINTS",
    "OperatingPoint",
    "SelectiveFigures",
    "dividing_decimal",
    "evenly",
    "operating_point",
    "risk_coverage_curve",
    "selective_figures",
]
