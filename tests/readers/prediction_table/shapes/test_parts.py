"""Which files are one table: parts, shards, arrays side by side, sheets of a workbook."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from diagnostics.readers import Reading
from diagnostics.readers.prediction_table.shapes import parts
from diagnostics.workspace import Problem
from tests.readers.prediction_table.tables import accuracy, read_all, read_one, written

TRUTH = np.array([0, 1, 2, 1, 0])
ANSWERS = np.array([0, 1, 1, 1, 0])
SCORES = np.eye(3)[ANSWERS] * 0.6 + 0.4 / 3


def part(folder: Path, name: str, ids: range, *, header: bool = True) -> None:
    lines = ["id,true_label,predicted_label"] if header else []
    lines += [f"{n},{'ab'[n % 2]},{'ab'[n % 2] if n % 4 else 'b'}" for n in ids]
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def runs_of(folder: Path) -> list[Reading]:
    return [entry for entry in read_all(folder) if isinstance(entry, Reading)]


def only_problem(folder: Path) -> Problem:
    [problem] = [entry for entry in read_all(folder) if isinstance(entry, Problem)]
    return problem


@pytest.mark.parametrize(
    "names",
    [
        ("part-00000.csv", "part-00001.csv"),
        ("predictions-00000-of-00002.csv", "predictions-00001-of-00002.csv"),
        ("predictions_shard0.csv", "predictions_shard1.csv"),
        ("predictions_0.csv", "predictions_1.csv"),
    ],
)
def test_parts_are_one_table(names: tuple[str, str], tmp_path: Path) -> None:
    part(tmp_path, names[0], range(8))
    part(tmp_path, names[1], range(8, 20))
    reading = read_one(tmp_path)
    assert reading.n_examples == 20
    assert accuracy(reading) == 0.75
    assert any("2 files are parts of one table" in note for note in reading.notes)


def test_a_part_without_a_header_loses_no_row(tmp_path: Path) -> None:
    part(tmp_path, "part-00000.csv", range(8))
    part(tmp_path, "part-00001.csv", range(8, 20), header=False)
    assert read_one(tmp_path).n_examples == 20


@pytest.mark.parametrize("stem", ["fold", "predictions", "model"])
def test_files_on_the_same_examples_stay_runs(stem: str, tmp_path: Path) -> None:
    for number in range(2):
        part(tmp_path, f"{stem}_{number}.csv", range(8))
    assert [reading.n_examples for reading in runs_of(tmp_path)] == [8, 8]


def test_numbered_files_of_something_else_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part(tmp_path, "predictions.csv", range(8))
    for number in range(3):
        rows = [(n, 170 + n, 20 + n) for n in range(number * 9, number * 9 + 9)]
        written(tmp_path, "id,height,age", rows, file=f"patients_{number}.csv")

    def fail(path: Path) -> None:
        assert "patients" not in path.name

    whole = parts.read_table
    monkeypatch.setattr(parts, "read_table", lambda path: fail(path) or whole(path))
    assert [reading.n_examples for reading in runs_of(tmp_path)] == [8]


def test_errata_toml_says_which_files_are_one_table(tmp_path: Path) -> None:
    part(tmp_path, "monday.csv", range(8))
    part(tmp_path, "tuesday.csv", range(8, 20))
    assert len(runs_of(tmp_path)) == 2
    (tmp_path / "errata.toml").write_text('[[predictions]]\nfile = "*day.csv"\nparts = true\n')
    assert read_one(tmp_path).n_examples == 20


def test_arrays_side_by_side_are_one_table(tmp_path: Path) -> None:
    for name, array in (("y_true", TRUTH), ("y_pred", ANSWERS), ("y_prob", SCORES)):
        np.save(tmp_path / f"{name}.npy", array)
    reading = read_one(tmp_path)
    assert (reading.n_examples, accuracy(reading)) == (5, 0.8)
    assert reading.predictions is not None
    assert reading.predictions["probabilities"].list.len().to_list() == [3] * 5


@pytest.mark.parametrize("names", [("y_true", "y_pred"), ("labels", "predictions")])
def test_an_archive_of_arrays_is_a_table(names: tuple[str, str], tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "out.npz", **dict(zip(names, (TRUTH, ANSWERS), strict=True)))
    assert accuracy(read_one(tmp_path)) == 0.8


def test_scores_beside_a_truth_are_answers(tmp_path: Path) -> None:
    np.savez(tmp_path / "results.npz", y_test=TRUTH, y_proba=SCORES)
    assert accuracy(read_one(tmp_path)) == 0.8


def test_an_array_of_objects_is_not_opened(tmp_path: Path) -> None:
    np.save(tmp_path / "y_true.npy", TRUTH)
    np.save(tmp_path / "y_pred.npy", ANSWERS.astype(object), allow_pickle=True)
    assert only_problem(tmp_path).code == "pickle-not-opened"


def test_an_array_that_was_cut_off_is_a_problem(tmp_path: Path) -> None:
    np.save(tmp_path / "y_true.npy", TRUTH)
    np.save(tmp_path / "y_pred.npy", ANSWERS)
    whole = (tmp_path / "y_pred.npy").read_bytes()
    (tmp_path / "y_pred.npy").write_bytes(whole[:-8])
    assert only_problem(tmp_path).code == "broken-table"


@pytest.mark.parametrize("name", ["weights.npy", "embeddings.npz", "data.npz"])
def test_arrays_of_something_else_are_left_alone(name: str, tmp_path: Path) -> None:
    save = np.save if name.endswith("npy") else np.savez
    save(tmp_path / name, np.random.default_rng(0).normal(size=(20, 4)))
    assert read_all(tmp_path) == []


def test_a_packed_table_is_read(tmp_path: Path) -> None:
    part(tmp_path, "predictions.csv", range(8))
    packed = gzip.compress((tmp_path / "predictions.csv").read_bytes())
    (tmp_path / "predictions.csv").unlink()
    (tmp_path / "predictions.csv.gz").write_bytes(packed)
    assert accuracy(read_one(tmp_path)) == 0.75


def test_sheets_of_a_workbook_are_tables(tmp_path: Path) -> None:
    from xlsxwriter import Workbook

    book = Workbook(tmp_path / "predictions.xlsx")
    for name, wrong in (("knn", 1), ("svm", 2)):
        sheet = book.add_worksheet(name)
        rows = [["Results of the week"], [], ["id", "true_label", "predicted_label", "confidence"]]
        rows += [[n, "ab"[n % 2], "ab"[n % 2 ^ (n < wrong)], 0.9] for n in range(10)]
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    book.add_worksheet("empty")
    book.close()
    found = {reading.run: accuracy(reading) for reading in runs_of(tmp_path)}
    assert {run: round(share, 1) for run, share in found.items()} == {"knn": 0.9, "svm": 0.8}


def test_a_workbook_is_named_where_nothing_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "predictions.xlsx").write_bytes(b"PK\x03\x04")
    monkeypatch.setattr(
        "diagnostics.readers.prediction_table.shapes.workbooks.find_spec", lambda name: None
    )
    problem = only_problem(tmp_path)
    assert problem.code == "workbook-not-read"
    assert "errata[excel]" in problem.hint


def test_the_truth_may_lie_in_another_format(tmp_path: Path) -> None:
    written(tmp_path, "id,predicted_label", [(n, "ab"[n % 2]) for n in range(6)])
    truth = pl.DataFrame({"id": range(6), "label": ["a", "b", "a", "a", "a", "b"]})
    (tmp_path / "labels.json").write_text(truth.write_json(), encoding="utf-8")
    assert accuracy(read_one(tmp_path)) == pytest.approx(5 / 6)
