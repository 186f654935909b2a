"""What a public function was asked about: a run, an experiment, runs; or words on what it got."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from diagnostics.errors import DiagnosticsError
from diagnostics.workspace.experiment import Experiment, Workspace
from diagnostics.workspace.run import Run

_OPEN = "open_workspace(folder).experiments has them, and experiment.run(name) a run."


def the_run(value: Run | str, experiment: Experiment | None = None) -> Run:
    """A run: as it is, the only one of an experiment, or by its name where its experiment is known.

    Raises
    ------
    DiagnosticsError
        If it is something else; says what.
    """
    if isinstance(value, Run):
        return value
    if isinstance(value, str) and experiment is not None:
        return experiment.run(value)
    kept: Any = value
    if isinstance(kept, Experiment) and len(kept.runs) == 1:
        return kept.runs[0]
    raise _wanted("a run", value)


def the_experiment(value: Experiment | Workspace) -> Experiment:
    """An experiment: as it is, or the only one of a workspace.

    Raises
    ------
    DiagnosticsError
        If it is something else; says what.
    """
    if isinstance(value, Experiment):
        return value
    if isinstance(value, Workspace) and len(value.experiments) == 1:
        return value.experiments[0]
    raise _wanted("an experiment", value)


def the_runs(value: Iterable[Run] | Experiment | Workspace) -> Sequence[Run]:
    """Runs: as they are, or all of an experiment.

    Raises
    ------
    DiagnosticsError
        If it is something else; says what.
    """
    if isinstance(value, Experiment | Workspace):
        return the_experiment(value).runs
    runs = list(value) if isinstance(value, Iterable) and not isinstance(value, str) else [value]
    if not all(isinstance(run, Run) for run in runs):
        raise _wanted("a list of runs, or an experiment", value)
    return runs


def _wanted(what: str, value: object) -> DiagnosticsError:
    return DiagnosticsError(f"This takes {what}, and was given {_in_words(value)}.", hint=_OPEN)


def _in_words(value: object) -> str:
    if isinstance(value, Experiment):
        return f"the experiment {value.name!r} of {len(value.runs):,} runs"
    if isinstance(value, Workspace):
        return f"a workspace of {len(value.experiments):,} experiments"
    if isinstance(value, Run):
        return f"the run {value.run!r}"
    if isinstance(value, str):
        return f"the text {value[:60]!r}"
    return "nothing" if value is None else f"a {type(value).__name__}"
