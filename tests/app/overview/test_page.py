from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from app.widgets.missing import missing_sentence
from app.widgets.problems import grouped
from diagnostics import Evidence, Problem, Run, record
from tests.places import MAIN

TRUE = ["a", "b", "c", "a", "b", "c", "a", "b"]
ONE_WRONG = ["a", "b", "c", "a", "b", "c", "a", "c"]
TWO_WRONG = ["a", "b", "c", "a", "b", "c", "c", "c"]
BROKEN = '{"format": "errata-run", "version": 1'
Opened = Callable[[Path], AppTest]


@pytest.fixture
def overview(monkeypatch: pytest.MonkeyPatch) -> Opened:
    def opened(folder: Path) -> AppTest:
        monkeypatch.setattr(sys, "argv", ["main.py", str(folder)])
        return AppTest.from_file(str(MAIN), default_timeout=30).run()

    return opened


@pytest.fixture(scope="module")
def two_experiments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two")
    details = {"true_label": TRUE, "confidence": [0.9] * 8, "content": list("stuvwxyz")}
    record(folder / "first/small", predicted_label=TWO_WRONG, **details)
    record(folder / "first/_large_ $x$", predicted_label=ONE_WRONG, **details)
    record(folder / "second/only", predicted_label=TRUE[:6], true_label=TRUE[:6])
    return folder


def words(at: AppTest) -> str:
    """What stands on the page as text, in captions and as Markdown."""
    elements = [*at.text, *at.caption, *at.markdown, *at.subheader]
    return "\n".join(str(element.value) for element in elements)


def metrics(at: AppTest) -> list[tuple[str, str]]:
    return [(metric.label, str(metric.value)) for metric in at.metric]


def test_each_experiment_shows_its_best_run_with_its_errors(
    overview: Opened, two_experiments: Path
) -> None:
    at = overview(two_experiments)
    assert not at.exception
    assert at.title[0].value == "Overview"
    assert metrics(at)[0] == ("Accuracy", "87.5%")
    assert ("Wrong of 8 test examples", "1") in metrics(at)
    assert ("Wrong of 6 test examples", "0") in metrics(at)
    assert "Classification · 8 examples · 3 classes · 2 runs" in words(at)
    assert "2 runs from 75.0% to 87.5%" in words(at)


def test_names_of_runs_are_text_and_never_markdown(overview: Opened, two_experiments: Path) -> None:
    at = overview(two_experiments)
    assert "_large_ $x$" in [text.value for text in at.text]
    assert not any("large" in str(element.value) for element in [*at.markdown, *at.caption])


def test_doors_lead_to_the_mistakes_of_the_best_run(
    overview: Opened, two_experiments: Path
) -> None:
    at = overview(two_experiments)
    labels = [button.label for button in at.button]
    assert labels == [
        *("Read the mistakes", "Most confused pairs", "All 2 runs"),
        "The run",
    ]
    at.button[0].click().run()
    assert at.title[0].value == "Examples"
    assert at.session_state["run"] == "_large_ $x$"
    assert at.session_state["experiment"] == "first"


def test_a_door_opens_the_runs_of_its_own_experiment(
    overview: Opened, two_experiments: Path
) -> None:
    at = overview(two_experiments)
    at.button[3].click().run()
    assert at.title[0].value == "Runs"
    assert at.session_state["experiment"] == "second"


def test_a_single_experiment_has_a_line_for_each_run_that_opens_it(
    overview: Opened, tmp_path: Path
) -> None:
    record(tmp_path / "one/a", true_label=TRUE, predicted_label=ONE_WRONG)
    record(tmp_path / "one/b", true_label=TRUE, predicted_label=TWO_WRONG)
    at = overview(tmp_path)
    assert not at.exception
    at.session_state["overview_spread_0"] = {"selection": {"pick": [{"run": "b"}]}}
    at.run()
    assert at.title[0].value == "Runs"
    assert at.session_state["run"] == "b"


def test_what_is_missing_is_said_with_its_remedy(overview: Opened, two_experiments: Path) -> None:
    said = words(overview(two_experiments))
    assert "Only the label that was given has a probability" in said
    assert "Pass `content=` to `diagnostics.record`" in said


