"""Recalibrating a confidence without its vector: how often answers as sure as that were right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagnostics.confidence.corp import corp_line
from diagnostics.confidence.levels import ConfidenceLevels, confidence_levels, in_range, judged_rows
from diagnostics.confidence.vectors import Parts, example_marks, halves
from diagnostics.statistics.metrics import Figures

if TYPE_CHECKING:
    from diagnostics.workspace import Run


@dataclass(frozen=True, eq=False)
class Recalibration:
    """What a calibrator of correctness does to answers that it was not fitted on.

    `before` and `after` are the confidence levels of the same answers. The calibrator of each
    part (folds, or halves by the example's id) was fitted on all the others.
    """

    parts: Parts
    before: ConfidenceLevels
    after: ConfidenceLevels


def calibrated(levels: ConfidenceLevels, confidence: Figures) -> Figures:
    """How often answers as sure as that were right in `levels`: a binary calibrator of correctness.

    Isotonic regression, between its levels a straight line, beyond them the last one (Zadrozny and
    Elkan 2002). It says nothing of the labels that were not given, and changes no answer.
    """
    line = corp_line(levels)
    shares: Figures = np.interp(confidence, line["confidence"], line["recalibrated"])
    return shares


def recalibration(
    run: Run, *, split: str | None = None, predicted_label: str | None = None
) -> Recalibration | None:
    """What a calibrator of correctness would change, out of sample.

    None where the answers are all of one part.

    Raises
    ------
    DiagnosticsError
        If the run has no such split, or a confidence lies outside 0 to 1.
    """
    rows = judged_rows(run, split, predicted_label)
    frame = rows.select("example", "fold", "confidence", "correct").collect()
    parts: Parts = "folds" if frame["fold"].n_unique() > 1 else "halves"
    if parts == "folds":
        part = frame["fold"].fill_null(-1).to_numpy()
    else:
        part = halves(example_marks(frame["example"].to_list()))
    if len(np.unique(part)) < 2:
        return None
    confidence = in_range(frame["confidence"].to_numpy())
    correct = frame["correct"].to_numpy()
    after = np.empty_like(confidence)
    for this in np.unique(part):
        mine = part == this
        after[mine] = calibrated(
            confidence_levels(confidence[~mine], correct[~mine]), confidence[mine]
        )
    return Recalibration(
        parts, confidence_levels(confidence, correct), confidence_levels(after, correct)
    )
