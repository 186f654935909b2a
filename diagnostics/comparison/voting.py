"""What a vote of the runs would gain, and the ceiling of any choice among their answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diagnostics.errors import DiagnosticsError
from diagnostics.predictions.aligned_runs import Alignable, AlignedAnswers, the_aligned
from diagnostics.statistics.metrics import Counts
from diagnostics.workspace import NO_PREDICTION

if TYPE_CHECKING:
    import pandas as pd

Codes = NDArray[np.int32]


def vote_gains(aligned: Alignable, order: Sequence[str]) -> pd.DataFrame:
    """What a plurality vote of the best k runs answers rightly, for every k.

    Parameters
    ----------
    aligned
        The answers.
    order
        The runs' names, the best first: the k-th vote is that of the first k.

    Returns
    -------
    One row per k: `k`, `run` (the one that joins), `right` and `accuracy` of the vote, `any_right`
    and `ceiling` (the share of examples that at least one of the k answered rightly), `fixed` and
    `broken` (what the vote answers rightly and the first run does not, and the other way round),
    `ties` (examples with several labels of most votes), `ties_by_run` (those of them that the
    confidence did not decide). Shares are of the examples with a truth; empty where there is none.

    Raises
    ------
    DiagnosticsError
        If `order` does not name each run once.

    Notes
    -----
    A tie goes to the label with the higher sum of confidence, if every vote for the labels that
    tie has one and the sums differ, else to that of the better run. A run that gave no answer does
    not vote. To pick the k that did best on these examples is to look at their answers: its
    accuracy is optimistic.
    """
    aligned = the_aligned(aligned)
    import pandas as pd

    if sorted(order) != sorted(aligned.runs):
        raise DiagnosticsError("The order must name each of the runs once.")
    place = {run: row for row, run in enumerate(aligned.runs)}
    rows = [place[run] for run in order]
    table = pd.DataFrame({"k": range(1, len(rows) + 1), "run": pd.Series(order, dtype="str")})
    if not aligned.judged:
        return table.head(0).assign(**dict.fromkeys(_FIGURES, 0))
    figures = _figures(aligned, rows)
    table = table.assign(**{name: figures[:, column] for column, name in enumerate(_COUNTED)})
    table.insert(3, "accuracy", table["right"] / aligned.judged)
    table.insert(5, "ceiling", table["any_right"] / aligned.judged)
    return table


_COUNTED = ("right", "any_right", "fixed", "broken", "ties", "ties_by_run")
_FIGURES = ("right", "accuracy", "any_right", "ceiling", "fixed", "broken", "ties", "ties_by_run")


def _figures(aligned: AlignedAnswers, rows: Sequence[int]) -> Counts:
    """For every k the counts that `_COUNTED` names. Only what is disputed is voted on."""
    known = aligned.truth >= 0
    answers, truth = aligned.answers[rows][:, known], aligned.truth[known]
    confidence = aligned.confidence[rows][:, known]
    disputed = (answers != answers[:1]).any(axis=0)
    settled = int(np.equal(answers[0], truth)[~disputed].sum()) + int(aligned.unlisted.sum())
    ballot = _Ballot(answers[:, disputed], truth[disputed], confidence[:, disputed])
    silent = aligned.labels.index(NO_PREDICTION) if NO_PREDICTION in aligned.labels else -1
    figures = np.array([ballot.add(row, silent) for row in range(len(rows))], dtype=np.int64)
    figures[:, :2] += settled
    return figures


class _Ballot:
    """Votes on examples, run by run, the best one first.

    Each example has a slot for every label that was given to it, in the order in which they came,
    so the first of several slots is that of the better run. Slots are rows: NumPy is quick along
    long rows, and slow across few columns.
    """

    def __init__(self, answers: Codes, truth: Codes, confidence: NDArray[np.float32]) -> None:
        self.answers, self.truth, self.confidence = answers, truth, confidence
        self.slot, self.label = _slots(answers)
        self.votes = np.zeros(self.label.shape, dtype=np.int32)
        self.sums = np.zeros(self.label.shape, dtype=np.float64)
        self.any_right = np.zeros(len(truth), dtype=bool)
        self.first_right: NDArray[np.bool_] = np.equal(answers[0], truth)

    def add(self, run: int, silent: int) -> tuple[int, ...]:
        """Let a run vote; the figures of all votes so far."""
        votes = self.answers[run] != silent
        slot, at = self.slot[run, votes], np.flatnonzero(votes)
        self.votes[slot, at] += 1
        # A sum with an unknown confidence in it is NaN, and decides nothing.
        self.sums[slot, at] += self.confidence[run, votes]
        self.any_right |= self.answers[run] == self.truth
        chosen, ties, by_run = self._winners()
        given = np.take_along_axis(self.label, chosen[None], axis=0)[0]
        right = (given == self.truth) & self.votes.any(axis=0)
        fixed, broken = right & ~self.first_right, ~right & self.first_right
        counted = (right, self.any_right, fixed, broken)
        return (*(int(n.sum()) for n in counted), ties, by_run)

    def _winners(self) -> tuple[Counts, int, int]:
        """The slot that wins each example, how many tied, and how many the better run decided."""
        most = self.votes.max(axis=0)
        leads = (self.votes == most) & (most > 0)
        chosen = leads.argmax(axis=0)
        tied = np.flatnonzero(np.count_nonzero(leads, axis=0) > 1)
        sums = np.where(leads[:, tied], self.sums[:, tied], -np.inf)
        unknown = np.asarray(np.isnan(sums).any(axis=0))
        sums[:, unknown] = 0.0
        best = sums.max(axis=0)
        decided = ~unknown & (np.equal(sums, best).sum(axis=0) == 1)
        chosen[tied[decided]] = sums[:, decided].argmax(axis=0)
        return chosen, len(tied), int((~decided).sum())


def _slots(answers: Codes) -> tuple[Codes, Codes]:
    """Runs × examples: the slot of each answer; and slots × examples: the label of each slot."""
    runs, examples = answers.shape
    slot = np.zeros((runs, examples), dtype=np.int32)
    labels: list[Codes] = []
    for run in range(runs):
        at = np.arange(examples)
        for number, taken in enumerate(labels):
            same = taken[at] == answers[run, at]
            slot[run, at[same]] = number
            at = at[~same]
        _fill(labels, slot, run, at, answers)
    table = np.stack(labels) if labels else np.zeros((1, examples), dtype=np.int32)
    return slot, table


def _fill(labels: list[Codes], slot: Codes, run: int, at: Counts, answers: Codes) -> None:
    """Give the examples `at`, whose answer is new, the first slot that is free."""
    for number, taken in enumerate(labels):
        free = taken[at] < 0
        taken[at[free]] = answers[run, at[free]]
        slot[run, at[free]] = number
        at = at[~free]
    if len(at):
        fresh = np.full(answers.shape[1], -1, dtype=np.int32)
        fresh[at] = answers[run, at]
        slot[run, at] = len(labels)
        labels.append(fresh)


__all__ = ["vote_gains"]
