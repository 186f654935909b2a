"""Who an example is: ids that differ by how they were written, texts that differ by white space."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path

import polars as pl
import pytest

from diagnostics import open_workspace
from diagnostics.readers.prediction_table.content import content_hash, id_texts


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (["0.0", "1.0", "12.0"], ["0", "1", "12"]),
        ([1.0, None, -3.0], ["1", None, "-3"]),
        (["1", "2.0", "3.00"], ["1", "2", "3"]),
        ([" 1 ", "2\t"], ["1", "2"]),
        (["007", "008"], ["007", "008"]),
        (["007.0", "8.0"], ["007.0", "8.0"]),
        (["1", "1.0"], ["1", "1.0"]),
        (["1.0", "1.5"], ["1.0", "1.5"]),
        (["1.0", "b"], ["1.0", "b"]),
        (["v1.0", "v2.0"], ["v1.0", "v2.0"]),
    ],
    ids=str,
)
def test_ids_are_respelt_where_nothing_is_lost(
    ids: list[str | float | None], expected: list[str | None]
) -> None:
    spelt, how = id_texts(pl.Series("id", ids))
    assert spelt.to_list() == expected
    is_changed = [str(own) for own in ids if own is not None] != [own for own in expected if own]
    assert bool(how) is is_changed


@pytest.mark.parametrize(
    "other",
    [
        "Where is my card? ",
        "  Where is  my card?",
        "Where is\tmy\u00a0card?",
        "Where is my card?\r\n",
    ],
)
def test_white_space_makes_no_other_text(other: str) -> None:
    plain, *rest = content_hash(pl.DataFrame({"text": ["Where is my card?", other]}))
    assert rest == [plain]


def test_texts_without_odd_white_space_keep_their_ids() -> None:
    texts = ["Where is my card?", "one\ntwo\n\nthree", "", "ein Maß\u200b"]
    expected = [blake2b(text.encode(), digest_size=8).hexdigest() for text in texts]
    assert content_hash(pl.DataFrame({"text": texts})).to_list() == expected
    unix, windows, single = content_hash(pl.DataFrame({"text": ["a\nb", "a \r\nb", "a b"]}))
    assert unix == windows != single


def test_runs_and_truth_are_joined_by_respelt_ids(tmp_path: Path) -> None:
    tables = {
        "a": "id,text,y_pred\n0.0,one,x\n1.0,two,x\n2.0,three,y\n",
        "b": "id,text,y_pred\n0,one,x\n 1,two,y\n2,three,y\n",
    }
    for name, table in tables.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "predictions.csv").write_text(table)
    (tmp_path / "labels.csv").write_text("id,label\n2,y\n1,y\n0,x\n3,x\n")
    [experiment] = open_workspace(tmp_path).experiments
    assert [(run.run, run.examples, run.errors) for run in experiment.runs] == [
        ("a", 3, 1),
        ("b", 3, 0),
    ]
    [note] = [note for note in experiment.run("a").notes if "told apart" in note]
    assert "without the decimals (0.0)" in note
