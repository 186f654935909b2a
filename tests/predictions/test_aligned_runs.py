from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from diagnostics import DiagnosticsError, open_workspace, record
from diagnostics.predictions.aligned_runs import alignable_runs, aligned_answers, aligned_frame
from tests.places import ROOT

IDS = ["one", "two", "three", "four"]
TRUE = ["a", "a", "b", "b"]
RIGHT = {"true_label": TRUE, "predicted_label": TRUE, "example": IDS}


def recorded(folder: Path, **runs: dict[str, Any]) -> Any:
    for name, changes in runs.items():
        record(folder / name, experiment="e", **{**RIGHT, **changes})
    (experiment,) = open_workspace(folder).experiments
    return experiment


def answers_of(aligned: Any) -> dict[str, dict[str, str]]:
    labels = np.array(aligned.labels)
    return {
        run: dict(zip(aligned.example, labels[row], strict=True))
        for run, row in zip(aligned.runs, aligned.answers, strict=True)
    }


def test_examples_are_matched_by_id_whatever_their_order(tmp_path: Path) -> None:
    turned = {
        "example": IDS[::-1],
        "true_label": TRUE[::-1],
        "predicted_label": ["b", "a", "a", "b"],
    }
    experiment = recorded(tmp_path, first={}, second=turned)
    aligned = aligned_answers(experiment.runs)
    assert answers_of(aligned) == {
        "first": {"one": "a", "two": "a", "three": "b", "four": "b"},
        "second": {"one": "b", "two": "a", "three": "a", "four": "b"},
    }
    assert (aligned.common, aligned.judged, aligned.seen) == (4, 4, 4)


def test_only_examples_that_all_runs_have_are_kept_and_the_others_are_counted(
    tmp_path: Path,
) -> None:
    fewer = {name: values[:3] for name, values in RIGHT.items()}
    experiment = recorded(tmp_path, first={}, second=fewer)
    aligned = aligned_answers(experiment.runs)
    assert sorted(aligned.example) == ["one", "three", "two"]
    assert (aligned.common, aligned.seen) == (3, 4)


def test_runs_with_other_label_lists_share_one_code(tmp_path: Path) -> None:
    more = {"predicted_label": ["aa", "a", "b", "b"]}
    aligned = aligned_answers(recorded(tmp_path, first={}, second=more).runs)
    assert aligned.labels == ("a", "aa", "b")
    assert answers_of(aligned)["second"]["one"] == "aa"


def test_examples_without_an_answer_of_every_run_are_left_out() -> None:
    frame = pd.DataFrame(
        {
            "run": ["r"] * 3 + ["s"] * 3,
            "example": ["x", "y", "z"] * 2,
            "predicted_label": ["a", "a", None, "a", "b", "b"],
        }
    )
    aligned = aligned_frame(frame)
    assert list(aligned.example) == ["x", "y"]
    assert (aligned.seen, aligned.judged) == (3, 0)


def test_examples_whose_truth_the_runs_dispute_are_left_out_and_counted() -> None:
    frame = pd.DataFrame(
        {
            "run": ["r", "r", "s", "s"],
            "example": ["x", "y"] * 2,
            "true_label": ["a", "a", "b", None],
            "predicted_label": ["a"] * 4,
        }
    )
    aligned = aligned_frame(frame)
    assert list(aligned.example) == ["y"]
    assert (aligned.conflicting, aligned.judged) == (1, 1)


def test_an_example_of_several_folds_is_known_by_its_fold() -> None:
    frame = pd.DataFrame(
        {
            "run": ["r"] * 4 + ["s"] * 3,
            "example": ["x", "x", "y", "y", "x", "y", "x"],
            "fold": [0, 1, 0, 1, 1, 0, 0],
            "predicted_label": ["a", "b", "a", "b", "b", "a", "a"],
        }
    )
    aligned = aligned_frame(frame)
    assert list(aligned.example) == ["x", "x", "y"]
    assert (aligned.answers[0] == aligned.answers[1]).all()


def test_an_example_that_comes_twice_in_a_fold_is_left_out() -> None:
    frame = pd.DataFrame(
        {
            "run": ["r"] * 3 + ["s"] * 2,
            "example": ["x", "x", "y", "x", "y"],
            "predicted_label": ["a", "b", "a", "a", "a"],
        }
    )
    aligned = aligned_frame(frame)
    assert list(aligned.example) == ["y"]
    assert aligned.seen == 2


def test_folds_do_not_matter_where_every_example_comes_once() -> None:
    frame = pd.DataFrame(
        {
            "run": ["r", "r", "s", "s"],
            "example": ["x", "y"] * 2,
            "fold": [0, 1, 1, 0],
            "predicted_label": ["a", "b", "a", "b"],
        }
    )
    assert aligned_frame(frame).common == 2


def test_a_list_of_mistakes_answers_rightly_what_it_does_not_list(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "tests/data/rasa/grid", tmp_path / "grid")
    experiment = open_workspace(tmp_path / "grid").experiment("intents")
    runs, _ = alignable_runs(experiment, experiment.runs[0])
    aligned = aligned_answers(runs)
    assert aligned.common == aligned.seen == experiment.runs[0].examples
    assert aligned.unlisted.sum() == 2
    right = aligned.right.sum(axis=1) + aligned.unlisted.sum()
    assert right.tolist() == [run.examples - run.errors for run in runs]


def test_runs_without_answers_are_left_out_and_it_is_said_why(tmp_path: Path) -> None:
    experiment = recorded(tmp_path, first={}, second={"split": "validation"})
    kept, reasons = alignable_runs(experiment, experiment.run("first"))
    assert [run.run for run in kept] == ["first"]
    assert reasons == {"second": "it was not evaluated on the split test"}


def test_a_split_that_a_run_lacks_is_refused(tmp_path: Path) -> None:
    experiment = recorded(tmp_path, first={})
    with pytest.raises(DiagnosticsError, match="has no split 'train'"):
        aligned_answers(experiment.runs, split="train")


def test_no_runs_are_refused() -> None:
    with pytest.raises(DiagnosticsError, match="There are no runs to align"):
        aligned_answers([])


def test_some_of_the_runs_keep_the_same_examples() -> None:
    frame = pd.DataFrame(
        {
            "run": ["r"] * 3 + ["s"] * 3 + ["t"] * 2,
            "example": [*"xyz", *"xyz", *"xy"],
            "predicted_label": [*"aab", *"abb", *"bb"],
        }
    )
    some = aligned_frame(frame).of(["s", "r"])
    assert answers_of(some) == {"s": {"x": "a", "y": "b"}, "r": {"x": "a", "y": "a"}}
    with pytest.raises(DiagnosticsError, match="No run 'q'"):
        some.of(["q"])
