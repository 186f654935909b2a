"""Texts in a table are told apart word by word, by every method, and add up with the columns."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import BernoulliNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from diagnostics.models.explanation.estimates import estimated_seconds
from diagnostics.models.explanation.exact import exact_explanation
from diagnostics.models.explanation.explanation import Explanation
from diagnostics.models.explanation.lime_surrogate import lime_explanation
from diagnostics.models.explanation.shap_values import shap_explanation
from diagnostics.models.pipelines.text_columns import text_columns
from tests.made.questions import question_of

WORDS = ["refund", "money", "late", "parcel", "please", "hello"]
RANDOM = np.random.default_rng(0)
REFUND = RANDOM.random(80) < 0.5
FRAME = pd.DataFrame(
    {
        "message": [
            " ".join([*RANDOM.choice(WORDS, 4), "refund" if is_one else "parcel"])
            for is_one in REFUND
        ],
        "amount": np.where(RANDOM.random(80) < 0.2, np.nan, RANDOM.random(80) + REFUND),
        "country": RANDOM.choice(["CH", "IT", None], 80),
        "subject": RANDOM.choice(["about money", "hello there"], 80),
    }
)
LABELS = np.where(REFUND, "refund", "delivery")
TEXT = "a Refund, no parcel: my refund"
ROW = pd.DataFrame({"message": [TEXT], "amount": [1.5], "country": ["IT"], "subject": ["hello"]})


def of_frames(classifier: Any, text: Any = None) -> Any:
    steps = ColumnTransformer(
        [
            ("message", text or TfidfVectorizer(), "message"),
            ("amount", make_pipeline(SimpleImputer(), StandardScaler()), ["amount"]),
            ("country", OneHotEncoder(handle_unknown="ignore"), ["country"]),
            ("subject", CountVectorizer(), "subject"),
        ]
    )
    return make_pipeline(steps, classifier).fit(FRAME, LABELS)


def explained(how: Callable[..., Explanation], model: Any, row: Any = ROW) -> Explanation:
    asked = {"text": row["message"].iloc[0], "text_column": "message"}
    question = question_of(model, row, "refund", "delivery", **asked)
    return how(question) if how is exact_explanation else how(question, background=FRAME)


@pytest.mark.parametrize("how", [exact_explanation, shap_explanation, lime_explanation])
def test_words_of_a_tables_text_lie_over_it_and_add_up_with_the_columns(how: Any) -> None:
    found = explained(how, of_frames(LogisticRegression(C=10)))
    assert found.text == TEXT
    words = {TEXT[span.start : span.end].lower(): span.contribution for span in found.spans}
    assert words["refund"] > 0 > words["parcel"]
    added = math.fsum(entry.contribution for entry in found.contributions)
    assert found.base + added == pytest.approx(found.output, abs=1e-9)
    laid = math.fsum(span.contribution for span in found.spans)
    assert laid + found.unplaced == pytest.approx(added, abs=1e-9)
    names = {entry.feature.lower() for entry in found.contributions}
    assert {"message: refund", "message: parcel", "amount", "subject: hello"} <= names
    if how is not lime_explanation:
        assert found.error == pytest.approx(0, abs=1e-9)


def test_words_that_are_taken_out_are_held_against_the_text_without_them() -> None:
    model = of_frames(LogisticRegression(C=10))
    found = explained(shap_explanation, model)
    rows = FRAME.assign(message=" ,  :  ", subject="")
    chances = model.predict_proba(rows)[:, 1] - model.predict_proba(rows)[:, 0]
    assert found.base == pytest.approx(chances.mean())
    assert any("Words were taken out of their text" in note for note in found.notes)


def test_lime_agrees_with_the_exact_words() -> None:
    model = of_frames(LogisticRegression(C=10))
    found = explained(lime_explanation, model)
    exact = {
        e.feature.lower(): e.contribution for e in explained(exact_explanation, model).contributions
    }
    strongest = [entry for entry in found.contributions if entry.stable][:3]
    assert len(strongest) == 3
    assert all(entry.contribution * exact[entry.feature.lower()] > 0 for entry in strongest)


@pytest.mark.parametrize("how", [shap_explanation, lime_explanation])
def test_trees_and_texts_without_words_are_no_error(how: Any) -> None:
    model = of_frames(RandomForestClassifier(5, random_state=0))
    for text in ("", "?!", "退款"):
        found = explained(how, model, ROW.assign(message=text, amount=np.nan, country=None))
        assert np.isfinite(found.output)


def test_a_category_is_no_text_however_long_it_is() -> None:
    one_hot = make_pipeline(
        FunctionTransformer(pd.DataFrame), OneHotEncoder(handle_unknown="ignore")
    )
    category = of_frames(BernoulliNB(), one_hot)
    assert text_columns(category, ROW, "message") == ["subject"]
    assert text_columns(of_frames(BernoulliNB()), ROW, "message") == ["message", "subject"]
    found = explained(shap_explanation, category)
    assert found.text is None
    assert "message" in {entry.feature for entry in found.contributions}


def test_what_a_function_makes_of_a_table_is_read_as_its_text() -> None:
    both = FunctionTransformer(lambda rows: (rows["message"] + " " + rows["subject"]).tolist())
    model = make_pipeline(both, TfidfVectorizer(), LogisticRegression()).fit(FRAME, LABELS)
    assert text_columns(model, ROW, "message") == ["message"]
    assert text_columns(model, ROW) == []


def test_a_column_that_the_model_drops_is_no_text() -> None:
    steps = ColumnTransformer([("x", "drop", ["message"])], remainder=StandardScaler())
    model = make_pipeline(steps, LogisticRegression())
    model.fit(FRAME[["message"]].assign(n=np.arange(80.0)), LABELS)
    assert text_columns(model, ROW[["message"]].assign(n=1.0), "message") == []


def test_a_long_text_in_a_table_is_cut_into_runs_and_costs_fewer_rows() -> None:
    model = of_frames(LogisticRegression())
    long = " ".join(f"w{at}" for at in range(900)) + " refund"
    asked = {"text": long, "text_column": "message"}
    question = question_of(model, ROW.assign(message=long), "refund", "delivery", **asked)
    found = lime_explanation(question, background=FRAME)
    assert 20 < len(found.contributions) <= 70
    assert estimated_seconds("shap", question) < 600
