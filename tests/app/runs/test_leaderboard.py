"""The Runs page says how much the ranking is worth, and keeps a selection."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.frame import session
from app.runs.chart import judged_points
from app.runs.columns import column_heads, default_columns
from app.runs.export import RunsTable, content
from diagnostics import Experiment, open_workspace, record
from diagnostics.charts.runs import score_lines, score_ranks
from diagnostics.runs.leaderboard import run_leaderboard
from diagnostics.runs.run_table import run_columns, run_table
from diagnostics.runs.uncertainty_columns import judged_columns, with_uncertainty
from tests.places import MAIN

WRONG = {"best": range(10), "like *it*": range(8, 20), "worse": range(60), "z": range(90)}
Opened = Callable[..., AppTest]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workspace")
    truth = np.array(list("xyz") * 40)
    for number, (name, wrong) in enumerate(WRONG.items()):
        answers = truth.copy()
        answers[list(wrong)] = "-"
        record(
            folder / "search" / name, true_label=truth, predicted_label=answers,
            parameters={"C": 10**number}, fit_seconds=9.0 - number,
        )  # fmt: skip
    record(folder / "other" / "best", true_label=["a", "b"], predicted_label=["a", "b"])
    record(folder / "other" / "next", true_label=["a", "b"], predicted_label=["a", "a"])
    return folder


@pytest.fixture(scope="module")
def search(workspace: Path) -> Experiment:
    return open_workspace(workspace).experiment("search")


@pytest.fixture
def runs(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    def opened(**choices: Any) -> AppTest:
        monkeypatch.setattr(sys, "argv", ["main.py", str(workspace)])
        at = AppTest.from_file(str(MAIN), default_timeout=30)
        for name, value in choices.items():
            at.query_params[name] = value
        return at.run().switch_page("../pages/runs.py").run()

    return opened


def texts(at: AppTest) -> list[str]:
    return [str(text.value) for text in at.text]


def test_the_page_says_what_the_ranking_is_worth(runs: Opened) -> None:
    at = runs(experiment="search")
    assert not at.exception
    assert "Accuracy 91.7% (85.3% to 95.4%). 1 of the 3 others cannot be told from it." in texts(at)
    assert any(text.startswith("Expect ") for text in texts(at))
    captions = [caption.value for caption in at.caption]
    assert any(
        caption.startswith("Exact McNemar test on the 120 test examples") for caption in captions
    )
    assert at.dataframe[0].value["same"].tolist() == ["yes", "yes", "no", "no"]


def test_a_filter_does_not_change_how_many_were_tried(runs: Opened) -> None:
    at = runs(experiment="search", runs_find="worse")
    assert any("of the 3 others" in text for text in texts(at))
    assert at.dataframe[0].value["same"].tolist() == ["no"]


def test_the_recommended_run_is_picked_by_its_name(runs: Opened) -> None:
    at = runs(experiment="search")
    button = at.button(key="runs_pick_fastest")
    assert button.label == "like \\*it\\*"
    button.click().run()
    assert at.session_state["run"] == "like *it*"
    assert any(text.startswith("Cannot be told from the best: p = ") for text in texts(at))


def test_a_marked_run_opens_the_comparison_with_the_best(runs: Opened) -> None:
    at = runs(experiment="search", run="like *it*")
    next(b for b in at.button if b.label == "Compare with the best").click().run()
    assert at.title[0].value == "Compare"
    assert (at.session_state["run"], at.session_state["against"]) == ("like *it*", "best")


def test_the_counts_of_the_test_open_their_examples(runs: Opened) -> None:
    at = runs(experiment="search", run="like *it*")
    labels = [b.label for b in at.button]
    assert "8 that only this one got right" in labels
    assert "10 that only the best got right" in labels
    next(b for b in at.button if b.label.startswith("8 that")).click().run()
    assert not at.exception
    assert at.title[0].value == "Examples"


def test_ticks_select_runs_for_all_pages(runs: Opened) -> None:
    at = runs(experiment="search", selected=["z", "no such run"])
    assert at.session_state["runs_table"]["selection"]["rows"] == [3]
    assert at.session_state["selected"] == ["z"]
    at.multiselect(key="selected").set_value(["worse", "best"]).run()
    assert at.session_state["runs_table"]["selection"]["rows"] == [2, 0]
    at = at.switch_page("../pages/confusion.py").run()
    assert at.session_state["selected"] == ["worse", "best"]


def test_selected_runs_are_compared(runs: Opened) -> None:
    at = runs(experiment="search", selected=["worse", "best"])
    next(b for b in at.button if b.label == "Compare").click().run()
    assert at.title[0].value == "Compare"
    assert at.session_state["run"] == "worse"


def test_a_selection_belongs_to_its_experiment(runs: Opened) -> None:
    at = runs(experiment="search", selected=["best", "worse"])
    at.selectbox(key="experiment").set_value("other").run()
    assert not at.exception
    assert at.session_state["selected"] == []


def test_a_click_picks_and_a_tick_selects(monkeypatch: pytest.MonkeyPatch) -> None:
    from app.runs import view as runs_view

    chosen: dict[str, Any] = {}
    names = ["a", "b", "c"]
    state: dict[str, Any] = {}
    monkeypatch.setattr(runs_view.st, "session_state", state)
    monkeypatch.setattr(session, "choose", chosen.update)
    monkeypatch.setattr(session, "choose", lambda **made: chosen.update(made))
    monkeypatch.setattr(session, "selected_runs", lambda: ["elsewhere", "b"])
    state["t"] = {"selection": {"rows": [1, 2], "cells": [[0, "run"]]}}
    runs_view._clicked("t", names, [1])
    assert chosen == {"selected": ["elsewhere", "b", "c"]}
    chosen.clear()
    state["t"] = {"selection": {"rows": [1], "cells": [[2, "accuracy"]]}}
    runs_view._clicked("t", names, [1])
    assert chosen == {"run": "c"}


def exported(
    search: Experiment, form: Any, *, uncertainty: bool, selected: tuple[str, ...] = ()
) -> str:
    board = run_leaderboard(search)
    columns = run_columns(search)
    added = judged_columns(columns, board)
    table = with_uncertainty(run_table(search), added, board)
    every = [*columns, *added]
    names = default_columns(every, "accuracy")
    shown = [columns[0], *(next(c for c in every if c.name == name) for name in names)]
    whole = RunsTable(table, every, shown, column_heads(every), board, selected)
    wanted = whole.only_selected() if selected else whole
    return content(wanted, form, uncertainty=uncertainty).decode("utf-8-sig")


def test_csv_has_numbers_with_their_uncertainty_or_without(search: Experiment) -> None:
    head, first, *_ = exported(search, "csv", uncertainty=True).splitlines()
    assert {"low", "high", "same", "p_examples", "selected", "C"} <= set(head.split(","))
    row = dict(zip(head.split(","), first.split(","), strict=True))
    assert float(row["low"]) == pytest.approx(0.8533777)
    assert row["same"] == "yes"
    plain = exported(search, "csv", uncertainty=False).splitlines()[0]
    assert not {"low", "high", "same"} & set(plain.split(","))


def test_markdown_has_the_table_as_people_read_it(search: Experiment) -> None:
    lines = exported(search, "markdown", uncertainty=True).splitlines()
    assert lines[0].startswith("| Run | Accuracy (95 % interval) | Same as best | Macro F1 |")
    assert lines[1].startswith("| --- | ---: | --- | ---: |")
    assert lines[2].startswith("| best | 91.7% (85.3% to 95.4%) | yes | ")
    assert lines[3].startswith(r"| like \*it\* | 90.0% (83.3% to 94.2%) | yes | ")
    plain = exported(search, "markdown", uncertainty=False).splitlines()
    assert plain[0].startswith("| Run | Accuracy | Macro F1 |")
    assert plain[2].startswith("| best | 91.7% | ")


@pytest.mark.parametrize("form", ["csv", "markdown", "latex"])
def test_selected_runs_can_be_exported_alone(search: Experiment, form: str) -> None:
    whole, some = (
        exported(search, form, uncertainty=True, selected=names) for names in ((), ("best", "z"))
    )
    assert len(whole.splitlines()) - len(some.splitlines()) == 2
    assert "worse" in whole
    assert "worse" not in some
    assert [line for line in whole.splitlines() if line.startswith(("best", "| best"))] == [
        line for line in some.splitlines() if line.startswith(("best", "| best"))
    ]


def test_the_export_offers_the_selection_once_there_is_one(runs: Opened) -> None:
    keys = [toggle.key for toggle in runs(experiment="search").toggle]
    assert "runs_export_selected" not in keys
    at = runs(experiment="search", selected=["best", "z"])
    assert any(c.value.startswith("4 runs. All columns") for c in at.caption)
    at.toggle(key="runs_export_selected").set_value(True).run()
    assert not at.exception
    assert any(c.value.startswith("2 runs. All columns") for c in at.caption)


def test_latex_has_the_same_escaped(search: Experiment) -> None:
    text = exported(search, "latex", uncertainty=True)
    assert r"best & 91.7\% (85.3\% to 95.4\%) & yes &" in text
    assert r"like {*}it{*} & 90.0\%" in text


def test_ties_are_shaded_and_lines_are_intervals(search: Experiment) -> None:
    points = judged_points(search, run_leaderboard(search))
    assert points["is_tie"].tolist() == [True, True, False, False]
    assert points["low"].tolist()[0] == pytest.approx(0.8533777)
    lines = score_lines(points, points.head(0).assign(fold=0), "accuracy", chosen="z").to_dict()
    assert lines["layer"][0]["mark"]["type"] == "rect"
    ranks = score_ranks(points, "accuracy", chosen="z").to_dict()
    assert ranks["layer"][0]["encoding"]["x2"]["field"] == "right"
    assert json.dumps(ranks).count('"is_tie"') > 0
    alone = score_ranks(points.assign(is_tie=False), "accuracy", chosen="z").to_dict()
    assert [layer["mark"]["type"] for layer in alone["layer"]] == ["rule", "circle"]


def test_only_the_open_view_is_drawn(runs: Opened) -> None:
    at = runs(experiment="search", runs_view="Parameters")
    assert not at.exception
    assert not any(text.startswith("Expect ") for text in texts(at))
