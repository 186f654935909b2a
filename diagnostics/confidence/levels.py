"""What came of answers of the same confidence: the input of everything that judges confidence."""

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
class Outcomes:
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


def outcomes(confidence: Any, correct: Any) -> Outcomes:
    """The outcomes of single answers.

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
    given, right = np.asarray(confidence, float), np.asarray(correct, bool)
    if given.shape != right.shape or given.ndim != 1:
        raise DiagnosticsError(
            f"confidence and correct must be as long as each other; they have {given.size:,} and "
            f"{right.size:,} values."
        )
    known = ~np.isnan(given)
    given, right = in_range(given[known]), right[known]
    levels, place = np.unique(given, return_inverse=True)
    hits = np.bincount(place, weights=right, minlength=len(levels)).astype(np.int64)
    return Outcomes(levels, np.bincount(place, minlength=len(levels)), hits)


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


def run_outcomes(
    run: Run, *, split: str | None = None, predicted_label: str | None = None
) -> Outcomes:
    """The outcomes of a run's answers on one split (its held-out one if None).

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
    levels = (
        rows.group_by("confidence").agg(pl.len().alias("n"), pl.col("correct").sum().alias("right"))
    ).sort("confidence")
    found = levels.collect()
    return _merged(
        in_range(found["confidence"].to_numpy()),
        found["n"].cast(pl.Int64).to_numpy(),
        found["right"].cast(pl.Int64).to_numpy(),
    )


def judged_rows(run: Run, split: str | None, predicted_label: str | None = None) -> pl.LazyFrame:
    """The run's rows with a truth, an answer and a confidence, and a column `correct`; lazy."""
    import polars as pl

    from diagnostics.workspace import run_tables

    known = pl.col("confidence").is_not_null() & pl.col("confidence").is_not_nan()
    rows = run_tables.scan(run).filter(chosen(run, split, predicted_label), known)
    correct = pl.col("true_label") == pl.col("predicted_label")
    return rows.with_columns(correct=correct).filter(pl.col("correct").is_not_null())


def _merged(confidence: Figures, n: Counts, right: Counts) -> Outcomes:
    """Levels that rounding into the range made equal, as one."""
    levels, place = np.unique(confidence, return_inverse=True)
    if len(levels) == len(confidence):
        return Outcomes(confidence, n, right)
    summed = [np.bincount(place, weights=values).astype(np.int64) for values in (n, right)]
    return Outcomes(levels, *summed)


def coarse(found: Outcomes, bins: int = BINS) -> Outcomes:
    """The same answers with the mean confidence of their bin: `bins` levels at most.

    With 1,000 bins, figures of half a million answers change by some 1e-5; what is drawn again and
    again then takes no longer than for a thousand answers.
    """
    if len(found.confidence) <= bins:
        return found
    at = bins_of(found.confidence, bins)
    n = np.bincount(at, weights=found.n, minlength=bins)
    sums = np.bincount(at, weights=found.confidence * found.n, minlength=bins)
    right = np.bincount(at, weights=found.right, minlength=bins)
    filled = n > 0
    whole = [values[filled].astype(np.int64) for values in (n, right)]
    return Outcomes(sums[filled] / n[filled], *whole)
