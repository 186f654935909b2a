from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from app.runs.chart import chart_sentence
from app.runs.columns import column_heads, default_columns, in_percent
from diagnostics import open_workspace, record
from diagnostics.charts.runs import PICK, fold_strip, score_lines, score_ranks, score_strip
from diagnostics.runs.run_table import run_columns, run_table
from diagnostics.workspace.scores import fold_points, score_points
from tests.places import MAIN

TRUE = ["a", "b"] * 5
WRONG = {"bad": 5, "good": 1, "middle": 3}
Opened = Callable[..., AppTest]


def answers(n_wrong: int) -> list[str]:
    return ["neither"] * n_wrong + TRUE[n_wrong:]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workspace")
    for number, (name, wrong) in enumerate(WRONG.items()):
        record(
            folder / "search" / name,
            true_label=TRUE,
            predicted_label=answers(wrong),
            fold=[0, 1] * 5,
            parameters={"clf__C": 10**number, "clf__kind": "**x** $y$" if number else None, "n": 1},
            scores={"my **score**": 0.5},
            fit_seconds=float(number),
        )
    record(folder / "single" / "only", true_label=TRUE[:4], predicted_label=TRUE[:4])
    return folder


@pytest.fixture
def runs(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    def opened(**choices: str) -> AppTest:
        monkeypatch.setattr(sys, "argv", ["main.py", str(workspace)])
        at = AppTest.from_file(str(MAIN), default_timeout=30)
        for name, value in choices.items():
            at.query_params[name] = value
        return at.run().switch_page("../pages/runs.py").run()

    return opened


def table(at: AppTest) -> pd.DataFrame:
    return at.dataframe[0].value


def test_runs_are_listed_the_highest_first(runs: Opened) -> None:
    at = runs(experiment="search")
    assert not at.exception
    assert at.title[0].value == "Runs"
    shown = table(at)
    assert shown["run"].tolist() == ["good", "middle", "bad"]
    assert shown["accuracy"].tolist() == pytest.approx([90.0, 70.0, 50.0])
    assert shown["errors"].tolist() == [1, 3, 5]
    assert shown["clf__C"].tolist() == [10, 100, 1]
    assert "n" not in shown


def test_what_was_chosen_comes_back_with_the_page(runs: Opened) -> None:
    chosen = {"runs_view": "Training", "runs_find": "o", "runs_where": "C"}
    at = runs(experiment="search", runs_values=["1", "10"], **chosen)
    link = dict(at.query_params)
    at.switch_page("../pages/overview.py").run()
    at.query_params.clear()
    at.query_params["experiment"] = "search"
    at.switch_page("../pages/runs.py").run()
    assert not at.exception
    assert dict(at.query_params) == link
    assert at.multiselect(key="runs_values").value == ["1", "10"]


def test_another_parameter_forgets_the_values_of_the_first(runs: Opened) -> None:
    at = runs(experiment="search", runs_where="C", runs_values=["10"])
    at.selectbox(key="runs_where").set_value("").run()
    at.selectbox(key="runs_where").set_value("clf__kind").run()
    assert not at.exception
    assert at.multiselect(key="runs_values").value == []
    assert len(table(at)) == 3


def test_the_chosen_run_is_marked_and_shown_below(runs: Opened) -> None:
    at = runs(experiment="search", run="middle")
    assert at.session_state["runs_table"]["selection"]["cells"] == [[1, "run"]]
    assert "Number 2 from the highest of 3 runs by accuracy" in [c.value for c in at.caption]
    assert [str(metric.value) for metric in at.metric][0] == "70.0%"
    tables = [frame.value for frame in at.dataframe]
    parameters = next(frame for frame in tables if "Parameter" in frame and len(frame) == 3)
    assert parameters["Value"].tolist() == ["100", "**x** $y$", "1"]


def test_doors_below_lead_to_the_chosen_run(runs: Opened) -> None:
    at = runs(experiment="search", run="bad")
    next(b for b in at.button if b.label == "Most confused pairs").click().run()
    assert at.title[0].value == "Confusion"
    assert at.session_state["run"] == "bad"


def test_words_and_values_narrow_the_table(runs: Opened) -> None:
    at = runs(experiment="search")
    at.text_input(key="runs_find").set_value("C=10").run()
    assert table(at)["run"].tolist() == ["good", "middle"]
    at.text_input(key="runs_find").set_value("").run()
    at.selectbox(key="runs_where").set_value("clf__C").run()
    at.multiselect(key="runs_values").set_value(["1", "100"]).run()
    assert table(at)["run"].tolist() == ["middle", "bad"]


def test_a_filter_that_leaves_nothing_says_so(runs: Opened) -> None:
    at = runs(experiment="search")
    at.text_input(key="runs_find").set_value("no such run").run()
    assert not at.exception
    assert "No run is left." in [text.value for text in at.text]


def test_another_metric_ranks_otherwise_and_columns_can_be_chosen(runs: Opened) -> None:
    at = runs(experiment="search")
    at.selectbox(key="runs_metric").set_value("my **score**").run()
    at.multiselect(key="runs_columns").set_value(["fit_seconds"]).run()
    assert not at.exception
    assert list(table(at)) == ["run", "fit_seconds"]
    assert table(at)["run"].tolist() == ["bad", "good", "middle"]
    assert not any("my **" in str(element.value) for element in [*at.caption, *at.markdown])


def test_choices_of_one_experiment_do_not_break_another(runs: Opened) -> None:
    at = runs(experiment="search")
    at.multiselect(key="runs_columns").set_value(["clf__C"]).run()
    at.selectbox(key="experiment").set_value("single").run()
    assert not at.exception
    at.selectbox(key="experiment").set_value("search").run()
    assert not at.exception
    assert table(at)["run"].tolist() == ["good", "middle", "bad"]


def test_a_single_run_needs_no_table(runs: Opened) -> None:
    at = runs(experiment="single")
    assert not at.exception
    assert not at.get("vega_lite_chart")
    assert [str(metric.value) for metric in at.metric][0] == "100.0%"
    assert not at.multiselect
    # Four of four right, by Wilson's formula: 1 / (1 + 1.96² / 4).
    interval = "95 % interval of the accuracy: 51.0% to 100.0% (Wilson's)."
    assert interval in [caption.value for caption in at.caption]


def test_parameters_with_one_value_are_said_once(runs: Opened) -> None:
    at = runs(experiment="search")
    expander = next(e for e in at.expander if "one value" in e.label)
    assert expander.label == "1 parameter with one value in all runs"
    assert expander.dataframe[0].value.iloc[0].tolist() == ["n", "1"]


@pytest.fixture(scope="module")
def search(workspace: Path) -> Any:
    return open_workspace(workspace).experiment("search")


def test_heads_are_in_words_and_parameters_short(search: Any) -> None:
    heads = column_heads(run_columns(search))
    assert heads["accuracy"] == "Accuracy"
    assert heads["accuracy_fold_std"] == "Accuracy ±"
    assert heads["clf__C"] == "C"


def test_the_first_columns_are_score_spread_mistakes_parameters_and_time(search: Any) -> None:
    first = default_columns(run_columns(search), "accuracy")
    assert first == [
        *("accuracy", "accuracy_fold_std", "macro_f1", "errors"),
        *("clf__C", "clf__kind", "fit_seconds"),
    ]


def test_only_shares_become_percentages(search: Any) -> None:
    columns = [c for c in run_columns(search) if c.name in ("accuracy", "macro_f1", "clf__C")]
    shown, plain = in_percent(run_table(search), columns), run_table(search)
    assert shown["accuracy"].tolist() == pytest.approx([50.0, 90.0, 70.0])
    assert shown["macro_f1"].tolist() == plain["macro_f1"].tolist()
    assert shown["clf__C"].tolist() == plain["clf__C"].tolist()


def test_the_chart_is_zoomed_and_its_sentence_says_so(search: Any) -> None:
    points = score_points(search, "accuracy")
    folds = fold_points(search.runs, "accuracy")
    spec = score_lines(points, folds, "accuracy", chosen="middle").to_dict()
    scales = [layer["encoding"]["x"].get("scale") for layer in spec["layer"]]
    low, high = next(scale for scale in scales if scale)["domain"]
    assert low == folds["value"].min() > 0
    assert high == folds["value"].max() <= 1
    assert spec["params"][0]["name"] == PICK
    said = chart_sentence(points.assign(is_tie=False), 5, "accuracy", "")
    assert said.startswith("Accuracy of 3 runs, from 50.0% to 90.0%; the axis does not begin at 0.")
    assert said.endswith("2 more are below these or have no such score.")
    tied = chart_sentence(points.assign(is_tie=True), 3, "accuracy", "95 % intervals: Wilson's.")
    assert tied.endswith(
        "Lines are 95 % intervals: Wilson's. Shaded: the best, and what cannot be told from it."
    )


def test_charts_draw_what_they_are_given(search: Any) -> None:
    points = score_points(search, "accuracy")
    strip = score_strip(points, "accuracy").to_dict()
    assert strip["mark"]["type"] == "tick"
    assert strip["encoding"]["x"]["field"] == "value"
    ranks = score_ranks(points, "accuracy", chosen="good").to_dict()
    assert ranks["layer"][1]["encoding"]["x"]["field"] == "rank"
    assert ranks["layer"][0]["encoding"]["y2"]["field"] == "high"
    folds = fold_strip(fold_points([search.run("good")], "accuracy"), "accuracy").to_dict()
    assert json.dumps(folds).count('"fold"') > 0


def test_runs_with_equal_scores_still_have_an_axis() -> None:
    points = pd.DataFrame({"run": ["a", "b"], "value": [1.0, 1.0]})
    low, high = score_strip(points, "accuracy").to_dict()["encoding"]["x"]["scale"]["domain"]
    assert low < 1.0 < high
