"""Argilla's records: of version 2, whole or flattened, and of version 1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from diagnostics.readers.prediction_table.annotations.judged import Guess, Judged, Said

#: Responses that were not handed in.
_NOT_SUBMITTED = ("discarded", "draft")
_OF_OLD = ("id", "annotation", "prediction", "model")
_ASIDE = ("id", "_server_id", "status", "fields", "metadata", "vectors", "responses", "suggestions")


def is_record(row: Mapping[str, Any]) -> bool:
    """Whether an object is a record: with its answers in objects, or in columns by question."""
    is_whole = "fields" in row and isinstance(row.get("suggestions", row.get("responses")), dict)
    return is_whole or any(name.endswith((".suggestion", ".suggestion.agent")) for name in row)


def is_old_record(row: Mapping[str, Any]) -> bool:
    """Whether an object is a record of version 1: ranked labels beside an annotation."""
    ranked = row.get("prediction")
    is_paired = isinstance(ranked, list) and all(isinstance(pair, list) for pair in ranked)
    return "annotation" in row and ("prediction_agent" in row or is_paired)


def old_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A record of version 1 as a row of a table: what it shows, its annotation, ranked labels."""
    ranked = row.get("prediction")
    pairs = [
        {"label": entry[0], "score": entry[1]} if isinstance(entry, list | tuple) else entry
        for entry in (ranked if isinstance(ranked, list) else [])
    ]
    inputs = _object(row.get("inputs"))
    text = row.get("text") or inputs.get("text")
    content = {"text": text, **inputs, **_object(row.get("metadata"))}
    is_settled = row.get("status") != "Discarded"
    return {
        "id": row.get("id"),
        **{name: value for name, value in content.items() if name not in _OF_OLD},
        "annotation": row.get("annotation") if is_settled else None,
        "prediction": pairs or None,
        "model": row.get("prediction_agent"),
    }


def judged_record(row: Mapping[str, Any]) -> Judged:
    """A record with its questions."""
    own = row.get("id", row.get("_server_id"))
    whole = row if "fields" in row else _unflattened(row)
    content = {**_object(whole.get("fields")), **_object(whole.get("metadata"))}
    people = {
        question: [Said(labels) for labels in _responses(answers)]
        for question, answers in _object(whole.get("responses")).items()
    }
    models = {
        question: [Guess(str(one.get("agent") or ""), _labels(one.get("value")), _score(one))]
        for question, one in _object(whole.get("suggestions")).items()
        if isinstance(one, dict) and one.get("value") is not None
    }
    return Judged("" if own is None else str(own), content, people, models)


def _unflattened(row: Mapping[str, Any]) -> dict[str, Any]:
    """A flat record as a whole one: `topic.responses`, `topic.suggestion.score`, …."""
    questions = {
        name.removesuffix(".suggestion").removesuffix(".responses")
        for name in row
        if name.endswith((".suggestion", ".responses"))
    }
    own = tuple(f"{name}.{kind}" for name in questions for kind in ("responses", "suggestion"))
    return {
        "fields": {
            name: value
            for name, value in row.items()
            if name not in _ASIDE and not name.startswith(own)
        },
        "responses": {
            question: _paired(row, question)
            for question in questions
            if f"{question}.responses" in row
        },
        "suggestions": {
            question: {
                "value": row.get(f"{question}.suggestion"),
                "score": row.get(f"{question}.suggestion.score"),
                "agent": row.get(f"{question}.suggestion.agent"),
            }
            for question in questions
        },
    }


def _paired(row: Mapping[str, Any], question: str) -> list[dict[str, Any]]:
    values = row.get(f"{question}.responses") or []
    states = row.get(f"{question}.responses.status") or []
    states = [*states, *["submitted"] * (len(values) - len(states))]
    return [{"value": value, "status": state} for value, state in zip(values, states, strict=False)]


def _responses(answers: Any) -> Iterator[tuple[str, ...]]:
    for answer in answers if isinstance(answers, list) else []:
        if isinstance(answer, dict) and answer.get("status") not in _NOT_SUBMITTED:
            yield _labels(answer.get("value"))


def _labels(value: Any) -> tuple[str, ...]:
    """A label, a rating, or several labels; marked parts and rankings are none."""
    entries = value if isinstance(value, list) else [value]
    if any(isinstance(entry, dict) for entry in entries):
        return ()
    return tuple(str(entry) for entry in entries if entry is not None)


def _score(suggestion: Mapping[str, Any]) -> float | None:
    score = suggestion.get("score")
    if isinstance(score, list):
        score = score[0] if len(score) == 1 else None
    return float(score) if isinstance(score, int | float) else None


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
