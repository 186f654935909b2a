"""Runs side by side: experiments, and the workspace that they were read from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from diagnostics.errors import DiagnosticsError, unknown_name
from diagnostics.workspace.run import NOTHING, Evidence, Problem, Run, Task

if TYPE_CHECKING:
    import polars as pl


#: The tag of a run that is equal for runs that show the same content.
CONTENT_PRINT = "content_fingerprint"


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
        from diagnostics.workspace.labels import natural_order

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

        Columns: `run` and those of `diagnostics.workspace.tables.PREDICTIONS`.
        """
        from diagnostics.workspace.stored_tables import labelled_predictions

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
        problems = list(self.problems)
        for experiment in self.experiments:
            problems += experiment.problems
            for run in experiment.runs:
                problems += run.problems
        return list(dict.fromkeys(problems))


def same_supports(first: Run, second: Run) -> bool:
    """Whether the reports of two runs count the same number of examples for every label."""
    support = first.tags.get("supports_fingerprint", "")
    return bool(support) and support == second.tags.get("supports_fingerprint")
