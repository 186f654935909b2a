"""What speaks for a column as the truth or the answer: its name, its values, the scores beside."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from diagnostics.readers.prediction_table.columns import names as names_of
from diagnostics.readers.prediction_table.columns.names import best, is_measured, is_named, key
from diagnostics.readers.prediction_table.columns.roles import Search
from diagnostics.readers.prediction_table.columns.score_columns import is_share
from diagnostics.readers.prediction_table.columns.scores_beside import ScoresBeside
from diagnostics.readers.prediction_table.columns.steps import (
    EITHER_WAY,
    EXACT,
    FAMILY,
    TOLD,
    VALUES,
    Step,
)
from diagnostics.readers.prediction_table.columns.unnamed import DIFFERENT, FEW, is_wordy
from diagnostics.readers.prediction_table.values.measurements import MOST_NUMBERS
from diagnostics.readers.prediction_table.values.scores import is_list, numbers

#: What a name is worth less for each better one of its family that stands in the table.
PLACE = 0.01
#: Labels that any column of a table may hold.
PLAIN = r"[-+]?\d+|true|false"
#: The share of rows in which an answer of no known name follows the scores beside it.
FOLLOWS = 0.9


@dataclass(frozen=True)
class Candidate:
    """A column that may have a role, how much speaks for that, and what."""

    column: str
    strength: float
    reason: str
    is_assumed: bool = False

    def step(self, role: str, alternative: str = "") -> Step:
        """The decision for this column."""
        return Step(role, self.column, self.strength, self.reason, self.is_assumed, alternative)


def truth_candidates(
    search: Search, answers: Collection[str], beside: ScoresBeside, *, is_called_so: bool
) -> list[Candidate]:
    """The columns that may be the truth: told, called so, or called like labels of either kind.

    Against a `class` or `label` in a file of predictions speaks that it says in every row what
    the scores beside it say.
    """
    if (told := search.told_column("true_label")) is not None:
        return [Candidate(told, TOLD, "errata.toml says so")]
    scores = best(search.scalars(), [names_of.SCORE_WORDS])
    free = [n for n in search.scalars() if n not in (*answers, *scores)]
    free = [n for n in free if n != search.told_column("predicted_label")]
    named = best(free, names_of.TRUTH)
    named += best([n for n in free if n not in named], [names_of.TRUTH_PREFIX])
    candidates = []
    for place, name in enumerate(named):
        strength, reason, is_assumed = EXACT, f"{name!r} is called like a truth", False
        if is_named(name, names_of.EITHER):
            is_assumed = not answers and beside.agreement(search.sample[name]) == 1.0
            strength = FAMILY
            reason = f"{name!r} is called like labels, which may be true or predicted ones"
            if is_called_so and beside.equals(search.sample[name]):
                strength = 0.0
        candidates.append(Candidate(name, strength - PLACE * place, reason, is_assumed))
    return candidates


def answer_candidates(search: Search) -> list[Candidate]:
    """The columns called like an answer; a score called so gives way to labels beside it."""
    flat = [name for name in search.scalars() if not is_list(search.sample[name])]
    flat = [name for name in flat if name != search.told_column("true_label")]
    flat = [name for name in flat if may_answer(search, name)]
    named = best(flat, names_of.PREDICTION)
    others = [name for name in flat if name not in named]
    less = [name for name in best(others, names_of.ANSWER) if can_be_labels(search, name)]
    labelled = [name for name in [*named, *less] if not is_share(search.sample[name])]
    if labelled:
        named = [name for name in named if name in labelled]
    candidates = [
        Candidate(name, EXACT - PLACE * place, f"{name!r} is called like a prediction")
        for place, name in enumerate(named)
    ]
    candidates += [
        Candidate(name, FAMILY - PLACE * place, f"{name!r} is called like an answer")
        for place, name in enumerate(less)
    ]
    if candidates:
        return candidates
    several = [name for name in search.free if isinstance(search.sample[name].dtype, pl.List)]
    listed = [name for name in best(several, names_of.PREDICTION) if _holds_texts(search, name)]
    listed_answers = [
        Candidate(name, EXACT, f"{name!r} is called like a prediction") for name in listed
    ]
    return listed_answers or _came_out(search, flat)


def _came_out(search: Search, flat: Sequence[str]) -> list[Candidate]:
    """`actual` beside `expected`, where nothing else is an answer: what the model really said."""
    expected = best(search.scalars(), [names_of.EXPECTED])
    if not expected or search.told_column("true_label") is not None:
        return []
    if any(names_of.model_in(name) for name in flat):
        return []
    return [
        Candidate(name, FAMILY, f"{name!r} stands beside {expected[0]!r}", is_assumed=True)
        for name in best(flat, [names_of.CAME_OUT])
        if can_be_labels(search, name)
    ]


def either_way(search: Search, truths: Iterable[Candidate]) -> list[Candidate]:
    """`label` and its like beside an unmistakable truth, or instead of one: answers as well."""
    return [
        Candidate(entry.column, EITHER_WAY, f"{entry.column!r} is called like labels", True)
        for entry in truths
        if entry.strength < TOLD and is_named(entry.column, names_of.EITHER)
    ]


def unnamed_answers(
    search: Search, beside: ScoresBeside, truths: Sequence[Candidate]
) -> list[Candidate]:
    """Columns of labels whose name says nothing, and which follow the scores beside them.

    Words need only be the labels that truth or scores speak of; whole numbers and truth values
    may be anything, a feature for example, and must say what the scores say.
    """
    taken = {entry.column for entry in truths} | beside.columns
    known = search.values(*(entry.column for entry in truths)) | set(beside.labels)
    candidates = []
    for name in search.scalars():
        if name in taken or not is_unspoken(name) or not can_be_labels(search, name):
            continue
        values, agreement = search.values(name), beside.agreement(search.sample[name])
        is_one_of_many = len(search.sample) >= 10 or beside.is_next_to(name, search.sample)
        is_plain = all(re.fullmatch(PLAIN, value.casefold()) for value in values)
        least = 1.0 if len(search.sample) < 10 or not truths else FOLLOWS
        follows = agreement >= least and is_one_of_many and len(values) > 1
        if follows or (truths and not is_plain and values <= known and agreement > 0.5):
            what = f"{name!r} says what the scores beside it say in {agreement:.0%} of the rows"
            candidates.append(Candidate(name, VALUES + agreement, what, is_assumed=True))
    return candidates


def may_answer(search: Search, name: str) -> bool:
    """Whether a column called like an answer may be one: no time, no cost, no reviewer's word."""
    is_number = search.is_number(name)
    return not (is_number and is_measured(name, search.sample.columns)) and name != search.verdict


