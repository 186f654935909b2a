"""Which parameters a model of the scores needs, where the runs are no full grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from diagnostics.runs.parameters.interactions import PairGain, pair_gains
from diagnostics.runs.parameters.trials import Factor, Trials

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Fewer runs, or a worse prediction of the runs that a tree has not seen, say nothing about them.
FEWEST_RUNS, LEAST_R2 = 20, 0.3
TREES = 200
#: Parameters, the weightiest, whose pairs are looked at.
PAIRED = 6
#: Texts of one parameter that get a column each; more are numbered.
_COLUMNS = 30


@dataclass(frozen=True, eq=False)
class Surrogate:
    """A forest's account of the scores: `r2` of runs out of the bag, and each parameter's weight.

    `weights` are what mixing up a parameter costs in squared error, out of the bag, as shares of
    what all of them cost; they add up to 1. NaN if nothing costs anything. `pairs` are those of the
    `PAIRED` weightiest that can be told apart, whether they interact or not; none where `r2` is
    below `LEAST_R2`.
    """

    r2: float
    weights: dict[str, float]
    pairs: tuple[PairGain, ...] = ()


def surrogate(trials: Trials, *, seed: int = 0) -> Surrogate:
    """A random forest from the parameters to the scores, asked which parameters it needs.

    Notes
    -----
    Breiman 2001, section 10: for each tree the values of one parameter are mixed up among the runs
    which that tree was not grown on, and its squared error rises. `TREES` trees, seeded.
    """
    import numpy as np
    from sklearn.ensemble import RandomForestRegressor

    columns = [_columns(factor) for factor in trials.factors]
    X, y = np.hstack(columns), trials.scores
    forest = RandomForestRegressor(TREES, random_state=seed, min_samples_leaf=2).fit(X, y)
    ends = np.cumsum([len(column.T) for column in columns])
    random = np.random.default_rng(seed)
    total, seen = np.zeros(len(y)), np.zeros(len(y))
    rises = np.zeros(len(columns))
    for tree, sample in zip(forest.estimators_, forest.estimators_samples_, strict=True):
        out = np.flatnonzero(np.bincount(sample, minlength=len(y)) == 0)
        if not len(out):
            continue
        mixed = _mixed_up(X[out], ends, random)
        answers = tree.predict(mixed.reshape(-1, X.shape[1])).reshape(len(columns) + 1, -1)
        errors = ((answers - y[out]) ** 2).mean(axis=1)
        rises += errors[1:] - errors[0]
        total[out] += answers[0]
        seen[out] += 1
    r2, weights = _r2(y, total, seen), _shares(trials, rises)
    if not r2 >= LEAST_R2:
        return Surrogate(r2, weights)
    heaviest = sorted(weights, key=lambda name: -weights[name])[:PAIRED]
    return Surrogate(r2, weights, tuple(pair_gains(forest, trials.factors, columns, y, heaviest)))


def _mixed_up(
    X: NDArray[np.float64], ends: NDArray[np.int64], random: np.random.Generator
) -> NDArray[np.float64]:
    """The rows as they are, then once for each parameter with its columns in another order."""
    import numpy as np

    mixed = np.repeat(X[None], len(ends) + 1, axis=0)
    for number, end in enumerate(ends, 1):
        start = ends[number - 2] if number > 1 else 0
        mixed[number, :, start:end] = X[random.permutation(len(X)), start:end]
    return mixed


def _columns(factor: Factor) -> NDArray[np.float64]:
    """A parameter as a tree can split it: its number, and a column for each value that is none."""
    import numpy as np

    numbers = np.array(factor.numbers)
    texts = [code for code, number in enumerate(numbers) if np.isnan(number)]
    parts = [factor.codes[:, None] == texts] if len(texts) <= _COLUMNS else [factor.codes[:, None]]
    if len(texts) < len(numbers):
        below = float(np.nanmin(numbers)) - 1.0
        parts.append(np.where(np.isnan(numbers), below, numbers)[factor.codes][:, None])
    return np.hstack([np.asarray(part, dtype=float) for part in parts])


def _r2(y: NDArray[np.float64], total: NDArray[np.float64], seen: NDArray[np.float64]) -> float:
    there = seen > 0
    rest = float(((y[there] - total[there] / seen[there]) ** 2).sum())
    whole = float(((y[there] - y[there].mean()) ** 2).sum())
    return 1.0 - rest / whole if whole > 0 else float("nan")


def _shares(trials: Trials, rises: NDArray[np.float64]) -> dict[str, float]:
    import numpy as np

    cost = np.clip(rises, 0.0, None)
    whole = float(cost.sum())
    shares = cost / whole if whole > 0 else np.full(len(cost), np.nan)
    return {factor.name: float(share) for factor, share in zip(trials.factors, shares, strict=True)}
