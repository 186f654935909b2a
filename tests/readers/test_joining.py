"""A search's table of results beside its recorded predictions: one run for each candidate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVC

import diagnostics
from diagnostics.workspace.scores import run_metrics
from tests.made.searches import quietly, wine

GRID = {"C": [0.1, 1, -1], "kernel": ["rbf", "linear"]}


def searched(scoring: Any, **options: Any) -> pd.DataFrame:
    search = GridSearchCV(SVC(), GRID, scoring=scoring, cv=3, refit=False, **options)
    return pd.DataFrame(quietly(lambda: search.fit(*wine())).cv_results_)


def test_candidates_of_a_recorded_search_gain_what_the_table_knows(tmp_path: Path) -> None:
    searched(diagnostics.Recorder(tmp_path / "grid", scoring="accuracy"))
    table = searched(["f1_macro", "balanced_accuracy"], return_train_score=True)
    table.to_csv(tmp_path / "grid" / "cv_results.csv")
    (experiment,) = diagnostics.open_workspace(tmp_path).experiments
    assert len(experiment.runs) == 6
    for at, parameters in enumerate(table["params"]):
        (run,) = [r for r in experiment.runs if dict(r.parameters) == parameters]
        assert run.has(diagnostics.Evidence.PREDICTIONS) == (parameters["C"] > 0)
        if parameters["C"] > 0:
            assert run.examples == 178
            assert run_metrics(run)["f1_macro"] == table["mean_test_f1_macro"][at]
            train = [s.value for s in run.scores if (s.metric, s.split) == ("f1_macro", "train")]
            assert train == [table[f"split{fold}_train_f1_macro"][at] for fold in range(3)]
        assert "Scores and times are also taken from cv_results.csv." in run.notes
        assert [p.code for p in run.problems] == ([] if parameters["C"] > 0 else ["failed-fits"])


def test_plain_run_folders_join_too_and_the_rest_stays(tmp_path: Path) -> None:
    X, y = wine()
    for C in (0.1, 1.0):
        model = SVC(C=C).fit(X, y)
        diagnostics.record(tmp_path / "grid" / f"run {C}", model=model, X=X, true_label=y)
    table = searched("accuracy")
    table[table["param_kernel"] == "rbf"].to_csv(tmp_path / "grid" / "cv_results.csv")
    (experiment,) = diagnostics.open_workspace(tmp_path).experiments
    assert {run.run: run.has(diagnostics.Evidence.PREDICTIONS) for run in experiment.runs} == {
        "run 0.1": True, "run 1.0": True, "C=-1": False,
    }  # fmt: skip
    assert experiment.run("run 1.0").fit_seconds == table["mean_fit_time"][2]


def test_a_table_that_matches_nothing_is_an_experiment_of_its_own(tmp_path: Path) -> None:
    searched(diagnostics.Recorder(tmp_path / "grid", scoring="accuracy"))
    table = searched("accuracy").assign(params=[{"C": 100 + at} for at in range(6)])
    table.to_csv(tmp_path / "grid" / "cv_results.csv")
    experiments = diagnostics.open_workspace(tmp_path).experiments
    assert [len(experiment.runs) for experiment in experiments] == [6, 6]


def test_a_table_does_not_speak_of_runs_elsewhere(tmp_path: Path) -> None:
    searched(diagnostics.Recorder(tmp_path / "one", scoring="accuracy"))
    (tmp_path / "other").mkdir()
    searched("f1_macro").to_csv(tmp_path / "other" / "cv_results.csv")
    experiments = diagnostics.open_workspace(tmp_path).experiments
    assert [(e.name, len(e.runs)) for e in experiments] == [("one", 6), ("other", 6)]


def test_what_is_ambiguous_is_not_joined(tmp_path: Path) -> None:
    X, y = wine()
    for name in ("a", "b"):
        diagnostics.record(tmp_path / name, model=SVC(C=1.0).fit(X, y), X=X, true_label=y)
    search = GridSearchCV(SVC(), {"C": [1.0]}, cv=3).fit(X, y)
    pd.DataFrame(search.cv_results_).to_csv(tmp_path / "cv_results.csv")
    runs = [r for e in diagnostics.open_workspace(tmp_path).experiments for r in e.runs]
    assert sorted(run.run for run in runs) == ["C=1.0", "a", "b"]
