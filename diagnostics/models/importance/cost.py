"""What asking a model again will cost, told before it is done by doing a little of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

import numpy as np

from diagnostics.models.evaluated_inputs import Evaluated, Part, asking
from diagnostics.models.importance.feature_groups import Group
from diagnostics.models.importance.losses import CHUNK, Metric, losses_against
from diagnostics.models.importance.permutation import REPEATS, shuffled_losses
from diagnostics.models.importance.shapley.sampled_shapley import sampled_contributions
from diagnostics.models.importance.shapley.sampling_plan import Plan, plan_for
from diagnostics.models.importance.word_removal import frequent_words, tokens_of, without_word
from diagnostics.models.row_forms import taken

#: Rows of the first try, how many times more there are in the next, and seconds that one must take
#: to tell from: what a call costs by itself says nothing about a thousand rows. What takes longer
#: than the last is not tried twice.
FIRST, MORE, ENOUGH, LONG = 20, 4, 0.15, 1.0

#: Asks about so many rows, or a few less or more, and says about how many.
Trial = Callable[[int], int]


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
    part = max(evaluated.parts, key=lambda one: len(one.places))
    if evaluated.form == "texts":
        texts = [text for part in evaluated.parts for text in part.rows]
        words = {word for word, _ in frequent_words(texts)}
        rows = sum(len(tokens_of(text) & words) for text in texts)
        each = seconds_of_a_row(_without_words(evaluated, part, metric), min(rows, CHUNK))
        return Cost(rows, len(words), rows * each)
    rows = len(evaluated.examples) * len(groups) * repeats
    if not groups:
        return Cost(rows, 0, 0.0)
    at_once = min(CHUNK, len(part.places) * repeats)
    each = seconds_of_a_row(_shuffled(evaluated, part, groups[0], metric), at_once)
    return Cost(rows, len(groups), rows * each)


def sampling_cost(evaluated: Evaluated) -> Cost:
    """The cost of estimating contributions.

    Raises
    ------
    DiagnosticsError
        If the rows differ in too many columns.
    """
    plan = plan_for(evaluated)
    each = seconds_of_a_row(_mixed(evaluated, plan), plan.asked)
    return Cost(plan.asked, plan.rows, plan.asked * each, "rows explained")


def seconds_of_a_row(trial: Trial, most: int) -> float:
    """How long a row takes in batches that grow to `most`, or till one takes long enough.

    Unless that is long, the last batch is asked about twice and the quicker one counts: the first
    time may have threads to start.
    """
    trial(1)  # the very first call has imports of its own
    n = min(FIRST, max(most, 1))
    while True:
        seconds, asked = _timed(trial, n)
        if ENOUGH <= seconds < LONG:
            again, _ = _timed(trial, n)
            seconds = min(seconds, again)
        if seconds >= ENOUGH or n >= most:
            return seconds / max(asked, 1)
        n = min(n * MORE, most)


def _timed(trial: Trial, n: int) -> tuple[float, int]:
    start = time.perf_counter()
    asked = trial(n)
    return time.perf_counter() - start, asked


def _shuffled(evaluated: Evaluated, part: Part, group: Group, metric: Metric) -> Trial:
    def trial(n: int) -> int:
        kept = min(n, len(part.places))
        some = Part(part.model, taken(part.rows, np.arange(kept)), part.places[:kept])
        random = np.random.default_rng(0)
        orders = np.array([random.permutation(kept) for _ in range(max(n // kept, 1))])
        with asking():
            return int(shuffled_losses(some, orders, group, evaluated, metric).size)

    return trial


def _without_words(evaluated: Evaluated, part: Part, metric: Metric) -> Trial:
    def trial(n: int) -> int:
        at = np.fromiter(islice(cycle(range(len(part.places))), n), np.int64)
        texts = [part.rows[place] for place in at]
        changed = [without_word(text, next(iter(tokens_of(text)), "")) for text in texts]
        with asking():
            losses_against(part, changed, evaluated.true[part.places[at]], metric)
        return n

    return trial


def _mixed(evaluated: Evaluated, plan: Plan) -> Trial:
    each = plan.asked / (plan.rows * plan.others)

    def trial(n: int) -> int:
        others = int(np.clip(n / each, 1, plan.others))
        rows = int(np.clip(n / each / others, 1, plan.rows))
        return sampled_contributions(evaluated, plan=Plan(rows, others, n)).asked

    return trial
