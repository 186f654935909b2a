"""Which class was taken for which: the matrix, its most confused pairs, each class's figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from diagnostics.errors import DiagnosticsError
from diagnostics.metrics import Counts, class_figures, summary_metrics

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics.workspace import Run

Normalize = Literal["true", "pred", "all"]

#: Above this many classes the exact leaf order costs seconds; plain linkage is used (methods: OLO).
OPTIMAL_ORDER_LIMIT = 600
#: The row and column that stand for all classes that are not shown.
OTHERS = "(all others)"


@dataclass(frozen=True)
class ConfusionMatrix:
    """Counts with the truth in the rows, aligned with `labels`.

    `exact` is False where only the diagonal is known (a report without its mistakes): then
    `counts` holds the diagonal, and `support` the rows' totals.
    """

    labels: tuple[str, ...]
    counts: Counts
    exact: bool = True
    known_support: Counts | None = None

    @property
    def support(self) -> Counts:
        """Examples of each class."""
        if self.known_support is not None:
            return self.known_support
        rows: Counts = self.counts.sum(axis=1)
        return rows

    @cached_property
    def errors(self) -> Counts:
        """The counts with an empty diagonal."""
        errors = self.counts.copy()
        np.fill_diagonal(errors, 0)
        return errors

    @property
    def total(self) -> int:
        """How many answers were counted."""
        return int(self.counts.sum())


def confusion_counts(predictions: Any) -> pd.DataFrame:
    """How often each true label got each answer, in any frame of predictions.

    Parameters
    ----------
    predictions
        Any frame that narwhals knows, lazy or not, with `true_label` and `predicted_label`, and
        `run`, `split`, `fold` where there are any.

    Returns
    -------
    One row per combination that occurs: the key columns that were there, and `n`; sorted by them.
    Rows without a true label or without an answer are left out.

    Raises
    ------
    DiagnosticsError
        If it is no frame or a column is missing.
    """
    from diagnostics import reducers

    plan = reducers.confusion(reducers.lazy(predictions, ["true_label", "predicted_label"]))
    counts = reducers.collect(plan).to_pandas()
    counts = counts.dropna(subset=["true_label", "predicted_label"])
    return counts.sort_values([name for name in counts if name != "n"], ignore_index=True)


def confusion_matrix(
    run: Run, labels: Sequence[str] | None = None, *, split: str | None = None
) -> ConfusionMatrix:
    """The run's confusion matrix over `labels` (its own if None) on one split (its held-out one).

    Labels that the run does not know get empty rows and columns.
    """
    import polars as pl

    from diagnostics import tables

    shown = tuple(labels if labels is not None else run.labels)
    cube = tables.load(run, "confusion", tables.CONFUSION)
    cube = cube.filter(pl.col("split") == (split or run.split))
    counts = np.zeros((len(shown), len(shown)), dtype=np.int64)
    place = {label: index for index, label in enumerate(shown)}
    position = np.array([place.get(label, -1) for label in run.labels], dtype=np.int64)
    known = cube.drop_nulls(["true_label", "predicted_label"])
    rows, columns = (position[known[name].to_numpy()] for name in ("true_label", "predicted_label"))
    kept = (rows >= 0) & (columns >= 0)
    np.add.at(counts, (rows[kept], columns[kept]), known["n"].to_numpy()[kept])
    if run.confusion_is_exact:
        return ConfusionMatrix(shown, counts)
    support = np.zeros(len(shown), dtype=np.int64)
    for code, n in tables.load(run, "report", tables.REPORT).select("label", "support").iter_rows():
        if position[code] >= 0 and n is not None:
            support[position[code]] = n
    return ConfusionMatrix(shown, counts, exact=False, known_support=support)


def matrix_of(counts: pd.DataFrame, labels: Sequence[str] | None = None) -> ConfusionMatrix:
    """The matrix of a frame as `confusion_counts` returns it; runs, splits, folds are added up."""
    from diagnostics.natural import natural_order

    seen = {str(label) for name in ("true_label", "predicted_label") for label in counts[name]}
    shown = tuple(labels if labels is not None else natural_order(seen))
    place = {label: index for index, label in enumerate(shown)}
    unknown = sorted(seen - set(shown))
    if unknown:
        raise DiagnosticsError(f"Label {unknown[0]!r} is not among the labels given.")
    matrix = np.zeros((len(shown), len(shown)), dtype=np.int64)
    rows, columns = (
        [place[str(label)] for label in counts[name]] for name in ("true_label", "predicted_label")
    )
    np.add.at(matrix, (rows, columns), counts["n"].to_numpy())
    return ConfusionMatrix(shown, matrix)


def class_report(matrix: ConfusionMatrix) -> pd.DataFrame:
    """One row per class: `label`, `precision`, `recall`, `f1` (NaN where undefined), `support`,
    `predicted`, `missed` (true, answered otherwise), `wrongly_given` (answered, not true).

    Needs an exact matrix; of an inexact one only recall, support and what was missed are known.
    """  # noqa: D205
    import pandas as pd

    if not matrix.exact:
        support = matrix.support
        hits = np.diag(matrix.counts)
        recall = np.divide(hits, support, out=np.full(len(hits), np.nan), where=support > 0)
        return pd.DataFrame(
            {
                "label": list(matrix.labels),
                "precision": np.nan,
                "recall": recall,
                "f1": np.nan,
                "support": support,
                "predicted": pd.Series([pd.NA] * len(hits), dtype="Int64"),
                "missed": support - hits,
                "wrongly_given": pd.Series([pd.NA] * len(hits), dtype="Int64"),
            }
        )
    figures = class_figures(matrix.counts)
    hits = np.diag(matrix.counts)
    return pd.DataFrame(
        {
            "label": list(matrix.labels),
            "precision": figures.precision,
            "recall": figures.recall,
            "f1": figures.f1,
            "support": figures.support,
            "predicted": figures.predicted,
            "missed": figures.support - hits,
            "wrongly_given": figures.predicted - hits,
        }
    )


def confused_pairs(matrix: ConfusionMatrix) -> pd.DataFrame:
    """Every pair of classes that was confused, the most frequent first.

    Returns
    -------
    One row per wrong cell: `true_label`, `predicted_label`, `n`, `share_of_true` (of the true
    class's examples), `share_of_errors`, `accuracy_without` (accuracy if these were right) and
    `macro_f1_gain` (what macro F1 would gain by that). Ties are in the order of the labels. Empty
    where the matrix is not exact.

    Notes
    -----
    If all c of a cell (i, j) became right, F1 of i would be 2(tp_i + c) / (s_i + q_i + c) and
    that of j 2tp_j / (s_j + q_j - c), with supports s and numbers of answers q: an upper bound,
    for mending one pair in a real model moves others.
    """
    import pandas as pd

    errors = matrix.errors if matrix.exact else np.zeros_like(matrix.counts)
    rows, columns = np.nonzero(errors)
    n = errors[rows, columns]
    order = np.lexsort((columns, rows, -n))
    rows, columns, n = rows[order], columns[order], n[order]
    support, predicted = matrix.counts.sum(axis=1), matrix.counts.sum(axis=0)
    hits = np.diag(matrix.counts)
    present = max(int(((support + predicted) > 0).sum()), 1)
    size = support + predicted
    before = 2 * hits / np.maximum(size, 1)
    gained = 2 * (hits[rows] + n) / (size[rows] + n) - before[rows]
    left = size[columns] - n
    freed = np.where(left > 0, 2 * hits[columns] / np.maximum(left, 1), 0.0) - before[columns]
    total = max(matrix.total, 1)
    return pd.DataFrame(
        {
            "true_label": [matrix.labels[i] for i in rows],
            "predicted_label": [matrix.labels[j] for j in columns],
            "n": n,
            "share_of_true": n / np.maximum(support[rows], 1),
            "share_of_errors": n / max(int(n.sum()), 1),
            "accuracy_without": (hits.sum() + n) / total,
            "macro_f1_gain": (gained + freed) / present,
        }
    )


def most_confused_labels(matrix: ConfusionMatrix, limit: int) -> list[str]:
    """The `limit` classes with most mistakes as truth or as answer, so ordered that classes that
    are taken for one another stand side by side (average linkage, optimal leaf order).
    """  # noqa: D205
    involved = matrix.errors.sum(axis=0) + matrix.errors.sum(axis=1)
    if not matrix.exact:
        involved = matrix.support - np.diag(matrix.counts)
    size = involved * (len(matrix.labels) + 1.0) + matrix.support / max(matrix.support.max(), 1)
    chosen = np.sort(np.argsort(-size, kind="stable")[:limit])
    order = (
        leaf_order(matrix.errors[np.ix_(chosen, chosen)]) if matrix.exact else range(len(chosen))
    )
    return [matrix.labels[chosen[index]] for index in order]


def leaf_order(errors: Counts) -> list[int]:
    """An order of the classes that puts the confused ones side by side; deterministic.

    The distance of two classes is 1 minus their mutual rate of confusion, scaled to its largest;
    average linkage; optimal leaf order (Bar-Joseph 2001) up to `OPTIMAL_ORDER_LIMIT` classes.
    """
    n = len(errors)
    rates = errors / np.maximum(errors.sum(axis=1, keepdims=True), 1)
    mutual = rates + rates.T
    if n < 3 or not mutual.any():
        return list(range(n))
    from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
    from scipy.spatial.distance import squareform

    distance = 1 - mutual / mutual.max()
    np.fill_diagonal(distance, 0)
    flat = squareform(distance, checks=False)
    tree = linkage(flat, method="average")
    if n <= OPTIMAL_ORDER_LIMIT:
        tree = optimal_leaf_ordering(tree, flat)
    return [int(index) for index in leaves_list(tree)]


def matrix_cells(matrix: ConfusionMatrix, shown: Sequence[str]) -> pd.DataFrame:
    """The matrix as tidy cells, the classes that are not shown added up as `OTHERS`.

    Returns
    -------
    One row per cell, empty ones too: `true_label`, `predicted_label`, `n`, `share_of_true`,
    `share_of_predicted` (NaN where the row or column is empty), `is_error`. In an inexact matrix
    only the diagonal has counts; the other cells are NaN.
    """
    import pandas as pd

    place = {label: index for index, label in enumerate(matrix.labels)}
    chosen = [place[label] for label in shown]
    rest = np.setdiff1d(np.arange(len(matrix.labels)), chosen)
    names = [*shown, OTHERS] if len(rest) else list(shown)
    folded = _folded(matrix.counts, chosen, rest)
    support = _folded_sums(matrix.support, chosen, rest)
    predicted = folded.sum(axis=0)
    rows, columns = np.indices(folded.shape)
    inside_rest = np.zeros(folded.shape, dtype=bool)
    if len(rest):
        inside_rest[-1, -1] = True
    n = folded.astype(float)
    if not matrix.exact:
        n[rows != columns] = np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        return pd.DataFrame(
            {
                "true_label": [names[i] for i in rows.ravel()],
                "predicted_label": [names[j] for j in columns.ravel()],
                "n": n.ravel(),
                "share_of_true": (n / support[:, None]).ravel(),
                "share_of_predicted": (
                    n / predicted[None, :] if matrix.exact else n * np.nan
                ).ravel(),
                "is_error": ((rows != columns) & ~inside_rest).ravel(),
            }
        )


def _folded(counts: Counts, chosen: Sequence[int], rest: Counts) -> Counts:
    kept = counts[np.ix_(chosen, chosen)]
    if not len(rest):
        return kept
    return np.block(
        [
            [kept, counts[np.ix_(chosen, rest)].sum(axis=1, keepdims=True)],
            [
                counts[np.ix_(rest, chosen)].sum(axis=0, keepdims=True),
                counts[np.ix_(rest, rest)].sum(keepdims=True),
            ],
        ]
    )


def _folded_sums(values: Counts, chosen: Sequence[int], rest: Counts) -> Counts:
    kept = values[list(chosen)]
    return np.append(kept, values[rest].sum()) if len(rest) else kept


__all__ = [
    "OTHERS",
    "ConfusionMatrix",
    "class_report",
    "confused_pairs",
    "confusion_counts",
    "confusion_matrix",
    "leaf_order",
    "matrix_cells",
    "matrix_of",
    "most_confused_labels",
    "summary_metrics",
]
