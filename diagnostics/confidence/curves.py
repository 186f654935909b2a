"""Receiver operating characteristic and precision-recall: curves, areas, operating points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagnostics.confidence.one_vs_rest import OneVsRest, ScoreCounts
from diagnostics.confidence.risk_coverage import POINTS, evenly
from diagnostics.confidence.selective_counts import SelectiveCounts, rows_of_split
from diagnostics.statistics.metrics import Figures

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics.workspace import Run

#: Where the curves of all classes are averaged: at every hundredth of the horizontal axis.
AVERAGED_AT = np.linspace(0, 1, 101)
#: The points of a curve: `x`, `y` and `score`.
Line = tuple[Figures, Figures, Figures]


@dataclass(frozen=True)
class Area:
    """An area under a curve, and how far binning can have moved it; NaN where it is undefined."""

    value: float
    error: float = 0.0


def roc_auc(counts: ScoreCounts, *, is_exact: bool = True) -> Area:
    """The share of pairs of a positive and a negative that the score puts in order, ties half.

    NaN without positives or without negatives. Where scores were binned, every pair inside a bin
    may count 0 or 1 instead of a half: `error` is half of their share.
    """
    pairs = float(counts.n_positives) * counts.n_negatives
    if not pairs:
        return Area(float("nan"), float("nan"))
    below = counts.n_negatives - np.cumsum(counts.negatives, dtype=float)
    tied = counts.positives.astype(float) * counts.negatives
    value = float((counts.positives * below + tied / 2).sum() / pairs)
    return Area(value, 0.0 if is_exact else float(tied.sum() / pairs / 2))


def average_precision(counts: ScoreCounts, *, is_exact: bool = True) -> Area:
    """Σ (recall gained) · precision over the distinct scores, as scikit-learn has it.

    NaN without positives. Where scores were binned, `error` is the distance to the farther of two
    bounds: all positives of a bin before its negatives, and after them.
    """
    if not counts.n_positives:
        return Area(float("nan"), float("nan"))
    right, wrong = np.cumsum(counts.positives), np.cumsum(counts.negatives)
    weight = counts.positives / counts.n_positives
    value = float((weight * right / np.maximum(right + wrong, 1)).sum())
    if is_exact:
        return Area(value)
    best = (weight * right / np.maximum(right + wrong - counts.negatives, 1)).sum()
    first = right - counts.positives + 1
    worst = (weight * first / np.maximum(first + wrong, 1)).sum()
    return Area(value, float(max(best - value, value - worst)))


def roc_points(counts: ScoreCounts, *, points: int = POINTS) -> pd.DataFrame:
    """The curve from (0, 0) to (1, 1): `x` false positive rate, `y` true positive rate, `score`.

    At most `points` rows, evenly along the curve, both ends kept. `score` is the lowest that is
    taken for positive, infinite at the start. Empty where a rate is undefined.
    """
    return _frame(*(_roc(counts, points) or ([], [], [])))


def _roc(counts: ScoreCounts, points: int = POINTS) -> Line | None:
    if not counts.n_positives or not counts.n_negatives:
        return None
    y = np.concatenate([[0.0], np.cumsum(counts.positives) / counts.n_positives])
    x = np.concatenate([[0.0], np.cumsum(counts.negatives) / counts.n_negatives])
    kept = evenly(x + y, points)
    return x[kept], y[kept], np.concatenate([[np.inf], counts.score])[kept]


def precision_recall_points(counts: ScoreCounts, *, points: int = POINTS) -> pd.DataFrame:
    """The curve of `x` recall and `y` precision at every `score`, from the highest score on.

    At most `points` rows, evenly over the recall, both ends kept, and before them recall 0 with the
    first precision. Between two points the curve is a step. Empty without positives.
    """
    return _frame(*(_precision_recall(counts, points) or ([], [], [])))


def _precision_recall(counts: ScoreCounts, points: int = POINTS) -> Line | None:
    if not counts.n_positives:
        return None
    right, wrong = np.cumsum(counts.positives), np.cumsum(counts.negatives)
    # Levels without a positive only repeat a recall with less precision.
    gains = np.flatnonzero(counts.positives)
    kept = gains[evenly(right[gains], points - 1)]
    start, precision = np.zeros(1), right[kept] / (right + wrong)[kept]
    return (
        np.concatenate([start, right[kept] / counts.n_positives]),
        np.concatenate([precision[:1], precision]),
        np.concatenate([[np.inf], counts.score[kept]]),
    )


def macro_points(parts: Sequence[ScoreCounts], kind: str) -> pd.DataFrame:
    """The mean of the classes' curves at each hundredth of the horizontal axis.

    Parameters
    ----------
    parts
        The classes; those without positives (for `roc` also without negatives) are left out.
    kind
        `roc`: the mean true positive rate at a false positive rate, straight between points.
        `pr`: the mean precision at a recall, that of the first score which reaches it.
    """
    curves = []
    for counts in parts:
        found = _roc(counts) if kind == "roc" else _precision_recall(counts)
        if found is None:
            continue
        x, y, _ = found
        if kind == "roc":
            curves.append(_above(x, y))
        else:
            curves.append(y[np.searchsorted(x, AVERAGED_AT - 1e-12)])
    if not curves:
        return _frame([], [], [])
    mean = np.mean(curves, axis=0)
    return _frame(AVERAGED_AT, mean, np.full(len(mean), np.nan))


def _above(x: Figures, y: Figures) -> Figures:
    """`y` at `AVERAGED_AT`; where the curve goes straight up, its upper end."""
    last = np.searchsorted(x, AVERAGED_AT, side="right") - 1
    following = np.minimum(last + 1, len(x) - 1)
    width = x[following] - x[last]
    share = np.divide(AVERAGED_AT - x[last], width, out=np.zeros(len(last)), where=width > 0)
    value: Figures = y[last] + share * (y[following] - y[last])
    return value


def _frame(x: Figures | list[float], y: Figures | list[float], score: object) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({"x": x, "y": y, "score": score}, dtype="float64")


def class_areas(scores: OneVsRest) -> pd.DataFrame:
    """The areas of every class against all others, the worst first.

    Returns
    -------
    One row per label: `label`, `support`, `auc`, `auc_error`, `average_precision`,
    `precision_error`; NaN for a label without examples. By `auc`, undefined last, ties in the
    order of the labels.
    """
    import pandas as pd

    rows = []
    for label, counts in zip(scores.labels, scores.counts, strict=True):
        auc = roc_auc(counts, is_exact=scores.is_exact)
        precision = average_precision(counts, is_exact=scores.is_exact)
        areas = (auc.value, auc.error, precision.value, precision.error)
        rows.append((label, counts.n_positives, *areas))
    names = ["auc", "auc_error", "average_precision", "precision_error"]
    frame = pd.DataFrame(rows, columns=["label", "support", *names])
    frame = frame.astype({"label": "str", "support": "int64", **dict.fromkeys(names, "float64")})
    return frame.sort_values("auc", kind="stable", na_position="last", ignore_index=True)


def average_areas(scores: OneVsRest, areas: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Averages over the classes: `macro` and `weighted` (by support) of the defined areas; `micro`.

    `areas` are those of `class_areas`. Each has `auc` and `average_precision`.
    """
    averages: dict[str, dict[str, float]] = {"macro": {}, "weighted": {}, "micro": {}}
    for name in ("auc", "average_precision"):
        known = areas.dropna(subset=[name])
        averages["macro"][name] = float(known[name].mean()) if len(known) else float("nan")
        weight = known["support"].sum()
        mean = (known[name] * known["support"]).sum()
        averages["weighted"][name] = float(mean / weight) if weight else float("nan")
    averages["micro"]["auc"] = roc_auc(scores.micro, is_exact=scores.is_exact).value
    precision = average_precision(scores.micro, is_exact=scores.is_exact)
    averages["micro"]["average_precision"] = precision.value
    return averages


