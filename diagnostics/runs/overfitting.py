"""Train against held-out scores: whether a run learns anything, enough, or too much."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from diagnostics.confusion.baseline import best_possible, chance_level
from diagnostics.runs.pareto import standard_error
from diagnostics.statistics.metric_names import is_percentage, metric_text
from diagnostics.workspace import Evidence, Experiment, Run
from diagnostics.workspace.scores import fold_values, given, mean, rises, run_metrics, std

if TYPE_CHECKING:
    import pandas as pd

Verdict = Literal["wiring", "capacity", "generalisation", "fine", "unknown"]

#: Train is far from held out: by more than so many standard deviations of the folds …
GAP_SPREADS = 2.0
#: … and by at least so much, of metrics from 0 to 1; where no spread is known, by this much.
LEAST_GAP, LEAST_GAP_WITHOUT_SPREAD = 0.02, 0.05
#: A run that comes less than this far from chance to perfect on its own training rows learns too
#: little, whatever the other runs do.
LEAST_WAY = 0.5
#: Standard errors by which a score must be above chance to be told from it, and how much of the way
#: to perfect still counts as none. Further up, a score that cannot be told from chance is of too
#: few examples to be judged.
ABOVE_CHANCE, NO_WAY = 2.0, 0.1

COLUMNS = ["run", "train", "value", "gap", "spread", "verdict", "evidence", "milder"]


def train_value(run: Run, metric: str) -> float:
    """The run's score on the rows it learnt from: as its files say, the mean of its folds, or ours.

    NaN if nothing is known. Answers to training rows that the run has are counted.
    """
    said = [s for s in run.scores if s.split == "train" and s.metric == metric]
    whole = [score.value for score in said if score.fold is None]
    if said:
        return whole[0] if whole else mean([score.value for score in said])
    if "train" in run.splits and run.split != "train" and run.has(Evidence.PREDICTIONS):
        from diagnostics.confusion.matrix import confusion_matrix
        from diagnostics.statistics.metrics import summary_metrics

        counts = confusion_matrix(run, split="train").counts
        return summary_metrics(counts).get(metric, math.nan)
    return math.nan


def train_metrics(experiment: Experiment) -> list[str]:
    """The metrics with a score on training rows in some run, in the order of the files."""
    with_train = dict.fromkeys(
        score.metric for run in experiment.runs for score in run.scores if score.split == "train"
    )
    held_out = {metric for run in experiment.runs for metric in run_metrics(run)}
    if any("train" in run.splits and run.split != "train" for run in experiment.runs):
        with_train |= dict.fromkeys(("accuracy", "macro_f1", "weighted_f1"))
    return [metric for metric in with_train if metric in held_out]


def training_points(
    experiment: Experiment,
    metric: str,
    *,
    names: Collection[str] | None = None,
    supports: Sequence[int] | None = None,
) -> pd.DataFrame:
    """Each run's score on its training rows and on held-out ones, with a verdict and its evidence.

    Parameters
    ----------
    names
        The runs to judge, all if None; they are compared with all of the experiment.
    supports
        The examples of each class, for what chance would score (`diagnostics.confusion.baseline`).

    Returns
    -------
    One row per run, in the experiment's order: `run`, `train`, `value` (held out), `gap` (how much
    better train is), `spread` (standard deviation of the held-out folds, else the standard error
    over examples), `verdict`, `evidence` (a sentence) and `milder`: a run that fits its training
    rows clearly less and answers unseen ones better, beyond a standard error; "" if there is none.

    Notes
    -----
    A ladder, from the bottom; the first rung that does not hold is the verdict:

    wiring
        A fit failed, there is no finite score, the score is not above chance by `ABOVE_CHANCE`
        standard errors and `NO_WAY` of the way to perfect, or training rows are answered worse than
        held-out ones by as much as would otherwise be called far.
    capacity
        The run answers its own training rows worse than its best peer answers unseen ones, beyond
        the spread of that, or comes less than `LEAST_WAY` of the way from chance to perfect there.
    generalisation
        Train is above held out by more than `GAP_SPREADS` spreads, and by `LEAST_GAP`.
    """
    import pandas as pd

    ladder = _Ladder.of(experiment, metric, supports)
    wanted = None if names is None else set(names)
    rows = [ladder.row(run) for run in experiment.runs if wanted is None or run.run in wanted]
    return pd.DataFrame(rows, columns=COLUMNS).astype(
        {"train": float, "value": float, "gap": float, "spread": float}
    )


@dataclass(frozen=True)
class _Best:
    """The best held-out score among runs that were given as much."""

    run: str
    value: float
    spread: float


@dataclass(frozen=True)
class _Ladder:
    metric: str
    sign: float
    chance: float | None
    perfect: float | None
    best: dict[float | None, _Best]
    scores: dict[str, tuple[float, float]]
    #: By what was given: train scores in order, with the best run among those up to there.
    milder: dict[float | None, list[tuple[float, str]]]

    @classmethod
    def of(cls, experiment: Experiment, metric: str, supports: Sequence[int] | None) -> _Ladder:
        sign = 1.0 if rises(experiment, metric) else -1.0
        scores = {
            run.run: (train_value(run, metric), _held_out(run, metric)) for run in experiment.runs
        }
        best: dict[float | None, _Best] = {}
        for run in experiment.runs:
            value = scores[run.run][1]
            known = best.get(given(run))
            is_better = known is None or sign * value > sign * known.value
            if run.is_complete and math.isfinite(value) and is_better:
                best[given(run)] = _Best(run.run, value, _spread(run, metric))
        chance, perfect = chance_level(metric, supports), best_possible(metric)
        if chance == perfect:  # a single true class: one answer for all is always right
            chance = None
        milder = _best_up_to(experiment, scores, sign)
        return cls(metric, sign, chance, perfect, best, scores, milder)

    def row(self, run: Run) -> tuple[str, float, float, float, float, Verdict, str, str]:
        train, value = self.scores[run.run]
        verdict, evidence = self._judged(run, train, value)
        milder = self._milder(run, train, value) if verdict == "generalisation" else ""
        if milder:
            fitted, answered = (self._text(score) for score in self.scores[milder])
            evidence += (
                f" {milder} fits its training rows less ({fitted}) and answers unseen ones better "
                f"({answered})."
            )
        gap = self.sign * (train - value)
        return run.run, train, value, gap, _spread(run, self.metric), verdict, evidence, milder

    def _judged(self, run: Run, train: float, value: float) -> tuple[Verdict, str]:
        wiring = self._wiring(run, train, value)
        if wiring:
            return "wiring", wiring
        if run.split == "train":
            return "unknown", "It was judged on its training rows only."
        if self._is_near(run, value):
            chance = self._text(float(self.chance or 0.0))
            return "unknown", (
                f"Held out {self._text(value)}: too few examples to tell that from the {chance} of "
                "one answer for all."
            )
        if not math.isfinite(train):
            return "unknown", f"Held out {self._text(value)}; no train score is known."
        if not run.is_complete:
            return "unknown", "It lacks folds that its search planned."
        capacity = self._capacity(run, train)
        if capacity:
            return "capacity", capacity
        return self._generalisation(run, train, value)

    def _wiring(self, run: Run, train: float, value: float) -> str:
        failed = next((p.what for p in run.problems if p.code == "failed-fits"), "")
        if failed:
            return failed
        if not math.isfinite(value):
            return "" if run.split == "train" else "It has no finite score on held-out rows."
        if self.chance is not None and self._way(value) < NO_WAY and self._is_near(run, value):
            return self._no_better(run, train, value)
        far = self._far(run)
        if math.isfinite(train) and self.sign * (value - train) > far:
            return (
                f"Held-out rows are answered better ({self._text(value)}) than training rows "
                f"({self._text(train)}): dropout or altered training rows do that, and so does a "
                "mix-up of the two."
            )
        return ""

    def _is_near(self, run: Run, value: float) -> bool:
        """Whether the score cannot be told from chance."""
        error = standard_error(run, self.metric)
        margin = ABOVE_CHANCE * error if math.isfinite(error) else 0.0
        return self.chance is not None and self.sign * (value - self.chance) <= margin

    def _way(self, value: float) -> float:
        """How far from chance to perfect a score is; 1 where that is not known."""
        if self.chance is None or self.perfect is None:
            return 1.0
        return (value - self.chance) / (self.perfect - self.chance)

    def _no_better(self, run: Run, train: float, value: float) -> str:
        chance = float(self.chance or 0.0)
        words = f"Held out {self._text(value)}, and one answer for all gives {self._text(chance)}"
        if self.sign * (value - chance) > 0:
            words += ", which is within two standard errors"
        if not math.isfinite(train):
            return f"{words}."
        above = "no better" if self._is_near(run, train) else "better"
        return f"{words}; on training rows it is {above} ({self._text(train)})."

    def _capacity(self, run: Run, train: float) -> str:
        best = self.best.get(given(run))
        if best is not None and best.run != run.run:
            allowed = best.spread if math.isfinite(best.spread) else 0.0
            if self.sign * (best.value - train) > allowed:
                return (
                    f"Its own training rows it answers worse ({self._text(train)}) than {best.run} "
                    f"answers unseen ones ({self._text(best.value)})."
                )
        way = self._way(train)
        if self.chance is not None and way < LEAST_WAY:
            return (
                f"On its own training rows ({self._text(train)}) it comes {way:.0%} of the way "
                f"from one answer for all ({self._text(self.chance)}) to none wrong."
            )
        return ""

    def _generalisation(self, run: Run, train: float, value: float) -> tuple[Verdict, str]:
        gap, spread = self.sign * (train - value), _spread(run, self.metric)
        figures = f"Train {self._text(train)}, held out {self._text(value)}"
        if gap <= self._far(run):
            far = self._apart(self._far(run))
            return "fine", f"{figures}: {self._apart(abs(gap))} apart, and {far} would be far."
        times = f", {gap / spread:.0f} times the spread" if spread > 0 else ""
        return "generalisation", f"{figures}: {self._apart(gap)} apart{times}."

    def _milder(self, run: Run, train: float, value: float) -> str:
        """The best of the peers that fit their training rows clearly less, if it is better."""
        fitted = self.milder.get(given(run), [])
        lower = bisect_left(fitted, self.sign * train - LEAST_GAP, key=lambda known: known[0])
        if not lower:
            return ""
        _, other = fitted[lower - 1]
        error = standard_error(run, self.metric)
        is_better = self.sign * (self.scores[other][1] - value) > (
            error if math.isfinite(error) else 0.0
        )
        return other if is_better else ""

    def _far(self, run: Run) -> float:
        """How far train and held out may be apart without a word."""
        spread = _spread(run, self.metric)
        is_unit = self.perfect == 1.0 or all(
            0 <= v <= 1 for scores in self.scores.values() for v in scores if math.isfinite(v)
        )
        if not math.isfinite(spread) or spread == 0:
            return LEAST_GAP_WITHOUT_SPREAD if is_unit else math.inf
        return max(GAP_SPREADS * spread, LEAST_GAP if is_unit else 0.0)

    def _text(self, value: float) -> str:
        return metric_text(self.metric, value)

    def _apart(self, gap: float) -> str:
        if is_percentage(self.metric):
            return f"{100 * gap:.1f} points"
        return f"{gap:.3f}"


def _held_out(run: Run, metric: str) -> float:
    return math.nan if run.split == "train" else run_metrics(run).get(metric, math.nan)


def _best_up_to(
    experiment: Experiment, scores: dict[str, tuple[float, float]], sign: float
) -> dict[float | None, list[tuple[float, str]]]:
    """The best held-out run among those that fit their training rows up to as well, in order."""
    groups: dict[float | None, list[tuple[float, float, str]]] = {}
    for run in experiment.runs:
        train, value = scores[run.run]
        if run.is_complete and math.isfinite(train) and math.isfinite(value):
            groups.setdefault(given(run), []).append((sign * train, sign * value, run.run))
    best_up_to: dict[float | None, list[tuple[float, str]]] = {}
    for amount, known in groups.items():
        best, name = -math.inf, ""
        for train, value, run_name in sorted(known):
            best, name = (value, run_name) if value > best else (best, name)
            best_up_to.setdefault(amount, []).append((train, name))
    return best_up_to


def _spread(run: Run, metric: str) -> float:
    """The standard deviation of the held-out folds, else the standard error over examples."""
    folds = list(fold_values(run, metric).values())
    return std(folds) if len(folds) > 1 else standard_error(run, metric)
