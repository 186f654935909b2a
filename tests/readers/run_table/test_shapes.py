"""Metrics in long form, spreads, data sets, splits and folds: each column as what it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from diagnostics.readers.metric_columns import bare_figure, figure
from diagnostics.readers.run_table.cells import bounds, cell
from diagnostics.workspace.scores import fold_values, headline, ranked_runs
from tests.readers.run_table.made import read_back, spreads, values, written


def test_a_row_for_each_metric_of_each_model(tmp_path: Path) -> None:
    table = """Model,Metric,test_mean,test_std,train_mean
Logistic Regression,accuracy,0.9667,0.0312,0.98
Logistic Regression,f1_macro,0.9650,0.0330,0.97
SVM,accuracy,0.9583,0.0373,0.97
SVM,f1_macro,0.9570,0.0380,0.96
"""
    experiment = read_back(tmp_path, table, "cv_results.csv")
    run = experiment.run("Logistic Regression")
    assert values(run) == {
        ("accuracy", "test"): 0.9667, ("accuracy", "train"): 0.98,
        ("f1_macro", "test"): 0.965, ("f1_macro", "train"): 0.97,
    }  # fmt: skip
    assert spreads(run, "f1_macro") == {"std": 0.033}
    assert dict(run.parameters) == {}
    assert len(experiment.runs) == 2


def test_metrics_as_tidymodels_collects_them(tmp_path: Path) -> None:
    table = "penalty,.metric,.estimator,mean,n,std_err,.config\n" + "".join(
        f"{penalty},{metric},binary,{value},10,0.01,Preprocessor1_Model{n}\n"
        for n, penalty in enumerate((0.1, 0.01), 1)
        for metric, value in (("accuracy", 0.8 + n / 100), ("mn_log_loss", 0.4 + n / 100))
    )
    experiment = read_back(tmp_path, table)
    assert ranked_runs(experiment, "mn_log_loss") == ["penalty=0.1", "penalty=0.01"]
    assert spreads(experiment.runs[0], "accuracy") == {"standard_error": 0.01}
    assert experiment.run("penalty=0.1").tags[".config"] == "Preprocessor1_Model1"
    folds = "id,penalty,.metric,.estimate\n" + "".join(
        f"Fold{fold:02},{penalty},roc_auc,{0.8 + fold / 100}\n"
        for penalty in (1, 2)
        for fold in (1, 2)
    )
    experiment = read_back(tmp_path, folds)
    assert [run.run for run in experiment.runs] == ["penalty=1", "penalty=2"]
    assert fold_values(experiment.runs[0], "roc_auc") == pytest.approx({0: 0.81, 1: 0.82})


@pytest.mark.parametrize("table", [
    "model;metric;value\r\nsvm;accuracy;0,9\r\nsvm;log-loss;0,3\r\nrf;accuracy;0,8\r\n"
    "rf;log-loss;0,5\r\n",
    "value\tmeasure\tclassifier\n0.9\taccuracy\tsvm\n0.5\tlog-loss\trf\n0.3\tlog-loss\tsvm\n"
    "0.8\taccuracy\trf\n",
    "variable,algorithm,result\naccuracy,svm,0.9\nlog-loss,svm,0.3\nlog-loss,rf,0.5\n"
    "accuracy,rf,0.8\n",
])  # fmt: skip
def test_long_tables_whatever_their_columns_are_called(table: str, tmp_path: Path) -> None:
    experiment = read_back(tmp_path, table)
    assert ranked_runs(experiment) == ranked_runs(experiment, "log_loss") == ["svm", "rf"]
    assert values(experiment.run("rf")) == {("accuracy", "test"): 0.8, ("log_loss", "test"): 0.5}


def test_data_sets_are_experiments_and_seeds_are_folds(tmp_path: Path) -> None:
    table = "run,dataset,metric,score,seed\n" + "".join(
        f"{run},{data},{metric},{base + seed / 100},{seed}\n"
        for run, base in (("a", 0.5), ("b", 0.6))
        for data in ("iris", "wine")
        for metric in ("accuracy", "f1")
        for seed in (1, 2)
    )
    experiments = written(tmp_path, table).experiments
    assert [experiment.name for experiment in experiments] == ["iris", "wine"]
    for experiment in experiments:
        assert ranked_runs(experiment) == ["b", "a"]
        assert list(fold_values(experiment.run("a"), "f1").values()) == [0.51, 0.52]


def test_targets_beside_models_are_data_sets(tmp_path: Path) -> None:
    table = (
        "target,model,accuracy,f1\nsex,svm,0.8,0.7\nsex,rf,0.9,0.8\nage,svm,0.6,0.5\nage,rf,1,1\n"
    )
    experiments = written(tmp_path, table).experiments
    assert [(e.name, len(e.runs)) for e in experiments] == [("age", 2), ("sex", 2)]


def test_a_metric_of_unknown_direction_is_a_problem(tmp_path: Path) -> None:
    table = "model,metric,value\nsvm,foo,3\nsvm,accuracy,0.9\nrf,foo,4\nrf,accuracy,0.8\n"
    workspace = written(tmp_path, table)
    (experiment,) = workspace.experiments
    (problem,) = workspace.problems
    assert problem.code == "direction-unknown"
    assert problem.what == "Whether more is better is not known of foo in results.csv."
    assert headline(experiment) == "accuracy"
    assert {s.greater_is_better for run in experiment.runs for s in run.scores} == {True, None}


def test_spreads_and_intervals_are_no_metrics_and_no_parameters(tmp_path: Path) -> None:
    table = """Model,Mean_AUC,Std_AUC,Min_AUC,Max_AUC,ci_low,ci_high
