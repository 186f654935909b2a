"""One model's answers out of a table: labels, confidences and probabilities from their columns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import polars as pl

from diagnostics.readers.prediction_table.choices import Choice, mapping_entry
from diagnostics.readers.prediction_table.columns.roles import AnswerColumns
from diagnostics.readers.prediction_table.values.class_order import class_labels
from diagnostics.readers.prediction_table.values.labels import distinct, labels, positive_label
from diagnostics.readers.prediction_table.values.measurements import (
    NotClassification,
    holds_probabilities,
    require_labels,
)
from diagnostics.readers.prediction_table.values.one_score import (
    OneScore,
    is_of_positive,
    one_score,
    two_columns,
)
from diagnostics.readers.prediction_table.values.scores import (
    Kind,
    Probabilities,
    matrix,
    probabilities,
    vectors,
)
from diagnostics.workspace.labels import natural_order

DOUBTFUL = "Say `positive_label` in errata.toml if they are the probability of one label."
UNORDERED = 'List the labels in the order of the scores in errata.toml: labels = ["…", "…"].'


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


def model_answers(
    frame: pl.DataFrame, columns: AnswerColumns, truth: pl.Series | None, choice: Choice
) -> Answers:
    """One model's answers.

    Parameters
    ----------
    frame
        The table's rows of this model.
    columns
        The columns that they are read from.
    truth
        The true labels as found in this or another file, None if there are none.
    choice
        What `errata.toml` says about the meaning of the scores.

    Raises
    ------
    NotClassification
        If truth and answers are measurements or texts, not labels.
    """
    if columns.classes or columns.vector:
        return _from_vectors(frame, columns, truth, choice)
    if columns.predicted and not holds_probabilities(frame[columns.predicted], truth):
        return _from_labels(frame, columns, truth, choice)
    return _from_score(frame, columns, truth, choice)


def spelt_alike(
    predicted: pl.Series, truth: pl.Series | None
) -> tuple[pl.Series, pl.Series | None]:
    """Prediction and truth as labels, after it is sure that they are labels."""
    require_labels(predicted, truth)
    if truth is None:
        return labels(predicted)[0], None
    answered, true = labels(predicted, truth)
    return answered, true


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


def _from_labels(
    frame: pl.DataFrame, columns: AnswerColumns, truth: pl.Series | None, choice: Choice
) -> Answers:
    """Predicted labels, with one score beside them or none."""
    name = cast(str, columns.predicted)
    predicted, true = spelt_alike(frame[name], truth)
    answers = Answers(true, predicted, mapping={"predicted_label": mapping_entry(name)})
    if columns.confidence is None:
        return answers
    score = one_score(frame[columns.confidence], told=_told(choice))
    known = natural_order(distinct([predicted] if true is None else [predicted, true]))
    meaning = "confidence of the predicted label"
    if len(known) == 2:
        meaning = _of_two(answers, score, known, choice)
    else:
        answers.confidence = score.values
    answers.mapping["confidence"] = mapping_entry(columns.confidence, meaning)
    say_score(answers, score)
    return answers


def _of_two(answers: Answers, score: OneScore, known: list[str], choice: Choice) -> str:
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
    return f"probability of {positive!r}"


def _from_score(
    frame: pl.DataFrame, columns: AnswerColumns, truth: pl.Series | None, choice: Choice
) -> Answers:
    """One probability and no label: the positive label is predicted from 0.5 on."""
    name = cast(str, columns.predicted or columns.confidence)
    score = one_score(frame[name], told=_told(choice))
    true = labels(truth)[0] if truth is not None else None
    known = _two_labels(set() if true is None else distinct([true]))
    positive = choice.positive_label
    if positive not in known:
        positive = positive_label(known, hint=name)
    negative = next(label for label in known if label != positive)
    value = pl.col("score").fill_nan(None)
    picked = pl.when(value >= 0.5).then(pl.lit(positive)).when(value < 0.5).then(pl.lit(negative))
    predicted = pl.DataFrame({"score": score.values}).select(picked).to_series()
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
    say_score(answers, score)
    return answers


def _two_labels(known: set[str]) -> list[str]:
    """Two labels, of which perhaps only one or none occurs."""
    if len(known) >= 2:
        return natural_order(known)
    if known <= {"0", "1"}:
        return ["0", "1"]
    return ["False", "True"] if known <= {"False", "True"} else [*known, f"not {min(known)}"]


def _from_vectors(
    frame: pl.DataFrame, columns: AnswerColumns, truth: pl.Series | None, choice: Choice
) -> Answers:
    """A score for every class."""
    predicted, true = None, labels(truth)[0] if truth is not None else None
    if columns.predicted:
        predicted, true = spelt_alike(frame[columns.predicted], truth)
    stems = list(columns.classes.stems.values()) if columns.classes else None
    pattern = columns.classes.pattern if columns.classes else cast(str, columns.vector)
    by_class = list(columns.classes.stems) if columns.classes else []
    raw = matrix(frame, by_class) if by_class else vectors(frame[pattern])
    converted = probabilities(raw, told=_told(choice), name=pattern)
    labelled = [column for column in (predicted, true) if column is not None]
    known = natural_order(distinct(labelled))
    order, how = class_labels(stems, converted.values, known, predicted, told=choice.labels)
    if order is None:
        return _without_order(converted, predicted, true, columns)
    best = _most_probable(converted.values, order)
    if not labelled and converted.off * 2 > len(frame):
        raise NotClassification(
            f"The scores in {pattern!r} do not sum to 1 and no label is given: they look like "
            "several labels at once."
        )
    answers = Answers(true, best if predicted is None else predicted, vectors=converted.values)
    answers.labels = order
    _say_vectors(answers, converted, pattern, columns, differ=_count_differ(best, predicted))
    if how:
        answers.notes.append(how)
        answers.mapping["labels"] = mapping_entry(json.dumps(order, ensure_ascii=False))
    return answers


def _say_vectors(
    answers: Answers, converted: Probabilities, pattern: str, columns: AnswerColumns, *, differ: int
) -> None:
    kind = "columns" if columns.classes else "scores a row"
    how = "" if columns.predicted else "the most probable label"
    answers.mapping["predicted_label"] = mapping_entry(columns.predicted or "", how)
    if columns.classes and pattern == "*" and set(columns.classes.stems) != set(answers.labels):
        pattern = json.dumps(list(columns.classes.stems), ensure_ascii=False)
    answers.mapping["probabilities"] = mapping_entry(pattern, f"{converted.values.shape[1]} {kind}")
    answers.mapping["scores"] = mapping_entry(converted.kind, converted.done)
    if converted.kind != "probability":
        answers.notes.append(
            f"The scores in {pattern!r} look like {converted.kind}: {converted.done}."
        )
    if converted.off:
        what = f"The probabilities of {converted.off:,} rows do not sum to 1"
        answers.notes.append(f"{what}; they were kept as they are.")
    if differ:
        what = f"In {differ:,} rows the predicted label is not the most probable one"
        answers.notes.append(f"{what}; the table's prediction counts.")


def _count_differ(best: pl.Series, predicted: pl.Series | None) -> int:
    return 0 if predicted is None else int((best != predicted).sum())


def _without_order(
    converted: Probabilities,
    predicted: pl.Series | None,
    true: pl.Series | None,
    columns: AnswerColumns,
) -> Answers:
    """Scores whose labels are unknown: the largest of a row is still its confidence."""
    name = columns.vector or (columns.classes.pattern if columns.classes else "")
    what = f"Nothing says which label each of the scores in {name!r} belongs to."
    if predicted is None:
        raise NotClassification(what)
    values = converted.values
    highest = values.max(axis=1) if values.shape[1] else np.full(len(values), np.nan)
    answers = Answers(true, predicted, confidence=highest)
    answers.mapping["predicted_label"] = mapping_entry(cast(str, columns.predicted))
    answers.mapping["confidence"] = mapping_entry("", f"the largest of {name}")
    answers.oddities.append(("class-order-unknown", what, UNORDERED))
    return answers


def _most_probable(values: np.ndarray, order: Sequence[str]) -> pl.Series:
    known = pl.Series("known", ~np.isnan(values).any(axis=1))
    place = pl.Series(np.nan_to_num(values, nan=-1.0).argmax(axis=1))
    best = pl.Series("best", list(order), dtype=pl.String).gather(place)
    return pl.DataFrame([best, known]).select(pl.when("known").then("best")).to_series()


def _told(choice: Choice) -> Kind | None:
    return cast("Kind", choice.scores) if choice.scores else None
