"""Estimates are made once for the same content, and what was kept is what was made."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.naive_bayes import GaussianNB

from diagnostics.models.batches import asked_in_steps
from diagnostics.models.explanation import stored_estimates
from diagnostics.models.explanation.estimates import Method, estimated_seconds
from diagnostics.models.explanation.explanation import Contribution, Explanation, Span
from diagnostics.models.explanation.question import Question
from diagnostics.models.explanation.stored_estimates import (
    estimate_once,
    store_estimate,
    stored_estimate,
)
from diagnostics.models.jobs import Cancelled
from diagnostics.workspace.cache import MARKER
from tests.made.questions import RUN, question_of

ROWS = np.random.default_rng(0).random((20, 4))
LABELS = np.arange(20) % 2
MADE = Explanation(
    "lime", False, "probability", "a", "b", 0.1, 0.4,
    (Contribution("müll \ud83d", "x", 0.2, 3),
     Contribution("when", date(2026, 1, 2), 0.1, None, False),
     Contribution("gap", math.inf, 0.0), Contribution("n", np.int64(3), 0.0)),
    model_output=0.5, spans=(Span(0, 2, 0.2),), unplaced=0.1, r2=0.9, agreement=0.5,
    notes=("One.",), text="ab", picture=(2, 3),
)  # fmt: skip


@pytest.fixture
def question(tmp_path: Path) -> Question:
    (tmp_path / "model.skops").write_bytes(b"one")
    asked = question_of(GaussianNB().fit(ROWS, LABELS), ROWS[:1], "0", "1")
    return replace(asked, root=tmp_path, run=replace(RUN, models={"": "model.skops"}))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Method]:
    calls: list[Method] = []

    def estimate(method: Method, question: Question, **_: Any) -> Explanation:
        calls.append(method)
        return replace(MADE, method=method)

    monkeypatch.setattr("diagnostics.models.explanation.estimates.estimate", estimate)
    return calls


def files(question: Question) -> list[Path]:
    return sorted((question.root / ".errata/cache").glob("estimate-*"))


def test_a_second_look_asks_nothing_and_says_the_same(
    question: Question, asked: list[Method]
) -> None:
    one, other = estimate_once("lime", question), estimate_once("lime", question)
    assert asked == ["lime"]
    values = [entry.value for entry in other.contributions]
    assert values == ["x", "2026-01-02", math.inf, 3]
    same = [replace(entry, value=None) for entry in other.contributions]
    assert same == [replace(entry, value=None) for entry in one.contributions]
    assert replace(other, contributions=()) == replace(one, contributions=())


CHANGES: dict[str, Callable[[Question], Question]] = {
    "the label": lambda question: replace(question, label="1", against="0"),
    "no other label": lambda question: replace(question, against=None),
    "the seed": lambda question: replace(question, seed=1),
    "the example": lambda question: replace(question, example="other"),
    "the text": lambda question: replace(question, text="other"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_another_question_has_another_estimate(
    question: Question, asked: list[Method], change: Callable[[Question], Question]
) -> None:
    estimate_once("lime", question)
    estimate_once("lime", change(question))
    estimate_once("shap", question)
    assert asked == ["lime", "lime", "shap"]


def test_another_model_has_another_estimate_and_the_same_one_elsewhere_has_not(
    question: Question, asked: list[Method]
) -> None:
    estimate_once("lime", question)
    model = question.root / "model.skops"
    model.rename(question.root / "moved.skops")
    moved = replace(question, run=replace(question.run, models={"": "moved.skops"}))
    estimate_once("lime", moved)
    assert asked == ["lime"]
    (question.root / "moved.skops").write_bytes(b"another")
    estimate_once("lime", moved)
    assert asked == ["lime", "lime"]


def test_another_version_or_more_samples_ask_again(
    question: Question, asked: list[Method], monkeypatch: pytest.MonkeyPatch
) -> None:
    estimate_once("lime", question)
    monkeypatch.setattr(stored_estimates, "VERSION", 0)
    estimate_once("lime", question)
    monkeypatch.setattr("diagnostics.models.explanation.lime_surrogate.SAMPLES", 7)
    estimate_once("lime", question)
    assert len(asked) == 3


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", "{}", '{"method": "lime"}', '{"method": "exact", "scale": "margin"}'],
)
def test_a_file_that_is_half_or_something_else_is_made_anew(
    question: Question, asked: list[Method], content: str
) -> None:
    estimate_once("lime", question)
    files(question)[0].write_text(content)
    assert stored_estimate("lime", question) is None
    estimate_once("lime", question)
    assert asked == ["lime", "lime"]
    assert stored_estimate("lime", question) is not None


def test_files_with_parts_of_other_types_are_not_taken(question: Question) -> None:
    store_estimate("lime", question, MADE)
    (path,) = files(question)
    path.write_text(path.read_text().replace('"contribution": 0.2', '"contribution": "much"'))
    assert stored_estimate("lime", question) is None


def test_where_nothing_can_be_written_it_is_made_all_the_same(
    question: Question, asked: list[Method], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".errata").write_text("a file, and no folder")
    (tmp_path / "home").write_text("the same")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    assert estimate_once("lime", question).label == "a"
    assert estimate_once("lime", question).label == "a"
    assert len(asked) == 2


def test_nothing_is_left_of_what_could_not_be_written(
    question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    store_estimate("lime", question, MADE)
    assert [path.name for path in (question.root / ".errata/cache").iterdir()] == [MARKER]


def test_the_oldest_go_where_there_are_too_many(
    question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_estimates, "KEPT", 2)
    for seed in range(4):
        store_estimate("lime", replace(question, seed=seed), MADE)
        for at, path in enumerate(files(question)):
            os.utime(path, (at, at)) if path.stat().st_mtime < 1e6 else None
    assert len(files(question)) == 2
    assert stored_estimate("lime", replace(question, seed=3)) is not None


def test_a_slow_model_is_asked_about_few_rows_at_a_time() -> None:
    sizes: list[int] = []

    def slow(rows: list[int]) -> Any:
        sizes.append(len(rows))
        time.sleep(0.01 * len(rows))
        return np.array(rows, float)

    assert asked_in_steps(slow, list(range(120)), 500, lambda _: None).tolist() == list(range(120))
    assert sizes[0] == 50
    assert max(sizes) <= 55

    def stop(_: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        asked_in_steps(slow, list(range(120)), 500, stop)


def test_a_slow_model_is_hardly_asked_what_it_will_cost() -> None:
    class Slow(GaussianNB):
        rows = 0

        def predict_proba(self, rows: Any) -> Any:
            type(self).rows += len(rows)
            time.sleep(len(rows) / 10)
            return super().predict_proba(rows)

    model = Slow().fit(pd.DataFrame(ROWS).to_numpy(), LABELS)
    assert estimated_seconds("lime", question_of(model, ROWS[:1], "0", "1")) > 300
    assert Slow.rows < 10
