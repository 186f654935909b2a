"""How well the confidence puts wrong answers last, in one figure: AURC, AUGRC, AUROC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagnostics.statistics.metrics import Figures

if TYPE_CHECKING:
    from diagnostics.confidence.selective_counts import SelectiveCounts


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
