"""The table of runs: what each candidate was, how it scored, and how long it took."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from diagnostics.workspace import Experiment, Run, Score
from diagnostics.workspace.asked_for import the_experiment
from diagnostics.workspace.labels import natural_order
from diagnostics.workspace.parameters import (
    differing_parameters,
    parameter_numbers,
    parameter_text,
    parameter_texts,
)
from diagnostics.workspace.run import SPREADS
from diagnostics.workspace.scores import mean, metric_names, run_metrics, std

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal[
    "run",
    "metric",
    "errors",
    "examples",
    "fold_mean",
    "fold_std",
    "std",
    "standard_error",
    "lowest",
    "highest",
    "interval_low",
    "interval_high",
    "folds",
    "split",
    "failed",
    "problems",
    "resource",
    "parameter",
    "fit_seconds",
    "score_seconds",
    "created",
    "reader",
    "low",
    "high",
    "same",
    "p_examples",
    "p_folds",
    "selected",
]

#: A whole number below it fits into a column of 64 bits.
LARGEST = 2**63
#: Stands for the value of a parameter that a run does not name.
NOT_SET = "(not set)"


@dataclass(frozen=True)
class RunColumn:
    """A column of the run table: its name there, what kind it is, and of which metric or parameter.

    For figures of another split `of` is the metric and `split` the split.
    """

    name: str
    kind: Kind
    of: str = ""
    split: str = ""


def run_table(experiment: Experiment) -> pd.DataFrame:
    """One row per run, in the experiment's order, with the columns that `run_columns` lists.

    Metrics and seconds are floats, NaN where a run has none; counts are nullable integers. What a
    file gave as a metric without a finite value is named in `failed`, what is wrong with a run is
    said in `problems`, and `resource` is what it was given to learn from. A parameter's column
    holds numbers if all its values are numbers, else texts as the files write them; a run that does
    not name the parameter has a null. Standard deviations over folds are those of a sample (n - 1);
    what files say of a score's spread (`SPREADS`) has columns of its own.
    """
    experiment = the_experiment(experiment)
    import pandas as pd

    rows = [_Row(run) for run in experiment.runs]
    return pd.DataFrame(
        {
            column.name: _parameter_cells(experiment, column.of)
            if column.kind == "parameter"
            else _cells(rows, column)
            for column in _columns(experiment, rows)
        }
    )


def run_columns(experiment: Experiment) -> list[RunColumn]:
    """The columns of the run table, with names that are unique.

    A metric that is called like another column has `score_` before its name, a parameter `param_`.
    """
    return _columns(experiment, [_Row(run) for run in experiment.runs])


class _Row:
    """A run with its scores sorted by what they are, once for all columns."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.metrics = run_metrics(run)
        self.failed = [name for name, value in self.metrics.items() if not math.isfinite(value)]
        self.folds: dict[str, list[float]] = defaultdict(list)
        self.elsewhere: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.fold_numbers: set[int] = set()
        self.spreads: dict[str, dict[str, float]] = {}
        self.wholes: set[tuple[str, str]] = set()
        for score in sorted(run.scores, key=lambda score: score.fold is not None):
            if score.split != run.split:
                self._add_elsewhere(score)
            elif score.fold is None:
                self.spreads[score.metric] = dict(score.spread)
            elif score.fold is not None and math.isfinite(score.value):
                self.folds[score.metric].append(score.value)
                self.fold_numbers.add(score.fold)

    def _add_elsewhere(self, score: Score) -> None:
        """Of another split the aggregate counts, and without one the mean of the folds."""
        key = (score.split, score.metric)
        if score.fold is None or key not in self.wholes:
            self.elsewhere[key].append(score.value)
        if score.fold is None:
            self.wholes.add(key)

    def cell(self, column: RunColumn) -> Any:
        """The value in a column, None where there is none."""
        folds = self.folds.get(column.of, [])
        elsewhere = self.elsewhere.get((column.split, column.of), [])
        match column.kind:
            case "metric":
                return self.metrics.get(column.of)
            case "fold_mean":
                return mean(folds)
            case "fold_std":
                return std(folds)
            case "split":
                return mean(elsewhere)
            case kind if kind in SPREADS:
                return self.spreads.get(column.of, {}).get(kind)
            case "folds":
                return len(self.fold_numbers) or None
            case "failed":
                return ", ".join(self.failed) or None
            case "problems":
                return " ".join(problem.what for problem in self.run.problems) or None
            case kind:
                return getattr(self.run, kind)


