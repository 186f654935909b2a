from __future__ import annotations

import json
import math
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.svm import LinearSVC

import diagnostics
from diagnostics import DiagnosticsError, Evidence
from diagnostics.examples.content import content_of
from diagnostics.examples.selection import answers_where
from diagnostics.workspace import stored_tables, tables
from tests.made.runs import IDS, LABELS, PROBABILITIES, TEXTS, TRUE, record_animals


def only_run(folder: Path) -> diagnostics.Run:
    workspace = diagnostics.open_workspace(folder)
    assert workspace.all_problems == []
    (experiment,) = workspace.experiments
    (run,) = experiment.runs
    return run


def test_recorded_probabilities_come_back_as_they_were(tmp_path: Path) -> None:
    record_animals(tmp_path / "grid" / "first")
    run = only_run(tmp_path)
    rows = diagnostics.open_workspace(tmp_path).experiments[0].predictions().collect().to_pandas()
    assert run.run == "first"
    assert list(rows["example"]) == IDS
    assert list(rows["true_label"]) == TRUE
    np.testing.assert_allclose(np.stack(rows["probabilities"]), PROBABILITIES, atol=1e-7)
    assert list(rows["confidence"]) == list(PROBABILITIES.max(axis=1))


def test_a_model_and_rows_are_enough(tmp_path: Path) -> None:
    X, y = load_iris(return_X_y=True)
    model = LogisticRegression(max_iter=500).fit(X[::2], y[::2])
    diagnostics.record(
        tmp_path / "run", model=model, X=X[1::2], true_label=y[1::2], keep_model=True
    )
    run = only_run(tmp_path)
    predicted = model.predict(X[1::2])
    assert run.metrics["accuracy"] == accuracy_score(y[1::2], predicted)
    assert run.metrics["macro_f1"] == pytest.approx(f1_score(y[1::2], predicted, average="macro"))
    assert run.parameters["max_iter"] == 500
    assert run.has(Evidence.MODEL | Evidence.PROBABILITIES)
    assert (tmp_path / run.models[""]).is_file()


def test_decision_values_become_shares_and_say_so(tmp_path: Path) -> None:
    X, y = load_iris(return_X_y=True)
    model = LinearSVC().fit(X, y)
    diagnostics.record(tmp_path / "run", model=model, X=X, true_label=y)
    run = only_run(tmp_path)
    assert "softmax of decision values" in run.notes[0]
    assert run.errors == int((model.predict(X) != y).sum())


def test_a_frame_s_columns_are_the_content(tmp_path: Path) -> None:
    frame = pd.DataFrame({"age": [1, 2], "town": ["Ulm", None]})
    diagnostics.record(tmp_path / "run", predicted_label=["a", "b"], content=frame)
    (experiment,) = diagnostics.open_workspace(tmp_path).experiments
    ranking = answers_where(experiment.runs[0], diagnostics.Filter())
    assert ranking.collect().height == 2
    assert content_of(experiment.runs[0], "1") == {"age": 2, "town": None}


def test_images_are_kept_as_png(tmp_path: Path) -> None:
    images = np.linspace(0, 1, 2 * 8 * 8).reshape(2, 8, 8)
    diagnostics.record(tmp_path / "run", predicted_label=[0, 1], content=images)
    image = content_of(only_run(tmp_path), "0")["image"]
    assert image.startswith(b"\x89PNG")


def test_folds_and_train_scores_are_kept(tmp_path: Path) -> None:
    record_animals(tmp_path / "run", fold=[0, 0, 0, 1, 1, 1], train_scores={"accuracy": 0.9})
    run = only_run(tmp_path)
    assert run.has(Evidence.FOLDS | Evidence.SCORES)
    of_folds = {score.fold: score.value for score in run.scores if score.metric == "accuracy"}
    assert of_folds == {None: 0.9, 0: pytest.approx(2 / 3), 1: pytest.approx(2 / 3)}


