"""A run by itself: its splits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from diagnostics import DiagnosticsError, Evidence, Run

RUN = Run("one", "recorded", "one", "classification", Evidence.SCORES, splits=("train", "test"))


@pytest.mark.parametrize(("asked", "known"), [("train", "train"), ("test", "test"), (None, "test")])
def test_the_split_asked_for_is_taken_and_else_the_held_out_one(
    asked: str | None, known: str
) -> None:
    assert RUN.known_split(asked) == known


def test_a_split_that_the_run_lacks_is_refused_with_those_that_it_has() -> None:
    with pytest.raises(DiagnosticsError) as error:
        RUN.known_split("validation")
    assert str(error.value) == "Run 'one' has no split 'validation'. It has: train, test."


@pytest.mark.parametrize(
    ("splits", "spoken_for"),
    [(("train", "validation"), "validation"), (("train",), "train"), ((), "test")],
)
def test_a_run_without_a_test_split_speaks_by_the_one_it_has(
    splits: tuple[str, ...], spoken_for: str
) -> None:
    assert replace(RUN, splits=splits).split == spoken_for
