"""Whatever a table holds, reading it ends in runs and problems, never in an exception."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics.readers import Reading, prediction_table
from diagnostics.readers.walking import listed
from diagnostics.workspace import Evidence, Problem
from diagnostics.workspace.tables import PREDICTIONS

NAMES = [
    "id", "text", "image", "true_label", "label", "y_true", "pred", "predicted_label", "rf_pred",
    "svm_pred", "Pred1", "Pred1Score", "Pred2", "Pred2Score", "confidence", "score", "p_churn",
    "prob_a", "prob_b", "P(a)", "P(b)", "a", "b", "probs", "logits", "fold", "split", "model",
    "variant", "", "Unnamed: 0", "true_class_index", "true_class_name", "pred_class_name",
    "predict", "answer", "target", "class", "winner", "patient_id", "pred_time",
    "rf_predicted_label", "Blend_0", "Blend_1", "P(-1)", "P(1)", "what",
]  # fmt: skip
CELLS = st.sampled_from(
    ["a", "b", "0", "1", "1.0", "0.5", "0.25", "-2.5", "93%", "0,5", "N/A", "nan", "inf", "", " ",
     "True", "false", "[0.5, 0.5]", "[0.1 0.9]", "[]", "[nan, 1]", "tensor(1)", "test", "train",
     "x.png", "some words that make up a text", "ทักทาย", 'say "a, b"\nagain', "(no prediction)",
     "accept", "reject", "LABEL_0", "1:a", "1:?", "?", "-1", "0.7", "0.3"]
)  # fmt: skip
VALUES = st.one_of(
    CELLS,
    st.none(),
    st.booleans(),
    st.integers(-2, 3),
    st.floats(),
    st.lists(st.floats(0, 1), max_size=3),
    st.lists(st.sampled_from("ab"), max_size=2),
    st.dictionaries(st.sampled_from(["label", "score"]), CELLS, max_size=2),
)


def check(root: Path) -> None:
    """Every reading is a canonical table of all its rows."""
    for entry in prediction_table.read(listed(root, root)):
        assert isinstance(entry, Reading | Problem)
        if isinstance(entry, Problem):
            continue
        assert entry.predictions is not None
        assert dict(entry.predictions.schema) == PREDICTIONS
        if entry.n_examples is None:  # folds that repeat
            assert entry.predictions["example"].is_duplicated().any()
        else:
            assert len(entry.predictions) == entry.n_examples
        assert (Evidence.CONTENT in entry.evidence) == (entry.examples is not None)
        codes = entry.predictions["predicted_label"]
        assert codes.is_between(0, len(entry.labels) - 1).all()
        known = entry.predictions["confidence"].drop_nulls()
        assert known.is_between(0, 1 + 1e-6).all()
        if entry.examples is not None:
            assert entry.examples["example"].is_unique().all()
        assert prediction_table.mapping_as_toml(entry.mapping).startswith("[[predictions]]")


@settings(max_examples=60)
@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=7), st.data())
def test_no_csv_makes_it_raise(names: list[str], data: st.DataObject) -> None:
    row = st.lists(CELLS, min_size=len(names), max_size=len(names))
    rows = data.draw(st.lists(row, max_size=6))
    table = pl.DataFrame(rows, schema=[f"c{n}" for n in range(len(names))], orient="row")
    header = ",".join(f'"{name}"' for name in names)
    body = table.write_csv(include_header=False) if rows else ""
    with TemporaryDirectory() as folder:
        (Path(folder) / "predictions.csv").write_text(f"{header}\n{body}", encoding="utf-8")
        check(Path(folder))


@settings(max_examples=60)
@given(st.lists(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6), max_size=5))
def test_no_json_makes_it_raise(rows: list[dict[str, Any]]) -> None:
    with TemporaryDirectory() as folder:
        lines = "\n".join(json.dumps(row) for row in rows)
        (Path(folder) / "predictions.jsonl").write_text(lines, encoding="utf-8")
        check(Path(folder))


@settings(max_examples=60)
@given(st.binary(max_size=400))
def test_no_bytes_make_it_raise(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        for suffix in ("csv", "tsv", "jsonl", "parquet"):
            (Path(folder) / f"predictions.{suffix}").write_bytes(content)
        check(Path(folder))
