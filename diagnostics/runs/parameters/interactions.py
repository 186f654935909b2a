"""Pairs of parameters that interact, as a forest of the scores sees them in runs it has not seen.

Each tree is taken apart exactly, as by Hutter, Hoos and Leyton-Brown (2014): into its mean, what
each parameter adds by itself, and what each pair adds beyond that. Whether a pair's part is true
is asked of the runs that the tree was not grown on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from typing import TYPE_CHECKING, Any

from diagnostics.runs.parameters.trials import Factor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: A pair interacts if it explains at least this share of the spread of unseen runs beyond what both
#: do alone, and more than so many standard errors.
LEAST_GAIN, ERRORS = 0.02, 3.0
#: Parameters that rise or fall together among the runs, by more than this rank correlation, were
#: not varied independently: what their combination does cannot be told from what each does.
TOGETHER = 0.5
#: Of a number with more values than `LEVELS` so many parts of its range are told apart.
LEVELS, PARTS = 32, 24
#: Of many runs fewer trees are asked, so that this many answers are taken apart at most; but at
#: least the fewest trees.
WORK, FEWEST_TREES = 100_000, 50


@dataclass(frozen=True)
class PairGain:
    """What a pair explains of the spread of unseen runs, beyond both alone, and its standard error.

    `gain` is the rise of R² from the mean and all single parameters to those and the pair.
    """

    first: str
    second: str
    gain: float
    error: float

    @property
    def is_seen(self) -> bool:
        """Whether the pair can be said to interact."""
        return self.gain >= LEAST_GAIN and self.gain > ERRORS * self.error


@dataclass(frozen=True, eq=False)
class _Levels:
    """A parameter's values, or parts of its range, as the trees are asked for them.

    `rows` has a value for each of the parameter's columns, `shares` how often each was tried, and
    `codes` says which of them each run has.
    """

    rows: NDArray[np.float32]
    shares: NDArray[np.float64]
    codes: NDArray[np.int64]


def pair_gains(
    forest: Any,
    factors: Sequence[Factor],
    columns: Sequence[NDArray[np.float64]],
    scores: NDArray[np.float64],
    names: Sequence[str],
) -> list[PairGain]:
    """What each pair among `names` explains beyond both alone, the largest first.

    Parameters
    ----------
    forest
        A fitted `RandomForestRegressor` with bootstrap samples.
    factors, columns
        The parameters, and the columns of each as the forest was given them, a row for each run.
    scores
        What the forest was fitted on.
    names
        The parameters whose pairs are asked for. Pairs that were not varied independently, or that
        some run does not name, are left out.
    """
    import numpy as np

    levels = [_levels(factor, own) for factor, own in zip(factors, columns, strict=True)]
    wanted = [place for place, factor in enumerate(factors) if factor.name in names]
    pairs = [pair for pair in combinations(wanted, 2) if _is_free(*(factors[i] for i in pair))]
    if not pairs:
        return []
    owner = np.repeat(np.arange(len(columns)), [own.shape[1] for own in columns])
    alone, seen = np.zeros(len(scores)), np.zeros(len(scores))
    together = np.zeros((len(pairs), len(scores)))
    for tree, out in _unseen(forest, len(scores)):
        parts = _Parts(tree, levels, owner)
        alone[out] += parts.mean + sum(
            main[level.codes[out]] for main, level in zip(parts.mains, levels, strict=True)
        )
        for row, (i, j) in enumerate(pairs):
            together[row, out] += parts.pair(i, j)[levels[i].codes[out], levels[j].codes[out]]
        seen[out] += 1
    there = seen > 0
    rest = scores[there] - alone[there] / seen[there]
    spread = float(((scores[there] - scores[there].mean()) ** 2).sum())
    gains = []
    for (i, j), part in zip(pairs, together[:, there] / seen[there], strict=True):
        saved = rest**2 - (rest - part) ** 2
        error = float(saved.std(ddof=1)) * len(saved) ** 0.5
        gain = float(saved.sum())
        gains.append(PairGain(factors[i].name, factors[j].name, gain / spread, error / spread))
    return sorted(gains, key=lambda one: -one.gain)


def _unseen(forest: Any, n: int) -> Iterator[tuple[Any, NDArray[np.int64]]]:
    """Each tree with the runs that it was not grown on."""
    import numpy as np

    trees = zip(forest.estimators_, forest.estimators_samples_, strict=True)
    for tree, sample in islice(trees, max(FEWEST_TREES, WORK // n)):
        out = np.flatnonzero(np.bincount(sample, minlength=n) == 0)
        if len(out):
            yield tree.tree_, out


class _Parts:
    """One tree's mean, `mains` by parameter and level, and pairs, over all runs' values mixed up.

    Every combination of levels counts as often as its parts were tried, taken by themselves.
    """

    def __init__(self, tree: Any, levels: Sequence[_Levels], owner: NDArray[np.int64]) -> None:
        import numpy as np

        leaves = np.flatnonzero(tree.children_left < 0)
        self.reached = [inside[leaves].astype(float) for inside in _reached(tree, levels, owner)]
        shares = np.stack(
            [inside @ level.shares for inside, level in zip(self.reached, levels, strict=True)]
        )
        self.shares = np.where(shares > 0, shares, 1.0)
        self.weighted = shares.prod(axis=0) * tree.value[leaves, 0, 0]
        self.mean = float(self.weighted.sum())
        self.mains = [
            inside.T @ (self.weighted / own) - self.mean
            for inside, own in zip(self.reached, self.shares, strict=True)
        ]

    def pair(self, i: int, j: int) -> NDArray[np.float64]:
        """What two parameters add at each pair of their levels beyond both alone."""
        weights = self.weighted / self.shares[i] / self.shares[j]
        joint = (self.reached[i] * weights[:, None]).T @ self.reached[j]
        beyond: NDArray[np.float64] = (
            joint - self.mean - self.mains[i][:, None] - self.mains[j][None]
        )
        return beyond


def _reached(
    tree: Any, levels: Sequence[_Levels], owner: NDArray[np.int64]
) -> list[NDArray[np.bool_]]:
    """For each parameter, nodes × levels: which levels lead to a node, whatever the others are."""
    import numpy as np

    left, right, feature = tree.children_left, tree.children_right, tree.feature
    starts = np.searchsorted(owner, np.arange(len(levels)))
    inside = [np.ones((tree.node_count, len(level.shares)), bool) for level in levels]
    nodes = np.array([0])
    while len(nodes := nodes[left[nodes] >= 0]):
        splits = owner[feature[nodes]]
        for place, (level, within) in enumerate(zip(levels, inside, strict=True)):
            within[left[nodes]] = within[right[nodes]] = within[nodes]
            own = nodes[splits == place]
            values = level.rows[:, feature[own] - starts[place]].T
            goes_left = values <= tree.threshold[own][:, None]
            within[left[own]] &= goes_left
            within[right[own]] &= ~goes_left
        nodes = np.concatenate([left[nodes], right[nodes]])
    return inside


def _levels(factor: Factor, columns: NDArray[np.float64]) -> _Levels:
    import numpy as np

    groups = factor.codes
    if len(factor.values) > LEVELS:
        groups = _parts(factor)
    _, codes = np.unique(groups, return_inverse=True)
    # The middle run of a part of the range stands for it.
    order = np.lexsort((factor.codes, codes))
    counts = np.bincount(codes)
    middles = order[np.cumsum(counts) - counts + (counts - 1) // 2]
    return _Levels(
        columns[middles].astype(np.float32), counts / len(codes), np.asarray(codes, np.int64)
    )


def _parts(factor: Factor) -> NDArray[np.int64]:
    """Numbers in parts of their range with about equally many runs; others as they are."""
    import numpy as np

    numbers = np.array(factor.numbers)[factor.codes]
    known = np.isfinite(numbers)
    if not known.any():
        return factor.codes
    cuts = np.unique(np.quantile(numbers[known], np.linspace(0, 1, PARTS + 1)[1:-1]))
    return np.where(known, np.searchsorted(cuts, numbers), PARTS + factor.codes)


def _is_free(one: Factor, other: Factor) -> bool:
    """Whether two parameters were varied independently of one another, as far as ranks tell."""
    import numpy as np

    if not (one.is_set.all() and other.is_set.all()):
        return False
    return abs(float(np.corrcoef(_ranks(one.codes), _ranks(other.codes))[0, 1])) <= TOGETHER


def _ranks(codes: NDArray[np.int64]) -> NDArray[np.float64]:
    import numpy as np

    _, inverse, counts = np.unique(codes, return_inverse=True, return_counts=True)
    ranks: NDArray[np.float64] = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return ranks


__all__ = ["PairGain", "pair_gains"]
