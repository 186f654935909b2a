"""A search comes out as it would have without the recorder, and every answer is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    HalvingGridSearchCV,
    HalvingRandomSearchCV,
    RandomizedSearchCV,
    RepeatedStratifiedKFold,
    StratifiedKFold,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    learning_curve,
    validation_curve,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import diagnostics
from diagnostics.workspace.scores import ranked_runs
from tests.made.searches import quietly, recorded, same_results, wine

Search = Callable[[Any], Any]
KERNELS = {"C": [0.1, 1, 10, 100]}

SEARCHES: dict[str, tuple[Search, Any]] = {
    "pipeline in two processes": (
        lambda scoring: GridSearchCV(
            make_pipeline(StandardScaler(), LogisticRegression()),
            {"logisticregression__C": [0.1, 10]},
            scoring=scoring, n_jobs=2, return_train_score=True,
        ),
        "f1_macro",
    ),
    "several scores": (
        lambda scoring: GridSearchCV(GaussianNB(), {"var_smoothing": [1e-9, 1]}, scoring=scoring,
                                     refit="accuracy", return_train_score=True),
        ["accuracy", "f1_macro", "neg_log_loss"],
    ),
    "several scorers by name": (
        lambda scoring: GridSearchCV(GaussianNB(), {"var_smoothing": [1e-9, 1]}, scoring=scoring,
                                     refit=False),
        {"right": make_scorer(accuracy_score), "auc": "roc_auc_ovr"},
    ),
    "the estimator's own score": (
        lambda scoring: GridSearchCV(SVC(), KERNELS, scoring=scoring), None
    ),
    "a function": (
        lambda scoring: GridSearchCV(SVC(), KERNELS, scoring=scoring),
        lambda model, X, y: float((model.predict(X) == y).mean()),
    ),
    "random": (
        lambda scoring: RandomizedSearchCV(SVC(), KERNELS, n_iter=3, random_state=0,
                                           scoring=scoring),
        "balanced_accuracy",
    ),
    "repeated folds": (
        lambda scoring: GridSearchCV(
            SVC(), KERNELS, scoring=scoring,
            cv=RepeatedStratifiedKFold(n_splits=3, n_repeats=2, random_state=0)),
        "accuracy",
    ),
    "successive halving": (
        lambda scoring: HalvingGridSearchCV(SVC(), KERNELS | {"gamma": [0.1, 1]}, cv=3,
                                            random_state=0, scoring=scoring),
        "accuracy",
    ),
    "random halving of another resource": (
        lambda scoring: HalvingRandomSearchCV(
            LogisticRegression(), KERNELS, resource="max_iter", max_resources=400, cv=3,
            min_resources=100, random_state=0, scoring=scoring),
        "accuracy",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SEARCHES)
def test_a_search_comes_out_as_without_the_recorder(name: str, tmp_path: Path) -> None:
    search, scoring = SEARCHES[name]
    X, y = wine()
    plain = search(scoring).fit(X, y)
    found, workspace = recorded(tmp_path / "search", search, X, y, scoring)
    assert same_results(plain, found)
    assert getattr(plain, "best_index_", None) == getattr(found, "best_index_", None)
    assert type(plain.scorer_) is type(found.scorer_)
    if plain.refit:
        assert (plain.predict(X) == found.predict(X)).all()
        assert plain.score(X, y) == found.score(X, y)
    (experiment,) = workspace.experiments
    assert len(experiment.runs) == len(plain.cv_results_["params"])
    assert workspace.all_problems == []


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_every_answer_is_the_one_of_its_fold(backend: str, tmp_path: Path) -> None:
    X, y = wine()
    cv = StratifiedKFold(5, shuffle=True, random_state=3)
    with joblib.parallel_config(backend=backend, n_jobs=2):
        found, workspace = recorded(
            tmp_path / "search",
            lambda scoring: GridSearchCV(
                LogisticRegression(), {"C": [0.01, 10]}, scoring=scoring, cv=cv
            ),
            X, y,
        )  # fmt: skip
    folds = {row: number for number, (_, test) in enumerate(cv.split(X, y)) for row in test}
    for run in workspace.experiments[0].runs:
        model = clone(found.estimator).set_params(**run.parameters)
        kept = workspace.experiments[0].predictions(run.run).collect().sort("example")
        expected = cross_val_predict(model, X, y, cv=cv, method="predict_proba")
        assert kept["example"].cast(int).to_list() == list(range(178))
        assert kept["true_label"].cast(int).to_list() == y.tolist()
        assert kept["fold"].to_list() == [folds[row] for row in range(178)]
        assert np.allclose(np.array(kept["probabilities"].to_list()), expected, atol=1e-6)
        assert kept["predicted_label"].cast(int).to_list() == expected.argmax(axis=1).tolist()


def test_scores_of_folds_and_train_rows_are_the_searchs(tmp_path: Path) -> None:
    X, y = wine()
    search, scoring = SEARCHES["several scores"]
    found, workspace = recorded(tmp_path / "search", search, X, y, scoring)
    results = found.cv_results_
    for index, parameters in enumerate(results["params"]):
        (run,) = [r for r in workspace.experiments[0].runs if r.parameters == parameters]
        assert len({(s.metric, s.split, s.fold) for s in run.scores}) == len(run.scores)
        kept = {(s.metric, s.split, s.fold): s.value for s in run.scores}
        for metric in scoring:
            for split in ("test", "train"):
                for fold in range(5):
                    there = results[f"split{fold}_{split}_{metric}"][index]
                    assert kept[metric, split, fold] == there
        assert run.fit_seconds == pytest.approx(results["mean_fit_time"][index])
        assert run.score_seconds == pytest.approx(results["mean_score_time"][index])


def test_halving_says_how_much_each_candidate_was_given(tmp_path: Path) -> None:
    search, scoring = SEARCHES["successive halving"]
    found, workspace = recorded(tmp_path / "search", search, *load_iris(return_X_y=True), scoring)
    (experiment,) = workspace.experiments
    results = found.cv_results_
    kept = sorted((run.resource, int(run.tags["iteration"])) for run in experiment.runs)
    assert kept == sorted(zip(results["n_resources"], results["iter"], strict=True))
    best = experiment.run(ranked_runs(experiment)[0])
    assert best.resource == max(results["n_resources"])


def test_a_failed_fit_is_a_run_with_the_exceptions_text(tmp_path: Path) -> None:
    def search(scoring: Any) -> Any:
        return GridSearchCV(SVC(), {"C": [1, -1]}, scoring=scoring, cv=3, error_score=0)

    X, y = wine()
    plain = quietly(lambda: search("accuracy").fit(X, y))
    found, workspace = quietly(lambda: recorded(tmp_path / "search", search, X, y))
    assert same_results(plain, found)
    (experiment,) = workspace.experiments
    failed = experiment.run("C=-1")
    assert failed.metrics == {}
    assert failed.scores == ()
    assert failed.parameters == {"C": -1}
    (problem,) = failed.problems
    assert problem.code == "failed-fits"
    assert problem.what.startswith("3 of 3 fits failed: ")
    assert "must be a float in the range (0.0, inf]. Got -1 instead." in problem.what
    assert experiment.run("C=1").problems == ()


def test_a_failure_that_ends_the_search_is_kept_too(tmp_path: Path) -> None:
    X, y = wine()
    recorder = diagnostics.Recorder(tmp_path / "search", scoring="accuracy")
    search = GridSearchCV(SVC(), {"C": [1, -1]}, scoring=recorder, cv=3, error_score="raise")
    with pytest.raises(ValueError, match="Got -1 instead"):
        search.fit(X, y)
    assert search.scoring is recorder
    workspace = diagnostics.open_workspace(tmp_path / "search")
    assert workspace.experiments[0].run("C=1").examples == 178
    assert {problem.code for problem in workspace.all_problems} == {
        "failed-fits", "unfinished-run", "unfinished-search",
    }  # fmt: skip


def test_a_scorer_that_fails_is_treated_as_without_the_recorder(tmp_path: Path) -> None:
    def failing(model: Any, X: Any, y: Any) -> float:
        raise RuntimeError("no score today")

    X, y = wine()
    for scoring in (failing, {"right": "accuracy", "wrong": failing}):

        def search(scoring: Any) -> Any:
            return GridSearchCV(GaussianNB(), {"var_smoothing": [1e-9]}, scoring=scoring, cv=3,
                                refit=False)  # fmt: skip

        name = type(scoring).__name__
        plain = quietly(lambda: search(scoring).fit(X, y))  # noqa: B023 - called at once
        found, workspace = quietly(lambda: recorded(tmp_path / name, search, X, y, scoring))  # noqa: B023
        assert same_results(plain, found)
        assert workspace.experiments[0].runs[0].examples == 178


def test_cross_validation_gives_the_same_and_each_call_is_a_run(tmp_path: Path) -> None:
    X, y = wine()
    recorder = diagnostics.Recorder(
        tmp_path / "search", scoring="f1_macro", name=lambda parameters: f"C is {parameters['C']}"
    )
    for C in (0.1, 1, 10):
        plain = cross_val_score(SVC(C=C), X, y, scoring="f1_macro", cv=4)
        assert (cross_val_score(SVC(C=C), X, y, scoring=recorder, cv=4) == plain).all()
    several = diagnostics.Recorder(tmp_path / "search", scoring=["accuracy", "f1_macro"])
    found = cross_validate(SVC(), X, y, scoring=several, n_jobs=2, return_train_score=True)
    plain = cross_validate(SVC(), X, y, scoring=["accuracy", "f1_macro"], return_train_score=True)
    assert set(found) == set(plain)
    assert all((found[key] == plain[key]).all() for key in plain if not key.endswith("_time"))
    first, second = diagnostics.open_workspace(tmp_path / "search").experiments
    assert [run.parameters["C"] for run in first.runs] == [0.1, 1, 10]
    assert [run.run for run in first.runs] == ["C is 0.1", "C is 1", "C is 10"]
    assert [run.examples for run in (*first.runs, *second.runs)] == [178] * 4


def test_learning_and_validation_curves_are_runs(tmp_path: Path) -> None:
    X, y = wine()
    recorder = diagnostics.Recorder(tmp_path / "search", scoring="accuracy")
    options = {"train_sizes": [0.5, 1.0], "cv": 3, "shuffle": True, "random_state": 0}
    sizes, _, scores = learning_curve(GaussianNB(), X, y, scoring=recorder, **options)
    plain = learning_curve(GaussianNB(), X, y, scoring="accuracy", **options)[2]
    assert (scores == plain).all()
    names = {"param_name": "var_smoothing", "param_range": [1e-9, 1.0], "cv": 3}
    validation_curve(GaussianNB(), X, y, scoring=recorder, **names)
    (experiment,) = diagnostics.open_workspace(tmp_path / "search").experiments
    by_size = {run.resource: run for run in experiment.runs if run.resource}
    assert sorted(by_size) == sorted(sizes)
    assert [run.examples for run in experiment.runs] == [178] * 4
    assert "var_smoothing=1" in {run.run for run in experiment.runs}


def test_an_optuna_study_is_recorded_trial_by_trial(tmp_path: Path) -> None:
    import optuna

    X, y = wine()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    recorder = diagnostics.Recorder(tmp_path / "study", scoring="accuracy")

    def objective(trial: Any) -> float:
        model = SVC(C=trial.suggest_float("C", 0.01, 100, log=True))
        return float(cross_val_score(model, X, y, scoring=recorder, cv=3).mean())

    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(1))
    study.optimize(objective, n_trials=4, n_jobs=2)
    (experiment,) = diagnostics.open_workspace(tmp_path / "study").experiments
    kept = {r.parameters["C"]: np.mean([s.value for s in r.scores if s.metric == "accuracy"])
            for r in experiment.runs}  # fmt: skip
    assert len(experiment.runs) == 4
    for trial in study.trials:
        assert kept[trial.params["C"]] == pytest.approx(trial.value)


def test_a_search_library_that_builds_on_scikit_learns_is_recorded(tmp_path: Path) -> None:
    """What skopt's BayesSearchCV does: one candidate after the other, chosen by the results."""

    class OneByOne(GridSearchCV):
        def _run_search(self, evaluate_candidates: Any) -> None:
            for C in self.param_grid["C"]:
                results = evaluate_candidates([{"C": C}])
            assert len(results["params"]) == len(self.param_grid["C"])

    X, y = wine()
    _, workspace = recorded(
        tmp_path / "search", lambda scoring: OneByOne(SVC(), KERNELS, scoring=scoring), X, y
    )
    assert [run.run for run in workspace.experiments[0].runs] == ["C=0.1", "C=1", "C=10", "C=100"]


