"""Explanations that were computed elsewhere are shown as they came; broken ones are problems."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression

from diagnostics import DiagnosticsError, Run, open_workspace, record
from diagnostics.models.explanation.explain import OWN_SCORE, explain_example
from diagnostics.models.explanation.explanation import Explanation
from diagnostics.models.random_state import undisturbed
from diagnostics.models.run_models import NoModel
from diagnostics.workspace import stored_tables

LABELS = ["cat", "dog", "owl"]
PREDICTED, TRUE = ["cat", "dog"], ["dog", "dog"]
SHARES = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]])
VALUES = np.arange(12, dtype=float).reshape(2, 2, 3) / 10
ARRAYS: dict[str, Any] = {
    "values": VALUES,
    "base": np.array([0.5, 0.25, 0.0]),
    "features": ["Barks", "purrs"],
    "labels": LABELS,
    "data": np.array([[1.0, 2.0], [3.0, 4.0]]),
}
TABLE = pd.DataFrame(
    {
        "example": ["a", "a", "b"],
        "feature": ["barks", "purrs", "barks"],
        "contribution": [1.0, -0.25, 2.0],
        "base": [0.5, 0.5, 0.5],
    }
)
Kept = Callable[..., Explanation]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "runs/run"


def kept(folder: Path, example: str = "a", explanations: Any = None, **asked: Any) -> Explanation:
    """What is said of an example of a run that brought these explanations."""
    if not folder.exists():
        recorded(folder, explanations=explanations)
    experiment = open_workspace(folder.parent).experiments[0]
    return explain_example(
        experiment, experiment.runs[0], example, root=folder.parent, method="auto", **asked
    )


def recorded(folder: Path, **more: Any) -> None:
    given: dict[str, Any] = {
        "example": ["b", "a"], "predicted_label": PREDICTED[::-1], "true_label": TRUE,
        "probabilities": SHARES[::-1], "labels": LABELS,
        "content": ["it BARKS a lot, barks", "it purrs and barks"],
    }  # fmt: skip
    record(folder, **{**given, **more})


def test_arrays_of_every_label_are_held_against_the_true_one(folder: Path) -> None:
    arrays = {**ARRAYS, "values": VALUES[::-1], "data": ARRAYS["data"][::-1]}
    found = kept(folder, explanations=arrays)
    assert (found.method, found.label, found.against) == ("kept", "cat", "dog")
    assert found.base == 0.25
    assert found.output == pytest.approx(0.25 + VALUES[0, :, 0].sum() - VALUES[0, :, 1].sum())
    assert {(entry.feature, entry.value) for entry in found.contributions} == {
        ("Barks", 1.0), ("purrs", 2.0),
    }  # fmt: skip


def test_a_label_by_itself_and_another_pair_can_be_asked_for(folder: Path) -> None:
    arrays = {**ARRAYS, "values": VALUES[::-1]}
    alone = kept(folder, explanations=arrays, label="owl", against=OWN_SCORE)
    assert alone.output == pytest.approx(VALUES[0, :, 2].sum())
    pair = kept(folder, explanations=arrays, label="owl", against="cat")
    assert pair.base == -0.5


def test_words_that_are_in_the_text_lie_over_it(folder: Path) -> None:
    found = kept(folder, "b", explanations=TABLE)
    assert found.text == "it BARKS a lot, barks"
    shaded = [(found.text[span.start : span.end], span.contribution) for span in found.spans]
    assert shaded == [("BARKS", 1.0), ("barks", 1.0)]


def test_a_table_without_labels_is_about_the_answer(folder: Path) -> None:
    found = kept(folder, explanations=TABLE)
    assert (found.label, found.against, found.scale) == ("cat", None, "margin")
    assert found.output == 1.25
    assert found.notes == (
        "It was kept for this label by itself, against no other.",
        "What scale it is in was not kept.",
    )


def test_sums_that_are_the_recorded_probability_are_known_for_it(folder: Path) -> None:
    table = TABLE.assign(contribution=[0.3, -0.1, 0.3])
    found = kept(folder, explanations=table)
    assert found.scale == "probability"
    assert not any("scale" in note for note in found.notes)
    assert found.model_output == pytest.approx(0.7)
    assert found.error == pytest.approx(0, abs=1e-6)


def test_a_table_with_labels_tells_them_apart(folder: Path) -> None:
    table = TABLE[:2].assign(label=["cat", "dog"])
    found = kept(folder, explanations=table)
    assert (found.label, found.against, found.base, found.output) == ("cat", "dog", 0.0, 1.25)


@pytest.mark.parametrize(
    "weights",
    ['{"barks": 1.0, "purrs": -0.25}', '[["barks", 1.0], ["purrs", -0.25]]'],
)
def test_a_column_of_weights_will_do(folder: Path, weights: str) -> None:
    recorded(folder)
    table = pl.DataFrame({"example": ["a"], "weights": [weights]})
    table.write_csv(folder / "explanations.csv")
    assert kept(folder).output == 0.75


def test_what_shap_gives_can_be_recorded_as_it_is(folder: Path) -> None:
    rows = np.random.default_rng(0).random((20, 3))
    model = LogisticRegression().fit(rows, (rows[:, 0] > 0.5).astype(int))
    with undisturbed():
        import shap

        found = shap.LinearExplainer(model, rows)(rows)
    record(
        folder, model=model, X=rows, example=list(map(str, range(20))),
        true_label=model.predict(rows), explanations=found,
    )  # fmt: skip
    experiment = open_workspace(folder.parent).experiments[0]
    answer = str(model.predict(rows[:1])[0])
    one = explain_example(experiment, experiment.runs[0], "0", root=folder.parent)
    assert one.method == "kept"
    assert one.label == answer
    assert len(one.contributions) == 3


@pytest.mark.parametrize("example", ["a", "nobody"])
def test_what_was_recorded_of_the_answer_is_read_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch, example: str
) -> None:
    recorded(folder, explanations=ARRAYS)
    scanned: list[str] = []
    scan = stored_tables.scan

    def counted(run: Run) -> Any:
        scanned.append(run.run)
        return scan(run)

    monkeypatch.setattr(stored_tables, "scan", counted)
    with nullcontext() if example == "a" else pytest.raises(NoModel):
        kept(folder, example)
    assert len(scanned) == 1


@pytest.mark.parametrize("asked", [{"label": "owl", "against": "parrot"}, {"label": "parrot"}])
def test_labels_that_were_not_kept_are_no_explanation(folder: Path, asked: dict[str, str]) -> None:
    with pytest.raises(NoModel):
        kept(folder, explanations=ARRAYS, **asked)


def test_examples_that_were_not_kept_have_none(folder: Path) -> None:
    with pytest.raises(NoModel):
        kept(folder, "b", explanations=TABLE[:2])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"features": ["one"]}, "There are 1 features for 2 columns of values"),
        ({"labels": ["cat"]}, "There are 1 labels for 3 in values"),
        ({"values": np.zeros(2)}, "values has 1 dimensions, not 2 or 3"),
        ({"values": np.zeros((3, 2, 3))}, "There are 2 examples for 3 rows of values"),
        ({"base": np.zeros(5)}, r"base has the shape \(5,\) for 3 labels"),
        ({"data": np.zeros((2, 3))}, r"data has the shape \(2, 3\), and values \(2, 2\)"),
        ({"scale": "percent"}, "The scale is 'percent', and none of log-odds"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(
    folder: Path, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(DiagnosticsError, match=rf"^explanations\.npz cannot be used: {message}"):
        recorded(folder, explanations={**ARRAYS, **change})
    assert not folder.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("explanations.npz", b"no archive"),
        ("explanations.csv", b"example,feature\na,b\n"),
        ("explanations.parquet", b"nothing"),
    ],
)
def test_a_broken_file_is_a_problem_and_the_run_is_there(
    folder: Path, name: str, content: bytes
) -> None:
    recorded(folder)
    (folder / name).write_bytes(content)
    run = open_workspace(folder.parent).experiments[0].runs[0]
    (problem,) = run.problems
    assert (problem.code, problem.path) == ("unreadable-file", f"run/{name}")
    assert problem.what.startswith(f"{name} cannot be used: ")


def test_weights_that_are_no_numbers_are_said(folder: Path) -> None:
    recorded(folder)
    table = pl.DataFrame({"example": ["a"], "weights": [json.dumps({"barks": "much"})]})
    table.write_csv(folder / "explanations.csv")
    with pytest.raises(DiagnosticsError, match=r"^explanations\.csv cannot be used: Of 'a': "):
        kept(folder)


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_what_is_no_finite_number_is_refused_by_name(folder: Path, wrong: float) -> None:
    values = VALUES.copy()
    values[1, 1, 0] = wrong
    given = {**ARRAYS, "values": values}
    with pytest.raises(DiagnosticsError, match="no finite number for the feature 'purrs' of 'a'"):
        kept(folder, explanations=given)
    assert np.isfinite(kept(folder, "b").output)
