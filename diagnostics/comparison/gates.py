"""Whether a run may pass: minimums, drops against a baseline, and examples that it broke."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from diagnostics.comparison import gate_rules
from diagnostics.comparison.comparison import Comparison
from diagnostics.comparison.gate_rules import Against, Limit, Ruling
from diagnostics.errors import DiagnosticsError

if TYPE_CHECKING:
    from diagnostics.workspace import Experiment, Run

#: The smallest alpha: below it the resamples of the bootstrap say too little.
SMALLEST_ALPHA = 0.001


@dataclass(frozen=True)
class Rules:
    """What a run must fulfil; nothing is asked where all are empty.

    `minimums` bound metrics of the run from below. Against a baseline, `max_drops` bound how much
    worse a metric may be and `max_broken` how many examples may be broken. With `alpha` a drop
    fails only if it is significant at that level as well; with `alpha` and no `max_drops`, the run
    fails where it is right less often than the baseline and that is significant.
    """

    minimums: tuple[Limit, ...] = ()
    max_drops: tuple[Limit, ...] = ()
    max_broken: int | None = None
    alpha: float | None = None

    @property
    def need_baseline(self) -> bool:
        """Whether any of the rules is about a baseline."""
        return bool(self.max_drops) or self.need_answers

    @property
    def need_answers(self) -> bool:
        """Whether any of the rules is about single examples."""
        return self.max_broken is not None or self.alpha is not None


@dataclass(frozen=True)
class Check:
    """A run held against rules.

    `comparison` is with the baseline; None without one, or where one of the two kept no answers.
    """

    experiment: Experiment
    run: Run
    baseline: Run | None
    rulings: tuple[Ruling, ...]
    comparison: Comparison | None

    @property
    def passed(self) -> bool:
        """Whether no rule failed."""
        return all(ruling.passed for ruling in self.rulings)


def parse_limit(text: str, option: str) -> Limit:
    """The limit in a text such as `accuracy=0.85`, the value of `option` on the command line.

    Raises
    ------
    DiagnosticsError
        If it is none, or if what may get worse is bounded by a negative value.
    """
    metric, equals, number = text.partition("=")
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if not (equals and metric.strip() and math.isfinite(value)):
        raise DiagnosticsError(
            f"{option} must be METRIC=VALUE, such as accuracy=0.85; not {text!r}."
        )
    if option == "--max-drop" and value < 0:
        raise DiagnosticsError(
            f"{option} {text} is negative.", hint="Give how much worse it may be, 0 or more."
        )
    return Limit(metric.strip(), value)


def check_run(experiment: Experiment, run: str, baseline: str | None, rules: Rules) -> Check:
    """The run held against every rule, in the order minimum, drop, broken, alpha.

    Minimums are held against the figures of the split that speaks for the run, drops against those
    of the examples that both runs answered; where one of them kept no answers, or the metric does
    not follow from the labels, against what the files say.

    Raises
    ------
    DiagnosticsError
        If there is no rule, a rule needs a baseline and there is none, a run or metric does not
        exist, or the files do not allow a verdict.
    """
    _refuse_rules(rules, baseline)
    checked = experiment.run(run)
    rulings = [gate_rules.minimum(experiment, checked, limit) for limit in rules.minimums]
    if baseline is None:
        return Check(experiment, checked, None, tuple(rulings), None)
    other = experiment.run(baseline)
    comparison = _comparison(experiment, checked, other, rules)
    pair = Against(experiment, checked, other, comparison)
    rulings += [gate_rules.drop(pair, limit, rules.alpha) for limit in rules.max_drops]
    if comparison is not None and rules.max_broken is not None:
        rulings.append(gate_rules.broken(comparison, rules.max_broken))
    if comparison is not None and rules.alpha is not None and not rules.max_drops:
        rulings.append(gate_rules.not_worse(comparison, rules.alpha))
    return Check(experiment, checked, other, tuple(rulings), comparison)


def _refuse_rules(rules: Rules, baseline: str | None) -> None:
    if rules.alpha is not None and not SMALLEST_ALPHA <= rules.alpha < 1:
        raise DiagnosticsError(
            f"--alpha must be at least {SMALLEST_ALPHA} and less than 1, not {rules.alpha:g}."
        )
    if rules.max_broken is not None and rules.max_broken < 0:
        raise DiagnosticsError(f"--max-broken must be 0 or more, not {rules.max_broken}.")
    if rules.need_baseline and baseline is None:
        raise DiagnosticsError(
            "--max-drop, --max-broken and --alpha compare with another run.",
            hint="Name it with --baseline.",
        )
    if not (rules.minimums or rules.need_baseline):
        raise DiagnosticsError(
            "There is no rule to check.",
            hint="Give --min METRIC=VALUE, or --baseline RUN with --max-drop, --max-broken or "
            "--alpha.",
        )


def _comparison(experiment: Experiment, run: Run, baseline: Run, rules: Rules) -> Comparison | None:
    """Both runs on the same examples; None where one kept no answers and no rule needs them."""
    from diagnostics.comparison.compare import compare_runs
    from diagnostics.predictions.completeness import has_answers

    if not rules.need_answers and not (has_answers(run) and has_answers(baseline)):
        return None
    comparison = compare_runs(experiment, baseline.run, run.run)
    if not comparison.has_truth and rules.need_baseline:
        raise DiagnosticsError(
            f"Without true labels nothing says whether {run.run!r} is worse than {baseline.run!r}.",
            hint="Add a column with the truth to the predictions.",
        )
    return comparison


__all__ = ["Check", "Rules", "check_run", "parse_limit"]
