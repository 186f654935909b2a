"""Label Studio's export as JSON: tasks with their annotations and predictions inside.

Its fields are described at https://labelstud.io/guide/task_format.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from diagnostics.readers.prediction_table.annotations.judged import Guess, Judged, Said

#: Where the labels are, by the kind of the control.
_VALUES = {"choices": "choices", "taxonomy": "taxonomy", "pairwise": "selected", "rating": "rating"}


_ANSWERS = ("annotations", "completions", "predictions")


def is_task(row: Mapping[str, Any]) -> bool:
    """Whether an object is a task: what it shows, and lists of answers that have a result each."""
    answers = [row[name] for name in _ANSWERS if isinstance(row.get(name), list)]
    entries = [entry for one in answers for entry in one if not isinstance(entry, int)]
    are_results = all(isinstance(entry, dict) and "result" in entry for entry in entries)
    return isinstance(row.get("data"), dict) and bool(answers) and are_results


def judged_task(task: Mapping[str, Any]) -> Judged:
    """A task; cancelled annotations are left out, predictions may be named by their ids alone."""
    annotations = [
        entry
        for name in ("annotations", "completions")
        for entry in _objects(task.get(name))
        if not entry.get("was_cancelled")
    ]
    people: dict[str, list[Said]] = {}
    for entry in annotations:
        for question, labels in _labels(entry).items():
            said = Said(labels, is_ground_truth=entry.get("ground_truth") is True)
            people.setdefault(question, []).append(said)
    models: dict[str, list[Guess]] = {}
    for prediction in _predictions(task):
        model, score = str(prediction.get("model_version") or ""), _number(prediction.get("score"))
        for question, labels in _labels(prediction).items():
            models.setdefault(question, []).append(Guess(model, labels, score))
    data = task["data"]
    own = data.get("example_id", task.get("id"))
    return Judged("" if own is None else str(own), data, people, models)


def _predictions(task: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The task's predictions, those within its annotations where it names only their ids."""
    inside = list(_objects(task.get("predictions")))
    if inside:
        return inside
    shown = [
        entry["prediction"]
        for entry in _objects(task.get("annotations"))
        if isinstance(entry.get("prediction"), dict) and entry["prediction"].get("result")
    ]
    return list({str(entry.get("id", place)): entry for place, entry in enumerate(shown)}.values())


def _labels(answer: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The labels of each question; what marks a part of the example is none."""
    labels: dict[str, tuple[str, ...]] = {}
    for result in _objects(answer.get("result")):
        value, question = result.get("value"), str(result.get("from_name") or "label")
        name = _VALUES.get(str(result.get("type")))
        if name is None or not isinstance(value, dict) or name not in value:
            continue
        labels[question] = (*labels.get(question, ()), *_texts(value[name]))
    return labels


def _texts(value: Any) -> Iterator[str]:
    """Labels of a list; those of a tree are paths."""
    for entry in value if isinstance(value, list) else [value]:
        text = " / ".join(map(str, entry)) if isinstance(entry, list) else str(entry)
        if entry is not None and text.strip():
            yield text


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) else None


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    yield from (
        entry for entry in (value if isinstance(value, list) else []) if isinstance(entry, dict)
    )
