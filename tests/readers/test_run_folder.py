"""The format as another language would write it, and what happens when it is broken."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import diagnostics
from diagnostics import Evidence, Problem
from diagnostics.examples import answers, content
from tests.made.runs import record_animals


def write_run(
    folder: Path, predictions: str, *, name: str = "predictions.csv", **more: Any
) -> Path:
    folder.mkdir(parents=True)
    description = {"format": "errata-run", "version": 1, "labels": ["no", "yes"], **more}
    (folder / "run.json").write_text(json.dumps(description), encoding="utf-8")
    (folder / name).write_text(predictions, encoding="utf-8")
    return folder


def opened(folder: Path) -> diagnostics.Workspace:
    return diagnostics.open_workspace(folder)


def test_csv_with_a_column_for_each_label(tmp_path: Path) -> None:
    write_run(
        tmp_path / "r",
        "example,true_label,predicted_label,p(no),p(yes)\n1,yes,yes,0.25,0.75\n2,no,yes,0.4,0.6\n",
    )
    (run,) = opened(tmp_path).experiments[0].runs
    assert run.metrics["accuracy"] == 0.5
    assert run.has(Evidence.PROBABILITIES)
    top = diagnostics.top_examples(run, "confident-mistakes").examples
    assert top[["example", "confidence", "true_rank"]].to_numpy().tolist() == [["2", 0.6, 2]]


def test_json_lines_with_vectors(tmp_path: Path) -> None:
    rows = [
        {
            "example": "1",
            "true_label": "yes",
            "predicted_label": "yes",
            "probabilities": [0.25, 0.75],
        },
        {"example": "2", "true_label": None, "predicted_label": "no", "probabilities": None},
    ]
    text = "\n".join(json.dumps(row) for row in rows)
    write_run(tmp_path / "r", text, name="predictions.jsonl")
    (run,) = opened(tmp_path).experiments[0].runs
    answer = answers.answer(run, "1")
    assert answer is not None
    assert answer["probabilities"] == [0.25, 0.75]
    assert run.errors == 0


def test_runs_that_share_their_examples(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_run(
            tmp_path / name,
            "example,true_label,predicted_label\n1,yes,no\n",
            examples="../shared.csv",
        )
    (tmp_path / "shared.csv").write_text("example,text\n1,hello\n", encoding="utf-8")
    (experiment,) = opened(tmp_path).experiments
    contents = [content.content_of(run, "1") for run in experiment.runs]
    assert contents == [{"text": "hello"}] * 2


def test_shared_examples_outside_the_opened_folder_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("example,text\n1,secret\n", encoding="utf-8")
    write_run(
        tmp_path / "open" / "r",
        "example,true_label,predicted_label\n1,yes,no\n",
        examples="../../secret.csv",
    )
    workspace = opened(tmp_path / "open")
    (run,) = workspace.experiments[0].runs
    assert content.content_of(run, "1") == {}
    assert "lies outside" in workspace.all_problems[0].what


def test_a_confidence_that_contradicts_its_vector_is_a_problem(tmp_path: Path) -> None:
    write_run(
        tmp_path / "r",
        "example,true_label,predicted_label,confidence,p(no),p(yes)\n1,yes,yes,0.99,0.25,0.75\n",
    )
    (run,) = opened(tmp_path).experiments[0].runs
    assert [problem.code for problem in run.problems] == ["confidence-differs"]
    answer = answers.answer(run, "1")
    assert answer is not None
    assert answer["confidence"] == 0.75


@pytest.mark.parametrize(
    ("break_it", "what"),
    [
        (
            lambda run: (run / "run.json").write_text('{"format": "errata-run", "ver'),
            "not readable",
        ),
        (lambda run: (run / "predictions.parquet").unlink(), "There is no predictions.parquet"),
        (lambda run: (run / "predictions.parquet").write_bytes(b""), "predictions.parquet is not"),
        (
            lambda run: (run / "run.json").write_text('{"format": "errata-run", "version": 9}'),
            "format version 9",
        ),
        (
            lambda run: (run / "run.json").write_text('{"format": "errata-run", "scores": -1}'),
            "Its 'scores' is no list.",
        ),
    ],
    ids=["half-written", "missing", "0-byte", "newer", "another kind"],
)
def test_one_broken_run_is_a_problem_and_the_others_open(
    tmp_path: Path, break_it: Any, what: str
) -> None:
    record_animals(tmp_path / "good")
    break_it(record_animals(tmp_path / "bad"))
    workspace = opened(tmp_path)
    assert [run.run for run in workspace.experiments[0].runs] == ["good"]
    (problem,) = workspace.all_problems
    assert isinstance(problem, Problem)
    assert what in problem.what
    assert problem.path.startswith("bad")
    assert problem.hint


def test_wrong_columns_are_named_with_those_that_are_there(tmp_path: Path) -> None:
    write_run(tmp_path / "r", "id,label\n1,yes\n")
    (problem,) = [p for p in opened(tmp_path).problems if p.code == "broken-run-folder"]
    assert problem.what == "Column 'example' not found in its predictions. They have: id, label."
