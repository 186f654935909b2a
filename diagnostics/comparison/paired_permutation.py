"""Whether a metric's difference may be chance: the answers of two runs, exchanged at random.

If the runs were equally good, it would not matter which of them gave which of the two answers to an
example. So the two are exchanged with probability ½, example by example, and the difference is
computed anew: the approximate randomization test (Noreen 1989), a permutation test of pairs.

Examples with the same two answers and the same truth among them are interchangeable. How many of
such a group are exchanged is binomial with ½: as many as bits are set in a word of random ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from diagnostics.comparison.pairing import Cells
from diagnostics.statistics.mcnemar import mcnemar_exact
from diagnostics.statistics.resampling import REPETITIONS, Counts, Figures, metrics_of_sums

#: Differences closer than this are equal: sums in another order differ by as much.
_ROUNDING = 1e-12
#: Bits of a word, and words that are drawn at a time: bounds the memory.
_BITS, _WORDS = 64, 3_000_000
#: Shares of right answers: of these the p of all exchanges is known, and is McNemar's.
_RIGHT_ANSWERS = ("accuracy", "weighted_recall")


class _Groups(NamedTuple):
    """Groups of `n` examples with the answers `first` and `second`; `right` is -1 for neither."""

    first: Counts
    second: Counts
    right: Counts
    n: Counts


class _Sums(NamedTuple):
    """Right answers and answers of both runs, and truths: arrays of exchanges × labels."""

    hits_a: Figures
    given_a: Figures
    hits_b: Figures
    given_b: Figures
    support: Figures

    def differences(self) -> dict[str, Figures]:
        """Every metric, b - a."""
        old = metrics_of_sums(self.hits_a, self.support, self.given_a)
        new = metrics_of_sums(self.hits_b, self.support, self.given_b)
        return {name: new[name] - old[name] for name in old}


def permutation_p(
    cells: Cells, n_labels: int, *, repetitions: int = REPETITIONS, seed: int = 0
) -> dict[str, float]:
    """Two-sided p-values of b - a for every metric of `summary_metrics`, by its name.

    Parameters
    ----------
    cells
        Paired examples whose truth is known.
    repetitions, seed
        How many times answers are exchanged, and what makes them the same again. Which run is
        called the old one changes nothing.

    Returns
    -------
    (1 + h) / (1 + `repetitions`), where h exchanges made a difference at least as large (Phipson
    and Smyth 2010): never below 1 / (1 + `repetitions`). Of accuracy, and of weighted recall, which
    is the same, the p of all possible exchanges is known: that of McNemar's exact test.
    """
    observed = _observed(cells, n_labels)
    seen = {name: abs(float(values[0])) for name, values in observed.differences().items()}
    hits = dict.fromkeys(seen, 0)
    for sums in _exchanged(cells, observed, repetitions, seed):
        for name, drawn in sums.differences().items():
            hits[name] += int(np.count_nonzero(np.abs(drawn) >= seen[name] - _ROUNDING))
    found = {name: (1 + n) / (1 + repetitions) for name, n in hits.items()}
    return {**found, **dict.fromkeys(_RIGHT_ANSWERS, _mcnemar(cells))}


def _mcnemar(cells: Cells) -> float:
    right_a, right_b = cells.predicted_a == cells.true, cells.predicted_b == cells.true
    fixed, broken = cells.n[~right_a & right_b].sum(), cells.n[right_a & ~right_b].sum()
    return float(mcnemar_exact(fixed, broken))


def _observed(cells: Cells, n_labels: int) -> _Sums:
    """The sums as they are: one row."""
    true, a, b, n = cells.true, cells.predicted_a, cells.predicted_b, cells.n
    return _Sums(
        _added_up(true, n * (a == true), n_labels),
        _added_up(a, n, n_labels),
        _added_up(true, n * (b == true), n_labels),
        _added_up(b, n, n_labels),
        _added_up(true, n, n_labels),
    )


def _added_up(codes: Counts, n: Counts, n_labels: int) -> Figures:
    sums = np.bincount(codes, weights=n, minlength=n_labels)
    return sums.astype(float)[None]


def _exchanged(cells: Cells, observed: _Sums, repetitions: int, seed: int) -> Iterator[_Sums]:
    """The sums after each exchange, in parts of the exchanges."""
    groups, n_labels = _groups(cells), observed.support.shape[1]
    group, bits = _words(groups.n)
    first, second, right = groups.first[group], groups.second[group], groups.right[group]
    # What run a gains where it takes the first answer, and loses as it does not take the second.
    swapped = _indicator(first, n_labels) - _indicator(second, n_labels)
    hits = _indicator(np.where(right == first, right, -1), n_labels) - _indicator(
        np.where(right == second, right, -1), n_labels
    )
    given_a, hits_a = _with_the_second(cells, groups, n_labels)
    all_given = observed.given_a + observed.given_b
    all_hits = observed.hits_a + observed.hits_b
    for drawn in _drawn(bits, repetitions, seed):
        now_given, now_hits = given_a + (swapped @ drawn).T, hits_a + (hits @ drawn).T
        yield _Sums(
            now_hits, now_given, all_hits - now_hits, all_given - now_given, observed.support
        )


def _with_the_second(cells: Cells, groups: _Groups, n_labels: int) -> tuple[Figures, Figures]:
    """Answers and right answers of run a, if it took the second answer everywhere."""
    equal = cells[cells.predicted_a == cells.predicted_b]
    answers = np.concatenate([equal.predicted_a, groups.second])
    right = np.concatenate([equal.true, groups.right]) == answers
    n = np.concatenate([equal.n, groups.n])
    return _added_up(answers, n, n_labels), _added_up(answers, n * right, n_labels)


def _groups(cells: Cells) -> _Groups:
    """The examples with two different answers, whichever run gave which."""
    different = cells[cells.predicted_a != cells.predicted_b]
    first = np.minimum(different.predicted_a, different.predicted_b)
    second = np.maximum(different.predicted_a, different.predicted_b)
    is_right = (different.true == first) | (different.true == second)
    right = np.where(is_right, different.true, -1)
    found, place = np.unique(np.stack([first, second, right]), axis=1, return_inverse=True)
    n = np.bincount(place.ravel(), weights=different.n, minlength=found.shape[1])
    return _Groups(found[0], found[1], found[2], n.astype(np.int64))


def _words(n: Counts) -> tuple[Counts, NDArray[np.uint64]]:
    """Words with a bit for each example: the group of each, and which of its bits count."""
    words = -(-n // _BITS)
    group = np.repeat(np.arange(len(n)), words)
    used = np.full(len(group), _BITS, np.uint64)
    used[np.cumsum(words) - 1] = n - (words - 1) * _BITS
    return group, np.uint64(2**_BITS - 1) >> (_BITS - used)


def _drawn(bits: NDArray[np.uint64], repetitions: int, seed: int) -> Iterator[NDArray[np.uint8]]:
    """How many examples of each word take the first answer: words × exchanges, in parts."""
    random = np.random.PCG64(seed)
    part = max(1, min(repetitions, _WORDS // max(len(bits), 1)))
    for start in range(0, repetitions, part):
        shape = len(bits), min(part, repetitions - start)
        yield np.bitwise_count(random.random_raw(shape) & bits[:, None])


def _indicator(codes: Counts, n_labels: int) -> Any:
    """Labels × words: 1 where the word is of that label; -1 is of none."""
    from scipy.sparse import csr_array

    kept = np.flatnonzero(codes >= 0)
    ones = np.ones(len(kept), np.int32)
    return csr_array((ones, (codes[kept], kept)), shape=(n_labels, len(codes)))


__all__ = ["permutation_p"]
