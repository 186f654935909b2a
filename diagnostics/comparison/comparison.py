"""Two runs on the same examples: what was fixed, what was broken, and whether it is chance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diagnostics.comparison.paired_bootstrap import difference_intervals
from diagnostics.comparison.paired_permutation import permutation_p
from diagnostics.comparison.pairing import Cells, Unpaired
from diagnostics.statistics.intervals import wilson
from diagnostics.statistics.mcnemar import ChiSquared, mcnemar_exact, mcnemar_midp, stuart_maxwell
from diagnostics.statistics.metrics import Counts, summary_metrics

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Agreement:
    """How many examples got the same answer of both runs, whatever the truth.

    `low` and `high` are Wilson's interval at 95 % for the share on which the runs disagree.
    """

    examples: int
    agree: int
    disagree: int
    low: float
    high: float

    @property
    def disagreement(self) -> float:
        """The share of the examples on which the runs disagree, NaN of none."""
        return self.disagree / self.examples if self.examples else np.nan


@dataclass(frozen=True, eq=False)
class Comparison:
    """The answers of run `a`, the old one, and of run `b`, the new one, to the same examples.

    Everything is counted from `cells`, whose codes point into `labels`; what costs time is
    computed when it is first asked for. Where `has_truth` is False nothing can be called right or
    wrong: the counts of that are 0 and the p-values NaN, and `agreement`, `flow`, `mix` and
    `answered` are what there is. `unpaired` says what was left out (of the whole split, whatever
    the filter) and `notes` what else a reader must know.
    """

    a: str
    b: str
    split: str
    labels: tuple[str, ...]
    cells: Cells
    unpaired: Unpaired
    notes: tuple[str, ...] = ()

    @cached_property
    def judged(self) -> Cells:
        """The cells whose truth is known."""
        return self.cells[self.cells.true >= 0]

    @property
    def has_truth(self) -> bool:
        """Whether there is any example whose truth is known."""
        return bool(len(self.judged.n))

    @property
    def paired(self) -> int:
        """Examples in the comparison: those whose truth is known, all if none is."""
        return self.judged.total if self.has_truth else self.cells.total

    @cached_property
    def _right(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        cells = self.judged
        return cells.predicted_a == cells.true, cells.predicted_b == cells.true

    def _count(self, kept: NDArray[np.bool_]) -> int:
        return int(self.judged.n[kept].sum())

    @property
    def fixed(self) -> int:
        """`a` was wrong, `b` is right."""
        return self._count(~self._right[0] & self._right[1])

    @property
    def broken(self) -> int:
        """`a` was right, `b` is wrong."""
        return self._count(self._right[0] & ~self._right[1])

    @property
    def both_right(self) -> int:
        """Both are right."""
        return self._count(self._right[0] & self._right[1])

    @property
    def both_wrong(self) -> int:
        """Both are wrong, with the same answer or with different ones."""
        return self._count(~self._right[0] & ~self._right[1])

    @property
    def both_wrong_same(self) -> int:
        """Both gave the same wrong answer."""
        same = self.judged.predicted_a == self.judged.predicted_b
        return self._count(same & ~self._right[0])

    @property
    def both_wrong_different(self) -> int:
        """Both are wrong, with different answers."""
        return self.both_wrong - self.both_wrong_same

    @property
    def net(self) -> int:
        """How many more examples `b` answers rightly: fixed less broken."""
        return self.fixed - self.broken

    @property
    def outcomes(self) -> dict[str, int]:
        """Examples by outcome, under the names that links to the examples use."""
        return {
            "fixed": self.fixed,
            "broken": self.broken,
            "both-wrong-same": self.both_wrong_same,
            "both-wrong-different": self.both_wrong_different,
            "both-right": self.both_right,
        }

    @property
    def mcnemar_p(self) -> float:
        """Two-sided p of McNemar's exact test on fixed and broken; NaN without truth."""
        return float(mcnemar_exact(self.fixed, self.broken)) if self.has_truth else np.nan

    @property
    def mcnemar_midp(self) -> float:
        """The mid-p of the same test, less cautious and still level; NaN without truth."""
        return float(mcnemar_midp(self.fixed, self.broken)) if self.has_truth else np.nan

    @property
    def churn(self) -> float | None:
        """Share of the paired examples whose answer changed (Milani Fard et al. 2016)."""
        cells = self.judged if self.has_truth else self.cells
        changed = int(cells.n[cells.predicted_a != cells.predicted_b].sum())
        return _share(changed, self.paired)

    @property
    def negative_flip_rate(self) -> float | None:
        """Share of the paired examples that `b` broke (Yan et al. 2021), None without truth."""
        return _share(self.broken, self.judged.total)

    @property
    def positive_flip_rate(self) -> float | None:
        """Share of the paired examples that `b` fixed; less the other it is the accuracy gained."""
        return _share(self.fixed, self.judged.total)

    @property
    def backward_trust(self) -> float | None:
        """Share of what `a` got right that `b` gets right too (BTC, Bansal et al. 2019).

        None where `a` got nothing right.
        """
        return _share(self.both_right, self.both_right + self.broken)

    @property
    def backward_error(self) -> float | None:
        """Share of what `b` gets wrong that `a` got wrong too (BEC, Srivastava et al. 2020).

        None where `b` gets nothing wrong.
        """
        return _share(self.both_wrong, self.both_wrong + self.broken)

    @cached_property
    def confusions(self) -> tuple[Counts, Counts]:
        """The confusion matrices of `a` and `b` on the paired examples, the truth in the rows."""
        cells = self.judged
        return tuple(  # type: ignore[return-value]
            _table(cells.true, answers, cells.n, len(self.labels))
            for answers in (cells.predicted_a, cells.predicted_b)
        )

    @cached_property
    def metrics(self) -> pd.DataFrame:
        """Every summary metric of both runs and the difference.

        Returns
        -------
        One row per metric of `summary_metrics`: `metric`, `a`, `b`, `difference` (b - a), `low`,
        `high`, `p`. Empty without truth. The bounds are the 2.5 % and 97.5 % points of the
        difference over 1,000 seeded resamples of the paired examples, both runs on the same ones.
        `p` is two-sided: how often a difference as large comes of exchanging the runs' answers at
        random, in 1,000 times, so 1/1001 at least; of accuracy it is McNemar's exact p.
        """
        import pandas as pd

        old, new = (summary_metrics(counts) for counts in self.confusions)
        chance = (self.judged, len(self.labels))
        bounds, p = (difference_intervals(*chance), permutation_p(*chance)) if old else ({}, {})
        rows = [
            (name, old[name], new[name], new[name] - old[name], *bounds[name], p[name])
            for name in old
        ]
        columns = ["metric", "a", "b", "difference", "low", "high", "p"]
        return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[1:], "float64"))

    @cached_property
    def classes(self) -> pd.DataFrame:
        """What changed in each true class; `diagnostics.comparison.classes.class_changes`."""
        from diagnostics.comparison.classes import class_changes

        return class_changes(self.labels, self.judged, self.confusions)

    @cached_property
    def flow_table(self) -> Counts:
        """How often `a` gave the row's and `b` the column's label, whatever the truth."""
        cells = self.cells
        return _table(cells.predicted_a, cells.predicted_b, cells.n, len(self.labels))

    @cached_property
    def flow(self) -> pd.DataFrame:
        """Which label became which, whatever the truth.

        Returns
        -------
        One row per pair of answers that occurs, the most frequent first, ties in the order of the
        labels: `predicted_a`, `predicted_b`, `n`, `share_of_a` (of what `a` answered so).
        """
        import pandas as pd

        table = self.flow_table
        rows, columns = np.nonzero(table)
        n = table[rows, columns]
        order = np.argsort(-n, kind="stable")
        rows, columns, n = rows[order], columns[order], n[order]
        labels = pd.Series(self.labels, dtype="str")
        return pd.DataFrame(
            {
                "predicted_a": labels.take(rows).array,
                "predicted_b": labels.take(columns).array,
                "n": n,
                "share_of_a": n / table.sum(axis=1)[rows],
            }
        )

    @cached_property
    def agreement(self) -> Agreement:
        """How many of all shared examples, judged or not, got the same answer of both."""
        total, agree = self.cells.total, int(np.trace(self.flow_table))
        low, high = wilson(total - agree, total)
        return Agreement(total, agree, total - agree, float(low), float(high))

    @cached_property
    def answered(self) -> pd.DataFrame:
        """How often each label was given; `diagnostics.comparison.classes.answer_changes`."""
        from diagnostics.comparison.classes import answer_changes

        return answer_changes(self.labels, self.flow_table)

    @cached_property
    def mix(self) -> ChiSquared:
        """Whether the labels are given as often by both runs: the test of Stuart and Maxwell."""
        return stuart_maxwell(self.flow_table)


