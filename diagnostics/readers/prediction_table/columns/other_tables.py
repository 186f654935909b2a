"""Tables that look like predictions and are something else."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from diagnostics.readers.prediction_table.columns.names import (
    COUNT,
    LABEL_WORDS,
    TRUTH,
    best,
    is_foreign,
    key,
)
from diagnostics.readers.prediction_table.columns.roles import AnswerColumns


def is_other_table(sample: pl.DataFrame) -> bool:
    """Whether another tool wrote it: a search, a training log, a report, a confusion matrix."""
    return is_foreign(sample.columns) or _is_long_confusion(sample) or _is_square(sample)


def several_labels(
    sample: pl.DataFrame, truth: str | None, answers: Sequence[AnswerColumns]
) -> str:
    """The problem's code if examples have several labels at once, else ""."""
    columns = [name for name in (truth, *(answer.predicted for answer in answers)) if name]
    if any(sample[name].dtype.is_nested() for name in columns):
        return "multilabel-not-read"
    if truth is None and any(answer.listed for answer in answers):
        listed = [name for name, kind in sample.schema.items() if kind == pl.List(pl.String)]
        if best(
            [name for name in listed if all(name not in answer.columns for answer in answers)],
            TRUTH,
        ):
            return "multilabel-not-read"
    keys = [key(name) for name in sample.columns]
    true = _stems(keys, r"(?:y_?true|true|actual|gold|label|target)_(\w+)")
    shared = true & _stems(keys, r"(?:y_?pred|pred|predicted)_(\w+)")
    # true_class_index and true_class_name are one label told twice, not two.
    shared = {stem for stem in shared if not re.fullmatch(LABEL_WORDS, stem)}
    return "multilabel-not-read" if len(shared) > 1 else ""


def _stems(keys: Sequence[str], pattern: str) -> set[str]:
    return {match[1] for name in keys if (match := re.fullmatch(pattern, name))}


def _is_long_confusion(sample: pl.DataFrame) -> bool:
    """Truth, answer and how often, one row for each pair, perhaps in every fold."""
    counts = best(sample.columns, [COUNT])
    return len(counts) == 1 and sample.width <= 5 and not sample.drop(counts).is_duplicated().any()


def _is_square(sample: pl.DataFrame) -> bool:
    """A confusion matrix: as many rows as columns, the first one holds the columns' names."""
    first = sample[sample.columns[0]]
    if first.dtype.is_nested() or sample.width < 3 or len(sample) > sample.width + 1:
        return False
    return set(sample.columns[1:]) <= set(first.cast(pl.String).drop_nulls())
