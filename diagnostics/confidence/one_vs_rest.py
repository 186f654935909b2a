"""Scores of one class against all others, counted: what every curve and its area is made from.

Few scores are counted as they are. Many, of half a million examples × 77 classes, fall into bins,
which takes one pass over the stored vectors and a few megabytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from diagnostics.errors import DiagnosticsError
from diagnostics.statistics.metrics import Counts, Figures

if TYPE_CHECKING:
    from diagnostics.workspace import Run

#: Up to so many scores (examples × classes) each distinct one is kept.
EXACT_UP_TO = 2_000_000
#: Rows whose vectors are in memory at a time.
CHUNK = 32_768
#: Bins follow the 32-bit floats, from both ends, since scores crowd near 0 and near 1: so many bits
#: behind the leading one are kept (7: a bin is at most 1/128 of its distance from the end wide),
#: and fewer where there are many classes.
BITS, BITS_OF_MANY, MANY = 7, 5, 200
#: Exponents, as the float has them, of 0.5, and of the least that 1 minus a score can be: 2^-24.
_HALF, _LEAST_GAP = 126, 103


@dataclass(frozen=True, eq=False)
class ScoreCounts:
    """How many positives and negatives have each score, the highest first; arrays of equal length.

    A score stands for those of its bin where scores were binned.
    """

    score: Figures
    positives: Counts
    negatives: Counts

    @property
    def n_positives(self) -> int:
        """Examples of the class."""
        return int(self.positives.sum())

    @property
    def n_negatives(self) -> int:
        """Examples of all others."""
        return int(self.negatives.sum())


@dataclass(frozen=True, eq=False)
class OneVsRest:
    """Every label's score counts, aligned with `labels`.

    `examples` have a truth and a vector; `left_out` lack one of them. `is_exact` unless scores were
    binned.
    """

    labels: tuple[str, ...]
    counts: tuple[ScoreCounts, ...]
    examples: int
    left_out: int
    is_exact: bool
    _pooled: list[ScoreCounts] = field(default_factory=list, repr=False)

    def of(self, label: str) -> ScoreCounts:
        """The counts of one label; DiagnosticsError if there is none of that name."""
        if label not in self.labels:
            raise DiagnosticsError(f"There is no label {label!r}.")
        return self.counts[self.labels.index(label)]

    @property
    def micro(self) -> ScoreCounts:
        """Every score of every label in one pool, each example positive once."""
        if not self._pooled:
            self._pooled.append(pooled(self.counts))
        return self._pooled[0]


def score_counts(score: Any, positive: Any) -> ScoreCounts:
    """The counts of scores and whether each is of a positive; NaN is not allowed.

    Raises
    ------
    DiagnosticsError
        If the lengths differ or a score is NaN.
    """
    scores, flags = np.asarray(score), np.asarray(positive, bool)
    if scores.shape != flags.shape:
        raise DiagnosticsError(f"There are {len(scores)} scores, but {len(flags)} truths.")
    if np.isnan(scores).any():
        raise DiagnosticsError("A score is NaN; leave such examples out.")
    order = np.argsort(-scores, kind="stable")
    return _at_distinct(scores[order], flags[order].astype(np.int64), ~flags[order])


def pooled(parts: Sequence[ScoreCounts]) -> ScoreCounts:
    """Counts of several parts as one."""
    score = np.concatenate([part.score for part in parts]) if parts else np.empty(0)
    order = np.argsort(-score, kind="stable")
    positives, negatives = (
        np.concatenate([getattr(part, name) for part in parts])[order] if parts else np.empty(0)
        for name in ("positives", "negatives")
    )
    return _at_distinct(score[order], positives, negatives)


def _at_distinct(score: Any, positives: Any, negatives: Any) -> ScoreCounts:
    """Equal scores added up, in falling order."""
    if not len(score):
        return ScoreCounts(np.empty(0), np.empty(0, np.int64), np.empty(0, np.int64))
    starts = np.flatnonzero(np.diff(score, prepend=np.inf) != 0)
    sums = (np.add.reduceat(part.astype(np.int64), starts) for part in (positives, negatives))
    return ScoreCounts(score[starts], *sums)


def one_vs_rest(run: Run, *, split: str | None = None, exact: bool | None = None) -> OneVsRest:
    """The score counts of every label of a run, from its stored probability vectors.

    Parameters
    ----------
    split
        The held-out one if None.
    exact
        Whether each distinct score is kept; by default up to `EXACT_UP_TO` scores. Else they
        are binned, and `diagnostics.confidence.curves` states how far a figure can be off.

    Raises
    ------
    DiagnosticsError
        If the run has no such split.
    """
    import polars as pl

    from diagnostics.workspace import stored_tables

    rows = stored_tables.scan(run).filter(pl.col("split") == run.known_split(split))
    total = int(rows.select(pl.len()).collect().item())
    known = pl.col("true_label").is_not_null() & pl.col("probabilities").is_not_null()
    chunks = _chunks(rows.filter(known).select("true_label", "probabilities"), len(run.labels))
    keep_all = total * len(run.labels) <= EXACT_UP_TO if exact is None else exact
    counts = (_exact if keep_all else _binned)(chunks, len(run.labels))
    # Every example is a positive or a negative of every label: any tells how many there were.
    n = counts[0].n_positives + counts[0].n_negatives if counts else 0
    return OneVsRest(run.labels, counts, n, total - n, keep_all)


def from_confidence(run: Run, *, split: str | None = None) -> OneVsRest | None:
    """The same of a run with two labels and top-1 confidence: the other label has the rest.

    None where that does not follow: other than two labels, or a confidence below one half, which
    no answer between two probabilities has.
    """
    from diagnostics.confidence.selective_counts import NO_ANSWER, rows_of_split

    if len(run.labels) != 2 or set(run.labels) & set(NO_ANSWER):
        return None
    rows = rows_of_split(run, split).collect()
    known = rows.drop_nulls()
    confidence = known["confidence"].to_numpy()
    if not len(known) or not ((confidence >= 0.5) & (confidence <= 1)).all():
        return None
    truth, answer = (known[name].to_numpy() for name in ("true_label", "predicted_label"))
    counts = tuple(
        score_counts(np.where(answer == code, confidence, 1 - confidence), truth == code)
        for code in (0, 1)
    )
    return OneVsRest(run.labels, counts, len(known), len(rows) - len(known), is_exact=True)


Chunk = tuple[NDArray[np.int32], NDArray[np.float32]]


def _chunks(rows: Any, n_labels: int) -> Iterator[Chunk]:
    """True labels and vectors, a part of the rows at a time."""
    for part in rows.collect_batches(chunk_size=CHUNK, maintain_order=False):
        for piece in part.iter_slices(CHUNK):
            vectors = piece["probabilities"].explode(empty_as_null=True).to_numpy()
            yield piece["true_label"].to_numpy(), vectors.reshape(-1, n_labels)


def _exact(chunks: Iterator[Chunk], n_labels: int) -> tuple[ScoreCounts, ...]:
    parts = list(chunks)
    if not parts:
        return tuple(score_counts([], []) for _ in range(n_labels))
    truth = np.concatenate([labels for labels, _ in parts])
    vectors = np.concatenate([scores for _, scores in parts])
    return tuple(score_counts(vectors[:, code], truth == code) for code in range(n_labels))


def _binned(chunks: Iterator[Chunk], n_labels: int) -> tuple[ScoreCounts, ...]:
    bits = BITS if n_labels <= MANY else BITS_OF_MANY
    bins = n_bins(bits)
    total = np.zeros(n_labels * bins, np.int64)
    positives = np.zeros(n_labels * bins, np.int64)
    offset = np.arange(n_labels, dtype=np.int32) * bins
    for truth, vectors in chunks:
        cell = bin_of(vectors, bits) + offset
        total += np.bincount(cell.ravel(), minlength=len(total))
        own = cell[np.arange(len(truth)), truth]
        positives += np.bincount(own, minlength=len(total))
    scores = bin_scores(bits)[::-1]
    by_label = []
    for all_of, right in zip(
        total.reshape(n_labels, bins), positives.reshape(n_labels, bins), strict=True
    ):
        kept = np.flatnonzero(all_of[::-1])
        right = right[::-1][kept]
        by_label.append(ScoreCounts(scores[kept], right, all_of[::-1][kept] - right))
    return tuple(by_label)


def n_bins(bits: int = BITS) -> int:
    """How many bins there are."""
    return _n_low(bits) + ((_HALF - _LEAST_GAP) << bits) + 2


def _n_low(bits: int) -> int:
    """Those of scores below 0.5: one for what is too small, the others by exponent."""
    return ((_HALF - 1) << bits) + 1


def bin_of(score: NDArray[np.float32], bits: int = BITS) -> NDArray[np.int32]:
    """The bin of each score from 0 to 1: a whole number that rises with it, below `n_bins`."""
    # 32 bits throughout, for the bins are cut from the bits of such a float.
    score = np.asarray(score, np.float32)
    is_low = score < 0.5
    distance = np.where(is_low, score, np.float32(1) - score)
    # The bits of a positive float rise with its value; `first` is where the bins of its side start.
    first = np.where(is_low, np.int32(1 << bits), np.int32(_LEAST_GAP << bits)) - 1
    index = np.maximum((distance.view(np.int32) >> (23 - bits)) - first, 0)
    bins: NDArray[np.int32] = np.where(is_low, index, np.int32(n_bins(bits) - 1) - index)
    return bins


def bin_scores(bits: int = BITS) -> Figures:
    """The score that stands for each bin: its end that is nearer to 0 or to 1."""
    low = _ends(_n_low(bits), 1, bits)
    high = 1 - _ends(n_bins(bits) - len(low), _LEAST_GAP, bits)
    return np.concatenate([low, high[::-1]])


def _ends(n: int, exponent: int, bits: int) -> Figures:
    fields = np.arange(n, dtype=np.int32) - 1 + (exponent << bits)
    ends = (fields << (23 - bits)).view(np.float32).astype(float)
    ends[0] = 0.0
    return ends


__all__ = [
    "BITS",
    "EXACT_UP_TO",
    "OneVsRest",
    "ScoreCounts",
    "bin_of",
    "bin_scores",
    "from_confidence",
    "n_bins",
    "one_vs_rest",
    "pooled",
    "score_counts",
]
