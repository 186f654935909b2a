"""What is known of the order of runs: each one's standing, and all of them as a table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from diagnostics.runs.score_intervals import Interval, Method

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics.runs.selection_bias import SelectionBias
    from diagnostics.runs.shared_folds import SharedFolds
    from diagnostics.runs.tests_against_best import AgainstBest

#: What a corrected p-value is held against.
ALPHA = 0.05
Over = Literal["folds", "examples"]
JudgedBy = Literal["examples", "folds", ""]
Times = Literal["fit_seconds", "score_seconds"]
TIMES: tuple[Times, ...] = ("fit_seconds", "score_seconds")


@dataclass(frozen=True)
class Standing:
    """One run's place: its score with a 95 % interval, and the tests against the best.

    Numbers that are not known are NaN. `indistinguishable` is None where no test was possible, and
    `why_not` says why; the test that `judged_by` names decides, and its corrected p-value is held
    against 0.05. `only_best` and `only_this` are examples that only the one answered rightly.
    """

    run: str
    score: float
    interval: Interval = Interval()
    is_peer: bool = False
    p_examples: float = math.nan
    p_examples_corrected: float = math.nan
    p_folds: float = math.nan
    p_folds_corrected: float = math.nan
    only_best: int | None = None
    only_this: int | None = None
    indistinguishable: bool | None = None
    judged_by: JudgedBy = ""
    why_not: str = ""
    share_selected: float = math.nan
    within_one_error: bool | None = None


@dataclass(frozen=True)
class Recommendation:
    """The cheapest run within one standard error of the best.

    `run` is "" where there are several `candidates` and not all of their times are known; `error`
    is the standard error of the best one's score, over `over`, and `corrected` whether it is that
    of repeated folds.
    """

    run: str
    by: Times | Literal[""]
    candidates: int
    error: float
    over: Over
    corrected: bool = False


@dataclass(frozen=True, eq=False)
class Leaderboard:
    """The runs of an experiment by one metric, the best first, with what is known of the order.

    `rises` is whether more is better, `split` what the best was evaluated on.
    `compared` runs may be compared as equals, the best among them. `by_examples` and `by_folds` are
    the tests against the best, `selection` what its score owes to having been picked (of
    `selected_among` runs), `folds` what the tests over folds rest on; each None where it cannot be.
    """

    metric: str
    standings: tuple[Standing, ...]
    compared: int
    rises: bool = True
    split: str = ""
    by_examples: AgainstBest | None = None
    by_folds: AgainstBest | None = None
    folds: SharedFolds | None = None
    paired: int = 0
    selection: SelectionBias | None = None
    selected_among: int = 0
    recommendation: Recommendation | None = None

    @property
    def best(self) -> Standing | None:
        """The run with the best score among those that may be compared; None without scores."""
        return next((standing for standing in self.standings if standing.is_peer), None)

    @property
    def ties(self) -> list[str]:
        """The runs that cannot be told from the best, without the best itself."""
        best = self.best
        return [s.run for s in self.standings if s.indistinguishable and s is not best]

    @cached_property
    def _by_name(self) -> dict[str, Standing]:
        return {standing.run: standing for standing in self.standings}

    def of(self, run: str) -> Standing:
        """The standing of one run."""
        return self._by_name[run]

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per run, the best first.

        Columns: `run`, `score`, `low`, `high`, `interval` (`wilson`, `bootstrap`, `folds` or ""),
        `p_examples`, `p_examples_corrected`, `p_folds`, `p_folds_corrected`, `only_best`,
        `only_this` (nullable integers), `indistinguishable_from_best` (nullable), `judged_by`,
        `why_not`, `share_selected`, `within_one_error` (nullable).
        """
        import pandas as pd

        rows = self.standings
        method: list[Method] = [row.interval.method for row in rows]
        return pd.DataFrame(
            {
                "run": pd.array([row.run for row in rows], dtype="str"),
                "score": [row.score for row in rows],
                "low": [row.interval.low for row in rows],
                "high": [row.interval.high for row in rows],
                "interval": pd.array(method, dtype="str"),
                "p_examples": [row.p_examples for row in rows],
                "p_examples_corrected": [row.p_examples_corrected for row in rows],
                "p_folds": [row.p_folds for row in rows],
                "p_folds_corrected": [row.p_folds_corrected for row in rows],
                "only_best": pd.array([row.only_best for row in rows], dtype="Int64"),
                "only_this": pd.array([row.only_this for row in rows], dtype="Int64"),
                "indistinguishable_from_best": pd.array(
                    [row.indistinguishable for row in rows], dtype="boolean"
                ),
                "judged_by": pd.array([row.judged_by for row in rows], dtype="str"),
                "why_not": pd.array([row.why_not for row in rows], dtype="str"),
                "share_selected": [row.share_selected for row in rows],
                "within_one_error": pd.array(
                    [row.within_one_error for row in rows], dtype="boolean"
                ),
            }
        )
