"""Which examples were scored: known by position, whatever the rows are and however alike."""

from __future__ import annotations

import itertools
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.cluster import KMeans
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import IsolationForest
from sklearn.feature_selection import RFECV, SequentialFeatureSelector
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    StratifiedKFold,
    TunedThresholdClassifierCV,
    _validation,
    cross_val_score,
    cross_validate,
    permutation_test_score,
)

import diagnostics
from diagnostics.recording.data import data_fingerprint
from tests.made.searches import grid, recorded, wine

#: Forty rows of four kinds: ten of each are alike in everything, and half of those in truth too.
ALIKE = np.repeat(np.eye(4), 10, axis=0)
TRUTH = np.tile(["yes", "no"], 20)
SHUFFLED = StratifiedKFold(4, shuffle=True, random_state=1)
TABLES: dict[str, Any] = {
    "list of texts": [f"kind {row.argmax()}" for row in ALIKE],
    "array": ALIKE,
    "list of lists": ALIKE.tolist(),
    "sparse matrix": sparse.csr_matrix(ALIKE),
    "frame": pd.DataFrame(ALIKE),
    "frame with ids": pd.DataFrame(ALIKE, index=[f"row {index}" for index in range(40)]),
    "frame whose index repeats": pd.DataFrame(ALIKE, index=np.arange(40) % 10),
    "Polars frame": pl.DataFrame(ALIKE),
    "array of texts": np.array([f"kind {row.argmax()}" for row in ALIKE], dtype=object),
}


class Echo(ClassifierMixin, BaseEstimator):
    """Answers with the first labels of the rows that it was fitted on: every fold's differ."""

    def __init__(self, shift: int = 0) -> None:
        self.shift = shift

    def fit(self, X: Any, y: Any) -> Echo:
        self.classes_ = np.unique(y)
        self.answers_ = np.roll(np.asarray(y), self.shift)
        return self

    def predict(self, X: Any) -> np.ndarray:
        rows = X.shape[0] if hasattr(X, "shape") else len(X)
        return self.answers_[:rows]


def search(scoring: Any, **options: Any) -> GridSearchCV:
    return GridSearchCV(Echo(), {"shift": [0, 1]}, scoring=scoring, cv=SHUFFLED, **options)


#: Two processes are tried with the two hardest.
HARDEST = ("list of texts", "frame whose index repeats")


@pytest.mark.parametrize(
    ("kind", "jobs"), [*((kind, 1) for kind in TABLES), *((kind, 2) for kind in HARDEST)]
)
def test_rows_that_are_alike_are_told_apart(kind: str, jobs: int, tmp_path: Path) -> None:
    _, workspace = recorded(
        tmp_path / "search", lambda scoring: search(scoring, n_jobs=jobs), TABLES[kind], TRUTH
    )
    (experiment,) = workspace.experiments
    for run in experiment.runs:
        kept = experiment.predictions(run.run).collect()
        assert len(kept) == 40
        for fold, (train, test) in enumerate(SHUFFLED.split(ALIKE, TRUTH)):
            answers = np.roll(TRUTH[train], run.parameters["shift"])[: len(test)]
            rows = kept.filter(pl.col("fold") == fold)
            found = dict(zip(rows["example"], rows["predicted_label"], strict=True))
            names = [f"row {row}" if kind == "frame with ids" else f"{row:02}" for row in test]
            assert found == dict(zip(names, answers, strict=True))
            truth = dict(zip(rows["example"], rows["true_label"], strict=True))
            assert truth == dict(zip(names, TRUTH[test], strict=True))


def test_ids_may_be_given(tmp_path: Path) -> None:
    ids = [f"ticket-{index}" for index in range(40)]
    _, workspace = recorded(tmp_path / "search", search, ALIKE, TRUTH, example=ids)
    kept = workspace.experiments[0].predictions().collect()
    assert set(kept["example"]) == set(ids)


def test_the_truths_index_names_the_rows_of_an_array(tmp_path: Path) -> None:
    truth = pd.Series(TRUTH, index=pd.MultiIndex.from_product([list("abcd"), range(10)]))
    _, workspace = recorded(tmp_path / "search", search, ALIKE, truth)
    assert "d/9" in set(workspace.experiments[0].predictions().collect()["example"])


