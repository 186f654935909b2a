"""What the Importance page shows, and where it leads."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from streamlit.testing.v1 import AppTest

from diagnostics import open_workspace, record
from diagnostics.models.evaluated_inputs import evaluated_inputs
from diagnostics.models.importance.on_request import Asking, asked_once
from tests.places import MAIN

TEXTS = ["pay my bill", "pay the invoice", "cancel it", "cancel my order", "pay", "cancel"] * 4
LABELS = ["pay", "pay", "cancel", "cancel", "pay", "cancel"] * 4
#: A column's name that Markdown would make something of.
UGLY = "**age** $x$ :red[y]"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workspace")
    words = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(TEXTS, LABELS)
    kept: dict[str, Any] = {"true_label": LABELS, "keep_model": True}
    record(folder / "words", model=words, X=TEXTS, experiment="texts", **kept)
    record(folder / "bare", predicted_label=LABELS, true_label=LABELS, content=TEXTS,
           experiment="texts")  # fmt: skip
    random = np.random.default_rng(0)
    rows = pd.DataFrame(random.random((80, 3)), columns=[UGLY, "height", "town"])
    truth = np.where(rows[UGLY] + 0.5 * rows["height"] > 0.75, "old", "new")
    dead = rows.assign(**{UGLY: 0.0})
    forest = RandomForestClassifier(5, random_state=0).fit(rows, truth)
    more: dict[str, Any] = {"true_label": truth, "keep_model": True, "experiment": "columns"}
    record(folder / "forest", model=forest, X=rows, **more)
    logistic = LogisticRegression().fit(rows, truth)
    record(folder / "logistic", model=logistic, X=rows, **more)
    record(folder / "bayes", model=GaussianNB().fit(rows, truth), X=rows, **more)
    nearest = KNeighborsClassifier(3, algorithm="brute").fit(rows, truth)
    record(folder / "nearest", model=nearest, X=rows, **{**more, "experiment": "asked"})
    record(folder / "blind", model=nearest, X=rows, keep_model=True, experiment="blind")
    record(folder / "dead", model=forest, X=dead, **{**more, "experiment": "dead"})
    record(folder / "lonely", predicted_label=["a", "b"], true_label=["a", "a"],
           experiment="lonely")  # fmt: skip
    return folder


@pytest.fixture
def page(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sys, "argv", ["main.py", str(workspace)])

    def opened(**choices: str) -> AppTest:
        at = AppTest.from_file(str(MAIN), default_timeout=60)
        for name, value in choices.items():
            at.query_params[name] = value
        at.run()
        at.switch_page("../pages/importance.py").run()
        assert not at.exception
        assert at.title[0].value == "Importance"
        return at

    return opened


def chart(at: AppTest, number: int = 0) -> Any:
    return json.loads(at.get("vega_lite_chart")[number].proto.spec)


def words(at: AppTest) -> str:
    return "\n".join(entry.value for entry in [*at.text, *at.caption])


def test_words_are_the_bars_and_the_dots(page: Any) -> None:
    at = page(experiment="texts", run="words", importance_label="pay")
    assert [entry.value for entry in at.subheader] == ["What matters", "What each feature added"]
    assert at.selectbox(key="feature").value == "cancel"
    assert "Blue speaks for the class, gold against it." in words(at)
    assert chart(at)["layer"][0]["encoding"]["color"]["scale"]["domain"] == ["towards", "away"]
    assert at.dataframe[0].value["true_label"].isin(["pay", "cancel"]).all()


def test_mixing_up_is_asked_for_and_told_what_it_costs(page: Any) -> None:
    at = page(experiment="columns", run="bayes")
    assert "3 features, 2,400 rows to ask about, a few seconds." in words(at)
    assert not at.get("vega_lite_chart")
    at.button(key="importance_ask").click().run()
    assert not at.exception
    assert "Lines are 95 % intervals" in words(at)
    assert "The accuracy as it is: " in words(at)
    assert at.selectbox(key="feature").value == UGLY


def test_how_the_answer_moves_is_drawn_of_a_column(page: Any) -> None:
    at = page(experiment="columns", run="forest", feature=UGLY, feature_view="How the answer moves")
    assert f"{UGLY} across, the probability of old up." in words(at)
    assert chart(at, 0)["layer"][1]["encoding"]["y"]["field"] in ("probability", "feature")


def test_runs_stand_beside_each_other_by_rank(page: Any) -> None:
    at = page(experiment="columns", run="forest")
    assert "Across runs" in [entry.value for entry in at.subheader]
    assert list(at.dataframe[-1].value.columns) == ["feature", "forest", "logistic", "change"]
    assert "logistic (coefficients): 3 features in both, rank correlation " in words(at)
    assert "1st of 3" in words(at)


def test_weights_can_be_seen_as_they_are(page: Any) -> None:
    at = page(experiment="columns", run="logistic")
    assert "weight × standard deviation" in words(at)
    at.toggle(key="importance_scaled").set_value(False).run()
    assert "The model's own weights, as they are." in words(at)
    assert "Weights of features in different units cannot be compared in size." in words(at)


def test_a_dead_column_is_named_on_top(page: Any) -> None:
    at = page(experiment="dead", run="dead")
    assert f"{UGLY} is 0 in 100 % of the 80 evaluated rows and 1st of 3 in importance" in words(at)


def test_a_run_without_a_model_leads_to_one_that_has(page: Any) -> None:
    at = page(experiment="texts", run="bare")
    assert "The run bare has no model." in words(at)
    assert "Of this experiment there is something of words." in words(at)
    at.button[-1].click().run()
    assert at.selectbox(key="run").value == "words"
    assert not at.exception


def test_nothing_at_all_is_one_sentence_and_its_remedy(page: Any) -> None:
    at = page(experiment="lonely", run="lonely")
    assert "The run lonely has no model." in words(at)
    assert "put an importances.csv with the columns feature and mean" in words(at)


def test_contributions_of_any_model_are_asked_for_and_kept(page: Any, workspace: Path) -> None:
    at = page(experiment="asked", run="nearest", importance_by="Contributions")
    assert "80 rows explained, 16,000 rows to ask about" in words(at)
    at.button(key="importance_ask").click().run()
    for _ in range(40):
        if at.subheader:
            break
        time.sleep(0.5)
        at.run()
    assert not at.exception
    assert [entry.value for entry in at.subheader] == ["What matters", "What each feature added"]
    assert "mean size of contribution to the probability" in words(at)
    assert "Shapley values by permutations of 80 of 80 rows, each against 25 others." in words(at)
    assert at.dataframe[0].value["true_label"].isin(["old", "new"]).all()
    assert list(workspace.rglob("importance-*.npz"))
    st.cache_resource.clear()  # as after a restart
    at = page(experiment="asked", run="nearest", importance_by="Contributions")
    assert at.subheader[0].value == "What matters"


def test_answers_without_a_true_label_are_neither_right_nor_wrong(
    page: Any, workspace: Path
) -> None:
    home, run = open_workspace(workspace).find("blind", "blind")
    evaluated = evaluated_inputs(home, run, workspace)
    asked_once(home, run, workspace, evaluated, Asking("contributions"))
    at = page(experiment="blind", run="blind")
    assert "Permutation needs it, and telling right from wrong." in words(at)
    assert [entry.value for entry in at.markdown][-1].startswith("**Answers without a true label**")
