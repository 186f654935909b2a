from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.confidence import cached as confidence_cached
from diagnostics import record
from diagnostics.confidence.vectors import VectorTable
from tests.made.rasa_folder import SIX, intent_files
from tests.places import MAIN

LABELS = ["a", "b", "c"]


def vectors(power: float) -> tuple[list[str], np.ndarray]:
    """300 answers of three classes; probabilities to a power, too flat or too extreme."""
    random = np.random.default_rng(0)
    p = random.dirichlet([0.7] * 3, 300)
    truth = [LABELS[random.choice(3, p=row)] for row in p]
    return truth, p**power / (p**power).sum(axis=1, keepdims=True)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workspace")
    for name, power in (("true", 1.0), ("sure", 3.0), ("*flat*", 0.4)):
        truth, p = vectors(power)
        given = {"true_label": truth, "probabilities": p, "labels": LABELS}
        record(folder / "three" / name, **given, experiment="three")
    truth, p = vectors(3.0)
    answers = [LABELS[code] for code in p.argmax(axis=1)]
    top = {"true_label": truth, "predicted_label": answers, "confidence": p.max(axis=1)}
    shuffled = np.where(np.arange(300) % 100 == 0, np.nan, top["confidence"])
    record(folder / "top", **{**top, "confidence": shuffled}, experiment="top")
    record(folder / "unlabelled", **{**top, "true_label": None}, experiment="unlabelled")
    record(folder / "plain", **{**top, "confidence": None}, experiment="plain")
    record(folder / "scores", **{**top, "confidence": p.max(axis=1) * 4}, experiment="scores")
    record(folder / "same", **{**top, "confidence": np.full(300, 0.7)}, experiment="same")
    record(folder / "split", **top, split=["test"] * 100 + ["train"] * 200, experiment="split")
    record(
        folder / "one", true_label=["a"], predicted_label=["b"], confidence=[0.8], experiment="one"
    )
    mistakes = folder / "mistakes" / "one"
    mistakes.mkdir(parents=True)
    for name, content in intent_files(SIX).items():
        (mistakes / name).write_text(json.dumps(content))
    return folder


@pytest.fixture
def page(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sys, "argv", ["main.py", str(workspace)])

    def opened(experiment: str, **choices: Any) -> AppTest:
        at = AppTest.from_file(str(MAIN), default_timeout=60)
        at.query_params["experiment"] = experiment
        for name, value in choices.items():
            at.query_params[name] = value
        at.switch_page("../pages/confidence.py").run()
        assert not at.exception
        assert at.title[0].value == "Confidence"
        return at

    return opened


def chart(at: AppTest) -> dict[str, Any]:
    return json.loads(at.get("vega_lite_chart")[0].proto.spec)


def texts(at: AppTest) -> str:
    return " ".join(text.value for text in at.text)


def test_right_and_wrong_answers_are_back_to_back(page: Any) -> None:
    at = page("three", run="true")
    truth, p = vectors(1.0)
    right = sum(LABELS[code] == label for code, label in zip(p.argmax(axis=1), truth, strict=True))
    said = f"300 test answers: {right} right, {300 - right} wrong. On average the right ones"
    assert at.caption[0].value.startswith(said)
    spec = chart(at)
    assert spec["encoding"]["color"]["scale"]["domain"] == ["Right", "Wrong"]
    assert spec["params"][0]["select"]["fields"] == ["lower", "upper", "outcome"]


@pytest.mark.parametrize(
    ("bar", "expected"),
    [
        (
            {"lower": 0.9, "upper": 0.95, "outcome": "wrong"},
            {"above": "0.9", "below": "0.95", "by": "confident-mistakes"},
        ),
        (
            {"lower": 0.95, "upper": 1.0, "outcome": "right"},
            {"above": "0.95", "below": None, "by": "confident-correct"},
        ),
    ],
    ids=["wrong", "right, the last bin"],
)
def test_a_bar_opens_its_examples(page: Any, bar: dict[str, Any], expected: dict[str, Any]) -> None:
    opened: dict[str, Any] = {}
    at = page("three", run="true", confidence_label="b")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "app.frame.session.go", lambda name, **choices: opened.update(choices, page=name)
        )
        at.session_state["confidence_bars_20_1"] = {"selection": {"bar": [bar]}}
        at.run()
    assert opened == {
        "page": "examples.py", "run": "true", "predicted": "b", "split": None, **expected
    }  # fmt: skip


