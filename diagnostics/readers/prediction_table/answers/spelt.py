"""Answers with their truth, spelt alike, and what is said of how they were read."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from diagnostics.readers.prediction_table.choices import Choice, mapping_entry
from diagnostics.readers.prediction_table.columns.steps import Step
from diagnostics.readers.prediction_table.doubts import Alternative
from diagnostics.readers.prediction_table.values.bijections import translation
from diagnostics.readers.prediction_table.values.labels import distinct, labels
from diagnostics.readers.prediction_table.values.measurements import require_labels
from diagnostics.readers.prediction_table.values.one_score import OneScore
from diagnostics.readers.prediction_table.values.spellings import Spelt, renamed, spelt_as_one


@dataclass
class Answers:
    """Answers ready for `predictions_frame`, and what was chosen on the way."""

    truth: pl.Series | None
    predicted: pl.Series
    confidence: np.ndarray | None = None
    vectors: np.ndarray | None = None
    labels: list[str] = field(default_factory=list)
    rank: pl.Series | None = None
    margin: pl.Series | None = None
    mapping: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    oddities: list[tuple[str, str, str]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    alternatives: list[Alternative] = field(default_factory=list)


def spelt_alike(
    predicted: pl.Series,
    truth: pl.Series | None,
    choice: Choice,
    codes: pl.Series | None = None,
) -> Spelt:
    """Prediction and truth as labels in one spelling, after it is sure that they are labels.

    `codes` says the predicted labels as numbers; a truth of such numbers gets the names. Where the
    `choice` is not to join labels, they stay as they are written.
    """
    require_labels(predicted, truth)
    if truth is None:
        answered = labels(predicted)[0]
        return spelt_as_one(answered, None) if choice.join_labels else Spelt(answered, None)
    answered, true = labels(predicted, truth)
    if not choice.join_labels:
        return Spelt(answered, true)
    if codes is None:
        return spelt_as_one(answered, true)
    names = translation(labels(codes)[0], answered) or {}
    seen = distinct([true])
    if len(seen & names.keys()) <= len(seen & set(names.values())):
        return spelt_as_one(answered, true)
    what = f"The numbers in {truth.name!r} are the labels of {codes.name!r}, whose names are in"
    return Spelt(answered, renamed(true, names), (f"{what} {predicted.name!r}.",))


def doubt_coding(answers: Answers, spelt: Spelt) -> None:
    """Ask whether two codings of the labels are one, where only the figures say so."""
    if spelt.doubt:
        hint = (
            "Write answers and truth with the same numbers, or say in errata.toml that they have "
            "them: join_labels = false."
        )
        answers.oddities.append(("label-spaces-differ", f"{spelt.doubt} Which?", hint))


def say_score(answers: Answers, score: OneScore) -> None:
    """Note how a single score was read, and what could not be."""
    if score.kind != "probability":
        answers.mapping["scores"] = mapping_entry(score.kind, score.done)
        answers.notes.append(f"The values of {score.name!r} look like {score.kind}: {score.done}.")
    if score.words:
        what = f"{score.words:,} values of {score.name!r} are no numbers"
        answers.notes.append(f"{what}; the confidence of these rows is unknown.")
    if score.outside:
        what = f"{score.outside:,} values of {score.name!r} lie outside 0 to 1; they were left out."
        hint = 'Say what they are in errata.toml: scores = "logit", "log-probability", "percent".'
        answers.oddities.append(("confidence-outside", what, hint))
