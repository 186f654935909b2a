"""One answer of a run is found by its example: the held-out one before those it was fitted on."""

from __future__ import annotations

from pathlib import Path

import diagnostics
from diagnostics.examples.answers import answer, held_out_answer
from tests.made.runs import record_animals


def test_the_held_out_answer_comes_before_the_one_that_was_fitted_on(tmp_path: Path) -> None:
    record_animals(
        tmp_path / "run",
        example=["a", "b", "c", "d", "a", "e"],
        split=["train", "train", "train", "train", "test", "test"],
    )
    run = diagnostics.open_workspace(tmp_path).experiments[0].runs[0]
    first, held_out, only = answer(run, "a"), held_out_answer(run, "a"), held_out_answer(run, "b")
    assert first is not None
    assert first["split"] == "train"
    assert held_out == answer(run, "a", split="test")
    assert only == answer(run, "b")
    assert only is not None
    assert held_out_answer(run, "nobody") is None
