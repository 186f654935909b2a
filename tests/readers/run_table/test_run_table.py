"""Tables with a row for each run: which columns are what is guessed, and a person may say so."""

from __future__ import annotations

from pathlib import Path

import pytest

import diagnostics
from diagnostics.readers.run_table.choices import FILE, choose_roles
from diagnostics.readers.run_table.roles import guessed_roles
from diagnostics.workspace.scores import fold_values, ranked_runs, run_metrics

GRID = """id,Model,lr,Dropout,batch size,AUC,F1 macro,val_accuracy,train_accuracy,loss,fit_time,date
a1,cnn,0.1,0.5,32,0.91,0.80,0.81,0.99,0.4,12.5,2026-01-01
a2,cnn,0.01,0.5,32,0.93,0.85,0.84,0.95,0.3,13.5,2026-01-02
a3,cnn,0.1,0.2,64,-inf,,0.70,0.72,nan,11.0,2026-01-03
"""


def write(folder: Path, content: str, name: str = "results.csv") -> Path:
    (folder / name).write_text(content)
    return folder


def opened(folder: Path) -> diagnostics.Experiment:
    (experiment,) = diagnostics.open_workspace(folder).experiments
    return experiment


def test_a_grid_made_by_hand_is_read(tmp_path: Path) -> None:
    experiment = opened(write(tmp_path, GRID))
    assert {run.reader for run in experiment.runs} == {"run tables"}
    best = experiment.run(ranked_runs(experiment, "loss")[0])
    assert best.run == "lr=0.01, Dropout=0.5, batch size=32"
    assert dict(best.parameters) == {"Model": "cnn", "lr": 0.01, "Dropout": 0.5, "batch size": 32}
    assert best.fit_seconds == 13.5
    scores = {(s.metric, s.split): s.value for s in best.scores}
    assert scores == {
        ("auc", "test"): 0.93, ("f1_macro", "test"): 0.85, ("accuracy", "validation"): 0.84,
        ("accuracy", "train"): 0.95, ("loss", "test"): 0.3,
    }  # fmt: skip
    assert ranked_runs(experiment, "auc")[-1] == "lr=0.1, Dropout=0.2, batch size=64"


def test_the_first_guess_goes_by_names_and_values() -> None:
    columns = {
        "run_name": ["x", "y", "z"],
        "seed": ["1", "2", "3"],
        "C": ["1", "1", "2"],
        "Accuracy": ["0.5", "0.6", "0.7"],
        "accuracy_note": ["good", "bad", "good"],
        "test_rmse": ["1", "2", "3"],
        "std_test_score": ["0.1", "0.1", "0.1"],
        "Train Time (s)": ["3", "4", "5"],
        "timestamp": ["a", "b", "c"],
    }
    assert guessed_roles(columns) == {
        "run_name": "name",
        "seed": "fold",
        "C": "parameter",
        "Accuracy": "metric",
        "accuracy_note": "parameter",
        "test_rmse": "metric-falling",
        "std_test_score": "left-out",
        "Train Time (s)": "seconds",
        "timestamp": "left-out",
    }


def test_rows_of_folds_are_one_run(tmp_path: Path) -> None:
    rows = [f"{C},{fold},{0.5 + C / 10 + fold / 100}" for C in (1, 2) for fold in range(3)]
    experiment = opened(write(tmp_path, "C,fold,accuracy\n" + "\n".join(rows)))
    assert [run.run for run in experiment.runs] == ["C=1", "C=2"]
    assert list(fold_values(experiment.runs[1], "accuracy").values()) == pytest.approx(
        [0.7, 0.71, 0.72]
    )
    assert run_metrics(experiment.runs[1])["accuracy"] == pytest.approx(0.71)


def test_models_by_name_keep_their_names(tmp_path: Path) -> None:
    table = ",fit_time,score_time,test_score,train_score\nSVM,1,2,0.8,0.9\nForest,2,3,0.7,1.0\n"
    experiment = opened(write(tmp_path, table, "cv_results.csv"))
    assert {run.run: run_metrics(run)["score"] for run in experiment.runs} == {
        "SVM": 0.8, "Forest": 0.7,
    }  # fmt: skip
    train = [s.value for s in experiment.run("SVM").scores if s.split == "train"]
    assert train == [0.9]


def test_what_a_person_chose_counts_and_nothing_is_forgotten(tmp_path: Path) -> None:
    folder = write(tmp_path, "kind,speed,accuracy\na,1,0.5\nb,2,0.6\nc,3,0.4\n")
    assert "speed" in opened(folder).runs[0].parameters
    before = diagnostics.open_workspace(folder).fingerprint
    choose_roles(folder, "results.csv", {"kind": "name", "speed": "metric-falling"})
    experiment = opened(folder)
    assert diagnostics.open_workspace(folder).fingerprint != before
    assert sorted(run.run for run in experiment.runs) == ["a", "b", "c"]
    assert dict(experiment.run("a").parameters) == {}
    assert ranked_runs(experiment, "speed") == ["a", "b", "c"]
    assert experiment.run("a").mapping["column speed"] == "metric-falling"
    choose_roles(folder, "results.csv", {"speed": "left-out"})
    assert set(run_metrics(opened(folder).run("kind=a"))) == {"accuracy"}
    assert (folder / FILE).read_text().count('"file": "results.csv"') == 2


def test_without_any_metric_it_is_said(tmp_path: Path) -> None:
    folder = write(tmp_path, "C,gamma,accuracy\n1,2,0.5\n")
    choose_roles(folder, "results.csv", {"accuracy": "left-out"})
    (problem,) = diagnostics.open_workspace(folder).problems
    assert problem.what == "No column of results.csv is said to be a metric."


def test_a_choice_that_cannot_be_kept_says_why(tmp_path: Path) -> None:
    (tmp_path / ".errata").write_text("in the way")
    with pytest.raises(diagnostics.DiagnosticsError, match="The choice cannot be kept in"):
        choose_roles(tmp_path, "results.csv", {})


@pytest.mark.parametrize(
    "table",
    [
        "sepal length,sepal width,species\n5.1,3.5,setosa\n",
        "id,label,prediction,accuracy\n1,a,b,0.5\n",
        "epoch,loss,accuracy\n1,0.5,0.6\n2,0.4,0.7\n",
        "accuracy,f1\n0.5,0.6\n",
    ],
    ids=["features", "answers", "history", "metrics alone"],
)
def test_other_tables_are_left_alone(table: str, tmp_path: Path) -> None:
    write(tmp_path, table)
    runs = [r for e in diagnostics.open_workspace(tmp_path).experiments for r in e.runs]
    assert [run for run in runs if run.reader == "run tables"] == []


def test_a_table_of_millions_is_not_of_runs(tmp_path: Path) -> None:
    write(tmp_path, "C,gamma,accuracy\n" + "1,2,0.5\n" * 20_001)
    codes = [problem.code for problem in diagnostics.open_workspace(tmp_path).problems]
    assert "no-table-of-runs" in codes


@pytest.mark.parametrize("name", ["results.csv", "my_scores.tsv", "grid-search.csv"])
def test_a_table_of_nothing_is_a_problem(tmp_path: Path, name: str) -> None:
    problems = diagnostics.open_workspace(write(tmp_path, "", name)).problems
    assert ("empty-file", name) in [(problem.code, problem.path) for problem in problems]


def test_an_empty_file_that_promises_no_results_is_nobodys(tmp_path: Path) -> None:
    problems = diagnostics.open_workspace(write(tmp_path, "", "addresses.csv")).problems
    assert "empty-file" not in {problem.code for problem in problems}
