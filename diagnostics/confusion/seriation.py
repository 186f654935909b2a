"""The matrix of many classes: which ones are shown, in which order, and the rest as one row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from diagnostics.statistics.metrics import Counts, Figures

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics.confusion.matrix import ConfusionMatrix

#: Above this many classes the exact leaf order costs seconds; plain linkage is used.
OPTIMAL_ORDER_LIMIT = 600


def name_of_others(labels: Sequence[str]) -> str:
    """What the row and column are called that stand for all classes that are not shown."""
    name = "(all others)"
    while name in labels:
        name = f"({name})"
    return name


def most_confused_labels(matrix: ConfusionMatrix, limit: int) -> list[str]:
    """At most `limit` classes, in an order that puts the confused ones side by side.

    They are the classes of the most frequent confusions, so that these are among the cells; of
    equally frequent ones those whose classes have more mistakes. Where that does not fill
    `limit`, the largest other classes. Of an inexact matrix the classes with most mistakes, in
    the order of the labels.
    """
    chosen = np.sort(_by_confusion(matrix)[:limit])
    if not matrix.exact:
        return [matrix.labels[code] for code in chosen]
    order = leaf_order(matrix.errors[np.ix_(chosen, chosen)])
    return [matrix.labels[chosen[index]] for index in order]


def _by_confusion(matrix: ConfusionMatrix) -> Counts:
    """The classes' codes, the most confused first."""
    if not matrix.exact:
        return np.lexsort((-matrix.support, np.diag(matrix.counts) - matrix.support))
    errors = matrix.errors
    involved = errors.sum(axis=0) + errors.sum(axis=1)
    rows, columns = np.nonzero(errors)
    mistakes = involved[rows] + involved[columns]
    weight = errors[rows, columns] * (mistakes.max(initial=0) + 1) + mistakes
    pairs = np.argsort(-weight, kind="stable")
    confused = np.stack([rows[pairs], columns[pairs]], axis=1).ravel()
    by_size = np.argsort(-matrix.support, kind="stable")
    everything = np.concatenate([confused, by_size])
    _, first = np.unique(everything, return_index=True)
    order: Counts = everything[np.sort(first)]
    return order


def leaf_order(errors: Counts) -> list[int]:
    """An order of the classes that puts the confused ones side by side; deterministic.

    The distance of two classes is 1 minus their mutual rate of confusion, scaled to its largest;
    average linkage; optimal leaf order (Bar-Joseph 2001) up to `OPTIMAL_ORDER_LIMIT` classes. Of
    the two directions, the one that is nearer to the order in `errors`.
    """
    n = len(errors)
    rates = errors / np.maximum(errors.sum(axis=1, keepdims=True), 1)
    mutual = rates + rates.T
    if n < 3 or not mutual.any():
        return list(range(n))
    return linkage_order(1 - mutual / mutual.max())


def linkage_order(distance: Figures) -> list[int]:
    """An order that puts what is near side by side, from a symmetric matrix of distances.

    Average linkage; optimal leaf order (Bar-Joseph 2001) up to `OPTIMAL_ORDER_LIMIT` rows. Of the
    two directions, the one that is nearer to the order in `distance`, whose diagonal is ignored.
    """
    n = len(distance)
    if n < 3:
        return list(range(n))
    from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
    from scipy.spatial.distance import squareform

    flat = squareform(np.where(np.eye(n, dtype=bool), 0.0, distance), checks=False)
    tree = linkage(flat, method="average")
    if n <= OPTIMAL_ORDER_LIMIT:
        tree = optimal_leaf_ordering(tree, flat)
    order = leaves_list(tree)
    rises = np.arange(n) @ order >= np.arange(n) @ order[::-1]
    return [int(index) for index in (order if rises else order[::-1])]


def matrix_cells(matrix: ConfusionMatrix, shown: Sequence[str]) -> pd.DataFrame:
    """The cells of an exact matrix, the classes that are not shown added up in one.

    Returns
    -------
    One row per cell, empty ones too, in the order of `shown`: `true_label`, `predicted_label`,
    `n`, `share_of_true`, `share_of_predicted` (NaN where the row or column is empty),
    `is_error` (False on the diagonal, and where the others meet, which is both).
    """
    import pandas as pd

    place = {label: index for index, label in enumerate(matrix.labels)}
    chosen = [place[label] for label in shown]
    rest = np.setdiff1d(np.arange(len(matrix.labels)), chosen)
    names = [*shown, name_of_others(matrix.labels)] if len(rest) else list(shown)
    n = _folded(matrix.counts, chosen, rest)
    rows, columns = (index.ravel() for index in np.indices(n.shape))
    labels = pd.Series(names, dtype="str")
    return pd.DataFrame(
        {
            "true_label": labels.take(rows).array,
            "predicted_label": labels.take(columns).array,
            "n": n.ravel(),
            "share_of_true": _shares(n, n.sum(axis=1, keepdims=True)),
            "share_of_predicted": _shares(n, n.sum(axis=0, keepdims=True)),
            "is_error": rows != columns,
        }
    )


def _folded(counts: Counts, chosen: Sequence[int], rest: Counts) -> Counts:
    """The chosen rows and columns, and the rest as one more of each if there is any."""
    position = np.full(len(counts), len(chosen))
    position[list(chosen)] = np.arange(len(chosen))
    size = len(chosen) + bool(len(rest))
    folded = np.zeros((size, size), dtype=np.int64)
    np.add.at(folded, (position[:, None], position), counts)
    return folded


def _shares(n: Counts, totals: Counts) -> Figures:
    shares: Figures = np.divide(n, totals, out=np.full(n.shape, np.nan), where=totals > 0)
    return shares.ravel()
