from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.confusion.tables import reading
from app.widgets.labels import shown_label
from diagnostics import record
from diagnostics.confusion.matrix import ConfusionMatrix, confused_pairs
from tests.places import MAIN

TRUE = ["a"] * 4 + ["b"] * 4 + ["c"] * 4
ANSWERS = ["a", "a", "b", "b", "b", "b", "b", "a", "c", "c", "c", "b"]
FIGURES = {"precision": 0.75, "recall": 0.75, "f1-score": 0.75, "support": 4}


def record_many(folder: Path, n_labels: int) -> None:
    """Every third answer is the label after the true one."""
    true = np.arange(3 * n_labels) % n_labels
    answers = np.where(np.arange(3 * n_labels) < n_labels, (true + 1) % n_labels, true)
    labels = np.array([f"label {code}" for code in range(n_labels)])
    shown = {"true_label": labels[true], "predicted_label": labels[answers]}
    record(folder, **shown, experiment=folder.name)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workspace")
    shown = {"true_label": TRUE, "predicted_label": ANSWERS, "confidence": [0.9] * 12}
    record(folder / "three", **shown, experiment="three")
    record(folder / "perfect", true_label=TRUE[:9], predicted_label=TRUE[:9], experiment="perfect")
    record(folder / "unlabelled", predicted_label=ANSWERS, experiment="unlabelled")
    record(
        folder / "split",
        true_label=[*TRUE[:10], *[None] * 4],
        predicted_label=[*ANSWERS, "a", "b"],
        split=["test"] * 4 + ["train"] * 8 + ["new"] * 2,
        experiment="split",
    )
    names = ["accuracy", "**x** $y$ :red[z]", "line\nbreak", "", "(all others)"]
    turned = [*names[1:], names[0]]
    record(folder / "ugly", true_label=names, predicted_label=turned, experiment="ugly")
    record_many(folder / "many", 60)
    record_many(folder / "thousand", 1000)
    report = folder / "report/one/classification_report.json"
    report.parent.mkdir(parents=True)
    classes = dict.fromkeys(["cat", "dog", "owl"], FIGURES)
    report.write_text(json.dumps({**classes, "accuracy": 0.75}))
    return folder


@pytest.fixture
def page(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sys, "argv", ["main.py", str(workspace)])

    def opened(experiment: str, **choices: str) -> AppTest:
        at = AppTest.from_file(str(MAIN), default_timeout=60)
        at.query_params["experiment"] = experiment
        for name, value in choices.items():
            at.query_params[name] = value
        at.run()
        at.switch_page("../pages/confusion.py").run()
        assert not at.exception
        assert at.title[0].value == "Confusion"
        return at

    return opened


def cards(at: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in at.metric}


def heatmap(at: AppTest) -> dict[str, Any]:
    return json.loads(at.get("vega_lite_chart")[0].proto.spec)


def classes_shown(at: AppTest) -> list[str]:
    return heatmap(at)["layer"][0]["encoding"]["x"]["scale"]["domain"]


def test_the_figures_of_the_whole_are_cards(page: Any) -> None:
    assert cards(page("three")) == {
        "Accuracy": "66.7%",
        "Macro F1": "0.676",
        "Balanced accuracy": "66.7%",
        "Test errors": "4 of 12",
        "Classes": "3",
    }


def test_confused_pairs_are_ranked_with_what_they_cost(page: Any) -> None:
    pairs = page("three").dataframe[0].value
    assert pairs[["true_label", "predicted_label", "n"]].to_numpy().tolist() == [
        ["a", "b", 2],
        ["b", "a", 1],
        ["c", "b", 1],
    ]
    assert pairs["accuracy_without"].tolist() == pytest.approx([1000 / 12, 900 / 12, 900 / 12])


def test_classes_are_listed_with_the_lowest_f1_first(page: Any) -> None:
    classes = page("three").dataframe[1].value
    assert classes["label"].tolist() == ["a", "b", "c"]
    assert classes["missed"].tolist() == [2, 1, 1]


@pytest.mark.parametrize(
    ("table", "selection", "expected"),
    [
        ("confusion_pairs", {"rows": [], "columns": [], "cells": [(0, "true_label")]}, ("a", "b")),
        ("confusion_pairs", {"rows": [], "columns": [], "cells": [(2, "n")]}, ("c", "b")),
        ("confusion_classes", {"rows": [], "columns": [], "cells": [(0, "f1")]}, ("a", None)),
    ],
    ids=["a label of a pair", "the figure of a pair", "a class"],
)
def test_a_row_opens_its_examples(
    page: Any, table: str, selection: dict[str, Any], expected: tuple[str, str | None]
) -> None:
    at = page("three")
    at.session_state[table] = {"selection": selection}
    at.run()
    assert at.title[0].value == "Examples"
    assert at.query_params["true"] == expected[0]
    assert at.query_params.get("predicted") == expected[1]


