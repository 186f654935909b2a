"""How far the difference between two runs may be chance: both scored on the same resamples.

The rows of a bootstrap are drawn as counts of cells (`diagnostics.statistics.resampling`). Two runs
on half a million examples have tens of thousands of cells, most of them small, and drawing a
thousand multinomials over these takes seconds. Independent Poisson counts are one table look-up
each, and given their total they are multinomial: so a little less than all rows is drawn as Poisson
counts, and row by row what is missing. The result has the distribution of the row bootstrap,
exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnostics.comparison.pairing import Cells
from diagnostics.statistics.resampling import (
    REPETITIONS,
    Counts,
    metrics_of_sums,
    percentile_interval,
)

Weights = NDArray[np.int32]

#: Cells from which on the tables pay.
_MANY = 1000
#: Standard deviations that the Poisson total stays below the number of rows, so that rows
#: seldom have to be taken away again.
_BELOW = 3.0
#: Cells up to this size are looked up in tables; a value that large never comes of them.
_LARGEST, _UNCERTAIN = 64, 255
_SLOTS = 1 << 16
#: Counts that are drawn at a time: bounds the memory.
_ENTRIES = 3_000_000


def difference_intervals(
    cells: Cells,
    n_labels: int,
    *,
    repetitions: int = REPETITIONS,
    seed: int = 0,
    level: float = 0.95,
) -> dict[str, tuple[float, float]]:
    """Percentile intervals of b - a for every metric of `summary_metrics`, by its name.

    Parameters
    ----------
    cells
        Paired examples whose truth is known.
    repetitions, seed
        How many resamples, and what makes them the same again. Which run is called the old one
        changes nothing but the signs.
    """
    ordered, sign = _canonical(cells)
    parts = [_differences(sums) for sums in _class_sums(ordered, n_labels, repetitions, seed)]
    return {
        name: percentile_interval(sign * np.concatenate([part[name] for part in parts]), level)
        for name in parts[0]
    }


def _canonical(cells: Cells) -> tuple[Cells, int]:
    """The cells in an order that is the same whichever run is the old one; -1 if they swapped."""
    rows = []
    for answers in ((cells.predicted_a, cells.predicted_b), (cells.predicted_b, cells.predicted_a)):
        order = np.lexsort((*answers[::-1], cells.true))
        rows.append(np.stack([cells.true, *answers, cells.n])[:, order])
    here, there = rows
    differing = np.flatnonzero(here != there)
    is_turned = bool(len(differing)) and bool(there.flat[differing[0]] < here.flat[differing[0]])
    return Cells(*(there if is_turned else here)), -1 if is_turned else 1


def _differences(sums: tuple[Any, ...]) -> dict[str, NDArray[np.float64]]:
    support, hits_a, given_a, hits_b, given_b = sums
    old = metrics_of_sums(hits_a, support, given_a)
    new = metrics_of_sums(hits_b, support, given_b)
    return {name: new[name] - old[name] for name in old}


def _class_sums(
    cells: Cells, n_labels: int, repetitions: int, seed: int
) -> Iterator[tuple[NDArray[np.float64], ...]]:
    """Support, and hits and number of answers of both runs, in every resample: resamples × labels.

    In parts of the resamples.
    """
    from scipy.sparse import csr_array

    everything = np.arange(len(cells.n))
    sums = []
    for codes, kept in (
        (cells.true, everything),
        (cells.true, np.flatnonzero(cells.true == cells.predicted_a)),
        (cells.predicted_a, everything),
        (cells.true, np.flatnonzero(cells.true == cells.predicted_b)),
        (cells.predicted_b, everything),
    ):
        ones = np.ones(len(kept), np.int32)
        sums.append(csr_array((ones, (codes[kept], kept)), shape=(n_labels, len(everything))))
    random = np.random.default_rng(seed)
    part = max(1, min(repetitions, _ENTRIES // max(len(everything), 1)))
    for start in range(0, repetitions, part):
        weights = _drawn(cells.n, min(part, repetitions - start), random)
        yield tuple((matrix @ weights).T.astype(float) for matrix in sums)


def _drawn(counts: Counts, repetitions: int, random: np.random.Generator) -> Weights:
    """Multinomial counts, cells × resamples, in the way that costs less."""
    if len(counts) > _MANY:
        return poisson_drawn(counts, repetitions, random)
    total = int(counts.sum())
    return random.multinomial(total, counts / total, repetitions).T.astype(np.int32)


def poisson_drawn(counts: Counts, repetitions: int, random: np.random.Generator) -> Weights:
    """How often each cell comes in each resample: an array of cells × `repetitions`.

    Every column is multinomial with the cells' shares and adds up to the number of rows.
    """
    total = int(counts.sum())
    scale = max(0.0, 1 - _BELOW / np.sqrt(total))
    drawn = np.empty((len(counts), repetitions), np.int32)
    large = counts > _LARGEST
    drawn[large] = random.poisson(counts[large, None] * scale, (int(large.sum()), repetitions))
    for size in np.unique(counts[~large]):
        cells = np.flatnonzero(counts == size)
        drawn[cells] = _looked_up(size * scale, (len(cells), repetitions), random)
    missing = total - drawn.sum(axis=0, dtype=np.int64)
    _add_rows(drawn, counts, np.maximum(missing, 0), random)
    for column in np.flatnonzero(missing < 0):
        surplus = random.multivariate_hypergeometric(drawn[:, column], -missing[column])
        drawn[:, column] -= surplus.astype(np.int32)
    return drawn


def _looked_up(
    rate: float, shape: tuple[int, int], random: np.random.Generator
) -> NDArray[np.uint8]:
    """Poisson counts of one small rate, from a table of the distribution function's inverse.

    The few slots in which the function steps are decided with more digits.
    """
    steps, table = _table(rate)
    n = shape[0] * shape[1]
    slots = random.integers(0, 1 << 64, n // 4 + 1, dtype=np.uint64).view(np.uint16)[:n]
    found = table.take(slots)
    unsure = np.flatnonzero(found == _UNCERTAIN)
    exact = (slots[unsure] + random.random(len(unsure))) / _SLOTS
    found[unsure] = np.searchsorted(steps, exact, side="right")
    return found.reshape(shape)


@lru_cache(maxsize=2 * _LARGEST)
def _table(rate: float) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """The Poisson distribution function, and its inverse at the start of each slot."""
    from scipy.special import pdtr

    steps = pdtr(np.arange(_UNCERTAIN), rate)
    table = np.searchsorted(steps, np.arange(_SLOTS) / _SLOTS, side="right").astype(np.uint8)
    table[(steps * _SLOTS).astype(np.int64).clip(max=_SLOTS - 1)] = _UNCERTAIN
    return steps, table


def _add_rows(drawn: Weights, counts: Counts, missing: Counts, random: np.random.Generator) -> None:
    """Draw `missing` more rows in every resample, one by one, into `drawn`."""
    cell_of_row = np.repeat(np.arange(len(counts)), counts)
    rows = random.integers(0, len(cell_of_row), int(missing.sum()))
    resample = np.repeat(np.arange(len(missing)), missing)
    added = np.bincount(cell_of_row[rows] * len(missing) + resample, minlength=drawn.size)
    drawn += added.reshape(drawn.shape).astype(np.int32)


__all__ = ["difference_intervals", "poisson_drawn"]
