"""Estimates on the example card: begun by a button, once for all, and shown when they are there."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from sklearn.ensemble import RandomForestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from streamlit.testing.v1 import AppTest

from app.frame.jobs import works
from diagnostics import record
from tests.places import MAIN

FRAME = pd.DataFrame({"age": [20.0, 40, 60, 80] * 3, "rooms": np.arange(12.0)})
LABELS = list("abab" * 3)
TRUE = list("baab" * 3)
Opened = Callable[[str], AppTest]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("workspace")
    for name, model in (
        ("bayes", GaussianNB()),
        ("forest", RandomForestClassifier(3, random_state=0)),
        ("near", KNeighborsClassifier(1)),
    ):
        model.fit(FRAME, LABELS)
        record(root / name / "run", model=model, X=FRAME, true_label=TRUE, keep_model=True)
    (root / "near/run/inputs-ids.json").write_text('["somebody else"]')
    return root


@pytest.fixture
def opened(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opened]:
    def open_page(case: str) -> AppTest:
        monkeypatch.setattr(sys, "argv", ["main.py", str(workspace / case)])
        monkeypatch.setattr("diagnostics.models.explanation.lime_surrogate.SAMPLES", 100)
        at = AppTest.from_file(str(MAIN), default_timeout=60)
        at.switch_page("../pages/examples.py").run()
        assert not at.exception
        return at

    works.clear()  # type: ignore[attr-defined]
    for kept in workspace.glob("*/.errata/cache/estimate-*"):
        kept.unlink()
    yield open_page
    works.clear()  # type: ignore[attr-defined]


def buttons(at: AppTest) -> list[str]:
    return [button.label for button in at.button if button.label.startswith("Ask ")]


def finished(at: AppTest) -> AppTest:
    """The page when nothing is under way any more."""
    until = time.monotonic() + 60
    while any(not work.is_over for work in works()._works.values()):
        assert time.monotonic() < until
        time.sleep(0.05)
    at.run()
    assert not at.exception
    return at


def said(at: AppTest) -> str:
    pieces = [*at.text, *at.caption, *at.markdown]
    return unescape("\n".join(str(piece.value) for piece in pieces))


def test_a_method_is_offered_with_its_cost(opened: Opened) -> None:
    at = opened("bayes")
    assert [label.split(" (")[0] for label in buttons(at)] == ["Ask LIME", "Ask SHAP"]
    assert all("(a" in label for label in buttons(at))


def test_what_trees_are_read_for_is_not_offered_again(opened: Opened) -> None:
    assert [label.split(" (")[0] for label in buttons(opened("forest"))] == ["Ask LIME"]


def test_trees_whose_sum_misses_are_asked_on_request_only(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of deep trees over many words, where shap runs out of decimals."""
    monkeypatch.setattr(
        "diagnostics.models.explanation.tree_shap._shapley",
        lambda *_: (np.ones(2), np.ones((2, 2))),
    )
    st.cache_data.clear()
    st.cache_resource.clear()
    at = opened("forest")
    assert "misses the model's own figure" in said(at)
    assert "estimate by asking the model many times" in said(at)
    assert [label.split(" (")[0] for label in buttons(at)] == ["Ask LIME", "Ask SHAP"]
    assert not works()._works
    st.cache_data.clear()
    st.cache_resource.clear()


def test_the_button_brings_the_estimate_and_says_how_far_it_is_to_be_believed(
    opened: Opened,
) -> None:
    at = opened("bayes")
    at.button(key="sampling_lime").click().run()
    at = finished(at)
    assert "**By LIME**" in said(at)
    assert "an estimate" in said(at)
    assert "R²" in said(at)
    assert [label.split(" (")[0] for label in buttons(at)] == ["Ask SHAP"]


def test_whoever_comes_second_finds_it_done(opened: Opened) -> None:
    at = opened("bayes")
    at.button(key="sampling_lime").click().run()
    finished(at)
    other = opened("bayes")
    assert "**By LIME**" in said(other)
    assert len(works()._works) == 1


def test_after_a_restart_it_is_there_without_asking_the_model(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = opened("bayes")
    at.button(key="sampling_lime").click().run()
    before = said(finished(at))
    works.clear()  # type: ignore[attr-defined]
    monkeypatch.setattr("diagnostics.models.explanation.estimates.lime_explanation", None)
    after = said(opened("bayes"))
    assert "**By LIME**" in after
    assert after == before


def test_what_goes_wrong_is_one_sentence_and_can_be_tried_again(opened: Opened) -> None:
    at = opened("bayes")
    key = next(button.key for button in at.button if button.key == "sampling_lime")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "diagnostics.models.explanation.lime_surrogate.perturbed_rows",
            lambda *_: (_ for _ in ()).throw(OSError("x")),
        )
        at.button(key=key).click().run()
        at = finished(at)
    assert "LIME: The model could not be asked: OSError: x" in said(at)
    assert [label.split(" (")[0] for label in buttons(at)] == ["Ask LIME", "Ask SHAP"]


def test_what_takes_too_long_can_be_cancelled(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = opened("bayes")
    monkeypatch.setattr("diagnostics.models.explanation.lime_surrogate.SAMPLES", 30_000)
    at.button(key="sampling_lime").click().run()
    at.button(key="sampling_cancel_lime").click().run()
    at = finished(at)
    assert [label.split(" (")[0] for label in buttons(at)] == ["Ask LIME", "Ask SHAP"]


def test_where_the_model_cannot_be_asked_nothing_is_offered(opened: Opened) -> None:
    assert buttons(opened("near")) == []