def test_importances_are_kept(tmp_path: Path) -> None:
    record_animals(tmp_path / "run", importances={"feature": ["fur", "wings"], "mean": [0.7, 0.1]})
    run = only_run(tmp_path)
    table = stored_tables.load(run, "importances", tables.IMPORTANCES)
    assert table.select("feature", "mean").rows() == [("fur", 0.7), ("wings", 0.1)]


def test_an_existing_folder_is_not_touched(tmp_path: Path) -> None:
    record_animals(tmp_path / "run")
    before = (tmp_path / "run" / "run.json").read_bytes()
    with pytest.raises(DiagnosticsError, match=r"exists already\. .* overwrite=True"):
        record_animals(tmp_path / "run", true_label=None)
    assert (tmp_path / "run" / "run.json").read_bytes() == before


def test_overwriting_replaces_the_whole_run(tmp_path: Path) -> None:
    record_animals(tmp_path / "run", importances={"feature": ["fur"], "mean": [0.7]})
    record_animals(tmp_path / "run", overwrite=True)
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [
        "examples.parquet",
        "predictions.parquet",
        "run.json",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_overwriting_never_removes_somebody_else_s_folder(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "me.png").write_bytes(b"x")
    with pytest.raises(DiagnosticsError, match="exists already"):
        record_animals(tmp_path / "photos", overwrite=True)
    assert (tmp_path / "photos" / "me.png").read_bytes() == b"x"


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(DiagnosticsError, match="importances need the columns feature and mean"):
        record_animals(tmp_path / "run", importances={"name": ["fur"], "mean": [1.0]})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"true_label": TRUE[:5]}, r"true_label has 5 rows, but there are 6 examples"),
        ({"labels": LABELS[:2]}, r"3 columns, but there are 2 labels.*classes_"),
        ({"probabilities": PROBABILITIES * 3}, r"between 0 and 1; row 0 has .*softmax"),
        ({"probabilities": PROBABILITIES[0]}, r"must have two dimensions, not 1"),
        ({"content": TEXTS[:3]}, r"content column 'text' has 3 rows, not 6"),
        ({"probabilities": None, "labels": None}, r"Nothing to record.*Pass predicted_label"),
    ],
    ids=["truth", "labels", "logits", "vector", "content", "nothing"],
)
def test_bad_input_is_refused_with_what_to_do(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(DiagnosticsError, match=message):
        record_animals(tmp_path / "run", **changes)
    assert list(tmp_path.iterdir()) == []


def test_parameters_that_json_cannot_carry_are_kept_as_text(tmp_path: Path) -> None:
    parameters = {"C": np.float64(0.1), "kernel": None, "bad": float("nan"), "cv": LinearSVC()}
    record_animals(tmp_path / "run", parameters=parameters)
    text = (tmp_path / "run" / "run.json").read_text(encoding="utf-8")
    assert json.loads(text)["parameters"] == {
        "C": 0.1,
        "kernel": None,
        "bad": "nan",
        "cv": "LinearSVC()",
    }


def test_labels_of_any_script_and_shape_come_back(tmp_path: Path) -> None:
    labels = ["แมว", "two\nlines", "accuracy"]
    record_animals(tmp_path / "run", labels=labels, true_label=[labels[0]] * 6)
    assert set(only_run(tmp_path).labels) == set(labels)


def test_answers_without_a_truth_are_counted_and_not_judged(tmp_path: Path) -> None:
    record_animals(tmp_path / "run", true_label=[None, *TRUE[1:]])
    run = only_run(tmp_path)
    assert (run.examples, run.errors, run.metrics["accuracy"]) == (6, 2, 0.6)
    assert run.notes == ("1 of 6 answers have no true label; the figures are of the others.",)


def test_fields_of_mixed_values_are_kept_as_text(tmp_path: Path) -> None:
    content = {"seen": [{"a": 1}, [1]], "n": [1, 2.5], "day": [None, "x"]}
    diagnostics.record(tmp_path / "run", predicted_label=["a", "b"], content=content)
    kept = content_of(only_run(tmp_path), "0")
    assert kept == {"seen": "{'a': 1}", "n": 1.0, "day": None}


@pytest.mark.parametrize("shape", [(2, 8, 9), (2, 8, 9, 1), (2, 8, 9, 3)])
def test_grey_and_colour_images_are_kept(tmp_path: Path, shape: tuple[int, ...]) -> None:
    diagnostics.record(tmp_path / "run", predicted_label=[0, 1], content=np.ones(shape))
    image = content_of(only_run(tmp_path), "1")["image"]
    assert Image.open(BytesIO(image)).size == (9, 8)


def test_numbers_name_the_same_label_whatever_their_type(tmp_path: Path) -> None:
    truth = np.array([1, 0, np.nan])
    diagnostics.record(tmp_path / "run", predicted_label=np.array([1, 1, 0]), true_label=truth)
    run = only_run(tmp_path)
    assert run.labels == ("0", "1")
    assert run.errors == 1


def test_a_label_called_nan_is_a_label(tmp_path: Path) -> None:
    diagnostics.record(
        tmp_path / "run", predicted_label=["nan", "rice"], true_label=["nan", float("nan")]
    )
    run = only_run(tmp_path)
    assert run.labels == ("nan", "rice")
    assert run.metrics["accuracy"] == 1


def test_content_lies_under_its_own_id_in_whatever_order_ids_are_given(tmp_path: Path) -> None:
    diagnostics.record(
        tmp_path / "run",
        predicted_label=["a", "b", "c"],
        example=["e2", "e0", "e1"],
        content=["text a", "text b", "text c"],
    )
    run = only_run(tmp_path)
    content = pd.read_parquet(run.table("examples")).set_index("example")["text"]
    rows = diagnostics.open_workspace(tmp_path).experiments[0].predictions().collect()
    answers = dict(rows.select("example", "predicted_label").rows())
    assert {content[example][-1]: answers[example] for example in ("e0", "e1", "e2")} == {
        "a": "a", "b": "b", "c": "c",
    }  # fmt: skip


@pytest.mark.parametrize("value", [math.inf, math.nan, "good", None])
def test_a_score_that_is_no_number_is_refused_by_name(tmp_path: Path, value: Any) -> None:
    with pytest.raises(DiagnosticsError, match="score 'gain' must be a number"):
        record_animals(tmp_path / "run", scores={"gain": value})
    assert list(tmp_path.iterdir()) == []


FRAME = pd.DataFrame({"text": ["a", "b", "c"]}, index=[7, 3, 11])


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ({"X": FRAME}, ["11", "3", "7"]),
        ({"content": FRAME}, ["11", "3", "7"]),
        ({"true_label": pd.Series(["x", "y", "x"], index=["q", "p", "r"])}, ["p", "q", "r"]),
        ({"X": FRAME, "true_label": pd.Series(["x", "y", "x"])}, ["11", "3", "7"]),
        ({"X": FRAME, "example": ["k", "l", "m"]}, ["k", "l", "m"]),
        ({"X": FRAME.reset_index(drop=True)}, ["0", "1", "2"]),
        ({"X": FRAME.set_axis([5, 5, 6])}, ["0", "1", "2"]),
    ],
)
def test_a_frames_index_gives_the_ids(
    options: dict[str, Any], ids: list[str], tmp_path: Path
) -> None:
    diagnostics.record(tmp_path / "run", predicted_label=["x", "x", "y"], **options)
    rows = diagnostics.open_workspace(tmp_path).experiments[0].predictions().collect()
    assert rows["example"].to_list() == ids
    if "X" in options and "example" not in options and ids[0] == "11":
        assert rows["predicted_label"].to_list() == ["y", "x", "x"]


def test_rows_whose_indexes_are_in_another_order_are_refused(tmp_path: Path) -> None:
    truth = pd.Series(["x", "y", "x"], index=[3, 7, 11])
    with pytest.raises(DiagnosticsError, match="row 1 is '7' in one index and '3' in another"):
        diagnostics.record(
            tmp_path / "run", X=FRAME, true_label=truth, predicted_label=["x", "x", "y"]
        )
    assert not (tmp_path / "run").exists()
