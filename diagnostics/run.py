"""The data model: what a folder of results holds, and what each run brought along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Flag, auto
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from diagnostics.errors import DiagnosticsError, unknown_name

if TYPE_CHECKING:
    import polars as pl

Task = Literal["classification", "entities", "stories"]
Split = Literal["test", "validation", "train"]

#: Held-out first: the split that a view shows unless told otherwise.
SPLITS: tuple[Split, ...] = ("test", "validation", "train")

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
    """One number that a tool wrote or that we computed; `fold` is None for an aggregate."""

    metric: str
    value: float
    split: str = "test"
    fold: int | None = None
    greater_is_better: bool | None = None


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


@dataclass(frozen=True)
class Experiment:
    """Runs evaluated on the same examples for the same task."""

    name: str
    task: Task
    runs: tuple[Run, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label that any run knows, in natural order."""
        from diagnostics.natural import natural_order

        return tuple(natural_order({label for run in self.runs for label in run.labels}))

    @property
    def examples(self) -> int | None:
        """The number of evaluated examples: the largest among the runs, None if none says."""
        return max((run.examples for run in self.runs if run.examples is not None), default=None)

    @property
    def evidence(self) -> Evidence:
        """What at least one run brought along."""
        union = NOTHING
        for run in self.runs:
            union |= run.evidence
        return union

    def run(self, name: str) -> Run:
        """The run called `name`; DiagnosticsError names the nearest if there is none."""
        if name not in self._by_name:
            raise unknown_name("run", name, [run.run for run in self.runs])
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Run]:
        """Pages look up each of thousands of runs; of two with one name it is the first."""
        return {run.run: run for run in reversed(self.runs)}

    def predictions(self, *names: str) -> pl.LazyFrame:
        """The rows of the named runs, all if none is named, with labels as labels; lazy.

        Columns: `run` and those of `diagnostics.tables.PREDICTIONS`.
        """
        from diagnostics.tables import labelled_predictions

        runs = [self.run(name) for name in names] if names else list(self.runs)
        return labelled_predictions(runs)


@dataclass(frozen=True)
class Workspace:
    """What the user pointed at, read."""

    root: Path
    experiments: tuple[Experiment, ...] = ()
    problems: tuple[Problem, ...] = ()
    fingerprint: str = ""

    def experiment(self, name: str) -> Experiment:
        """The experiment called `name`; DiagnosticsError names the nearest if there is none."""
        for experiment in self.experiments:
            if experiment.name == name:
                return experiment
        raise unknown_name("experiment", name, [entry.name for entry in self.experiments])

    def find(self, run: str, experiment: str | None = None) -> tuple[Experiment, Run]:
        """The run called `run`, and its experiment.

        One candidate that was evaluated for several tasks (intents, responses, entities of one
        `rasa test`) is found in its classification of most examples, unless `experiment` says
        otherwise.

        Raises
        ------
        DiagnosticsError
            If there is none, or if different candidates of several experiments share the name.
        """
        if experiment is not None:
            chosen = self.experiment(experiment)
            return chosen, chosen.run(run)
        homes = [entry for entry in self.experiments if any(r.run == run for r in entry.runs)]
        if not homes:
            known = sorted({r.run for entry in self.experiments for r in entry.runs})
            raise unknown_name("run", run, known)
        if len({home.run(run).siblings for home in homes}) > 1:
            names = ", ".join(repr(entry.name) for entry in homes)
            raise DiagnosticsError(
                f"Run {run!r} is in several experiments: {names}.",
                hint="Say which with --experiment.",
            )
        home = max(homes, key=lambda e: (e.task == "classification", e.examples or 0))
        return home, home.run(run)

    @property
    def all_problems(self) -> list[Problem]:
        """The folder's problems, then the experiments' and the runs'; each once."""
        found = list(self.problems)
        for experiment in self.experiments:
            found += experiment.problems
            for run in experiment.runs:
                found += run.problems
        return list(dict.fromkeys(found))


__all__ = [
    "INCOMPLETE",
    "NO_PREDICTION",
    "SPLITS",
    "Evidence",
    "Experiment",
    "Problem",
    "Run",
    "Score",
    "Split",
    "Task",
    "Workspace",
]
