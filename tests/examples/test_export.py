from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import diagnostics
from diagnostics.examples import export
from diagnostics.examples.export import exported_examples, file_name, to_csv, to_jsonl
from diagnostics.examples.filters import Filter
from tests.made.runs import TEXTS, record_animals

STARTS = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx"]


def read_csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", STARTS)
def test_formulas_are_defused_in_csv(text: str) -> None:
    rows = read_csv(to_csv(pd.DataFrame({"text": [text, "plain"]})))
    assert [row["text"] for row in rows] == [f"'{text}", "plain"]


def test_formulas_in_column_names_are_defused() -> None:
    assert to_csv(pd.DataFrame({"=x": ["a"]})).decode("utf-8-sig").startswith("'=x")


def test_numbers_stay_numbers() -> None:
    rows = read_csv(to_csv(pd.DataFrame({"margin": [-0.5, np.nan], "n": [-1, 2]})))
    assert rows == [{"margin": "-0.5", "n": "-1"}, {"margin": "", "n": "2"}]


def test_csv_starts_with_a_byte_order_mark() -> None:
    assert to_csv(pd.DataFrame({"a": ["ü"]})).startswith(b"\xef\xbb\xbf")


def test_jsonl_keeps_texts_as_they_are() -> None:
    frame = pd.DataFrame({"text": [*STARTS, 'quote " and ยอดเงิน'], "x": [0.5, *[np.nan] * 7]})
    lines = [json.loads(line) for line in to_jsonl(frame).decode().splitlines()]
    assert [line["text"] for line in lines] == [*STARTS, 'quote " and ยอดเงิน']
    assert [line["x"] for line in lines] == [0.5, *[None] * 7]


def test_all_that_is_listed_is_exported_in_its_order(tmp_path: Path) -> None:
    record_animals(tmp_path / "run")
    run = diagnostics.open_workspace(tmp_path).experiments[0].runs[0]
    frame = exported_examples(run, "confident-mistakes")
    assert frame["rank"].tolist() == [1, 2]
    assert frame["example"].tolist() == ["animal-4", "animal-1"]
    assert frame["text"].tolist() == [TEXTS[4], TEXTS[1]]
    assert frame["run"].tolist() == ["run", "run"]
    one = exported_examples(run, "confident-mistakes", where=Filter(text="COLLIE"))
    assert one["example"].tolist() == ["animal-1"]


def test_the_export_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record_animals(tmp_path / "run")
    run = diagnostics.open_workspace(tmp_path).experiments[0].runs[0]
    monkeypatch.setattr(export, "EXPORT_LIMIT", 4)
    assert len(exported_examples(run, "uncertain")) == 4


def test_images_and_empty_columns_are_left_out(tmp_path: Path) -> None:
    record_animals(tmp_path / "run", content=np.zeros((6, 4, 4)))
    run = diagnostics.open_workspace(tmp_path).experiments[0].runs[0]
    frame = exported_examples(run, "uncertain")
    assert "image" not in frame
    assert "fold" not in frame
    assert len(read_csv(to_csv(frame))) == 6


def test_nothing_listed_makes_files_with_headings_only(tmp_path: Path) -> None:
    record_animals(tmp_path / "run")
    run = diagnostics.open_workspace(tmp_path).experiments[0].runs[0]
    frame = exported_examples(run, "uncertain", where=Filter(text="nobody"))
    assert read_csv(to_csv(frame)) == []
    assert to_jsonl(frame) == b""


def test_file_names_suit_every_file_system() -> None:
    assert file_name("a/b: c", "..\\run=1", suffix=".csv") == "a-b-c-run=1.csv"
    assert len(file_name("x" * 500, suffix=".csv")) == 124
