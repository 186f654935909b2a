"""scikit-learn's search results in every form that people save them in, made by real searches."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.datasets import load_iris
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, KFold, cross_validate
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC

import diagnostics
from diagnostics.workspace.scores import fold_values, ranked_runs, run_metrics
from tests.made.searches import quietly

IRIS = load_iris(return_X_y=True)
Save = Callable[[Any, Path], None]


def searched(model: Any, grid: Any, **options: Any) -> Any:
    return quietly(lambda: GridSearchCV(model, grid, **{"cv": 3, **options}).fit(*IRIS))


@pytest.fixture(scope="module")
def kernels() -> Any:
    """Four candidates of two kinds, with a parameter that only one has, and train scores."""
    grid = [
        {"C": [1, 10], "kernel": ["linear"]},
        {"kernel": ["rbf"], "gamma": [0.1, "scale"], "class_weight": [None]},
    ]
    return searched(SVC(), grid, return_train_score=True)


FORMS: dict[str, tuple[str, Save]] = {
    "csv": ("cv_results.csv", lambda s, p: frame(s).to_csv(p)),
    "csv without index": ("a.csv", lambda s, p: frame(s).to_csv(p, index=False)),
    "semicolons and decimal commas": (
        "a.csv", lambda s, p: frame(s).to_csv(p, sep=";", decimal=",", index=False)),
    "tabs": ("a.tsv", lambda s, p: frame(s).to_csv(p, sep="\t")),
    "alphabetical columns": (
        "a.csv", lambda s, p: frame(s)[sorted(s.cv_results_)].to_csv(p, index=False)),
    "rows sorted by rank": (
        "a.csv", lambda s, p: frame(s).sort_values("rank_test_score").to_csv(p)),
    "json by column": ("a.json", lambda s, p: frame(s).to_json(p, double_precision=15)),
    "json records": (
        "a.json", lambda s, p: frame(s).to_json(p, orient="records", double_precision=15)),
    "json split": ("a.json", lambda s, p: frame(s).to_json(p, orient="split", double_precision=15)),
    "json table": (
        "a.json",
        lambda s, p: frame(s).map(str).to_json(p, orient="table", double_precision=15)),
    "json by row": (
        "a.json", lambda s, p: frame(s).to_json(p, orient="index", double_precision=15)),
    "skops": ("a_cv_results.skops", lambda s, p: skops.io.dump(s.cv_results_, p)),
    "skops of the search": ("grid_search.skops", lambda s, p: skops.io.dump(s, p)),
    "pickle": ("a.pkl", lambda s, p: p.write_bytes(pickle.dumps(s.cv_results_)) and None),
    "pickle of the search": ("search.pkl", lambda s, p: p.write_bytes(pickle.dumps(s)) and None),
    "joblib, compressed": (
        "cv_results.joblib", lambda s, p: joblib.dump(s.cv_results_, p, compress=3)),
    "pickled frame": ("a.pickle", lambda s, p: frame(s).to_pickle(p)),
}  # fmt: skip


def frame(search: Any) -> pd.DataFrame:
    return pd.DataFrame(search.cv_results_)


def opened(folder: Path, *, trust: bool = False) -> diagnostics.Experiment:
    workspace = diagnostics.open_workspace(folder, trust_pickles=trust)
    assert [p for p in workspace.all_problems if p.code != "failed-fits"] == []
    (experiment,) = workspace.experiments
    return experiment


@pytest.mark.parametrize("form", FORMS)
def test_every_form_holds_the_same_search(form: str, kernels: Any, tmp_path: Path) -> None:
    name, save = FORMS[form]
    save(kernels, tmp_path / name)
    experiment = opened(tmp_path, trust="p" in form)
    results = kernels.cv_results_
    assert len(experiment.runs) == 4
    assert len({run.run for run in experiment.runs}) == 4
    assert experiment.evidence == diagnostics.Evidence.SCORES | diagnostics.Evidence.FOLDS
    for at, parameters in enumerate(results["params"]):
        (run,) = [r for r in experiment.runs if dict(r.parameters) == parameters]
        assert [type(run.parameters[name]) for name in parameters] == [
            type(value) for value in parameters.values()
        ]
        assert run_metrics(run)["score"] == pytest.approx(results["mean_test_score"][at])
        for fold, value in fold_values(run, "score").items():
            assert value == pytest.approx(results[f"split{fold}_test_score"][at], abs=1e-14)
        train = [s.value for s in run.scores if s.split == "train"]
        assert train == pytest.approx(
            [results[f"split{fold}_train_score"][at] for fold in range(3)]
        )
        assert run.fit_seconds == pytest.approx(results["mean_fit_time"][at])
        assert run.score_seconds == pytest.approx(results["mean_score_time"][at])


def test_parquet_without_params_gives_what_its_columns_tell(tmp_path: Path) -> None:
    search = searched(SVC(), {"C": [0.5, 1.0], "kernel": ["linear", "rbf"]})
    frame(search).drop(columns="params").to_parquet(tmp_path / "grid.parquet")
    experiment = opened(tmp_path)
    found = [dict(run.parameters) for run in experiment.runs]
    assert all(parameters in found for parameters in search.cv_results_["params"])


def test_several_metrics_keep_their_names(tmp_path: Path) -> None:
    metrics = ["accuracy", "f1_macro", "neg_log_loss"]
    search = searched(LogisticRegression(), {"C": [1]}, scoring=metrics, refit=False)
    frame(search).to_csv(tmp_path / "cv_results.csv")
    (run,) = opened(tmp_path).runs
    for metric in metrics:
        mean = search.cv_results_[f"mean_test_{metric}"][0]
        assert run_metrics(run)[metric] == pytest.approx(mean)
    assert all(score.greater_is_better for score in run.scores)
    assert "score" not in run_metrics(run)


def test_estimators_are_named_and_none_is_not_missing(tmp_path: Path) -> None:
    model = Pipeline([("scale", None), ("model", SVC())])
    grid = {"scale": [StandardScaler(), MinMaxScaler(), None], "model__C": [1, 2]}
    frame(searched(model, grid)).to_csv(tmp_path / "cv_results.csv", index=False)
    experiment = opened(tmp_path)
    scales = {run.parameters["scale"] for run in experiment.runs}
    assert scales == {"StandardScaler()", "MinMaxScaler()", None}
    assert "C=1, scale=StandardScaler()" in {run.run for run in experiment.runs} or (
        "scale=StandardScaler(), C=1" in {run.run for run in experiment.runs}
    )


def test_more_than_ten_folds_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    search = searched(SVC(), {"C": [1, 2]}, cv=KFold(12, shuffle=True, random_state=0))
    frame(search).to_csv(tmp_path / "cv_results.csv")
    run = opened(tmp_path).runs[0]
    assert [score.fold for score in run.scores] == list(range(12))


def test_a_failed_candidate_has_a_problem_and_ranks_last(tmp_path: Path) -> None:
    search = searched(SVC(), {"C": [-1, 1]})
    results = frame(search)
    results["rank_test_score"] = -2147483648  # what old versions wrote for it
    results.to_csv(tmp_path / "cv_results.csv")
    experiment = opened(tmp_path)
    assert ranked_runs(experiment) == ["C=1", "C=-1"]
    (problem,) = experiment.run("C=-1").problems
    assert problem.what == "3 of 3 fits of C=-1 have no score: they failed."
    assert not experiment.run("C=-1").is_complete


def test_halving_compares_only_what_was_given_as_much(tmp_path: Path) -> None:
    search = HalvingGridSearchCV(SVC(), {"C": [0.1, 1, 10], "gamma": [0.1, 1]}, cv=3,
                                 random_state=0).fit(*IRIS)  # fmt: skip
    frame(search).to_csv(tmp_path / "cv_results.csv")
    experiment = opened(tmp_path)
    results = search.cv_results_
    assert sorted(run.resource for run in experiment.runs) == sorted(results["n_resources"])
    first = experiment.run(ranked_runs(experiment)[0])
    assert dict(first.parameters) == search.best_params_
    assert first.resource == max(results["n_resources"])


def test_a_mean_that_is_weighted_by_fold_size_is_kept_and_said(tmp_path: Path) -> None:
    results = frame(searched(SVC(), {"C": [1]}))
    results["mean_test_score"] += 1e-5
    results.to_csv(tmp_path / "cv_results.csv")
    (run,) = opened(tmp_path).runs
    assert run_metrics(run)["score"] == results["mean_test_score"][0]
    assert run.notes == (
        "The mean score of the file is not the mean of its folds: old versions of scikit-learn "
        "weight it by the size of the folds.",
    )


def test_numpy_numbers_in_params_are_numbers(tmp_path: Path) -> None:
    search = searched(SVC(), {"C": np.logspace(-1, 1, 3)})
    frame(search).to_csv(tmp_path / "cv_results.csv")
    assert {run.parameters["C"] for run in opened(tmp_path).runs} == {0.1, 1.0, 10.0}
    assert {run.run for run in opened(tmp_path).runs} == {"C=0.1", "C=1.0", "C=10.0"}


def test_two_searches_in_a_folder_are_two_experiments(tmp_path: Path) -> None:
    for name in ("a", "b"):
        frame(searched(SVC(), {"C": [1, 2]})).to_csv(tmp_path / f"{name}.csv")
    found = diagnostics.open_workspace(tmp_path).experiments
    assert [(entry.name, len(entry.runs)) for entry in found] == [("a.csv", 2), ("b.csv", 2)]


def problem(folder: Path) -> diagnostics.Problem:
    (found,) = [p for p in diagnostics.open_workspace(folder).problems if p.code != "nothing-found"]
    return found


@pytest.mark.parametrize("name", ["search.pkl", "cv_results.joblib", "cv_results.pickle"])
def test_a_pickle_is_not_opened_unless_it_is_trusted(name: str, tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> Any:
            return (Path.touch, (tmp_path / "sprung",))

    content = {"mean_test_score": Trap(), "params": []}
    (tmp_path / name).write_bytes(pickle.dumps(content))
    found = problem(tmp_path)
    assert found.code == "pickle-not-opened"
    assert "--trust-pickles" in found.hint
    assert not (tmp_path / "sprung").exists()
    diagnostics.open_workspace(tmp_path, trust_pickles=True)
    assert (tmp_path / "sprung").exists()


def test_trust_counts_for_one_opening_only(kernels: Any, tmp_path: Path) -> None:
    joblib.dump(kernels.cv_results_, tmp_path / "cv_results.joblib")
    assert len(opened(tmp_path, trust=True).runs) == 4
    assert problem(tmp_path).code == "pickle-not-opened"
    assert len(opened(tmp_path, trust=True).runs) == 4


def test_untrusted_types_in_skops_are_listed_and_refused(tmp_path: Path) -> None:
    search = searched(SVC(), {"C": [1]}, scoring=print_score)
    skops.io.dump(search, tmp_path / "grid_search.skops")
    found = problem(tmp_path)
    assert found.code == "untrusted-types"
    assert "print_score" in found.what


def print_score(model: Any, X: Any, y: Any) -> float:
    return 0.5


BROKEN = {
    "cut off": ("cv_results.csv", "params,mean_test_score\n{},1\n{}", "ragged-rows"),
    "no rows": ("cv_results.csv", "params,mean_test_score\n", "no-rows"),
    "half a json": (
        "cv_results.json",
        '{"mean_fit_time": {"0": 1}, "mean_test_score": {"0": ', "unreadable-file"),
    "ragged json": (
        "cv_results.json",
        '{"mean_fit_time": [1], "params": [{}], "mean_test_score": [1, 2]}', "not-cv-results"),
    "no skops": ("cv_results.skops", "nothing", "unreadable-file"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_file_is_a_problem_that_names_it(kind: str, tmp_path: Path) -> None:
    name, content, code = BROKEN[kind]
    (tmp_path / name).write_text(content)
    found = problem(tmp_path)
    assert (found.code, found.path) == (code, name)
    assert found.hint


def test_a_pickle_of_something_else_says_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "cv_results.pkl").write_bytes(pickle.dumps([1, 2]))
    found = diagnostics.open_workspace(tmp_path, trust_pickles=True).problems[0]
    assert found.what == "cv_results.pkl holds a list, and no search."


def test_what_cross_validate_gives_is_no_search(tmp_path: Path) -> None:
    scores = cross_validate(SVC(), *IRIS, cv=4, return_train_score=True)
    pd.DataFrame(scores).to_csv(tmp_path / "cv_results.csv", index=False)
    (run,) = opened(tmp_path).runs
    assert run.reader == "run tables"
    assert list(fold_values(run, "score").values()) == pytest.approx(list(scores["test_score"]))


def test_json_of_a_search_with_estimators_opens(tmp_path: Path) -> None:
    search = searched(Pipeline([("m", SVC())]), {"m": [SVC(C=1), SVC(C=2)]})
    frame(search).to_json(tmp_path / "cv_results.json", orient="records")
    assert len(opened(tmp_path).runs) == 2
    rows = json.loads((tmp_path / "cv_results.json").read_text())
    assert isinstance(rows[0]["params"]["m"], dict)