def test_a_point_of_the_diagram_opens_its_answers_in_its_run(page: Any) -> None:
    opened: dict[str, Any] = {}
    at = page("three", run="true", overlay=["sure"], confidence_view="Calibration")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "app.frame.session.go", lambda name, **choices: opened.update(choices, page=name)
        )
        point = {"run": "sure", "lower": 1 / 3, "upper": 0.4}
        at.session_state["confidence_reliability_width"] = {"selection": {"point": [point]}}
        at.run()
    assert (opened["run"], opened["by"]) == ("sure", "all")
    assert (opened["above"], opened["below"]) == ("0.3333333333333333", "0.4")


def test_a_class_is_chosen_in_the_link(page: Any) -> None:
    at = page("three", run="true", confidence_label="b")
    total = int(at.caption[0].value.split(" ")[0])
    assert 50 < total < 150


def test_runs_are_laid_over_one_another(page: Any) -> None:
    at = page("three", run="true", overlay=["sure", "*flat*"])
    lines = chart(at)["layer"][1]
    assert lines["encoding"]["color"]["scale"]["domain"] == ["true", "sure", "*flat*"]
    assert len(set(lines["encoding"]["color"]["scale"]["range"])) == 3
    assert "Each run's right answers add up to 100%" in at.caption[0].value


def test_the_chosen_run_is_not_laid_over_itself(page: Any) -> None:
    at = page("three", run="true", overlay=["sure"])
    at.selectbox(key="run").set_value("sure").run()
    assert not at.exception
    assert at.multiselect(key="overlay").value == []


def test_the_selected_runs_are_laid_over_at_first(page: Any) -> None:
    from app.frame.session import SELECTED

    at = page("three", run="true", **{SELECTED: ["sure", "true"]})
    assert at.multiselect(key="overlay").value == ["sure"]


def test_calibration_says_which_way_the_confidence_is_off(page: Any) -> None:
    at = page("three", run="sure", confidence_view="Calibration")
    assert "Answers above 90% are right" in at.text[1].value
    assert at.text[1].value.split(": ")[1].startswith("overconfident.")
    figures = at.dataframe[0].value.set_index("figure")
    assert float(figures.loc["Expected calibration error", "0"]) > 0.1
    assert "15 equally wide bins" in figures.loc["Expected calibration error", "meaning"]
    assert {"Log loss, all classes", "Calibration error by class"} <= set(figures.index)


def test_calibration_has_the_temperature_and_the_line_that_applies_it(page: Any) -> None:
    at = page("three", run="sure", confidence_view="Calibration")
    cards = {metric.label: metric.value for metric in at.metric}
    assert float(cards["Temperature"]) == pytest.approx(3, rel=0.2)
    before, after = cards["Expected calibration error"].split(" → ")
    assert float(after) < float(before) / 2
    (code,) = [block.value for block in at.code]
    p = np.array([[0.7, 0.2, 0.1]])
    spaces: dict[str, Any] = {"numpy": np, "probabilities": p}
    exec(f"import scipy.special\n{code}", spaces)
    assert spaces["probabilities"] == pytest.approx(p ** (1 / 3) / (p ** (1 / 3)).sum(), abs=0.03)


def test_runs_have_a_column_of_figures_each(page: Any) -> None:
    at = page("three", run="true", overlay=["sure", "*flat*"], confidence_view="Calibration")
    assert texts(at).count("interval") == 3
    assert {"0", "1", "2"} <= set(at.dataframe[0].value.columns)
    remedies = at.dataframe[1].value
    assert remedies["run"].tolist() == ["true", "sure", "*flat*"]
    assert (remedies["loss_after"] <= remedies["loss"] + 0.01).all()


