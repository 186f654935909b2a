"""One model's answers out of a table: labels, confidences and probabilities from their columns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import cast

import numpy as np
import polars as pl

from diagnostics.readers.own_choices import toml_value
from diagnostics.readers.prediction_table.answers.single_score import from_score, of_two, told_kind
from diagnostics.readers.prediction_table.answers.spelt import (
    Answers,
    doubt_coding,
    say_score,
    spelt_alike,
)
from diagnostics.readers.prediction_table.choices import Choice, mapping_entry
from diagnostics.readers.prediction_table.columns.roles import AnswerColumns
from diagnostics.readers.prediction_table.columns.steps import FAMILY, Step
from diagnostics.readers.prediction_table.doubts import (
    best_matching,
    is_above_chance,
    judged,
    share_right,
)
from diagnostics.readers.prediction_table.values.bijections import threshold
from diagnostics.readers.prediction_table.values.class_order import (
    class_labels,
    names_of_codes,
)
from diagnostics.readers.prediction_table.values.labels import canonical, distinct, labels
from diagnostics.readers.prediction_table.values.measurements import (
    NotClassification,
    holds_probabilities,
)
from diagnostics.readers.prediction_table.values.one_score import (
    one_score,
)
from diagnostics.readers.prediction_table.values.scores import (
    Probabilities,
    matrix,
    probabilities,
    vectors,
)
from diagnostics.readers.prediction_table.values.spellings import (
    renamed,
    respelt_as,
    said,
)
from diagnostics.workspace.labels import natural_order

#: Fewer rows may contradict their scores by chance, more labels are not matched.
FEWEST, MOST_LABELS = 4, 200
#: Scores that differ by no more are equal: sums of shares are not exact.
TIED = 1e-7
#: An order of no more labels is written out.
FEW_LABELS = 10
#: In so many rows so much more is right in another order of the scores: then that is asked about.
MANY, MUCH = 50, 0.25
SORTED = "In sorted order"
UNORDERED = 'List the labels in the order of the scores in errata.toml: labels = ["…", "…"].'


def model_answers(
    frame: pl.DataFrame,
    columns: AnswerColumns,
    truth: pl.Series | None,
    choice: Choice,
    *,
    stem: str = "",
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
    stem
        The file's name without its ending, which may speak of the positive label.

    Raises
    ------
    NotClassification
        If truth and answers are measurements or texts, not labels.
    """
    if columns.classes or columns.vector:
        return _from_vectors(frame, columns, truth, choice)
    if columns.predicted and not holds_probabilities(frame[columns.predicted], truth):
        return _from_labels(frame, columns, truth, choice)
    return from_score(frame, columns, truth, choice, stem)


def _from_labels(
    frame: pl.DataFrame, columns: AnswerColumns, truth: pl.Series | None, choice: Choice
) -> Answers:
    """Predicted labels, with one score beside them or none."""
    name = cast(str, columns.predicted)
    spelt = spelt_alike(frame[name], truth, choice, frame[columns.codes] if columns.codes else None)
    predicted, true = spelt.predicted, spelt.truth
    also = f"numbers in {columns.codes}" if columns.codes else ""
    answers = Answers(true, predicted, mapping={"predicted_label": mapping_entry(name, also)})
    answers.notes += spelt.notes
    doubt_coding(answers, spelt)
    if columns.confidence is None:
        return answers
    score = one_score(frame[columns.confidence], told=told_kind(choice))
    known = natural_order(distinct([predicted] if true is None else [predicted, true]))
    meaning = "confidence of the predicted label"
    if len(known) == 2:
        meaning = of_two(answers, score, known, choice)
    else:
        answers.confidence = score.values
    answers.mapping["confidence"] = mapping_entry(columns.confidence, meaning)
    say_score(answers, score)
    return answers


def _from_vectors(
    frame: pl.DataFrame, columns: AnswerColumns, truth: pl.Series | None, choice: Choice
) -> Answers:
    """A score for every class."""
    spelt = None
    predicted, true = None, labels(truth)[0] if truth is not None else None
    if columns.predicted:
        codes = frame[columns.codes] if columns.codes else None
        spelt = spelt_alike(frame[columns.predicted], truth, choice, codes)
        predicted, true = spelt.predicted, spelt.truth
    stems = list(columns.classes.stems.values()) if columns.classes else None
    pattern = columns.classes.pattern if columns.classes else cast(str, columns.vector)
    by_class = list(columns.classes.stems) if columns.classes else []
    raw = matrix(frame, by_class) if by_class else vectors(frame[pattern])
    converted = probabilities(raw, told=told_kind(choice), name=pattern)
    notes = list(spelt.notes) if spelt else []
    read = true
    if stems and not choice.labels:
        stems, predicted, true = _named_alike(stems, converted.values, predicted, true, notes)
    labelled = [column for column in (predicted, true) if column is not None]
    known = natural_order(distinct(labelled))
    order, how = class_labels(stems, converted.values, known, predicted, told=choice.labels)
    if order is None:
        return _without_order(converted, predicted, true, columns)
    best = _most_probable(converted.values, order, beside=predicted)
    if not labelled and converted.off * 2 > len(frame):
        raise NotClassification(
            f"The scores in {pattern!r} do not sum to 1 and no label is given: they look like "
            "several labels at once."
        )
    answers = Answers(true, best if predicted is None else predicted, vectors=converted.values)
    answers.labels, answers.notes = order, notes
    if spelt is not None:
        doubt_coding(answers, spelt)
    _say_vectors(answers, converted, pattern, columns, differ=_count_differ(best, predicted))
    if how:
        answers.notes.append(how)
        answers.mapping["labels"] = mapping_entry(json.dumps(order, ensure_ascii=False))
    is_named_by_place = predicted is None and true is not read
    if predicted is None and (how or is_named_by_place) and not choice.labels:
        _doubt_order(answers, pattern, "In the columns' order" if is_named_by_place else SORTED)
    elif predicted is not None and "predicted_label" not in choice.columns:
        _doubt_answers(answers, best, columns, pattern)
    return answers


