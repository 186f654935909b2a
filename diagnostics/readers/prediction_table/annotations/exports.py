"""Which tool exported some objects, and the table of predictions that they hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from diagnostics.readers.prediction_table.annotations.argilla import (
    is_old_record,
    is_record,
    judged_record,
    old_row,
)
from diagnostics.readers.prediction_table.annotations.judged import Judged, ruled
from diagnostics.readers.prediction_table.annotations.label_studio import is_task, judged_task
from diagnostics.readers.prediction_table.annotations.rows import (
    is_doccano_row,
    is_label_studio_row,
    judged_documents,
    judged_rows,
)
from diagnostics.readers.prediction_table.shapes.nested import flat
from diagnostics.readers.prediction_table.table import Table, UnreadableTable

MODEL = "model"
SEVERAL = "People or models gave several labels to an example; such answers are not read yet."
ONE_EACH = "Ask one question for each label, with one choice, and export again."


class NothingToCompare(UnreadableTable):
    """An export of annotations from which no answer of a model can be read."""


def is_export(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the first objects of a file, or rows of a table, come from an annotation tool."""
    return bool(rows) and any(
        all(is_one(row) for row in rows[:3])
        for is_one in (is_task, is_record, is_old_record, is_label_studio_row, is_doccano_row)
    )


def exported_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """The answers of an export as a table: a row for each example and model, its roles told.

    Parameters
    ----------
    rows
        Objects of which `is_export` holds.

    Raises
    ------
    NothingToCompare
        If no model's answers are among them, or they are several labels each.
    """
    if is_old_record(rows[0]):
        return _old_table(rows)
    tool, examples = _examples(rows)
    questions = Counter(
        question for example in examples for question, guesses in example.models.items() if guesses
    )
    single = [question for question in questions if not _is_several(examples, question)]
    if not questions:
        raise _without_answers(tool, examples)
    if not single:
        raise NothingToCompare("multilabel-not-read", SEVERAL, ONE_EACH)
    question = max(single, key=lambda name: (_pairs(examples, name), questions[name]))
    return _table(tool, examples, question, [name for name in single if name != question])


