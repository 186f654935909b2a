"""Leaderboards as AutoGluon, H2O, PyCaret, caret, mljar and TPOT write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from diagnostics.readers.run_table import matches, read
from diagnostics.readers.walking import listed
from diagnostics.workspace import Problem
from diagnostics.workspace.scores import ranked_runs, rises, run_metrics
from tests.readers.run_table.made import read_back, spreads, values

AUTOGLUON = """model,score_test,score_val,eval_metric,pred_time_test,pred_time_val,fit_time,\
pred_time_test_marginal,stack_level,can_infer,fit_order
LightGBM,{a},{b},{metric},12.4,3.1,41.2,12.4,1,True,3
WeightedEnsemble_L2,{c},{d},{metric},25.5,6.3,84.1,1.0,2,True,7
"""


@pytest.mark.parametrize(
    ("metric", "scores", "name", "order"),
    [
        ("accuracy", (0.87, 0.86, 0.88, 0.87), "accuracy", "ensemble"),
        ("log_loss", (-0.41, -0.44, -0.38, -0.40), "neg_log_loss", "ensemble"),
        ("my_metric", (3.0, 3.1, 3.2, 3.3), "my_metric", "ensemble"),
        ("root_mean_squared_error", (-4, -4, -5, -5), "neg_root_mean_squared_error", "single"),
    ],
)
def test_of_autogluons_scores_more_is_always_better(
    metric: str, scores: tuple[float, ...], name: str, order: str, tmp_path: Path
) -> None:
    a, b, c, d = scores
    (tmp_path / "board.csv").write_text(AUTOGLUON.format(a=a, b=b, c=c, d=d, metric=metric))
    folder = listed(tmp_path, tmp_path)
    assert matches(folder)
    found = [entry for entry in read(folder) if not isinstance(entry, Problem)]
    assert [run.run for run in found] == ["LightGBM", "WeightedEnsemble_L2"]
    first, second = found
    said = [(s.metric, s.split, s.value, s.greater_is_better) for s in first.scores]
    assert said == [(name, "test", a, True), (name, "validation", b, True)]
    is_ensemble = second.scores[0].value > first.scores[0].value
    assert is_ensemble == (order == "ensemble")
    assert (first.fit_seconds, first.score_seconds) == (41.2, 12.4)
    assert dict(first.parameters) == {}
    assert first.tags["pred_time_test_marginal"] == "12.4"
    assert first.tags["stack_level"] == "1"


def test_of_autogluons_errors_less_is_always_better(tmp_path: Path) -> None:
    table = "model,metric_error_val,eval_metric,fit_time,fit_order\nA,0.1,{0},3,1\nB,0.2,{0},5,2\n"
    experiment = read_back(tmp_path, table.format("accuracy"))
    assert ranked_runs(experiment, "accuracy_error") == ["A", "B"]
    experiment = read_back(tmp_path, table.format("log_loss"))
    assert ranked_runs(experiment, "log_loss") == ["A", "B"]
    assert experiment.runs[0].split == "validation"


@pytest.mark.parametrize("table", [
    "model_id,logloss\nGBM_1,0.31\nGLM_1,0.36\nDRF_1,0.45\n",
    "model_id\tauc\tlogloss\tmean_per_class_error\nDRF_1\t0.9\t0.45\t0.13\n"
    "GBM_1\t0.91\t0.31\t0.12\nGLM_1\t0.88\t0.36\t0.15\n",
    "logLoss;model\r\n0,45;DRF_1\r\n0,31;GBM_1\r\n0,36;GLM_1\r\n",
])  # fmt: skip
def test_the_lowest_log_loss_is_best(table: str, tmp_path: Path) -> None:
    experiment = read_back(tmp_path, table, "leaderboard.csv")
    assert ranked_runs(experiment, "logloss") == ["GBM_1", "GLM_1", "DRF_1"]
    assert not rises(experiment, "logloss")
    assert dict(experiment.run("GBM_1").parameters) == {}


def test_h2o_has_its_metrics_and_times(tmp_path: Path) -> None:
    head = "model_id,algo,auc,logloss,aucpr,mean_per_class_error,rmse,mse,training_time_ms,"
    table = f"{head}predict_time_per_row_ms\nGBM_1,GBM,0.91,0.31,0.9,0.12,0.29,0.0841,1200,0.01\n"
    (run,) = read_back(tmp_path, table, "leaderboard.csv").runs
    assert run.run == "GBM_1"
    assert set(run_metrics(run)) == {
        "auc", "logloss", "aucpr", "mean_per_class_error", "rmse", "mse",
    }  # fmt: skip
    assert {s.metric for s in run.scores if s.greater_is_better} == {"auc", "aucpr"}
    assert run.fit_seconds == 1.2
    assert run.score_seconds is None
    assert run.tags == {"predict_time_per_row_ms": "0.01"}


def test_pycarets_models_have_their_names(tmp_path: Path) -> None:
    head = ",Model,Accuracy,AUC,Recall,Prec.,F1,Kappa,MCC,TT (Sec)"
    rows = "lr,Logistic Regression,0.76,0.8,0.5,0.6,0.55,0.4,0.41,0.5\nrf,Forest" + ",0.7" * 8
    experiment = read_back(tmp_path, f"{head}\n{rows}\n")
    run = experiment.run("Logistic Regression")
    assert run_metrics(run) == {
        "accuracy": 0.76, "auc": 0.8, "recall": 0.5, "prec": 0.6, "f1": 0.55, "kappa": 0.4,
        "mcc": 0.41,
    }  # fmt: skip
    assert run.fit_seconds == 0.5
    assert dict(run.parameters) == {}


def test_carets_deviations_belong_to_their_metrics(tmp_path: Path) -> None:
    table = "mtry,Accuracy,Kappa,AccuracySD,KappaSD\n2,0.9,0.8,0.01,0.02\n5,0.91,0.82,0.03,0.04\n"
    run = read_back(tmp_path, table).run("mtry=5")
    assert values(run) == {("accuracy", "test"): 0.91, ("kappa", "test"): 0.82}
    assert spreads(run, "kappa") == {"std": 0.04}


@pytest.mark.parametrize("row", ["1_LightGBM,LightGBM,{0},{1},3.1\n2_Xgboost,Xgboost,{0},{2},4\n"])
def test_mljars_metric_stands_in_each_row(row: str, tmp_path: Path) -> None:
    head = "name,model_type,metric_type,metric_value,train_time\n"
    experiment = read_back(tmp_path, head + row.format("logloss", 0.4, 0.5))
    assert ranked_runs(experiment) == ["1_LightGBM", "2_Xgboost"]
    assert experiment.runs[0].parameters == {"model_type": "LightGBM"}
    assert experiment.runs[0].fit_seconds == 3.1
    turned = read_back(tmp_path, head + row.format("auc", -0.9, -0.8))
    assert ranked_runs(turned) == ["1_LightGBM", "2_Xgboost"]
    assert turned.runs[0].notes == (
        "auc is below 0 in the file, so it was turned round: lower is better.",
    )


def test_pipelines_of_tpot_are_candidates(tmp_path: Path) -> None:
    table = (
        "pipeline,generation,operator_count,internal_cv_score\n"
        '"GaussianNB(input_matrix)",0,1,0.91\n"SVC(input_matrix, SVC__C=3)",1,1,0.93\n'
    )
    experiment = read_back(tmp_path, table, "evaluated.csv")
    assert ranked_runs(experiment, "score")[0] == "SVC(input_matrix, SVC__C=3)"
    assert experiment.runs[0].tags == {"generation": "0", "operator_count": "1"}
