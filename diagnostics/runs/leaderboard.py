"""The ranking of runs with its uncertainty: who cannot be told from the best, and by which test."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from diagnostics.runs.score_intervals import Interval, interval_alone, score_intervals
from diagnostics.runs.standings import (
    ALPHA,
    TIMES,
    JudgedBy,
    Leaderboard,
    Over,
    Recommendation,
    Standing,
)
from diagnostics.workspace.asked_for import the_experiment
from diagnostics.workspace.scores import headline, peers, ranked_runs, rises, run_metrics

if TYPE_CHECKING:
    from diagnostics.runs.selection_bias import Resampled, SelectionBias
    from diagnostics.runs.tests_against_best import AgainstBest, Rows
    from diagnostics.workspace import Experiment, Run


def run_leaderboard(
    experiment: Experiment, metric: str | None = None, *, selection: bool = True
) -> Leaderboard:
    """The runs of an experiment ranked by a metric, with intervals, tests and their consequences.

    Only runs that may be compared as equals are (`diagnostics.workspace.scores.peers`): given as
    much to learn from, with all of their folds. Where the answers to the same examples are known,
    those decide who can be told from the best; else the folds do. Of an experiment with one run
    nothing is computed but its score with its interval.

    Parameters
    ----------
    metric
        The experiment's headline unless told otherwise.
    selection
        Whether to ask what the best score owes to having been picked.
    """
    experiment = the_experiment(experiment)
    by = metric or headline(experiment)
    scores = {run.run: run_metrics(run).get(by, math.nan) for run in experiment.runs}
    order = ranked_runs(experiment, by)
    scored = [name for name in order if math.isfinite(scores[name])]
    if len(order) == 1:
        (run,) = experiment.runs
        return Leaderboard(by, (Standing(run.run, scores[run.run], interval_alone(run, by)),), 0)
    if not scored:
        return Leaderboard(by, tuple(Standing(name, scores[name]) for name in order), 0)
    equals = set(peers(experiment, experiment.run(scored[0])))
    names = [name for name in scored if name in equals]
    return _Judging(experiment, by, order, scores, names, selection=selection).leaderboard()


class _Judging:
    """The parts of a leaderboard, each computed once; `names` are the peers, the best first."""

    def __init__(
        self,
        experiment: Experiment,
        metric: str,
        order: Sequence[str],
        scores: dict[str, float],
        names: Sequence[str],
        *,
        selection: bool,
    ) -> None:
        from diagnostics.runs.shared_folds import shared_folds

        self.experiment, self.metric, self.order, self.scores = experiment, metric, order, scores
        self.names, self.wants_selection = list(names), selection
        self.sign = 1 if rises(experiment, metric) else -1
        self.rows, self.obstacles = self._rows()
        self.folds = shared_folds(experiment, self.names, metric)

    @property
    def best(self) -> Run:
        return self.experiment.run(self.names[0])

    def _rows(self) -> tuple[Rows | None, dict[str, str]]:
        """The answers of all peers that can be laid beside the best one's."""
        from diagnostics.predictions.aligned_runs import (
            UNLINKED,
            alignable_runs,
            aligned_answers,
            linked_runs,
        )
        from diagnostics.runs.tests_against_best import rows_of

        runs, obstacles = alignable_runs(self.experiment, self.best)
        size = self.best.examples or 0
        place = {name: number for number, name in enumerate(self.names)}
        kept = []
        for run in runs:
            # One run with few answers would leave few that all of them share.
            if (run.examples or 0) < size:
                obstacles[run.run] = f"it answered {run.examples or 0:,} of {size:,} examples"
            elif run.run in place:
                kept.append(run)
        linked = linked_runs(self.best, kept)
        obstacles |= {run.run: UNLINKED for run in kept if run.run not in linked}
        kept = sorted((run for run in kept if run.run in linked), key=lambda run: place[run.run])
        if len(kept) < 2 or kept[0].run != self.names[0]:
            return None, obstacles
        rows = rows_of(aligned_answers(kept))
        return (rows, obstacles) if len(rows.true) else (None, obstacles)

    @cached_property
    def resampled(self) -> Resampled | None:
        """The metric of the runs with answers in resamples, where that is asked for at all."""
        from diagnostics.runs.selection_bias import RESAMPLED

        if self.rows is None or self.metric not in RESAMPLED:
            return None
        return self.rows.resampled(self.metric)

    @cached_property
    def by_examples(self) -> AgainstBest | None:
        from diagnostics.runs.tests_against_best import by_examples

        if self.rows is None:
            return None
        needs = self.metric != "accuracy" or self.rows.example is not None
        return by_examples(self.rows, self.metric, self.resampled if needs else None)

    @cached_property
    def by_folds(self) -> AgainstBest | None:
        from diagnostics.runs.tests_against_best import by_folds

        if self.folds is None or len(self.folds.runs) < 2:
            return None
        return by_folds(self.folds)

    def leaderboard(self) -> Leaderboard:
        """All of it."""
        selection, among = self._selection() if self.wants_selection else (None, ())
        shares = dict(zip(among, selection.shares.tolist(), strict=True)) if selection else {}
        intervals = self._intervals()
        recommendation, near = self._recommendation()
        standings = tuple(
            self._standing(name, intervals.get(name, Interval()), shares, near)
            for name in self.order
        )
        return Leaderboard(
            self.metric,
            standings,
            compared=len(self.names),
            rises=self.sign > 0,
            split=self.best.split,
            by_examples=self.by_examples,
            by_folds=self.by_folds,
            folds=self.folds,
            paired=self.rows.examples if self.rows else 0,
            selection=selection,
            selected_among=len(among),
            recommendation=recommendation,
        )

    def _intervals(self) -> dict[str, Interval]:
        """Resamples are of all of a run's examples only where all runs answered all of them."""
        together = None
        is_needed = self.metric != "accuracy" or (self.rows and self.rows.example is not None)
        if is_needed and self.rows is not None and self.resampled is not None:
            is_whole = len(self.rows.true) == self.best.examples or self.rows.example is not None
            together = (self.rows.runs, self.resampled) if is_whole else None
        design = self.folds.design if self.folds else None
        return score_intervals(self.experiment, self.metric, design=design, resampled=together)

    def _standing(
        self, name: str, interval: Interval, shares: dict[str, float], near: set[str]
    ) -> Standing:
        p, corrected = _p_of(self.by_examples, name)
        fold_p, fold_corrected = _p_of(self.by_folds, name)
        is_best, is_peer = name == self.names[0], name in self.names
        decides: JudgedBy = (
            "examples" if math.isfinite(p) else "folds" if math.isfinite(fold_p) else ""
        )
        verdict = (corrected if decides == "examples" else fold_corrected) > ALPHA
        if is_best:
            decides, verdict = "", True
        is_judged = bool(decides) or (is_best and self._tested() > 0)
        counts = self._counts(name) if decides == "examples" else (None, None)
        return Standing(
            run=name,
            score=self.scores[name],
            interval=interval,
            is_peer=is_peer,
            p_examples=p,
            p_examples_corrected=corrected,
            p_folds=fold_p,
            p_folds_corrected=fold_corrected,
            only_best=counts[0],
            only_this=counts[1],
            indistinguishable=verdict if is_judged else None,
            judged_by=decides,
            why_not="" if is_judged or is_best else self._why_not(name),
            share_selected=shares.get(name, math.nan),
            within_one_error=name in near if is_peer and near else None,
        )

    def _tested(self) -> int:
        return sum(test.tested for test in (self.by_examples, self.by_folds) if test)

    def _counts(self, name: str) -> tuple[int, int]:
        test = self.by_examples
        assert test is not None  # noqa: S101 - a run judged by examples is in that test
        place = test.runs.index(name)
        return int(test.only_best[place]), int(test.only_other[place])

    def _why_not(self, name: str) -> str:
        """Why a run was not held against the best."""
        run = self.experiment.run(name)
        if not math.isfinite(self.scores[name]):
            return "it has no such score"
        if not run.is_complete:
            return "it lacks folds that the others have"
        if name not in self.names:
            return "it was given another amount to learn from"
        if self.folds is not None and name in self.folds.runs:
            return "its folds differ from those of the best by the same in each"
        by_folds = "" if self.folds is None else self.folds.obstacles.get(name, "")
        if self.by_examples is None and self.rows is not None and name in self.rows.runs:
            return by_folds or "no test over examples is for this score, and it has no folds"
        reasons = [self.obstacles.get(name, "the answers of the best were not kept"), by_folds]
        return ", and ".join(reason for reason in reasons if reason)

    def _selection(self) -> tuple[SelectionBias | None, Sequence[str]]:
        """By resamples where there are answers, else by folds."""
        from diagnostics.runs.selection_bias import bootstrap_selection, fold_selection

        if self.rows is not None and self.resampled is not None:
            scores = self.rows.scores(self.metric)
            return bootstrap_selection(self.resampled, scores), self.rows.runs
        folds = self.folds
        if folds is not None and len(folds.runs) > 1 and math.isfinite(folds.design.ratio):
            return fold_selection(folds.values, rises=self.sign > 0), folds.runs
        return None, ()

    def _recommendation(self) -> tuple[Recommendation | None, set[str]]:
        """The one-standard-error rule of Breiman et al. (1984)."""
        error, over, corrected = self._standard_error()
        if not math.isfinite(error):
            return None, set()
        least = self.sign * self.scores[self.names[0]] - error
        near = [name for name in self.names if self.sign * self.scores[name] >= least]
        if len(near) == 1:
            return Recommendation(near[0], "", 1, error, over, corrected), set(near)
        for by in TIMES:
            times = [getattr(self.experiment.run(name), by) for name in near]
            if all(time is not None for time in times):
                fastest = near[times.index(min(times))]
                found = Recommendation(fastest, by, len(near), error, over, corrected)
                return found, set(near)
        return Recommendation("", "", len(near), error, over, corrected), set(near)

    def _standard_error(self) -> tuple[float, Over, bool]:
        """Of the best one's score: over folds where it has them, else over examples."""
        from diagnostics.confusion.matrix import judged_examples
        from diagnostics.statistics.fold_tests import corrected_standard_error

        folds = self.folds
        if folds is not None and math.isfinite(folds.design.ratio):
            ratio = folds.design.ratio if folds.design.repeats else 0.0
            error = float(corrected_standard_error(folds.values[0], ratio))
            return error, "folds", folds.design.repeats
        best, score = self.best, self.scores[self.names[0]]
        n = judged_examples(best) if best.errors is not None else None
        if self.metric == "accuracy" and n:
            return math.sqrt(score * (1 - score) / n), "examples", False
        if self.resampled is not None:
            return float(self.resampled.drawn[:, 0].std(ddof=1)), "examples", False
        return math.nan, "examples", False


def _p_of(test: AgainstBest | None, name: str) -> tuple[float, float]:
    if test is None or name not in test.runs:
        return math.nan, math.nan
    place = test.runs.index(name)
    return float(test.p[place]), float(test.corrected[place])


__all__ = ["run_leaderboard"]
