"""A table's only score: the predicted label's confidence, or the probability of one of two."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from diagnostics.readers.prediction_table.values.scores import Kind, numbers

#: The share of rows that must agree before a score is taken for one label's probability.
AGREEMENT = 0.95
DONE: dict[str, str] = {
    "probability": "taken as it is",
    "percent": "divided by 100",
    "logit": "sigmoid applied",
    "log-probability": "exponential applied",
}


@dataclass(frozen=True)
class OneScore:
    """A score column as probabilities; NaN where unknown, a word, or outside 0 to 1."""

    name: str
    values: np.ndarray
    kind: Kind
    words: int
    outside: int

    @property
    def done(self) -> str:
        """What was done to the scores, in words."""
        return DONE[self.kind]


def one_score(column: pl.Series, *, told: Kind | None = None) -> OneScore:
    """A column with one score a row.

    Parameters
    ----------
    column
        Numbers, or text such as `93%`, `0,93`, `N/A`.
    told
        What the scores are. If None, scores that leave 0 to 1 are percent if most are above 1
        and none above 100, and logits or log-probabilities if the column is called so; else
        those outside are left out.
    """
    read = numbers(column)
    scores = read.to_numpy().astype(float)
    kind = told or _kind(scores[~np.isnan(scores)], column.name)
    if kind == "logit":
        with np.errstate(over="ignore"):  # far below 0 it is 0
            values = 1 / (1 + np.exp(-scores))
    elif kind == "log-probability":
        values = np.exp(scores)
    else:
        values = scores / 100 if kind == "percent" else scores
    outside = (values < 0) | (values > 1)
    words = read.null_count() - column.null_count()
    usable = np.where(outside, np.nan, values)
    return OneScore(column.name, usable, kind, words, int(outside.sum()))


def _kind(known: np.ndarray, name: str) -> Kind:
    if not known.size or (known.min() >= 0 and known.max() <= 1):
        return "probability"
    if re.search("logit", name, re.IGNORECASE):
        return "logit"
    if known.max() <= 0 and re.search("log", name, re.IGNORECASE):
        return "log-probability"
    is_percent = known.min() >= 0 and 10 < known.max() <= 100 and (known > 1).mean() > 0.5
    return "percent" if is_percent else "probability"


def is_of_positive(score: np.ndarray, predicted: pl.Series, known: Sequence[str]) -> str | None:
    """Whose probability the score is.

    A predicted label out of two has at least 0.5. A score below that which goes with one label
    only is the probability of the other.

    Returns
    -------
    The label; "" for the confidence of the predicted label, whichever that is; None if neither
    fits.
    """
    usable = ~np.isnan(score) & predicted.is_not_null().to_numpy()
    values, answer = score[usable], predicted.to_numpy()[usable]
    if not (values < 0.5 - 1e-9).any():
        return ""
    for label in reversed(known):
        is_label = answer == label
        if ((values >= 0.5) == is_label).mean() >= AGREEMENT or _is_cut(values, is_label):
            return label
    return None


def two_columns(
    score: np.ndarray, predicted: pl.Series, known: Sequence[str], *, positive: str
) -> np.ndarray:
    """Probabilities of the two labels from one of them; `positive` "" means the predicted one."""
    if positive:
        is_second = np.full(len(score), known[1] == positive)
        unknown = np.isnan(score)
    else:
        is_second = (predicted == known[1]).fill_null(value=False).to_numpy()
        unknown = np.isnan(score) | predicted.is_null().to_numpy()
    second = np.where(is_second, score, 1 - score)
    second[unknown] = np.nan
    return np.column_stack([1 - second, second])


def _is_cut(values: np.ndarray, is_label: np.ndarray) -> bool:
    """Whether a threshold other than 0.5 separates the two answers."""
    if not is_label.any() or is_label.all():
        return False
    return bool(values[is_label].min() >= values[~is_label].max())
