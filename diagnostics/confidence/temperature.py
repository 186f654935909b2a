"""The temperature that would recalibrate overconfident or underconfident probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diagnostics.confidence.corp import CLIP
from diagnostics.confidence.levels import ConfidenceLevels, confidence_levels
from diagnostics.confidence.vectors import Parts, Vectors, VectorTable
from diagnostics.statistics.metrics import Counts, Figures

#: Probabilities that a temperature is fitted on at most: more rows move its third digit.
FIT = 4_000_000
#: The share of rows that end after as many labels where rankings were cut off.
NEARLY_ALL = 0.95
#: The range of the inverse temperature; at its ends the answers leave nothing to fit.
_RANGE = (0.01, 100.0)
#: When to stop: after so many steps, or one that is relatively smaller; and what rounding does to
#: the loss.
_STEPS, _CLOSE, _NOISE = 60, 1e-8, 1e-12


@dataclass(frozen=True, eq=False)
class Rescaling:
    """What a temperature does to answers that it was not fitted on.

    `temperature` is fitted on all of the `fitted` rows; `by_part` on all parts but one, for each
    `part` (folds, or halves by the example's id), and the figures before and after are of the rows
    of that one: `log_loss` in nats, the answers' confidence levels. `is_approximate` where rankings
    were cut off after their first few labels. `is_bounded` where no temperature is best: the more
    extreme, the better.
    """

    temperature: float
    by_part: dict[int, float]
    parts: Parts
    fitted: int
    rows: int
    log_loss_before: float
    log_loss_after: float
    before: ConfidenceLevels
    after: ConfidenceLevels
    is_approximate: bool = False
    is_bounded: bool = False


def temperature(probabilities: Figures, truth: Counts) -> float:
    """The temperature T whose softmax(log p / T) has the least log loss.

    Log probabilities differ from logits by a constant, so logits are not needed (Guo et al. 2017).
    Newton's method on 1 / T, in which the loss is convex.

    Parameters
    ----------
    probabilities
        Rows × labels. Clipped at 1e-12 first: probabilities of 0, or of few digits, bias T.
    truth
        The column of each row's true label.

    Returns
    -------
    Between 0.01 and 100; 1 without rows. 0.01 where every answer is right, for then the loss falls
    for ever.
    """
    return 1 / _inverse_temperature(_log_odds(probabilities), truth)


def _log_odds(probabilities: Figures) -> Figures:
    """Logarithms, 0 for the most probable label."""
    z: Figures = np.clip(probabilities, CLIP, None)
    np.log(z, out=z)
    # At most 0, so that no exponential overflows, whatever the temperature.
    z -= z.max(axis=1, keepdims=True)
    return z


def _inverse_temperature(z: Figures, truth: Counts, start: float = 1.0) -> float:
    beta, true = start, z[np.arange(len(z)), truth]
    if not len(z):
        return beta
    if not true.any() and z.any():  # every true label is the most probable one
        return _RANGE[1]
    of_truth = float(true.mean())
    loss, slope, curve = _derivatives(z, of_truth, beta)
    for _ in range(_STEPS):
        if curve <= 0:  # every vector is flat: any temperature does
            return beta
        step = slope / curve
        moved = float(np.clip(beta - step, *_RANGE))
        if abs(moved - beta) < _CLOSE * beta:
            break
        found = _derivatives(z, of_truth, moved)
        # A step of Newton's may go too far and raise the loss: it is halved until it does not.
        while found[0] > loss + _NOISE and abs(moved - beta) > _CLOSE * beta:
            moved = (moved + beta) / 2
            found = _derivatives(z, of_truth, moved)
        beta, (loss, slope, curve) = moved, found
    return beta


def _derivatives(z: Figures, of_truth: float, beta: float) -> tuple[float, float, float]:
    """The mean log loss at `beta`, and its first and second derivative."""
    weights = np.exp(beta * z)
    total = weights.sum(axis=1)
    mean = np.einsum("ij,ij->i", weights, z) / total
    square = np.einsum("ij,ij,ij->i", weights, z, z) / total
    loss = float(np.log(total).mean()) - beta * of_truth
    return loss, float(mean.mean()) - of_truth, float((square - mean**2).mean())


def rescaled(probabilities: Figures, by: float | Figures) -> Figures:
    """softmax(log p / `by`): the probabilities at another temperature, or each row at its own."""
    q = _log_odds(probabilities)
    q /= np.reshape(by, (-1, 1))
    np.exp(q, out=q)
    q /= q.sum(axis=1, keepdims=True)
    return q


def completed(probabilities: Figures) -> Figures:
    """Rankings that were cut off, with what is left of 1 shared among the labels without any."""
    absent = probabilities <= 0
    rest = np.clip(1 - probabilities.sum(axis=1), 0, None)
    share = rest / np.maximum(absent.sum(axis=1), 1)
    return np.where(absent, share[:, None], probabilities)


def rescaling(table: VectorTable) -> Rescaling | None:
    """The temperature for a run's probabilities, and what it does out of sample.

    None without whole vectors of answers with a truth, or where they are all of one part.
    """
    if not table.rows:
        return None
    sample, is_cut = _sample(table)
    if len(np.unique(sample.part)) < 2:
        return None
    z = _log_odds(completed(sample.probabilities) if is_cut else sample.probabilities)
    beta = _inverse_temperature(z, sample.truth)
    by_part = {}
    for part in np.unique(sample.part):
        others = sample.part != part
        by_part[int(part)] = 1 / _inverse_temperature(z[others], sample.truth[others], beta)
    return _applied(table, 1 / beta, by_part, len(z), is_cut=is_cut)


def _sample(table: VectorTable) -> tuple[Vectors, bool]:
    """The rows that are fitted on, and whether rankings were cut off.

    They were if nearly all rows have the same number of probabilities above 0, no row has more, and
    that is fewer than there are labels with any. Votes of neighbours have zeros, too, but not as
    many in every row.
    """
    share = FIT / (table.rows * table.n_labels)
    kept, used = [], np.zeros(table.n_labels, bool)
    lengths = np.zeros(table.n_labels + 1, np.int64)
    for block in table:
        above = block.probabilities > 0
        lengths += np.bincount(above.sum(axis=1), minlength=table.n_labels + 1)
        used |= above.any(axis=0)
        kept.append(block.where(block.mark < share) if share < 1 else block)
    columns = [
        np.concatenate([getattr(part, name) for part in kept])
        for name in ("probabilities", "truth", "answer", "part", "mark")
    ]
    longest = int(np.flatnonzero(lengths).max())
    is_cut = 1 < longest < used.sum() and lengths[longest] > NEARLY_ALL * table.rows
    return Vectors(*columns), bool(is_cut)


def _applied(
    table: VectorTable,
    value: float,
    by_part: dict[int, float],
    fitted: int,
    *,
    is_cut: bool,
) -> Rescaling:
    losses, right, rows = np.zeros(2), [], 0
    confidences: tuple[list[Figures], list[Figures]] = ([], [])
    for block in table:
        p = completed(block.probabilities) if is_cut else block.probabilities
        by = np.array([by_part.get(int(part), value) for part in block.part])
        at = np.arange(len(p))
        for side, q in enumerate((p, rescaled(p, by))):
            losses[side] -= np.log(np.clip(q[at, block.truth], CLIP, None)).sum()
            confidences[side].append(q[at, block.answer])
        right.append(block.truth == block.answer)
        rows += len(p)
    correct = np.concatenate(right)
    before, changed = (confidence_levels(np.concatenate(side), correct) for side in confidences)
    return Rescaling(
        temperature=value,
        by_part=by_part,
        parts=table.parts,
        fitted=fitted,
        rows=rows,
        log_loss_before=losses[0] / rows,
        log_loss_after=losses[1] / rows,
        before=before,
        after=changed,
        is_approximate=is_cut,
        is_bounded=not _RANGE[0] * 1.001 < value < _RANGE[1] * 0.999,
    )
