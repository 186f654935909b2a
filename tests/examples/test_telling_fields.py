"""Lists of tabular examples show the columns that have to do with the answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from diagnostics import Run, open_workspace, record
from diagnostics.examples.content import content_columns, listed_columns, with_telling_fields

ROWS = 200
RANDOM = np.random.default_rng(4)
ANSWERS = RANDOM.choice(["no", "yes"], ROWS)
FRAME = pd.DataFrame(
    {
        "noise": RANDOM.normal(size=ROWS),
        "constant": 1,
        "code": [f"c{at}" for at in range(ROWS)],
        "town": RANDOM.choice(["a", "b", "c"], ROWS),
        "age": np.where(ANSWERS == "yes", 60, 30) + RANDOM.normal(size=ROWS) * 8,
        "plan": np.where(RANDOM.random(ROWS) < 0.8, ANSWERS, "other"),
    }
)


def run_of(folder: Path, **more: Any) -> Run:
    options = {"predicted_label": ANSWERS, "content": FRAME, **more}
    record(folder / "run", **options)
    return open_workspace(folder).experiments[0].runs[0]


def listed(run: Run) -> list[str]:
    return listed_columns(with_telling_fields(run, content_columns(run)))


def test_columns_that_share_most_with_the_answers_are_listed(tmp_path: Path) -> None:
    assert set(listed(run_of(tmp_path))) == {"plan", "age"}
    assert content_columns(run_of(tmp_path / "b")).fields == tuple(FRAME)


def test_columns_that_the_model_goes_by_are_listed_first(tmp_path: Path) -> None:
    importances = {"feature": ["num__noise", "town", "elsewhere"], "mean": [-0.9, 0.2, 3.0]}
    assert listed(run_of(tmp_path, importances=importances)) == ["noise", "town"]
    single = {"feature": ["town"], "mean": [0.2]}
    assert listed(run_of(tmp_path / "b", importances=single))[0] == "town"


@pytest.mark.parametrize("n", [1, 3, ROWS])
def test_where_answers_tell_nothing_what_varies_is_listed(n: int, tmp_path: Path) -> None:
    few = FRAME[["constant", "code", "town"]].head(n)
    shown = listed(run_of(tmp_path, predicted_label=["yes"] * n, content=few))
    assert shown == (["code", "town"] if n > 1 else ["constant", "code"])


def test_two_columns_are_both_listed_and_texts_stand_alone(tmp_path: Path) -> None:
    assert listed(run_of(tmp_path, content=FRAME[["constant", "noise"]])) == ["constant", "noise"]
    with_text = FRAME.assign(text="some words")
    assert listed(run_of(tmp_path / "b", content=with_text)) == ["text"]
