"""Roles of columns that no name gives away: the only column left, the same labels as another."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from diagnostics.readers.prediction_table.columns import names
from diagnostics.readers.prediction_table.columns.class_columns import ClassColumns, is_number
from diagnostics.readers.prediction_table.columns.names import is_measured, is_named
from diagnostics.readers.prediction_table.columns.roles import AnswerColumns, Search
from diagnostics.readers.prediction_table.columns.score_columns import is_share, single_scores
from diagnostics.readers.prediction_table.columns.steps import EITHER_WAY, LEFT_OVER, VALUES, Step
from diagnostics.readers.prediction_table.values.labelled_scores import all_labels
from diagnostics.readers.prediction_table.values.labels import canonical

#: Labels come back: of this many rows at least one in ten has the label of another.
FEW, DIFFERENT = 20, 0.9


def only_column_left(
    search: Search, truth: str | None, *, is_called_so: bool, has_header: bool
) -> tuple[str | None, list[AnswerColumns]]:
    """Truth and answers where no column is called a prediction.

    `label` beside a score is the answer, not the truth. In a file that is called like
    predictions the only column that is left is the answer; without a header, of two columns
    with the same labels the first is the truth.
    """
    shares = [name for name in single_scores(search) if is_share(search.sample[name])]
    scores = [name for name in shares if name != truth]
    is_either = truth is not None and is_named(truth, names.EITHER)
    if truth and (scores or is_called_so) and is_either and "true_label" not in search.told:
        why = f"{truth!r} is called like labels, and no other column holds answers"
        search.decide(Step("predicted_label", truth, EITHER_WAY, why, is_assumed=True))
        search.steps = [step for step in search.steps if step.role != "true_label"]
        return None, [
            AnswerColumns(predicted=truth, confidence=search.chosen("confidence", scores))
        ]
    if not is_called_so or truth:
        return truth, []
    aside = (*search.identities()[:1], *scores)
    rest = [name for name in search.scalars() if name not in aside]
    rest = [name for name in rest if not _is_content(name, search.sample[name])]
    rest = [name for name in rest if not is_measured(name, ()) and name != search.verdict]
    if len(rest) == 2 and not has_header and search.values(rest[0]) & search.values(rest[1]):
        truth = rest.pop(0)
    if len(rest) != 1:
        return None, []
    search.take(truth, rest[0])
    why = f"{rest[0]!r} is the only column left in a file of predictions"
    search.decide(Step("predicted_label", rest[0], LEFT_OVER, why, is_assumed=True))
    if truth:
        why = f"the table has no header, and {truth!r} comes first"
        search.decide(Step("true_label", truth, LEFT_OVER, why, is_assumed=True))
    return truth, [AnswerColumns(predicted=rest[0], confidence=search.chosen("confidence", scores))]


def truth_by_values(search: Search, answers: Sequence[AnswerColumns]) -> str | None:
    """The one column that holds the predicted labels, or the one of them beside the prediction."""
    predicted = next((answer.predicted for answer in answers if answer.predicted), None)
    classes = next((answer.classes for answer in answers if answer.classes), None)
    listed = next((answer.listed for answer in answers if answer.listed), None)
    if listed is not None:
        predicted, known = predicted or listed[0], all_labels(search.sample, listed)
    elif predicted is None:
        return _named_like(search, classes) if classes else None
    else:
        known = search.values(predicted)
    # A column `prediction` may hold 0.999 beside a truth of 0 and 1.
    if listed is None and is_share(search.sample[predicted]):
        known = {"0", "1"}
    other = (*names.IDENTITY[:2], *names.MODEL)
    free = [name for name in search.scalars() if not is_named(name, *other)]
    fits = [name for name in free if _are_alike(search.values(name), known)]
    place = search.sample.columns.index(predicted)
    if len(fits) > 1:
        fits = [name for name in fits if abs(search.sample.columns.index(name) - place) == 1]
    truth = fits[0] if len(fits) == 1 else None
    search.take(truth)
    if truth:
        why = f"{truth!r} holds the labels of {predicted!r}"
        search.decide(Step("true_label", truth, VALUES, why, is_assumed=True))
    return truth


def _named_like(search: Search, classes: ClassColumns) -> str | None:
    """The one column of words that holds the labels of the score columns."""
    stems = {canonical(stem) for stem in classes.stems.values()}
    free = [n for n in search.scalars() if not is_named(n, *names.IDENTITY[:2], *names.MODEL)]
    fits = [n for n in free if _are_alike({canonical(value) for value in search.values(n)}, stems)]
    fits = [n for n in fits if not search.is_number(n)]
    if len(fits) != 1:
        return None
    search.take(fits[0])
    why = f"{fits[0]!r} holds the labels of the scores"
    search.decide(Step("true_label", fits[0], VALUES, why, is_assumed=True))
    return fits[0]


def alike_answer(search: Search, truth: str) -> list[str]:
    """The one column of words that holds the truth's labels; [] for none or several."""
    known = search.values(truth)
    if all(re.fullmatch(r"[-+]?\d+|true|false", value.casefold()) for value in known):
        return []
    other = (*names.IDENTITY, *names.MODEL, *names.TRUTH, names.SPLIT)
    free = [n for n in search.scalars() if n != truth and not is_named(n, *other)]
    fits = [name for name in free if _are_alike(search.values(name), known)]
    return fits if len(fits) == 1 else []


def is_wordy(column: pl.Series) -> bool:
    """Whether a column holds sentences: three words or more, seldom the same twice."""
    if column.dtype != pl.String or is_number(column):
        return False
    gaps = column.drop_nulls().str.count_matches(r"\s+").mean()
    return isinstance(gaps, float) and gaps >= 2 and column.n_unique() * 2 > len(column)


def _is_content(name: str, column: pl.Series) -> bool:
    """Whether a column is what was asked about and not the answer: texts, all of them different."""
    if is_wordy(column):
        return True
    if column.dtype != pl.String or is_number(column):
        return False
    different = column.n_unique() > DIFFERENT * len(column)
    return different and (is_named(name, *names.TEXT) or len(column) >= FEW)


def _are_alike(values: set[str], known: set[str]) -> bool:
    return len(values) > 1 and len(values & known) * 2 > len(values | known)
