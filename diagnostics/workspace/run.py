"""A run: one trained candidate, its evaluation, and what it brought along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Flag, auto
from pathlib import Path
from typing import Any, Literal, get_args

from diagnostics.errors import DiagnosticsError

Task = Literal["classification", "entities", "stories"]
Split = Literal["test", "validation", "train"]

#: Held-out first: the split that a view shows unless told otherwise.
SPLITS: tuple[Split, ...] = ("test", "validation", "train")

#: What files say beside a score: its standard deviation and standard error, the lowest and the
#: highest of those that it is the mean of, the bounds of its interval.
Spread = Literal["std", "standard_error", "lowest", "highest", "interval_low", "interval_high"]
SPREADS: tuple[Spread, ...] = get_args(Spread)

#: Problems of runs whose figures are of fewer examples than was planned.
INCOMPLETE = ("unfinished-run", "failed-fits")

#: Stands for "the model gave no answer": an abstention, kept as a column of the confusion matrix.
NO_PREDICTION = "(no prediction)"


class Evidence(Flag):
    """What a run brought along; a view declares what it needs."""

    SCORES = auto()
    FOLDS = auto()
    REPORT = auto()
    ERRORS = auto()
    PREDICTIONS = auto()
    TRUTH = auto()
    CONFIDENCE = auto()
    PROBABILITIES = auto()
    CONTENT = auto()
    IMPORTANCE = auto()
    MODEL = auto()

    @property
    def names(self) -> list[str]:
        """The flags that are set, in lower case."""
        return [(flag.name or "").lower() for flag in type(self) if flag in self]


NOTHING = Evidence(0)


@dataclass(frozen=True)
class Problem:
    """Something wrong or missing in the files: where, what, what to do."""

    code: str
    path: str
    what: str
    hint: str = ""


@dataclass(frozen=True)
class Score:
    """One number that a tool wrote or that we computed; `fold` is None for an aggregate.

    `spread` is what a file says of how far the number may be off: pairs of one of `SPREADS` and its
    value.
    """

    metric: str
    value: float
    split: str = "test"
    fold: int | None = None
    greater_is_better: bool | None = None
    spread: tuple[tuple[Spread, float], ...] = ()


@dataclass(frozen=True)
class Run:
    """One trained candidate and its evaluation. Tables lie in `tables`, named by `stem`."""

    run: str
    reader: str
    path: str
    task: Task
    evidence: Evidence
    labels: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    parameters_text: Mapping[str, str] = field(default_factory=dict)
    created: str | None = None
    fit_seconds: float | None = None
    score_seconds: float | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    scores: tuple[Score, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    examples: int | None = None
    errors: int | None = None
    splits: tuple[str, ...] = ()
    confusion_is_exact: bool = False
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)
    config: str = ""
    #: Where its fitted models lie, by the fold that each was not fitted on; "" for the only one.
    models: Mapping[str, str] = field(default_factory=dict)
    #: What the models take: `text` for the examples' own, else a file; see `model_inputs`.
    inputs: str = ""
    tables: Path = Path()
    stem: str = ""
    examples_stem: str = ""
    #: Where the content lies if several folders share it; relative to `tables`.
    examples_file: str = ""
    fingerprint: str = ""
    group: str = ""
    siblings: str = ""
    experiment: str = ""
    #: The search that tried it, "" for a run of its own: the runs of a search stay together.
    search: str = ""
    #: How much it was given to learn from (rows, or another budget), where a search varied that.
    resource: float | None = None

    @property
    def split(self) -> str:
        """The split that speaks for the run: held out if there is one."""
        return next((split for split in SPLITS if split in self.splits), "test")

    def known_split(self, split: str | None) -> str:
        """The split asked for, the run's own if None; DiagnosticsError if it has none so called."""
        if split is not None and split not in self.splits:
            raise DiagnosticsError(
                f"Run {self.run!r} has no split {split!r}.",
                hint=f"It has: {', '.join(self.splits)}.",
            )
        return split or self.split

    @property
    def is_complete(self) -> bool:
        """Whether it has all the folds that its search planned, and none of them failed."""
        return not any(problem.code in INCOMPLETE for problem in self.problems)

    def has(self, needed: Evidence) -> bool:
        """Whether all of `needed` is there."""
        return needed in self.evidence

    def table(self, name: str) -> Path:
        """Where the run's table `name` lies: `predictions`, `confusion`, `examples` and so on."""
        if name == "examples" and self.examples_file:
            return self.tables / self.examples_file
        stem = self.examples_stem if name == "examples" else self.stem
        return self.tables / f"{stem}-{name}.parquet"
