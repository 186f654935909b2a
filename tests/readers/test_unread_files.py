"""What no reader spoke of is named: once, with why, and only if it looks like results."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from diagnostics import Evidence, Problem, Run, open_workspace
from diagnostics.__main__ import main
from diagnostics.readers.unread_files import files_not_read, what_lies_there


def run_at(path: str, reader: str = "test", **mapping: str) -> Run:
    return Run("run", reader, path, "classification", Evidence.SCORES, mapping=mapping)


@pytest.mark.parametrize(
    "name",
    [
        "predictions.xls", "test_predictions.pkl", "results.json", "results_final.csv",
        "confusion_matrix.png", "confusion-matrix.html", "svm_report.pdf", "metrics.yaml",
        "y_pred.mat", "predictions.csv.zst", "Leaderboard.ods", "predictions_2.json",
        "confusion_matrix_rf.png", "results_svm.json", "predictions_2024-05-01.ods",
        "predicted.sav",
        "testPredictions.csv", "results (1).csv", "results.tar.gz", "metrics.sqlite",
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
     "package.json", "y_test.csv", "coverage_report.html", "lint-report.json", "test_results.xml",
     "pytest_results.json", "bug_report.txt", "annual report.pdf"],
)  # fmt: skip
def test_what_is_no_result_is_not(name: str) -> None:
    assert files_not_read({".": [name]}, [], []) is None


def named(files: dict[str, list[str]], *runs: Run, problems: tuple[str, ...] = ()) -> set[str]:
    """The files that are named as unread."""
    wrong = [Problem("unreadable-file", path, "It is empty.") for path in problems]
    problem = files_not_read(files, runs, wrong)
    if problem is None:
        return set()
    paths = {
        name if folder == "." else f"{folder}/{name}" for folder in files for name in files[folder]
    }
    return {path for path in paths if path in problem.what}


def test_a_file_beside_one_that_was_read_is_named() -> None:
    files = {"a": ["predictions.csv", "results.json", "confusion_matrix.png", "scores.xls"]}
    left = {"a/results.json", "a/confusion_matrix.png", "a/scores.xls"}
    assert named(files, run_at("a/predictions.csv")) == left
    assert named(files, run_at("a/predictions.csv"), problems=("a/results.json",)) == left - {
        "a/results.json"
    }


def test_where_a_folder_was_read_only_what_no_reader_opens_is_named() -> None:
    files = {".": [], "a": ["report.txt", "confusion_matrix.csv", "confusion_matrix.png"]}
    assert named(files, run_at("a")) == {"a/confusion_matrix.png"}
    assert named(files, run_at("a", "rasa")) == set()
    assert named({"a": [], "a/plots": ["results.json"]}, run_at("a")) == set()
    assert named({".": ["report.txt"], "b": ["results.json"]}, run_at(".")) == {"b/results.json"}


def test_what_was_read_with_another_file_is_not_named() -> None:
    files = {"a": ["predictions-1.csv", "predictions-2.csv", "true_results.csv"]}
    run = run_at("a/predictions-1.csv", truth_file="true_results.csv")
    assert named(files, run) == set()
    arrays = {"a": ["y_pred.npy", "y_prob.npy", "y_pred.mat"]}
    assert named(arrays, run_at("a/y_pred.npy")) == {"a/y_pred.mat"}


def test_what_a_reader_found_for_itself_is_not_named() -> None:
    files = {".": [], "a": ["report.csv"]}
    assert files_not_read(files, [], [], matched={"a"}) is None


def test_many_files_are_one_problem_with_reasons_tables_first() -> None:
    names = [f"results_{n}.png" for n in range(9)] + ["scores.xls"]
    problem = files_not_read({"out": names}, [], [])
    assert problem is not None
    assert problem.what == (
        "10 files look like results and were not read: out/scores.xls (no reader for this kind: "
        "save it as csv or parquet); "
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


@pytest.mark.parametrize(
    "words",
    [
        ["confusion", "--run", "x"],
        ["top", "--run", "x", "--by", "uncertain"],
        ["compare", "x", "y"],
        ["explain", "--run", "x", "--example", "1"],
        ["importance", "--run", "x"],
        ["assumptions"],
    ],
    ids=lambda words: words[0],
)
def test_every_command_says_what_lies_there_instead_of_results(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "results.json").write_text('{"a": 1}')
    with pytest.raises(SystemExit) as end:
        main([words[0], str(tmp_path), *words[1:]])
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert "No results were recognised here. It has 1 file: 1 json." in " ".join(said.split())
    assert "results.json" in said
