"""What is no table of predictions is left to other readers, or refused with a reason."""

from __future__ import annotations

import json
import os
import time
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from diagnostics.readers import Reading, prediction_table
from diagnostics.readers.walking import listed
from diagnostics.workspace import Problem
from tests.readers.prediction_table.tables import pairs, read_all, read_one, written

RASA = [{"text": "hi", "intent": "greet", "intent_prediction": {"name": "bye", "confidence": 0.9}}]
OTHERS = {
    "cv_results.csv": "mean_fit_time,param_C,params,split0_test_score,mean_test_score\n"
    "0.1,1,{'C': 1},0.5,0.5\n",
    "cross_validate.csv": ",fit_time,score_time,test_score,train_score\nforest,1.1,0.1,0.6,1.0\n",
    "report.csv": ",precision,recall,f1-score,support\ncat,0.5,0.4,0.4,3\naccuracy,0.5,0.5,0.5,3\n",
    "confusion.csv": "true_label,cat,dog\ncat,3,1\ndog,0,4\n",
    "shares.csv": "true_label,cat,dog\ncat,0.75,0.25\ndog,0.0,1.0\n",
    "crosstab.csv": "actual,cat,dog,All\ncat,3,1,4\ndog,0,4,4\nAll,3,5,8\n",
    "counts.csv": "Actual,Predicted,nPredictions\na,a,1\na,b,0\nb,a,1\nb,b,1\n",
    "metrics.csv": "epoch,step,Prediction,Target,loss\n0,49,0.41,0.5,0.69\n1,99,0.44,0.5,0.61\n",
    "per_class_metrics.csv": "positive_class,true_negatives,false_positives,false_negatives,"
    "true_positives,accuracy_score\n0,25,0,0,13,1.0\n",
    "progress.csv": "acc,timestamp,done,training_iteration,trial_id\n0.1,1795213797,False,1,e5\n",
    "trials.csv": "number,value,params_C,user_attrs_acc_val,state\n0,2.8,1.0,0.7,COMPLETE\n",
    "samples.jsonl": '{"doc_id": 1, "doc": {"q": "x"}, "target": "A", "resps": [["A"]]}\n',
    "X_test.csv": "acidity,alcohol,class_weight\n7.4,9.4,1\n7.8,9.8,2\n",
    "y_test.csv": "quality\n5\n6\n",
    "test.csv": "id,text,label\n1,hello there you,greet\n2,see you soon,bye\n",
    "importances.csv": "feature,importance,std\nage,0.4,0.1\nincome,0.2,0.1\n",
    "credit.csv": "customer_id,credit_score,label\n1,710,good\n2,450,bad\n",
    "intent_errors.json": json.dumps(RASA),
    "notes.csv": "today the prediction of the weather was wrong\nand so was the label\n",
    "config.json": '{"predicted_label": "x"}',
}


def folder_with(root: Path, name: str, content: str | bytes) -> prediction_table.Folder:
    data = content.encode() if isinstance(content, str) else content
    (root / name).write_bytes(data)
    return listed(root, root)


def only_problem(found: list[Reading | Problem]) -> Problem:
    [problem] = found
    assert isinstance(problem, Problem)
    return problem


@pytest.mark.parametrize("name", OTHERS)
def test_other_tables_are_left_alone(name: str, tmp_path: Path) -> None:
    folder = folder_with(tmp_path, name, OTHERS[name])
    assert not prediction_table.matches(folder)
    assert list(prediction_table.read(folder)) == []


def test_a_run_folder_of_our_own_is_left_to_its_reader(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"format": "errata-run", "version": 1}')
    folder = folder_with(tmp_path, "predictions.csv", "id,true_label,predicted_label\n1,a,a\n")
    assert not prediction_table.matches(folder)


def test_200_megabytes_of_garbage_are_one_problem_and_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "predictions.csv"
    path.write_bytes(bytes(range(256)) * 300)
    os.truncate(path, 200 * 1024 * 1024)
    folder = listed(tmp_path, tmp_path)
    start = time.process_time()
    assert prediction_table.matches(folder)
    assert only_problem(list(prediction_table.read(folder))).code == "not-text"
    assert time.process_time() - start < 1


def test_a_regression_is_refused_with_what_was_seen_and_what_to_do(tmp_path: Path) -> None:
    rows = "".join(f"{n},{n * 1.7:.1f},{n * 1.6:.1f}\n" for n in range(1, 61))
    folder = folder_with(tmp_path, "speed.csv", f"id,actual,predicted\n{rows}")
    assert only_problem(list(prediction_table.read(folder))) == Problem(
        "not-classification",
        "speed.csv",
        "Column 'predicted' holds 60 different numbers, as a regression does, and no labels.",
        "Errata reads labels. If these are labels, or another column is the prediction, say so in "
        "errata.toml.",
    )


def test_ratings_by_halves_and_many_whole_numbers_are_labels(tmp_path: Path) -> None:
    rows = "".join(f"{n},{n % 9 / 2},{n % 7 / 2}\n" for n in range(60))
    folder = folder_with(tmp_path, "stars.csv", f"id,actual,predicted\n{rows}")
    [stars] = list(prediction_table.read(folder))
    assert isinstance(stars, Reading)
    assert len(stars.labels) == 9
    rows = "".join(f"{n},{n % 100},{(n + n % 2) % 100}\n" for n in range(400))
    folder = folder_with(tmp_path, "stars.csv", f"id,actual,predicted\n{rows}")
    [hundred] = list(prediction_table.read(folder))
    assert isinstance(hundred, Reading)
    assert len(hundred.labels) == 100


