"""What models say of their features is read as scikit-learn has it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from diagnostics import DiagnosticsError
from diagnostics.models.importance.contributions import (
    beeswarm,
    mean_contributions,
    pushes,
    strongest_pushes,
)
from diagnostics.models.importance.importances import Importances
from diagnostics.models.importance.model_importance import (
    coefficients,
    impurity,
    input_importances,
    own_methods,
)
from tests.made.evaluated_models import evaluated_of

ROWS, TRUTH = load_iris(return_X_y=True, as_frame=True)
NAMES = [f"kind {code}" for code in TRUTH]
LOGISTIC = make_pipeline(StandardScaler(), LogisticRegression()).fit(ROWS, NAMES)
FOREST = RandomForestClassifier(8, random_state=0).fit(ROWS, NAMES)


def test_weights_are_the_models_own_times_the_spread_of_their_feature() -> None:
    evaluated = evaluated_of(LOGISTIC, ROWS[::3].reset_index(drop=True), NAMES[::3])
    plain, scaled = coefficients(evaluated, scaled=False), coefficients(evaluated)
    spread = LOGISTIC[0].transform(ROWS[::3]).std(axis=0)
    assert plain.features == tuple(ROWS.columns)
    assert plain.by_label == pytest.approx(LOGISTIC[-1].coef_)
    assert scaled.by_label == pytest.approx(LOGISTIC[-1].coef_ * spread)
    assert scaled.mean == pytest.approx(np.abs(LOGISTIC[-1].coef_ * spread).mean(axis=0))


def test_of_two_labels_the_second_is_held_against_the_first() -> None:
    binary = LogisticRegression().fit(ROWS[:100], NAMES[:100])
    found = coefficients(evaluated_of(binary, ROWS[:100], NAMES[:100]), scaled=False)
    assert found.by_label == pytest.approx(np.vstack([-binary.coef_, binary.coef_]))


def test_the_words_of_each_class_stand_in_both_directions() -> None:
    texts = ["pay the bill", "pay now", "cancel the order", "cancel now"]
    model = make_pipeline(TfidfVectorizer(), MultinomialNB()).fit(texts, ["p", "p", "c", "c"])
    found = coefficients(evaluated_of(model, texts, ["p", "p", "c", "c"]), scaled=False)
    table = found.table("p").set_index("feature")["mean"]
    assert table["pay"] == pytest.approx(-table["cancel"])
    assert table["pay"] > 0 > table["cancel"]
    assert table["the"] == pytest.approx(0, abs=0.25)


def test_models_of_several_folds_are_averaged_over_what_each_knows() -> None:
    texts, labels = ["pay bill", "cancel order", "pay invoice", "cancel it"], ["p", "c", "p", "c"]
    models = [
        make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts[s::2] + ["x y", "zz"], ys)
        for s, ys in ((0, ["p", "p", "c", "c"]), (1, ["c", "c", "p", "p"]))
    ]
    found = coefficients(evaluated_of(models, texts, labels), scaled=False)
    at = found.features.index("pay")
    assert found.by_label is not None
    known = models[0][-1].coef_[0][models[0][0].vocabulary_["pay"]]
    assert found.by_label[found.labels.index("p"), at] == pytest.approx(known / 2)
    assert found.label_std is not None
    assert found.label_std[0, at] == pytest.approx(abs(known) / 2**0.5)


def test_impurity_is_the_forests_own_and_its_bias_is_named() -> None:
    found = impurity(evaluated_of(FOREST, ROWS, NAMES))
    assert found.mean == pytest.approx(FOREST.feature_importances_)
    trees = [tree.feature_importances_ for tree in FOREST.estimators_]
    assert found.std == pytest.approx(np.std(trees, axis=0))
    assert "biased towards features with many different values" in found.notes[0]


def test_a_model_without_its_own_figures_says_so() -> None:
    nearest = evaluated_of(KNeighborsClassifier().fit(ROWS, NAMES), ROWS, NAMES)
    assert own_methods(nearest) == []
    assert input_importances(nearest) is None
    with pytest.raises(DiagnosticsError, match="KNeighborsClassifier has no importances"):
        impurity(nearest)


def test_the_values_of_a_category_are_added_up_to_its_column() -> None:
    frame = pd.DataFrame({"town": ["a", "b", "c", "b"] * 10, "age": range(40)})
    truth = ["x", "y", "x", "y"] * 10
    model = make_pipeline(
        ColumnTransformer([("town", OneHotEncoder(), ["town"])], remainder="passthrough"),
        RandomForestClassifier(5, random_state=0),
    ).fit(frame, truth)
    evaluated = evaluated_of(model, frame, truth)
    own = model[-1].feature_importances_
    found = input_importances(evaluated)
    assert found is not None
    assert found.features == ("town", "age")
    assert found.mean == pytest.approx([own[:3].sum(), own[3]])
    assert "town = b" in impurity(evaluated).features


def test_contributions_add_up_to_what_sets_a_row_apart() -> None:
    evaluated = evaluated_of(LOGISTIC, ROWS, NAMES)
    found = pushes(evaluated, "kind 1")
    ((places, _, _, contributions),) = found.parts
    scores = LOGISTIC.decision_function(ROWS)[:, 1]
    assert contributions.sum(axis=1) == pytest.approx(scores[places] - scores.mean())
    mean = mean_contributions(evaluated)
    assert mean.by_label is not None
    assert mean.by_label[1] == pytest.approx(np.abs(contributions).mean(axis=0))


def test_words_contribute_only_where_they_are() -> None:
    texts = ["pay pay bill", "cancel order", "bill"]
    model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, ["p", "c", "p"])
    evaluated = evaluated_of(model, texts, ["p", "c", "p"])
    table = pushes(evaluated).of("bill", evaluated)
    assert list(table["example"]) == ["row-0", "row-2"]
    weight = model[-1].coef_[0][model[0].vocabulary_["bill"]]
    assert table["contribution"].to_numpy() == pytest.approx(weight * table["value"].to_numpy())


def test_the_shapley_values_of_trees_add_up_to_their_probabilities() -> None:
    evaluated = evaluated_of(FOREST, ROWS[::5].reset_index(drop=True), NAMES[::5])
    assert own_methods(evaluated) == ["impurity", "contributions"]
    ((places, _, _, contributions),) = pushes(evaluated, "kind 2").parts
    chances = FOREST.predict_proba(ROWS[::5])[places, 2]
    sums = contributions.sum(axis=1)
    assert np.ptp(chances - sums) == pytest.approx(0, abs=1e-9)


def test_a_beeswarm_has_no_more_dots_than_it_may() -> None:
    evaluated = evaluated_of(LOGISTIC, ROWS, NAMES)
    dots = beeswarm(pushes(evaluated), evaluated, list(ROWS.columns[:3]), dots=60)
    assert dots.groupby("feature").size().tolist() == [20, 20, 20]
    assert dots["offset"].abs().max() <= 0.5
    assert dots["level"].between(0, 1).all()


def test_the_strongest_are_listed_right_and_wrong() -> None:
    evaluated = evaluated_of(LOGISTIC, ROWS, NAMES)
    right, wrong = strongest_pushes(pushes(evaluated).of(ROWS.columns[2], evaluated), 4)
    assert len(right) == 4
    assert right["correct"].all()
    assert not wrong["correct"].any()
    assert (right["contribution"].abs().diff().dropna() <= 0).all()


def test_ranks_are_by_size_with_ties_shared() -> None:
    found = Importances("kept", ("a", "b", "c", "d"), np.array([1.0, -3.0, 1.0, np.nan]),
                        is_signed=True)  # fmt: skip
    table = found.table()
    assert list(zip(table["feature"], table["rank"], strict=True)) == [("b", 1), ("a", 2), ("c", 2)]
    assert list(table["share"]) == [0.6, 0.2, 0.2]
    with pytest.raises(DiagnosticsError, match="label 'x'"):
        found.table("x")
