"""Rows of answers: one example, its true label and what the model said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple

import polars as pl

from diagnostics.readers.rasa.files import number, whole_text
from diagnostics.workspace import NO_PREDICTION, tables

#: Where a row of each kind keeps the true label and the answer.
COLUMNS = {
    "intents": ("intent", "intent_prediction"),
    "responses": ("intent_response_key_target", "intent_response_key_prediction"),
}


class Answer(NamedTuple):
    """One answer; `confidence` is None where there was none, or no prediction."""

    text: str
    true_label: str
    predicted_label: str
    confidence: float | None


class Answers(NamedTuple):
    """The rows of a list that could be read, and how many could not."""

    rows: list[Answer]
    skipped: int = 0


def parse_answers(content: Iterable[object], subject: str) -> Answers:
    """The answers in a list of JSON rows, as the files have them or as the server sends them."""
    rows = [_answer(row, *COLUMNS[subject]) for row in content]
    known = [row for row in rows if row is not None]
    return Answers(known, len(rows) - len(known))


def _answer(row: object, truth: str, answer: str) -> Answer | None:
    if not isinstance(row, dict):
        return None
    # The server's full list is flat and calls the answer `predicted`; responses keep their key.
    prediction = row.get(answer, row.get("predicted"))
    if not isinstance(prediction, dict):
        prediction = {"name": prediction, "confidence": row.get("confidence")}
    text, label, name = row.get("text"), row.get(truth), prediction.get("name")
    if not isinstance(text, str) or not isinstance(label, str) or not label:
        return None
    text, label = whole_text(text), whole_text(label)
    # Rasa's files have "" for no answer, with a confidence of 0.0 or null that means nothing.
    if name is None or name == "":
        return Answer(text, label, NO_PREDICTION, None)
    return Answer(text, label, whole_text(str(name)), number(prediction.get("confidence")))


def example_ids(contents: Iterable[tuple[str, str]]) -> list[str]:
    """A short stable id for each (text, truth); equal ones are told apart by their position."""
    seen: Counter[str] = Counter()
    ids = []
    for text, truth in contents:
        key = f"{text}\0{truth}".encode()
        name = blake2b(key, digest_size=6).hexdigest()
        seen[name] += 1
        ids.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return ids


def rows_fingerprint(answers: Sequence[Answer]) -> str:
    """Equal for lists with the same answers and the same confidences, in any order.

    "" where it would prove nothing: two models may well make the same few mistakes, but not
    with the same confidences, unless these are all 0 or 1.
    """
    if all(answer.confidence in (None, 0.0, 1.0) for answer in answers):
        return ""
    lines = sorted(repr(tuple(answer)) for answer in answers)
    return blake2b("\n".join(lines).encode(), digest_size=12).hexdigest()


def answer_tables(
    answers: Sequence[Answer], labels: Sequence[str], *, with_confidence: bool
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The canonical predictions, coded by `labels` (in natural order), and the texts."""
    ids = example_ids((answer.text, answer.true_label) for answer in answers)
    predictions, _ = tables.predictions_frame(
        example=ids,
        true_label=[answer.true_label for answer in answers],
        predicted_label=[answer.predicted_label for answer in answers],
        confidence=[answer.confidence for answer in answers] if with_confidence else None,
        labels=labels,
    )
    examples = pl.DataFrame(
        {"example": ids, "text": [answer.text for answer in answers]},
        schema={"example": pl.String, "text": pl.String},
    )
    return predictions, examples.sort("example")


def pair_counts(answers: Iterable[Answer]) -> Counter[tuple[str, str]]:
    """How often each true label got each answer."""
    return Counter((answer.true_label, answer.predicted_label) for answer in answers)


def confusion_table(counts: Mapping[tuple[str, str], int], labels: Sequence[str]) -> pl.DataFrame:
    """The counts with the columns of `tables.CONFUSION`, coded by `labels`; zeros left out."""
    code = {label: index for index, label in enumerate(labels)}
    rows = [
        ("test", None, code[truth], code[answer], n) for (truth, answer), n in counts.items() if n
    ]
    frame = pl.DataFrame(rows, schema=tables.CONFUSION, orient="row")
    return frame.sort("true_label", "predicted_label")
