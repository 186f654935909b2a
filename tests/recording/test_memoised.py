"""A model that is asked several times works once, and answers as ever."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import make_classification
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC, NuSVC

from diagnostics.recording.kernel_votes import shared_methods
from diagnostics.recording.memoised import memoised
from tests.made.searches import wine


def test_every_step_works_once_for_the_same_rows() -> None:
    calls: list[int] = []

    def count(rows: np.ndarray) -> np.ndarray:
        calls.append(len(rows))
        return rows

    X, y = wine()
    model = make_pipeline(FunctionTransformer(count), StandardScaler(), KNeighborsClassifier())
    model.fit(X, y)
    expected = model.predict(X), model.predict_proba(X), model.predict(X[:5])
    calls.clear()
    with memoised(model):
        asked = model.predict(X), model.predict_proba(X), model.predict(X[:5])
        model.predict(X)
    assert calls == [178, 5]
    assert all((one == other).all() for one, other in zip(asked, expected, strict=True))
    model.predict(X)
    assert calls == [178, 5, 178]


def test_the_model_is_left_as_it_was() -> None:
    X, y = wine()
    model = make_pipeline(StandardScaler(), SVC()).fit(X, y)
    before = [dict(vars(part)) for part in (model, *model.named_steps.values())]
    with pytest.raises(KeyError), memoised(model):
        raise KeyError
    assert [dict(vars(part)) for part in (model, *model.named_steps.values())] == before


def test_a_model_that_cannot_be_touched_answers_again() -> None:
    class Sealed:
        __slots__ = ("asked",)

        def predict(self, rows: Any) -> Any:
            self.asked = True
            return rows

    model = Sealed()
    with memoised(model):
        assert model.predict([1]) == [1]
    assert model.asked


@settings(max_examples=25, deadline=None)
@given(
    classes=st.integers(2, 6),
    seed=st.integers(0, 1000),
    shape=st.sampled_from(["ovr", "ovo"]),
    kind=st.sampled_from([SVC, NuSVC]),
    kernel=st.sampled_from(["rbf", "linear", "sigmoid"]),
    few=st.booleans(),
)
def test_a_kernel_machine_gives_the_same_to_the_bit(
    classes: int, seed: int, shape: str, kind: Any, kernel: str, few: bool
) -> None:
    X, y = make_classification(
        120, 6, n_informative=5, n_redundant=0, n_classes=classes, n_clusters_per_class=1,
        flip_y=0.2, random_state=seed,
    )  # fmt: skip
    if few:  # many rows that are the same, with values of exactly zero among them
        X = X.round()
    options = {"nu": 0.05} if kind is NuSVC else {}
    model = kind(kernel=kernel, decision_function_shape=shape, **options)
    try:
        model.fit(X[:80], y[:80])
    except ValueError:  # this nu does not fit these classes
        return
    shared = shared_methods(model)
    assert (shared["predict"](X) == model.predict(X)).all()
    assert np.array_equal(shared["decision_function"](X), model.decision_function(X))


def test_machines_with_ways_of_their_own_are_left_alone() -> None:
    assert shared_methods(SVC(break_ties=True)) == {}
    assert shared_methods(KNeighborsClassifier()) == {}
