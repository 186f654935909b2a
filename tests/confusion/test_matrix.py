from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score

import diagnostics
from diagnostics import DiagnosticsError, Run, confusion_counts, matrix_of
from diagnostics.confusion.matrix import (
    ConfusionMatrix,
    answer_counts,
    class_report,
    confused_pairs,
    confusion_matrix,
    matrix_table,
    reported_classes,
    uncounted,
)

THREE = ConfusionMatrix(("a", "b", "c"), np.array([[8, 2, 0], [3, 6, 1], [0, 1, 9]]))
ROWS = {
    "true_label": ["cat", "cat", "dog", "dog", "dog", None, "owl"],
    "predicted_label": ["cat", "dog", "dog", "dog", "cat", "cat", None],
}
FRAMES = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "lazy polars": pl.LazyFrame}
FRAMES["pyarrow"] = pa.table

answered = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("abcdxy")), min_size=1, max_size=40
)


def matrix_from(pairs: list[tuple[str, str]]) -> ConfusionMatrix:
    rows = pl.DataFrame(pairs, schema=["true_label", "predicted_label"], orient="row")
    return matrix_of(confusion_counts(rows))


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("recorded")
    diagnostics.record(
        folder / "one",
        true_label=[*ROWS["true_label"], "cat", "dog"],
        predicted_label=["cat", "dog", "dog", "dog", "cat", "cat", "dog", "cat", "cat"],
        split=["test"] * 7 + ["train"] * 2,
    )
    return diagnostics.open_workspace(folder).experiments[0].runs[0]


@pytest.fixture
def report_only(tmp_path: Path) -> Run:
    figures = {"precision": 0.5, "recall": 0.75, "f1-score": 0.6, "support": 4}
    frame = pd.DataFrame({"cat": figures, "dog": figures, "owl": figures})
    (tmp_path / "one").mkdir()
    frame.to_json(tmp_path / "one" / "classification_report.json")
    return diagnostics.open_workspace(tmp_path).experiments[0].runs[0]


@pytest.mark.parametrize("make", FRAMES.values(), ids=FRAMES.keys())
def test_any_frame_can_be_counted(make) -> None:  # noqa: ANN001 - three libraries' frames
    counts = confusion_counts(make(ROWS))
    assert counts.to_dict("list") == {
        "true_label": ["cat", "cat", "dog", "dog"],
        "predicted_label": ["cat", "dog", "cat", "dog"],
        "n": [1, 1, 1, 2],
    }


def test_runs_and_splits_are_counted_apart_and_added_up_in_a_matrix() -> None:
    rows = {**ROWS, "run": ["one"] * 3 + ["two"] * 4, "split": ["test"] * 7}
    counts = confusion_counts(pl.DataFrame(rows))
    assert counts.columns.tolist() == ["run", "split", "true_label", "predicted_label", "n"]
    assert counts["n"].tolist() == [1, 1, 1, 1, 1]
    assert matrix_of(counts).counts.tolist() == [[1, 1], [1, 2]]


def test_a_column_that_is_missing_is_named() -> None:
    with pytest.raises(DiagnosticsError) as error:
        confusion_counts(pd.DataFrame({"true_label": ["a"], "answer": ["a"]}))
    assert str(error.value) == (
        "Column 'predicted_label' not found in the predictions. They have: true_label, answer."
    )


def test_a_label_outside_those_given_is_named() -> None:
    with pytest.raises(DiagnosticsError) as error:
        matrix_of(confusion_counts(pd.DataFrame(ROWS)), labels=["cat"])
    assert str(error.value) == "Label 'dog' is not among the labels given."


@given(answered)
def test_the_matrix_counts_every_answer_once(pairs: list[tuple[str, str]]) -> None:
    matrix = matrix_from(pairs)
    expected = Counter(pairs)
    for i, truth in enumerate(matrix.labels):
        for j, answer in enumerate(matrix.labels):
            assert matrix.counts[i, j] == expected[truth, answer]
    assert matrix.total == len(pairs)
    assert matrix.errors.sum() == sum(truth != answer for truth, answer in pairs)


@settings(max_examples=40)
@given(answered)
def test_other_names_in_the_same_order_give_the_same_matrix(pairs: list[tuple[str, str]]) -> None:
    renamed = [(f"class {a}", f"class {b}") for a, b in pairs]
    assert matrix_from(renamed).counts.tolist() == matrix_from(pairs).counts.tolist()


def test_a_run_is_counted_on_its_held_out_split_unless_told_otherwise(recorded: Run) -> None:
    matrix = confusion_matrix(recorded)
    assert matrix.labels == ("cat", "dog", "owl")
    assert matrix.counts.tolist() == [[1, 1, 0], [1, 2, 0], [0, 1, 0]]
    train = confusion_matrix(recorded, split="train")
    assert train.counts.tolist() == [[1, 0, 0], [1, 0, 0], [0, 0, 0]]


