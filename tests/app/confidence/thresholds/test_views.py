from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.confidence.thresholds.choices import number, usual_target
from app.widgets.labels import letters_in
from diagnostics import open_workspace, record
from diagnostics.confidence.risk_coverage import operating_point
from diagnostics.confidence.selective_counts import SelectiveCounts, selective_counts_of_run
from diagnostics.confidence.thresholds import guaranteed_threshold, observed_threshold
from tests.places import MAIN, ROOT

LABELS = ["a", "b", "out_of_scope"]
EVIL = ["![x](http://evil/x.png)", "$x$ :red[hi]"]
LONG = [f"vectorizer__ngram_range=(1, {n}), classifier__penalty=elasticnet" for n in (1, 2)]
Opened = Callable[..., AppTest]


def record_many(folder: Path, n: int = 300, *, seed: int = 0, **changes: Any) -> None:
    """Answers among three labels, right more often where they are surer."""
    true = np.random.default_rng(0).integers(0, 3, n)
    random = np.random.default_rng(seed + 1)
    z = random.normal(size=(n, 3))
    z[np.arange(n), true] += 2
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    given: dict[str, Any] = {
        "true_label": np.array(LABELS)[true],
        "probabilities": p,
        "labels": LABELS,
        "experiment": folder.parent.name,
        **changes,
    }
    if given["probabilities"] is None:
        answers = {"predicted_label": np.array(LABELS)[p.argmax(axis=1)]}
        given = {**answers, "confidence": p.max(axis=1), **given, "labels": None}
    record(folder, **given)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workspace")
    for seed, name in enumerate(("one", "two", "three")):
        record_many(folder / "many" / name, seed=seed)
    record_many(folder / "top" / "run", probabilities=None)
    record_many(folder / "untrue" / "run", true_label=None)
    record_many(folder / "unsure" / "run", probabilities=None, confidence=None)
    truth = np.random.default_rng(0).choice(LABELS, 300).tolist()
    record_many(folder / "partly" / "run", probabilities=None, true_label=[None] * 20 + truth[20:])
    random = np.random.default_rng(3)
    for name, scale in (("sure", 1), ("scored", 5), ("also", 1)):
        level = random.random(300) * scale
        record_many(folder / "mixed" / name, probabilities=None, confidence=level)
    record_many(folder / "halves" / "run", probabilities=random.dirichlet([1] * 3, 300) / 2)
    answers = ["a", "b", "c", "a"] * 10
    levels = np.linspace(0.5, 1, 40)
    record(
        folder / "right/run",
        true_label=answers,
        predicted_label=answers,
        confidence=levels,
        experiment="right",
    )
    six: dict[str, Any] = {"true_label": ["a"] * 6, "predicted_label": ["a"] * 5 + ["b"]}
    record(folder / "few/run", **six, confidence=levels[:6])
    wrong: dict[str, Any] = {
        "true_label": answers,
        "predicted_label": ["b", "c", "a", "b"] * 10,
        "confidence": levels,
    }
    record(folder / "wrong/run", **wrong, experiment="wrong")
    evil: dict[str, Any] = {
        "true_label": EVIL * 20,
        "predicted_label": (EVIL * 10) + (EVIL[::-1] * 10),
    }
    record(folder / "evil/run", **evil, confidence=levels)
    alike = [f"{'label ' * 12}{name}{' and on' * 12}" for name in "abc"]
    for seed, name in enumerate(LONG):
        record_many(
            folder / "long" / name,
            seed=seed,
            labels=alike,
            true_label=np.array(alike)[np.random.default_rng(0).integers(0, 3, 300)],
        )
    shutil.copytree(ROOT / "tests/data/rasa/flat", folder / "mistakes")
    return folder