def test_groups_and_weights_go_where_they_went(tmp_path: Path) -> None:
    import sklearn

    X, y = wine()
    groups = np.arange(len(y)) % 7
    weights = np.linspace(0.1, 1, len(y))

    def search(scoring: Any) -> Any:
        return GridSearchCV(GaussianNB().set_fit_request(sample_weight=True),
                            {"var_smoothing": [1e-9, 1]}, scoring=scoring,
                            cv=GroupKFold(3))  # fmt: skip

    with sklearn.config_context(enable_metadata_routing=True):
        scorer = make_scorer(accuracy_score).set_score_request(sample_weight=True)
        fit = {"groups": groups, "sample_weight": weights}
        plain = search(scorer).fit(X, y, **fit)
        found, workspace = recorded(tmp_path / "search", search, X, y, scorer, fit=fit)
    assert same_results(plain, found)
    run = workspace.experiments[0].runs[0]
    kept = workspace.experiments[0].predictions(run.run).collect()
    for fold, (_, test) in enumerate(GroupKFold(3).split(X, y, groups)):
        assert set(kept.filter(kept["fold"] == fold)["example"].cast(int)) == set(test)


def test_a_class_that_a_fold_never_saw_has_no_probability_there(tmp_path: Path) -> None:
    texts = ["a b", "b c", "a c", "d e", "e f", "d f", "g"]
    y = ["one", "one", "one", "two", "two", "two", "rare"]

    def search(scoring: Any) -> Any:
        model = make_pipeline(TfidfVectorizer(token_pattern=r"\w"), LogisticRegression())
        return GridSearchCV(model, {"logisticregression__C": [1]}, scoring=scoring, cv=3)

    _, workspace = quietly(lambda: recorded(tmp_path / "search", search, texts, y))
    (run,) = workspace.experiments[0].runs
    assert run.labels == ("one", "rare", "two")
    kept = workspace.experiments[0].predictions(run.run).collect()
    (rare,) = kept.filter(kept["true_label"] == "rare").to_dicts()
    assert rare["probabilities"][1] == 0
    assert kept["confidence"].null_count() == 0
