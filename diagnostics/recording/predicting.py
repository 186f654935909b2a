"""Asking a fitted model about rows: its labels, and its probabilities where it has any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

#: Said beside a run whose confidence is no probability.
SOFTMAX_NOTE = "Confidence is a softmax of decision values: good for ranking, not a probability."


@dataclass(frozen=True)
class Answers:
    """What a model said of the rows that it was given."""

    predicted_label: Sequence[Any] | None
    probabilities: Any = None
    labels: Sequence[Any] | None = None
    note: str = ""


def ask(model: Any, X: Any, *, confidence: bool = True) -> Answers:
    """The answers of a fitted classifier for the rows `X`, one per row.

    Probabilities come from `predict_proba`, else from a softmax of `decision_function`, which the
    note says; a model with neither, or without `classes_`, gives labels alone, as does any without
    `confidence`.
    """
    predicted = model.predict(X)
    labels = getattr(model, "classes_", None)
    if labels is None or not confidence:
        return Answers(predicted)
    if hasattr(model, "predict_proba"):
        return Answers(predicted, model.predict_proba(X), labels)
    if hasattr(model, "decision_function"):
        shares = softmax(np.asarray(model.decision_function(X), dtype=float))
        if shares.shape[1] == len(labels):  # one against one has a column for each pair
            return Answers(predicted, shares, labels, SOFTMAX_NOTE)
    return Answers(predicted)


def softmax(values: np.ndarray) -> np.ndarray:
    """Decision values as shares; one column of a binary model stands for its second class."""
    if values.ndim == 1:
        values = np.c_[np.zeros(len(values)), values]
    shifted = np.exp(values - values.max(axis=1, keepdims=True))
    shares: np.ndarray = shifted / shifted.sum(axis=1, keepdims=True)
    return shares