def test_an_empty_folder_says_what_was_looked_for(overview: Opened, tmp_path: Path) -> None:
    at = overview(tmp_path)
    assert not at.exception
    assert at.subheader[0].value == "No results in this folder yet"
    assert "record(" in at.code[0].value
    assert "run folders with a run.json" in words(at)
    assert "problem" not in words(at)


def test_a_folder_with_nothing_but_broken_files_shows_both(
    overview: Opened, tmp_path: Path
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run/run.json").write_text(BROKEN)
    at = overview(tmp_path)
    assert [heading.value for heading in at.subheader] == [
        "No results in this folder yet",
        "What was looked for",
        "1 problem",
    ]
    assert at.expander[0].label == "Could not be read · 1"
    assert "run/run.json" in words(at)


def test_hundreds_of_problems_are_all_there(overview: Opened, tmp_path: Path) -> None:
    for number in range(103):
        (tmp_path / f"run {number}").mkdir()
        (tmp_path / f"run {number}/run.json").write_text(BROKEN)
    at = overview(tmp_path)
    assert not at.exception
    listed = [text.value for text in at.text if str(text.value).endswith("/run.json")]
    (rest,) = (frame.value for frame in at.dataframe)
    assert len({*listed, *rest["Where"]}) == 103


def test_many_experiments_are_six_cards_and_a_table(overview: Opened, tmp_path: Path) -> None:
    for number in range(8):
        record(tmp_path / f"e{number}/run", true_label=TRUE, predicted_label=ONE_WRONG,
               example=[f"{number}-{row}" for row in range(8)])  # fmt: skip
    at = overview(tmp_path)
    assert [label for label, _ in metrics(at)].count("Accuracy") == 6
    (table,) = (frame.value for frame in at.dataframe)
    assert table["Experiment"].tolist() == ["e6", "e7"]
    assert table["Wrong"].tolist() == [1, 1]
    at.session_state["overview_experiments"] = {
        "selection": {"rows": [], "columns": [], "cells": [(1, "Wrong")]}
    }
    at.run()
    assert at.title[0].value == "Runs"
    assert at.session_state["experiment"] == "e7"


def test_how_a_table_was_read_can_be_copied(overview: Opened, tmp_path: Path) -> None:
    frame = pl.DataFrame({"id": range(8), "truth": TRUE, "prediction": ONE_WRONG})
    frame.write_csv(tmp_path / "predictions.csv")
    at = overview(tmp_path)
    assert not at.exception
    roles = at.dataframe[0].value
    assert ("true label", "truth") in set(zip(roles["Role"], roles["Column"], strict=True))
    assert 'true_label = "truth"' in at.code[0].value


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("unreadable-file", "Could not be read"),
        ("stale-errors", "Does not fit together"),
        ("different-test-data", "Not on the same test data"),
        ("truth-by-row-order", "Read with an assumption"),
        ("unfinished-search", "Did not finish"),
        ("failed-fits", "Did not finish"),
        ("somebody-elses", "Worth knowing"),
        ("not-read-yet", "Not read yet"),
    ],
)
def test_every_problem_has_a_kind(code: str, title: str) -> None:
    ((kind, problems),) = grouped([Problem(code, "f", "w")])
    assert kind.title == title
    assert [problem.code for problem in problems] == [code]


def test_the_worst_problems_come_first() -> None:
    codes = ["not-read-yet", "my-note", "different-examples", "stale-errors", "broken-json"]
    groups = grouped([Problem(code, "f", "w") for code in codes])
    assert [problems[0].code for _, problems in groups] == [
        *("broken-json", "stale-errors", "different-examples", "my-note", "not-read-yet")
    ]


E = Evidence


@pytest.mark.parametrize(
    ("evidence", "errors", "begins"),
    [
        (E.REPORT, 3, "Only figures were kept"),
        (E.ERRORS | E.REPORT, 3, "Nothing says which label is true"),
        (E.ERRORS | E.TRUTH | E.CONTENT | E.CONFIDENCE, 3, "Right answers were not kept"),
        (E.ERRORS | E.REPORT, 0, "Right answers were not kept"),
        (~Evidence(0), 3, ""),
    ],
    ids=["report only", "no truth", "errors only", "no errors", "everything"],
)
def test_the_most_missed_evidence_is_said(evidence: Evidence, errors: int, begins: str) -> None:
    run = Run("r", "rasa", ".", "classification", evidence, errors=errors)
    said = missing_sentence(run)
    assert said.startswith(begins)
    assert bool(said) == bool(begins)
