"""Which runs are worth their time: the Pareto front of score against seconds."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import TYPE_CHECKING, Literal

from diagnostics.confusion.matrix import judged_examples
from diagnostics.workspace import Experiment, Run
from diagnostics.workspace.scores import fold_values, rises, run_metrics, std

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

Clock = Literal["fit_seconds", "score_seconds"]


def pareto_front(scores: NDArray[np.float64], seconds: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which runs no other is at least as good and as fast as, and better in one of the two.

    Parameters
    ----------
    scores
        Higher is better.
    seconds
        Lower is better. A run without a finite score or time is not on the front.

    Notes
    -----
    Of runs that are equal in both, the first stands for all. O(n log n).
    """
    import numpy as np

    on_front = np.zeros(len(scores), dtype=bool)
    best = -math.inf
    for row in np.lexsort((-scores, seconds)):
        if not (math.isfinite(scores[row]) and math.isfinite(seconds[row])):
            continue
        if scores[row] > best:
            on_front[row], best = True, float(scores[row])
    return on_front


def worth_their_time(
    scores: NDArray[np.float64], seconds: NDArray[np.float64], errors: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """The runs of the front that beat every faster one kept by more than a standard error.

    The others are ε-dominated with ε their own standard error (`errors`; 0 where NaN): a faster run
    does as well as far as can be told. The fastest of the front is kept, then along the front each
    that gains more than ε over the last one kept (an ε-approximate Pareto set, Laumanns et al.
    2002).
    """
    import numpy as np

    front = np.flatnonzero(pareto_front(scores, seconds))
    kept = np.zeros(len(scores), dtype=bool)
    last = -math.inf
    for row in front[np.lexsort((scores[front], seconds[front]))]:
        error = float(errors[row]) if math.isfinite(errors[row]) else 0.0
        if scores[row] > last + error:
            kept[row], last = True, float(scores[row])
    return kept


def standard_error(run: Run, metric: str) -> float:
    """The standard error of a run's score: over its folds, else of an accuracy over its examples.

    That of k folds is sd / √k (n - 1). NaN where there are neither folds nor examples.
    """
    folds = list(fold_values(run, metric).values())
    if len(folds) > 1:
        return std(folds) / math.sqrt(len(folds))
    value = run_metrics(run).get(metric, math.nan)
    if metric == "accuracy" and 0 <= value <= 1 and (n := judged_examples(run)):
        return math.sqrt(value * (1 - value) / n)
    return math.nan


def time_points(
    experiment: Experiment, metric: str, clock: Clock, names: Collection[str] | None = None
) -> pd.DataFrame:
    """The score of each run against its seconds, with the front.

    Seconds are what the files say: where a run has folds, usually the mean over them.

    Returns
    -------
    One row per run that has both, the fastest first: `run`, `value`, `seconds`, `error` (standard
    error, NaN if unknown), `low` and `high` (one standard error either way; the value itself where
    that is unknown), `is_front`, `is_kept` (see `worth_their_time`).
    """
    import numpy as np
    import pandas as pd

    wanted = None if names is None else set(names)
    rows = []
    for run in experiment.runs:
        value, seconds = run_metrics(run).get(metric, math.nan), getattr(run, clock)
        known = math.isfinite(value) and seconds is not None and math.isfinite(seconds)
        if known and seconds >= 0 and (wanted is None or run.run in wanted):
            rows.append((run.run, value, float(seconds), standard_error(run, metric)))
    frame = pd.DataFrame(rows, columns=["run", "value", "seconds", "error"])
    frame = frame.astype({"value": float, "seconds": float, "error": float})
    sign = 1.0 if rises(experiment, metric) else -1.0
    scores, times = sign * frame["value"].to_numpy(), frame["seconds"].to_numpy()
    errors = frame["error"].to_numpy()
    known_error = np.where(np.isfinite(errors), errors, 0.0)
    frame = frame.assign(
        low=frame["value"] - known_error,
        high=frame["value"] + known_error,
        is_front=pareto_front(scores, times),
        is_kept=worth_their_time(scores, times, errors),
    )
    return frame.sort_values("seconds", kind="stable").reset_index(drop=True)
