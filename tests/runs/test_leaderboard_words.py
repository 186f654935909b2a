"""What is said of a leaderboard, on the page and in the terminal."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from diagnostics import Evidence, Experiment, Run, Score, open_workspace, record
from diagnostics.__main__ import main
from diagnostics.runs.leaderboard import run_leaderboard
from diagnostics.runs.leaderboard_words import (
    best_words,
    interval_words,
    recommendation_rule,
    recommendation_words,
    selection_method,
    selection_words,
    test_words,
    tie_words,
    why_nothing_was_tested,
)

test_words.__test__ = False  # a function of the library, not a test
WRONG = {"a": range(10), "b": range(8, 20), "c": range(60)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("three")
    truth = np.array(list("xyz") * 40)
    for number, (name, wrong) in enumerate(WRONG.items()):
        given = truth.copy()
        given[list(wrong)] = "-"
        record(place / name, true_label=truth, predicted_label=given, fit_seconds=9.0 - number)
    return place


@pytest.fixture(scope="module")
def experiment(folder: Path) -> Experiment:
    (found,) = open_workspace(folder).experiments
    return found


def scored(*runs: tuple[float, ...], **details: Any) -> Experiment:
    return Experiment(
        "s",
        "classification",
        tuple(
            Run(
                run=f"r{number}", reader="x", path="", task="classification",
                evidence=Evidence.SCORES, splits=("test",), **details,
                scores=tuple(Score("score", v, "test", f) for f, v in enumerate(folds)),
            )
            for number, folds in enumerate(runs)
        ),
    )  # fmt: skip


def test_the_best_its_ties_and_the_test_are_said(experiment: Experiment) -> None:
    board = run_leaderboard(experiment)
    assert best_words(board) == (
        "Accuracy 91.7% (85.3% to 95.4%). 1 of the 2 others cannot be told from it."
    )
    assert test_words(board) == (
        "Exact McNemar test on the 120 test examples that all answered, corrected for 2 "
        "comparisons by Holm, at 5 %."
    )
    assert interval_words(board) == "95 % intervals: Wilson's."


def test_the_fastest_within_one_standard_error_is_said(experiment: Experiment) -> None:
    board = run_leaderboard(experiment)
    assert recommendation_words(board, experiment) == (
        "Fitting took 8.00 s, that of the best 9.00 s."
    )
    assert recommendation_rule(board) == (
        "2 runs are within one standard error of the best (2.5 points, over examples)."
    )
    assert board.recommendation is not None
    alone = replace(board, recommendation=replace(board.recommendation, candidates=1))
    assert recommendation_rule(alone) == (
        "No other run is within one standard error of the best (2.5 points, over examples)."
    )


def test_what_to_expect_of_the_pick_is_said(experiment: Experiment) -> None:
    board = run_leaderboard(experiment)
    assert selection_words(board).startswith("Expect ")
    assert "of the best score are the luck of being picked out of 3." in selection_words(board)
    assert "most often b" in selection_words(board)
    assert selection_method(board).startswith("Picked on 1,000 bootstrap samples")


@pytest.mark.parametrize(
    ("runs", "words"),
    [
        ([(0.5, 0.6, 0.7), (0.5, 0.7, 0.6)], "The other run cannot be told from it."),
        ([(0.9, 0.91, 0.9), (0.1, 0.12, 0.1)], "The other run can be told from it."),
        (
            [(0.5, 0.6, 0.7), (0.5, 0.7, 0.6), (0.6, 0.5, 0.7)],
            "None of the 2 others can be told from it.",
        ),
        (
            [(0.9, 0.91, 0.9), (0.1, 0.12, 0.1), (0.2, 0.22, 0.2)],
            "All 2 others can be told from it.",
        ),
        (
            [(0.5, 0.6, 0.7), (0.5, 0.7, 0.6), (0.5,)],
            "The only other that may be compared cannot be told from it.",
        ),
    ],
)
def test_verdicts_read_well_for_any_number(runs: list[tuple[float, ...]], words: str) -> None:
    board = run_leaderboard(scored(*runs))
    assert tie_words(board) == words
    assert "Assuming one cross-validation of 3 folds." in test_words(board)
    assert "Tibshirani" in selection_method(board)


def test_why_nothing_was_tested_is_said() -> None:
    alone = scored((0.5, 0.6), (0.7, 0.8))
    halving = Experiment(
        "s", "classification",
        tuple(
            Run(**{**vars(run), "resource": float(n)}) for n, run in enumerate(alone.runs)
        ),
    )  # fmt: skip
    assert why_nothing_was_tested(run_leaderboard(halving)) == (
        "No other run was given as much to learn from, with all of its folds."
    )
    single = run_leaderboard(scored((0.5,), (0.6,)))
    assert why_nothing_was_tested(single) == (
        "Whether another run is as good cannot be said (its answers were not kept)."
    )
    assert test_words(single) == tie_words(single) == selection_words(single) == ""


def test_the_summary_has_intervals_and_marks(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["summary", str(folder), "--json"])
    (found,) = json.loads(capsys.readouterr().out)["experiments"]
    runs = {run["run"]: run for run in found["runs"]}
    marks = {name: run["indistinguishable_from_best"] for name, run in runs.items()}
    assert marks == {"a": True, "b": True, "c": False}
    for run in runs.values():
        assert run["score_low"] < run["metrics"]["accuracy"] < run["score_high"]


def test_a_run_alone_has_an_interval_and_no_mark(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record(tmp_path / "only", true_label=["a", "b"], predicted_label=["a", "a"])
    main(["summary", str(tmp_path), "--json"])
    (run,) = json.loads(capsys.readouterr().out)["experiments"][0]["runs"]
    assert run["indistinguishable_from_best"] is None
    assert run["score_low"] == pytest.approx(0.09453120573423)
    assert run["score_high"] == pytest.approx(1 - 0.09453120573423)


def test_what_no_interval_is_known_of_is_null(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record(tmp_path / "only", true_label=[None, None], predicted_label=["a", "a"])
    main(["summary", str(tmp_path), "--json"])
    (run,) = json.loads(capsys.readouterr().out)["experiments"][0]["runs"]
    assert run["score_low"] is run["score_high"] is run["indistinguishable_from_best"] is None


def test_the_summary_marks_runs_that_are_as_good(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["summary", str(folder)])
    shown = capsys.readouterr().out
    assert "a     = 0.9167" in shown
    assert "c       0.5000" in shown
    assert "= 1 of the 2 others cannot be told from it." in shown
