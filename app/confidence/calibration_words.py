"""Figures of calibration in words: what each is called, its value, and what it says."""

from __future__ import annotations

from collections.abc import Iterator

from diagnostics.confidence.corp import (
    Chance,
    Decomposition,
    brier_decomposition,
    log_decomposition,
)
from diagnostics.confidence.levels import ConfidenceLevels
from diagnostics.confidence.probability_table import percent
from diagnostics.confidence.proper_scores import ProperScores
from diagnostics.confidence.reliability import ECE_BINS, calibration_errors, reliability_bins

#: The name, the value and the meaning of a figure.
Row = tuple[str, str, str]


def figure_rows(
    levels: ConfidenceLevels, chance: Chance, scores: ProperScores | None
) -> Iterator[Row]:
    """The figures of some answers; those of whole vectors only where there are `scores`."""
    yield (
        "Sure and right",
        f"{percent(levels.mean_confidence)}, {percent(levels.accuracy)}",
        "The mean confidence, and the share of right answers; over all answers they should agree.",
    )
    yield from _errors(levels, chance)
    yield (
        "Brier score of the answer",
        parts(brier_decomposition(levels)),
        "Mean squared distance from being right (1) or wrong (0): what recalibrating would save − "
        "what telling sure from unsure saves + the score of one share for all.",
    )
    yield (
        "Log loss of the answer",
        parts(log_decomposition(levels)),
        "The mean of −ln(confidence) where right, −ln(1 − confidence) where wrong; the same parts. "
        "A wrong answer at 100% costs 27.6.",
    )
    if scores is not None:
        yield from _of_vectors(scores)


def _errors(levels: ConfidenceLevels, chance: Chance) -> Iterator[Row]:
    width = calibration_errors(reliability_bins(levels))
    mass = calibration_errors(reliability_bins(levels, binning="mass"))
    yield (
        "Expected calibration error",
        number(width.ece),
        f"How far confidence and share of right answers are apart, averaged over {ECE_BINS} "
        "equally wide bins; 0 is ideal.",
    )
    yield (
        "… by chance alone",
        f"{number(chance.ece)}, up to {number(chance.ece_high)}",
        "The same if every confidence were true: the mean of 1,000 draws, and what 95% stay "
        "below. Only more than that speaks against the confidence.",
    )
    yield (
        "… in equally filled bins",
        number(mass.ece),
        f"The same over {ECE_BINS} bins of as many answers each; equal confidences stay together.",
    )
    yield (
        "Root mean square error",
        f"{number(width.l2)}, debiased {number(width.l2_debiased)}",
        "The same with squares, and without what chance adds to it (Kumar et al. 2019).",
    )
    yield (
        "Greatest error of a bin",
        number(width.mce),
        "The bin where the two are furthest apart; bins with few answers often are.",
    )


def _of_vectors(scores: ProperScores) -> Iterator[Row]:
    impossible = (
        f" {scores.impossible:,} true labels were given 0 and count 27.6 each."
        if scores.impossible
        else ""
    )
    yield (
        "Log loss, all classes",
        number(scores.log_loss),
        f"The mean of −ln(probability of the true label), clipped at 1e-12.{impossible}",
    )
    yield (
        "Brier score, all classes",
        parts(scores.brier),
        "Squared distance between the whole vector and the truth, 0 to 2; its parts are summed "
        "over the classes.",
    )
    yield (
        "Calibration error by class",
        number(scores.classwise_ece),
        "The expected calibration error of each class's own probability, averaged over classes.",
    )


def parts(found: Decomposition) -> str:
    """A score as miscalibration − discrimination + uncertainty."""
    return (
        f"{number(found.score)} = {number(found.miscalibration)} − "
        f"{number(found.discrimination)} + {number(found.uncertainty)}"
    )


def number(value: float) -> str:
    """Three decimals; two significant digits of what is smaller, as far as they mean anything."""
    if abs(value) >= 0.01 or value == 0:
        return f"{value:.3f}"
    return f"{value:.2g}" if abs(value) >= 1e-4 else "< 0.0001"