@pytest.fixture
def page(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    monkeypatch.setattr(sys, "argv", ["main.py", str(workspace)])

    def opened(experiment: str, view: str = "Threshold", **choices: Any) -> AppTest:
        at = AppTest.from_file(str(MAIN), default_timeout=60)
        at.query_params["experiment"] = experiment
        at.query_params["confidence_view"] = view
        for name, value in choices.items():
            at.query_params[name] = value
        at.switch_page("../pages/confidence.py").run()
        assert not at.exception
        assert at.title[0].value == "Confidence"
        return at

    return opened


def counts_of(workspace: Path, experiment: str, run: str, **choices: Any) -> SelectiveCounts:
    found = open_workspace(workspace).experiment(experiment)
    return selective_counts_of_run(found.run(run), **choices)


def cards(at: AppTest) -> dict[str, str]:
    return {card.label: card.value for card in at.metric}


def words(at: AppTest) -> str:
    return " ".join(
        element.value for kind in (at.caption, at.markdown, at.text, at.info) for element in kind
    )


def spec_of(at: AppTest, index: int = 0) -> Any:
    return json.loads(at.get("vega_lite_chart")[index].proto.spec)


def test_the_figures_are_those_of_the_threshold_in_the_link(page: Opened, workspace: Path) -> None:
    at = page("many", run="one", threshold="0.8")
    counts = counts_of(workspace, "many", "one", none_labels=["out_of_scope"])
    point = operating_point(counts, 0.8)
    shown = cards(at)
    assert shown["Answered"] == f"{100 * point.coverage:.1f}%"
    assert shown["Wrong among them"] == f"{100 * point.risk:.1f}%"
    assert shown["Withheld"] == f"{point.withheld:,}"
    assert shown["Withheld, though right"] == f"{point.withheld_right:,}"
    assert shown["Out of scope, withheld"] == f"{point.outside_withheld:,}"


def test_which_labels_mean_no_answer_can_be_chosen(page: Opened, workspace: Path) -> None:
    at = page("many", run="one", threshold="0.8")
    assert at.multiselect(key="none_labels").value == ["out_of_scope"]
    at.multiselect(key="none_labels").set_value([]).run()
    point = operating_point(counts_of(workspace, "many", "one"), 0.8)
    assert cards(at)["Withheld"] == f"{point.withheld:,}"
    assert "Out of scope, withheld" not in cards(at)


def test_untouched_the_threshold_is_the_one_that_halves_the_mistakes(
    page: Opened, workspace: Path
) -> None:
    at = page("many", run="one")
    counts = counts_of(workspace, "many", "one", none_labels=["out_of_scope"])
    target = usual_target(counts)
    assert at.number_input(key="target").value == target
    found = observed_threshold(counts, target / 100)
    assert at.number_input(key="threshold").value == found.threshold
    assert at.slider(key="threshold_slider").value == found.threshold


def test_the_slider_moves_the_number(page: Opened) -> None:
    at = page("many", threshold="0.8")
    at.slider(key="threshold_slider").set_value(0.9).run()
    assert at.number_input(key="threshold").value == 0.9


def test_a_target_gives_a_threshold_that_a_button_takes(page: Opened, workspace: Path) -> None:
    at = page("many", run="one", target="20", threshold="0.1")
    counts = counts_of(workspace, "many", "one", none_labels=["out_of_scope"])
    promised = guaranteed_threshold(counts, 0.2)
    assert promised.reached
    assert f"**{number(promised.threshold)}**" in words(at)
    at.button(key="use_guaranteed").click().run()
    assert at.number_input(key="threshold").value == promised.threshold
    assert cards(at)["Answered"] == f"{100 * promised.coverage:.1f}%"


def test_a_target_out_of_reach_says_so(page: Opened) -> None:
    at = page("wrong", target="2")
    assert "No threshold reaches this: the lowest share of wrong ones is 100.0%" in words(at)
    assert "It takes at least 149 answers, all of them right." in words(at)
    assert not [button for button in at.button if button.key == "use_observed"]


def test_costs_give_a_threshold_too(page: Opened) -> None:
    at = page("many", cost="4")
    assert "it would be 0.75 (Chow 1970)" in words(at)
    at.number_input(key="cost").set_value(10.0).run()
    assert "it would be 0.9 (Chow 1970)" in words(at)


def test_every_figure_opens_its_examples(page: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    at = page("many", run="one", threshold="0.8")
    opened: list[dict[str, Any]] = []
    monkeypatch.setattr("app.frame.session.go", lambda _, **choices: opened.append(choices))
    for place in range(5):
        at.button(key=f"threshold_door_{place}").click().run()
        assert not at.exception
    narrowing = [{**choices, "predicted": None, "split": None} for choices in _DOORS]
    assert opened == narrowing


_DOORS = [
    {"above": "0.8", "by": "all"},
    {"above": "0.8", "by": "confident-mistakes"},
    {"below": "0.8", "by": "all"},
    {"below": "0.8", "by": "confident-correct"},
    {"true": "out_of_scope", "by": "all"},
]


def test_runs_and_classes_with_long_names_are_told_apart(page: Opened) -> None:
    at = page("long", run=LONG[0], overlay=[LONG[1]])
    for names in (
        spec_of(at)["layer"][1]["encoding"]["color"]["scale"]["domain"],
        at.dataframe[0].value["run"].tolist(),
        at.dataframe[1].value["label"].tolist(),
    ):
        assert len(set(names)) == len(names) > 1
        assert max(map(len, names)) <= 30
    at.segmented_control(key="confidence_view").set_value("Curves").run()
    assert spec_of(at)["layer"][1]["encoding"]["color"]["scale"]["domain"] != LONG
    assert at.dataframe[0].value["label"].nunique() == 3
    at.segmented_control(key="confidence_view").set_value("Calibration").run()
    columns = json.loads(at.dataframe[0].proto.columns)
    heads = [columns[place]["label"] for place in "01"]
    assert len(set(heads)) == 2
    assert max(map(len, heads)) <= letters_in(190)
    opened: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.frame.session.go", lambda _, **choices: opened.update(choices))
        short = spec_of(at)["layer"][1]["encoding"]["color"]["scale"]["domain"][1]
        point = {"run": short, "lower": 0.2, "upper": 0.4}
        at.session_state["confidence_reliability_width"] = {"selection": {"point": [point]}}
        at.run()
    assert opened["run"] == LONG[1]


def test_the_way_back_from_the_examples_restores_the_link(page: Opened) -> None:
    chosen = {"threshold": "0.8", "target": "3.5", "cost": "7.0", "threshold_format": "JSON"}
    at = page("many", run="one", overlay=["two"], confidence_label="b", **chosen)
    link = dict(at.query_params)
    at.button(key="threshold_door_0").click().run()
    assert at.title[0].value == "Examples"
    assert "target" not in at.query_params
    at.switch_page("../pages/confidence.py").run()
    assert {name: at.query_params.get(name) for name in link} == link
    assert (at.number_input(key="threshold").value, at.number_input(key="cost").value) == (0.8, 7.0)
    assert at.multiselect(key="overlay").value == ["two"]
    assert at.selectbox(key="confidence_label").value == "b"
    assert "above" not in at.query_params
    assert "by" not in at.query_params


_WITH_TABLES = ("Threshold", "Curves")


def test_every_row_of_a_column_has_as_many_decimals(page: Opened) -> None:
    pages = {view: page("many", view, run="one", threshold="0.8") for view in _WITH_TABLES}
    for view, table in (("Threshold", 0), ("Threshold", 1), ("Curves", 0)):
        at = pages[view]
        columns = json.loads(at.dataframe[table].proto.columns)
        formats = [column.get("type_config", {}).get("format") for column in columns.values()]
        assert formats.count("%.1f%%") == {0: 3, 1: 4}[table] - 2 * (view == "Curves")
        assert not {"percent", "%.4g"} & set(formats)
        values = at.dataframe[table].value
        assert values["share" if view == "Curves" else "risk"].max() > 1


def test_another_view_and_back_keeps_what_was_chosen(page: Opened) -> None:
    at = page("many", run="one", threshold="0.8", target="3.5")
    for view in ("Distribution", "Threshold"):
        at.segmented_control(key="confidence_view").set_value(view).run()
        assert not at.exception
    assert at.number_input(key="threshold").value == 0.8
    assert at.number_input(key="target").value == 3.5


@pytest.mark.parametrize(("experiment", "run"), [("many", "one"), ("partly", "run")])
def test_a_door_that_lists_more_than_its_figure_says_how_many(
    page: Opened, workspace: Path, experiment: str, run: str
) -> None:
    counts = counts_of(workspace, experiment, run, none_labels=["out_of_scope"])
    point = operating_point(counts, 0.8)
    figures = [point.answered, point.wrong, point.withheld, point.withheld_right]
    at = page(experiment, run=run, threshold="0.8")
    labels = [at.button(key=f"threshold_door_{place}").label for place in range(4)]
    assert any(label != "Examples" for label in labels)
    for place in (0, 2):
        at = page(experiment, run=run, threshold="0.8")
        at.button(key=f"threshold_door_{place}").click().run()
        label = labels[place]
        assert (f"{figures[place]:,} examples" if label == "Examples" else label) in words(at)


def test_a_run_of_scores_is_not_laid_over_probabilities(page: Opened) -> None:
    for view in ("Distribution", "Threshold"):
        at = page("mixed", view, run="sure", overlay=["scored", "also"])
        assert "1 run laid over has scores instead of probabilities: left out" in words(at)
    assert at.dataframe[0].value["run"].tolist() == ["sure", "also"]


def test_probabilities_that_do_not_add_up_are_said_to(page: Opened) -> None:
    assert "some are 0.50 off that" in words(page("halves", "Calibration"))
    assert "add up to 1" not in words(page("many", "Calibration"))


def test_mistakes_alone_are_looked_at_by_class(page: Opened) -> None:
    at = page("intents")
    (run,) = {"intents"}
    label = at.selectbox(key="confidence_label").options[1]
    narrowed = page(run, confidence_label=label)
    assert [c.value for c in narrowed.caption] != [c.value for c in at.caption]


def test_the_ambiguity_threshold_is_counted_or_said_not_to_be(page: Opened) -> None:
    at = page(
        "many", run="one", threshold="0.5", threshold_format="Rasa", ambiguity_threshold="0.3"
    )
    assert "ambiguity_threshold: 0.3" in at.code[0].value
    assert "0.3 ahead of the runner-up:" in words(at)
    at = page("top", threshold="0.5", threshold_format="Rasa", ambiguity_threshold="0.3")
    assert "these files do not say how probable the runner-up was" in words(at)


def test_the_lists_on_both_sides_have_as_many_as_the_cards(page: Opened, workspace: Path) -> None:
    counts = counts_of(workspace, "top", "run")
    level = float(counts.confidence[100])
    point = operating_point(counts, level)
    for door, n in (("threshold_door_0", point.answered), ("threshold_door_2", point.withheld)):
        at = page("top", threshold=repr(level), none_labels="")
        at.multiselect(key="none_labels").set_value([]).run()
        at.button(key=door).click().run()
        assert f"{n:,} examples" in words(at)


def test_runs_are_laid_over_one_another(page: Opened) -> None:
    at = page("many", run="one", overlay=["two", "three"])
    table = at.dataframe[0].value
    assert table["run"].tolist() == ["one", "two", "three"]
    domain = spec_of(at)["layer"][1]["encoding"]["color"]["scale"]["domain"]
    assert domain == ["one", "two", "three"]


def test_a_click_on_a_class_opens_what_is_still_wrong(page: Opened) -> None:
    at = page("many", run="one", threshold="0.6")
    table = at.dataframe[1].value
    label = table["label"].iloc[1]
    at.session_state["threshold_classes"] = {
        "selection": {"rows": [], "columns": [], "cells": [[1, "label"]]}
    }
    at.run()
    assert at.title[0].value == "Examples"
    assert at.query_params["predicted"] == label
    assert at.query_params["above"] == "0.6"


def test_the_threshold_is_written_as_config(page: Opened) -> None:
    at = page("many", threshold="0.8", threshold_format="Rasa")
    assert "  threshold: 0.8\n" in at.code[0].value
    for form, text in (
        ("YAML", "\nthreshold: 0.8\n"),
        ("Python", "confidence >= 0.8"),
        ("JSON", '"threshold": 0.8'),
    ):
        at.segmented_control(key="threshold_format").set_value(form).run()
        assert text in at.code[0].value


def test_the_answers_of_one_class_are_looked_at_alone(page: Opened, workspace: Path) -> None:
    at = page("many", run="one", confidence_label="a", threshold="0.8")
    counts = counts_of(workspace, "many", "one", none_labels=["out_of_scope"], predicted_label="a")
    assert cards(at)["Withheld"] == f"{operating_point(counts, 0.8).withheld:,}"
    assert len(at.dataframe) == 1


@pytest.mark.parametrize("view", ["Threshold", "Curves"])
@pytest.mark.parametrize(
    ("experiment", "sentence"),
    [
        ("untrue", "Nothing says which label is true"),
        ("unsure", "The answers of this run have no confidence"),
        ("intents", "Right answers were not kept"),
    ],
)
def test_what_is_missing_is_said(page: Opened, view: str, experiment: str, sentence: str) -> None:
    at = page(experiment, view)
    assert sentence in words(at)
    assert not at.get("vega_lite_chart")


def test_mistakes_alone_say_how_many_a_threshold_would_stop(page: Opened, workspace: Path) -> None:
    at = page("intents")
    (run,) = open_workspace(workspace).experiment("intents").runs
    counts = selective_counts_of_run(run)
    stopped = counts.wrong[counts.confidence < 0.7].sum() / counts.errors
    assert stopped > 0
    assert cards(at)["Below 0.7"] == f"{100 * stopped:.1f}%"
    at.button(key="threshold_stopped_0.7").click().run()
    assert at.title[0].value == "Examples"
    assert at.query_params["below"] == "0.7"


@pytest.mark.parametrize(
    ("experiment", "sentence"),
    [
        ("right", "Every answer is right"),
        ("wrong", "Every answer is wrong"),
        ("few", "Only 6 answers"),
    ],
)
def test_what_is_out_of_the_usual_is_said(page: Opened, experiment: str, sentence: str) -> None:
    assert sentence in words(page(experiment))


def test_labels_are_data_and_never_markup(page: Opened) -> None:
    for view in ("Threshold", "Curves"):
        at = page("evil", view)
        assert "evil" not in words(at)
        for button in at.button:
            assert "evil" not in button.label


def test_the_worst_class_is_drawn_first_and_another_can_be_chosen(page: Opened) -> None:
    at = page("many", "Curves", run="one")
    table = at.dataframe[0].value
    assert table["auc"].is_monotonic_increasing
    chosen = at.selectbox(key="curve_class")
    assert chosen.value == table["label"].iloc[0]
    assert cards(at)["Area under ROC"] == f"{table['auc'].iloc[0]:.4f}"
    at.session_state["curve_class"] = table["label"].iloc[2]
    at.run()
    assert cards(at)["Area under ROC"] == f"{table['auc'].iloc[2]:.4f}"


@pytest.mark.parametrize("average", ["micro", "macro"])
def test_averages_are_a_choice_too(page: Opened, average: str) -> None:
    at = page("many", "Curves", curve_class=f"(all classes, {average})", overlay=["two"])
    assert average.capitalize() in words(at)
    assert len(at.get("vega_lite_chart")) == 2


def test_the_class_of_the_page_is_the_class_that_is_drawn(page: Opened) -> None:
    at = page("many", "Curves", run="one", confidence_label="b")
    table = at.dataframe[0].value.set_index("label")
    assert cards(at)["Area under ROC"] == f"{table.loc['b', 'auc']:.4f}"
    assert not [box for box in at.selectbox if box.key == "curve_class"]


def test_both_curves_mark_the_answers_and_the_threshold(page: Opened) -> None:
    at = page("many", "Curves", threshold="0.8")
    assert [len(spec_of(at, index)["layer"]) for index in (0, 1)] == [3, 3]


def test_top_one_confidence_has_the_curve_of_being_right(page: Opened) -> None:
    at = page("top", "Curves", threshold="0.8")
    assert "right answers" in at.subheader[0].value
    axis = spec_of(at)["layer"][1]["encoding"]["x"]["title"]
    assert axis == "Share of wrong answers that are kept"


def test_all_right_has_no_curve(page: Opened) -> None:
    assert "nothing to tell apart" in words(page("right", "Curves"))


@pytest.mark.parametrize(
    ("threshold", "text"),
    [(0.5, "0.5"), (0.123456, "0.1235"), (1.0, "1"), (0.99999999, "0.99999999"), (np.inf, "–")],
)
def test_a_threshold_below_one_is_never_shown_as_one(threshold: float, text: str) -> None:
    assert number(threshold) == text
