"""Both answers of a kernel machine from one look at its kernels.

A support vector machine spends its time on kernels, once for its labels and again for its decision
values, although libsvm counts the labels out of the very same values: each pair of classes gives a
vote to the first if its value is above zero, otherwise to the second, and of the classes with most
votes the first wins (Chang and Lin 2011, LIBSVM, section 7).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def shared_methods(model: Any) -> dict[str, Callable[[Any], Any]]:
    """`predict` and `decision_function` of a scikit-learn SVC or NuSVC that share their kernels.

    Empty for every other model, and for machines that break ties or estimate probabilities: they
    have ways of their own.
    """
    is_machine = type(model).__module__ == "sklearn.svm._classes"
    if not is_machine or type(model).__name__ not in ("SVC", "NuSVC"):
        return {}
    if model.break_ties or model.probability is True:
        return {}
    seen: dict[int, tuple[Any, np.ndarray]] = {}

    def values(rows: Any) -> np.ndarray:
        if id(rows) not in seen:
            seen[id(rows)] = (rows, _pair_values(model, rows))
        return seen[id(rows)][1]

    return {
        "predict": lambda rows: model.classes_.take(_winners(values(rows), len(model.classes_))),
        "decision_function": lambda rows: _as_shaped(model, values(rows)),
    }


def _pair_values(model: Any, rows: Any) -> np.ndarray:
    """Decision values of every pair of classes, shape (rows, pairs); (rows,) for two classes."""
    shape = model.decision_function_shape
    model.decision_function_shape = "ovo"
    try:
        values: np.ndarray = type(model).decision_function(model, rows)
    finally:
        model.decision_function_shape = shape
    return values


def _winners(values: np.ndarray, classes: int) -> np.ndarray:
    if values.ndim == 1:  # of two classes scikit-learn turns the sign: above zero is the second
        return (values >= 0).astype(np.intp)
    winners: np.ndarray = _votes(values > 0, classes).argmax(axis=1)
    return winners


def _votes(wins: np.ndarray, classes: int) -> np.ndarray:
    """Votes of every class, shape (rows, classes); `wins` says whether the first of a pair won.

    A win moves a vote to the first of the pair from the second, which starts with all it can get.
    """
    first, second = np.triu_indices(classes, 1)
    moves = np.zeros((len(first), classes), dtype=np.float32)
    pairs = np.arange(len(first))
    moves[pairs, first], moves[pairs, second] = 1, -1
    votes: np.ndarray = wins.astype(np.float32) @ moves + np.arange(classes)
    return votes


def _as_shaped(model: Any, values: np.ndarray) -> np.ndarray:
    if model.decision_function_shape == "ovo" or values.ndim == 1:
        return values
    return _against_the_rest(values, len(model.classes_))


def _against_the_rest(values: np.ndarray, classes: int) -> np.ndarray:
    """A value for each class: its votes, and a share of a vote for how clearly they were won.

    The same figures to the bit as scikit-learn's, which adds in this order, only faster.
    """
    sums = np.zeros((classes, len(values)))
    for value, one, other in zip(values.T.copy(), *np.triu_indices(classes, 1), strict=True):
        sums[one] += value
        sums[other] -= value
    clearness: np.ndarray = _votes(values >= 0, classes) + (sums / (3 * (np.abs(sums) + 1))).T
    return clearness
