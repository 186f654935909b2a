"""Parameters whose best value is at an end of what was searched: look further there."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

from diagnostics.runs.parameters.effects import Importance, marginal_means, parameter_shares
from diagnostics.runs.parameters.trials import Factor, Trials, coarse
from diagnostics.runs.run_table import NOT_SET

#: Values of a numeric parameter from which on the smallest and the largest are edges.
EDGE_VALUES = 3
#: A parameter that explains less than this has no best value.
LEAST_SHARE = 0.01

_SEED = re.compile(r"(^|[_.])(seed|random_state)$")
#: What scikit-learn takes at least, where that is neither 0 nor 1.
_LEAST = {"min_samples_split": 2.0}


@dataclass(frozen=True)
class Edge:
    """A parameter whose best value, on average and in the best run, is at an end of the search.

    `value` is that value, or the part of the range, and `inner` the next one; with their means.
    """

    name: str
    end: Literal["smallest", "largest"]
    value: str
    mean: float
    inner: str
    inner_mean: float
    is_range: bool


def is_seed(name: str) -> bool:
    """Whether a parameter only sets the random numbers: its best value means nothing."""
    return _SEED.search(name) is not None


def edges(trials: Trials, weights: Importance) -> list[Edge]:
    """Parameters whose best value is the smallest or the largest tried: search further there.

    Of numeric parameters with `EDGE_VALUES` values or more. The best run must be at that end, and
    the mean score there must be the best of all values, so that one lucky run is not enough. A
    parameter that explains less than `LEAST_SHARE` is left out; without an importance the mean at
    the end must be better than the next by the standard error of their difference. Ends that nature
    sets are none: 0, 1 of fractions and of whole numbers, seeds, and the largest number where None,
    which often stands for no limit, was tried as well.
    """
    known = parameter_shares(weights)
    return [
        edge
        for factor in trials.factors
        if known.get(factor.name, 1.0) >= LEAST_SHARE
        and (edge := _edge(trials, factor, is_weighed=factor.name in known)) is not None
    ]


def _edge(trials: Trials, factor: Factor, *, is_weighed: bool) -> Edge | None:
    numeric = [n for n in factor.numbers if math.isfinite(n)]
    if is_seed(factor.name) or not factor.is_numeric or len(numeric) < EDGE_VALUES:
        return None
    means = marginal_means(trials, factor.name)
    parts = coarse(factor)
    rows = means[[math.isfinite(parts.numbers[code]) for code in means["code"]]]
    signed = rows["mean"] if trials.rises else -rows["mean"]
    ties = trials.scores == trials.scores[trials.best]
    for end, at, beside in (("smallest", 0, 1), ("largest", -1, -2)):
        row, inner = rows.iloc[at], rows.iloc[beside]
        is_best = bool((signed.drop(rows.index[at]) < signed.iloc[at]).all())
        if not is_best or not (parts.codes[ties] == row["code"]).all() or _is_bound(factor, end):
            continue
        error = math.hypot(*(one["std"] / math.sqrt(one["n"]) for one in (row, inner)))
        is_alone = len(trials.factors) == 1 and math.isnan(error)
        if not (is_weighed or is_alone or abs(row["mean"] - inner["mean"]) > error):
            continue
        return Edge(
            factor.name, "smallest" if end == "smallest" else "largest",
            row["value"], float(row["mean"]), inner["value"], float(inner["mean"]),
            parts is not factor,
        )  # fmt: skip
    return None


def _is_bound(factor: Factor, end: str) -> bool:
    """Whether there is nothing to search beyond the end."""
    numbers = [n for n in factor.numbers if math.isfinite(n)]
    low, high = min(numbers), max(numbers)
    is_whole = all(n == int(n) for n in numbers)
    if end == "largest":
        is_fraction = high == 1 and low >= 0 and not is_whole
        return is_fraction or len(set(factor.values) - {NOT_SET}) > len(numbers)
    last = re.split(r"__|\.|/", factor.name)[-1]
    return low == 0 or (is_whole and low == 1) or low == _LEAST.get(last)
