"""What a list of answers is narrowed to; `selection` applies it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diagnostics.predictions.outcomes import Across, Outcome


@dataclass(frozen=True)
class Filter:
    """A predicate over answers; what is None does not restrict.

    `text` is looked for in every text column of the content, whatever its capitals. `correct`
    keeps right or wrong answers. The confidence lies in (`min_confidence`, `max_confidence`], as
    in the bins of all histograms; a minimum of 0 includes 0.

    `having` is a slice: a word, a value of a column or a range in the compact form of
    `diagnostics.examples.slices`, such as `word:refund` or `column:age:0..11`: exactly that, where
    `text` is found within longer words and in every column, too.

    `against` names another run of the experiment, the old one, and keeps the answers to examples
    that both have. `outcome` narrows them down to those that were `fixed` (the old answer wrong,
    this one right) or `broken`, are `both-wrong-same`, `both-wrong-different` or `both-right`, or
    `agree` or `disagree`, whatever the truth. `across` keeps examples of all runs, that they
    answered alike: `never-right`, `always-right`, `only-this-right`, `only-this-wrong`.
    """

    true_label: str | None = None
    predicted_label: str | None = None
    split: str | None = None
    correct: bool | None = None
    text: str | None = None
    min_confidence: float | None = None
    max_confidence: float | None = None
    against: str | None = None
    outcome: Outcome | None = None
    across: Across | None = None
    having: str | None = None
