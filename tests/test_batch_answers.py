"""Many inputs at once: what is read, what is refused in one sentence, and what comes back."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from diagnostics import DiagnosticsError
from diagnostics.batch_answers import batch_answers, lines_of, rows_of, table_of, texts_of
from diagnostics.exporting import to_csv, to_jsonl
from tests import askers


def test_lines_with_something_in_them_are_asked_about() -> None:
    assert lines_of(" a b \n\n c\r\n") == ["a b", "c"]
    assert lines_of("a, b\nc") == ["a, b", "c"]


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (b'id,text\n1,hello\n2,"a, b"\n', "x.csv", ["hello", "a, b"]),
        ("\ufeffid;Text\n1;grüß\n2;b\n".encode(), "x.csv", ["grüß", "b"]),
        (b"query\tn\nhello\t1\n", "x.tsv", ["hello"]),
        (b"sentences\nhello\n", "x.csv", ["hello"]),
        (b"hello, you\nthere\n", "x.txt", ["hello, you", "there"]),
        (b"text,n\n,1\nb,2\n", "x.csv", ["", "b"]),
    ],
)
def test_texts_of_a_file(content: bytes, name: str, expected: list[str]) -> None:
    assert texts_of(table_of(content, name)) == expected


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"\xff\xfe\x00", "x.csv", r"x\.csv is no text in UTF-8\. Save it as csv in UTF-8\."),
        (b"a,b\n", "x.csv", r"x\.csv has no rows\."),
        (b"", "x.csv", r"x\.csv is no table: "),
        (b"\n \n", "x.txt", r"There are no lines to ask about\."),
        (b"a,b\n1,2\n1,2,3,4\n", "x.csv", r"x\.csv is no table: "),
        (b"x\n" * 20_001, "x.txt", r"More than 20,000 rows are not asked about at once\."),
        (b"x" * 20_001, "x.txt", r"Line 1 has 20,001 characters, and a text may have 20,000\."),
        (b"x" * 20_000_001, "x.txt", r"x\.txt has 20 MB, and 20 are read\. Split it\."),
    ],
    ids=["not UTF-8", "head only", "empty", "blank", "ragged", "many", "long", "large"],
)
def test_what_cannot_be_read_is_one_sentence(content: bytes, name: str, message: str) -> None:
    with pytest.raises(DiagnosticsError, match=message):
        table_of(content, name)


def test_a_column_that_is_not_there_is_named() -> None:
    table = pd.DataFrame({"a": ["x"], "b": ["y"]})
    with pytest.raises(DiagnosticsError, match=r"no column 'text'; there is a, b\."):
        texts_of(table)
    assert texts_of(table, "b") == ["y"]


def test_rows_take_the_model_s_columns_and_types() -> None:
    like = pd.DataFrame({"age": [1.5], "town": pd.Categorical(["Bern"], ["Bern", "Chur"])})
    given = pd.DataFrame({"town": ["Chur", "Bern"], "more": [0, 1], "age": ["3", None]})
    rows = rows_of(given, like)
    assert list(rows) == ["age", "town"]
    assert rows["age"].tolist()[0] == 3
    assert np.isnan(rows["age"].tolist()[1])
    assert rows["town"].dtype == like["town"].dtype
    with pytest.raises(DiagnosticsError, match="columns that are not there: age"):
        rows_of(given[["town"]], like)
    with pytest.raises(DiagnosticsError, match="Row 2 has 'old' as age, which is no number"):
        rows_of(given.assign(age=["3", "old"]), like)


def test_every_run_answers_every_row() -> None:
    one, other = askers.of(askers.words(), run="one"), askers.of(askers.words(C=0.1), run="other")
    texts = ["where is my parcel", "=refund my money", "account"]
    shown = pd.DataFrame({"n": [1, 2, 3], "text": texts})
    found = batch_answers([one], [texts], shown)
    assert list(found) == ["n", "text", "label", "confidence", "second_label", "second_confidence"]
    for row, answer in zip(found.itertuples(), one.answers(texts), strict=True):
        assert (row.label, row.confidence) == (answer.label, answer.confidence)
        assert (row.second_label, row.second_confidence) == answer.top[1]
    both = batch_answers([one, other], [texts, texts], shown)
    assert both["label (one)"].tolist() == found["label"].tolist()
    assert both["label (other)"].tolist() == [answer.label for answer in other.answers(texts)]
    assert list(shown) == ["n", "text"]


def test_a_column_of_the_input_keeps_its_name() -> None:
    asked = askers.of(askers.words())
    shown = pd.DataFrame({"text": ["parcel"], "label": ["mine"]})
    found = batch_answers([asked], [["parcel"]], shown)
    assert found["label"].tolist() == ["mine"]
    assert found["label (answered)"].tolist() == ["status"]


def test_what_is_downloaded_runs_no_formula() -> None:
    asked = askers.of(askers.words())
    texts = ["=HYPERLINK(parcel)", "+refund"]
    found = batch_answers([asked], [texts], pd.DataFrame({"text": texts}))
    lines = to_csv(found).decode("utf-8-sig").splitlines()
    assert lines[1].startswith("'=HYPERLINK")
    assert lines[2].startswith("'+refund")
    assert json.loads(to_jsonl(found).splitlines()[0])["text"] == texts[0]
