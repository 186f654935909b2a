"""How sure the answers were, and how often they were right: counts of the calibration cube."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from diagnostics.confidence.selective_counts import ROUNDING
from diagnostics.errors import DiagnosticsError
from diagnostics.statistics.metrics import Counts, Figures
from diagnostics.workspace import Evidence
from diagnostics.workspace.reducers import BINS

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from diagnostics.workspace import Run

#: What may be known of an answer.
OUTCOMES = ("right", "wrong", "unjudged")
#: Bins of the histogram unless told otherwise: 5 points wide.
HISTOGRAM_BINS = 20


@dataclass(frozen=True, eq=False)
class ConfidenceCounts:
    """Answers in the 1,000 bins of the calibration cube, each an array of that length.

    Bin b holds the confidences in (b / 1000, (b + 1) / 1000], the first one 0 as well. `unjudged`
    are answers without a true label. `missing` counts answers without a confidence, which are in no
    bin. `lowest` and `highest` are the extreme confidences, `sure_right` and `sure_wrong` the means
    of right and of wrong answers; NaN where there are none.
    """

    right: Counts
    wrong: Counts
    unjudged: Counts
    missing: int
    lowest: float
    highest: float
    sure_right: float
    sure_wrong: float
    only_mistakes: bool = False

    @property
    def total(self) -> int:
        """Answers with a confidence."""
        return self.judged + int(self.unjudged.sum())

    @property
    def judged(self) -> int:
        """Answers with a confidence that are known to be right or wrong."""
        return int(self.right.sum() + self.wrong.sum())

    @property
    def is_probability(self) -> bool:
        """Whether every confidence lies between 0 and 1."""
        return not (self.lowest < -ROUNDING or self.highest > 1 + ROUNDING)


def confidence_counts(
    run: Run, *, split: str | None = None, predicted_label: str | None = None
) -> ConfidenceCounts:
    """The run's answers by confidence, on one split (its held-out one if None).

    Parameters
    ----------
    predicted_label
        Only answers with this label; none where the run does not know it.

    Raises
    ------
    DiagnosticsError
        If the run has no such split.
    """
    import polars as pl

    from diagnostics.workspace import stored_tables, tables

    kept = chosen(run, split, predicted_label)
    cube = stored_tables.load(run, "calibration", tables.CALIBRATION)
    cube = cube.filter(kept).drop_nulls("correct")
    rows = stored_tables.scan(run).filter(kept)
    known = pl.col("confidence").is_not_null() & pl.col("confidence").is_not_nan()
    facts = rows.select(
        missing=(~known).sum(),
        lowest=pl.col("confidence").filter(known).min(),
        highest=pl.col("confidence").filter(known).max(),
        unjudged=(known & pl.col("true_label").is_null()).sum(),
    ).collect()
    missing, lowest, highest, unjudged = facts.row(0)
    right, wrong = cube.filter(pl.col("correct")), cube.filter(~pl.col("correct"))
    return ConfidenceCounts(
        right=_by_bin(right),
        wrong=_by_bin(wrong),
        unjudged=_unjudged(rows.filter(known)) if unjudged else np.zeros(BINS, np.int64),
        missing=int(missing),
        lowest=np.nan if lowest is None else float(lowest),
        highest=np.nan if highest is None else float(highest),
        sure_right=_mean(right),
        sure_wrong=_mean(wrong),
        only_mistakes=not run.has(Evidence.PREDICTIONS),
    )


def chosen(run: Run, split: str | None, predicted_label: str | None) -> pl.Expr:
    """Which rows of a run's tables are of a split (its held-out one if None) and of an answer.

    Raises
    ------
    DiagnosticsError
        If the run has no such split.
    """
    import polars as pl

    kept = pl.col("split") == run.known_split(split)
    if predicted_label is None:
        return kept
    known = predicted_label in run.labels
    return kept & (
        pl.col("predicted_label") == (run.labels.index(predicted_label) if known else -1)
    )


def _by_bin(cube: pl.DataFrame) -> Counts:
    counted = np.bincount(cube["bin"].to_numpy(), weights=cube["n"].to_numpy(), minlength=BINS)
    return counted.astype(np.int64)


def _mean(cube: pl.DataFrame) -> float:
    sums, n = cube["sum_confidence"].to_numpy().sum(), cube["n"].to_numpy().sum()
    return float(sums / n) if n else np.nan


def _unjudged(rows: pl.LazyFrame) -> Counts:
    """Answers without a true label in the same bins: the cube has only those with one."""
    import polars as pl

    values = rows.filter(pl.col("true_label").is_null()).select("confidence").collect()
    return np.bincount(bins_of(values["confidence"].to_numpy(), BINS), minlength=BINS)


def bin_edges(bins: int) -> Figures:
    """The edges of equal bins over [0, 1]: each the float nearest to its fraction."""
    return np.arange(bins + 1) / bins


def bins_of(confidence: Any, bins: int) -> Counts:
    """The bin of each confidence, from 0: bins are (lower, upper], the first one includes 0.

    Compared with the edges themselves: 0.07 × 100 is more than 7 in floating point, yet 0.07
    belongs to the bin that ends there.
    """
    found = np.searchsorted(bin_edges(bins), np.asarray(confidence, float), side="left") - 1
    return np.clip(found, 0, bins - 1)


def confidence_histogram(counts: ConfidenceCounts, *, bins: int = HISTOGRAM_BINS) -> pd.DataFrame:
    """Right and wrong answers in equal bins of confidence, from the first filled bin to 1.

    Parameters
    ----------
    bins
        Over [0, 1]; a divisor of 1,000.

    Returns
    -------
    One row per bin: `lower`, `upper` (0 to 1, the interval (lower, upper]), the counts `right`,
    `wrong` and `unjudged`, and the shares `right_share` of all right, `wrong_share` of all wrong
    and `unjudged_share` of all unjudged answers, NaN where there are none. No rows without answers.

    Raises
    ------
    DiagnosticsError
        If `bins` does not divide 1,000.
    """
    import pandas as pd

    edges = bin_edges(_dividing(bins))
    n = _rebinned(counts, bins)
    frame = pd.DataFrame({"lower": edges[:-1], "upper": edges[1:]})
    for name, values in zip(OUTCOMES, n, strict=True):
        frame[name] = values
        frame[f"{name}_share"] = values / values.sum() if values.any() else np.nan
    filled = np.flatnonzero(n.sum(axis=0))
    return frame.iloc[filled[0] if len(filled) else bins :].reset_index(drop=True)


def histogram_bars(
    counts_by_run: Mapping[str, ConfidenceCounts], *, bins: int = HISTOGRAM_BINS
) -> pd.DataFrame:
    """The histograms of several runs as a chart takes them, from the first to the last filled bin.

    Returns
    -------
    One row per run, bin and outcome that the run has at all: `run`, `lower`, `upper`, `outcome`
    (`right`, `wrong`, `unjudged`), `n`, `share` of the run's answers of that outcome, and
    `of_bin`, the share of the run's answers in that bin (NaN where it is empty).
    """
    import pandas as pd

    edges, parts = bin_edges(_dividing(bins)), []
    for run, counts in counts_by_run.items():
        n = _rebinned(counts, bins)
        in_bin = np.where(n.sum(axis=0) > 0, n.sum(axis=0), np.nan)
        for outcome, values in zip(OUTCOMES, n, strict=True):
            if values.any():
                places = {"run": run, "lower": edges[:-1], "upper": edges[1:], "outcome": outcome}
                shares = {"share": values / values.sum(), "of_bin": values / in_bin}
                parts.append(pd.DataFrame({**places, "n": values, **shares}))
    if not parts:
        return pd.DataFrame(columns=["run", "lower", "upper", "outcome", "n", "share", "of_bin"])
    bars = pd.concat(parts, ignore_index=True)
    filled = bars.loc[bars["n"] > 0, "lower"]
    return bars[bars["lower"].between(filled.min(), filled.max())].reset_index(drop=True)


def _rebinned(counts: ConfidenceCounts, bins: int) -> Counts:
    """Outcomes × bins: the counts in fewer bins."""
    return np.stack([getattr(counts, name).reshape(bins, -1).sum(axis=1) for name in OUTCOMES])


def _dividing(bins: int) -> int:
    if bins < 1 or BINS % bins:
        raise DiagnosticsError(f"bins must divide {BINS:,}; {bins} does not.")
    return bins
