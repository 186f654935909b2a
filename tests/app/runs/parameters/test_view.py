"""What the page of runs says of parameters, training and data, on small recorded searches."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from app.runs.parameters import time
from app.runs.parameters.cached import _by_weight
from app.runs.parameters.words import edge_sentence, importance_sentences, noise_sentence
from app.runs.words import apart
from diagnostics import record
from diagnostics.runs.parameters.effects import Importance, importance
from diagnostics.runs.parameters.search_edges import Edge
from diagnostics.runs.parameters.trials import trials
from tests.made.trial_runs import grid_of
from tests.places import DATA, MAIN

COMPARISON = DATA / "rasa" / "comparison"
Opened = Callable[..., AppTest]


def recorded(folder: Path, n: int, n_wrong: int, **more: Any) -> None:
    """A run with so many wrong answers; other numbers of examples are other experiments."""
    truth = ["a", "b"] * (n // 2)
    wrong = ["b" if label == "a" else "a" for label in truth[:n_wrong]]
    record(folder, true_label=truth, predicted_label=[*wrong, *truth[n_wrong:]], **more)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workspace")
    for number, C in enumerate((1, 10, 100)):
        for weight in ("none", "**balanced** $x$"):
            wrong = 12 - 4 * number + (weight == "none")
            recorded(
                folder / "grid" / f"C={C} {weight[:4].strip('*')}",
                40,
                wrong,
                fold=[0, 0, 1, 1] * 10,
                parameters={"clf__C": C, "clf__class_weight": weight},
                train_scores={"accuracy": 1.0 if number else 0.75},
                fit_seconds=1.0 + number,
            )
    recorded(folder / "two" / "one", 36, 3, parameters={"C": 1})
    recorded(folder / "two" / "other", 36, 2, parameters={"C": 2})
    for number in range(3):
        recorded(folder / "same" / f"run {number}", 32, number, parameters={"C": 1})
    shutil.copytree(COMPARISON, folder / "comparison")
    return folder


@pytest.fixture
def runs(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    def opened(experiment: str, view: str, **choices: str) -> AppTest:
        monkeypatch.setattr(sys, "argv", ["main.py", str(workspace)])
        at = AppTest.from_file(str(MAIN), default_timeout=60)
        at.query_params["experiment"] = experiment
        at.query_params["runs_view"] = view
        for name, value in choices.items():
            at.query_params[name] = value
        return at.run().switch_page("../pages/runs.py").run()

    return opened


def said(at: AppTest) -> list[str]:
    return [text.value for text in at.text]


def headings(at: AppTest) -> list[str]:
    return [heading.value for heading in at.subheader]


def test_a_full_grid_is_explained_in_words_first(runs: Opened) -> None:
    at = runs("grid", "Parameters")
    assert not at.exception
    words = said(at)
    assert any(w.startswith("C explains ") and "spread of accuracy" in w for w in words)
    assert any(
        w.startswith("The best C is the largest tried (100): search further.") for w in words
    )
    assert headings(at) == [
        *("Importance", "A pair of parameters", "Values", "Lines of runs", "Score against time"),
    ]
    # Importance, pair, two parameters, lines, time.
    assert len(at.get("vega_lite_chart")) == 6
    assert not any("**balanced**" in c.value for c in at.caption)


def test_a_click_on_a_run_picks_it_and_one_on_a_value_lists_its_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from app.runs.parameters import parallel_axes, values

    chosen: dict[str, object] = {}
    monkeypatch.setattr(values.session, "choose", lambda **given: chosen.update(given))
    found = trials(grid_of([0.1, 0.2, 0.3], [{"C": 1}, {"C": 1.0}, {"C": 5}]), "accuracy")
    state: dict[str, object] = {}
    monkeypatch.setattr(values.st, "session_state", state)
    state["k"] = {"selection": {"pick": [{"run": "run 2", "value": "5"}]}}
    values._pick_value("k", found, "C")
    assert chosen == {"run": "run 2"}
    state["k"] = {"selection": {"pick": [{"run": "", "value": "1"}]}}
    values._pick_value("k", found, "C")
    assert state[parallel_axes._DOOR] == ("C", ["1", "1.0"])


def test_the_table_opens_where_a_value_was_clicked(runs: Opened) -> None:
    at = runs("grid", "Parameters")
    at.session_state["effects_door"] = ("clf__C", ["100"])
    at.run()
    assert not at.exception
    assert at.session_state["runs_where"] == "clf__C"
    assert at.session_state["runs_values"] == ["100"]
    assert at.segmented_control(key="runs_view").value == "Leaderboard"


def test_a_brush_counts_its_runs_and_can_select_them(runs: Opened) -> None:
    at = runs("grid", "Parameters")
    at.session_state["effects_lines"] = {
        "selection": {"brush": {"axis": ["C"], "position": [0.67, 1.0]}, "pick": []}
    }
    at.run()
    assert not at.exception
    assert any(w.startswith("2 runs pass there; the best is C=100") for w in said(at))
    next(b for b in at.button if b.label == "Select the best 2").click().run()
    assert len(at.session_state["selected"]) == 2
    assert all(name.startswith("C=100") for name in at.session_state["selected"])


def test_two_runs_tell_nothing_of_parameters(runs: Opened) -> None:
    at = runs("two", "Parameters")
    assert not at.exception
    assert "3 runs with a score are needed, and 2 can be compared." in said(at)
    assert "Values" not in headings(at)
    assert "How long the runs took is not known." in said(at)


def test_runs_without_a_difference_say_so(runs: Opened) -> None:
    at = runs("same", "Parameters")
    assert not at.exception
    assert any(w.startswith("No parameter that can be judged differs") for w in said(at))


def test_a_filter_that_leaves_nothing_leaves_a_sentence(runs: Opened) -> None:
    for view in ("Parameters", "Training"):
        at = runs("grid", view)
        at.text_input(key="runs_find").set_value("no such run").run()
        assert not at.exception
        assert any(w.startswith(("None of the listed runs", "No run is left")) for w in said(at))


def test_each_run_has_a_verdict_with_evidence(runs: Opened) -> None:
    at = runs("grid", "Training")
    assert not at.exception
    table = next(f.value for f in at.dataframe if "evidence" in f.value)
    assert len(table) == 6
    assert set(table["verdict"]) <= {"Fine", "Generalisation", "Capacity", "Wiring", "Not judged"}
    lacking = table[table["run"].str.startswith("C=1 ")]
    assert set(lacking["verdict"]) == {"Capacity"}
    assert any(w.startswith("Verdicts on 6 runs: capacity 2") for w in said(at))
    assert not any("was not asked" in c.value for c in at.caption)


def test_without_train_scores_one_sentence_says_how_to_get_them(runs: Opened) -> None:
    at = runs("two", "Training")
    assert not at.exception
    assert any("return_train_score=True" in w for w in said(at))
    assert any(c.value.startswith("All runs learnt from the same amount") for c in at.caption)


def test_what_the_ladder_could_not_ask_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table of a halving search has no examples, so nothing says what chance would score."""
    head = "iter,n_resources,params,param_C,rank_test_score,mean_fit_time"
    folds = [f"split{n}_{of}_score" for of in ("test", "train") for n in range(2)]
    lines = [",".join([head, "mean_test_score", "mean_train_score", *folds])]
    for n, (round_, rows) in enumerate(((0, 40), (0, 40), (1, 120))):
        scores = [0.5 + n / 10, 0.9, 0.5 + n / 10, 0.5 + n / 10, 0.9, 0.9]
        cells = [round_, rows, f"\"{{'C': {n % 2 + 1}}}\"", n % 2 + 1, 1, 0.1, *scores]
        lines.append(",".join(map(str, cells)))
    (tmp_path / "search.csv").write_text("\n".join(lines))
    monkeypatch.setattr(sys, "argv", ["main.py", str(tmp_path)])
    at = AppTest.from_file(str(MAIN), default_timeout=60)
    at.query_params["runs_view"] = "Training"
    at = at.run().switch_page("../pages/runs.py").run()
    assert not at.exception
    (ladder,) = [c.value for c in at.caption if c.value.startswith("A ladder from the bottom")]
    assert "whether these runs learn anything at all was not asked." in ladder
    assert ladder.endswith("beside those that were given as much to learn from.")


