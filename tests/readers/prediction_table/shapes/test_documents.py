"""JSON documents: one table in many shapes, and the many documents that are no table."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from diagnostics.readers import Problem, Reading, prediction_table
from diagnostics.readers.prediction_table.shapes import content
from diagnostics.readers.prediction_table.shapes.documents import closed
from diagnostics.readers.walking import listed
from tests.readers.prediction_table.tables import read_one

TRUTH = [0, 2, 0, 2, 2, 0]
ANSWERS = [0, 2, 2, 2, 0, 0]
TABLE = pd.DataFrame({"y_true": TRUTH, "y_pred": ANSWERS})
IDS = TABLE.set_axis([f"img_{n}" for n in range(6)])
RECORDS = TABLE.to_dict("records")
LISTS = TABLE.to_dict("list")


def as_json(table: pd.DataFrame, orient: str) -> Any:
    return json.loads(table.to_json(orient=orient))


SHAPES: dict[str, Any] = {
    **{
        orient: as_json(TABLE, orient)
        for orient in ("columns", "index", "split", "records", "table")
    },
    **{f"{orient} with ids": as_json(IDS, orient) for orient in ("columns", "index", "split")},
    "lists": LISTS,
    "lists among figures": {"accuracy": 0.67, "classes": ["a", "b"], "model": "svm", **LISTS},
    "below predictions": {"model": "svm", "predictions": RECORDS},
    "below data": {"data": RECORDS, "version": 3},
    "below results": {"metrics": {"accuracy": 0.67}, "results": RECORDS},
    "lists below results": {"results": {"accuracy": 0.67, **LISTS}},
    "far below": {"data": {"predictions": RECORDS}},
    "columns below predictions": {"predictions": TABLE.astype(str).to_dict()},
}


def found(folder: Path) -> list[Reading | Problem]:
    place = listed(folder, folder)
    return list(prediction_table.read(place)) if prediction_table.matches(place) else []


def only(folder: Path) -> Reading:
    entries = found(folder)
    assert len(entries) == 1
    assert isinstance(entries[0], Reading), entries
    return entries[0]


def figures(run: Reading) -> tuple[int, int]:
    """The examples and those that are right."""
    assert run.predictions is not None
    right = run.predictions["true_label"] == run.predictions["predicted_label"]
    return len(right), int(right.sum())


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("indent", [None, 2])
def test_every_shape_is_the_same_table(shape: str, indent: int | None, tmp_path: Path) -> None:
    (tmp_path / "answers.json").write_text(json.dumps(SHAPES[shape], indent=indent))
    run = only(tmp_path)
    assert figures(run) == (6, 4)
    assert run.mapping["predicted_label"] == "y_pred"
    assert ("id" in dict(run.mapping) and "img" in str(run.predictions)) == ("ids" in shape)


@pytest.mark.parametrize(
    "shape", ["columns", "index", "split", "records", "table", "lists", "below data"]
)
def test_a_first_look_at_a_long_document_is_enough(shape: str, tmp_path: Path) -> None:
    long = pd.concat([TABLE] * 4000, ignore_index=True)
    records, lists = {"data": long.to_dict("records")}, long.to_dict("list")
    value = {"lists": lists, "below data": records}.get(shape)
    text = json.dumps(value) if value else long.to_json(orient=shape)
    assert len(text) > 2 * 65_536
    (tmp_path / "answers.json").write_text(text)
    assert figures(only(tmp_path)) == (24_000, 16_000)


PLAIN: dict[str, Callable[[], Any]] = {
    "a label by id": lambda: {f"img_{n}": str(label) for n, label in enumerate(ANSWERS)},
    "numbers by count": lambda: {"pred": {str(n): label for n, label in enumerate(ANSWERS)}},
    "a list of labels": lambda: ANSWERS,
    "labels below predictions": lambda: {"predictions": ANSWERS},
    "an object by id": lambda: {
        f"img_{n}": {"label": label, "score": 0.9} for n, label in enumerate(ANSWERS)
    },
    "a list of scores": lambda: [
        [float(label == k) * 0.8 + 0.1 for k in range(3)] for label in ANSWERS
    ],
    "scores by id": lambda: {
        f"img_{n}": {"0": 0.8 - 0.35 * label, "2": 0.2 + 0.35 * label}
        for n, label in enumerate(ANSWERS)
    },
    "labels and scores by id": lambda: {
        f"img_{n}": [{"label": label, "score": 0.9}, {"label": 2 - label, "score": 0.1}]
        for n, label in enumerate(ANSWERS)
    },
}


@pytest.mark.parametrize("shape", PLAIN)
@pytest.mark.parametrize("truth", ["csv", "json"])
def test_answers_alone_find_their_truth_beside_them(shape: str, truth: str, tmp_path: Path) -> None:
    (tmp_path / "predictions.json").write_text(json.dumps(PLAIN[shape]()))
    if truth == "json":
        by_id = "id" in shape
        value = {f"img_{n}": label for n, label in enumerate(TRUTH)} if by_id else TRUTH
        (tmp_path / "labels.json").write_text(json.dumps(value))
    else:
        ids = [f"img_{n}" for n in range(6)]
        pd.DataFrame({"id": ids, "label": TRUTH}).to_csv(tmp_path / "y_test.csv", index=False)
    assert figures(only(tmp_path)) == (6, 4)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (
            "config.json",
            {
                "model": "bert",
                "labels": ["a", "b", "c"],
                "id2label": {"0": "a", "1": "b", "2": "c"},
            },
        ),
        (
            "metrics.json",
            {"train": {"accuracy": 0.9, "loss": 0.3}, "test": {"accuracy": 0.8, "loss": 0.4}},
        ),
        (
            "results.json",
            {
                "svm": {"accuracy": 0.9, "f1": 0.8},
                "rf": {"accuracy": 0.7, "f1": 0.6},
                "nb": {"accuracy": 0.5, "f1": 0.4},
            },
        ),
        ("results.json", {"prediction": {"label": "a", "score": 0.9}}),
        ("history.json", {"loss": [0.3, 0.2, 0.1], "accuracy": [0.7, 0.8, 0.9]}),
        ("roc.json", {"fpr": [0.0, 0.5, 1.0], "tpr": [0.0, 0.8, 1.0], "thresholds": [1, 0.5, 0]}),
        (
            "confusion.json",
            {"labels": ["a", "b", "c"], "matrix": [[5, 1, 0], [2, 4, 0], [0, 0, 3]]},
        ),
        ("confusion_matrix.json", [[5, 1], [2, 4]]),
        ("label_map.json", {"0": "cat", "1": "dog", "2": "bird"}),
        ("labels.json", {"0": "cat", "1": "dog", "2": "bird"}),
        ("predictions.json", {"model": "svm", "date": "2024-01-01", "seed": "7"}),
        (
            "package.json",
            {"name": "x", "scripts": {"test": "jest"}, "dependencies": {"a": "1", "b": "2"}},
        ),
        ("zero_shot.json", {"sequence": "x", "labels": ["a", "b", "c"], "scores": [0.7, 0.2, 0.1]}),
        (
            "report.json",
            {
                name: {"precision": 1.0, "recall": 0.5, "f1-score": 0.67, "support": 2.0}
                for name in "abc"
            },
        ),
    ],
)
def test_other_documents_are_no_tables(name: str, value: Any, tmp_path: Path) -> None:
    (tmp_path / name).write_text(json.dumps(value))
    assert found(tmp_path) == []


def test_the_same_columns_again_are_folds_or_models(tmp_path: Path) -> None:
    (tmp_path / "cv.json").write_text(json.dumps({"fold_1": LISTS, "fold_2": LISTS}))
    run = only(tmp_path)
    assert figures(run) == (12, 8)
    assert run.mapping["fold"] == "fold"


def test_lists_in_lines_are_rows(tmp_path: Path) -> None:
    lines = [
        [{"label": str(label), "score": 0.75}, {"label": str(2 - label), "score": 0.25}]
        for label in ANSWERS
    ]
    (tmp_path / "predictions.jsonl").write_text("\n".join(json.dumps(line) for line in lines))
    (tmp_path / "labels.csv").write_text("label\n" + "\n".join(map(str, TRUTH)))
    assert figures(only(tmp_path)) == (6, 4)


@pytest.mark.parametrize("suffix", ["csv", "tsv", "json", "jsonl"])
def test_compressed_tables_are_read(suffix: str, tmp_path: Path) -> None:
    texts = {
        "csv": TABLE.to_csv(index=False),
        "tsv": TABLE.to_csv(index=False, sep="\t"),
        "json": TABLE.to_json(orient="columns"),
        "jsonl": TABLE.to_json(orient="records", lines=True),
    }
    # Two members in a row are one file.
    data = texts[suffix].encode()
    packed = gzip.compress(data[:20]) + gzip.compress(data[20:])
    (tmp_path / f"predictions.{suffix}.gz").write_bytes(packed)
    assert figures(only(tmp_path)) == (6, 4)


def test_what_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "LARGEST", 1 << 20)
    rows = b"y_true,y_pred\n" + b"0,0\n" * (1 << 20)
    (tmp_path / "predictions.csv.gz").write_bytes(gzip.compress(rows))
    (tmp_path / "predictions.json.gz").write_bytes(gzip.compress(rows)[:100])
    problems = found(tmp_path)
    assert [entry.code for entry in problems if isinstance(entry, Problem)] == ["too-large"]


@pytest.mark.parametrize(
    ("cut", "whole"),
    [
        ('{"a": [1, 2, 3', '{"a": [1, 2]}'),
        ('{"a": {"b": "x, y", "c": "z', '{"a": {"b": "x, y"}}'),
        ('[{"a": "\\", "}, {"a', '[{"a": "\\", "}]'),
        ('{"a', ""),
        ("}", ""),
    ],
)
def test_a_document_that_was_cut_is_closed(cut: str, whole: str) -> None:
    assert closed(cut) == whole


def test_a_line_that_was_cut_is_left_out_of_lists_in_lines(tmp_path: Path) -> None:
    line = '[{"label": "a", "score": 0.9}, {"label": "b", "score": 0.1}]'
    (tmp_path / "predictions.jsonl").write_text(f"{line}\n{line}\n{line[:30]}")
    reading = read_one(tmp_path)
    assert reading.predictions is not None
    assert len(reading.predictions) == 2
