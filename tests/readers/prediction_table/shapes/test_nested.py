"""Labels with their scores in every spelling: each says the same of the same three examples."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from diagnostics.readers import Problem, Reading, prediction_table
from diagnostics.readers.walking import listed

TEXTS = ["works very well", "it just broke", "well, it's hm"]
TRUTH = ["pos", "neg", "neg"]
#: Each row sorted by its own score.
SCORES = [{"pos": 0.9, "neg": 0.1}, {"pos": 0.6, "neg": 0.4}, {"neg": 0.7, "pos": 0.3}]

Row = dict[str, float]
#: One row's answer, in every way that people write it.
WAYS: dict[str, Callable[[Row], dict[str, Any]]] = {
    "prediction of label and score": lambda row: {"prediction": objects(row, "label", "score")},
    "class and confidence": lambda row: {"output": objects(row, "class", "confidence")},
    "category and probability": lambda row: {"result": objects(row, "category", "probability")},
    "name and value": lambda row: {"answers": objects(row, "name", "value")},
    "Name and Score": lambda row: {"Classes": objects(row, "Name", "Score")},
    "a code, a name, a score": lambda row: {
        "predictions": [
            {"tagId": ord(name[0]), "tagName": name, "probability": p} for name, p in row.items()
        ]
    },
    "a list in a list": lambda row: {"outputs": [objects(row, "label", "score")]},
    "below output": lambda row: {"output": {"predictions": objects(row, "label", "prob")}},
    "parallel lists": lambda row: {"labels": list(row), "scores": list(row.values())},
    "classes and probs": lambda row: {"classes": list(row), "probs": list(row.values())},
    "an object with codes": lambda row: {
        "prediction": {
            "ids": [str(len(label + "x")) for label in row],
            "displayNames": list(row),
            "confidences": list(row.values()),
        }
    },
    "scores by label": lambda row: {"pred": row},
    "scores by label, unnamed": lambda row: {"clf": row},
    "scores by label below": lambda row: {"result": {"probs": row}},
    "scores by label in a list": lambda row: {"prediction": [row]},
}  # fmt: skip


def objects(row: Row, label: str, score: str) -> list[dict[str, Any]]:
    return [{label: name, score: value} for name, value in row.items()]


def rows(way: str, truth: str = "label") -> list[dict[str, Any]]:
    return [
        {"text": text, truth: label, **WAYS[way](row)}
        for text, label, row in zip(TEXTS, TRUTH, SCORES, strict=True)
    ]


def as_lines(table: list[dict[str, Any]]) -> str:
    return "\n".join(json.dumps(row) for row in table) + "\n"


def as_csv(
    table: list[dict[str, Any]],
    text: Callable[[Any], str],
    *,
    separator: str = ",",
    end: str = "\n",
) -> str:
    into = io.StringIO()
    writer = csv.writer(into, delimiter=separator, lineterminator=end)
    writer.writerow(table[0])
    for row in table:
        writer.writerow([text(v) if isinstance(v, list | dict) else v for v in row.values()])
    return into.getvalue()


def found(folder: Path) -> list[Reading | Problem]:
    place = listed(folder, folder)
    return list(prediction_table.read(place)) if prediction_table.matches(place) else []


def check(folder: Path) -> Reading:
    """The folder's only run, after it is sure that it says what the rows say."""
    entries = found(folder)
    runs = [entry for entry in entries if isinstance(entry, Reading)]
    assert len(runs) == len(entries) == 1, entries
    table = runs[0].predictions
    assert table is not None
    names = dict(enumerate(runs[0].labels))
    got = sorted(
        (names[true], names[answer], round(p, 2))
        for true, answer, p in table.select("true_label", "predicted_label", "confidence").rows()
    )
    assert got == [("neg", "neg", 0.7), ("neg", "pos", 0.6), ("pos", "pos", 0.9)]
    assert table["probabilities"].null_count() == 0
    return runs[0]


@pytest.mark.parametrize("way", WAYS)
def test_every_spelling_says_the_same(way: str, tmp_path: Path) -> None:
    table = rows(way)
    files = {
        "lines.jsonl": as_lines(table),
        "list.json": json.dumps(table, indent=1),
        "python.csv": as_csv(table, str),
        "json.csv": as_csv(table, json.dumps, separator=";", end="\r\n"),
    }
    for name, text in files.items():
        folder = tmp_path / name.replace(".", "_")
        folder.mkdir()
        (folder / name).write_text(text, encoding="utf-8", newline="")
        check(folder)
    folder = tmp_path / "parquet"
    folder.mkdir()
    pl.DataFrame(table).write_parquet(folder / "table.parquet")
    check(folder)


