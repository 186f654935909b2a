"""How far each run's score may be from what it would be on other examples."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from diagnostics.statistics.metric_names import is_known, rises_by_name
from diagnostics.workspace.scores import fold_values, run_metrics

if TYPE_CHECKING:
    from diagnostics.runs.selection_bias import Resampled
    from diagnostics.runs.shared_folds import FoldDesign
    from diagnostics.workspace import Experiment, Run

#: Runs whose counts are resampled one by one, where their answers are not at hand together.
ONE_BY_ONE = 60
#: A score and the share of right answers are the same but for rounding in a file.
SAME = 5e-5
#: The standard normal distribution's 97.5 %.
Z = 1.959963984540054
Method = Literal["wilson", "bootstrap", "folds", ""]


@dataclass(frozen=True)
class Interval:
    """A 95 % interval of a score, and how it was found; NaN and "" where there is none."""

    low: float = math.nan
    high: float = math.nan
    method: Method = ""


def score_intervals(
    experiment: Experiment,
    metric: str,
    *,
    design: FoldDesign | None = None,
    resampled: tuple[Sequence[str], Resampled] | None = None,
) -> dict[str, Interval]:
    """A 95 % interval of the metric of each run that has one.

    Accuracy has Wilson's (1927) interval, from right answers among all. Other figures of the
    confusion matrix have the percentiles of the bootstrap over examples. What is only known by fold
    has the interval of the folds' mean by the corrected standard error, where `design` says how
    large the folds are.

    Parameters
    ----------
    design
        Of the folds of the runs.
    resampled
        Names of runs, with the metric of each in resamples of all of its examples.
    """
    import numpy as np

    intervals: dict[str, Interval] = {}
    if not (design and design.repeats):  # then the answers are more than the examples
        by_name = {run.run: _wilson(run, metric) for run in experiment.runs}
        intervals |= {name: one for name, one in by_name.items() if one.method}
    if resampled is not None:
        bounds = np.quantile(resampled[1].drawn, [0.025, 0.975], axis=0).T
        for name, (low, high) in zip(resampled[0], bounds.tolist(), strict=True):
            intervals.setdefault(name, Interval(low, high, "bootstrap"))
    left = [run for run in experiment.runs if run.run not in intervals]
    if not (design and design.repeats) and len(left) <= ONE_BY_ONE:
        intervals |= {run.run: one for run in left if (one := _resampled(run, metric)).method}
    if design is not None:
        by_folds = _folds([run for run in left if run.run not in intervals], metric, design)
        intervals |= by_folds
    return intervals


def interval_alone(run: Run, metric: str) -> Interval:
    """The same for a run with no other beside it; of counted answers without any heavy import."""
    if len(fold_values(run, metric)) < 2:
        found = _wilson(run, metric)
        return found if found.method else _resampled(run, metric)
    from diagnostics.runs.shared_folds import fold_design
    from diagnostics.workspace import Experiment

    design = fold_design(run, list(fold_values(run, metric)))
    alone = Experiment(run.run, run.task, (run,))
    together = _drawn_by_example(alone, run, metric) if design.repeats else None
    found_by_name = score_intervals(alone, metric, design=design, resampled=together)
    return found_by_name.get(run.run, Interval())


def _drawn_by_example(
    alone: Experiment, run: Run, metric: str
) -> tuple[Sequence[str], Resampled] | None:
    """The metric in resamples of examples that were answered several times."""
    from diagnostics.predictions.aligned_runs import alignable_runs, aligned_answers
    from diagnostics.runs.selection_bias import RESAMPLED
    from diagnostics.runs.tests_against_best import rows_of

    runs, _ = alignable_runs(alone, run)
    if metric not in RESAMPLED or not runs:
        return None
    rows = rows_of(aligned_answers(runs))
    return (rows.runs, rows.resampled(metric)) if len(rows.true) else None


def _wilson(run: Run, metric: str) -> Interval:
    """`statistics.intervals.wilson`, without NumPy, so that a summary starts at once."""
    n = _counted(run) if metric == "accuracy" else None
    if n is None or run.errors is None:
        return Interval()
    right = n - run.errors
    share, spread = right / n, Z**2 / n
    middle = (share + spread / 2) / (1 + spread)
    reach = Z / (1 + spread) * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    # At the ends the bounds are 0 and 1, which rounding may miss by a digit.
    low, high = (middle - reach if right else 0.0), (middle + reach if run.errors else 1.0)
    return Interval(low, high, "wilson")


def _counted(run: Run) -> int | None:
    """How many examples the accuracy is a share of, if it is that of those the run counts."""
    n: int | None = run.examples
    if run.task != "classification" or not n or run.errors is None:
        return None
    score = run_metrics(run).get("accuracy", math.nan)
    if abs(score - (1 - run.errors / n)) >= 0.5 / n:  # some may have no true label
        from diagnostics.confusion.matrix import judged_examples

        n = judged_examples(run)
    return n if n and abs(score - (1 - run.errors / n)) <= SAME else None


def _resampled(run: Run, metric: str) -> Interval:
    """The bootstrap of the run's own confusion matrix."""
    import numpy as np

    from diagnostics.confusion.matrix import confusion_matrix
    from diagnostics.statistics.resampling import (
        multinomial_weights,
        percentile_interval,
        resampled_metrics,
    )

    if not run.confusion_is_exact or metric not in run.metrics or metric == "accuracy":
        return Interval()
    matrix = confusion_matrix(run)
    true, predicted = np.nonzero(matrix.counts)
    weights = multinomial_weights(matrix.counts[true, predicted])
    values = resampled_metrics(true, predicted, weights, len(matrix.labels)).get(metric)
    if values is None or not matrix.total:
        return Interval()
    return Interval(*percentile_interval(values), "bootstrap")


def _folds(runs: Sequence[Run], metric: str, design: FoldDesign) -> dict[str, Interval]:
    from diagnostics.statistics.fold_tests import fold_interval

    intervals = {}
    for run in runs:
        values = list(fold_values(run, metric).values())
        low, high = (float(bound) for bound in fold_interval(values, design.ratio))
        if low < high:  # folds that all score the same do not say how far they may be from it
            # Student's distribution does not know where a share ends.
            if is_known(metric) and rises_by_name(metric) and 0 <= min(values) <= max(values) <= 1:
                low, high = max(low, 0.0), min(high, 1.0)
            intervals[run.run] = Interval(low, high, "folds")
    return intervals