#: What a search class of somebody's own hands to scikit-learn.
DIRECT: dict[str, Any] = {
    "train": np.arange(100), "test": np.arange(100, 178), "verbose": 0, "parameters": None,
    "fit_params": None, "score_params": None,
}  # fmt: skip


class Counting(DummyClassifier):
    fits = itertools.count()

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        next(self.fits)
        return super().fit(X, y, sample_weight)


@pytest.mark.parametrize(
    ("y", "options", "message"),
    [
        (
            TRUTH,
            {"example": ["a", "b"]},
            "There are 2 ids in `example` and 40 rows in the data. "
            "Give one id for each row that the search is fitted on.",
        ),
        (
            TRUTH,
            {"example": [0, 1, 1, *range(3, 40)]},
            "The id '1' occurs more than once in `example`. "
            "Rows are told apart by their ids; leave `example` out to number them.",
        ),
        (
            TRUTH,
            {"content": ["too", "few"]},
            "content column 'text' has 2 rows, not 40.",
        ),
        (
            np.linspace(0, 1, 40),
            {},
            "y is continuous, and a Recorder keeps searches over classifiers with one class "
            "per row. Run this search without the recorder.",
        ),
        (
            np.tile([[0, 1], [1, 1]], (20, 1)),
            {},
            "y is multilabel-indicator, and a Recorder keeps searches over classifiers with one "
            "class per row. Run this search without the recorder.",
        ),
        (
            None,
            {},
            "The search was given no y. A Recorder keeps searches over classifiers.",
        ),
    ],
    ids=["too few ids", "an id twice", "too little content", "regression", "many labels", "no y"],
)  # fmt: skip
@pytest.mark.parametrize("call", ["search", "cross_validate"])
def test_what_cannot_be_known_is_refused_before_the_first_fit(
    y: Any, options: dict[str, Any], message: str, call: str, tmp_path: Path
) -> None:
    Counting.fits = itertools.count()
    recorder = diagnostics.Recorder(tmp_path / "search", scoring="accuracy", **options)
    candidates = {"strategy": ["prior"]}
    calls = {
        "search": GridSearchCV(Counting(), candidates, scoring=recorder, cv=KFold(2)).fit,
        "cross_validate": partial(cross_validate, Counting(), scoring=recorder, cv=KFold(2)),
    }
    with pytest.raises(diagnostics.DiagnosticsError) as caught:
        calls[call](X=ALIKE, y=y)
    assert str(caught.value) == message
    assert next(Counting.fits) == 0
    assert not (tmp_path / "search").exists()


def test_what_would_call_the_recorder_itself_is_refused_before_it_fits(tmp_path: Path) -> None:
    Counting.fits = itertools.count()
    X, y = wine()
    recorder = diagnostics.Recorder(tmp_path / "search", scoring="accuracy")
    fitted = LogisticRegression().fit(X, y)
    for call in (
        lambda: recorder(fitted, X, y),
        lambda: RFECV(Counting(), scoring=recorder, cv=3).fit(X, y),
        lambda: TunedThresholdClassifierCV(Counting(), scoring=recorder).fit(X, y == 1),
        lambda: permutation_importance(fitted, X, y, scoring=recorder),
        lambda: _validation._fit_and_score(Counting(), X, y, **DIRECT, scorer=recorder),
    ):
        with pytest.raises(diagnostics.DiagnosticsError, match="does not tell it which rows"):
            call()
    with pytest.raises(diagnostics.DiagnosticsError, match="scores against shuffled truths"):
        permutation_test_score(Counting(), X, y, scoring=recorder)
    assert next(Counting.fits) == 0
    assert not (tmp_path / "search").exists()


@pytest.mark.parametrize("model", [Ridge(), KMeans(), IsolationForest()])
def test_what_is_no_classifier_is_refused(model: Any, tmp_path: Path) -> None:
    recorder = diagnostics.Recorder(tmp_path / "search", scoring="accuracy")
    for call in (GridSearchCV(model, {}, scoring=recorder).fit,
                 partial(cross_val_score, model, scoring=recorder)):  # fmt: skip
        with pytest.raises(diagnostics.DiagnosticsError, match="is no classifier"):
            call(X=ALIKE, y=TRUTH)


