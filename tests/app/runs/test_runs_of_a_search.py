"""The page of runs on recorded searches: unequal candidates and failed ones are told apart."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import pytest
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV
from sklearn.svm import SVC
from streamlit.testing.v1 import AppTest

import diagnostics
from tests.made.searches import wine
from tests.places import MAIN


@pytest.fixture(scope="module")
def searches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("searches")
    halving = diagnostics.Recorder(folder / "halving", scoring="accuracy")
    candidates = {"C": [0.1, 1, 10, 100]}
    HalvingGridSearchCV(SVC(), candidates, scoring=halving, cv=3, random_state=0).fit(*wine())
    failing = diagnostics.Recorder(folder / "failing", scoring="accuracy")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        GridSearchCV(SVC(), {"C": [1, -1]}, scoring=failing, cv=3).fit(*wine())
    return folder


def runs_page(folder: Path, monkeypatch: pytest.MonkeyPatch, **choices: str) -> AppTest:
    monkeypatch.setattr(sys, "argv", ["main.py", str(folder)])
    at = AppTest.from_file(str(MAIN), default_timeout=30)
    for name, value in choices.items():
        at.query_params[name] = value
    return at.run().switch_page("../pages/runs.py").run()


def test_candidates_that_were_given_more_come_first_and_it_is_said(
    searches: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = runs_page(searches, monkeypatch, experiment="halving")
    given = at.dataframe[0].value["resource"].tolist()
    assert given == sorted(given, reverse=True)
    assert len(set(given)) > 1
    said = [caption.value for caption in at.caption]
    span = f"from {min(given):,.0f} to {max(given):,.0f} to learn from."
    assert any(span in text and "only equal amounts compare" in text for text in said)
    alike = sum(amount == max(given) for amount in given)
    if alike > 1:
        assert f"Highest of {alike} runs that were given {max(given):,.0f} by accuracy" in said


def test_a_failed_candidate_says_why_in_the_table_and_is_not_ranked(
    searches: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = runs_page(searches, monkeypatch, experiment="failing", run="C=-1")
    assert not at.exception
    table = at.dataframe[0].value.set_index("run")
    assert table["problems"]["C=-1"].startswith("3 of 3 fits failed: ")
    assert table["problems"].isna()["C=1"]
    said = [caption.value for caption in at.caption]
    assert "Not ranked: its figures are of fewer folds than those of the others" in said
