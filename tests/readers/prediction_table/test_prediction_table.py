from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from diagnostics.readers import Reading, prediction_table
from diagnostics.readers.walking import listed
from diagnostics.workspace import Problem
from tests.places import DATA

CASES = DATA / "predictions"


def found_below(root: Path) -> list[Reading | Problem]:
    """What the reader finds in a folder and all below."""
    folders = [listed(path, root) for path in sorted([root, *root.rglob("*")]) if path.is_dir()]
    matching = [folder for folder in folders if prediction_table.matches(folder)]
    return [found for folder in matching for found in prediction_table.read(folder)]


def labelled(reading: Reading) -> pl.DataFrame:
    """The reading's predictions with labels as labels."""
    assert reading.predictions is not None
    names = dict(enumerate(reading.labels))
    return reading.predictions.with_columns(
        pl.col("true_label", "predicted_label").replace_strict(
            names, default=None, return_dtype=pl.String
        )
    )


def row_set(rows: list[list[Any]], *, without_ids: bool) -> list[str]:
    """Rows that can be compared in any order; content hashes are nobody's to count by hand."""
    plain = [row[1:] if without_ids else row for row in rows]
    return sorted(json.dumps(row, ensure_ascii=False) for row in plain)


def rows_of(reading: Reading) -> list[list[Any]]:
    columns = ("example", "true_label", "predicted_label", pl.col("confidence").round(4))
    return [list(row) for row in labelled(reading).select(columns).rows()]


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_tables_are_read_as_their_writer_meant_them(case: str) -> None:
    expected = json.loads((CASES / case / "expected.json").read_text(encoding="utf-8"))
    found = found_below(CASES / case / "files")
    runs = {reading.run: reading for reading in found if isinstance(reading, Reading)}
    problems = sorted(entry.code for entry in found if isinstance(entry, Problem))
    assert (sorted(runs), problems) == (
        sorted(expected["runs"]),
        sorted(expected.get("problems", [])),
    )
    for name, reading in runs.items():
        check_run(reading, expected["runs"][name])


def check_run(reading: Reading, expected: dict[str, Any]) -> None:
    without_ids = expected["rows"][0][0] == "*"
    got = row_set(rows_of(reading), without_ids=without_ids)
    assert got == row_set(expected["rows"], without_ids=without_ids)
    assert sorted(reading.evidence.names) == sorted(expected["evidence"])
    assert [problem.code for problem in reading.problems] == expected.get("problems", [])
    assert expected.get("mapping", {}).items() <= dict(reading.mapping).items(), reading.mapping
    assert set(expected.get("notes", [])) <= set(reading.notes), reading.notes
    assert reading.labels == expected.get("labels", reading.labels)
    assert reading.siblings == expected.get("siblings", reading.siblings)
    check_tables(reading, expected)


def check_tables(reading: Reading, expected: dict[str, Any]) -> None:
    table = labelled(reading)
    assert sorted(table["split"].unique()) == expected.get(
        "splits", sorted(table["split"].unique())
    )
    by_truth = {row["true_label"]: row for row in table.iter_rows(named=True)}
    by_id = {row["example"]: row for row in table.iter_rows(named=True)}
    for label, rank in expected.get("ranks", {}).items():
        assert by_truth[label]["true_rank"] == rank
    for label, margin in expected.get("margins", {}).items():
        assert by_truth[label]["margin"] == margin
    for example, fold in expected.get("folds", {}).items():
        assert by_id[example]["fold"] == fold
    for example, vector in expected.get("probabilities", {}).items():
        assert by_id[example]["probabilities"] == pytest.approx(vector)
    for example, content in expected.get("content", {}).items():
        assert reading.examples is not None
        [row] = reading.examples.filter(pl.col("example") == example).iter_rows(named=True)
        assert content.items() <= row.items()


def test_texts_that_all_differ_are_no_answers(tmp_path: Path) -> None:
    rows = "".join(f"{at},what is number {at}\n" for at in range(30))
    (tmp_path / "predictions.csv").write_text("id,text\n" + rows)
    (problem,) = found_below(tmp_path)
    assert isinstance(problem, Problem)
    assert problem.code == "no-prediction-column"


def test_a_single_unnamed_column_of_labels_is_the_answers(tmp_path: Path) -> None:
    rows = "".join(f"{at},{'cat' if at % 3 else 'dog'}\n" for at in range(30))
    (tmp_path / "predictions.csv").write_text("id,what\n" + rows)
    (reading,) = found_below(tmp_path)
    assert isinstance(reading, Reading)
    assert list(reading.labels) == ["cat", "dog"]
