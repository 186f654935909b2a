"""More than two runs on the same examples: what all get wrong, how alike they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diagnostics.predictions.aligned_runs import Alignable, AlignedAnswers, the_aligned
from diagnostics.statistics.metrics import Counts, Figures
from diagnostics.workspace import NO_PREDICTION

if TYPE_CHECKING:
    import pandas as pd

#: Bytes of answers that are compared at a time: a row of comparisons stays in the cache.
_BLOCK = 2**20


@dataclass(frozen=True)
class Consensus:
    """How the runs share out the examples that have a truth: `judged` of them.

    `by_runs_right[k]` counts the examples that exactly k of the runs answered rightly, k from 0 to
    the number of runs.
    """

    judged: int
    by_runs_right: tuple[int, ...]

    @property
    def never_right(self) -> int:
        """Examples that every run answered wrongly."""
        return self.by_runs_right[0]

    @property
    def always_right(self) -> int:
        """Examples that every run answered rightly."""
        return self.by_runs_right[-1]

    @property
    def any_right(self) -> int:
        """Examples that at least one run answered rightly: the ceiling of any choice among them."""
        return self.judged - self.never_right


def consensus(aligned: Alignable) -> Consensus:
    """How many of the runs answered how many examples rightly."""
    aligned = the_aligned(aligned)
    counts = np.bincount(_runs_right(aligned), minlength=len(aligned.runs) + 1)
    counts[-1] += int(aligned.unlisted.sum())
    return Consensus(aligned.judged, tuple(int(n) for n in counts))


def _runs_right(aligned: AlignedAnswers) -> Counts:
    """Of every listed example with a truth: how many runs were right."""
    sums: Counts = aligned.right[:, aligned.truth >= 0].sum(axis=0, dtype=np.int64)
    return sums


def lonely_answers(aligned: AlignedAnswers) -> pd.DataFrame:
    """What each run alone got right, or alone got wrong.

    Returns
    -------
    One row per run, in their order: `run`, `right` (of the common examples), `accuracy` (NaN
    without truth), `only_this_right`, `only_this_wrong`.
    """
    import pandas as pd

    right = aligned.right[:, aligned.truth >= 0]
    times, runs = right.sum(axis=0), len(aligned.runs)
    hits = right.sum(axis=1) + int(aligned.unlisted.sum())
    return pd.DataFrame(
        {
            "run": pd.Series(aligned.runs, dtype="str"),
            "right": hits,
            "accuracy": hits / aligned.judged if aligned.judged else np.nan,
            "only_this_right": (right & (times == 1)).sum(axis=1),
            "only_this_wrong": (~right & (times == runs - 1)).sum(axis=1),
        }
    )


@dataclass(frozen=True, eq=False)
class RunAgreement:
    """How often each two runs give the same answer, right or wrong.

    `same` counts the equal answers among `examples`, `share` is their share, `kappa` Cohen's kappa
    (1960): what of the agreement is left when that of chance is taken away, NaN where both runs
    give one and the same label throughout. Arrays of runs × runs.
    """

    runs: tuple[str, ...]
    examples: int
    same: Counts
    kappa: Figures

    @property
    def share(self) -> Figures:
        """The share of equal answers; NaN without examples."""
        if not self.examples:
            return np.full(self.same.shape, np.nan)
        share: Figures = self.same / self.examples
        return share


def run_agreement(aligned: Alignable) -> RunAgreement:
    """How alike the runs are, with or without truth."""
    aligned = the_aligned(aligned)
    n = aligned.common
    same = _same_answers(aligned) + int(aligned.unlisted.sum())
    given = np.stack([np.bincount(row, minlength=len(aligned.labels)) for row in aligned.answers])
    given = (given + aligned.unlisted).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        by_chance = given @ given.T / float(n) ** 2
        kappa = np.where(by_chance < 1, (same / n - by_chance) / (1 - by_chance), np.nan)
    return RunAgreement(aligned.runs, n, same, kappa)


def _same_answers(aligned: AlignedAnswers) -> Counts:
    """Equal answers of each two runs among the listed examples; block by block of examples."""
    answers, runs = aligned.answers, len(aligned.runs)
    smallest = next(t for t in (np.uint8, np.uint16, np.int32) if _fits(len(aligned.labels), t))
    coded = answers.astype(smallest)
    same = np.zeros((runs, runs), dtype=np.int64)
    width = max(_BLOCK // max(runs * coded.itemsize, 1), 1)
    for start in range(0, coded.shape[1], width):
        block = coded[:, start : start + width]
        for row in range(runs):
            equal = block[row:] == block[row]
            same[row, row:] += np.count_nonzero(equal, axis=1)
    return same + np.triu(same, 1).T


def _fits(n: int, dtype: type[np.integer]) -> bool:
    return n <= int(np.iinfo(dtype).max) + 1


def agreement_order(agreement: RunAgreement) -> list[int]:
    """An order of the runs that puts those side by side which answer alike (average linkage)."""
    from diagnostics.confusion.seriation import linkage_order

    return linkage_order(1 - np.nan_to_num(agreement.share))


def agreement_cells(agreement: RunAgreement, order: list[int] | None = None) -> pd.DataFrame:
    """Each two runs of `order`, by position in `RunAgreement.runs`, as a chart takes them.

    Returns
    -------
    One row per ordered pair, each run with itself too: `run`, `other`, `same`, `different`,
    `share`, `kappa`.
    """
    import pandas as pd

    chosen = list(range(len(agreement.runs))) if order is None else order
    rows, columns = (axis.ravel() for axis in np.meshgrid(chosen, chosen, indexing="ij"))
    names = pd.Series(agreement.runs, dtype="str")
    same = agreement.same[rows, columns]
    return pd.DataFrame(
        {
            "run": names.take(rows).array,
            "other": names.take(columns).array,
            "same": same,
            "different": agreement.examples - same,
            "share": agreement.share[rows, columns],
            "kappa": agreement.kappa[rows, columns],
        }
    )


def agreement_pairs(agreement: RunAgreement) -> pd.DataFrame:
    """Each two different runs once, the least alike first: the columns of `agreement_cells`."""
    cells = agreement_cells(agreement)
    first, second = np.triu_indices(len(agreement.runs), 1)
    pairs = cells.iloc[first * len(agreement.runs) + second]
    return pairs.sort_values("same", kind="stable", ignore_index=True)


def suspects(aligned: Alignable) -> pd.DataFrame:
    """Examples that every run answered wrongly, all with the same label: the truth may be wrong.

    Suspects, not errors: several models that make the same mistake may share a weakness.

    Returns
    -------
    One row per example: `example`, `true_label`, `suggested_label` (what all runs said), and
    `mean_confidence` (of the runs whose confidence is known, NaN where none is). The highest mean
    confidence first, ties by example.

    Notes
    -----
    An answer that stands for none is no suggestion. With fewer than two runs it is empty.
    """
    aligned = the_aligned(aligned)
    import pandas as pd

    first = aligned.answers[:1]
    alike = (aligned.answers == first).all(axis=0) if len(aligned.runs) > 1 else np.zeros(1, bool)
    silent = aligned.labels.index(NO_PREDICTION) if NO_PREDICTION in aligned.labels else -1
    wrong = (aligned.truth >= 0) & (first[0] != aligned.truth) & (first[0] != silent)
    at = np.flatnonzero(wrong & alike)
    labels = pd.Series(aligned.labels, dtype="str")
    suspects = pd.DataFrame(
        {
            "example": pd.Series([aligned.example[int(row)] for row in at], dtype="str"),
            "true_label": labels.take(aligned.truth[at]).array,
            "suggested_label": labels.take(first[0, at]).array,
            "mean_confidence": _mean_known(aligned.confidence[:, at]),
        }
    )
    return suspects.sort_values(
        ["mean_confidence", "example"], ascending=[False, True], ignore_index=True
    )


def _mean_known(confidence: NDArray[np.float32]) -> Figures:
    """Means over the runs of what is known; NaN where nothing is."""
    known = ~np.isnan(confidence)
    sums = np.where(known, confidence, 0).sum(axis=0, dtype=float)
    times = known.sum(axis=0)
    means: Figures = np.divide(sums, times, out=np.full(len(sums), np.nan), where=times > 0)
    return means


__all__ = [
    "Consensus",
    "RunAgreement",
    "agreement_cells",
    "agreement_order",
    "agreement_pairs",
    "consensus",
    "lonely_answers",
    "run_agreement",
    "suspects",
]