@dataclass(frozen=True)
class CurvePoint:
    """What the answers themselves do on both curves; NaN where a rate is undefined."""

    false_positive_rate: float
    recall: float
    precision: float


def answer_points(
    run: Run, *, threshold: float | None = None, split: str | None = None
) -> dict[str, CurvePoint]:
    """Where the run's answers stand: by label, and `""` for all labels together (micro).

    An answer is taken for positive for the label that it names, if its confidence reaches
    `threshold`. With more than two classes the point need not lie on the class's own curve: an
    answer is given to the most probable label, however probable another is.
    """
    import polars as pl

    reached = pl.lit(True) if threshold is None else pl.col("confidence") >= threshold
    right = pl.col("true_label") == pl.col("predicted_label")
    rows = rows_of_split(run, split).filter(pl.col("true_label").is_not_null())
    truth = rows.group_by("true_label").agg(pl.len()).collect()
    given = rows.filter(reached, pl.col("predicted_label").is_not_null())
    answers = given.group_by("predicted_label").agg(pl.len(), right.sum().alias("right")).collect()
    support = np.zeros(len(run.labels), np.int64)
    predicted, hits = support.copy(), support.copy()
    support[truth["true_label"].to_numpy()] = truth["len"].to_numpy()
    predicted[answers["predicted_label"].to_numpy()] = answers["len"].to_numpy()
    hits[answers["predicted_label"].to_numpy()] = answers["right"].to_numpy()
    n = int(support.sum())
    of_classes = (support, predicted, hits, n - support)
    found = {
        label: _point(*(int(part[code]) for part in of_classes))
        for code, label in enumerate(run.labels)
    }
    found[""] = _point(n, int(predicted.sum()), int(hits.sum()), n * max(len(run.labels) - 1, 0))
    return found


def _point(positives: int, predicted: int, hits: int, negatives: int) -> CurvePoint:
    nothing = float("nan")
    return CurvePoint(
        (predicted - hits) / negatives if negatives else nothing,
        hits / positives if positives else nothing,
        hits / predicted if predicted else nothing,
    )


def correctness_counts(counts: SelectiveCounts) -> ScoreCounts:
    """Right answers as positives, wrong ones as negatives, by confidence: top-1 confidence alone
    allows the curve of how well it tells right from wrong, and no curve of a class.
    """  # noqa: D205
    return ScoreCounts(counts.confidence, counts.n - counts.wrong, counts.wrong)


__all__ = [
    "AVERAGED_AT",
    "Area",
    "CurvePoint",
    "answer_points",
    "average_areas",
    "average_precision",
    "class_areas",
    "correctness_counts",
    "macro_points",
    "precision_recall_points",
    "roc_auc",
    "roc_points",
]