def test_what_numpy_prints_is_read(tmp_path: Path) -> None:
    table = [
        {
            **row,
            "classes": str(np.array(row["classes"])),
            "probs": str(np.array(row["probs"])),
        }
        for row in rows("classes and probs")
    ]
    (tmp_path / "table.csv").write_text(as_csv(table, str))
    check(tmp_path)


def test_numbers_in_their_wrappers_are_read(tmp_path: Path) -> None:
    table = rows("prediction of label and score")
    for row in table:
        for entry in row["prediction"]:
            entry["score"] = np.float32(entry["score"])
    (tmp_path / "table.csv").write_text(as_csv(table, str))
    check(tmp_path)


@pytest.mark.parametrize("truth", ["annotation", "gold", "y_true", "target"])
def test_the_truth_stands_beside_the_list(truth: str, tmp_path: Path) -> None:
    (tmp_path / "data.jsonl").write_text(as_lines(rows("prediction of label and score", truth)))
    assert check(tmp_path).mapping["true_label"] == truth


@pytest.mark.parametrize("one", [1.0, 1, True])
@pytest.mark.parametrize("name", ["cats", "labels", "gold"])
def test_an_object_with_one_one_is_the_true_label(name: str, one: Any, tmp_path: Path) -> None:
    table = [
        {
            "text": text,
            name: {label: (one if label == true else type(one)(0)) for label in row},
            "pred": row,
        }
        for text, true, row in zip(TEXTS, TRUTH, SCORES, strict=True)
    ]
    (tmp_path / "predictions.jsonl").write_text(as_lines(table))
    check(tmp_path)


def test_several_ones_are_several_labels(tmp_path: Path) -> None:
    table = [
        {"text": text, "cats": {"pos": 1, "neg": 1}, "pred": row}
        for text, row in zip(TEXTS, SCORES, strict=True)
    ]
    (tmp_path / "predictions.jsonl").write_text(as_lines(table))
    assert [entry.code for entry in found(tmp_path) if isinstance(entry, Problem)] == [
        "multilabel-not-read"
    ]


def test_other_objects_stay_what_they_were(tmp_path: Path) -> None:
    table = [
        {"id": f"a{n}", "y_true": "x", "y_pred": "y", "tokens": ["a", "b"], "words": '["a", "b"]',
         "meta": {"lat": 0.25, "lon": 0.75}, "usage": {"tokens": 3, "latency": 0.5},
         "flags": {"is_new": True, "is_paid": True}}
        for n in range(3)
    ]  # fmt: skip
    (tmp_path / "predictions.jsonl").write_text(as_lines(table))
    run = found(tmp_path)[0]
    assert isinstance(run, Reading)
    assert run.examples is not None
    assert {"words", "meta.lat", "usage.tokens", "flags.is_new"} <= set(run.examples.columns)
    assert run.mapping["predicted_label"] == "y_pred"


@pytest.mark.parametrize("cell", ["[" * 5000, "{'a': " * 3000, "__import__('os').abort()", "['a'"])
def test_cells_that_are_no_literals_are_content(cell: str, tmp_path: Path) -> None:
    table = [
        {"y_true": "a", "y_pred": "a", "note": cell},
        {"y_true": "b", "y_pred": "a", "note": cell},
    ]
    (tmp_path / "predictions.csv").write_text(as_csv(table, str))
    assert [type(entry) for entry in found(tmp_path)] == [Reading]


@pytest.mark.parametrize("beside", [{}, {"entities": ["a"]}, {"text": "said", "took_ms": 12.5}])
@pytest.mark.parametrize("name", ["prediction", "output", "predicted"])
def test_one_answer_in_an_answer_is_that_answer(
    name: str, beside: dict[str, Any], tmp_path: Path
) -> None:
    """As Rasa's parser gives it: the intent with its confidence, and the entities."""
    best = [max(row, key=lambda label: row[label]) for row in SCORES]
    table = [
        {
            "text": text,
            "intent": true,
            name: {"intent": {"name": b, "confidence": row[b]}, **beside},
        }
        for text, true, row, b in zip(TEXTS, TRUTH, SCORES, best, strict=True)
    ]
    (tmp_path / "parsed.jsonl").write_text(as_lines(table))
    (run,) = found(tmp_path)
    assert isinstance(run, Reading)
    assert run.predictions is not None
    assert sorted(run.predictions["confidence"].round(2)) == [0.6, 0.7, 0.9]
    roles = {column: role for role, column in run.mapping.items()}
    assert roles[f"{name}.name"] == "predicted_label"
    assert run.mapping["true_label"].startswith("intent")
