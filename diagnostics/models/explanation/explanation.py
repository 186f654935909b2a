"""Why a model gave an answer: what each feature of one example added, and how that is known."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

Method = Literal["exact", "shap", "lime", "kept"]
Scale = Literal["log-odds", "margin", "probability"]


@dataclass(frozen=True)
class Contribution:
    """What one feature added: `value` is what it was, in the words of the example where known.

    `place` is the column of the model's own input that it is, None where it is none or many. An
    estimate whose sign changed when it was repeated is not `stable`.
    """

    feature: str
    value: Any
    contribution: float
    place: int | None = None
    stable: bool = True


@dataclass(frozen=True)
class Span:
    """Characters of the text, from `start` up to `end`, and what they added."""

    start: int
    end: int
    contribution: float


@dataclass(frozen=True)
class Explanation:
    """One example's answer taken apart.

    `base` and all `contributions` add up to `output`, on `scale`, for `label`, or for `label`
    less `against` where that is given. `model_output` is the model's own figure on that scale,
    None where it cannot be asked; `error` is how far the sum misses it. `exact` says that the
    contributions are the model's own terms and no estimate. `spans` lay the contributions over
    `text`, in its order; `unplaced` is what could not be laid there. `picture` are the rows and
    columns of pixels, where the places of the contributions are those of an image. `r2` is how
    well LIME's stand-in fits the model near the example, and `agreement` the share of features
    whose sign the repeated runs of an estimate agree on. `notes` are sentences for the reader.
    """

    method: Method
    exact: bool
    scale: Scale
    label: str
    against: str | None
    base: float
    output: float
    contributions: tuple[Contribution, ...]
    model_output: float | None = None
    spans: tuple[Span, ...] = ()
    unplaced: float = 0.0
    r2: float | None = None
    agreement: float | None = None
    notes: tuple[str, ...] = ()
    text: str | None = None
    picture: tuple[int, int] | None = None

    @property
    def error(self) -> float | None:
        """How far the sum is from the model's own figure."""
        return None if self.model_output is None else abs(self.output - self.model_output)


def strongest_first(contributions: list[Contribution]) -> tuple[Contribution, ...]:
    """By size, whichever the direction; ties by the feature's name."""
    return tuple(sorted(contributions, key=lambda c: (-abs(c.contribution), c.feature)))


def total(base: float, contributions: list[Contribution]) -> float:
    """The base and all contributions, summed without losing digits."""
    return math.fsum([base, *(entry.contribution for entry in contributions)])
