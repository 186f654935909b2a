"""Proper scores of whole probability vectors: log loss, the Brier score and its parts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from diagnostics.confidence.corp import CLIP, Decomposition, brier_decomposition
from diagnostics.confidence.histogram import bins_of
from diagnostics.confidence.levels import ConfidenceLevels
from diagnostics.confidence.reliability import ECE_BINS
from diagnostics.confidence.vectors import Vectors
from diagnostics.statistics.metrics import Counts, Figures
from diagnostics.workspace.reducers import BINS


@dataclass(frozen=True)
class ProperScores:
    """Scores of whole vectors over `rows` answers.

    `log_loss` is the mean of -ln p(true label), clipped at 1e-12; `impossible` counts the rows
    whose true label was given 0. `brier` is the mean squared distance from the vector that is 1 for
    the true label, 0 to 2; its parts are the sums of those of the classes, each a yes-or-no
    question, on 1,000 levels of probability. `classwise_ece` is the mean over the classes of the
    expected calibration error of the class's own probability, with 15 equal bins (Kull et al.
    2019). `off_sum` is how far a row's sum is from 1 at most.
    """

    rows: int
    log_loss: float
    impossible: int
    brier: Decomposition
    classwise_ece: float
    off_sum: float


def proper_scores(blocks: Iterable[Vectors], n_labels: int) -> ProperScores | None:
    """The scores of rows that come in blocks, such as a `VectorTable`; None without any."""
    rows, loss, distance, impossible, off_sum = 0, 0.0, 0.0, 0, 0.0
    fine, usual = _Cube(n_labels, BINS), _Cube(n_labels, ECE_BINS)
    for block in blocks:
        p = np.clip(block.probabilities, 0.0, 1.0)
        of_truth = p[np.arange(len(p)), block.truth]
        rows += len(p)
        loss -= float(np.log(np.clip(of_truth, CLIP, None)).sum())
        distance += float(np.einsum("ij,ij->", p, p) - 2 * of_truth.sum() + len(p))
        impossible += int((of_truth <= 0).sum())
        off_sum = max(off_sum, float(np.abs(p.sum(axis=1) - 1).max(initial=0.0)))
        # Most probabilities of many classes are next to nothing: the others are looked for once.
        above = np.flatnonzero(p.ravel() > 1 / BINS)
        values, sums = p.ravel()[above], p.sum(axis=0)
        for cube in (fine, usual):
            cube.add(values, above % n_labels, sums, len(p))
            cube.add_truth(of_truth, block.truth)
    if not rows:
        return None
    return ProperScores(
        rows=rows,
        log_loss=loss / rows,
        impossible=impossible,
        brier=_with_score(distance / rows, fine.parts()),
        classwise_ece=usual.error(),
        off_sum=off_sum,
    )


class _Cube:
    """Per class and bin of its probability: rows, their probabilities, and where it was true.

    Most probabilities of many classes are in the first bin: only the others are looked at one by
    one, and the first bin is what remains.
    """

    def __init__(self, n_labels: int, bins: int) -> None:
        self.n_labels, self.bins = n_labels, bins
        self.n = np.zeros((n_labels, bins))
        self.sums = np.zeros((n_labels, bins))
        self.hits = np.zeros((n_labels, bins))

    def add(self, values: Figures, labels: Counts, of_labels: Figures, rows: int) -> None:
        """All the probabilities above the first bin and their labels, and each label's sum."""
        kept = values > 1 / self.bins
        values, labels = values[kept], labels[kept]
        cells = labels * self.bins + bins_of(values, self.bins)
        n, sums = self._binned(cells, None), self._binned(cells, values)
        n[:, 0] += rows - n.sum(axis=1)
        sums[:, 0] += of_labels - sums.sum(axis=1)
        self.n += n
        self.sums += sums

    def add_truth(self, of_truth: Figures, truth: Counts) -> None:
        """The probabilities of the true labels, one in a row."""
        self.hits += self._binned(truth * self.bins + bins_of(of_truth, self.bins), None)

    def _binned(self, cells: Counts, weights: Figures | None) -> Figures:
        size = self.n_labels * self.bins
        found = np.bincount(cells, weights, minlength=size).astype(float)
        return found.reshape(self.n_labels, self.bins)

    def error(self) -> float:
        """The mean over the classes of their expected calibration error."""
        rows = self.n[0].sum()
        return float(np.abs(self.sums - self.hits).sum(axis=1).mean() / rows)

    def parts(self) -> list[Decomposition]:
        """The Brier score of each class's probability as a yes-or-no question, and its parts."""
        decompositions = []
        for n, sums, hits in zip(self.n, self.sums, self.hits, strict=True):
            filled = n > 0
            level = np.clip(sums[filled] / n[filled], 0.0, 1.0)
            counts = [values[filled].astype(np.int64) for values in (n, hits)]
            decompositions.append(brier_decomposition(ConfidenceLevels(level, *counts)))
        return decompositions


def _with_score(score: float, parts: list[Decomposition]) -> Decomposition:
    """The sum of the parts, where what the levels lack of the exact score is miscalibration."""
    best = sum(part.score - part.miscalibration for part in parts)
    return Decomposition(
        score=score,
        miscalibration=max(score - best, 0.0),
        discrimination=sum(part.discrimination for part in parts),
        uncertainty=sum(part.uncertainty for part in parts),
    )