def test_generated_texts_are_refused(tmp_path: Path) -> None:
    answer = "the capital of the country number {} is a city that many people like"
    rows = "".join(f"{n},{answer.format(n)},{answer.format(n)} too\n" for n in range(60))
    folder = folder_with(tmp_path, "answers.csv", f"id,reference,prediction\n{rows}")
    assert only_problem(list(prediction_table.read(folder))).code == "not-classification"


def test_a_broken_file_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,true_label,predicted_label\n1,cat,cat\n2,dog,cat\n")
    (tmp_path / "b.parquet").write_bytes(b"PAR1 and then nothing")
    (tmp_path / "predictions.parquet").write_bytes(b"PAR1 and then nothing")
    found = list(prediction_table.read(listed(tmp_path, tmp_path)))
    assert [entry.path for entry in found] == ["a.csv", "predictions.parquet"]
    assert isinstance(found[1], Problem)
    assert found[1].code == "broken-table"


def test_tables_are_read_one_by_one(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("id,true_label,predicted_label\n1,cat,cat\n2,dog,cat\n")
    found = prediction_table.read(listed(tmp_path, tmp_path))
    assert isinstance(next(found), Reading)
    (tmp_path / "b.csv").unlink()
    problem = next(found)
    assert isinstance(problem, Problem)
    assert (problem.code, problem.path) == ("unreadable-file", "b.csv")


def test_parquet_with_lists_and_categories_is_read(tmp_path: Path) -> None:
    table = pl.DataFrame(
        {
            "id": [1, 2],
            "label": pl.Series(["cat", "dog"], dtype=pl.Categorical),
            "predicted": pl.Series(["cat", "cat"], dtype=pl.Categorical),
            "logits": [[1.0986122886681098, 0.0], [0.0, 0.0]],
        }
    )
    table.write_parquet(tmp_path / "table.parquet")
    [reading] = list(prediction_table.read(listed(tmp_path, tmp_path)))
    assert isinstance(reading, Reading)
    assert reading.predictions is not None
    assert reading.predictions["confidence"].to_list() == pytest.approx([0.75, 0.5])
    assert reading.labels == ["cat", "dog"]


def test_parquet_columns_of_any_type_are_content(tmp_path: Path) -> None:
    moment = datetime(2026, 11, 20, 22, 30)
    content = {
        "date": [moment.date(), None],
        "moment": [moment, moment],
        "time": [moment.time(), None],
        "took": [timedelta(seconds=3), None],
        "price": [Decimal("1.50"), None],
        "nothing": [None, None],
        "words": [["a", "b"], []],
        "boxes": [[{"x": 1}], None],
        "colour": pl.Series(["red", None], dtype=pl.Enum(["red"])),
        "picture": [b"\x89PNG", b"\x89PNG"],
        "meta": [{"source": "web", "raw": b"\x00"}, None],
    }
    table = pl.DataFrame({"id": [1, 2], "label": ["a", "b"], "predicted": ["a", "a"], **content})
    table.write_parquet(tmp_path / "table.parquet")
    [reading] = list(prediction_table.read(listed(tmp_path, tmp_path)))
    assert isinstance(reading, Reading)
    assert reading.examples is not None
    shown = set(content) - {"picture", "meta"} | {"meta.source"}
    assert set(reading.examples.columns) == {"example", *shown}


@pytest.mark.parametrize("role", ["true_label", "predicted", "confidence", "id", "fold", "model"])
def test_roles_of_odd_types_do_not_raise(role: str, tmp_path: Path) -> None:
    roles = {
        "id": [1, 2],
        "true_label": ["a", "b"],
        "predicted": ["a", "b"],
        "confidence": [1, 0.5],
    }
    moment = datetime(2026, 11, 20, 22, 30)
    for odd in (moment, moment.date(), Decimal("0.5"), None, b"\x00", [], [b"\x00"], {}, ["a"]):
        table = pl.DataFrame({**roles, role: [odd, None]}, strict=False)
        table = table.select(name for name, kind in table.schema.items() if kind != pl.Struct([]))
        table.write_parquet(tmp_path / "predictions.parquet")
        for found in prediction_table.read(listed(tmp_path, tmp_path)):
            assert isinstance(found, Reading | Problem)


def test_a_large_table_takes_seconds(tmp_path: Path) -> None:
    rows, rng = 100_000, np.random.default_rng(0)
    scores = rng.dirichlet(np.ones(10), rows).round(4)
    columns = {f"prob_c{n}": scores[:, n] for n in range(10)}
    labels = [f"c{n}" for n in rng.integers(0, 10, rows)]
    pl.DataFrame({"id": range(rows), "label": labels, **columns}).write_csv(tmp_path / "big.csv")
    start = time.process_time()
    [reading] = list(prediction_table.read(listed(tmp_path, tmp_path)))
    assert time.process_time() - start < 3
    assert isinstance(reading, Reading)
    assert reading.predictions is not None
    best = [f"c{n}" for n in scores.argmax(axis=1)]
    wrong = sum(true != answer for true, answer in zip(labels, best, strict=True))
    differ = reading.predictions.filter(pl.col("true_label") != pl.col("predicted_label"))
    assert len(differ) == wrong


def test_counts_below_the_names_of_labels_are_no_scores(tmp_path: Path) -> None:
    rows = [("bird", 20, 3, 1), ("cat", 2, 17, 4), ("dog", 0, 5, 19)]
    assert read_all(written(tmp_path, "label,bird,cat,dog", rows, file="table.csv")) == []


def test_a_remark_below_a_table_is_no_row(tmp_path: Path) -> None:
    header = "true_label,predicted_label,confidence"
    rows = [("a", "a", 0.9), ("b", "a", 0.6), ("--- 2 rows", "", "")]
    assert pairs(read_one(written(tmp_path, header, rows))) == [("a", "a"), ("b", "a")]