def test_feature_selection_that_cross_validates_is_recorded(tmp_path: Path) -> None:
    X, y = wine()
    recorder = diagnostics.Recorder(tmp_path / "search", scoring="accuracy")
    selector = SequentialFeatureSelector(
        LogisticRegression(), n_features_to_select=1, scoring=recorder, cv=2
    )
    selector.fit(X[:, :3], y)
    experiments = diagnostics.open_workspace(tmp_path / "search").experiments
    assert sum(len(experiment.runs) for experiment in experiments) == 3


def test_masks_and_negative_positions_are_rows_too(tmp_path: Path) -> None:
    rows = np.arange(40)
    masks = [(rows % 2 == part, rows % 2 != part) for part in (0, 1)]
    _, workspace = recorded(
        tmp_path / "masks",
        lambda scoring: GridSearchCV(Echo(), {"shift": [0]}, scoring=scoring, cv=masks),
        ALIKE,
        TRUTH,
    )
    kept = workspace.experiments[0].predictions().collect()
    assert set(kept.filter(pl.col("fold") == 0)["example"].cast(int)) == set(range(1, 40, 2))
    last = [(rows[:-4], np.array([-4, -3, -2, -1]))]
    _, workspace = recorded(
        tmp_path / "last",
        lambda scoring: GridSearchCV(Echo(), {"shift": [0]}, scoring=scoring, cv=last),
        ALIKE,
        TRUTH,
    )
    kept = workspace.experiments[0].predictions().collect()
    assert sorted(kept["example"]) == ["36", "37", "38", "39"]


def test_an_index_whose_labels_read_alike_is_no_id(tmp_path: Path) -> None:
    frame = pd.DataFrame(ALIKE, index=pd.Index([1, "1", *range(2, 40)], dtype=object))
    _, workspace = recorded(tmp_path / "search", search, frame, TRUTH)
    assert workspace.experiments[0].examples == 40


def test_calls_on_other_data_are_another_experiment(tmp_path: Path) -> None:
    X, y = wine()
    recorder = diagnostics.Recorder(tmp_path / "search", scoring="accuracy")
    for rows in (slice(None), slice(0, 150), slice(None)):
        cross_val_score(LogisticRegression(), X[rows], y[rows], scoring=recorder, cv=3)
    experiments = diagnostics.open_workspace(tmp_path / "search").experiments
    assert sorted((len(e.runs), e.examples) for e in experiments) == [(1, 150), (2, 178)]


def test_a_search_in_every_fold_of_another_keeps_its_rows_apart(tmp_path: Path) -> None:
    X, y = wine()
    frame = pd.DataFrame(X, index=[f"wine {index}" for index in range(len(y))])
    recorder = diagnostics.Recorder(tmp_path / "search", scoring="accuracy")
    cross_val_score(grid(recorder), frame, y, scoring="accuracy", cv=3, n_jobs=2)
    experiments = diagnostics.open_workspace(tmp_path / "search").experiments
    assert len(experiments) == 3
    for number, (train, _) in enumerate(StratifiedKFold(3).split(X, y)):
        expected = {f"wine {row}" for row in train}
        kept = [set(e.predictions(e.runs[0].run).collect()["example"]) for e in experiments]
        assert kept.count(expected) == 1, number


def test_equal_data_has_one_fingerprint_however_it_is_held(tmp_path: Path) -> None:
    held = np.memmap(tmp_path / "rows", dtype=float, mode="w+", shape=ALIKE.shape)
    held[:] = ALIKE
    assert data_fingerprint(held, TRUTH) == data_fingerprint(ALIKE.copy(), TRUTH.copy())
    assert data_fingerprint(ALIKE[::-1].copy(), TRUTH) != data_fingerprint(ALIKE, TRUTH)
    assert data_fingerprint(ALIKE, TRUTH[::-1].copy()) != data_fingerprint(ALIKE, TRUTH)
