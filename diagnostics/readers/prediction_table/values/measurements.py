"""Labels or not: a column of measurements, of probabilities, of generated texts."""

from __future__ import annotations

import polars as pl

from diagnostics.readers.prediction_table.values.labels import distinct, labels
from diagnostics.readers.prediction_table.values.scores import numbers

#: More different numbers than this, and they are no labels.
MOST_NUMBERS = 50


class NotClassification(Exception):
    """The table holds predictions, but not of one label each; the message is one sentence."""


def require_labels(predicted: pl.Series, truth: pl.Series | None) -> None:
    """Raise NotClassification unless the predictions are labels.

    Numbers are labels while they are few, or whole and much fewer than the rows; fractions only
    where the truth is on the same grid (ratings by halves).
    """
    different = predicted.unique()
    values = numbers(different)
    if values.count() * 2 <= different.count():
        _require_short(predicted)
        return
    seen = values.count()
    is_fractional = bool((values % 1 != 0).any())
    if truth is not None and truth.count() and is_fractional:
        grid = numbers(truth).unique().to_list()
        too_many = seen > MOST_NUMBERS or not values.drop_nulls().is_in(grid).all()
    else:
        too_many = seen > MOST_NUMBERS and (is_fractional or seen > len(predicted) / 3)
    if too_many:
        what = f"Column {predicted.name!r} holds {seen:,} different numbers"
        raise NotClassification(f"{what}, as a regression does, and no labels.")


def holds_probabilities(predicted: pl.Series, truth: pl.Series | None) -> bool:
    """Whether a prediction column is the probability of one of two labels, and no label itself."""
    different = predicted.unique()
    values = numbers(different)
    known = values.drop_nulls()
    if not len(known) or len(known) < different.count() / 2:
        return False
    if not known.is_between(0, 1).all() or not (known % 1 != 0).any():
        return False
    true = distinct(labels(truth)) if truth is not None else set()
    return len(true) <= 2 and not true & distinct(labels(different.filter(values % 1 != 0)))


def _require_short(predicted: pl.Series) -> None:
    if predicted.dtype != pl.String:
        return
    seen, length = predicted.n_unique(), predicted.str.len_chars().mean()
    is_long = isinstance(length, float) and length > 40
    if is_long and seen > max(MOST_NUMBERS, len(predicted) / 2):
        what = f"Column {predicted.name!r} holds {seen:,} different texts"
        raise NotClassification(f"{what}, as a generated answer does, and no labels.")
