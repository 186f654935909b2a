"""The bootstrap of evaluated examples, on counted cells in place of rows.

Rows that agree in their labels are interchangeable: to draw n rows with replacement is to draw how
often each distinct cell comes, from a multinomial with the cells' shares. So half a million rows
cost what their few thousand cells do, and the result has exactly the row bootstrap's distribution.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Counts = NDArray[np.int64]
Figures = NDArray[np.float64]

#: Resamples unless told otherwise: a percentile's rank is uncertain by about 0.5 % at the ends.
REPETITIONS = 1000


def multinomial_weights(counts: ArrayLike, repetitions: int = REPETITIONS, seed: int = 0) -> Counts:
    """How often each cell comes in each resample.

    Parameters
    ----------
    counts
        Rows in each cell, one dimension.
    repetitions, seed
        How many resamples, and what makes them the same again.

    Returns
    -------
    An array of `repetitions` × cells; every row adds up to the number of rows.
    """
    cells = np.asarray(counts, np.int64)
    total = int(cells.sum())
    if not total:
        return np.zeros((repetitions, len(cells)), np.int64)
    random = np.random.default_rng(seed)
    return random.multinomial(total, cells / total, size=repetitions)


def resampled_metrics(
    true: ArrayLike, predicted: ArrayLike, weights: NDArray[np.integer], n_labels: int
) -> dict[str, Figures]:
    """Every metric of `diagnostics.statistics.metrics.summary_metrics` in every resample.

    Parameters
    ----------
    true, predicted
        Codes from 0 to `n_labels` - 1 of the cells; several cells may have the same pair.
    weights
        Resamples × cells, as `multinomial_weights` gives them.
    n_labels
        How many labels there are.

    Returns
    -------
    Arrays of one figure a resample, by the metric's name. A class that occurs in no row of a
    resample, neither as truth nor as answer, is left out of that resample's macro averages.
    """
    truth, answers = np.asarray(true), np.asarray(predicted)
    right = truth == answers
    drawn = weights.astype(float)
    hits = drawn[:, right] @ _indicator(truth[right], n_labels)
    support = drawn @ _indicator(truth, n_labels)
    answered = drawn @ _indicator(answers, n_labels)
    return metrics_of_sums(hits, support, answered)


def _indicator(codes: NDArray[np.integer], n_labels: int) -> Any:
    """Cells × labels: 1 where the cell has the label. Sparse, for labels may be a thousand."""
    from scipy.sparse import csr_array

    ones = np.ones(len(codes))
    return csr_array((ones, (np.arange(len(codes)), codes)), shape=(len(codes), n_labels))


def metrics_of_sums(hits: Figures, support: Figures, predicted: Figures) -> dict[str, Figures]:
    """The metrics of `resampled_metrics` from right answers, truths and answers of each class.

    Three arrays of resamples × labels.
    """
    total = support.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        by_class = {
            "precision": np.where(predicted > 0, hits / predicted, 0.0),
            "recall": np.where(support > 0, hits / support, 0.0),
            "f1": np.where(support + predicted > 0, 2 * hits / (support + predicted), 0.0),
        }
        metrics = {"accuracy": hits.sum(axis=1) / total}
        occurs = ((support + predicted) > 0).sum(axis=1)
        for name, values in by_class.items():
            metrics[f"macro_{name}"] = values.sum(axis=1) / occurs
            metrics[f"weighted_{name}"] = (values * support).sum(axis=1) / total
        in_truth = (support > 0).sum(axis=1)
        metrics["balanced_accuracy"] = by_class["recall"].sum(axis=1) / in_truth
    metrics["matthews_correlation"] = _matthews(hits, support, predicted, total)
    return metrics


def _matthews(hits: Figures, support: Figures, predicted: Figures, total: Figures) -> Figures:
    """Gorodkin 2004, as scikit-learn has it: 0 where it is undefined."""
    covariance = hits.sum(axis=1) * total - (support * predicted).sum(axis=1)
    spread = (total**2 - (support**2).sum(axis=1)) * (total**2 - (predicted**2).sum(axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(spread > 0, covariance / np.sqrt(spread), 0.0)


def percentile_interval(values: ArrayLike, level: float = 0.95) -> tuple[float, float]:
    """The percentile interval of resampled figures; NaN for both bounds where none is known."""
    known = np.asarray(values, float)
    known = known[np.isfinite(known)]
    if not len(known):
        return np.nan, np.nan
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
