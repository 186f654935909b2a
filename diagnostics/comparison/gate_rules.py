"""What becomes of one rule that a run is held against, and by how much it fails."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from diagnostics.comparison.comparison import Comparison
from diagnostics.errors import DiagnosticsError, unknown_name
from diagnostics.statistics.resampling import REPETITIONS

if TYPE_CHECKING:
    from diagnostics.workspace import Experiment, Run

Kind = Literal["min", "max-drop", "max-broken", "alpha"]

#: Beyond it two figures differ: 0.90 - 0.88 is a little more than 0.02 in floating point.
ROUNDING = 1e-9
#: Metrics that lie between 0 and 1, unless a file has them as percentages.
_SHARES = (
    *("accuracy", "balanced_accuracy"),
    *(f"{how}_{what}" for how in ("macro", "weighted") for what in ("precision", "recall", "f1")),
)


@dataclass(frozen=True)
class Limit:
    """A metric with the value that a rule sets for it, as in `accuracy=0.85`."""

    metric: str
    value: float


@dataclass(frozen=True)
class Significance:
    """Whether a run is worse beyond chance; `p` is None where a bootstrap interval says so."""

    is_worse: bool
    says: str
    p: float | None = None


@dataclass(frozen=True)
class Ruling:
    """What became of one rule, and in a sentence what it `says`.

    `measured` was held against `limit` and is beyond it by `by`: 0 or less where it is not. Of the
    rule `alpha` it is a p-value, and `by` is None.
    """

    kind: Kind
    metric: str
    limit: float
    measured: float
    passed: bool
    by: float | None
    says: str
    significance: Significance | None = None


@dataclass(frozen=True)
class Against:
    """A run and its baseline; `comparison` is None where one of them kept no answers."""

    experiment: Experiment
    run: Run
    baseline: Run
    comparison: Comparison | None


def minimum(experiment: Experiment, run: Run, limit: Limit) -> Ruling:
    """Whether a metric of the run reaches its minimum.

    Raises
    ------
    DiagnosticsError
        If the run has no such metric or no number for it, or if less of it is better.
    """
    from diagnostics.workspace.scores import rises

    value = _metric(experiment, run, limit.metric)
    if not rises(experiment, limit.metric):
        raise DiagnosticsError(
            f"Of {limit.metric} less is better, so a minimum says nothing.",
            hint="Use --max-drop with --baseline.",
        )
    _refuse_percent("--min", limit, value)
    by = limit.value - value
    passed = by <= ROUNDING
    says = f"{limit.metric} is {value:.6g}, " + (
        f"at least {limit.value:.6g}."
        if passed
        else f"{by:.4g} below the minimum of {limit.value:.6g}."
    )
    return Ruling("min", limit.metric, limit.value, value, passed, by, says)


def _metric(experiment: Experiment, run: Run, name: str) -> float:
    from diagnostics.workspace.scores import metric_names, run_metrics

    known = run_metrics(run)
    if name not in known:
        if name in metric_names(experiment):
            raise DiagnosticsError(f"Run {run.run!r} has no {name}.", hint="Other runs have.")
        raise unknown_name("metric", name, sorted(known))
    if not math.isfinite(known[name]):
        raise DiagnosticsError(
            f"The {name} of run {run.run!r} is {known[name]}, which is no number.",
            hint="Check by another metric.",
        )
    return known[name]


def _refuse_percent(option: str, limit: Limit, *values: float) -> None:
    """A share of 85 is never reached, and no share drops by 2: the one fails, the other passes."""
    if limit.metric not in _SHARES or limit.value <= 1 or max(values) > 1:
        return
    raise DiagnosticsError(
        f"{option} {limit.metric}={limit.value:g} is more than 1, and {limit.metric} is a share "
        "from 0 to 1.",
        hint=f"Write {limit.metric}={limit.value / 100:g} for {limit.value:g} %.",
    )


def drop(pair: Against, limit: Limit, alpha: float | None) -> Ruling:
    """Whether a metric got worse by no more than the limit, or not significantly so at `alpha`.

    Raises
    ------
    DiagnosticsError
        If a run has no such metric, or significance is asked for and cannot be judged.
    """
    from diagnostics.workspace.scores import direction, rises

    name = limit.metric
    before, after, is_paired = _both(pair, name)
    _refuse_percent("--max-drop", limit, before, after)
    worse = before - after if rises(pair.experiment, name) else after - before
    by = worse - limit.value
    exceeds = by > ROUNDING
    evidence = _judged(pair, name, alpha, is_paired=is_paired) if alpha is not None else None
    passed = not exceeds or (evidence is not None and not evidence.is_worse)
    clauses = [f"{name} went from {before:.6g} to {after:.6g}"]
    if worse > ROUNDING:
        more = f"{by:.4g} more than" if exceeds else "within"
        clauses.append(f"{worse:.4g} worse, {more} the {limit.value:.6g} allowed")
    if direction(pair.experiment, name) is None:
        clauses.append("taking more as better, for nothing says which way is up")
    if evidence is not None and exceeds:
        clauses.append(f"{'' if evidence.is_worse else 'but not '}significant ({evidence.says})")
    if not is_paired:
        clauses.append("by the figures in the files")
    says = ", ".join(clauses) + "."
    return Ruling("max-drop", name, limit.value, worse, passed, by, says, evidence)


def _both(pair: Against, name: str) -> tuple[float, float, bool]:
    """The metric of the baseline and of the run, and whether it is that of the paired examples."""
    if pair.comparison is not None:
        metrics = pair.comparison.metrics.set_index("metric")
        if name in metrics.index:
            return float(metrics.at[name, "a"]), float(metrics.at[name, "b"]), True
    before, after = (_metric(pair.experiment, run, name) for run in (pair.baseline, pair.run))
    return before, after, False


def _judged(pair: Against, metric: str, alpha: float, *, is_paired: bool) -> Significance:
    if pair.comparison is None or not is_paired:
        raise DiagnosticsError(
            f"Whether {metric} got worse by chance cannot be judged: it does not follow from the "
            "labels.",
            hint="Leave out --alpha, or take a metric such as accuracy or macro_f1.",
        )
    return significance(pair.comparison, metric, alpha)


def significance(comparison: Comparison, metric: str, alpha: float) -> Significance:
    """Whether the new run is worse beyond chance.

    For accuracy by McNemar's exact test, two-sided, with more broken than fixed; for any other
    metric where the paired bootstrap's interval for the difference, at level 1 - `alpha`, lies
    below zero.
    """
    if metric == "accuracy":
        p = comparison.mcnemar_p
        relation = "<" if p < alpha else "≥"
        is_worse = comparison.net < 0 and p < alpha
        return Significance(is_worse, f"p = {p:.2g} {relation} {alpha:g}", p)
    from diagnostics.comparison.paired_bootstrap import difference_intervals

    # At least ten resamples beyond each end, so that the ends mean something.
    repetitions = max(REPETITIONS, math.ceil(20 / alpha))
    intervals = difference_intervals(
        comparison.judged, len(comparison.labels), repetitions=repetitions, level=1 - alpha
    )
    low, high = intervals[metric]
    says = f"{100 * (1 - alpha):.4g} % interval of the difference {low:+.4g} to {high:+.4g}"
    return Significance(high < 0, says.replace("-", "−"))


def broken(comparison: Comparison, limit: int) -> Ruling:
    """Whether no more examples were broken than may be."""
    by = comparison.broken - limit
    says = f"{comparison.broken:,} examples were broken, " + (
        f"{by:,} more than the {limit:,} allowed." if by > 0 else f"{limit:,} are allowed."
    )
    return Ruling("max-broken", "broken", limit, comparison.broken, by <= 0, by, says)


def not_worse(comparison: Comparison, alpha: float) -> Ruling:
    """Whether there is no evidence, at `alpha`, that the run is right less often."""
    evidence = significance(comparison, "accuracy", alpha)
    p = comparison.mcnemar_p
    says = f"{comparison.fixed:,} fixed, {comparison.broken:,} broken: " + (
        f"right less often than the baseline ({evidence.says})."
        if evidence.is_worse
        else f"no evidence that it is worse than the baseline ({evidence.says})."
    )
    return Ruling("alpha", "accuracy", alpha, p, not evidence.is_worse, None, says, evidence)


__all__ = [
    "Against",
    "Limit",
    "Ruling",
    "Significance",
    "broken",
    "drop",
    "minimum",
    "not_worse",
    "significance",
]