def _columns(experiment: Experiment, rows: list[_Row]) -> list[RunColumn]:
    wanted = [
        RunColumn("run", "run"),
        *_fact_columns(rows),
        *_metric_columns(metric_names(experiment), rows),
        *(RunColumn(name, "parameter", name) for name in differing_parameters(experiment)),
    ]
    taken: set[str] = set()
    columns = []
    for column in wanted:
        name = column.name
        while name in taken:
            name = f"{'param' if column.kind == 'parameter' else 'score'}_{name}"
        taken.add(name)
        columns.append(replace(column, name=name))
    return columns


def _fact_columns(rows: list[_Row]) -> list[RunColumn]:
    there: dict[Kind, bool] = {
        "errors": any(row.run.errors is not None for row in rows),
        "examples": any(row.run.examples is not None for row in rows),
        "folds": any(row.fold_numbers for row in rows),
        "failed": any(row.failed for row in rows),
        "problems": any(row.run.problems for row in rows),
        "resource": any(row.run.resource is not None for row in rows),
        "fit_seconds": any(row.run.fit_seconds is not None for row in rows),
        "score_seconds": any(row.run.score_seconds is not None for row in rows),
        "created": any(row.run.created for row in rows),
        "reader": True,
    }
    return [RunColumn(kind, kind) for kind, is_there in there.items() if is_there]


def _metric_columns(metrics: list[str], rows: list[_Row]) -> list[RunColumn]:
    columns = []
    for metric in metrics:
        columns.append(RunColumn(metric, "metric", metric))
        if any(metric in row.folds for row in rows):
            columns.append(RunColumn(f"{metric}_fold_mean", "fold_mean", metric))
            columns.append(RunColumn(f"{metric}_fold_std", "fold_std", metric))
        there = {name for row in rows for name in row.spreads.get(metric, {})}
        columns += [
            RunColumn(f"{metric}_{kind}", kind, metric) for kind in SPREADS if kind in there
        ]
    others = dict.fromkeys(key for row in rows for key in row.elsewhere)
    columns += [RunColumn(f"{split}_{of}", "split", of, split) for split, of in others]
    return columns


def _cells(rows: list[_Row], column: RunColumn) -> Any:
    import pandas as pd

    values = [row.cell(column) for row in rows]
    if column.kind in ("errors", "examples", "folds"):
        return pd.array(values, dtype="Int64")
    if column.kind in ("run", "reader", "created", "failed", "problems"):
        return pd.array(values, dtype="str")
    return pd.array([math.nan if value is None else value for value in values], dtype="float64")


def _parameter_cells(experiment: Experiment, name: str) -> Any:
    import pandas as pd

    numbers = parameter_numbers(experiment, name)
    if numbers is None:
        return pd.array(parameter_texts(experiment, name), dtype="str")
    whole = all(isinstance(n, int) and abs(n) < LARGEST for n in numbers if n is not None)
    return pd.array(numbers, dtype="Int64" if whole else "Float64")


def filtered_runs(
    experiment: Experiment, *, find: str = "", parameter: str = "", values: Collection[str] = ()
) -> list[str]:
    """The names of the runs that a filter leaves, in the experiment's order.

    Parameters
    ----------
    find
        Words that must all occur, in any letters, in the run's name or in one of its differing
        parameters written as `name=value`.
    parameter, values
        The parameter must have one of these values, as `value_choices` has them; no values, any.
    """
    words = find.casefold().split()
    differing = differing_parameters(experiment)
    return [
        run.run
        for run in experiment.runs
        if (not parameter or not values or _written(run, parameter) in values)
        and all(word in _haystack(run, differing) for word in words)
    ]


def value_choices(experiment: Experiment, parameter: str) -> list[str]:
    """A parameter's values as `filtered_runs` takes them: numbers by size, texts naturally."""
    written = [_written(run, parameter) for run in experiment.runs]
    numbers = parameter_numbers(experiment, parameter)
    if numbers is None:
        return natural_order(set(written))
    sizes = dict(zip(written, numbers, strict=True))
    return sorted(sizes, key=lambda text: math.inf if (n := sizes[text]) is None else n)


def _written(run: Run, parameter: str) -> str:
    text = parameter_text(run, parameter)
    return NOT_SET if text is None else text


def _haystack(run: Run, names: Iterable[str]) -> str:
    return "\n".join([run.run, *(f"{name}={_written(run, name)}" for name in names)]).casefold()
