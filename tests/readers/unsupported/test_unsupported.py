from __future__ import annotations

import io
import json
import os
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import GridSearchCV, cross_validate

from diagnostics.readers import unsupported
from diagnostics.readers.search_tables import cv_results_files, is_cv_results, score_table_kind
from diagnostics.readers.walking import listed, walk
from diagnostics.workspace import Problem

EVENTS = bytes(8) + b"\x00\x00\x00\x00\t\x00\x00\x00\x00\x00\x00\x00\x00\x1a\rbrain.Event:2"
RUN = "0123456789abcdef0123456789abcde"  # one digit short of an id
EXPERIMENT = "artifact_location: x\nexperiment_id: '1'\n"


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def problems(root: Path) -> list[Problem]:
    found: list[Problem] = []
    for folder in walk(root, owns_tree=unsupported.owns_tree):
        here = list(unsupported.read(folder))
        assert unsupported.matches(folder) == bool(here)
        found += here
    return found


def said(root: Path) -> list[tuple[str, str]]:
    return [(problem.path, problem.what) for problem in problems(root)]


def archive(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name in names:
            file.writestr(name, "{}")
    return buffer.getvalue()


STORES: dict[str, tuple[dict[str, str | bytes], str, str]] = {
    "mlflow": (
        {
            "mlruns/0/meta.yaml": EXPERIMENT,
            "mlruns/1/meta.yaml": EXPERIMENT,
            f"mlruns/1/{RUN}0/meta.yaml": "artifact_uri: x\nrun_id: x\n",
            f"mlruns/1/{RUN}1/meta.yaml": "artifact_uri: x\nrun_id: x\n",
            f"mlruns/1/{RUN}1/artifacts/cv_results.csv": "params,mean_test_score\n{},1\n",
            "mlruns/1/models/m-1/meta.yaml": "model_id: m-1\n",
        },
        "mlruns",
        "An MLflow file store with 2 experiments and 2 runs.",
    ),
    "mlflow under another name": (
        {"store/1/meta.yaml": EXPERIMENT, f"store/1/{RUN}0/meta.yaml": "run_id: x\n"},
        "store",
        "An MLflow file store with 1 experiment and 1 run.",
    ),
    "mlflow artifacts alone": (
        {f"mlruns/1/{RUN}0/artifacts/per_class_metrics.csv": "a,b\n"},
        "mlruns",
        "Files of 1 run of an MLflow database that is not beside them.",
    ),
    "ray tune": (
        {
            "exp/experiment_state-2026.json": '{"trial_data": []}',
            "exp/f_0/params.json": "{}",
            "exp/f_0/result.json": "",
            "exp/f_1/params.json": "{}",
            "exp/f_1/params.pkl": b"\x80\x04",
            "exp/f_1/events.out.tfevents.1": EVENTS,
        },
        "exp",
        "A Ray Tune experiment with 2 trials.",
    ),
    "lightning": (
        {
            "lightning_logs/version_0/hparams.yaml": "{}",
            "lightning_logs/mnist/version_0/metrics.csv": "epoch,step,acc\n",
            "lightning_logs/mnist/version_1/events.out.tfevents.1": EVENTS,
        },
        "lightning_logs",
        "Logs of PyTorch Lightning with 3 versions.",
    ),
    "lightning under another name": (
        {
            f"logs/version_{n}/{name}": content
            for n in range(3)
            for name, content in {"hparams.yaml": "{}", "metrics.csv": "epoch,acc\n"}.items()
        },
        "logs",
        "Logs of PyTorch Lightning with 3 versions.",
    ),
    "tensorboard": (
        {f"runs/{name}/events.out.tfevents.{name}": EVENTS for name in "abc"},
        "runs",
        "TensorBoard event files in 3 folders.",
    ),
    "wandb": (
        {
            "wandb/run-20260101_120000-abc/files/wandb-summary.json": "{}",
            "wandb/offline-run-20260101_120000-abd/run-abd.wandb": b"",
            "wandb/run-20260101_120000-abc/files/media/table/cm.table.json": json.dumps(
                {"columns": ["Actual", "Predicted", "nPredictions"], "data": [["a", "b", 1]]}
            ),
        },
        "wandb",
        "2 runs of Weights & Biases.",
    ),
    "wandb runs elsewhere": (
        {f"x/run-20260101_12000{n}-abc/files/config.yaml": "" for n in range(2)},
        "x",
        "2 runs of Weights & Biases.",
    ),
    "keras tuner": (
        {
            "untitled_project/oracle.json": '{"ongoing_trials": {}, "hyperparameters": {}}',
            "untitled_project/trial_0/trial.json": "{}",
        },
        "untitled_project",
        "A Keras Tuner project with 1 trial.",
    ),
    "catboost": (
        {
            "catboost_info/learn_error.tsv": "iter\tLogloss\n0\t0.5\n",
            "catboost_info/learn/events.out.tfevents": EVENTS,
        },
        "catboost_info",
        "A training log of CatBoost: its losses by iteration.",
    ),
}

FILES: dict[str, tuple[dict[str, str | bytes], str, str]] = {
    "transformers": (
        {
            "out/trainer_state.json": '{"best_metric": null, "log_history": []}',
            "out/checkpoint-5/trainer_state.json": '{"best_metric": null, "log_history": []}',
            "out/checkpoint-10/trainer_state.json": '{"best_metric": null, "log_history": []}',
        },
        "out",
        "Output of the Hugging Face Trainer: 1 training state.",
    ),
    "transformers checkpoints": (
        {f"out/checkpoint-{n}/trainer_state.json": '{"log_history": []}' for n in (5, 10)},
        "out",
        "Output of the Hugging Face Trainer: 2 training states.",
    ),
    "transformers scores": (
        {"all_results.json": '{"eval_f1": 0.5, "eval_samples_per_second": 8.5}'},
        "all_results.json",
        "Scores of the Hugging Face Trainer.",
    ),
    "optuna journal": (
        {
            "j.log": "".join(
                f'{{"op_code": {code}, "worker_id": "w"}}\n' for code in (0, 4, 5, 6, 4, 6)
            )
        },
        "j.log",
        "An Optuna journal with 1 study and 2 trials.",
    ),
    "lm-eval": (
        {
            "results_2026.json": '{"results": {"gsm8k": {"acc_stderr,none": 0.1}}}',
            "samples_gsm8k_2026.jsonl": '{"doc_id": 0, "doc": {}, "target": "x", "resps": []}\n',
        },
        ".",
        "Evaluations by lm-evaluation-harness: 1 results file and 1 file of samples.",
    ),
    "lm-eval 0.3": (
        {"step1.json": '{\n "results": {"sciq": {"acc": 0.2, "acc_stderr": 0.1}}}'},
        "step1.json",
        "Evaluations by lm-evaluation-harness: 1 results file.",
    ),
    "inspect": (
        {
            "a.eval": archive("_journal/start.json", "header.json"),
            "b.json": '{"version": 2, "status": "error", "eval": {"task": "x"}}',
        },
        ".",
        "2 evaluation logs of Inspect.",
    ),
    "spacy": (
        {"metrics.json": '{"token_acc": 1.0, "cats_score": 0.5}'},
        "metrics.json",
        "Scores of a spaCy pipeline.",
    ),
    "pickles": (
        {"a/model.pkl": b"\x80\x04.", "b/search.joblib": b"\x80\x04."},
        ".",
        "Pickled files in 2 folders, which are never opened.",
    ),
}


@pytest.mark.parametrize("case", STORES)
def test_a_store_is_named_once_and_nobody_looks_below(tmp_path: Path, case: str) -> None:
    files, place, what = STORES[case]
    assert said(write(tmp_path, files)) == [(place, what)]


@pytest.mark.parametrize("case", STORES)
def test_a_store_opened_itself_is_named_too(tmp_path: Path, case: str) -> None:
    files, place, _ = STORES[case]
    root = write(tmp_path, files) / place
    found = problems(root)
    assert found
    assert all((root / problem.path).exists() for problem in found)


@pytest.mark.parametrize("case", FILES)
def test_files_are_named_once_by_their_content(tmp_path: Path, case: str) -> None:
    files, place, what = FILES[case]
    assert said(write(tmp_path, files)) == [(place, what)]


#: The others are told by the layout of folders, and nothing in them is opened.
TOLD_BY_CONTENT = ["mlflow under another name", "tensorboard", "keras tuner", "catboost"]
TOLD_BY_CONTENT += [case for case in FILES if case != "pickles"]


@pytest.mark.parametrize("case", TOLD_BY_CONTENT)
def test_names_alone_are_not_enough(tmp_path: Path, case: str) -> None:
    files = (STORES | FILES)[case][0]
    assert said(write(tmp_path, dict.fromkeys(files, "hello\n"))) == []


def test_every_problem_has_the_same_code_and_a_way_out(tmp_path: Path) -> None:
    for number, (files, *_) in enumerate((STORES | FILES).values()):
        for problem in problems(write(tmp_path / str(number), files)):
            assert problem.code == "not-read-yet"
            assert problem.hint.endswith(".")
            assert "diagnostics.record" in problem.hint


def database(path: Path, tables: dict[str, int]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        for table, rows in tables.items():
            connection.execute(f"CREATE TABLE {table} (id INTEGER)")
            connection.executemany(f"INSERT INTO {table} VALUES (?)", [(n,) for n in range(rows)])
        connection.commit()


def test_databases_are_counted_without_a_trace(tmp_path: Path) -> None:
    database(tmp_path / "a b#1" / "mlflow.db", {"experiments": 1, "runs": 17, "params": 2})
    database(tmp_path / "o" / "one.db", {"studies": 1, "trials": 3})
    database(tmp_path / "o" / "two.sqlite3", {"studies": 2, "trials": 4})
    database(tmp_path / "other.db", {"customers": 5})
    before = sorted(tmp_path.rglob("*"))
    assert said(tmp_path) == [
        ("a b#1/mlflow.db", "An MLflow database with 1 experiment and 17 runs."),
        ("o", "2 Optuna databases with 3 studies and 7 trials."),
    ]
    assert sorted(tmp_path.rglob("*")) == before


def test_files_beside_their_mlflow_database_are_no_second_store(tmp_path: Path) -> None:
    database(tmp_path / "mlflow.db", {"experiments": 1, "runs": 1})
    cv_results = {f"mlruns/1/{RUN}0/artifacts/cv_results.csv": "params,mean_test_score\n"}
    write(tmp_path, {**cv_results})
    assert said(tmp_path) == [("mlflow.db", "An MLflow database with 1 experiment and 1 run.")]


def test_a_broken_database_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path, {"mlflow.db": b"SQLite format 3\0" + os.urandom(2_000)})
    assert said(tmp_path) == []


@pytest.fixture(scope="module")
def searched() -> pd.DataFrame:
    labels = np.arange(12) % 3
    grid = {"strategy": ["prior", "uniform"]}
    search = GridSearchCV(DummyClassifier(random_state=0), grid, cv=2)
    return pd.DataFrame(search.fit(np.zeros((12, 1)), labels).cv_results_)


def test_cv_results_are_found_in_all_their_forms(tmp_path: Path, searched: pd.DataFrame) -> None:
    searched.to_csv(tmp_path / "with_index.csv")
    searched.to_csv(tmp_path / "semicolons.csv", index=False, sep=";")
    searched.to_json(tmp_path / "columns.json")
    searched.to_json(tmp_path / "records.json", orient="records")
    searched.drop(columns="params").to_parquet(tmp_path / "grid.parquet")
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    assert len(cv_results_files(listed(tmp_path, tmp_path))) == 5
    assert said(tmp_path) == []


def test_several_scorers_leave_no_column_called_score() -> None:
    assert is_cv_results(
        ["mean_fit_time", "param_C", "mean_test_f1_macro", "split10_test_f1_macro"]
    )


def test_a_table_of_cross_validate_is_told_from_a_search() -> None:
    columns = cross_validate(DummyClassifier(), np.zeros((6, 1)), [0, 1] * 3, cv=2).keys()
    assert not is_cv_results(list(columns))
    assert score_table_kind(list(columns)) == "A table of scores as cross_validate gives them"


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        ("number,value,datetime_start,params_C,state", "A table of Optuna trials"),
        ("Name,State,Created,lr,val_acc", "A table of Weights & Biases runs"),
        ("loss,_step", "A history of a Weights & Biases run"),
        (
            "train-mlogloss-mean,train-mlogloss-std,test-mlogloss-mean",
            "A table of boosting rounds with cross-validated scores",
        ),
        ("epoch,loss,val_accuracy", "A training history (val_accuracy by epoch)"),
        (
            "Architecture,LR,AUC,Precision",
            "A table that looks like a grid of results (auc, precision for each row)",
        ),
        ("id,text,true_label,predicted_label,accuracy", ""),
        ("name,macro_avg__f1-score,weighted_avg__recall,accuracy", ""),
        (",precision,recall,f1-score,support", ""),
        ("PassengerId,Survived", ""),
        ("fixed acidity,pH,alcohol", ""),
        (",test_set_score", ""),
    ],
)
def test_score_tables_are_called_what_they_look_like(columns: str, kind: str) -> None:
    assert score_table_kind(columns.split(",")) == kind


def test_nothing_is_said_of_rasa_predictions_reports_and_our_own_runs(tmp_path: Path) -> None:
    line = {"precision": 1.0, "recall": 1.0, "f1-score": 1.0, "support": 2}
    write(
        tmp_path,
        {
            "rasa/intent_report.json": json.dumps({"greet": line | {"confused_with": {}}}),
            "rasa/intent_errors.json": json.dumps([{"text": "hi", "intent": "greet"}]),
            "rasa/report.csv": "name,macro_avg__f1-score,accuracy\nx,0.5,0.5\n",
            "table/predictions.csv": "id,text,label,prediction,score\n1,a,b,c,0.5\n",
            "report/classification_report.json": json.dumps({"a": line}),
            "run/run.json": '{"format": "errata-run"}',
            "run/model.pkl": b"\x80\x04.",
        },
    )
    assert said(tmp_path) == []


def test_garbage_says_nothing(tmp_path: Path) -> None:
    endings = (".json", ".jsonl", ".csv", ".parquet", ".db", ".eval", ".log", ".tsv")
    write(tmp_path, {f"noise{ending}": os.urandom(5_000) for ending in endings})
    write(tmp_path, {f"empty{ending}": b"" for ending in endings})
    assert said(tmp_path) == []
