"""Answers out of one score a row: whose probability it is, and where it was cut."""

from __future__ import annotations

from typing import cast

import polars as pl

from diagnostics.readers.own_choices import toml_value
from diagnostics.readers.prediction_table.answers.spelt import Answers, say_score
from diagnostics.readers.prediction_table.choices import Choice, mapping_entry
from diagnostics.readers.prediction_table.columns.roles import AnswerColumns
from diagnostics.readers.prediction_table.columns.steps import LEFT_OVER, VALUES, Step
from diagnostics.readers.prediction_table.doubts import Alternative, share_right
from diagnostics.readers.prediction_table.values.bijections import threshold
from diagnostics.readers.prediction_table.values.labels import distinct, labels
from diagnostics.readers.prediction_table.values.one_score import (
    OneScore,
    is_of_positive,
    one_score,
    two_columns,
)
from diagnostics.readers.prediction_table.values.positive import Positive, positive_of
from diagnostics.readers.prediction_table.values.scores import Kind
from diagnostics.workspace.labels import natural_order

DOUBTFUL = "Say `positive_label` in errata.toml if they are the probability of one label."


def of_two(answers: Answers, score: OneScore, known: list[str], choice: Choice) -> str:
    """Two labels: one score makes the whole vector, once it is clear whose probability it is."""
    told = choice.positive_label if choice.positive_label in known else None
    positive = told or is_of_positive(score.values, answers.predicted, known)
    if positive is None:
        answers.confidence = score.values
        what = (
            f"Column {score.name!r} has scores below 0.5 for both labels: neither the confidence "
            "of the predicted label nor the probability of one of them."
        )
        answers.oddities.append(("score-unclear", what, DOUBTFUL))
        return "confidence of the predicted label, doubtful"
    answers.labels = known
    answers.vectors = two_columns(score.values, answers.predicted, known, positive=positive)
    if not positive:
        return "confidence of the predicted label"
    answers.mapping["positive_label"] = mapping_entry(positive)
    answers.notes.append(f"Column {score.name!r} is read as the probability of {positive!r}.")
    _say_threshold(answers, score, positive)
    return f"probability of {positive!r}"


def _say_threshold(answers: Answers, score: OneScore, positive: str) -> None:
    """Note where the answers were cut, if that is not one half."""
    is_positive = (answers.predicted == positive).fill_null(value=False).to_numpy()
    limits = threshold(score.values, is_positive)
    if limits is not None and not limits[0] < 0.5 <= limits[1]:
        answers.notes.append(
            f"{positive!r} is predicted from a threshold between {limits[0]:.4g} and "
            f"{limits[1]:.4g} of {score.name!r} on, not from 0.5 on."
        )


def from_score(
    frame: pl.DataFrame,
    columns: AnswerColumns,
    truth: pl.Series | None,
    choice: Choice,
    stem: str,
) -> Answers:
    """One probability and no label: the positive label is predicted from 0.5 on."""
    name = cast(str, columns.predicted or columns.confidence)
    score = one_score(frame[name], told=told_kind(choice))
    true = labels(truth)[0] if truth is not None else None
    known = _two_labels(set() if true is None else distinct([true]))
    hints = [name, str(truth.name) if truth is not None else "", stem]
    told = choice.positive_label
    chosen = positive_of(known, score.values, true, hints=hints, told=told)
    positive = chosen.label
    predicted = _cut(score, positive, known)
    answers = Answers(true, predicted, labels=known)
    answers.vectors = two_columns(score.values, predicted, known, positive=positive)
    rule = f"{positive!r} from 0.5 on"
    answers.mapping["positive_label"] = mapping_entry(positive, "predicted from 0.5 on")
    if columns.predicted:
        answers.mapping["predicted_label"] = mapping_entry(name, f"probability of {positive!r}")
    else:
        answers.mapping["predicted_label"] = mapping_entry("", rule)
        answers.mapping["confidence"] = mapping_entry(name, f"probability of {positive!r}")
    answers.notes.append(
        f"Column {name!r} is read as the probability of {positive!r}; predicted {rule}."
    )
    _doubt_positive(answers, score, chosen, known)
    say_score(answers, score)
    return answers


def _cut(score: OneScore, positive: str, known: list[str]) -> pl.Series:
    """The positive label from one half on."""
    negative = next(label for label in known if label != positive)
    value = pl.col("score").fill_nan(None)
    picked = pl.when(value >= 0.5).then(pl.lit(positive)).when(value < 0.5).then(pl.lit(negative))
    return pl.DataFrame({"score": score.values}).select(picked).to_series()


def _doubt_positive(answers: Answers, score: OneScore, chosen: Positive, known: list[str]) -> None:
    """Say how a positive label was assumed, with the figure that the other one would have."""
    if not (chosen.is_assumed or chosen.is_reversed) or answers.truth is None:
        return
    other = next(label for label in known if label != chosen.label)
    turned = _cut(score, other, known)
    line = f"positive_label = {toml_value(other)}"
    read = f"{score.name!r} was read as P({chosen.label})"
    if chosen.is_reversed:
        way = Alternative(read, f"As P({other})", line, turned)
        answers.alternatives.append(way)
        return
    own, instead = (share_right(answers.truth, column) for column in (answers.predicted, turned))
    why = "whose rows have the higher scores" if chosen.why == "truth" else "the last by name"
    answers.steps.append(
        Step("positive_label", chosen.label, VALUES if chosen.why == "truth" else LEFT_OVER, why)
    )
    what = (
        f"No name says whose probability {score.name!r} is. It was read as P({chosen.label}), "
        f"{why}: {own:.0%} right. As P({other}): {instead:.0%}. Which?"
    )
    labels_of = f"{toml_value(chosen.label)}, or {toml_value(other)}"
    hint = f"Say it in errata.toml: positive_label = {labels_of}."
    answers.oddities.append(("positive-label-assumed", what, hint))


def _two_labels(known: set[str]) -> list[str]:
    """Two labels, of which perhaps only one or none occurs."""
    if len(known) >= 2:
        return natural_order(known)
    if known <= {"0", "1"}:
        return ["0", "1"]
    return ["False", "True"] if known <= {"False", "True"} else [*known, f"not {min(known)}"]


def told_kind(choice: Choice) -> Kind | None:
    """What `errata.toml` says that scores are."""
    return cast("Kind", choice.scores) if choice.scores else None