def test_other_labels_can_be_asked_for_in_any_order(recorded: Run) -> None:
    matrix = confusion_matrix(recorded, ["unheard of", "dog", "cat"])
    assert matrix.counts.tolist() == [[0, 0, 0], [0, 2, 1], [0, 1, 1]]


def test_a_split_that_the_run_lacks_is_refused(recorded: Run) -> None:
    with pytest.raises(DiagnosticsError) as error:
        confusion_matrix(recorded, split="validation")
    assert str(error.value) == "Run 'one' has no split 'validation'. It has: test, train."


def test_answers_without_truth_are_counted_and_told(recorded: Run) -> None:
    assert answer_counts(recorded).to_dict("list") == {"label": ["dog", "cat"], "n": [4, 3]}
    assert uncounted(recorded) == 1
    assert uncounted(recorded, split="train") == 0


def test_a_report_alone_gives_the_diagonal_and_its_own_figures(report_only: Run) -> None:
    matrix = confusion_matrix(report_only)
    assert not matrix.exact
    assert np.diag(matrix.counts).tolist() == [3, 3, 3]
    assert matrix.support.tolist() == [4, 4, 4]
    assert matrix.total == 12
    assert confused_pairs(matrix).empty
    report = class_report(matrix)
    assert report["recall"].tolist() == [0.75] * 3
    assert report["missed"].tolist() == [1, 1, 1]
    assert report[["precision", "f1", "predicted", "wrongly_given"]].isna().all(axis=None)
    assert reported_classes(report_only).to_dict("records")[2] == {
        "label": "owl",
        "precision": 0.5,
        "recall": 0.75,
        "f1": 0.6,
        "support": 4,
    }


def test_a_run_without_a_report_reports_no_classes(recorded: Run) -> None:
    empty = reported_classes(recorded)
    assert empty.columns.tolist() == ["label", "precision", "recall", "f1", "support"]
    assert empty.empty


def test_the_report_says_what_was_missed_and_what_was_wrongly_given() -> None:
    report = class_report(THREE).set_index("label")
    assert report.loc["b", ["support", "predicted", "missed", "wrongly_given"]].tolist() == [
        10,
        9,
        4,
        3,
    ]
    assert report["f1"].tolist() == pytest.approx([0.7619048, 0.6315789, 0.9], abs=1e-7)


def test_pairs_are_ranked_and_weighed_as_counted_by_hand() -> None:
    pairs = confused_pairs(THREE)
    assert pairs[["true_label", "predicted_label", "n"]].to_numpy().tolist() == [
        ["b", "a", 3],
        ["a", "b", 2],
        ["b", "c", 1],
        ["c", "b", 1],
    ]
    assert pairs["share_of_true"].tolist() == pytest.approx([0.3, 0.2, 0.1, 0.1])
    assert pairs["share_of_errors"].tolist() == pytest.approx([3 / 7, 2 / 7, 1 / 7, 1 / 7])
    assert pairs["accuracy_without"][0] == pytest.approx(23 / 30 + 0.1)
    gains = [0.104529, 0.060655, 0.038596, 0.029156]
    assert pairs["macro_f1_gain"].tolist() == pytest.approx(gains, abs=1e-6)


@pytest.mark.parametrize(
    "empty", [np.zeros((0, 0), int), np.zeros((2, 2), int), np.eye(3, dtype=int)]
)
def test_without_mistakes_there_are_no_pairs(empty: np.ndarray) -> None:
    pairs = confused_pairs(ConfusionMatrix(tuple("abc"[: len(empty)]), empty))
    assert pairs.empty
    assert "macro_f1_gain" in pairs


@settings(max_examples=40)
@given(answered)
def test_what_if_a_pair_were_right_is_what_scikit_learn_finds(pairs: list[tuple[str, str]]) -> None:
    truth, answers = (list(column) for column in zip(*pairs, strict=True))
    before = f1_score(truth, answers, average="macro", zero_division=0)
    for pair in confused_pairs(matrix_from(pairs)).itertuples():
        mended = [
            a if (a, b) == (pair.true_label, pair.predicted_label) else b
            for a, b in zip(truth, answers, strict=True)
        ]
        after = f1_score(truth, mended, average="macro", zero_division=0)
        assert pair.macro_f1_gain == pytest.approx(after - before, abs=1e-12)
        assert pair.accuracy_without == pytest.approx(accuracy_score(truth, mended))
        assert pair.n == sum(a != b for a, b in zip(answers, mended, strict=True))


def test_the_whole_matrix_is_a_table_with_its_labels() -> None:
    table = matrix_table(THREE)
    assert table.columns.tolist() == [r"true \ predicted", "a", "b", "c"]
    assert table.to_numpy().tolist() == [["a", 8, 2, 0], ["b", 3, 6, 1], ["c", 0, 1, 9]]


def test_a_label_like_the_corner_of_the_table_keeps_its_column() -> None:
    table = matrix_table(ConfusionMatrix((r"true \ predicted", "b"), np.eye(2, dtype=int)))
    assert table.columns.tolist() == [r"(true \ predicted)", r"true \ predicted", "b"]
