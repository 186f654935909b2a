"""How the answer moves with a feature is what scikit-learn's partial dependence says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn import inspection
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.svm import LinearSVC

from diagnostics import DiagnosticsError
from diagnostics.models.importance.partial_dependence import GRID, grid_of, partial_dependence
from tests.made.evaluated_models import evaluated_of

RANDOM = np.random.default_rng(1)
X = RANDOM.normal(size=(80, 3))
Y = np.where(X[:, 0] * 2 + X[:, 1] > 0, "up", "down")
MODEL = LogisticRegression().fit(X, Y)


def test_the_mean_and_the_curves_are_scikit_learns() -> None:
    theirs = inspection.partial_dependence(
        MODEL, X, [0], kind="both", method="brute", custom_values={0: np.array([-1.0, 0.0, 1.5])}
    )
    ours = partial_dependence(evaluated_of(MODEL, X, Y), 0, "up", grid=[-1.0, 0.0, 1.5], curves=80)
    assert ours.mean["probability"].to_numpy() == pytest.approx(theirs["average"][0])
    curves = ours.curves["probability"].to_numpy().reshape(80, 3)
    assert curves == pytest.approx(theirs["individual"][0])


def test_the_same_from_a_sparse_matrix_and_from_two_folds() -> None:
    grid = [-1.0, 0.5]
    one = partial_dependence(evaluated_of(MODEL, X, Y), 1, "down", grid=grid).mean
    rows = evaluated_of([MODEL, MODEL], csr_array(X), Y, ("a", "b", "c"))
    assert partial_dependence(rows, 1, "down", grid=grid).mean[
        "probability"
    ].to_numpy() == pytest.approx(one["probability"].to_numpy())


def test_a_category_is_set_to_each_of_its_values() -> None:
    frame = pd.DataFrame({"town": ["a", "b", "b", None] * 10, "age": [1, 2, 3, 4] * 10})
    truth = ["x", "y", "y", "x"] * 10
    model = make_pipeline(
        ColumnTransformer(
            [("town", OneHotEncoder(handle_unknown="ignore"), ["town"])], remainder="passthrough"
        ),
        LogisticRegression(),
    ).fit(frame, truth)
    found = partial_dependence(evaluated_of(model, frame, truth), 0, "y")
    assert not found.is_numeric
    assert list(found.mean["value"]) == ["b", "a"]
    assert found.mean["probability"].iloc[0] > found.mean["probability"].iloc[1]
    numbers = partial_dependence(evaluated_of(model, frame, truth), 1, "y", grid=[1.5])
    changed = model.predict_proba(frame.assign(age=1.5))[:, 1].mean()
    assert numbers.mean["probability"].iloc[0] == pytest.approx(changed)


def test_a_model_without_probabilities_gives_shares_of_answers() -> None:
    model = LinearSVC().fit(X, Y)
    found = partial_dependence(evaluated_of(model, X, Y), 0, "up", grid=[-5.0, 5.0])
    assert found.mean["probability"].tolist() == [0.0, 1.0]


def test_the_grid_has_all_of_few_values_and_the_middle_of_many() -> None:
    assert grid_of(np.array([3, 1, 1])) == [1, 3]
    grid = grid_of(np.arange(1000.0))
    assert len(grid) == GRID
    assert (grid[0], grid[-1]) == (pytest.approx(49.95), pytest.approx(949.05))
    assert grid_of(np.array([np.nan])) == []


def test_texts_have_no_columns_to_move() -> None:
    with pytest.raises(DiagnosticsError, match="no columns to move"):
        partial_dependence(evaluated_of(_Always(), ["one", "two"], ["up", "down"]), 0, "up")


class _Always:
    """Answers the same whatever it is asked."""

    classes_ = np.array(["down", "up"])

    def predict(self, rows: list[str]) -> list[str]:
        return ["up"] * len(rows)
