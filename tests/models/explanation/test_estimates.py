"""What an estimate costs and depends on is known before it is made."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.pipeline import make_pipeline

from diagnostics.models.explanation.estimates import (
    estimate,
    estimate_key,
    estimated_seconds,
    in_words,
)
from diagnostics.models.explanation.question import Question
from tests.made.questions import RUN, question_of

ROWS = np.random.default_rng(0).random((20, 4))
LABELS = np.arange(20) % 2


class Slow(GaussianNB):
    """Takes a millisecond a row."""

    def predict_proba(self, rows: Any) -> Any:
        time.sleep(len(rows) / 1000)
        return super().predict_proba(rows)


def asked(**more: Any) -> Question:
    return question_of(GaussianNB().fit(ROWS, LABELS), ROWS[:1], "0", "1", **more)


def test_the_cost_is_that_of_so_many_rows() -> None:
    slow = question_of(Slow().fit(ROWS, LABELS), ROWS[:1], "0", "1")
    assert estimated_seconds("lime", slow) == pytest.approx(6, rel=0.5)
    assert estimated_seconds("shap", slow) == pytest.approx(1.6, rel=0.5)  # 16 masks of 100 rows


@pytest.mark.parametrize("form", [pd.DataFrame, csr_array])
def test_the_cost_of_any_form_of_row_is_known(form: Any) -> None:
    rows = form(ROWS)
    model = MultinomialNB().fit(rows, LABELS)
    row = rows.iloc[:1] if isinstance(rows, pd.DataFrame) else rows[[0]]
    assert 0 <= estimated_seconds("lime", question_of(model, row, "0", "1")) < 60


def test_short_texts_cost_little() -> None:
    words = make_pipeline(TfidfVectorizer(), MultinomialNB()).fit(["a dog", "a cat"], [0, 1])
    assert estimated_seconds("shap", question_of(words, "a dog", "0", "1")) < 1


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "about a second"), (5, "a few seconds"), (40, "about half a minute"),
     (200, "about 3 minutes")],
)  # fmt: skip
def test_costs_are_said_in_words(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


def test_a_key_changes_with_the_content_and_not_with_the_age(tmp_path: Path) -> None:
    (tmp_path / "model.skops").write_bytes(b"one")
    run = replace(RUN, models={"": "model.skops"})
    question = replace(asked(), root=tmp_path, run=run)
    first = estimate_key("lime", question)
    (tmp_path / "model.skops").write_bytes(b"one")
    assert estimate_key("lime", question) == first
    (tmp_path / "model.skops").write_bytes(b"two.")
    assert estimate_key("lime", question) != first


@pytest.mark.parametrize("change", [{"label": "1"}, {"against": None}, {"seed": 1}])
def test_a_key_tells_questions_apart(change: dict[str, Any]) -> None:
    assert estimate_key("lime", asked()) != estimate_key("lime", replace(asked(), **change))
    assert estimate_key("lime", asked()) != estimate_key("shap", asked())


def test_both_methods_say_how_far_they_are() -> None:
    words = make_pipeline(TfidfVectorizer(), MultinomialNB()).fit(["a dog", "a cat"], [0, 1])
    for method in ("lime", "shap"):
        shares: list[float] = []
        question = question_of(words, "a dog", "0", "1")
        found = estimate(method, question, progress=shares.append)  # type: ignore[arg-type]
        assert found.method == method
        assert shares == sorted(shares)
        assert shares[-1] <= 1