def test_the_learning_curve_is_of_the_listed_runs(runs: Opened) -> None:
    at = runs("comparison/run_1/intents", "Training", runs_find="config-a")
    assert not at.exception
    assert any(words.startswith("config-a ") for words in said(at))
    assert not any(words.startswith("config-b ") for words in said(at))
    assert any(c.value.startswith("1 configuration; ") for c in at.caption)


def test_repeats_of_a_comparison_are_one_learning_curve(runs: Opened) -> None:
    at = runs("comparison/run_1/intents", "Training")
    assert not at.exception
    assert any(w.startswith("config-b rose by 17.9 ± 12.9 points") for w in said(at))
    assert any("2 repeats with their own test data" in c.value for c in at.caption)


def test_a_grid_is_told_with_what_explains_most_first() -> None:
    points = [{"a": a, "b": b} for a in range(3) for b in range(2)]
    found = importance(trials(grid_of([0.1, 0.1, 0.5, 0.5, 0.9, 0.9], points), "accuracy"))
    first, second, third = importance_sentences(found, "accuracy", 6)
    assert first == "a explains 100 % of the spread of accuracy between these 6 runs."
    assert second == "b explains less than 1 %."
    assert third.startswith("No two parameters interact to speak of")


def test_a_forest_is_told_with_its_trust_in_itself() -> None:
    shares = pd.DataFrame({"name": ["C", "gamma"], "parameters": [("C",), ("gamma",)],
                           "share": [0.6, 0.4]})  # fmt: skip
    nothing = pd.DataFrame({"first": [], "second": [], "share": []})
    (first,) = importance_sentences(Importance("forest", shares, nothing, r2=0.84), "f1", 80)
    assert first == (
        "C matters most (60 %), then gamma (40 %): shares of what mixing up a parameter costs a "
        "random forest that predicts the f1, for the runs are no full grid. R² 0.84 on runs it has "
        "not seen."
    )


