"""Texts with something above their table, without a header, or with an ending that says nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from diagnostics.readers import Problem, Reading, prediction_table
from diagnostics.readers.prediction_table.delimited import SEPARATORS
from diagnostics.readers.prediction_table.shapes.preamble import Start, aligned, start_of
from diagnostics.readers.walking import listed
from tests.readers.prediction_table.tables import read_all

TABLE = "nr,actual,predicted,score\n1,yes,yes,0.9\n2,no,no,0.8\n3,no,yes,0.7\n4,yes,yes,0.6\n"
TITLES = [
    "=== Predictions on test split ===\n\n",
    "Results of model A, run on Tuesday\n",
    "# made by make_table.py\n# seed: 3\n",
    "\n\n",
    "Predictions,,,\n,,,\n",
    "Model: svm\nDate: 2024-01-01\n\n",
    "model,svm\n\n",
]


def only(folder: Path) -> Reading:
    place = listed(folder, folder)
    entries = list(prediction_table.read(place)) if prediction_table.matches(place) else []
    assert len(entries) == 1, entries
    assert isinstance(entries[0], Reading), entries
    return entries[0]


def figures(run: Reading) -> tuple[int, int]:
    """The examples and those that are right."""
    assert run.predictions is not None
    right = run.predictions["true_label"] == run.predictions["predicted_label"]
    return len(right), int(right.sum())


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize(("separator", "end"), [(",", "\n"), (";", "\r\n"), ("\t", "\n")])
def test_titles_above_a_table_are_no_rows(
    title: str, separator: str, end: str, tmp_path: Path
) -> None:
    title = title if separator == "," and "," not in title else title.replace(",,,", separator * 3)
    text = title + TABLE.replace(",", separator) + "\n\n"
    (tmp_path / "table.csv").write_text(text, newline=end)
    run = only(tmp_path)
    assert figures(run) == (4, 3)
    assert run.mapping["true_label"] == "actual"
    assert bool(title.strip(f"{separator}\n")) == any("above the table" in n for n in run.notes)


def test_a_header_of_r_leaves_out_the_row_names(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(
        '"truth","pred"\n"1","a","a"\n"2","b","a"\n"3","a","a"\n', encoding="utf-8"
    )
    assert figures(only(tmp_path)) == (3, 2)


@pytest.mark.parametrize(
    "text",
    [
        "a,b,c,\n1,2,3\n1,2,3\n4,5,6\n",
        ",a,b\n0,1,2\n1,2,3\n",
        "id,label\n1,a\n2,b\n",
        "text\nsome, words\nand, some, more\nno comma\n",
        "x,y\n1,2,3\n1,2\n1,2\n1,2\n",
        "#id,label,pred\n1,a,b\n2,a,b\n",
    ],
)
def test_a_header_is_no_title(text: str) -> None:
    assert start_of(text, SEPARATORS) == Start()


WEKA = """=== Predictions on test data ===

 inst#     actual  predicted error prediction
     1      1:yes      1:yes       0.9
     2       2:no      1:yes   +   0.7
     3       2:no       2:no       0.8

"""


def test_columns_that_stand_in_line_are_read(tmp_path: Path) -> None:
    (tmp_path / "weka.txt").write_text(WEKA)
    run = only(tmp_path)
    assert figures(run) == (3, 2)


@pytest.mark.parametrize("text", ["pred true\na b c\na b\n", "the label of it\n", "", "a b\nc d\n"])
def test_words_are_no_columns(text: str) -> None:
    assert aligned(text) is None


@pytest.mark.parametrize("suffix", ["txt", "dat", "out"])
@pytest.mark.parametrize(
    ("answers", "truth"),
    [
        ("cat\ndog\ncat\ndog\n", "dog\ndog\ncat\ndog\n"),
        ("0\n1\n0\n1\n", "1\n1\n0\n1\n"),
        ("\n".join(f"{n:.18e}" for n in (0, 1, 0, 1)), "label\n1\n1\n0\n1\n"),
        ("# made by numpy\n0\n1\n0\n1\n", "\n".join(f"{n:.18e}" for n in (1, 1, 0, 1))),
        ("prediction\r\n0\r\n1\r\n0\r\n1\r\n", "1\r\n1\r\n0\r\n1\r\n"),
    ],
)
def test_one_label_a_line_is_read_beside_its_truth(
    answers: str, truth: str, suffix: str, tmp_path: Path
) -> None:
    (tmp_path / f"y_pred.{suffix}").write_text(answers)
    (tmp_path / f"y_true.{suffix}").write_text(truth)
    assert figures(only(tmp_path)) == (4, 3)


def test_a_text_of_columns_finds_its_truth_in_the_test_data(tmp_path: Path) -> None:
    (tmp_path / "predict_results_cola.txt").write_text("index\tprediction\n0\tx\n1\ty\n2\ty\n")
    (tmp_path / "test.tsv").write_text("sentence\tlabel\na film\tx\nno film\tx\nsome film\ty\n")
    assert figures(only(tmp_path)) == (3, 2)


REPORT = """              precision    recall  f1-score   support

           a       0.50      1.00      0.67         2
           b       1.00      0.50      0.67         2

    accuracy                           0.75         4
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("classification_report.txt", REPORT),
        ("predictions_report.txt", REPORT),
        ("requirements.txt", "numpy==2.1\npandas>=3\npolars\n"),
        ("predictions.txt", "The predictions are in the folder above.\nAsk Anna for the rest.\n"),
        (
            "pred.log.txt",
            "12:00 INFO predicting label\n12:01 INFO label predicted\n12:02 INFO ok\n",
        ),
        ("README.txt", "label, prediction\nThese are, as said, the predictions\n"),
        ("train.out", "epoch 1 loss 0.5 label ok\nepoch 2 loss 0.4 label ok\n"),
        ("labels.txt", "cat\ndog\nbird\n"),
    ],
)
def test_other_texts_are_no_tables(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    place = listed(tmp_path, tmp_path)
    assert not prediction_table.matches(place)
    assert not [entry for entry in prediction_table.read(place) if isinstance(entry, Problem)]


@pytest.mark.parametrize(
    "text",
    [
        "Variant (unique) and Gene_ID (repeats, a group) beside true_label, predicted_label.\n"
        "Expected: one run of 62 examples, id Variant, Gene_ID shown.\nWas: 62 runs, one each.\n",
        "The columns are id, label, prediction, score\nThe rows are of may, june, july, august\n"
        "They were made by hand, by two people, in a week, in 2025\n",
    ],
)
def test_sentences_about_a_table_are_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "columns.txt").write_text(text, encoding="utf-8")
    assert read_all(tmp_path) == []


@pytest.mark.parametrize("name", ["README.txt", "read-me.txt", "notes_1.txt", "License.txt"])
def test_what_people_read_is_no_table(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("id, prediction\nby row, the answer\nand so on, to the end\n")
    assert read_all(tmp_path) == []
