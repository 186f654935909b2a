"""From a target or from costs to a threshold on the confidence, with how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from diagnostics.confidence.risk_coverage import evenly
from diagnostics.confidence.selective_counts import SelectiveCounts
from diagnostics.errors import DiagnosticsError
from diagnostics.statistics.intervals import clopper_pearson, clopper_pearson_upper
from diagnostics.statistics.metrics import Counts, Figures
from diagnostics.statistics.resampling import REPETITIONS, multinomial_weights, percentile_interval

#: The chance that a promised bound fails, and how many thresholds share it at most.
DELTA, TRIED = 0.05, 200
#: Levels that the thresholds of a resample are chosen among.
RESAMPLED_LEVELS = 250


@dataclass(frozen=True)
class TargetThreshold:
    """The threshold that answers most with at most `target` wrong among the answered.

    `reached` says whether there is one. If not, `threshold` is NaN, nothing is `answered`, and
    `nearest` is the lowest risk (for a guarantee: the lowest bound) that any threshold has. `low`
    and `high` hold the risk at the threshold: for `observed` a Clopper-Pearson interval that does
    not know of the search; for `guaranteed` 0 and the bound that was tested, with `tried` sharing
    the chance of failing.
    """

    kind: Literal["observed", "guaranteed"]
    target: float
    reached: bool
    threshold: float
    answered: int
    wrong: int
    coverage: float
    low: float
    high: float
    nearest: float
    tried: int

    @property
    def risk(self) -> float:
        """The share of wrong among the answered; NaN if nothing is."""
        return self.wrong / self.answered if self.answered else float("nan")


def observed_threshold(
    counts: SelectiveCounts, target: float, *, level: float = 0.95
) -> TargetThreshold:
    """The lowest threshold whose risk on these answers is at most `target`.

    It promises nothing for other answers: the risk was looked at to choose it, and is a little too
    low for that.

    Raises
    ------
    DiagnosticsError
        If the target is not from 0 to below 1.
    """
    _check_target(target)
    risk = counts.wrong_answered / np.maximum(counts.answered, 1)
    fitting = np.flatnonzero(counts.wrong_answered <= target * counts.answered)
    nearest = float(risk.min()) if len(risk) else float("nan")
    if not len(fitting):
        return _unreached("observed", target, nearest, tried=len(risk))
    at = int(fitting[-1])
    low, high = clopper_pearson(counts.wrong_answered[at], counts.answered[at], level)
    return _reached(
        counts, at, "observed", target, (float(low), float(high)), nearest, tried=len(risk)
    )


def guaranteed_threshold(
    counts: SelectiveCounts, target: float, *, delta: float = DELTA, tried: int = TRIED
) -> TargetThreshold:
    """The lowest threshold whose risk is at most `target` with probability 1 - `delta`.

    Parameters
    ----------
    counts
        Answers that were not used to train or to calibrate the model, drawn like those to come.
    target
        The share of wrong among the answered, from 0 to below 1.
    delta
        The chance that the promise fails.
    tried
        How many thresholds are tested at most. They lie evenly over the coverage and are chosen by
        the confidences alone; those that answer too few to pass even without a mistake are not
        tested, and take no part of `delta`.

    Raises
    ------
    DiagnosticsError
        If the target is not from 0 to below 1.

    Notes
    -----
    Selection with guaranteed risk, Geifman and El-Yaniv 2017: the Clopper-Pearson upper bound at
    `delta` / m for each of m thresholds; the union bound makes it hold for whichever is taken.
    """
    _check_target(target)
    kept = positions_tested(counts, target, delta=delta, tried=tried)
    if not len(kept):
        nearest = _lowest_bound(counts, delta, tried)
        return _unreached("guaranteed", target, nearest, tried=0)
    answered, wrong = counts.answered[kept], counts.wrong_answered[kept]
    bounds = clopper_pearson_upper(wrong, answered, 1 - delta / len(kept))
    fitting = np.flatnonzero(bounds <= target)
    nearest = float(bounds.min())
    if not len(fitting):
        return _unreached("guaranteed", target, nearest, tried=len(kept))
    best = int(fitting[-1])
    interval = (0.0, float(bounds[best]))
    return _reached(counts, int(kept[best]), "guaranteed", target, interval, nearest, len(kept))


def positions_tested(
    counts: SelectiveCounts, target: float, *, delta: float = DELTA, tried: int = TRIED
) -> Counts:
    """The levels whose bound is tested: evenly over the coverage, with enough answers to pass.

    Neither the choice nor the number looks at what was right, so the bounds stay valid.
    """
    kept = _spread(counts, tried) if target > 0 else np.empty(0, np.int64)
    while len(kept):
        needed = np.log(delta / len(kept)) / np.log1p(-target)
        enough = counts.answered[kept] >= needed
        if enough.all():
            break
        # What is dropped leaves more of `delta` to the others, which may need fewer answers then.
        kept = kept[enough]
    return kept


def _spread(counts: SelectiveCounts, tried: int) -> Counts:
    """At most so many levels, evenly over the coverage."""
    if not counts.candidates:
        return np.empty(0, np.int64)
    wanted = np.ceil(counts.candidates * np.arange(1, tried + 1) / tried)
    kept: Counts = np.unique(np.searchsorted(counts.answered, wanted))
    return kept


def needed_without_mistake(target: float, *, delta: float = DELTA) -> int:
    """How many answers, all right, it takes to promise `target` for one threshold."""
    return int(np.ceil(np.log(delta) / np.log1p(-target))) if 0 < target < 1 else 0


def _lowest_bound(counts: SelectiveCounts, delta: float, tried: int) -> float:
    """The lowest bound of all thresholds, were they tested whatever the target."""
    kept = _spread(counts, tried)
    if not len(kept):
        return float("nan")
    bounds = clopper_pearson_upper(
        counts.wrong_answered[kept], counts.answered[kept], 1 - delta / len(kept)
    )
    return float(bounds.min())


def _check_target(target: float) -> None:
    if not 0 <= target < 1:
        raise DiagnosticsError(f"The target must be from 0 to below 1; not {target}.")


def _reached(
    counts: SelectiveCounts,
    at: int,
    kind: Literal["observed", "guaranteed"],
    target: float,
    interval: tuple[float, float],
    nearest: float,
    tried: int,
) -> TargetThreshold:
    answered = int(counts.answered[at])
    return TargetThreshold(
        kind=kind,
        target=target,
        reached=True,
        threshold=counts.threshold(at),
        answered=answered,
        wrong=int(counts.wrong_answered[at]),
        coverage=answered / counts.total,
        low=interval[0],
        high=interval[1],
        nearest=nearest,
        tried=tried,
    )


def _unreached(
    kind: Literal["observed", "guaranteed"], target: float, nearest: float, *, tried: int
) -> TargetThreshold:
    nothing = float("nan")
    return TargetThreshold(
        kind, target, False, nothing, 0, 0, 0.0, nothing, nothing, nearest, tried
    )


@dataclass(frozen=True)
class CostThreshold:
    """The threshold that costs least on these answers; infinite where no answer at all is cheapest.

    `cost` is per example, `cost_of_all` with everything answered, `cost_of_none` with nothing.
    `low` and `high` hold the best thresholds of 95 % of the resamples. `calibrated` is what Chow's
    rule takes where a confidence of 0.8 means right in 80 of 100.
    """

    threshold: float
    cost: float
    cost_of_all: float
    cost_of_none: float
    low: float
    high: float
    calibrated: float


def cheapest_threshold(
    counts: SelectiveCounts,
    *,
    cost_error: float,
    cost_reject: float = 1.0,
    repetitions: int = REPETITIONS,
    seed: int = 0,
) -> CostThreshold:
    """The threshold with the lowest mean cost, of equals the one that answers most.

    Parameters
    ----------
    counts
        Answers by confidence, at least one.
    cost_error, cost_reject
        What a wrong answer costs, and no answer; a right answer costs nothing, nor does none to an
        example that is out of scope.
    repetitions, seed
        Of the bootstrap over examples that gives the interval. It chooses among
        `RESAMPLED_LEVELS` thresholds that lie evenly over the coverage.

    Raises
    ------
    DiagnosticsError
        If a cost is negative, a wrong answer costs nothing, or there is no answer.

    Notes
    -----
    Chow 1970: with calibrated confidence, answer from 1 - cost_reject / cost_error on.
    """
    if cost_error <= 0 or cost_reject < 0:
        raise DiagnosticsError("A wrong answer must cost something, and no answer not less than 0.")
    if not counts.total:
        raise DiagnosticsError("There are no answers to choose a threshold from.")
    costs = _costs(counts, cost_error, cost_reject)
    # In reverse: argmin takes the first of equals, and the last one answers most.
    best = len(costs) - 1 - int(np.argmin(costs[::-1]))
    low, high = _resampled(counts, cost_error, cost_reject, repetitions, seed)
    return CostThreshold(
        threshold=counts.threshold(best - 1) if best else float("inf"),
        cost=float(costs[best] / counts.total),
        cost_of_all=float(costs[-1] / counts.total),
        cost_of_none=float(costs[0] / counts.total),
        low=low,
        high=high,
        calibrated=max(1 - cost_reject / cost_error, 0.0),
    )


def _costs(counts: SelectiveCounts, cost_error: float, cost_reject: float) -> Figures:
    """The summed cost of answering nothing, then down to each level."""
    due = counts.total - counts.abstained_outside - int(counts.outside.sum())
    answered = counts.answered - counts.outside_answered
    costs: Figures = np.concatenate(
        [
            [cost_reject * due],
            cost_error * counts.wrong_answered + cost_reject * (due - answered),
        ]
    )
    return costs


def _resampled(
    counts: SelectiveCounts, cost_error: float, cost_reject: float, repetitions: int, seed: int
) -> tuple[float, float]:
    """The percentile interval of the best threshold; what is withheld anyway costs the same."""
    if not counts.candidates:
        return float("nan"), float("nan")
    kept = evenly(counts.answered, RESAMPLED_LEVELS)
    answered, wrong, outside = (
        np.diff(part[kept], prepend=0)
        for part in (counts.answered, counts.wrong_answered, counts.outside_answered)
    )
    cells = np.concatenate([answered - wrong, wrong - outside, outside])
    drawn = multinomial_weights(cells, repetitions, seed).reshape(repetitions, 3, len(kept))
    # What answering a level adds to the cost of answering nothing.
    steps = np.array([-cost_reject, cost_error - cost_reject, cost_error]) @ drawn
    added = np.cumsum(steps, axis=1)
    added = np.concatenate([np.zeros((repetitions, 1)), added], axis=1)
    best = added.shape[1] - 1 - np.argmin(added[:, ::-1], axis=1)
    thresholds = np.concatenate([[np.inf], [counts.threshold(int(at)) for at in kept]])
    ordered = np.sort(thresholds[best])
    if np.isinf(ordered[-1]):  # no interpolation beside infinity
        last = len(ordered) - 1
        low, high = ordered[int(0.025 * last)], ordered[int(np.ceil(0.975 * last))]
        return float(low), float(high)
    return percentile_interval(ordered)


__all__ = [
    "DELTA",
    "RESAMPLED_LEVELS",
    "TRIED",
    "CostThreshold",
    "TargetThreshold",
    "cheapest_threshold",
    "guaranteed_threshold",
    "needed_without_mistake",
    "observed_threshold",
    "positions_tested",
]
