"""What no reader spoke of is named: once, with why, and only if it looks like results."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from diagnostics import Evidence, Problem, Run, open_workspace
from diagnostics.__main__ import main
from diagnostics.readers.unread_files import files_not_read, what_lies_there


def run_at(path: str) -> Run:
    return Run("run", "test", path, "classification", Evidence.SCORES)


@pytest.mark.parametrize(
    "name",
    [
        "predictions.xls", "test_predictions.pkl", "results.json", "results_final.csv",
        "confusion_matrix.png", "confusion-matrix.html", "svm_report.pdf", "metrics.yaml",
        "y_pred.mat", "predictions.csv.zst", "Leaderboard.ods", "predictions_2.json",
    ],
)  # fmt: skip
def test_what_looks_like_results_is_named(name: str) -> None:
    problem = files_not_read({".": ["README.md"], "svm": [name]}, [], [])
    assert problem is not None
    assert f"svm/{name} (" in problem.what


@pytest.mark.parametrize(
    "name",
    ["README.md", "results.py", "report.docx", "train.log", "cat_001.png", "model.pkl",
     "config.json", "metrics", "reporter.json", "unpredictable.csv", ".results.json.swp",
     "package.json", "y_test.csv"],
)  # fmt: skip
def test_what_is_no_result_is_not(name: str) -> None:
    assert files_not_read({".": [name]}, [], []) is None


def test_a_folder_that_anything_came_from_is_spoken_for() -> None:
    files = {".": [], "a": ["results.json"], "b": ["metrics.json"], "c": [], "c/d": ["report.csv"]}
    problem = Problem("unreadable-file", "b/metrics.json", "It is empty.")
    assert files_not_read(files, [run_at("a/predictions.csv"), run_at("c")], [problem]) is None
    assert files_not_read(files, [run_at("a/predictions.csv")], [problem], matched={"c/d"}) is None
    left = files_not_read(files, [run_at("a/predictions.csv")], [problem])
    assert left is not None
    assert "1 file looks like results and was not read: c/d/report.csv (" in left.what


def test_many_files_are_one_problem_with_reasons_tables_first() -> None:
    names = [f"results_{n}.png" for n in range(9)] + ["scores.xls"]
    problem = files_not_read({"out": names}, [], [])
    assert problem is not None
    assert problem.what == (
        "10 files look like results and were not read: out/scores.xls (no reader for this kind); "
        "out/results_0.png, out/results_1.png, out/results_2.png and 6 more (pictures: save the "
        "numbers behind them as csv)."
    )


def test_what_lies_there_is_counted_by_endings() -> None:
    assert what_lies_there({".": []}) == ""
    assert what_lies_there({".": ["a.PNG", "b.png", "LICENSE"]}) == (
        "It has 3 files: 2 png and 1 other file."
    )


def test_a_folder_without_results_says_what_it_has_and_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "results.json").write_text('{"a": 1}')
    (tmp_path / "cat.png").write_bytes(b"\x89PNG")
    with pytest.raises(SystemExit) as end:
        main(["summary", str(tmp_path), "--json"])
    assert end.value.code == 2
    problems = {entry["code"]: entry for entry in json.loads(capsys.readouterr().out)["problems"]}
    assert "results.json (nothing that is known" in problems["files-not-read"]["what"]
    assert "It has 2 files: 1 png and 1 json." in problems["nothing-found"]["what"]
    again = {problem.code for problem in open_workspace(tmp_path).problems}
    assert again == {"files-not-read", "nothing-found"}
