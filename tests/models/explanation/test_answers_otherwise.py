"""A model that does not answer as was recorded is explained, and it is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import skops.io
from sklearn.linear_model import LogisticRegression, RidgeClassifier

import diagnostics
from diagnostics import record
from diagnostics.models.explanation.explain import explain_example

ROWS = pd.DataFrame({"a": [0.0, 1, 2, 3], "b": [1.0, 0, 1, 0]})
TRUE = ["n", "n", "y", "y"]


def notes(folder: Path, kept: Any, example: str = "0", **asked: Any) -> tuple[str, ...]:
    fitted = LogisticRegression().fit(ROWS, TRUE)
    record(folder / "run", model=fitted, X=ROWS, true_label=TRUE, keep_model=True)
    skops.io.dump(kept, folder / "run/model.skops")
    workspace = diagnostics.open_workspace(folder)
    (experiment,) = workspace.experiments
    run = experiment.runs[0]
    return explain_example(experiment, run, example, root=workspace.root, **asked).notes


def test_the_same_model_is_not_said_to_answer_otherwise(tmp_path: Path) -> None:
    assert notes(tmp_path, LogisticRegression().fit(ROWS, TRUE)) == ()


def test_another_answer_is_said(tmp_path: Path) -> None:
    other = LogisticRegression().fit(ROWS, TRUE[::-1])
    assert notes(tmp_path, other) == ("The model answers y now; n was recorded.",)


def test_another_confidence_is_said(tmp_path: Path) -> None:
    (said,) = notes(tmp_path, LogisticRegression(C=100).fit(ROWS, TRUE))
    assert said.startswith("The model is 9")
    assert said.endswith("% was recorded.")


def test_a_model_of_other_labels_is_explained_for_its_own_answer(tmp_path: Path) -> None:
    other = LogisticRegression().fit(ROWS, ["cat", "cat", "dog", "dog"])
    assert notes(tmp_path, other) == (
        "The model answers cat now; n was recorded.",
        "The model never saw the true label when it was fitted.",
    )


def test_a_model_without_probabilities_is_held_to_its_answer_alone(tmp_path: Path) -> None:
    assert notes(tmp_path, RidgeClassifier().fit(ROWS, TRUE)) == ()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half of an archive"])
def test_a_broken_model_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    fitted = LogisticRegression().fit(ROWS, TRUE)
    record(tmp_path / "run", model=fitted, X=ROWS, true_label=TRUE, keep_model=True)
    (tmp_path / "run/model.skops").write_bytes(content)
    workspace = diagnostics.open_workspace(tmp_path)
    (experiment,) = workspace.experiments
    with pytest.raises(diagnostics.DiagnosticsError, match=r"^model.skops cannot be opened"):
        explain_example(experiment, experiment.runs[0], "0", root=workspace.root)


def test_an_example_that_nobody_knows_is_said_to_be_unknown(tmp_path: Path) -> None:
    with pytest.raises(diagnostics.DiagnosticsError, match=r"^The run run has no example 'x'"):
        notes(tmp_path, LogisticRegression().fit(ROWS, TRUE), "x")
