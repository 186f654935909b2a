"""Shapley values add up to the model's own figures, and are refused where they would not."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.ensemble import (
    AdaBoostClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from diagnostics import DiagnosticsError
from diagnostics.models.explanation.shap_values import shap_explanation, trees_are_right
from diagnostics.models.explanation.tree_shap import NoTrees, tree_explanation, why_no_trees
from diagnostics.models.jobs import Cancelled
from tests.made.questions import model_of, question_of

IRIS, FLOWERS = load_iris(return_X_y=True)
TUMOURS, KINDS = load_breast_cancer(return_X_y=True)
TEXTS = ["cancel my order", "where is my order", "a refund please", "refund my money"] * 3
INTENTS = ["cancel", "track", "refund", "refund"] * 3
FRAME = pd.DataFrame(
    {
        "plan": ["free", "pro", None, "free", "team", "pro"] * 5,
        "age": [1.0, 2.0, 3.0, np.nan, 5.0, 6.0] * 5,
        "seats": np.arange(30),
    }
)
STAYS = ["yes", "no", "no", "yes", "no", "yes"] * 5


def of_frames(classifier: Any) -> Any:
    steps = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["plan"]),
                                    remainder="passthrough")  # fmt: skip
    return make_pipeline(steps, classifier)


@pytest.mark.parametrize(
    "trees",
    [
        DecisionTreeClassifier(random_state=0),
        RandomForestClassifier(20, random_state=0),
        ExtraTreesClassifier(20, random_state=0),
        make_pipeline(StandardScaler(), RandomForestClassifier(10, random_state=0)),
    ],
    ids=lambda model: type(model).__name__,
)
@pytest.mark.parametrize("against", [None, "2"])
def test_values_of_forests_add_up_to_the_probability(trees: Any, against: str | None) -> None:
    trees.fit(IRIS, FLOWERS)
    found = shap_explanation(question_of(trees, IRIS[70:71], "1", against))
    chances = trees.predict_proba(IRIS[70:71])[0]
    assert found.scale == "probability"
    assert found.exact
    assert found.output == pytest.approx(chances[1] - (chances[2] if against else 0))


@pytest.mark.parametrize("label", ["0", "1"])
@pytest.mark.parametrize("kind", [GradientBoostingClassifier, HistGradientBoostingClassifier])
def test_values_of_boosted_trees_add_up_to_the_log_odds(kind: Any, label: str) -> None:
    few = {"max_iter": 10} if kind is HistGradientBoostingClassifier else {"n_estimators": 10}
    trees = kind(random_state=0, **few).fit(TUMOURS, KINDS)
    other = "1" if label == "0" else "0"
    found = shap_explanation(question_of(trees, TUMOURS[:1], label, other))
    sign = 1 if label == "1" else -1
    assert found.scale == "log-odds"
    assert found.output == pytest.approx(sign * trees.decision_function(TUMOURS[:1])[0])


def test_values_of_histogram_boosting_add_up_for_three_labels_and_missing_numbers() -> None:
    rows = np.where(np.random.default_rng(0).random(IRIS.shape) < 0.1, np.nan, IRIS)
    trees = HistGradientBoostingClassifier(max_iter=10).fit(rows, FLOWERS)
    decisions = trees.decision_function(rows[:1])[0]
    against = shap_explanation(question_of(trees, rows[:1], "0", "2"))
    alone = shap_explanation(question_of(trees, rows[:1], "0"))
    assert (against.scale, alone.scale) == ("log-odds", "margin")
    assert against.output == pytest.approx(decisions[0] - decisions[2])
    assert alone.output == pytest.approx(decisions[0])


def test_trees_on_texts_lie_over_their_words() -> None:
    trees = make_pipeline(CountVectorizer(), ExtraTreesClassifier(10, random_state=0))
    found = shap_explanation(question_of(trees.fit(TEXTS, INTENTS), TEXTS[0], "cancel", "track"))
    best = max(found.spans, key=lambda span: span.contribution)
    assert TEXTS[0][best.start : best.end] == "cancel"
    everything = sum(span.contribution for span in found.spans) + found.unplaced
    assert found.base + everything == pytest.approx(found.output)


def histogram_boosting_with_categories() -> tuple[Any, pd.DataFrame]:
    rows = pd.DataFrame({"kind": pd.Categorical(list("abcd") * 20), "size": np.arange(80.0)})
    trees = HistGradientBoostingClassifier(
        max_iter=5, categorical_features=["kind"], min_samples_leaf=2
    )
    return trees.fit(rows, (np.arange(80) % 3 == 0).astype(int)), rows


def test_histogram_boosting_with_categories_is_asked_instead_of_read() -> None:
    trees, rows = histogram_boosting_with_categories()
    question = question_of(trees, rows[:1], "1", "0")
    assert not trees_are_right(question.model)
    with pytest.raises(NoTrees, match="silently wrong"):
        tree_explanation(question)
    found = shap_explanation(question, background=rows[1:30])
    chances = trees.predict_proba(rows[:1])[0]
    assert found.output == pytest.approx(chances[1] - chances[0])
    assert any("silently wrong" in note for note in found.notes)


@pytest.mark.parametrize(
    "model",
    [
        GradientBoostingClassifier(n_estimators=2),
        AdaBoostClassifier(n_estimators=2),
        GaussianNB(),
        RandomForestClassifier(2),
    ],
    ids=lambda model: type(model).__name__,
)
def test_only_trees_that_are_right_are_read(model: Any) -> None:
    is_right = isinstance(model, RandomForestClassifier)
    assert trees_are_right(model_of(model.fit(IRIS, FLOWERS))) is is_right


def test_boosting_that_begins_elsewhere_is_not_read() -> None:
    trees = GradientBoostingClassifier(n_estimators=2, init=LogisticRegression())
    assert "begins" in why_no_trees(model_of(trees.fit(TUMOURS[:, :3], KINDS)))


def test_permutations_find_the_values_that_all_orders_give() -> None:
    model = GaussianNB().fit(IRIS, FLOWERS)
    background, row = IRIS[::15], IRIS[70:71]

    def figure(own: set[int]) -> float:
        rows = background.copy()
        rows[:, list(own)] = row[0, list(own)]
        return float(model.predict_proba(rows)[:, 1].mean())

    orders = list(permutations(range(4)))
    expected = [
        np.mean([figure({*o[: o.index(at) + 1]}) - figure({*o[: o.index(at)]}) for o in orders])
        for at in range(4)
    ]
    found = shap_explanation(question_of(model, row, "1"), background=background)
    values = {entry.place: entry.contribution for entry in found.contributions}
    assert [values[at] for at in range(4)] == pytest.approx(expected, abs=0.02)
    assert found.base == pytest.approx(figure(set()))
    assert found.output == pytest.approx(model.predict_proba(row)[0, 1])


def test_frames_with_words_and_gaps_are_asked_in_their_own_types() -> None:
    model = of_frames(KNeighborsClassifier(3))
    rows = FRAME.assign(age=FRAME["age"].fillna(0))
    model.fit(rows, STAYS)
    found = shap_explanation(question_of(model, rows[2:3], "no", "yes"), background=rows)
    assert {entry.feature for entry in found.contributions} == {"plan", "age", "seats"}
    assert not found.exact
    assert found.error == pytest.approx(0, abs=1e-9)


def test_missing_numbers_in_forests_are_no_error() -> None:
    model = of_frames(RandomForestClassifier(5, random_state=0)).fit(FRAME, STAYS)
    found = shap_explanation(question_of(model, FRAME[3:4], "no", "yes"), background=FRAME)
    chances = model.predict_proba(FRAME[3:4])[0]
    assert found.output == pytest.approx(chances[0] - chances[1])


def test_sparse_rows_of_many_columns_are_asked_in_steps() -> None:
    words = csr_array(np.random.default_rng(0).poisson(0.05, (60, 400)).astype(float))
    labels = np.arange(60) % 2
    model = MultinomialNB().fit(words, labels)
    question = question_of(model, words[[0]], "0", "1")
    found = shap_explanation(question, background=words)
    assert len(found.contributions) == 100
    assert any(entry.feature == "301 other columns" for entry in found.contributions)
    assert found.error == pytest.approx(0, abs=1e-9)


def test_blocks_of_a_large_picture_share_among_their_pixels() -> None:
    pictures = np.random.default_rng(0).random((30, 256)).round(1)
    model = SVC().fit(pictures, (pictures[:, 0] > 0.5).astype(int))
    question = question_of(model, pictures[:1], "1", "0", picture=(16, 16))
    found = shap_explanation(question, background=pictures[1:])
    assert found.scale == "margin"
    assert len(found.contributions) == 256
    shares = {entry.place: entry.contribution for entry in found.contributions}
    assert shares[0] == shares[1] == shares[16] == shares[17]
    assert found.error == pytest.approx(0, abs=1e-9)


def test_words_of_a_text_are_held_against_the_text_without_them() -> None:
    model = make_pipeline(TfidfVectorizer(), KNeighborsClassifier(3)).fit(TEXTS, INTENTS)
    found = shap_explanation(question_of(model, "a refund, please", "refund"))
    assert found.base == pytest.approx(model.predict_proba([", "])[0, 1])
    assert found.output == pytest.approx(model.predict_proba(["a refund, please"])[0, 1])
    best = max(found.spans, key=lambda span: span.contribution)
    assert found.text is not None
    assert found.text[best.start : best.end] == "refund"


@pytest.mark.parametrize(
    "text", ["", " \n", "?!…", "退款", "refund", "x" * 5000, "my order " * 300]
)
def test_no_text_is_too_strange(text: str) -> None:
    model = make_pipeline(TfidfVectorizer(), KNeighborsClassifier(1)).fit(TEXTS, INTENTS)
    found = shap_explanation(question_of(model, text, "refund", "track"))
    assert found.error == pytest.approx(0, abs=1e-9)


def test_the_same_seed_gives_the_same_values_and_leaves_numpy_alone() -> None:
    model = GaussianNB().fit(TUMOURS, KINDS)
    question = question_of(model, TUMOURS[:1], "0", "1", seed=3)
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    one = shap_explanation(question, background=TUMOURS[1:20])
    other = shap_explanation(question, background=TUMOURS[1:20])
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002
    assert one == other


def test_models_that_only_answer_are_refused() -> None:
    class Answers(NearestCentroid):
        decision_function = predict_proba = predict_log_proba = property()  # type: ignore[assignment]

    with pytest.raises(DiagnosticsError, match=r"^Answers gives answers, and no figure "):
        shap_explanation(
            question_of(Answers().fit(IRIS, FLOWERS), IRIS[:1], "0"), background=IRIS[1:]
        )


def test_a_model_that_changes_its_mind_is_refused() -> None:
    class Moody(GaussianNB):
        def predict_proba(self, rows: Any) -> Any:
            self.asked = getattr(self, "asked", 0) + 1
            return super().predict_proba(rows) * (1 - self.asked / 1000)

    with pytest.raises(DiagnosticsError, match="misses the model's own figure"):
        shap_explanation(
            question_of(Moody().fit(IRIS, FLOWERS), IRIS[70:71], "1"), background=IRIS[::9]
        )


def test_estimates_can_be_cancelled() -> None:
    def stop(share: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        shap_explanation(
            question_of(GaussianNB().fit(IRIS, FLOWERS), IRIS[:1], "0"),
            background=IRIS,
            progress=stop,
        )
