"""Estimates that were made several times with other seeds: their mean, and how far they agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnostics.models.explanation.explanation import Contribution, Span
from diagnostics.models.explanation.perturbed_rows import PerturbedRows
from diagnostics.models.explanation.question import Question
from diagnostics.models.explanation.text_spans import spans_of
from diagnostics.models.explanation.words import Piece

#: Below this share of the strongest an estimate counts as nothing, and has no sign.
NOTHING = 1e-9
#: Features that are named, of those whose sign changed.
NAMED = 8
Figures = NDArray[np.float64]


@dataclass(frozen=True)
class Repeated:
    """Repetitions × features; `mean` is what is shown."""

    values: Figures

    @property
    def mean(self) -> Figures:
        """The mean of the repetitions, one figure a feature."""
        return np.asarray(self.values.mean(axis=0))

    @property
    def is_stable(self) -> NDArray[np.bool_]:
        """For each feature, whether every repetition gave it the same sign."""
        size = np.abs(self.values).max(initial=0.0)
        signs = np.where(np.abs(self.values) > NOTHING * size, np.sign(self.values), 0)
        return np.asarray((signs == signs[:1]).all(axis=0))

    @property
    def agreement(self) -> float | None:
        """The share of features whose sign stayed; None where there are none."""
        return float(self.is_stable.mean()) if self.values.shape[1] else None


def unstable_note(found: Sequence[Contribution], unit: str) -> tuple[str, ...]:
    """A sentence on the features whose sign changed, by name unless they are pixels."""
    names = list(dict.fromkeys(entry.feature for entry in found if not entry.stable))
    if not names:
        return ()
    share = f"{len(names)} of {len(found)} {unit}, whose sign changed between repetitions"
    if unit == "pixels":
        return (f"Not to be relied on: {share}.",)
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return (f"Not to be relied on: {', '.join(names[:NAMED])}{more} ({share}).",)


def unit_of(question: Question) -> str:
    """What the features of a question are called."""
    if question.picture is not None:
        return "pixels"
    if isinstance(question.row, list):
        return "words"
    return "words and columns" if question.text is not None else "columns"


def of_parts(estimates: Repeated, mixed: PerturbedRows, question: Question) -> list[Contribution]:
    """A contribution for every part of a row; of a block of pixels an equal share for each."""
    contributions = []
    for part, mean, stable in zip(mixed.parts, estimates.mean, estimates.is_stable, strict=True):
        if question.picture is None:
            is_column = part.piece is None and len(part.columns) == 1
            place = part.columns[0] if is_column else None
            contributions.append(
                Contribution(part.name, part.value, float(mean), place, bool(stable))
            )
            continue
        each, pixels = float(mean) / len(part.columns), np.ravel(question.row)
        contributions += [
            Contribution(question.input_names[at], pixels[at].item(), each, at, bool(stable))
            for at in part.columns
        ]
    return contributions


def over_the_text(
    contributions: Sequence[Contribution], mixed: PerturbedRows, question: Question
) -> dict[str, Any]:
    """Of a row with a text: that text, what its words added where they stand, and what did not.

    As `Explanation` has them; nothing for rows without a text, or whose text is one part.
    """
    if question.text is None or question.picture is not None:
        return {}
    column = question.input_names.index(question.text_column)
    parts = list(zip(mixed.parts, contributions, strict=True))
    pieces = [
        (*part.piece, entry.contribution)
        for part, entry in parts
        if part.piece is not None and part.columns == (column,)
    ]
    if not pieces:
        return {}
    spans = spans_of(question.text, pieces)
    added = fsum(entry.contribution for entry in contributions)
    unplaced = added - fsum(span.contribution for span in spans)
    return {"text": question.text, "spans": spans, "unplaced": unplaced}


def of_words(estimates: Repeated, text: str, places: Sequence[Sequence[Piece]]) -> tuple[
    list[Contribution], tuple[Span, ...]
]:  # fmt: skip
    """A contribution for each word, wherever it stands, and what lies over the text.

    Every occurrence has an equal share.
    """
    contributions, pieces = [], []
    for word, mean, stable in zip(places, estimates.mean, estimates.is_stable, strict=True):
        start, end = word[0]
        entry = Contribution(text[start:end], len(word), float(mean), None, bool(stable))
        contributions.append(entry)
        each = entry.contribution / len(word)
        pieces += [(start, end, each) for start, end in word]
    return contributions, spans_of(text, pieces)
