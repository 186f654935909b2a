"""How much of the spread of the scores each parameter explains, exactly, on a full grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod
from typing import TYPE_CHECKING

from diagnostics.runs.parameters.trials import Factor, Trials

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Grid:
    """The scores of a full grid, an axis for each block of parameters that vary independently.

    Parameters that were tried in some combinations of their values only cannot be told apart; they
    are one block.
    """

    blocks: tuple[tuple[str, ...], ...]
    scores: NDArray[np.float64]


def full_grid(trials: Trials) -> Grid | None:
    """The runs as a full grid: every combination of the blocks' values is there; None if not.

    Runs with the same parameters are one cell with their mean. A grid has at least two blocks, or a
    single parameter.
    """
    import numpy as np

    blocks = _blocks(trials.factors)
    if not blocks or (len(blocks) == 1 and len(trials.factors) > 1):
        return None
    codes = [_joint([factor.codes for factor in block]) for block in blocks]
    shape = tuple(int(code.max()) + 1 for code in codes)
    if prod(shape) > len(trials.runs):
        return None
    sums, counts = np.zeros(shape), np.zeros(shape)
    np.add.at(sums, tuple(codes), trials.scores)
    np.add.at(counts, tuple(codes), 1)
    if not counts.all():
        return None
    names = tuple(tuple(factor.name for factor in block) for block in blocks)
    return Grid(names, sums / counts)


def variance_shares(scores: NDArray[np.float64]) -> pd.DataFrame:
    """The functional analysis of variance of a full grid up to pairs, exact.

    Parameters
    ----------
    scores
        One axis for each parameter, a cell for each combination of values.

    Returns
    -------
    `first` and `second` (axes; `second` is -1 for a parameter alone) and `share` of the variance, 0
    to 1; single parameters first, in order, then pairs. What the shares lack of 1 lies in threes
    and more, where the noise of the cells is, too. All NaN if the scores do not vary.

    Notes
    -----
    f_U = E[Y | U] minus f_V of all V within U, and the share is mean(f_U²) / var(Y), with every
    combination as likely as any other: Hooker 2007; Hutter, Hoos and Leyton-Brown 2014 estimate the
    same from a forest.
    """
    import numpy as np
    import pandas as pd

    axes = range(scores.ndim)
    centred = scores - scores.mean()
    variance = float((centred**2).mean())
    if variance <= np.finfo(float).eps ** 2 * float((scores**2).mean()):
        variance = np.nan
    alone = {axis: _mean_over_others(centred, axis) for axis in axes}
    rows = [(axis, -1, float((alone[axis] ** 2).mean()) / variance) for axis in axes]
    for first, second in combinations(axes, 2):
        joint = _mean_over_others(centred, first, second) - alone[first] - alone[second]
        rows.append((first, second, float((joint**2).mean()) / variance))
    return pd.DataFrame(rows, columns=["first", "second", "share"])


def _mean_over_others(centred: NDArray[np.float64], *kept: int) -> NDArray[np.float64]:
    others = tuple(axis for axis in range(centred.ndim) if axis not in kept)
    means: NDArray[np.float64] = centred.mean(axis=others, keepdims=True)
    return means


def _blocks(factors: Sequence[Factor]) -> list[list[Factor]]:
    """Parameters with whom some combination of values was not tried, put together."""
    import numpy as np

    block_of = {factor.name: {factor.name} for factor in factors}
    for one, other in combinations(factors, 2):
        seen = np.unique(one.codes * len(other.values) + other.codes).size
        if seen < len(one.values) * len(other.values):
            joint = block_of[one.name] | block_of[other.name]
            block_of |= dict.fromkeys(joint, joint)
    order = dict.fromkeys(frozenset(block_of[factor.name]) for factor in factors)
    return [[factor for factor in factors if factor.name in names] for names in order]


def _joint(codes: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """One code for each combination that occurs."""
    import numpy as np

    _, inverse = np.unique(np.column_stack(codes), axis=0, return_inverse=True)
    return np.asarray(inverse, dtype=np.int64).ravel()
