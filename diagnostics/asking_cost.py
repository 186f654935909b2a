"""What asking a model again will cost, told before it is done."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from diagnostics.evaluated_inputs import Evaluated, taken
from diagnostics.feature_groups import Group
from diagnostics.permutation import REPEATS, Metric, losses_against
from diagnostics.sampled_contributions import plan_for
from diagnostics.word_removal import frequent_words, words_of

#: Rows that are asked about to see how long one takes.
TRIED = 400


@dataclass(frozen=True)
class Cost:
    """So many rows to ask about, of so many features or rows, in about so many seconds."""

    rows: int
    features: int
    seconds: float
    what: str = "features"

    @property
    def words(self) -> str:
        """The cost in a sentence."""
        took = (
            "a few seconds"
            if self.seconds < 8
            else f"about {round(self.seconds / 5) * 5} seconds"
            if self.seconds < 100
            else f"about {round(self.seconds / 60)} minutes"
        )
        return f"{self.features:,} {self.what}, {self.rows:,} rows to ask about, {took}."


def shuffling_cost(
    evaluated: Evaluated, groups: Sequence[Group], metric: Metric, repeats: int = REPEATS
) -> Cost:
    """The cost of mixing up these groups; of texts, that of taking their words out."""
    each = _seconds_of_a_row(evaluated, metric)
    if evaluated.form == "texts":
        texts = [text for part in evaluated.parts for text in part.rows]
        words = {word for word, _ in frequent_words(texts)}
        rows = sum(len(words_of(text) & words) for text in texts)
        return Cost(rows, len(words), rows * each)
    rows = len(evaluated.examples) * len(groups) * repeats
    return Cost(rows, len(groups), rows * each)


def sampling_cost(evaluated: Evaluated) -> Cost:
    """The cost of estimating contributions.

    Raises
    ------
    DiagnosticsError
        If the rows differ in too many columns.
    """
    plan = plan_for(evaluated)
    metric: Metric = "log loss" if evaluated.has_probabilities else "accuracy"
    each = _seconds_of_a_row(evaluated, metric)
    return Cost(plan.asked, plan.rows, plan.asked * each, "rows explained")


def _seconds_of_a_row(evaluated: Evaluated, metric: Metric) -> float:
    part = evaluated.parts[0]
    some = taken(part.rows, range(min(TRIED, len(part.places))))
    losses_against(part, taken(part.rows, [0]), evaluated.true[part.places[:1]], metric)
    start = time.perf_counter()  # the first call has imports of its own
    losses_against(part, some, evaluated.true[part.places[: len(some)]], metric)
    return (time.perf_counter() - start) / len(some)
