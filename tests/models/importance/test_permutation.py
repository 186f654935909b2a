"""Permutation importance counts what answers lose when features are mixed up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.inspection import permutation_importance as of_sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import DecisionTreeClassifier

from diagnostics import DiagnosticsError
from diagnostics.models.importance.feature_groups import (
    correlated_groups,
    named_groups,
    single_columns,
)
from diagnostics.models.importance.on_request import asked_again
from diagnostics.models.importance.permutation import permutation_importance
from diagnostics.models.importance.word_removal import frequent_words, without_word, word_importance
from tests.made.evaluated_models import evaluated_of

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(240, 4))
Y = (X[:, 0] + 0.6 * X[:, 1] + 0.3 * RANDOM.normal(size=240) > 0).astype(int)
MODEL = LogisticRegression().fit(X[:120], Y[:120])
HELD_OUT = evaluated_of(MODEL, X[120:], Y[120:])
SINGLE = single_columns(HELD_OUT.names)


def test_the_figures_are_those_of_a_loop_over_the_same_orders() -> None:
    found = permutation_importance(HELD_OUT, SINGLE, repeats=3, seed=5)
    rows, true = X[120:], Y[120:]
    random = np.random.default_rng(5)
    orders = [random.permutation(120) for _ in range(3)]
    for column in range(4):
        drops = []
        for order in orders:
            mixed = rows.copy()
            mixed[:, column] = rows[order, column]
            drops.append(MODEL.score(rows, true) - MODEL.score(mixed, true))
        assert found.importances.mean[column] == pytest.approx(np.mean(drops))
        assert found.importances.std is not None
        assert found.importances.std[column] == pytest.approx(np.std(drops, ddof=1))
    assert found.base == pytest.approx(MODEL.score(rows, true))
    assert found.asked == 120 * 4 * 3


@pytest.mark.parametrize(("metric", "scoring"), [("accuracy", "accuracy"),
                                                 ("log loss", "neg_log_loss")])  # fmt: skip
def test_scikit_learn_agrees_within_the_error_of_the_shuffles(metric: Any, scoring: str) -> None:
    ours = permutation_importance(HELD_OUT, SINGLE, metric=metric, repeats=30)
    theirs = of_sklearn(MODEL, X[120:], Y[120:], scoring=scoring, n_repeats=30, random_state=1)
    error = 4 * theirs.importances_std / np.sqrt(30) + 1e-9
    assert (np.abs(ours.importances.mean - theirs.importances_mean) < 1.5 * error).all()
    if metric == "log loss":
        assert ours.base == pytest.approx(log_loss(Y[120:], MODEL.predict_proba(X[120:])))


def test_the_figure_of_a_label_is_that_of_its_rows() -> None:
    found = permutation_importance(HELD_OUT, SINGLE, repeats=4).importances
    assert found.by_label is not None
    counts = np.array([(HELD_OUT.true == label).sum() for label in found.labels])
    whole = (found.by_label * counts[:, None]).sum(axis=0) / counts.sum()
    assert whole == pytest.approx(found.mean)


def test_rows_are_shuffled_within_their_fold_and_asked_of_its_model() -> None:
    always = GaussianNB().fit(X, Y)
    evaluated = evaluated_of([MODEL, always], X[120:], Y[120:])
    both = permutation_importance(evaluated, SINGLE, repeats=20)
    alone = [
        permutation_importance(
            evaluated_of(model, X[120:][fold::2], Y[120:][fold::2]), SINGLE, repeats=20
        ).importances.mean
        for fold, model in enumerate([MODEL, always])
    ]
    assert both.importances.mean == pytest.approx(np.mean(alone, axis=0), abs=0.03)


def test_a_sparse_matrix_gives_what_an_array_gives() -> None:
    dense = permutation_importance(HELD_OUT, SINGLE, repeats=2)
    rows = evaluated_of(MODEL, csr_array(X[120:]), Y[120:], HELD_OUT.names)
    sparse = permutation_importance(rows, SINGLE, repeats=2)
    assert sparse.importances.mean == pytest.approx(dense.importances.mean)


def test_a_category_is_mixed_up_before_it_is_encoded() -> None:
    towns = np.array(["a", "b", "c"])[RANDOM.integers(0, 3, 200)]
    frame = pd.DataFrame({"town": pd.Categorical(towns), "age": RANDOM.integers(1, 9, 200)})
    truth = (towns == "b").astype(int)
    model = make_pipeline(
        ColumnTransformer([("town", OneHotEncoder(), ["town"])], remainder="passthrough"),
        LogisticRegression(),
    ).fit(frame, truth)
    found = permutation_importance(
        evaluated_of(model, frame, truth), single_columns(("town", "age")), repeats=5
    ).importances
    assert found.features == ("town", "age")
    assert found.mean[0] > 0.25
    assert found.mean[1] == pytest.approx(0)


def test_columns_that_hide_each_other_matter_together() -> None:
    data, truth = load_breast_cancer(return_X_y=True, as_frame=True)
    model = RandomForestClassifier(20, random_state=0).fit(data[::2], truth[::2])
    evaluated = evaluated_of(model, data[1::2].reset_index(drop=True), truth[1::2])
    groups = correlated_groups(evaluated)
    assert 8 <= len(groups) <= 13
    assert sorted(at for group in groups for at in group.columns) == list(range(30))
    grouped = permutation_importance(evaluated, groups, repeats=3).importances
    single = permutation_importance(
        evaluated, single_columns(evaluated.names), repeats=3
    ).importances
    assert single.mean.max() < 0.06
    assert grouped.mean.max() > 0.15


def test_groups_that_are_named_go_together() -> None:
    groups = named_groups(HELD_OUT.names, {"both": ["feature 0", "feature 1"]})
    assert [group.name for group in groups] == ["both", "feature 2", "feature 3"]
    found = permutation_importance(HELD_OUT, groups, repeats=5).importances
    assert found.mean[0] == pytest.approx(MODEL.score(X[120:], Y[120:]) - 0.5, abs=0.12)
    with pytest.raises(DiagnosticsError, match="nobody"):
        named_groups(HELD_OUT.names, {"both": ["nobody"]})


def test_intervals_cover_a_feature_without_effect() -> None:
    covered = 0
    for seed in range(8):
        random = np.random.default_rng(seed)
        rows = random.normal(size=(150, 2))
        truth = (rows[:, 0] + random.normal(size=150) > 0).astype(int)
        model = LogisticRegression().fit(rows[:50], truth[:50])
        model.coef_[0, 1] = 0.3
        evaluated = evaluated_of(model, rows[50:], truth[50:])
        found = permutation_importance(evaluated, single_columns(evaluated.names), repeats=5)
        low, high = found.importances.low, found.importances.high
        assert low is not None
        assert high is not None
        covered += bool(low[1] <= 0.02 and high[1] >= -0.02)
        assert low[0] < found.importances.mean[0] < high[0]
    assert covered >= 7


def test_the_same_seed_gives_the_same_figures_and_leaves_the_global_state() -> None:
    state = np.random.get_state()[1].tolist()  # noqa: NPY002 - it is the global one that counts
    one = permutation_importance(HELD_OUT, SINGLE, repeats=2, seed=3).importances.mean
    assert (
        one == permutation_importance(HELD_OUT, SINGLE, repeats=2, seed=3).importances.mean
    ).all()
    assert np.random.get_state()[1].tolist() == state  # noqa: NPY002


def test_the_rows_that_lost_most_are_found() -> None:
    found = permutation_importance(HELD_OUT, SINGLE, repeats=6)
    hardest = found.hardest(HELD_OUT, "feature 0", k=3)
    assert (hardest["figure"].abs().diff().dropna() <= 0).all()
    assert hardest["figure"].abs().iloc[0] == np.abs(found.losses[:, 0]).max()


def test_without_truth_nothing_can_be_lost() -> None:
    evaluated = evaluated_of(MODEL, X[:5], [None] * 5)
    with pytest.raises(DiagnosticsError, match="No evaluated row has a true label"):
        permutation_importance(evaluated, SINGLE)


TEXTS = ["cancel my order", "Cancel it", "pay the invoice", "the invoice, please", "cancel order",
         "invoice"]  # fmt: skip
LABELS = ["cancel", "cancel", "pay", "pay", "cancel", "pay"]
WORDS = make_pipeline(CountVectorizer(), LogisticRegression()).fit(TEXTS, LABELS)


def test_words_are_taken_out_of_the_texts_that_have_them() -> None:
    found = word_importance(evaluated_of(WORDS, TEXTS, LABELS), metric="log loss", at_least=2)
    assert [group.name for group in found.groups] == ["cancel", "invoice", "order", "the"]
    for at, group in enumerate(found.groups):
        rises = []
        for text, label in zip(TEXTS, LABELS, strict=True):
            column = list(WORDS.classes_).index(label)
            changed = without_word(text, group.name)
            before, after = WORDS.predict_proba([text, changed])[:, column]
            rises.append(np.log(before) - np.log(after))
        assert found.importances.mean[at] == pytest.approx(np.mean(rises))
    assert found.asked == 3 + 3 + 2 + 2


@pytest.mark.parametrize(
    ("text", "left"),
    [("Pay, PAY and repay", ", and repay"), ("pay", ""), ("a paypal", "a paypal")],
)
def test_only_the_whole_word_is_taken_out(text: str, left: str) -> None:
    assert without_word(text, "pay") == left


def test_texts_without_frequent_words_are_refused_with_the_reason() -> None:
    assert frequent_words(["ab ab", "ab cd"], at_least=1) == [("ab", 2), ("cd", 1)]
    with pytest.raises(DiagnosticsError, match="Texts without spaces have no words to take out"):
        word_importance(evaluated_of(WORDS, ["取消订单", "付款"], LABELS[:2]), at_least=2)


def test_a_model_that_fails_when_asked_is_named_in_a_line() -> None:
    class Broken:
        classes_ = np.array([0, 1])

        def predict(self, rows: Any) -> Any:
            if len(rows) > 120:
                raise ValueError("no such\ncolumn")
            return np.zeros(len(rows), int)

    with pytest.raises(DiagnosticsError, match="cannot be asked: ValueError: no such column"):
        asked_again(evaluated_of(Broken(), X[120:], Y[120:]))


def test_columns_that_never_differ_are_named_and_not_asked_about() -> None:
    rows = pd.DataFrame(
        {"age": [1.0, 2.0, 3.0, 4.0], "dead": 0.0, "gone": [None] * 4, "word": ["a"] * 4}
    )
    truth = ["n", "n", "o", "o"]
    model = Pipeline([("kept", ColumnTransformer([("age", "passthrough", ["age"])])),
                      ("tree", DecisionTreeClassifier())]).fit(rows, truth)  # fmt: skip
    evaluated = evaluated_of(model, rows, truth)
    found = permutation_importance(evaluated, single_columns(evaluated.names), repeats=3)
    assert found.asked == 4 * 3
    assert found.importances.notes[-1].startswith("The same in all rows: dead, gone, word.")
    for sparse in (rows[["age", "dead"]].to_numpy(), csr_array(rows[["age", "dead"]].to_numpy())):
        tree = DecisionTreeClassifier().fit(sparse, truth)
        evaluated = evaluated_of(tree, sparse, truth)
        found = permutation_importance(evaluated, single_columns(evaluated.names), repeats=3)
        assert found.importances.notes[-1].startswith("The same in all rows: feature 1.")


def test_columns_of_one_category_go_together() -> None:
    rows = pd.DataFrame(
        {
            "town_Rome": [1, 0, 0, 1, 0, 0],
            "town_Oslo": [0, 1, 0, 0, 1, 0],
            "town_Lima": [0, 0, 1, 0, 0, 0],
            "is_new": [1, 0, 0, 0, 0, 0],
            "is_late": [0, 1, 0, 0, 0, 0],
            "sex=m": [1, 1, 0, 1, 0, 0],
            "sex=f": [0, 0, 1, 0, 1, 1],
            "has_a": [1, 0, 1, 0, 0, 1],
            "has_b": [1, 1, 0, 0, 1, 0],
            "has_c": [0, 1, 1, 0, 1, 0],
        }
    )
    model = DecisionTreeClassifier().fit(rows, list("ababab"))
    groups = correlated_groups(evaluated_of(model, rows, list("ababab")))
    found = {group.name: group.members for group in groups}
    assert found["town"] == ("town_Rome", "town_Oslo", "town_Lima")
    assert found["sex"] == ("sex=m", "sex=f")
    # Two facts that never meet are no category yet, nor are those that do meet.
    assert not {"is", "has"} & set(found)
    assert sorted(at for group in groups for at in group.columns) == list(range(10))
