"""Figures of merit from a confusion matrix: plain NumPy, no rows needed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Figures = NDArray[np.float64]


@dataclass(frozen=True)
class ClassFigures:
    """Per class, aligned with the matrix: arrays of the number of classes.

    `precision` and `recall` are NaN where nothing was predicted or nothing was there;
    `f1` is 2tp / (support + predicted), NaN where both are zero.
    """

    precision: Figures
    recall: Figures
    f1: Figures
    support: Counts
    predicted: Counts


def class_figures(counts: Counts) -> ClassFigures:
    """Precision, recall, F1 and support of every class; `counts` has the truth in its rows."""
    hits = np.diag(counts).astype(float)
    support, predicted = counts.sum(axis=1), counts.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return ClassFigures(
            precision=np.where(predicted > 0, hits / predicted, np.nan),
            recall=np.where(support > 0, hits / support, np.nan),
            f1=np.where(support + predicted > 0, 2 * hits / (support + predicted), np.nan),
            support=support,
            predicted=predicted,
        )


def summary_metrics(counts: Counts) -> dict[str, float]:
    """Accuracy, macro and weighted averages, balanced accuracy and Matthews correlation.

    The definitions are scikit-learn's with `zero_division=0`: macro averages run over the classes
    that occur in the truth or among the answers, an undefined precision or recall counts as 0;
    balanced accuracy is the mean recall of the classes in the truth. Empty for an empty matrix.
    """
    total = int(counts.sum())
    if not total:
        return {}
    figures = class_figures(counts)
    occurs = (figures.support + figures.predicted) > 0
    weights = figures.support / total
    metrics = {"accuracy": float(np.trace(counts) / total)}
    for average in ("macro", "weighted"):
        for name in ("precision", "recall", "f1"):
            values = np.nan_to_num(getattr(figures, name))
            mean = values[occurs].mean() if average == "macro" else (values * weights).sum()
            metrics[f"{average}_{name}"] = float(mean)
    metrics["balanced_accuracy"] = float(np.nanmean(figures.recall))
    metrics["matthews_correlation"] = _matthews(counts, total)
    return metrics


def sample_weighted_metrics(counts: Counts, weights: Figures) -> dict[str, float]:
    """Accuracy, macro F1 and balanced accuracy where rows count as much as their weights say.

    `counts` and `weights` are the rows' numbers and the sums of their weights, with the truth in
    the rows. The definitions are scikit-learn's with `sample_weight` and `zero_division=0`: macro
    F1 runs over the classes that occur, those of weight 0 too; balanced accuracy is the mean recall
    of the classes with any weight in the truth. Empty without any weight.
    """
    total = float(weights.sum())
    if not total > 0:
        return {}
    hits, support, predicted = np.diag(weights), weights.sum(axis=1), weights.sum(axis=0)
    occurs = (counts.sum(axis=1) + counts.sum(axis=0)) > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        f1 = np.nan_to_num(2 * hits / (support + predicted))
        recall = hits / support
    return {
        "accuracy": float(hits.sum() / total),
        "macro_f1": float(f1[occurs].mean()),
        "balanced_accuracy": float(np.nanmean(recall)),
    }


def _matthews(counts: Counts, total: int) -> float:
    """Gorodkin 2004, as scikit-learn has it: 0 where it is undefined."""
    truth, answers = counts.sum(axis=1).astype(float), counts.sum(axis=0).astype(float)
    covariance = np.trace(counts) * float(total) - truth @ answers
    spread = (float(total) ** 2 - truth @ truth) * (float(total) ** 2 - answers @ answers)
    return float(covariance / np.sqrt(spread)) if spread > 0 else 0.0
