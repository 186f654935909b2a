"""What the chosen run will really score: the best of many is partly the luckiest of many.

None of these corrects for choices made outside of the runs that are given, nor for one set of
examples that is used again and again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagnostics.statistics.resampling import REPETITIONS

Codes = NDArray[np.int32]
Figures = NDArray[np.float64]

#: What can be resampled for all runs at once; of all of them more is better.
RESAMPLED = (
    *("accuracy", "macro_f1", "weighted_f1", "balanced_accuracy"),
    *("macro_precision", "macro_recall", "weighted_precision", "weighted_recall"),
    "matthews_correlation",
)
#: Numbers that a block of resamples holds at most, for the memory's sake.
BLOCK = 8_000_000
#: Resamples × rows, and those × runs, that there are at most; but at least the fewest resamples.
DRAWN, WORK, FEWEST = 100_000_000, 20_000_000_000, 200


@dataclass(frozen=True, eq=False)
class Resampled:
    """One metric of every run, resamples × runs, on the rows drawn and on those left out.

    The rows are the same for all runs in a resample. NaN where nothing was left out.
    """

    drawn: Figures
    left_out: Figures


@dataclass(frozen=True, eq=False)
class SelectionBias:
    """What the best of these runs scores, less what it owes to having been picked.

    `naive` is its score, `corrected` what the method makes of it, `low` and `high` a 95 % interval
    (NaN where the method has none), `bound` a pessimistic figure (NaN without). `shares` says how
    often each run would have been picked, in their order; `repetitions` in how many tries.
    """

    method: str
    naive: float
    corrected: float
    low: float
    high: float
    bound: float
    shares: Figures
    repetitions: int
    rises: bool = True

    @property
    def optimism(self) -> float:
        """How much of the score is owed to having been picked; below 0 where none is visible."""
        return (self.naive - self.corrected) * (1 if self.rises else -1)


def resampled_scores(
    true: ArrayLike,
    answers: ArrayLike,
    metric: str,
    *,
    n_labels: int,
    example: ArrayLike | None = None,
    repetitions: int = REPETITIONS,
    seed: int = 0,
) -> Resampled:
    """A metric of every run in bootstrap resamples of the examples they share.

    Parameters
    ----------
    true
        The codes of the true labels, a row each.
    answers
        Runs × rows: the codes of the predicted labels, from 0 to `n_labels` - 1.
    metric
        One of `RESAMPLED`.
    example
        The number of each row's example from 0 on; rows of one example are drawn together.
    repetitions, seed
        How many resamples, and what makes them the same again.

    Notes
    -----
    Undefined precision, recall and F1 count as 0, as in
    `diagnostics.statistics.metrics.summary_metrics`.
    """
    if metric not in RESAMPLED:
        raise ValueError(f"metric must be one of {', '.join(RESAMPLED)}, not {metric!r}.")
    truth, given = np.asarray(true), np.asarray(answers)
    place = None if example is None else np.asarray(example)
    n = len(truth) if place is None else int(place.max(initial=-1)) + 1
    score = _scorer(truth, given, metric, n_labels)
    drawn: list[Figures] = []
    left_out: list[Figures] = []
    for weights in _draws(n, repetitions, seed):
        for found, share in ((drawn, weights), (left_out, (weights == 0).astype(np.float32))):
            found.append(score(share if place is None else share[:, place]))
    return Resampled(np.concatenate(drawn), np.concatenate(left_out))


def observed_scores(true: ArrayLike, answers: ArrayLike, metric: str, *, n_labels: int) -> Figures:
    """The metric of every run on all rows, by the same definitions; takes what the other does."""
    truth = np.asarray(true)
    score = _scorer(truth, np.asarray(answers), metric, n_labels)
    return np.asarray(score(np.ones((1, len(truth)), np.float32))[0], float)


def affordable_repetitions(runs: int, rows: int) -> int:
    """`REPETITIONS`, or fewer where so many runs and rows would take long."""
    most = min(DRAWN // max(rows, 1), WORK // max(runs * rows, 1))
    return int(min(REPETITIONS, max(FEWEST, most)))


def _draws(n: int, repetitions: int, seed: int) -> Iterator[NDArray[np.float32]]:
    """How often each of n examples comes, in blocks of resamples."""
    random = np.random.default_rng(seed)
    block = max(1, BLOCK // max(n, 1))
    for start in range(0, repetitions, block):
        weights = np.empty((min(block, repetitions - start), n), np.float32)
        for row in weights:
            row[:] = np.bincount(random.integers(0, n, n), minlength=n)
        yield weights


def _scorer(
    truth: Codes, answers: Codes, metric: str, n_labels: int
) -> Callable[[NDArray[np.float32]], Figures]:
    """What turns resamples × rows of weights into resamples × runs of the metric.

    Sums are whole numbers below 2²⁴: exact in 32 bits.
    """
    if metric == "accuracy":
        right = (answers == truth).astype(np.float32)
        return lambda weights: _divided((right @ weights.T).T, weights)
    of_truth = _indicator(truth, n_labels)
    of_answers = [_indicator(run * 2 + (run == truth), 2 * n_labels) for run in answers]

    def score(weights: NDArray[np.float32]) -> Figures:
        across = np.ascontiguousarray(weights.T)
        support = of_truth @ across
        with np.errstate(divide="ignore", invalid="ignore"):
            scores = [_figure(metric, of_run @ across, support) for of_run in of_answers]
        return np.where(weights.any(axis=1, keepdims=True), np.stack(scores, axis=1), np.nan)

    return score


def _divided(sums: NDArray[np.float32], weights: NDArray[np.float32]) -> Figures:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(sums / weights.sum(axis=1, dtype=float)[:, None])


def _indicator(codes: Codes, n: int) -> Any:
    """Codes × rows: 1 where the row has the code."""
    from scipy.sparse import csr_array

    order = np.argsort(codes, kind="stable").astype(np.int32)
    starts = np.searchsorted(codes[order], np.arange(n + 1)).astype(np.int32)
    ones = np.ones(len(codes), np.float32)
    return csr_array((ones, order, starts), shape=(n, len(codes)))


def _figure(
    metric: str, by_answer: NDArray[np.float32], support: NDArray[np.float32]
) -> NDArray[np.floating]:
    """One run's metric in every resample; `by_answer` has wrong and right answers in turn."""
    hits, predicted = by_answer[1::2], by_answer[::2] + by_answer[1::2]
    if metric == "matthews_correlation":
        return _matthews(*(part.astype(float) for part in (hits, predicted, support)))
    average, _, name = metric.partition("_")
    if name.endswith(("recall", "accuracy")):
        values, there = hits / support, support > 0
    elif name.endswith("precision"):
        values, there = hits / predicted, predicted > 0
    else:
        values, there = 2 * hits / (support + predicted), support + predicted > 0
    known = np.where(there, values, 0)
    if average == "weighted":
        return np.asarray((known * support).sum(axis=0) / support.sum(axis=0))
    occurs = support > 0 if average == "balanced" else support + predicted > 0
    return np.asarray(known.sum(axis=0) / occurs.sum(axis=0))


