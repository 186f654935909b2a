"""Tests of every run against the one that came out best, by examples and by folds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from diagnostics.runs.selection_bias import (
    RESAMPLED,
    Resampled,
    affordable_repetitions,
    observed_scores,
    resampled_scores,
)
from diagnostics.statistics.mcnemar import mcnemar_exact
from diagnostics.statistics.multiple_testing import holm

if TYPE_CHECKING:
    from diagnostics.predictions.aligned_runs import AlignedAnswers
    from diagnostics.runs.shared_folds import SharedFolds

Figures = NDArray[np.float64]
Test = Literal["mcnemar", "bootstrap", "folds"]


@dataclass(frozen=True, eq=False)
class AgainstBest:
    """Two-sided tests of `runs` against the first of them, aligned with `runs`.

    `p` and `corrected` (for the number of runs that were tested) are NaN for the best itself and
    where no test is possible. `only_best` and `only_other` count the examples that only the one and
    only the other answered rightly; they are 0 for tests over folds.
    """

    test: Test
    runs: tuple[str, ...]
    p: Figures
    corrected: Figures
    only_best: NDArray[np.int64]
    only_other: NDArray[np.int64]

    @property
    def tested(self) -> int:
        """How many runs were tested."""
        return int(np.isfinite(self.p).sum())


@dataclass(frozen=True, eq=False)
class Rows:
    """The answers that all of `runs` gave, a row each, as codes below `n_labels`.

    `true` has rows, `answers` runs × rows. `example` numbers the examples where some come several
    times, and is None where each comes once.
    """

    runs: tuple[str, ...]
    true: NDArray[np.int32]
    answers: NDArray[np.int32]
    n_labels: int
    example: NDArray[np.int64] | None

    @property
    def examples(self) -> int:
        """How many different examples there are."""
        return len(self.true) if self.example is None else int(self.example.max()) + 1

    def scores(self, metric: str) -> Figures:
        """The metric of every run on these rows."""
        return observed_scores(self.true, self.answers, metric, n_labels=self.n_labels)

    def resampled(self, metric: str) -> Resampled:
        """The metric of every run in resamples of the examples."""
        return resampled_scores(
            self.true,
            self.answers,
            metric,
            n_labels=self.n_labels,
            example=self.example,
            repetitions=affordable_repetitions(*self.answers.shape),
        )


def rows_of(aligned: AlignedAnswers) -> Rows:
    """The aligned answers whose truth is known, with those that no list of mistakes names."""
    known = aligned.truth >= 0
    right = np.repeat(np.arange(len(aligned.labels), dtype=np.int32), aligned.unlisted)
    answers = np.concatenate(
        [aligned.answers[:, known], np.broadcast_to(right, (len(aligned.runs), len(right)))], axis=1
    )
    ids = aligned.example.filter(known)
    example = None
    if not ids.is_unique().all():
        example = (ids.rank("dense").to_numpy() - 1).astype(np.int64)
    return Rows(
        aligned.runs,
        np.concatenate([aligned.truth[known], right]),
        answers,
        len(aligned.labels),
        example,
    )


def by_examples(rows: Rows, metric: str, resampled: Resampled | None = None) -> AgainstBest | None:
    """Tests on the examples that all runs answered; None for a metric that no test is for.

    Accuracy is tested by McNemar's exact test, corrected by Holm (1979). Other metrics, and
    accuracy where examples come several times, by the bootstrap of the differences on the same
    resamples, studentized, whose largest deviation over all runs corrects for their number (the
    single-step maximum of Romano and Wolf 2005; p = (1 + exceeding) / (1 + resamples)).
    """
    if metric not in RESAMPLED:
        return None
    right = rows.answers == rows.true
    only_best = (right[0] & ~right).sum(axis=1)
    only_other = (~right[0] & right).sum(axis=1)
    if metric == "accuracy" and rows.example is None:
        p = mcnemar_exact(only_other, only_best)
        p[0] = np.nan
        return AgainstBest("mcnemar", rows.runs, p, holm(p), only_best, only_other)
    drawn = (resampled or rows.resampled(metric)).drawn
    p, corrected = _bootstrap_p(rows.scores(metric), drawn)
    return AgainstBest("bootstrap", rows.runs, p, corrected, only_best, only_other)


def _bootstrap_p(scores: Figures, drawn: Figures) -> tuple[Figures, Figures]:
    """The p of the differences from the first run, and the same against the largest deviation."""
    difference = scores[0] - scores
    resampled = drawn[:, :1] - drawn
    spread = resampled.std(axis=0, ddof=1)
    varies = spread > 0
    scale = np.where(varies, spread, 1.0)
    deviation = np.abs(resampled - difference) / scale
    statistic = np.abs(difference) / scale
    largest = deviation.max(axis=1, keepdims=True)
    p, corrected = (
        (1 + (found >= statistic).sum(axis=0)) / (1 + len(drawn)) for found in (deviation, largest)
    )
    # Runs whose answers never differ are the same; the first is not tested against itself.
    p, corrected = np.where(varies, p, 1.0), np.where(varies, corrected, 1.0)
    p[0] = corrected[0] = np.nan
    return p, corrected


def by_folds(folds: SharedFolds) -> AgainstBest:
    """The corrected resampled t-test of every run against the first, corrected by Holm (1979)."""
    from diagnostics.statistics.fold_tests import corrected_t_test

    differences = folds.values[0] - folds.values
    p = corrected_t_test(differences, folds.design.ratio).p
    p[0] = np.nan
    none = np.zeros(len(folds.runs), np.int64)
    return AgainstBest("folds", folds.runs, p, holm(p), none, none)