def _named_alike(
    stems: list[str],
    values: np.ndarray,
    predicted: pl.Series | None,
    true: pl.Series | None,
    notes: list[str],
) -> tuple[list[str], pl.Series | None, pl.Series | None]:
    """Score columns, answers and truth with the same names: numbers get the columns' names."""
    columns = [column for column in (predicted, true) if column is not None]
    known = distinct(columns)
    if names := names_of_codes(stems, values, known, predicted):
        notes.append(
            "Labels are numbers; they were named after the score columns: "
            f"{', '.join(f'{code} is {name!r}' for code, name in list(names.items())[:3])}."
        )
        return (
            stems,
            None if predicted is None else renamed(predicted, names),
            None if true is None else renamed(true, names),
        )
    spoken = {canonical(label) for label in known}
    matched = sum(canonical(stem) in spoken for stem in stems)
    respelt = respelt_as(stems, known) if matched < len(stems) else {}
    if respelt and sum(respelt.get(stem, stem) in known for stem in stems) > max(matched, 1):
        stems = [respelt.get(stem, stem) for stem in stems]
        notes.append(said(respelt).replace("Answers and truth", "Score columns and labels"))
    return stems, predicted, true


def _doubt_order(answers: Answers, pattern: str, taken: str) -> None:
    """Scores without labels were taken in some order: the truth must bear that out."""
    if answers.truth is None or not answers.truth.count():
        return
    counted = judged(answers.truth, answers.predicted)
    if len(answers.labels) > MOST_LABELS:
        return
    names, best = best_matching(counted)
    own = counted.hits / max(counted.n, 1)
    is_clearly_other = counted.n >= MANY and best >= own + MUCH
    if is_above_chance(counted) and not is_clearly_other:
        why = f"{taken.lower()} of the labels more is right than by chance"
        answers.steps.append(Step("labels", pattern, FAMILY, why))
        return
    order = [names.get(label, label) for label in answers.labels]
    instead = f"; in the order {', '.join(order[:10])} it would be {best:.0%}. Which?"
    what = (
        f"Nothing says which label each of the scores in {pattern!r} belongs to. {taken} "
        f"({', '.join(answers.labels[:10])}) {own:.0%} are right"
        f"{instead if best > own else '.'}"
    )
    hint = UNORDERED
    if best > own and len(order) <= FEW_LABELS:
        hint = f"Say in errata.toml in which order the scores stand: labels = {toml_value(order)}."
    answers.oddities.append(("class-order-unknown", what, hint))


def _doubt_answers(answers: Answers, best: pl.Series, columns: AnswerColumns, pattern: str) -> None:
    """Answers that say something else than the scores beside them in most rows."""
    known = answers.predicted.is_not_null() & best.is_not_null()
    differ = int((best != answers.predicted).filter(known).sum())
    vectors = cast(np.ndarray, answers.vectors)
    if vectors.shape[1] == 2:
        is_second = (answers.predicted == answers.labels[1]).fill_null(value=False).to_numpy()
        limits = threshold(vectors[:, 1], is_second)
        if differ and limits is not None:
            answers.notes.append(
                f"{answers.labels[1]!r} is predicted from a threshold between {limits[0]:.4g} and "
                f"{limits[1]:.4g} on, not from 0.5 on."
            )
            return
    if differ * 2 <= known.sum() or known.sum() < FEWEST:
        return
    what = (
        f"{columns.predicted!r} was read as the answer, and is not the most probable label of "
        f"{pattern!r} in {differ:,} of {int(known.sum()):,} rows"
    )
    if answers.truth is not None and answers.truth.count():
        own, instead = (share_right(answers.truth, x) for x in (answers.predicted, best))
        what += f": {own:.0%} right. With the most probable label: {instead:.0%}"
    column = toml_value(columns.predicted)
    hint = (
        f"Say in errata.toml which column is the answer: predicted_label = {column}, or that it "
        f'is none: shown = [{column}], or in which order the scores stand: labels = ["…", "…"].'
    )
    answers.oddities.append(("answer-contradicts-scores", f"{what}. Which?", hint))


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


def _most_probable(
    values: np.ndarray, order: Sequence[str], *, beside: pl.Series | None = None
) -> pl.Series:
    """The label with the highest score; of equally high ones that of the answer `beside`."""
    known = ~np.isnan(values).any(axis=1)
    scores = np.nan_to_num(values, nan=-1.0)
    place = scores.argmax(axis=1)
    if beside is not None and len(order):
        codes = {label: code for code, label in enumerate(order)}
        own = beside.replace_strict(codes, default=-1, return_dtype=pl.Int64).fill_null(-1)
        answer = own.to_numpy()
        reached = scores[np.arange(len(scores)), np.maximum(answer, 0)]
        place = np.where((answer >= 0) & (reached >= scores.max(axis=1) - TIED), answer, place)
    best = pl.Series("best", list(order), dtype=pl.String).gather(place)
    return (
        pl.DataFrame({"best": best, "known": known})
        .select(pl.when("known").then("best"))
        .to_series()
    )
