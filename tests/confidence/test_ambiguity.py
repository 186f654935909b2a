from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from diagnostics import Run, open_workspace, record
from diagnostics.confidence.ambiguity import Ambiguity, ambiguous_answers

LABELS = ["a", "b", "out_of_scope"]


def run_of(folder: Path, **given: Any) -> Run:
    record(folder / "run", labels=LABELS if "probabilities" in given else None, **given)
    return open_workspace(folder).experiments[0].runs[0]


def test_answers_are_rejected_as_rasa_rejects_them(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    p = random.dirichlet([1] * 3, 500).astype("f4")
    truth = random.integers(0, 3, 500)
    run = run_of(tmp_path, true_label=[LABELS[code] for code in truth], probabilities=p)
    found = ambiguous_answers(run, 0.2, threshold=0.5, none_labels=["out_of_scope"])
    expected = np.zeros(5, int)
    for row, true in zip(p.astype(float), truth, strict=True):
        second, first = sorted(row)[1:]
        answer = row.argmax()
        if answer == 2 or first < 0.5:
            continue
        is_near, is_wrong = first - second < 0.2, answer != true
        expected += [1, is_wrong, is_near, is_near and is_wrong, 0]
    assert found == Ambiguity(*expected)
    assert found.ambiguous > 10
    assert found.kept == found.answered - found.ambiguous
    assert found.risk == pytest.approx((expected[1] - expected[3]) / found.kept)
    of_a = ambiguous_answers(run, 0.2, predicted_label="a")
    of_b = ambiguous_answers(run, 0.2, predicted_label="b")
    assert of_a.answered + of_b.answered == (p.argmax(axis=1) < 2).sum()


def test_just_as_far_ahead_is_far_enough(tmp_path: Path) -> None:
    run = run_of(
        tmp_path, true_label=["a", "a"], probabilities=[[0.5, 0.25, 0.25], [0.5, 0.375, 0]]
    )
    assert ambiguous_answers(run, 0.25).ambiguous == 1
    assert ambiguous_answers(run, 0.0).ambiguous == 0


def test_without_probabilities_the_runner_up_is_unknown(tmp_path: Path) -> None:
    given = {"predicted_label": ["a", "b", "a"], "confidence": [0.9, 0.6, np.nan]}
    run = run_of(tmp_path, true_label=["a", "a", "b"], **given)
    found = ambiguous_answers(run, 0.2)
    assert found == Ambiguity(2, 1, 0, 0, unknown=2)
    assert not found.is_known
    assert np.isnan(ambiguous_answers(run, 0.2, threshold=0.95).risk)