def test_the_vectors_of_a_run_are_read_once(page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def table(run: Any, split: str | None) -> VectorTable:
        read.append(run.run)
        return VectorTable(run, split)

    monkeypatch.setattr("app.confidence.cached.VectorTable", table)
    confidence_cached._of_vectors.clear()
    page("three", run="true", overlay=["sure", "*flat*"], confidence_view="Calibration")
    assert sorted(read) == ["*flat*", "sure", "true"]


def test_without_vectors_a_calibrator_of_correctness_is_offered(page: Any) -> None:
    at = page("top", confidence_view="Calibration")
    assert "binary calibrator of correctness" in at.caption[1].value
    assert [metric.label for metric in at.metric] == [
        "Expected calibration error",
        "Brier score of the answer",
    ]
    assert "IsotonicRegression" in at.code[0].value


def test_answers_without_a_confidence_are_counted(page: Any) -> None:
    caption = page("top").caption[0].value
    assert caption.startswith("297 test answers")
    assert "3 have no confidence and are left out" in caption


def test_without_truth_the_distribution_is_grey_and_nothing_is_judged(page: Any) -> None:
    at = page("unlabelled")
    assert at.subheader[0].value == "Answers by confidence"
    assert "right and wrong cannot be told apart" in at.caption[0].value
    assert chart(at)["encoding"]["color"]["scale"]["domain"] == ["No true label"]
    at = page("unlabelled", confidence_view="Calibration")
    assert "No true label is known here" in texts(at)
    assert not at.get("vega_lite_chart")


def test_mistakes_alone_are_shown_and_say_that_they_are_alone(page: Any) -> None:
    at = page("mistakes/intents")
    assert at.subheader[0].value == "Mistakes by confidence"
    assert at.caption[0].value.startswith("Only mistakes are in this run's files: 2 of them.")
    at = page("mistakes/intents", confidence_view="Calibration")
    assert "how often answers are right is not known" in texts(at)
    assert "--successes" in texts(at)


@pytest.mark.parametrize(
    ("experiment", "said"),
    [
        ("plain", "The answers of this run have no confidence."),
        ("scores", "scores, not probabilities."),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(page: Any, experiment: str, said: str) -> None:
    at = page(experiment)
    assert said in texts(at)
    assert not at.get("vega_lite_chart")


@pytest.mark.parametrize(
    ("experiment", "said"),
    [
        ("same", "All answers are equally sure, which tells none from another"),
        ("one", "1 answer is too few to say whether the confidence holds."),
    ],
)
def test_what_cannot_be_told_is_said(page: Any, experiment: str, said: str) -> None:
    assert said in texts(page(experiment, confidence_view="Calibration"))


@pytest.mark.parametrize(
    ("view", "title"),
    [
        ("", "Right and wrong answers by confidence"),
        ("Distribution", "Right and wrong answers by confidence"),
        ("Calibration", "Reliability"),
    ],
)
def test_empty_values_in_a_link_are_none(page: Any, view: str, title: str) -> None:
    at = page("three", confidence_view=view, confidence_heights="", confidence_binning="")
    usual = page("three", confidence_view=view)
    assert at.subheader[0].value == title
    assert [c.value for c in at.caption] == [c.value for c in usual.caption]
    assert {**chart(at), "datasets": {}} == {**chart(usual), "datasets": {}}


def test_each_split_has_its_own_distribution(page: Any) -> None:
    assert page("split").caption[0].value.startswith("100 test answers")
    assert page("split", split="train").caption[0].value.startswith("200 train answers")


def test_runs_lie_over_one_another_in_the_views_of_thresholds(page: Any) -> None:
    at = page("three", run="true", overlay=["sure"], confidence_view="Threshold")
    assert at.subheader[0].value == "Where to draw the line"
    assert "The runs" in [heading.value for heading in at.subheader]
    assert "300 test examples." in [caption.value for caption in at.caption]
    alone = page("three", run="true", confidence_view="Threshold")
    assert "The run" in [heading.value for heading in alone.subheader]
    curves = page("three", run="true", overlay=["sure"], confidence_view="Curves")
    assert '"domain": ["true", "sure"]' in json.dumps(chart(curves))
