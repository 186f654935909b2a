"""Whose probability a single score is: what names say, what the truth says, what is assumed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from diagnostics.readers.prediction_table.values.labels import POSITIVE, canonical
from diagnostics.workspace.labels import natural_order

#: Beyond this z the truth says clearly which label has the higher scores (one in twenty).
CLEAR = 1.96
#: So far below one half, and so surely, scores rank a label that is called positive wrongly.
REVERSED, SURELY = 0.25, 3.09

Why = Literal["told", "name", "usual", "truth", "sorted"]


@dataclass(frozen=True)
class Positive:
    """The positive label and why; `area` is the chance that a row of it has the higher score."""

    label: str
    why: Why
    area: float = np.nan
    z: float = 0.0

    @property
    def is_assumed(self) -> bool:
        """Whether neither a name nor `errata.toml` says so."""
        return self.why in ("truth", "sorted")

    @property
    def is_reversed(self) -> bool:
        """Whether the truth says clearly that it is the other label."""
        return self.why == "usual" and self.area < REVERSED and self.z < -SURELY


def positive_of(
    known: Sequence[str],
    scores: np.ndarray,
    truth: pl.Series | None,
    *,
    hints: Sequence[str],
    told: str = "",
) -> Positive:
    """Which of two labels a score is the probability of.

    Parameters
    ----------
    known
        The two labels.
    scores
        One a row, NaN where unknown.
    truth
        True labels, None where there are none.
    hints
        Names that may hold a label, most telling first: the score's column, the truth's, the file.
    told
        What `errata.toml` says.
    """
    if told in known:
        return Positive(told, "told")
    if named := next((label for hint in hints if (label := label_in(hint, known))), None):
        return Positive(named, "name")
    ordered = natural_order(known)
    last = next((label for label in ordered if label.casefold() in POSITIVE), ordered[-1])
    is_usual = last.casefold() in POSITIVE
    if truth is None:
        return Positive(last, "usual" if is_usual else "sorted")
    area, z = rank_area(scores, (truth == last).to_numpy(), truth.is_not_null().to_numpy())
    if is_usual:
        return Positive(last, "usual", area, z)
    if abs(z) < CLEAR:
        return Positive(last, "sorted", area, z)
    if z > 0:
        return Positive(last, "truth", area, z)
    return Positive(next(label for label in known if label != last), "truth", 1 - area, -z)


def label_in(hint: str, known: Sequence[str]) -> str | None:
    """The label that a name speaks of: `spam_prob` of `spam`, `p_no_churn` of `no churn`."""
    words = [canonical(word) for word in re.split(r"[\W_]+", hint) if word]
    runs = {
        "".join(words[start:end])
        for start in range(len(words))
        for end in range(start + 1, len(words) + 1)
    }
    named = [label for label in known if len(label) > 1 and canonical(label) in runs]
    named = [label for label in named if re.search(r"[^\W\d_]", label)]
    longest = max((len(canonical(label)) for label in named), default=0)
    return next((label for label in named if len(canonical(label)) == longest), None)


def rank_area(
    scores: np.ndarray, is_positive: np.ndarray, is_known: np.ndarray
) -> tuple[float, float]:
    """The area under the ROC curve, and how many standard errors it is above one half.

    Mann and Whitney's test with ties; (NaN, 0) where one of the labels is missing.
    """
    usable = is_known.astype(bool) & ~np.isnan(scores)
    values, positive = pl.Series(scores[usable]), is_positive[usable].astype(bool)
    n, ones = len(values), int(positive.sum())
    if not 0 < ones < n:
        return np.nan, 0.0
    ranks = values.rank("average").to_numpy()
    zeros = n - ones
    area = (ranks[positive].sum() - ones * (ones + 1) / 2) / (ones * zeros)
    ties = values.value_counts()["count"].to_numpy().astype(float)
    spread = (n + 1) - ((ties**3 - ties).sum() / (n * (n - 1)))
    error = np.sqrt(max(spread, 0.0) / (12 * ones * zeros))
    return float(area), float((area - 0.5) / error) if error > 0 else 0.0