@pytest.mark.parametrize(
    ("cell", "by"), [(("a", "b"), "confident-mistakes"), (("b", "b"), "confident-correct")]
)
def test_a_cell_opens_its_examples(page: Any, cell: tuple[str, str], by: str) -> None:
    opened: dict[str, Any] = {}

    def go(name: str, **choices: str | None) -> None:
        opened.update(page=name, **choices)

    at = page("three")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.frame.session.go", go)
        clicked = {"true_label": cell[0], "predicted_label": cell[1]}
        at.session_state["confusion_matrix"] = {"selection": {"cell": [clicked]}}
        at.run()
    assert opened["page"] == "examples.py"
    assert (opened["true"], opened["predicted"], opened["by"]) == (*cell, by)


@pytest.mark.parametrize(
    ("label", "shown"), [("short", "short"), ("faq/orders/late", "faq…ate"), (" ", "(empty)")]
)
def test_long_labels_keep_both_their_ends(label: str, shown: str) -> None:
    assert shown_label(label, 7) == shown


def test_a_run_without_mistakes_is_good_news(page: Any) -> None:
    at = page("perfect")
    assert at.success[0].value == "No mistakes: all 9 answers are right."
    assert classes_shown(at) == ["a", "b", "c"]


def test_without_truth_the_answers_are_counted(page: Any) -> None:
    at = page("unlabelled")
    assert "Without true labels nothing can be right or wrong." in at.info[0].value
    assert heatmap(at)["encoding"]["y"]["scale"]["domain"] == ["b", "a", "c"]
    assert not at.metric


def test_a_report_alone_shows_its_figures_and_says_what_is_missing(page: Any) -> None:
    at = page("report")
    assert "not which class was taken for which" in at.info[0].value
    assert cards(at) == {"Accuracy": "75.0%"}
    assert at.dataframe[0].value["recall"].tolist() == [75, 75, 75]


def test_each_split_has_its_own_matrix(page: Any) -> None:
    at = page("split")
    assert cards(at)["Test errors"] == "2 of 4"
    at.selectbox(key="split").set_value("train").run()
    assert cards(at)["Train errors"] == "1 of 6"
    assert "2 answers are not counted" in " ".join(caption.value for caption in at.caption)


def test_a_split_without_truth_shows_its_answers(page: Any) -> None:
    at = page("split", split="new")
    assert "Without true labels" in at.info[0].value
    assert heatmap(at)["encoding"]["y"]["scale"]["domain"] == ["a", "b"]


def test_labels_are_shown_as_they_are(page: Any) -> None:
    at = page("ugly")
    assert sorted(classes_shown(at)) == sorted(
        ["accuracy", "**x** $y$ :red[z]", "line\nbreak", "", "(all others)"]
    )
    assert "(empty)" in at.dataframe[0].value["true_label"].tolist()
    texts = [element.value for kind in (at.markdown, at.caption) for element in kind]
    assert not any(":red[z]" in text for text in texts)


def test_many_classes_are_folded_into_one_row(page: Any) -> None:
    shown = classes_shown(page("many"))
    assert len(shown) == 21
    assert shown[-1] == "(all others)"


def test_more_classes_can_be_shown_by_link(page: Any) -> None:
    assert len(classes_shown(page("many", confusion_size="50"))) == 51


def test_a_size_that_is_none_falls_back_to_the_usual_one(page: Any) -> None:
    assert len(classes_shown(page("many", confusion_size="7"))) == 21


def test_classes_can_be_chosen_by_hand(page: Any) -> None:
    at = page("many", confusion_labels="label 59")
    assert classes_shown(at) == ["label 59", "(all others)"]


def test_all_pairs_are_listed_when_asked_for(page: Any) -> None:
    at = page("many")
    assert len(at.dataframe[0].value) == 15
    at.toggle(key="confusion_all_pairs").set_value(True).run()
    assert len(at.dataframe[0].value) == 60


def test_how_the_matrix_is_drawn_is_in_the_link(page: Any) -> None:
    at = page(
        "three",
        confusion_normalize="By true",
        confusion_scale="Linear",
        confusion_diagonal="true",
    )
    colour = heatmap(at)["layer"][0]["encoding"]["color"]["condition"]
    assert colour["test"] == "true"
    assert colour["scale"] == {"domain": [0, 0.75], "type": "linear"}


def test_a_thousand_classes_open(page: Any) -> None:
    at = page("thousand")
    assert cards(at)["Classes"] == "1,000"
    assert len(classes_shown(at)) == 21
    assert len(at.dataframe[1].value) == 1000


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ([[1, 1], [0, 1]], "The one error is in one pair."),
        ([[1, 7], [2, 1]], "All 9 errors are in 2 pairs."),
        (np.ones((4, 4), int), "The 5 most confused pairs hold 42% of the 12 errors."),
        (np.ones((20, 20), int), "The 5 most confused pairs hold 1.3% of the 380 errors."),
    ],
)
def test_a_sentence_says_how_far_mistakes_gather(counts: Any, sentence: str) -> None:
    matrix = np.array(counts)
    labels = tuple(f"c{code}" for code in range(len(matrix)))
    assert reading(confused_pairs(ConfusionMatrix(labels, matrix))) == sentence