forest,0.92,0.02,0.89,0.95,0.90,0.94
logistic,0.85,0.03,0.80,0.89,0.82,0.88
"""
    run = read_back(tmp_path, table, "summary.csv").run("forest")
    assert values(run) == {("auc", "test"): 0.92}
    assert dict(run.parameters) == {}
    assert spreads(run, "auc") == {
        "std": 0.02, "lowest": 0.89, "highest": 0.95, "interval_low": 0.9, "interval_high": 0.94,
    }  # fmt: skip


@pytest.mark.parametrize(("table", "spread"), [
    ("model,f1,f1_stderr,brier\na,0.8,0.01,0.1\nb,0.7,0.02,0.2\n", {"standard_error": 0.01}),
    ('clf,F1 (95% CI),Brier\na,"0.8 (0.7, 0.9)",0.1\nb,"0.7 (0.6, 0.8)",0.2\n',
     {"interval_low": 0.7, "interval_high": 0.9}),
    ("upper;model;F1;lower\n0,9;a;0,8;0,7\n0,8;b;0,7;0,6\n",
     {"interval_low": 0.7, "interval_high": 0.9}),
    ("Model,F1,95% CI,Brier\na,0.8,0.7-0.9,0.1\nb,0.7,0.6-0.8,0.2\n",
     {"interval_low": 0.7, "interval_high": 0.9}),
    ("Model,F1,Accuracy\na,0.8 ± 0.05,0.9 ± 0.01\nb,0.7 ± 0.05,0.9 ± 0.01\n", {"std": 0.05}),
    ("Model,F1 (%),Accuracy\na,80 (5),0.9\nb,70 (5),0.9\n", {"std": 0.05}),
    ("Model,F1,std,Brier,std\na,0.8,0.01,0.1,0.02\nb,0.7,0.01,0.2,0.03\n", {"std": 0.01}),
    ("Model,F1,Brier,std\na,0.8,0.1,0.5\nb,0.7,0.2,0.5\n", {}),
])  # fmt: skip
def test_what_spreads_belong_to(table: str, spread: dict[str, float], tmp_path: Path) -> None:
    run = read_back(tmp_path, table).run("a")
    assert run.scores
    assert values(run)["f1", "test"] == pytest.approx(0.8)
    assert spreads(run, "f1") == spread
    assert dict(run.parameters) == {}


def test_percentages_are_shares_and_it_is_said(tmp_path: Path) -> None:
    run = read_back(tmp_path, "model,C,accuracy,error_rate\na,1,93.1,6.9\nb,2,99.5,0.5\n").run("a")
    assert values(run) == {
        ("accuracy", "test"): pytest.approx(0.931), ("error_rate", "test"): pytest.approx(0.069),
    }  # fmt: skip
    assert run.notes[0] == "accuracy goes up to 99.5 in the file: read as percentages."
    mixed = read_back(tmp_path, "model,C,accuracy\na,1,93.1\nb,2,0.9\n")
    assert values(mixed.run("b")) == {("accuracy", "test"): 0.9}
    assert mixed.runs[0].notes == ("accuracy goes from 0.9 to 93.1, beyond what it can be.",)


@pytest.mark.parametrize(("table", "names"), [
    ("split,model,accuracy,f1\n20_80,a,0.8,0.7\n30_70,a,0.9,0.8\n",
     ["split=20_80", "split=30_70"]),
    ("model,split,accuracy,f1\na,train,0.99,1\na,test,0.8,0.7\nb,train,1,1\nb,test,0.7,0.7\n",
     ["a", "b"]),
    ("model,run,accuracy,f1\na,1,0.8,1\na,2,0.7,1\nb,1,0.8,1\nb,2,0.9,1\n", ["a", "b"]),
    ("model,n_train,accuracy\na,100,0.8\na,200,0.9\nb,100,0.7\nb,200,0.8\n",
     ["model=a, n_train=100", "model=a, n_train=200", "model=b, n_train=100",
      "model=b, n_train=200"]),
    ("model_id,logloss,accuracy\n1,0.3,0.9\n2,0.4,0.8\n", ["1", "2"]),
    ("n_neighbors,metric,mean_accuracy\n3,euclidean,0.8\n3,manhattan,0.9\n",
     ["metric=euclidean", "metric=manhattan"]),
    ("C,kernel,accuracy\n1,rbf,0.8\n1,rbf,0.8\n2,rbf,0.7\n", ["C=1", "C=1 #2", "C=2"]),
])  # fmt: skip
def test_what_is_a_run(table: str, names: list[str], tmp_path: Path) -> None:
    assert [run.run for run in read_back(tmp_path, table).runs] == names


def test_folds_in_columns_and_scores_of_two_splits(tmp_path: Path) -> None:
    table = "model,fold_1_acc,acc_fold2,mean_acc,std_acc\na,0.8,0.9,0.85,0.05\nb,0.9,0.9,0.9,0\n"
    run = read_back(tmp_path, table).run("a")
    assert fold_values(run, "acc") == {1: 0.8, 2: 0.9}
    assert values(run) == {("acc", "test"): 0.85}
    both = read_back(tmp_path, "model,cv_auc,test_auc,train_auc\na,0.8,0.7,0.9\nb,1,1,1\n").run("a")
    assert values(both) == {
        ("auc", "validation"): 0.8, ("auc", "test"): 0.7, ("auc", "train"): 0.9,
    }  # fmt: skip
    twice = read_back(tmp_path, "model,best_auc,final_auc\na,0.8,0.7\nb,1,1\n").run("a")
    assert values(twice) == {("best_auc", "test"): 0.8, ("final_auc", "test"): 0.7}


@pytest.mark.parametrize("table", [
    '[{"model": "a", "logloss": 0.3, "C": 1}, {"model": "b", "logloss": 0.4, "C": null}]',
    '{"a": {"logloss": 0.3, "C": 1}, "b": {"logloss": 0.4}}',
    '{"model": ["a", "b"], "logloss": [0.3, 0.4], "C": [1, null]}',
    '{"model": {"0": "a", "1": "b"}, "logloss": {"0": 0.3, "1": 0.4}, "C": {"0": 1, "1": null}}',
    '{"columns": ["model", "logloss", "C"], "index": [0, 1],'
    ' "data": [["a", 0.3, 1], ["b", 0.4, null]]}',
])  # fmt: skip
def test_json_is_read_alike(table: str, tmp_path: Path) -> None:
    experiment = read_back(tmp_path, table, "leaderboard.json")
    assert ranked_runs(experiment) == ["a", "b"]
    assert values(experiment.run("a")) == {("logloss", "test"): 0.3}
    assert dict(experiment.run("a").parameters) == {"C": 1}
    assert dict(experiment.run("b").parameters) == {}


def test_json_with_a_row_for_each_metric(tmp_path: Path) -> None:
    rows = [
        {"model": name, "metric": metric, "value": value}
        for name, value in (("a", 0.9), ("b", 0.8))
        for metric in ("accuracy", "f1")
    ]
    experiment = read_back(tmp_path, json.dumps(rows), "scores.json")
    assert values(experiment.run("b")) == {("accuracy", "test"): 0.8, ("f1", "test"): 0.8}


@pytest.mark.parametrize("table", [
    '{"cat": {"precision": 0.9, "recall": 0.8}, "dog": {"precision": 0.9, "recall": 0.8}}',
    '{"accuracy": 0.9, "f1": 0.8, "loss": 0.1}',
    '[{"epoch": 1, "accuracy": 0.9, "f1": 0.8}, {"epoch": 2, "accuracy": 0.9, "f1": 0.8}]',
])  # fmt: skip
def test_json_of_other_things_is_left_alone(table: str, tmp_path: Path) -> None:
    runs = [run for e in written(tmp_path, table, "results.json").experiments for run in e.runs]
    assert [run for run in runs if run.reader == "run tables"] == []


def test_rows_that_sum_up_folds_are_no_folds(tmp_path: Path) -> None:
    table = "Fold,Accuracy,AUC,F1\n0,0.8,0.7,0.9\n1,0.9,0.8,0.9\nMean,0.85,0.75,0.9\nStd,0,0,0\n"
    (run,) = read_back(tmp_path, table).runs
    assert fold_values(run, "accuracy") == {0: 0.8, 1: 0.9}
    assert run.notes == ("Rows called Mean, Std sum up the folds and are not read as folds.",)


@pytest.mark.parametrize("table", [
    "age,ca,spec,map,score\n1,2,3,4,5\n2,3,4,5,6\n",
    "f0,f1,f2,f3\n1,2,3,4\n2,3,4,5\n",
    "name,age,score\nann,20,88\nbob,21,90\n",
    "class,precision,recall,f1\na,0.8,0.7,0.75\nb,0.9,0.9,0.9\n",
    "epoch,metric,value\n1,accuracy,0.5\n2,accuracy,0.6\n",
    "id,p_1,p_2,label\n1,0.2,0.8,a\n",
    "metric,value\nwidth,3\nheight,4\n",
    "max_depth,min_samples_leaf,time\n3,1,0.5\n",
])  # fmt: skip
def test_tables_of_other_things_are_left_alone(table: str, tmp_path: Path) -> None:
    runs = [run for e in written(tmp_path, table).experiments for run in e.runs]
    assert [run for run in runs if run.reader == "run tables"] == []


@pytest.mark.parametrize(("name", "metric", "statistic", "split", "fold"), [
    ("mean_per_class_error", "mean_per_class_error", "value", "test", None),
    ("Mean_AUC", "auc", "value", "test", None),
    ("valid_logloss", "logloss", "value", "validation", None),
    ("ROCSD", "roc", "std", "test", None),
    ("split0_test_score", "score", "value", "test", 0),
    ("AUC 95% CI lower", "auc", "interval_low", "test", None),
    ("rank_test_score", "score", "rank", "test", None),
    ("mean_neg_log_loss", "neg_log_loss", "value", "test", None),
])  # fmt: skip
def test_columns_by_name(
    name: str, metric: str, statistic: str, split: str, fold: int | None
) -> None:
    found = figure(name)
    assert found is not None
    assert (found.metric, found.statistic, found.split, found.fold) == (
        metric, statistic, split, fold,
    )  # fmt: skip


def test_names_without_a_metric() -> None:
    assert [figure(name) for name in ("max_features", "C", "mtry", "min_samples_leaf")] == [
        None
    ] * 4
    assert [bare_figure(name) for name in ("metric", "n", "C", "")] == [None] * 4
    found = bare_figure("conf.low")
    assert found is not None
    assert found.statistic == "interval_low"


def test_cells_as_people_write_them() -> None:
    assert [one and one.value for one in map(cell, ("0,93", "93.1 %", "20_80", "svm"))] == [
        0.93, pytest.approx(0.931), None, None,
    ]  # fmt: skip
    for text in ("0.93 (95% CI 0.90–0.95)", "0.93 [0.90, 0.95]", "93% (90-95%)"):
        held = cell(text)
        assert held is not None
        assert dict(held.spread) == {"interval_low": 0.9, "interval_high": 0.95}
    assert bounds("(0.90, 0.95)") == bounds("0.90 to 0.95")
    assert bounds("0,93") is None
    assert cell(True) is None
