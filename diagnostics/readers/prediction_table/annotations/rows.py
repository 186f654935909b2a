"""Exports with a row for each annotation: Label Studio's JSON_MIN and CSV, doccano's lines.

They leave out what a model suggested. Only where the imported data had a column of answers is
there anything to compare.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from diagnostics.readers.prediction_table.annotations.judged import Guess, Judged, Said
from diagnostics.readers.prediction_table.columns.names import PREDICTION, SCORE, best

#: Columns that Label Studio adds to each row.
OF_THE_TOOL = ("annotation_id", "annotator", "lead_time", "created_at", "updated_at")
_OF_DOCCANO = ("Comments", "comments", "label", "labels")
#: More different values than this are no labels.
MOST_LABELS = 200


def is_label_studio_row(row: Mapping[str, Any]) -> bool:
    """Whether a row has the columns that Label Studio adds."""
    return {"annotation_id", "annotator", "lead_time"} <= row.keys()


def is_doccano_row(row: Mapping[str, Any]) -> bool:
    """Whether an object is a document with its labels in a list, as doccano exports it."""
    labels = row.get("label", row.get("labels"))
    return isinstance(labels, list) and bool({"Comments", "comments"} & row.keys())


def judged_rows(rows: Sequence[Mapping[str, Any]]) -> list[Judged]:
    """The examples of Label Studio's rows, which stand there once for each annotation."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    predicted = (best(names, PREDICTION) or [""])[0]
    score = (best(names, SCORE) or [""])[0]
    question = _question(rows, names, {predicted, score})
    by_id: dict[str, list[Mapping[str, Any]]] = {}
    for place, row in enumerate(rows):
        own = row.get("example_id", row.get("id", place))
        by_id.setdefault(str(own), []).append(row)
    aside = {*OF_THE_TOOL, "id", question, predicted, score}
    return [
        Judged(
            own,
            {name: value for name, value in same[0].items() if name not in aside},
            {question: [Said(_labels(row.get(question))) for row in same]} if question else {},
            _guesses(question, same[0], predicted, score),
        )
        for own, same in by_id.items()
    ]


def judged_documents(rows: Sequence[Mapping[str, Any]]) -> list[Judged]:
    """The examples of doccano's lines."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    predicted = (best(names, PREDICTION) or [""])[0]
    score = (best(names, SCORE) or [""])[0]
    aside = {*_OF_DOCCANO, "id", predicted, score}
    return [
        Judged(
            str(row.get("id", place)),
            {name: value for name, value in row.items() if name not in aside},
            {"label": [Said(_labels(row.get("label", row.get("labels"))))]},
            _guesses("label", row, predicted, score),
        )
        for place, row in enumerate(rows)
    ]


def _question(rows: Sequence[Mapping[str, Any]], names: Sequence[str], aside: set[str]) -> str:
    """The column with what people said: the last that speaks the language of the answers.

    The tool writes the columns of the data first, then those of its own controls.
    """
    free = [name for name in names if name not in {*OF_THE_TOOL, "id", "text", *aside}]
    answers = {_text(row[name]) for row in rows for name in aside if row.get(name) is not None}
    seen = {
        name: {label for row in rows for label in _labels(row.get(name))} - {""} for name in free
    }
    few = [name for name in free if 0 < len(seen[name]) <= MOST_LABELS]
    if not few:
        return ""
    return max(few, key=lambda name: (len(seen[name] & answers), few.index(name)))


def _guesses(
    question: str, row: Mapping[str, Any], predicted: str, score: str
) -> dict[str, list[Guess]]:
    if not question or row.get(predicted) in (None, ""):
        return {}
    return {question: [Guess("", _labels(row[predicted]), _number(row.get(score)))]}


def _labels(value: Any) -> tuple[str, ...]:
    """The labels in a cell: one as it stands, several in a list or in an object of choices."""
    if isinstance(value, str) and value.startswith('{"choices"'):
        try:
            value = json.loads(value)
        except ValueError:
            return (value,)
    if isinstance(value, dict):
        value = value.get("choices", [])
    entries = value if isinstance(value, list) else [value]
    return tuple(_text(entry) for entry in entries if entry is not None and _text(entry))


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