def can_be_labels(search: Search, name: str) -> bool:
    """Whether a column's values may be labels: few, short, and coming back."""
    column = search.sample[name]
    if is_share(column) or is_wordy(column) or is_list(column) or not may_answer(search, name):
        return False
    different, rows = column.drop_nulls().n_unique(), len(column)
    if search.is_number(name):
        values = numbers(column).drop_nulls()
        is_whole = bool((values % 1 == 0).all())
        return is_whole and different <= MOST_NUMBERS and (rows < FEW or different * 3 <= rows)
    return rows < FEW or different <= DIFFERENT * rows


def is_unspoken(name: str) -> bool:
    """Whether a column's name says nothing about its role."""
    known = (*names_of.IDENTITY, *names_of.MODEL, *names_of.TEXT, *names_of.TRUTH)
    others = (names_of.INDEX, names_of.FOLD, names_of.SPLIT, *names_of.VERDICT, *names_of.GROUP)
    return not is_named(name, *known, *others, names_of.TRUTH_PREFIX)


def strongest(
    search: Search,
    truths: Sequence[Candidate],
    answers: Sequence[Candidate],
    codes: dict[str, str],
) -> tuple[Candidate | None, Candidate | None]:
    """The truth and the answer for which most speaks together; names before numbers.

    That both speak of the same labels counts for half a name. An answer that is only assumed
    must do so.
    """

    def strength(truth: Candidate | None, answer: Candidate | None) -> float | None:
        total = (truth.strength if truth else 0.0) + (answer.strength if answer else 0.0)
        if truth is None or answer is None:
            return total
        if truth.column == answer.column:
            return None
        said = search.values(answer.column, codes.get(answer.column))
        shared = search.values(truth.column) & said
        if answer.is_assumed and len(shared) * 2 < len(said) and answer.strength > VALUES + 1:
            return None
        named = sum("name" in key(entry.column).split("_") for entry in (truth, answer))
        return total + (EXACT / 2 if shared else 0.0) + named * EITHER_WAY / 2

    pairs = [(truth, answer) for truth in (*truths, None) for answer in (*answers, None)]
    judged = [(strength(*pair), pair) for pair in pairs]
    possible = [(value, pair) for value, pair in judged if value is not None]
    return max(possible, key=lambda entry: entry[0])[1]


def _holds_texts(search: Search, name: str) -> bool:
    dtype = search.sample[name].dtype
    return isinstance(dtype, pl.List) and dtype.inner == pl.String


def shares_of(column: pl.Series) -> np.ndarray:
    """A score column as an array, NaN where there is no number."""
    return numbers(column).to_numpy().astype(float)
