"""Grids in long form: the same examples once for each candidate, fold, repeat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from diagnostics import open_workspace
from diagnostics.readers.prediction_table import mapping_as_toml
from diagnostics.workspace import Run

TRUTH = ["No", "Yes", "No", "Yes", "No", "Yes", "Yes", "No"]
N = len(TRUTH)
Rows = list[dict[str, Any]]


def answers(wrong: int) -> list[str]:
    """The truth with the first `wrong` answers turned round."""
    turned = {"No": "Yes", "Yes": "No"}
    return [turned[label] if at < wrong else label for at, label in enumerate(TRUTH)]


def opened(folder: Path, rows: Rows, name: str = "grid_predictions.csv") -> Sequence[Run]:
    folder.mkdir(exist_ok=True)
    frame = pl.DataFrame(rows)
    if name.endswith(".jsonl"):
        frame.write_ndjson(folder / name)
    else:
        frame.write_csv(folder / name, separator=";" if "semicolon" in name else ",")
    [experiment] = open_workspace(folder).experiments
    return experiment.runs


def told(runs: Sequence[Run]) -> list[tuple[str, Mapping[str, Any], int | None, int | None]]:
    return [(run.run, dict(run.parameters), run.examples, run.errors) for run in runs]


def caret(at: int, truth: str, answer: str, setting: int, wrong: int) -> dict[str, Any]:
    share = 0.8 if answer == "Yes" else 0.3
    return {
        **{"pred": answer, "obs": truth, "No": round(1 - share, 1), "Yes": share},
        **{"rowIndex": at + 1, "mtry": setting, "Resample": f"Fold{at % 2 + 1}"},
    }


def tune(at: int, truth: str, answer: str, setting: int, wrong: int) -> dict[str, Any]:
    return {
        **{".pred_class": answer, ".pred_No": 0.5, ".pred_Yes": 0.5, "id": f"Fold0{at % 2 + 1}"},
        **{".row": at + 1, "penalty": setting / 100, "churn": truth, ".config": f"Model{wrong}"},
    }


def by_id(at: int, truth: str, answer: str, setting: int, wrong: int) -> dict[str, Any]:
    return {"id": f"e{at}", "C": setting, "fold": at % 2, "y_true": truth, "y_pred": answer}


def by_text(at: int, truth: str, answer: str, setting: int, wrong: int) -> dict[str, Any]:
    text = f"where is my card number {at - at % 5}"  # some texts come twice
    return {"lr": setting, "text": text, "label": truth, "prediction": answer, "dropout": setting}


def by_content(at: int, truth: str, answer: str, setting: int, wrong: int) -> dict[str, Any]:
    features = {"age": 20 + at, "income": 1000 * at}
    return {**features, "max_depth": setting, "y_true": truth, "y_pred": answer}


def by_place(at: int, truth: str, answer: str, setting: int, wrong: int) -> dict[str, Any]:
    return {"n_estimators": setting, "y_true": truth, "y_pred": answer}


def by_trial(at: int, truth: str, answer: str, setting: int, wrong: int) -> dict[str, Any]:
    row = {"trial": wrong, "sample_id": 100 + at, "params_C": setting, "other": setting}
    return {**row, "true_label": truth, "predicted_label": answer}


FORMS = {
    "caret": (caret, "mtry=", 1, ["mtry"]),
    "tune": (tune, "penalty=", 0.01, ["penalty"]),
    "by id": (by_id, "C=", 1, ["C"]),
    "by text": (by_text, "lr=", 1, ["lr", "dropout"]),
    "by content": (by_content, "max_depth=", 1, ["max_depth"]),
    "by place": (by_place, "n_estimators=", 1, ["n_estimators"]),
    "by trial": (by_trial, "params_C=", 1, ["params_C", "other"]),
}


@pytest.mark.parametrize("file", ["grid_predictions.csv", "semicolon.csv", "grid.jsonl"])
@pytest.mark.parametrize("form", FORMS)
def test_each_candidate_is_a_run_of_the_examples(tmp_path: Path, form: str, file: str) -> None:
    row, begins, scale, names = FORMS[form]
    rows = [
        row(at, TRUTH[at], answers(wrong)[at], setting, wrong)
        for wrong, setting in ((1, 2), (3, 4), (2, 16))
        for at in range(N)
    ]
    if file == "semicolon.csv":  # the order of rows and columns says nothing
        columns = list(reversed(rows[0]))
        rows = [{name: row[name] for name in columns} for row in sorted(rows, key=str)]
        if form == "by place":
            return
    runs = opened(tmp_path / "grid", rows, file)
    expected = [{name: setting * scale for name in names} for setting in (2, 4, 16)]
    assert [dict(run.parameters) for run in runs] == expected
    assert [(run.examples, run.errors) for run in runs] == [(N, 1), (N, 3), (N, 2)]
    assert all(begins in run.run for run in runs)
    (tmp_path / "grid" / "errata.toml").write_text(mapping_as_toml(*(run.mapping for run in runs)))
    [experiment] = open_workspace(tmp_path / "grid").experiments
    assert told(experiment.runs) == told(runs)


@pytest.mark.parametrize("how", ["two columns", "one column", "numbers", "only repeats"])
def test_repeats_are_folds_of_the_same_examples(tmp_path: Path, how: str) -> None:
    rows = []
    for repeat, at in product((1, 2, 3), range(N)):
        fold = (at + repeat) % 2 + 1
        resampling: dict[str, Any] = {
            "two columns": {"id": f"Repeat{repeat}", "id2": f"Fold{fold}"},
            "one column": {"Resample": f"Fold0{fold}.Rep{repeat}"},
            "numbers": {"repeat": repeat, "fold": fold},
            "only repeats": {"repetition": repeat},
        }[how]
        row = {"row": at, "y_true": TRUTH[at], "y_pred": answers(repeat)[at], "cp": 0.1}
        rows.append({**row, **resampling})
    [run] = opened(tmp_path, rows)
    folds = {score.fold for score in run.scores}
    assert (run.examples, run.errors) == (N, 6)
    assert len(folds) == (3 if how == "only repeats" else 6)
    assert run.metrics["accuracy"] == 0.75


def test_repeats_and_candidates_are_told_apart(tmp_path: Path) -> None:
    rows = [
        {
            **{"index": at, "alpha": alpha, "fold": (at + repeat) % 2, "repeat": repeat},
            **{"y_true": TRUTH[at], "y_pred": answers(alpha)[at]},
        }
        for alpha, repeat, at in product((1, 2), (0, 1), range(N))
    ]
    runs = opened(tmp_path, rows)
    assert told(runs) == [
        ("alpha=1", {"alpha": 1}, N, 2),
        ("alpha=2", {"alpha": 2}, N, 4),
    ]
    assert {score.fold for score in runs[0].scores} == {1, 2, 3, 4}


def test_models_and_settings_make_a_run_each(tmp_path: Path) -> None:
    rows = [
        {
            **{"id": at, "model": model, "seed": seed},
            **{"y_true": TRUTH[at], "y_pred": answers(seed)[at], "depth": depth},
        }
        for model, seed, depth, at in product(("rf", "svm"), (1, 2), (3,), range(N))
    ]
    runs = opened(tmp_path, rows)
    assert [(run.errors, run.examples) for run in runs] == [(1, N), (2, N)] * 2
    assert [run.parameters.get("seed") for run in runs] == [1, 2, 1, 2]
    assert [run.tags["model"] for run in runs] == ["rf", "rf", "svm", "svm"]


def test_what_may_be_examples_of_their_own_is_asked(tmp_path: Path) -> None:
    rows = [
        {"patient_id": at, "slice": part, "y_true": TRUTH[at], "y_pred": answers(part)[at]}
        for part, at in product((1, 2), range(N))
    ]
    [run] = opened(tmp_path, rows)
    assert (run.examples, run.errors) == (2 * N, 3)
    [problem] = [problem for problem in run.problems if problem.code == "rows-come-back"]
    assert 'candidate = ["slice"]' in problem.hint
    (tmp_path / "errata.toml").write_text('[predictions]\ncandidate = ["slice"]\n')
    [experiment] = open_workspace(tmp_path).experiments
    assert told(experiment.runs) == [
        ("slice=1", {"slice": 1}, N, 1),
        ("slice=2", {"slice": 2}, N, 2),
    ]


@pytest.mark.parametrize(
    "columns",
    [
        {"id": range(16), "size": [1, 2] * 8},
        {"id": range(16), "patient_id": [at // 2 for at in range(16)], "visit": [1, 2] * 8},
        {"age": [at * at for at in range(16)], "C": [0, 1] * 8, "k": [1, 1, 2, 2] * 4},
        {"text": [f"a text about card {at}" for at in range(16)], "seed": [0] * 8 + [1] * 8},
        {"row": [at // 4 for at in range(16)], "seat": [1, 2, 3, 4] * 4},
    ],
    ids=["settings as features", "group", "no id", "different texts", "seats"],
)
def test_an_ordinary_table_stays_one_run(tmp_path: Path, columns: dict[str, Any]) -> None:
    truth = ["a", "b", "b", "a", "a", "a", "b", "b", "a", "b", "a", "b", "a", "a", "b", "a"]
    frame = pl.DataFrame({**columns, "y_true": truth, "y_pred": ["a"] * 16})
    [run] = opened(tmp_path, frame.to_dicts())
    assert (run.examples, run.errors) == (16, 7)
    assert not run.parameters
    assert "rows-come-back" not in [problem.code for problem in run.problems]


def test_an_example_that_is_there_twice_is_said(tmp_path: Path) -> None:
    rows = [{"id": at, "C": 1, "y_true": TRUTH[at], "y_pred": answers(1)[at]} for at in range(N)]
    [run] = opened(tmp_path, [*rows, *rows])
    [problem] = [problem for problem in run.problems if problem.code == "same-example-twice"]
    assert problem.what.startswith("8 of 16 rows have an id ('id')")