def test_pairs_that_interact_are_named() -> None:
    points = [{"a": a, "b": b} for a in range(2) for b in range(2)]
    found = importance(trials(grid_of([0.1, 0.9, 0.9, 0.1], points), "accuracy"))
    assert any(
        sentence.startswith("a and b interact") and sentence.endswith("100 % more.")
        for sentence in importance_sentences(found, "accuracy", 4)
    )


def test_edges_and_noise_are_told_with_their_evidence() -> None:
    edge = Edge("clf__C", "smallest", "0.1", 0.8, "1", 0.75, is_range=False)
    assert edge_sentence(edge, "accuracy", "C") == (
        "The best C is the smallest tried (0.1): search further. 80.0% on average, against 75.0% "
        "at 1."
    )
    part = Edge("C", "largest", "10 to 99", 0.8, "1 to 9", 0.75, is_range=True)
    assert "is in the highest part of what was tried (10 to 99)" in edge_sentence(part, "f1", "C")
    assert noise_sentence(float("nan")) == ""
    assert noise_sentence(0.3).endswith("30 % of this spread: do not trust small effects.")
    assert apart("accuracy", 0.021) == "2.1 points"
    assert apart("f1", 0.021) == "0.021"


def test_a_click_on_the_bar_of_a_pair_shows_its_table(monkeypatch: pytest.MonkeyPatch) -> None:
    from app.runs.parameters import importance as importance_view
    from app.runs.parameters.cached import Analysis

    points = [{"a": a, "b": b, "c": b} for a in range(2) for b in range(2)]
    found = trials(grid_of([0.1, 0.9, 0.9, 0.2], points), "accuracy")
    known = Analysis(found, importance(found), [], 0.0, ["a", "c", "b"])
    chosen: dict[str, object] = {}
    monkeypatch.setattr(importance_view.session, "choose", lambda **given: chosen.update(given))
    state = {"effects_bars": {"selection": {"pick": [{"name": "a × b + c"}]}}}
    monkeypatch.setattr(importance_view.st, "session_state", state)
    importance_view._pick_bar(known)
    assert chosen == {"effects_first": "a", "effects_second": "c"}


def test_where_no_dots_are_drawn_none_is_offered_to_a_click(
    runs: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.runs.parameters import values

    def caption() -> str:
        at = runs("grid", "Parameters")
        return next(c.value for c in at.caption if c.value.startswith("Diamonds are the mean"))

    assert caption().endswith("one on a dot picks the run.")
    monkeypatch.setattr(values, "DOTS", 0)
    assert caption().endswith("A click on a diamond lists the runs with that value.")


def test_a_text_of_each_runs_own_is_no_parameter_to_judge_by() -> None:
    """Also where there are more of them than one chart shows: then the rarest are put together."""
    points = [{"name": f"run {n}", "C": n % 3} for n in range(30)]
    found = trials(grid_of([n / 30 for n in range(30)], points), "accuracy")
    assert _by_weight(found, importance(found)) == ["C"]


def test_a_front_of_one_run_is_told_as_such() -> None:
    points = pd.DataFrame(
        {"run": ["a", "b"], "value": [0.9, 0.8], "seconds": [1.0, 2.0],
         "is_front": [True, False], "is_kept": [True, False]}
    )  # fmt: skip
    assert time._sentence(points, "accuracy") == (
        "1 of 2 runs is on the front: a is the best and the fastest."
    )
