"""Rows that list labels with their scores, each in its own order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from diagnostics.readers import Reading, prediction_table
from diagnostics.readers.walking import listed
from diagnostics.workspace import Evidence


def only_run(folder: Path) -> Reading:
    place = listed(folder, folder)
    assert prediction_table.matches(place)
    runs = [entry for entry in prediction_table.read(place) if isinstance(entry, Reading)]
    assert len(runs) == 1
    return runs[0]


def run_of(folder: Path, columns: dict[str, Any]) -> Reading:
    pl.DataFrame(columns).write_parquet(folder / "table.parquet")
    return only_run(folder)


def column(reading: Reading, name: str) -> list[Any]:
    """The answers' column, labels by name, in the order of the ids."""
    assert reading.predictions is not None
    values = reading.predictions[name].to_list()
    if name.endswith("_label"):
        return [None if value is None else reading.labels[value] for value in values]
    return [round(value, 3) if isinstance(value, float) else value for value in values]


IDS = {"id": [1, 2, 3, 4]}
ORDERS = [["a", "b"], ["b", "a"], ["a", "b"], ["b", "a"]]
SORTED = [[0.9, 0.1], [0.7, 0.3], [0.6, 0.4], [0.8, 0.2]]


def test_each_row_is_read_in_its_own_order(tmp_path: Path) -> None:
    truth = {"label": ["a", "b", "b", None]}
    run = run_of(tmp_path, {**IDS, **truth, "p.displayNames": ORDERS, "p.confidences": SORTED})
    assert column(run, "predicted_label") == ["a", "b", "a", "b"]
    assert column(run, "true_label") == ["a", "b", "b", None]
    assert run.predictions is not None
    vectors = [[round(p, 2) for p in row] for row in run.predictions["probabilities"].to_list()]
    assert vectors == [[0.9, 0.1], [0.3, 0.7], [0.6, 0.4], [0.2, 0.8]]
    assert run.mapping["probabilities"].startswith('["p.displayNames", "p.confidences"]')


@pytest.mark.parametrize(
    ("scores", "expected", "kind"),
    [
        ([[90.0, 10.0], [70.0, 30.0], [60.0, 40.0], [80.0, 20.0]], 0.9, "percent"),
        ([[2.0, -2.0], [3.0, 0.0], [1.0, 0.0], [1.0, -1.0]], 0.982, "logit"),
        ([[0.0, -9.0]] * 4, 1.0, "log-probability"),
    ],
)
def test_other_scores_become_probabilities(
    tmp_path: Path, scores: list[list[float]], expected: float, kind: str
) -> None:
    run = run_of(
        tmp_path, {**IDS, "y_true": ["a", "b", "b", "a"], "labels": ORDERS, "scores": scores}
    )
    assert column(run, "predicted_label") == ["a", "b", "a", "b"]
    assert column(run, "confidence")[0] == expected
    assert run.mapping["scores"].startswith(kind)


def test_labels_that_a_whole_row_leaves_out_have_no_probability(tmp_path: Path) -> None:
    lists = {
        "labels": [["a", "b"], ["b"], ["c", "a"], []],
        "scores": [[0.9, 0.1], [1.0], [0.6, 0.4], []],
    }
    run = run_of(tmp_path, {**IDS, "y_true": ["a", "c", "c", "a"], **lists})
    assert column(run, "predicted_label") == ["a", "b", "c", "(no prediction)"]
    assert column(run, "true_confidence") == [0.9, 0.0, 0.6, None]
    assert any("got probability 0" in note for note in run.notes)


def test_the_first_few_of_many_labels_are_a_ranking(tmp_path: Path) -> None:
    lists = {"classes": [["a", "b"], ["b", "c"], ["c", "a"], ["a", "c"]], "probs": [[0.5, 0.2]] * 4}
    run = run_of(tmp_path, {**IDS, "y_true": ["a", "c", "b", None], **lists})
    assert column(run, "confidence") == [0.5] * 4
    assert column(run, "true_rank") == [1, 2, 3, None]
    assert column(run, "margin") == [0.3] * 4
    assert Evidence.PROBABILITIES not in run.evidence


def test_one_label_a_row_has_the_confidence_of_the_answer(tmp_path: Path) -> None:
    lists = {"out.label": [["a"], ["b"], ["b"], ["a"]], "out.score": [[0.9], [0.6], [0.7], [0.8]]}
    run = run_of(tmp_path, {**IDS, "y_true": ["a", "b", "a", "b"], **lists})
    assert column(run, "confidence") == [0.9, 0.6, 0.7, 0.8]
    assert Evidence.PROBABILITIES in run.evidence  # of two labels the other has the rest


def test_of_equal_scores_the_first_counts_unless_a_column_has_the_answer(tmp_path: Path) -> None:
    lists = {**IDS, "y_true": list("abab"), "labels": ORDERS, "scores": [[0.5, 0.5]] * 4}
    assert column(run_of(tmp_path, lists), "predicted_label") == ["a", "b", "a", "b"]
    run = run_of(tmp_path, {**lists, "y_pred": ["a", "a", "b", "b"]})
    assert column(run, "predicted_label") == ["a", "a", "b", "b"]
    assert not any("highest" in note for note in run.notes)


def test_what_no_list_says_is_unknown_and_counted(tmp_path: Path) -> None:
    lists = {
        "labels": [["a", "b"], None, ["a", "a"], ["b", "a"]],
        "scores": [[0.9, 0.1], None, [0.6, 0.4], [0.8, 0.2]],
    }
    pl.DataFrame({**IDS, "y_true": list("abab"), **lists}).write_parquet(tmp_path / "table.parquet")
    (tmp_path / "errata.toml").write_text('[predictions]\nprobabilities = ["labels", "scores"]')
    run = only_run(tmp_path)
    assert column(run, "predicted_label") == ["a", "(no prediction)", "a", "b"]
    assert any("1 rows name a label twice" in note for note in run.notes)


@pytest.mark.parametrize(
    "lists",
    [
        {"tokens": [["a", "b", "a"]] * 4, "scores": [[0.1, 0.2, 0.7]] * 4},
        {"labels": [["x"], ["x", "y"], ["y"], ["x"]], "probs": [[0.2, 0.8]] * 4},
    ],
    ids=["tokens", "several labels and a vector"],
)
def test_lists_that_do_not_belong_together_are_no_labelled_scores(
    tmp_path: Path, lists: dict[str, Any]
) -> None:
    run = run_of(tmp_path, {**IDS, "y_true": list("abab"), "y_pred": list("aabb"), **lists})
    assert column(run, "predicted_label") == list("aabb")
    assert '["' not in run.mapping.get("probabilities", "")


def test_labels_of_a_list_are_those_of_the_truth(tmp_path: Path) -> None:
    """`LABEL_0` is what a pipeline calls the label that the truth calls 0."""
    labels = [[f"LABEL_{label}" for label in row] for row in ([0, 1], [1, 0], [0, 1], [1, 0])]
    run = run_of(
        tmp_path, {**IDS, "y_true": ["0", "1", "1", "0"], "labels": labels, "scores": SORTED}
    )
    assert column(run, "predicted_label") == ["0", "1", "0", "1"]
    assert run.labels == ["0", "1"]
    assert any("LABEL_0" in note for note in run.notes)
