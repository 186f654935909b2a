"""How many answers of each confidence were right: the input of everything that judges it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from diagnostics.confidence.histogram import bins_of, chosen
from diagnostics.confidence.selective_counts import ROUNDING
from diagnostics.errors import DiagnosticsError
from diagnostics.statistics.metrics import Counts, Figures
from diagnostics.workspace.reducers import BINS

if TYPE_CHECKING:
    import polars as pl

    from diagnostics.workspace import Run


@dataclass(frozen=True, eq=False)
class ConfidenceLevels:
    """Distinct confidences, ascending, between 0 and 1; how many answers had each (`n`), and how
    many of these were right. Arrays of equal length.
    """  # noqa: D205

    confidence: Figures
    n: Counts
    right: Counts

    @property
    def total(self) -> int:
        """All answers."""
        return int(self.n.sum())

    @property
    def accuracy(self) -> float:
        """The share of right answers, NaN of none."""
        return float(self.right.sum() / self.total) if self.total else np.nan

    @property
    def mean_confidence(self) -> float:
        """The mean over all answers, NaN of none."""
        return float(self.confidence @ self.n / self.total) if self.total else np.nan


def confidence_levels(confidence: Any, correct: Any) -> ConfidenceLevels:
    """The levels of single answers.

    Parameters
    ----------
    confidence
        Of the answer, 0 to 1; NaN where unknown: these are left out.
    correct
        Whether the answer was right, of the same length.

    Raises
    ------
    DiagnosticsError
        If a confidence lies outside 0 to 1, or the lengths differ.
    """
    confidences, right = np.asarray(confidence, float), np.asarray(correct, bool)
    if confidences.shape != right.shape or confidences.ndim != 1:
        raise DiagnosticsError(
            f"confidence and correct must be as long as each other; they have "
            f"{confidences.size:,} and {right.size:,} values."
        )
    known = ~np.isnan(confidences)
    confidences, right = in_range(confidences[known]), right[known]
    levels, place = np.unique(confidences, return_inverse=True)
    hits = np.bincount(place, weights=right, minlength=len(levels)).astype(np.int64)
    return ConfidenceLevels(levels, np.bincount(place, minlength=len(levels)), hits)


def in_range(confidence: Figures) -> Figures:
    """The same between 0 and 1, where rounding may have left it.

    Raises
    ------
    DiagnosticsError
        If a confidence is further outside than rounding explains.
    """
    outside = confidence[(confidence < -ROUNDING) | (confidence > 1 + ROUNDING)]
    if len(outside):
        raise DiagnosticsError(f"A confidence must be between 0 and 1; one is {outside[0]:.6g}.")
    return np.clip(confidence, 0.0, 1.0)


def run_confidence_levels(
    run: Run, *, split: str | None = None, predicted_label: str | None = None
) -> ConfidenceLevels:
    """The levels of a run's answers on one split (its held-out one if None).

    Parameters
    ----------
    predicted_label
        Only answers with this label.

    Raises
    ------
    DiagnosticsError
        If the run has no such split, or a confidence lies outside 0 to 1.
    """
    import polars as pl

    rows = judged_rows(run, split, predicted_label)
    plan = (
        rows.group_by("confidence").agg(pl.len().alias("n"), pl.col("correct").sum().alias("right"))
    ).sort("confidence")
    levels = plan.collect()
    return _merged(
        in_range(levels["confidence"].to_numpy()),
        levels["n"].cast(pl.Int64).to_numpy(),
        levels["right"].cast(pl.Int64).to_numpy(),
    )


def judged_rows(run: Run, split: str | None, predicted_label: str | None = None) -> pl.LazyFrame:
    """The run's rows with a truth, an answer and a confidence, and a column `correct`; lazy."""
    import polars as pl

    from diagnostics.workspace import stored_tables

    known = pl.col("confidence").is_not_null() & pl.col("confidence").is_not_nan()
    rows = stored_tables.scan(run).filter(chosen(run, split, predicted_label), known)
    correct = pl.col("true_label") == pl.col("predicted_label")
    return rows.with_columns(correct=correct).filter(pl.col("correct").is_not_null())


def _merged(confidence: Figures, n: Counts, right: Counts) -> ConfidenceLevels:
    """Levels that rounding into the range made equal, as one."""
    levels, place = np.unique(confidence, return_inverse=True)
    if len(levels) == len(confidence):
        return ConfidenceLevels(confidence, n, right)
    summed = [np.bincount(place, weights=values).astype(np.int64) for values in (n, right)]
    return ConfidenceLevels(levels, *summed)


def coarse(levels: ConfidenceLevels, bins: int = BINS) -> ConfidenceLevels:
    """The same answers with the mean confidence of their bin: `bins` levels at most.

    With 1,000 bins, figures of half a million answers change by some 1e-5; what is drawn again and
    again then takes no longer than for a thousand answers.
    """
    if len(levels.confidence) <= bins:
        return levels
    at = bins_of(levels.confidence, bins)
    n = np.bincount(at, weights=levels.n, minlength=bins)
    sums = np.bincount(at, weights=levels.confidence * levels.n, minlength=bins)
    right = np.bincount(at, weights=levels.right, minlength=bins)
    filled = n > 0
    whole = [values[filled].astype(np.int64) for values in (n, right)]
    return ConfidenceLevels(sums[filled] / n[filled], *whole)
