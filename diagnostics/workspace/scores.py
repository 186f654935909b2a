"""Which runs scored highest: metrics, ranks and folds, without a look into a table."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from diagnostics.statistics.metric_names import direction_by_name
from diagnostics.workspace.experiment import Experiment
from diagnostics.workspace.run import Run

if TYPE_CHECKING:
    import pandas as pd

#: What an experiment's runs are ranked by: the first of these that any run has.
_HEADLINES = ("accuracy", "micro_f1", "weighted_f1", "macro_f1")
_ORDER = (
    *("accuracy", "balanced_accuracy", "macro_f1", "weighted_f1", "micro_f1"),
    *("macro_precision", "macro_recall", "weighted_precision", "weighted_recall"),
    *("micro_precision", "micro_recall", "matthews_correlation"),
)


def headline(experiment: Experiment) -> str:
    """The metric that an experiment's runs are ranked by unless told otherwise."""
    known = metric_names(experiment)
    usual = (metric for metric in _HEADLINES if metric in known)
    ordered = (metric for metric in known if direction(experiment, metric) is not None)
    return next(usual, next(ordered, [*known, "accuracy"][0]))


def metric_names(experiment: Experiment) -> list[str]:
    """Every metric of the split that speaks for a run; the usual ones first, then by name."""
    known = {metric for run in experiment.runs for metric in run_metrics(run)}
    usual = [metric for metric in _ORDER if metric in known]
    return [*usual, *sorted(known.difference(usual))]


def run_metrics(run: Run) -> dict[str, float]:
    """The run's metrics on the split that speaks for it: ours, else as its files say.

    A metric that is only known for the folds has their mean.
    """
    folds: dict[str, list[float]] = {}
    of_files: dict[str, float] = {}
    split = run.split  # found anew each time, and a search has many scores
    for score in run.scores:
        if score.split != split:
            continue
        if score.fold is not None:
            folds.setdefault(score.metric, []).append(score.value)
        else:
            of_files[score.metric] = score.value
    known = of_files | dict(run.metrics)
    return {m: mean(values) for m, values in folds.items() if m not in known} | known


def direction(experiment: Experiment, metric: str) -> bool | None:
    """Whether more is better: as the files say, else as the metric's name does; None if neither."""
    said = (score.greater_is_better for run in experiment.runs for score in run.scores
            if score.metric == metric and score.greater_is_better is not None)  # fmt: skip
    return next(said, direction_by_name(metric))


def rises(experiment: Experiment, metric: str) -> bool:
    """Whether more is taken to be better, to have an order: so it is where nothing says."""
    return direction(experiment, metric) is not False


def ranked_runs(experiment: Experiment, metric: str | None = None) -> list[str]:
    """The names of the runs, the best by `metric` first, those without it last.

    Runs that were given less to learn from (`given`) come after those that were given more:
    successive halving scores its first candidates on few rows, where a high score means little. So
    do runs that lack folds, after those that have them all. Ties stay in the order of the
    experiment, which is that of the names. Without `metric` it is the headline.
    """
    by = metric or headline(experiment)
    sign = -1 if rises(experiment, by) else 1

    def key(run: Run) -> tuple[float, bool, float]:
        value = run_metrics(run).get(by, math.nan)
        learnt = given(run)
        amount = math.inf if learnt is None else learnt
        return -amount, not run.is_complete, math.inf if math.isnan(value) else sign * value

    return [run.run for run in sorted(experiment.runs, key=key)]


def given(run: Run) -> float | None:
    """How much the run was given to learn from, where that varies; None where nothing says.

    Rows or another budget of a search, or the percentage of the training data that a comparison of
    Rasa did not leave out.
    """
    excluded = run.tags.get("exclusion_percent", "")
    if run.resource is None and excluded.isdecimal():
        return 100.0 - int(excluded)
    return run.resource


def peers(experiment: Experiment, run: Run) -> list[str]:
    """The runs that may be compared with this one as they are, itself among them.

    They were given as much to learn from, and have all of their folds. A run that lacks folds is
    alone.
    """
    if not run.is_complete:
        return [run.run]
    return [
        other.run for other in experiment.runs if other.is_complete and given(other) == given(run)
    ]


def fold_values(run: Run, metric: str) -> dict[int, float]:
    """The metric in every fold of the split that speaks for the run; empty without folds."""
    split = run.split
    found = {s.fold: s.value for s in run.scores
             if s.fold is not None and s.metric == metric and s.split == split}  # fmt: skip
    return {fold: found[fold] for fold in sorted(found) if math.isfinite(found[fold])}


def score_points(experiment: Experiment, metric: str) -> pd.DataFrame:
    """What a chart of one metric needs, the best run first; runs without the metric are left out.

    Columns: `run`, `rank` (from 1), `value`, and of the folds `fold_mean`, `fold_std` (that of a
    sample, n - 1), `low` and `high` (the lowest and the highest fold). NaN without folds.
    """
    import pandas as pd

    rows: list[tuple[object, ...]] = []
    for name in ranked_runs(experiment, metric):
        run = experiment.run(name)
        value = run_metrics(run).get(metric, math.nan)
        if not math.isnan(value):
            folds = list(fold_values(run, metric).values())
            low, high = (min(folds), max(folds)) if folds else (math.nan, math.nan)
            rows.append((name, len(rows) + 1, value, mean(folds), std(folds), low, high))
    columns = ["run", "rank", "value", "fold_mean", "fold_std", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def fold_points(runs: Iterable[Run], metric: str) -> pd.DataFrame:
    """The metric in every fold of the split that speaks for a run: `run`, `fold`, `value`."""
    import pandas as pd

    rows = [
        (run.run, fold, value) for run in runs for fold, value in fold_values(run, metric).items()
    ]
    return pd.DataFrame(rows, columns=["run", "fold", "value"])


def mean(values: list[float]) -> float:
    """The mean, NaN of nothing."""
    return math.fsum(values) / len(values) if values else math.nan


def std(values: list[float]) -> float:
    """The standard deviation of a sample (n - 1), NaN of fewer than two."""
    if len(values) < 2:
        return math.nan
    middle = mean(values)
    return math.sqrt(math.fsum((value - middle) ** 2 for value in values) / (len(values) - 1))
