"""Many inputs at once: what is read, what is refused in one sentence, and what comes back."""

from __future__ import annotations

import json
from io import BytesIO

import numpy as np
import pandas as pd
import pytest

from diagnostics import DiagnosticsError
from diagnostics.examples.export import to_csv, to_jsonl
from diagnostics.models.whatif.batch_answers import batch_answers
from diagnostics.models.whatif.batch_inputs import Given, lines_of, rows_of, table_of, texts_of
from tests.made import askers


def given(**columns: list[str]) -> Given:
    table = pd.DataFrame(columns, dtype=object)
    return Given(table, tuple(range(2, len(table) + 2)))


def test_lines_with_something_in_them_are_asked_about_and_keep_their_numbers() -> None:
    found = lines_of(" a b \n\n c\r\n\u2028d\x0bd\n\n")
    assert found.shown.to_dict("list") == {"line": [1, 3, 4], "text": ["a b", "c", "d\x0bd"]}
    assert texts_of(lines_of("a, b\nc")) == ["a, b", "c"]


def test_cells_are_read_as_they_are_written() -> None:
    content = (
        '\ufeffid,text,n,line\r\n007,"a ""b"", c\r\nd",-5,x\r\n\r\n 8,=1+1,2.50,\r\n9,NA,,y\r\n'
    )
    found = table_of(content.encode(), "x.csv")
    assert found.lines == (2, 5, 6)
    assert texts_of(found) == ['a "b", c\r\nd', "=1+1", "NA"]
    shown = found.shown
    assert list(shown) == ["line (of the file)", "id", "text", "n", "line"]
    assert shown["id"].tolist() == ["007", " 8", "9"]
    assert shown["n"].tolist()[:2] == [-5, 2.5]
    assert shown["n"].isna().tolist() == [False, False, True]
    assert shown["line"].tolist() == ["x", "", "y"]


def test_what_is_taken_away_reads_back_as_it_was() -> None:
    asked = askers.of(askers.words())
    content = 'text,n,big\n"my, ""parcel""\nis late",-3,12345678901234567890\naccount,4,1\n"",5,2\n'
    found = table_of(content.encode(), "x.csv")
    answered = batch_answers([asked], [texts_of(found)], found.shown)
    again = pd.read_csv(BytesIO(to_csv(answered)), dtype={"big": str}, keep_default_na=False)
    for name in answered:
        assert again[name].tolist() == answered[name].tolist(), name
    assert again["n"].tolist() == [-3, 4, 5]
    assert again["line"].tolist() == [2, 4, 5]
    lines = pd.read_json(BytesIO(to_jsonl(answered)), lines=True, dtype={"big": str})
    assert lines["text"].tolist() == answered["text"].tolist()
    assert lines["confidence"].tolist() == pytest.approx(answered["confidence"].tolist(), abs=1e-9)


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
        (b"", "x.csv", r"x\.csv is empty\. The first line names the columns\."),
        (b"\n \n", "x.txt", r"There are no lines to ask about\."),
        (b"a,b\n1,2\n\n1,2,3,4\n", "x.csv", r"Line 4 of x\.csv has 4 cells, and the first .* 2\."),
        (b'a,b\n1,2\n"x,2\n', "x.csv", r"x\.csv is no table from line 3 on: "),
        (b"a,b,a\n1,2,3\n", "x.csv", r"The first line of x\.csv names 'a' more than once\."),
        (b"x\n" * 20_001, "x.txt", r"More than 20,000 rows are not asked about at once\."),
        (b"x" * 20_000_001, "x.txt", r"x\.txt has 20 MB, and 20 are read\. Split it\."),
    ],
    ids=["not UTF-8", "head only", "empty", "blank", "ragged", "open", "twice", "many", "large"],
)
def test_what_cannot_be_read_is_one_sentence(content: bytes, name: str, message: str) -> None:
    with pytest.raises(DiagnosticsError, match=message):
        table_of(content, name)


def test_a_long_text_is_named_by_its_line() -> None:
    assert len(texts_of(lines_of("x" * 100_000))[0]) == 100_000
    with pytest.raises(DiagnosticsError, match=r"^Line 3 has 100,001 characters, and a text may"):
        texts_of(lines_of("a\n\n" + "x" * 100_001))


def test_a_column_that_is_not_there_is_named() -> None:
    table = given(a=["x"], b=["y"])
    with pytest.raises(DiagnosticsError, match=r"no column 'text'; there is a, b\."):
        texts_of(table)
    assert texts_of(table, "b") == ["y"]


def test_rows_take_the_model_s_columns_and_types() -> None:
    like = pd.DataFrame(
        {
            "age": [1.5],
            "rooms": [3],
            "town": pd.Categorical(["Bern"], ["Bern", "Chur"]),
            "ok": [True],
            "code": ["x"],
            "text": ["y"],
        }
    )
    cells = given(
        town=["Chur", "Genf", ""], more=["0", "1", "2"], age=["3", "", "NA"], rooms=["1", "2", "3"],
        ok=["yes", "False", "0"], code=["007", "NA", ""], text=["", "NA", "null"],
    )  # fmt: skip
    rows = rows_of(cells, like, texts=["text"])
    assert list(rows) == list(like)
    assert rows["age"].tolist()[0] == 3
    assert rows["age"].isna().tolist() == [False, True, True]
    assert rows["rooms"].dtype == np.int64
    assert rows["town"].tolist()[:2] == ["Chur", "Genf"]
    assert rows["town"].isna().tolist() == [False, False, True]
    assert rows["ok"].tolist() == [True, False, False]
    assert rows["ok"].dtype == np.bool_
    assert rows["code"].tolist()[:2] == ["007", "NA"]
    assert rows["code"].isna().tolist() == [False, False, True]
    assert rows["text"].tolist() == ["", "NA", "null"]


def test_a_value_that_cannot_be_is_named_by_its_line() -> None:
    like = pd.DataFrame({"age": [1.5], "ok": [True]})
    with pytest.raises(DiagnosticsError, match="columns that are not there: age"):
        rows_of(given(ok=["yes"]), like)
    with pytest.raises(DiagnosticsError, match=r"^Line 3: age is a number, not 'old'\. Write"):
        rows_of(given(age=["3", "old"], ok=["1", "1"]), like)
    with pytest.raises(DiagnosticsError, match=r"^Line 2: ok is true or false, not 'maybe'\.$"):
        rows_of(given(age=["3"], ok=["maybe"]), like)


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