def verdict(comparison: Comparison, *, alpha: float = 0.05) -> str:
    """The comparison in a sentence: what moved, and whether there is evidence of a difference.

    Evidence is an exact McNemar p below `alpha`.
    """
    if not comparison.has_truth:
        found = comparison.agreement
        return (
            f"{comparison.a!r} and {comparison.b!r} disagree on {found.disagree:,} of "
            f"{found.examples:,} examples ({found.disagreement:.1%}, 95 % interval "
            f"{found.low:.1%} to {found.high:.1%}). Without true labels nothing says which is "
            "right more often."
        )
    p, net = comparison.mcnemar_p, comparison.net
    counts = f"{comparison.fixed:,} fixed, {comparison.broken:,} broken, net {signed(net)}"
    if p >= alpha:
        return f"{counts}: no evidence of a difference (p = {p:.2g})."
    better, worse = (comparison.b, comparison.a) if net > 0 else (comparison.a, comparison.b)
    return f"{counts}: {better!r} is right more often than {worse!r} (p = {p:.2g})."


def signed(n: int) -> str:
    """A whole number with its sign, that of zero left out: +7, 0, −7."""
    return f"{n:+,}".replace("-", "−") if n else "0"


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _table(rows: Counts, columns: Counts, n: Counts, size: int) -> Counts:
    table = np.zeros((size, size), dtype=np.int64)
    np.add.at(table, (rows, columns), n)
    return table


__all__ = ["Agreement", "Comparison", "signed", "verdict"]
