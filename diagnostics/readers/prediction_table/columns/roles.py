"""The roles that columns can have in a table of predictions, and the search for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from diagnostics.readers.prediction_table.columns.class_columns import ClassColumns, is_number
from diagnostics.readers.prediction_table.columns.names import (
    FOLD,
    GROUP,
    IDENTITY,
    MODEL,
    SPLIT,
    TEXT,
    best,
    is_named,
)
from diagnostics.readers.prediction_table.columns.steps import TOLD, Step, weakest
from diagnostics.readers.prediction_table.values.labels import distinct, labels


@dataclass(frozen=True)
class AnswerColumns:
    """The columns of one model's answers; `model` is "" where the table holds only one.

    `codes` says the labels of `predicted` as numbers.
    """

    model: str = ""
    predicted: str | None = None
    codes: str | None = None
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
        labels = (self.predicted, self.codes)
        every = (*labels, self.confidence, self.vector, *places, *stems, *lists)
        return {name for name in every if name}


@dataclass(frozen=True)
class Roles:
    """What each column of a table is for; columns without a role are content.

    `steps` says why each role was given as it is. `group` is whose rows come several times, a
    patient for example; it is content, too. `verdict` is the column in which somebody accepts or
    rejects the answers. `not_found` has the columns of `errata.toml` that the table lacks,
    `refusal` is the code of the problem because of which it is not read although it holds
    predictions.
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
    verdict: str | None = None
    steps: tuple[Step, ...] = ()
    not_found: tuple[str, ...] = ()
    refusal: str = ""

    @property
    def taken(self) -> set[str]:
        """The columns that are no content of an example."""
        within = (self.fold, self.repeat, self.split, *self.candidate)
        single = (self.true_label, self.id, self.weight, self.verdict, *within)
        answers = [name for answer in self.answers for name in answer.columns]
        return {name for name in (*single, *self.model, *self.index, *answers) if name}

    @property
    def weakest(self) -> Step | None:
        """The step of the reading for which least speaks."""
        return weakest(self.steps)

    def step(self, role: str) -> Step | None:
        """How a role was decided, None if it was not, or if nothing is known about it."""
        return next((step for step in self.steps if step.role == role), None)

    def is_assumed(self, role: str) -> bool:
        """Whether the role was given without a name or a word of `errata.toml` that says so."""
        return any(step.role == role and step.is_assumed for step in self.steps)


@dataclass
class Search:
    """A recognition under way: the sample, what was told, and the columns that are still free."""

    sample: pl.DataFrame
    told: Mapping[str, tuple[str, ...]]
    free: list[str] = field(default_factory=list)
    not_found: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    verdict: str | None = None
    _numeric: dict[str, bool] = field(default_factory=dict)
    _values: dict[tuple[str, ...], set[str]] = field(default_factory=dict)

    def take(self, *names: str | None) -> None:
        """Give the columns away."""
        self.free = [name for name in self.free if name not in names]

    def told_column(self, role: str) -> str | None:
        """The column of the table that `errata.toml` names for a role."""
        told = self.told.get(role, ("",))[0]
        return told if told in self.sample.columns else None

    def told_columns(self) -> set[str]:
        """Every name that `errata.toml` has for a role."""
        return {name for names in self.told.values() for name in names}

    def decide(self, *steps: Step) -> None:
        """Keep why a role was given; what `errata.toml` says is the reason where it does."""
        for step in steps:
            self.steps = [entry for entry in self.steps if entry.role != step.role]
            if step.role in self.told:
                step = Step(step.role, step.column, TOLD, "errata.toml says so")
            self.steps.append(step)

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

        Then a column that holds codes (`h2730`), all different: the first one, or any beside an
        id that comes back, as a patient's does. Such a one is no id if each row has its own text.
        """
        named = best(self.scalars(), IDENTITY)
        others = [name for name in self.scalars() if name not in named]
        coded = [name for name in others if _holds_codes(self.sample[name])]
        first = [name for name in coded if name == self.sample.columns[0]]
        rows = max(len(self.sample), 1)
        runs = [*best(self.scalars(), MODEL), *best(self.sample.columns, [FOLD, SPLIT])]
        runs = [run for run in runs if run not in named and not self.is_unique(run)]
        sizes = {name: self._size(name, runs) for name in (*named, *coded)}
        whole = [name for name in (*named, *coded) if sizes[name] == rows]
        if named and whole and sizes[named[0]] < rows:
            named = [name for name in (*named, *coded) if name in whole]
        elif not named:
            named = first
        elif sizes[named[0]] < rows * 0.9 and self._is_group(named[0]) and self._has_texts():
            return []
        return [name for name in named if sizes[name] * 2 > rows]

    def groups(self) -> list[str]:
        """Free columns called like an id whose values come back: a patient, a user, a gene."""
        flat = [name for name in best(self.scalars(), GROUP) if not is_named(name, IDENTITY[0])]
        return [n for n in flat if 1 < self.sample[n].n_unique() < len(self.sample) * 0.95]

    def _size(self, name: str, runs: Sequence[str]) -> int:
        """How many rows of a run a column tells apart."""
        return self.sample.select({name, *runs}).n_unique()

    def is_unique(self, name: str) -> bool:
        """Whether each of some rows has a value of its own: an id perhaps, but no model."""
        column = self.sample[name]
        return len(column) >= 5 and not column.has_nulls() and column.n_unique() == len(column)

    def _is_group(self, name: str) -> bool:
        return is_named(name, *GROUP) and not is_named(name, IDENTITY[0], *IDENTITY[2:])

    def _has_texts(self) -> bool:
        texts = [self.sample[name] for name in best(self.scalars(), TEXT)]
        return any(self.is_unique(c.name) for c in texts if c.dtype == pl.String)


def _holds_codes(column: pl.Series) -> bool:
    """Whether a column holds words with digits in them that never come twice."""
    if column.dtype != pl.String or column.is_empty() or column.has_nulls():
        return False
    if column.is_duplicated().any():
        return False
    return bool(
        column.str.contains(r"^\S*[^\d\s.,+-]\S*$").all() and column.str.contains(r"\d").all()
    )
