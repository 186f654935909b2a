"""Columns that hold one score for each class: `prob_cat`, `P(cat)`, `cat_score`, or just `cat`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from diagnostics.readers.prediction_table.columns.names import SCORE_WORDS, key
from diagnostics.readers.prediction_table.values.labels import canonical
from diagnostics.readers.prediction_table.values.scores import TOLERANCE, matrix, numbers

WORDS = SCORE_WORDS.replace("_?", "[_ ]?")
PREDICTED = "(?:pred|predictions?|predicted)"
#: The ways of naming, most telling first; `stem` is the class.
AFFIXES = (
    # `P(cat)`, `prob (cat)`
    rf"(?P<before>(?:[^()]*?[ _])?(?:p|{WORDS}) ?\()(?P<stem>.+)(?P<after>\))",
    # `prob_cat`, `rf_proba_cat`, `pred.cat`, `logit: cat`; the sign of `prob_-1` is the label's
    rf"(?P<before>(?:[^()]*?[ _.-])?(?:p|{PREDICTED}|{WORDS})(?:[ _.:-]*[ _.:]|-))"
    r"(?P<stem>.+)(?P<after>)",
    # `p0`, `class_1`: without anything between, a word may only be followed by a number
    rf"(?P<before>(?:p|c|class|{WORDS})_?)(?P<stem>\d+)(?P<after>)",
    # `cat_prob`, `cat score`
    rf"(?P<before>)(?P<stem>.+?)(?P<after>[ _.](?:{WORDS}))",
)


@dataclass(frozen=True)
class ClassColumns:
    """A group of score columns: pattern (`*` stands for the class), and column → class."""

    pattern: str
    stems: Mapping[str, str]


def groups(names: Sequence[str]) -> list[ClassColumns]:
    """All groups of two or more columns that share a beginning or an end, largest first."""
    by_affix: dict[tuple[int, str, str], dict[str, str]] = {}
    for name in names:
        for rank, affix in enumerate(AFFIXES):
            match = re.fullmatch(affix, name, re.IGNORECASE)
            if match:
                place = (rank, match["before"], match["after"])
                by_affix.setdefault(place, {})[name] = match["stem"]
                break
    ranked = sorted(by_affix.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        ClassColumns(f"{before}*{after}", stems)
        for (_, before, after), stems in ranked
        if len(stems) > 1
    ]


def class_columns(
    sample: pl.DataFrame, names: Sequence[str], labels: Collection[str]
) -> ClassColumns | None:
    """The columns that hold one score for each class, None if there are none.

    Parameters
    ----------
    sample
        The table's first rows.
    names
        The columns of numbers that have no other role.
    labels
        The labels seen in the truth and in the predictions, empty if there are none. Columns
        that are named after something else (a model, say) are no class columns.
    """
    known = {canonical(label) for label in labels}
    for group in groups(names):
        if _is_of_classes(sample, group, known):
            return group
    bare = {name: name for name in names if canonical(name) in known}
    if len(bare) > 1 and _holds_shares(sample, list(bare)):
        return ClassColumns("*", bare)
    return None


def shared_out(sample: pl.DataFrame, names: Sequence[str]) -> set[str]:
    """The columns of groups whose rows sum to 1: of classes, never answers of several models."""
    wholes = [list(group.stems) for group in groups(names) if sums_to_one(sample, [*group.stems])]
    return {name for whole in wholes if _fractions(sample, whole) for name in whole}


def told_columns(names: Sequence[str], pattern: str) -> ClassColumns:
    """The columns that a pattern with `*` for the class picks."""
    before, _, after = pattern.partition("*")
    stems = {
        name: name[len(before) : len(name) - len(after)]
        for name in names
        if name.startswith(before) and name.endswith(after) and len(name) > len(before + after)
    }
    return ClassColumns(pattern, stems)


def is_number(column: pl.Series) -> bool:
    """Whether at least half of a column's known values are numbers."""
    known = len(column) - column.null_count()
    return bool(known) and (numbers(column).count() * 2 >= known)


def sums_to_one(sample: pl.DataFrame, names: Sequence[str]) -> bool:
    """Whether the columns are probabilities: 0 to 1, and nearly every row sums to 1."""
    values = matrix(sample, list(names))
    values = values[~np.isnan(values).any(axis=1)]
    if not len(values) or values.min() < -1e-6:
        return False
    return bool((np.abs(values.sum(axis=1) - 1) <= TOLERANCE).mean() > 0.9)


def _is_of_classes(sample: pl.DataFrame, group: ClassColumns, known: Collection[str]) -> bool:
    stems = list(group.stems.values())
    columns = list(group.stems)
    is_plain = re.fullmatch(PREDICTED, key(group.pattern.replace("*", ""))) is not None
    if is_plain and not _fractions(sample, columns):
        return False
    if sum(canonical(stem) in known for stem in stems) * 2 > len(stems):
        return True
    counted = all(stem.isdecimal() for stem in stems) and len(stems) >= len(known)
    if counted or sums_to_one(sample, columns):
        return True
    is_telling = re.search(r"prob|logit|softmax|p ?\(", group.pattern, re.IGNORECASE) is not None
    return not known and is_telling


def _fractions(sample: pl.DataFrame, columns: Sequence[str]) -> bool:
    values = matrix(sample, list(columns))
    return bool((np.nan_to_num(values) % 1 != 0).any())


def _holds_shares(sample: pl.DataFrame, columns: list[str]) -> bool:
    """Fractions or numbers from 0 to 1: counts, as in a confusion matrix, are no scores."""
    values = np.nan_to_num(matrix(sample, columns))
    is_within = values.max(initial=0) <= 1 and values.min(initial=0) >= 0
    return bool(is_within or (values % 1 != 0).any())
