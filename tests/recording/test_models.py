"""Models that a search or a run kept: each answers its own fold again as it did."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pytest
import skops.io
from scipy.sparse import csr_matrix
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (
    AdaBoostClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import SelectKBest, chi2
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

import diagnostics
from diagnostics import Evidence, Run
from diagnostics.models.model import ModelNotOpened, open_model
from diagnostics.workspace.model_inputs import TEXT, read_inputs

RANDOM = np.random.default_rng(0)
NUMBERS = RANDOM.normal(size=(60, 4))
LABELS = np.where(NUMBERS[:, 0] > 0, "yes", "no")
FRAME = pd.DataFrame(NUMBERS, columns=list("abcd")).assign(
    kind=pd.Categorical(["x", "y", "z"] * 20)
)
TEXTS = [f"{'good' if label == 'yes' else 'bad'} number {at}" for at, label in enumerate(LABELS)]


def numbers_only(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[list("abcd")]


def searched(folder: Path, X: Any, model: Any, **options: Any) -> list[Run]:
    recorder = diagnostics.Recorder(folder / "grid", scoring="accuracy", **options)
    name = next(name for name in model.get_params() if name.endswith("C"))
    GridSearchCV(model, {name: [0.1, 10.0]}, scoring=recorder, cv=3).fit(X, LABELS)
    (experiment,) = diagnostics.open_workspace(folder).experiments
    return list(experiment.runs)


def inputs_of(folder: Path, run: Run, examples: list[str]) -> Any:
    if run.inputs != TEXT:
        return read_inputs(folder / run.inputs, examples)
    content = pl.read_parquet(run.table("examples"), glob=False)
    texts = dict(content.select("example", "text").rows())
    return [texts[example] for example in examples]


@pytest.mark.parametrize(
    ("X", "model"),
    [
        (TEXTS, make_pipeline(TfidfVectorizer(), LogisticRegression())),
        (NUMBERS, LogisticRegression()),
        (csr_matrix(NUMBERS), LogisticRegression()),
        (FRAME[list("abcd")], LogisticRegression()),
    ],
    ids=["texts", "array", "sparse", "frame"],
)
def test_every_fold_s_model_answers_its_fold_again(tmp_path: Path, X: Any, model: Any) -> None:
    for run in searched(tmp_path, X, model, models=True):
        assert run.has(Evidence.MODEL)
        assert sorted(run.models) == ["0", "1", "2"]
        answers = diagnostics.open_workspace(tmp_path).experiments[0].predictions(run.run)
        for fold, path in run.models.items():
            of_fold = answers.filter(pl.col("fold") == int(fold)).collect()
            examples = of_fold["example"].to_list()
            opened = open_model(tmp_path / path)
            rows = inputs_of(tmp_path, run, examples)
            assert opened.answers(rows) == of_fold["predicted_label"].to_list()


def test_a_function_says_whose_models_are_kept(tmp_path: Path) -> None:
    runs = searched(
        tmp_path, NUMBERS, LogisticRegression(), models=lambda parameters: parameters["C"] > 1
    )
    assert {run.run: len(run.models) for run in runs} == {"C=0.1": 0, "C=10": 3}
    assert [run.has(Evidence.MODEL) for run in runs] == [bool(run.models) for run in runs]


def test_no_models_are_kept_unless_asked_for(tmp_path: Path) -> None:
    assert not any(run.models for run in searched(tmp_path, NUMBERS, LogisticRegression()))
    assert not list(tmp_path.rglob("*.skops"))
    assert not list(tmp_path.rglob("inputs*"))


def test_inputs_lie_under_their_own_ids_in_whatever_order(tmp_path: Path) -> None:
    diagnostics.record(
        tmp_path / "run",
        model=make_pipeline(FunctionTransformer(), LogisticRegression()).fit(NUMBERS, LABELS),
        X=NUMBERS,
        example=[f"e{at}" for at in reversed(range(60))],
        keep_model=True,
    )
    (run,) = diagnostics.open_workspace(tmp_path).experiments[0].runs
    assert np.array_equal(read_inputs(tmp_path / run.inputs, ["e59", "e0"]), NUMBERS[[0, 59]])


def test_an_example_that_the_inputs_lack_is_named(tmp_path: Path) -> None:
    searched(tmp_path, NUMBERS, LogisticRegression(), models=True)
    with pytest.raises(diagnostics.DiagnosticsError, match="no example 'nobody'"):
        read_inputs(tmp_path / "grid/data/inputs.npz", ["nobody"])


def test_pickles_and_foreign_types_are_opened_only_on_trust(tmp_path: Path) -> None:
    model = LogisticRegression().fit(NUMBERS, LABELS)
    joblib.dump(model, tmp_path / "model.joblib")
    with pytest.raises(ModelNotOpened, match="is a pickle and was not opened"):
        open_model(tmp_path / "model.joblib")
    assert open_model(tmp_path / "model.joblib", trust_pickles=True).labels == ("no", "yes")

    own = make_pipeline(FunctionTransformer(numbers_only), LogisticRegression()).fit(FRAME, LABELS)
    skops.io.dump(own, tmp_path / "own.skops")
    with pytest.raises(ModelNotOpened, match="types that are not trusted: .*numbers_only"):
        open_model(tmp_path / "own.skops")
    assert open_model(tmp_path / "own.skops", trust_pickles=True).labels == ("no", "yes")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nothing", b"\x80\x04."])
@pytest.mark.parametrize("name", ["model.skops", "model.joblib"])
def test_a_broken_model_is_said_to_be_broken(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelNotOpened, match=f"{name} cannot be opened"):
        open_model(tmp_path / name, trust_pickles=True)


def test_what_is_no_classifier_is_refused(tmp_path: Path) -> None:
    joblib.dump({"a": 1}, tmp_path / "model.pkl")
    with pytest.raises(ModelNotOpened, match="holds dict, which is no fitted classifier"):
        open_model(tmp_path / "model.pkl", trust_pickles=True)


@pytest.mark.parametrize(
    "model",
    [
        RandomForestClassifier(3),
        GradientBoostingClassifier(n_estimators=3),
        HistGradientBoostingClassifier(max_iter=3, min_samples_leaf=2),
        AdaBoostClassifier(n_estimators=3),
        CalibratedClassifierCV(LogisticRegression(), cv=2),
        MLPClassifier((3,), max_iter=2000, tol=0.01, random_state=0),
    ],
    ids=lambda model: type(model).__name__,
)
def test_the_usual_models_open_without_trust(tmp_path: Path, model: Any) -> None:
    skops.io.dump(model.fit(NUMBERS, LABELS), tmp_path / "m.skops")
    opened = open_model(tmp_path / "m.skops")
    assert opened.answers(NUMBERS) == list(model.predict(NUMBERS))
    assert np.allclose(opened.probabilities(NUMBERS), model.predict_proba(NUMBERS))


def frame_steps() -> Any:
    numbers = make_pipeline(SimpleImputer(), SelectKBest(k=2), StandardScaler())
    return make_column_transformer((numbers, list("abcd")), (OneHotEncoder(), ["kind"]))


@pytest.mark.parametrize(
    "model",
    [
        make_pipeline(frame_steps(), LogisticRegression()),
        make_pipeline(frame_steps(), VotingClassifier([("a", LinearSVC()), ("b", LinearSVC())])),
        HistGradientBoostingClassifier(max_iter=3, categorical_features=["kind"]),
    ],
    ids=["filled and selected", "vote", "boosting of categories"],
)
def test_the_usual_models_of_frames_open_without_trust(tmp_path: Path, model: Any) -> None:
    skops.io.dump(model.fit(FRAME, LABELS), tmp_path / "m.skops")
    assert open_model(tmp_path / "m.skops").answers(FRAME) == list(model.predict(FRAME))


def test_texts_chosen_by_chi2_open_without_trust(tmp_path: Path) -> None:
    model = make_pipeline(TfidfVectorizer(), SelectKBest(chi2, k=3), LogisticRegression())
    skops.io.dump(model.fit(TEXTS, LABELS), tmp_path / "m.skops")
    assert open_model(tmp_path / "m.skops").answers(TEXTS) == list(model.predict(TEXTS))


@pytest.mark.parametrize(
    ("name", "child"),
    [
        *[("children_left", child) for child in (-7, 0, 999)],
        *[("children_right", child) for child in (-7, 0, 999)],
        *[("feature", child) for child in (-7, 999)],
    ],
)
def test_a_tree_that_points_outside_of_itself_is_refused(
    tmp_path: Path, name: str, child: int
) -> None:
    model = DecisionTreeClassifier().fit(NUMBERS, LABELS)
    getattr(model.tree_, name)[0] = child
    skops.io.dump(model, tmp_path / "m.skops")
    with pytest.raises(ModelNotOpened, match="a decision tree whose nodes point outside"):
        open_model(tmp_path / "m.skops", trust_pickles=True)


def test_a_tree_that_asks_for_more_than_its_rows_have_is_refused(tmp_path: Path) -> None:
    model = DecisionTreeClassifier().fit(NUMBERS, LABELS)
    model.n_features_in_ = 2
    skops.io.dump(model, tmp_path / "m.skops")
    with pytest.raises(ModelNotOpened, match="asks for more features than the model has"):
        open_model(tmp_path / "m.skops")


@pytest.mark.parametrize("wrap", [lambda function: function, partial])
def test_a_broken_tree_behind_a_function_is_refused(tmp_path: Path, wrap: Any) -> None:
    trees = DecisionTreeClassifier().fit(NUMBERS, LABELS)
    trees.tree_.children_left[0] = 999
    ask = FunctionTransformer(wrap(trees.predict_proba))
    model = make_pipeline(ask, LogisticRegression())
    model[-1].fit(NUMBERS[:, :2], LABELS)
    skops.io.dump(model, tmp_path / "m.skops")
    with pytest.raises(ModelNotOpened, match="a decision tree whose nodes point outside"):
        open_model(tmp_path / "m.skops", trust_pickles=True)


def test_a_boosted_tree_that_points_outside_of_itself_is_refused(tmp_path: Path) -> None:
    model = HistGradientBoostingClassifier(max_iter=2, min_samples_leaf=2).fit(NUMBERS, LABELS)
    model._predictors[1][0].nodes["left"][0] = 50_000
    skops.io.dump(model, tmp_path / "m.skops")
    with pytest.raises(ModelNotOpened, match="a boosted tree whose nodes point outside"):
        open_model(tmp_path / "m.skops")


def test_neighbours_of_texts_open_and_only_with_indices_of_their_own(tmp_path: Path) -> None:
    model = make_pipeline(TfidfVectorizer(), KNeighborsClassifier(3)).fit(TEXTS, LABELS)
    skops.io.dump(model, tmp_path / "m.skops")
    assert open_model(tmp_path / "m.skops").answers(TEXTS) == list(model.predict(TEXTS))
    model[-1]._fit_X.indices[0] = 9_999
    skops.io.dump(model, tmp_path / "m.skops")
    with pytest.raises(ModelNotOpened, match="m.skops"):
        open_model(tmp_path / "m.skops")
