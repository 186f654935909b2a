"""Sums of weights times values are the model's own scores, whatever the pipeline before it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
from sklearn.linear_model import (
    LogisticRegression,
    Perceptron,
    RidgeClassifier,
    SGDClassifier,
)
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import BernoulliNB, ComplementNB, MultinomialNB
from sklearn.pipeline import Pipeline, make_pipeline, make_union
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC

from diagnostics import DiagnosticsError
from diagnostics.models.pipelines.linear import NotLinear, is_linear, linear_scores

#: A model that has not come to rest is explained all the same.
CONVERGED_OR_NOT = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
WORDS = ["red", "green", "blue", "cold", "warm", "the", "a", "of"]
VECTORISERS = [
    TfidfVectorizer(),
    TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)),
    CountVectorizer(analyzer="char_wb", ngram_range=(1, 3)),
    HashingVectorizer(n_features=64, alternate_sign=False),
    make_union(TfidfVectorizer(), CountVectorizer(binary=True)),
]
COUNTING = [
    LogisticRegression(C=5),
    LinearSVC(random_state=0),
    RidgeClassifier(),
    Perceptron(random_state=0),
    SGDClassifier(random_state=0, loss="log_loss"),
    SGDClassifier(random_state=0),
    OneVsRestClassifier(LinearSVC(random_state=0)),
    MultinomialNB(),
    ComplementNB(),
    BernoulliNB(),
]


def decisions(model: Any, rows: Any) -> np.ndarray:
    """The model's own scores, one a label; with two labels the first one's are zero."""
    if hasattr(model, "decision_function"):
        scores = np.asarray(model.decision_function(rows))
        return np.c_[np.zeros(len(scores)), scores] if scores.ndim == 1 else scores
    return np.asarray(model.predict_log_proba(rows))


def assert_exact(model: Any, rows: Any) -> None:
    """Differences between labels are the model's; so is a label's own score, where it has one."""
    own, scores = decisions(model, rows), linear_scores(model, rows)
    has_scores = hasattr(model, "decision_function")
    first = scores.labels[0]
    for row in range(len(own)):
        for at, label in enumerate(scores.labels[1:], start=1):
            intercept, _ = scores.pull(label, first)
            total = intercept + sum(scores.contributions(row, label, first).values())
            assert total == pytest.approx(own[row, at] - own[row, 0], abs=1e-9, rel=1e-9)
        if has_scores and len(scores.labels) > 2:
            intercept, _ = scores.pull(first)
            total = intercept + sum(scores.contributions(row, first).values())
            assert total == pytest.approx(own[row, 0], abs=1e-9, rel=1e-9)


@st.composite
def texts_and_labels(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    n_labels = draw(st.integers(2, 4))
    texts = draw(st.lists(st.lists(st.sampled_from(WORDS), max_size=6), min_size=12, max_size=20))
    labels = [f"label {at % n_labels}" for at in range(len(texts))]
    return [" ".join(["x1", *words]) for words in texts], labels


def called(estimator: Any) -> str:
    return type(estimator).__name__


@pytest.mark.parametrize("vectoriser", VECTORISERS, ids=str)
@pytest.mark.parametrize("classifier", COUNTING, ids=called)
@CONVERGED_OR_NOT
@settings(max_examples=3)
@given(data=texts_and_labels())
def test_contributions_over_texts_add_up_to_the_models_score(
    classifier: Any, vectoriser: Any, data: tuple[list[str], list[str]]
) -> None:
    texts, labels = data
    model = make_pipeline(clone(vectoriser), clone(classifier)).fit(texts, labels)
    assert_exact(model, [*texts, "", "a word that nobody knows"])


@pytest.mark.parametrize(
    "classifier",
    [LogisticRegression(), LinearDiscriminantAnalysis(), RidgeClassifier(), LinearSVC()],
    ids=called,
)
@CONVERGED_OR_NOT
@settings(max_examples=4)
@given(seed=st.integers(0, 1000), n_labels=st.integers(2, 4))
def test_contributions_over_columns_add_up_to_the_models_score(
    classifier: Any, seed: int, n_labels: int
) -> None:
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age": random.normal(40, 12, 60),
            "amount": random.exponential(100, 60),
            "colour": random.choice(["red", "green", "blue"], 60),
        }
    )
    labels = np.arange(60) % n_labels
    columns = ColumnTransformer(
        [("numbers", StandardScaler(), ["age", "amount"]), ("words", OneHotEncoder(), ["colour"])]
    )
    model = Pipeline([("columns", columns), ("model", clone(classifier))]).fit(frame, labels)
    assert_exact(model, frame)
    scores = linear_scores(model, frame)
    assert scores.labels == tuple(map(str, range(n_labels)))
    assert "words__colour_red" in scores.features


def test_words_are_named_and_absent_ones_are_left_out() -> None:
    model = make_pipeline(CountVectorizer(), LogisticRegression())
    model.fit(["red", "green", "red cold", "green warm"], ["a", "b", "a", "b"])
    scores = linear_scores(model, ["red warm warm"])
    found = {scores.features[at]: v for at, v in scores.contributions(0, "a").items()}
    assert set(found) == {"red", "warm"}
    assert found["red"] > 0 > found["warm"]
    assert scores.contributions(0, "b") == {
        at: -v for at, v in scores.contributions(0, "a").items()
    }


def test_all_labels_at_once_are_what_they_are_one_by_one() -> None:
    model = make_pipeline(TfidfVectorizer(), LogisticRegression())
    model.fit(["red cold", "green", "blue red"] * 2, ["a", "b", "c"] * 2)
    scores = linear_scores(model, ["nothing known", "red blue red"])
    places, figures = scores.of_all_labels(1)
    for line, label in zip(figures, scores.labels, strict=True):
        assert dict(zip(places.tolist(), line, strict=True)) == scores.contributions(1, label)
    assert scores.of_all_labels(0)[1].shape == (3, 0)


def test_names_come_from_the_frame_or_are_numbers() -> None:
    frame = pd.DataFrame({"x": [0.0, 1, 2, 3], "y": [1.0, 0, 1, 0]})
    model = LogisticRegression().fit(frame, [0, 0, 1, 1])
    assert linear_scores(model, frame).features == ("x", "y")
    plain = LogisticRegression().fit(frame.to_numpy(), [0, 0, 1, 1])
    assert linear_scores(plain, frame.to_numpy()).features == ("feature 0", "feature 1")


def test_a_searchs_best_model_is_what_is_explained() -> None:
    texts, labels = ["red", "green", "cold", "warm"] * 3, ["a", "b"] * 6
    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression())
    search = GridSearchCV(pipeline, {"logisticregression__C": [1, 9]}, cv=2).fit(texts, labels)
    assert_exact(search, texts)


def test_log_odds_are_named_only_where_differences_are_log_odds() -> None:
    X, y = np.eye(6), [0, 1, 2] * 2
    logistic = linear_scores(LogisticRegression().fit(X, y), X)
    assert (logistic.scale_of("1"), logistic.scale_of(None)) == ("log-odds", "margin")
    chances = LogisticRegression().fit(X, y).predict_log_proba(X)
    intercept, _ = logistic.pull("2", "0")
    total = intercept + sum(logistic.contributions(3, "2", "0").values())
    assert total == pytest.approx(chances[3, 2] - chances[3, 0])
    assert linear_scores(LinearSVC().fit(X, y), X).scale_of("1") == "margin"


def test_other_models_and_labels_are_refused_by_name() -> None:
    X, y = np.eye(4), [0, 0, 1, 1]
    forest = RandomForestClassifier(2).fit(X, y)
    assert not is_linear(forest)
    with pytest.raises(NotLinear, match="RandomForestClassifier is not linear"):
        linear_scores(forest, X)
    with pytest.raises(DiagnosticsError, match="no label 'z'"):
        linear_scores(LogisticRegression().fit(X, y), X).pull("z")