def _matthews(hits: Figures, predicted: Figures, support: Figures) -> Figures:
    """Gorodkin 2004, as scikit-learn has it: 0 where it is undefined."""
    total = support.sum(axis=0)
    covariance = hits.sum(axis=0) * total - (support * predicted).sum(axis=0)
    spread = (total**2 - (support**2).sum(axis=0)) * (total**2 - (predicted**2).sum(axis=0))
    return np.where(spread > 0, covariance / np.sqrt(np.maximum(spread, 1)), 0.0)


def bootstrap_selection(
    resampled: Resampled, scores: ArrayLike, *, level: float = 0.95
) -> SelectionBias:
    """Bootstrap bias-corrected selection: pick on the rows drawn, score on those left out.

    Parameters
    ----------
    resampled
        The metric of every run in resamples.
    scores
        The metric of every run on all rows. Ties go to the earlier run, here and in resamples.
    level
        Of the percentile interval, which is conservative: a score on the 37 % of the examples that
        are left out varies more than one on all of them.

    Notes
    -----
    BBC-CV of Tsamardinos, Greasidou and Borboudakis (2018, Machine Learning 107:1895-1922), with
    the scores on left-out rows moved by what the best run's differ from its score on all rows. For
    accuracy that is only the resampling's noise; macro averages are lower on fewer examples, which
    has nothing to do with picking.
    """
    observed = np.asarray(scores, float)
    best = int(observed.argmax())
    usable = np.isfinite(resampled.left_out).all(axis=1)
    drawn, left_out = resampled.drawn[usable], resampled.left_out[usable]
    if not len(drawn):
        nothing = np.zeros(len(observed))
        return SelectionBias(
            "bootstrap", observed[best], np.nan, np.nan, np.nan, np.nan, nothing, 0
        )
    picked = drawn.argmax(axis=1)
    of_picked = left_out[np.arange(len(picked)), picked]
    scored = of_picked + observed[best] - left_out[:, best].mean()
    low, high = np.quantile(scored, [(1 - level) / 2, (1 + level) / 2])
    return SelectionBias(
        method="bootstrap",
        naive=float(observed[best]),
        corrected=float(scored.mean()),
        low=float(low),
        high=min(float(high), 1.0),  # of all these metrics the most
        bound=np.nan,
        shares=np.bincount(picked, minlength=drawn.shape[1]) / len(picked),
        repetitions=len(picked),
    )


def fold_selection(scores: ArrayLike, *, rises: bool = True) -> SelectionBias:
    """Selection with one fold held out at a time: pick by the others, score on that one.

    Parameters
    ----------
    scores
        Runs × folds; the runs share their folds.
    rises
        Whether more is better.

    Notes
    -----
    `bound` is the estimate of Tibshirani and Tibshirani (2009, Annals of Applied Statistics
    3:822-829), which tends to be pessimistic. Ties go to the earlier run.
    """
    sign = 1 if rises else -1
    values = sign * np.asarray(scores, float)
    runs, folds = values.shape
    means = values.mean(axis=1)
    others = (values.sum(axis=1, keepdims=True) - values) / max(folds - 1, 1)
    picked = _first_best(others)
    best = int(_first_best(means[:, None])[0])
    bias = float((values.max(axis=0) - values[best]).mean())
    return SelectionBias(
        method="held-out folds",
        naive=sign * float(means[best]),
        corrected=sign * float(values[picked, np.arange(folds)].mean()),
        low=np.nan,
        high=np.nan,
        bound=sign * (float(means[best]) - bias),
        shares=np.bincount(picked, minlength=runs) / folds,
        repetitions=folds,
        rises=rises,
    )


def _first_best(values: Figures) -> NDArray[np.intp]:
    """The first row that reaches the column's maximum, but for rounding of sums."""
    return np.asarray((values >= values.max(axis=0) - 1e-12).argmax(axis=0))


__all__ = [
    "RESAMPLED",
    "Resampled",
    "SelectionBias",
    "affordable_repetitions",
    "bootstrap_selection",
    "fold_selection",
    "observed_scores",
    "resampled_scores",
]