def _old_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Records of Argilla 1, whose ranked labels a table has like any other."""
    if any(row.get("multi_label") or isinstance(row.get("annotation"), list) for row in rows):
        raise NothingToCompare("multilabel-not-read", SEVERAL, ONE_EACH)
    frame = _frame([old_row(row) for row in rows if is_old_record(row)])
    told = {"id": ("id",), "true_label": ("annotation",)}
    if frame[MODEL].drop_nulls().n_unique() == 1:
        told[MODEL] = (MODEL,)
    else:
        frame = frame.drop(MODEL)
    return Table(frame, told=told)


def _examples(rows: Sequence[Mapping[str, Any]]) -> tuple[str, list[Judged]]:
    first = rows[0]
    if is_task(first):
        return "Label Studio", [judged_task(row) for row in rows if is_task(row)]
    if is_record(first):
        return "Argilla", [judged_record(row) for row in rows]
    if is_label_studio_row(first):
        return "Label Studio", judged_rows(rows)
    return "doccano", judged_documents(rows)


def _is_several(examples: Iterable[Judged], question: str) -> bool:
    """Whether anybody gave more than one label."""
    given = [
        *(said.labels for example in examples for said in example.people.get(question, ())),
        *(guess.labels for example in examples for guess in example.models.get(question, ())),
    ]
    return any(len(labels) > 1 for labels in given)


def _pairs(examples: Iterable[Judged], question: str) -> int:
    """The examples of which both people and a model said something."""
    return sum(bool(e.people.get(question)) and bool(e.models.get(question)) for e in examples)


def _without_answers(tool: str, examples: Sequence[Judged]) -> NothingToCompare:
    n = sum(any(said.labels for people in e.people.values() for said in people) for e in examples)
    what = (
        f"{tool} exported {len(examples):,} examples, {n:,} of them with a label that people gave, "
        "and no answer of a model: there is nothing to compare."
    )
    hint = (
        "Export with the predictions inside (as JSON, not JSON_MIN or CSV), or write a "
        "predictions.csv with id, true_label and predicted_label."
    )
    return NothingToCompare("annotations-alone", what, hint)


def _table(tool: str, examples: Sequence[Judged], question: str, others: Sequence[str]) -> Table:
    predicted, score = f"{question} predicted", f"{question} score"
    ids = _ids(examples)
    rows: list[dict[str, Any]] = []
    rulings: Counter[str] = Counter()
    older = 0
    for own, example in zip(ids, examples, strict=True):
        label, ruling = ruled(example.people.get(question, ()))
        guesses = [guess for guess in example.models.get(question, ()) if guess.labels]
        newest = {guess.model: guess for guess in guesses}
        older += len(guesses) - len(newest)
        rulings[ruling if newest else "unanswered"] += 1
        names = {"id", question, predicted, score, MODEL}
        content = {f"{n} (data)" if n in names else n: v for n, v in example.content.items()}
        for guess in newest.values():
            answer = {question: label, predicted: guess.labels[0], score: guess.score}
            rows.append({"id": own, **content, **answer, MODEL: guess.model})
    frame = _frame(rows)
    told = {"id": ("id",), "predicted_label": (predicted,), "true_label": (question,)}
    told |= {"confidence": (score,)} if frame[score].count() else {}
    told |= {MODEL: (MODEL,)} if any(_models(rows)) else {}
    return Table(
        frame if MODEL in told else frame.drop(MODEL),
        oddities=tuple(_oddities(rulings, others)),
        notes=tuple(_notes(tool, rulings, older, question)),
        told=told,
    )


def _frame(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    try:
        return flat(pl.DataFrame(rows, infer_schema_length=None, strict=False))
    except (pl.exceptions.PolarsError, TypeError, ValueError, OverflowError) as error:
        what = f"The data of the export does not make a table: {error}."
        hint = "Export it with text and numbers alone in its data."
        raise NothingToCompare("broken-table", what, hint) from error


def _models(rows: Iterable[Mapping[str, Any]]) -> set[str]:
    return {row[MODEL] for row in rows}


def _ids(examples: Sequence[Judged]) -> list[str]:
    """The examples' ids, or their places where the tool wrote none, or one twice."""
    own = [example.id for example in examples]
    if all(own) and len(set(own)) == len(own):
        return own
    return [str(place) for place in range(1, len(own) + 1)]


def _oddities(rulings: Counter[str], others: Sequence[str]) -> Iterable[tuple[str, str, str]]:
    if n := rulings["disagreement"]:
        what = (
            f"{_examples_in_words(n)} no true label: the people who annotated "
            f"{'it' if n == 1 else 'them'} do not agree, and none of their labels has a majority."
        )
        hint = "Let one more person decide, or mark one as ground truth; then export again."
        yield "annotators-disagree", what, hint
    if others:
        named = ", ".join(others)
        what = f"Models answered other questions as well, which are not read: {named}."
        hint = "Export them into a file of their own, one question each."
        yield "questions-not-read", what, hint


def _notes(tool: str, rulings: Counter[str], older: int, question: str) -> Iterable[str]:
    yield f"Exported by {tool}; the question is {question!r}, the truth is what people answered."
    if n := rulings["majority"]:
        yield f"{_examples_in_words(n)} the label that most, not all, of the annotators gave."
    if n := rulings["unanswered"]:
        yield f"{n:,} example{'' if n == 1 else 's'} without a model's answer left out."
    if older:
        yield f"{older:,} older answer{'' if older == 1 else 's'} of the same model left out."


def _examples_in_words(n: int) -> str:
    return "1 example has" if n == 1 else f"{n:,} examples have"
