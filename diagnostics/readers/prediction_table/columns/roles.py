"""The roles that columns can have in a table of predictions, and the search for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from diagnostics.readers.prediction_table.columns.class_columns import ClassColumns, is_number
from diagnostics.readers.prediction_table.columns.names import FOLD, IDENTITY, MODEL, SPLIT, best
from diagnostics.readers.prediction_table.values.labels import distinct, labels


@dataclass(frozen=True)
class AnswerColumns:
    """The columns of one model's answers; `model` is "" where the table holds only one."""

    model: str = ""
    predicted: str | None = None
    confidence: str | None = None
    classes: ClassColumns | None = None
    vector: str | None = None
    ranked: tuple[tuple[str, str | None], ...] = ()
    #: A list of labels and a list of their scores in each row, in any order.
    listed: tuple[str, str] | None = None

    @property
    def columns(self) -> set[str]:
        """Every column that the answer is read from."""
        places = [name for pair in self.ranked for name in pair]
        stems = self.classes.stems if self.classes else ()
        lists = self.listed or ()
        every = (self.predicted, self.confidence, self.vector, *places, *stems, *lists)
        return {name for name in every if name}


@dataclass(frozen=True)
class Roles:
    """What each column of a table is for; columns without a role are content.

    `is_guessed` names the roles that no name speaks for ("header": the table has none),
    `not_found` the columns of `errata.toml` that the table lacks, `refusal` is the code of the
    problem because of which it is not read although it holds predictions.
    """

    answers: tuple[AnswerColumns, ...]
    true_label: str | None = None
    id: str | None = None
    text: str | None = None
    image: str | None = None
    fold: str | None = None
    split: str | None = None
    model: tuple[str, ...] = ()
    index: tuple[str, ...] = ()
    candidate: tuple[str, ...] = ()
    repeat: str | None = None
    weight: str | None = None
    group: str | None = None
    is_guessed: frozenset[str] = frozenset()
    not_found: tuple[str, ...] = ()
    refusal: str = ""

    @property
    def taken(self) -> set[str]:
        """The columns that are no content of an example."""
        within = (self.fold, self.repeat, self.split, *self.model, *self.candidate)
        single = (self.true_label, self.id, self.weight, *within, *self.index)
        answers = [name for answer in self.answers for name in answer.columns]
        return {name for name in (*single, *answers) if name}


@dataclass
class Search:
    """A recognition under way: the sample, what was told, and the columns that are still free."""

    sample: pl.DataFrame
    told: Mapping[str, tuple[str, ...]]
    free: list[str] = field(default_factory=list)
    not_found: list[str] = field(default_factory=list)
    _numeric: dict[str, bool] = field(default_factory=dict)
    _values: dict[tuple[str, ...], set[str]] = field(default_factory=dict)

    def take(self, *names: str | None) -> None:
        """Give the columns away."""
        self.free = [name for name in self.free if name not in names]

    def chosen(self, role: str, guesses: Sequence[str | None] = ()) -> str | None:
        """The column told for a role, else the first guess that is free; taken either way."""
        told = self.told.get(role, ("",))[0]
        is_label = role.endswith("_label")  # a list of labels is refused later, with the reason
        if told in self.sample.columns and (is_label or not self.sample[told].dtype.is_nested()):
            self.take(told)
            return told
        if told:
            self.not_found.append(told)
        column = next((name for name in guesses if name in self.free), None)
        self.take(column)
        return column

    def scalars(self) -> list[str]:
        """The free columns without lists."""
        return [name for name in self.free if not self.sample[name].dtype.is_nested()]

    def values(self, *names: str | None) -> set[str]:
        """The labels that the columns hold together."""
        key = tuple(name for name in names if name)
        if key not in self._values:
            columns = [self.sample[name] for name in key]
            flat = [column for column in columns if not column.dtype.is_nested()]
            self._values[key] = distinct(labels(*flat))
        return set(self._values[key])

    def is_number(self, name: str) -> bool:
        """Whether the column holds numbers."""
        if name not in self._numeric:
            self._numeric[name] = is_number(self.sample[name])
        return self._numeric[name]

    def numeric(self) -> list[str]:
        """The free columns that hold numbers."""
        return [name for name in self.scalars() if self.is_number(name)]

    def identities(self) -> list[str]:
        """Free columns called like an id that tell most rows of a run apart, best first.

        Then the first column, if it holds codes (`h2730`), all different.
        """
        named = best(self.scalars(), IDENTITY)
        first = self.sample.columns[0]
        if first in self.free and first not in named and _holds_codes(self.sample[first]):
            named.append(first)
        runs = [*best(self.scalars(), MODEL), *best(self.sample.columns, [FOLD, SPLIT])]
        runs = [name for name in runs if name not in named]
        rows = max(len(self.sample), 1)
        return [name for name in named if self.sample.select(name, *runs).n_unique() * 2 > rows]


def _holds_codes(column: pl.Series) -> bool:
    """Whether a column holds words with digits in them that never come twice."""
    if column.dtype != pl.String or column.has_nulls() or column.is_duplicated().any():
        return False
    return bool(
        column.str.contains(r"^\S*[^\d\s.,+-]\S*$").all() and column.str.contains(r"\d").all()
    )
