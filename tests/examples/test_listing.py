from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import diagnostics
from diagnostics.examples.content import content_columns, with_shared_content
from diagnostics.examples.filters import Filter
from diagnostics.examples.listing import UNRANKED, listed_examples, offered_rankings
from diagnostics.workspace import Run
from diagnostics.workspace.reducers import By
from tests.made.runs import IDS, PROBABILITIES, TRUE, record_animals
from tests.places import DATA

ANSWERS = ["cat", "dog", "dog", "dog", "cat", "owl"]


def run_of(folder: Path, **changes: Any) -> Run:
    record_animals(folder / "run", **changes)
    return diagnostics.open_workspace(folder).experiments[0].runs[0]


def labels_only(folder: Path, **changes: Any) -> Run:
    return run_of(folder, predicted_label=ANSWERS, probabilities=None, labels=None, **changes)


def offered(run: Run) -> list[str]:
    return [by for by, reason in offered_rankings(run).items() if not reason]


def test_a_run_with_everything_offers_every_ranking(tmp_path: Path) -> None:
    assert offered(run_of(tmp_path)) == [
        "confident-mistakes",
        "uncertain",
        "nearly-right",
        "confident-correct",
        "all",
        "moved",
    ]


def test_without_truth_only_what_needs_none_is_left(tmp_path: Path) -> None:
    run = run_of(tmp_path, true_label=None)
    assert offered(run) == ["uncertain", "all", "moved"]
    assert offered_rankings(run)["nearly-right"] == "the run has no true labels"


def test_top_confidence_alone_cannot_tell_what_was_nearly_right(tmp_path: Path) -> None:
    run = labels_only(tmp_path, confidence=PROBABILITIES.max(axis=1))
    assert offered(run) == ["confident-mistakes", "uncertain", "confident-correct", "all", "moved"]


def test_labels_alone_are_listed_by_id(tmp_path: Path) -> None:
    run = labels_only(tmp_path)
    found = listed_examples(run, "confident-mistakes", k=1)
    assert (found.measure, found.total, found.excluded) == (UNRANKED, 2, 0)
    assert found.examples["example"].tolist() == ["animal-1"]
    right = listed_examples(run, "confident-correct", k=9)
    assert right.examples["example"].tolist() == ["animal-0", "animal-2", "animal-3", "animal-5"]


@pytest.mark.parametrize("by", ["uncertain", "all"])
def test_answers_alone_are_all_listed(tmp_path: Path, by: By) -> None:
    run = labels_only(tmp_path, true_label=None)
    assert offered(run) == ["all"]
    found = listed_examples(run, by, k=9)
    assert (found.measure, found.total, found.excluded) == (UNRANKED, 6, 0)
    assert found.examples["example"].tolist() == IDS


def test_the_filter_narrows_an_unranked_list(tmp_path: Path) -> None:
    where = Filter(predicted_label="cat")
    found = listed_examples(labels_only(tmp_path), "confident-mistakes", k=9, where=where)
    assert (found.total, found.examples["example"].tolist()) == (1, ["animal-4"])


def test_no_mistakes_is_an_empty_ranking(tmp_path: Path) -> None:
    run = run_of(tmp_path, true_label=ANSWERS)
    found = listed_examples(run, "confident-mistakes", k=9)
    assert (found.measure, found.total, found.excluded) == ("confidence", 0, 0)


def test_wrong_sentences_come_by_the_confidence_of_their_errors() -> None:
    grid = DATA / "rasa/grid"
    for experiment in diagnostics.open_workspace(grid).experiments:
        for run in experiment.runs:
            if experiment.task == "entities" and run.errors:
                found = listed_examples(run, "confident-mistakes", k=100)
                assert found.total == run.errors == len(found.examples)
                assert found.examples["true_label"].isna().all()


def test_a_run_without_content_borrows_that_of_a_run_beside_it(tmp_path: Path) -> None:
    record_animals(tmp_path / "bare", content=None)
    record_animals(tmp_path / "full")
    experiment = diagnostics.open_workspace(tmp_path).experiments[0]
    bare = with_shared_content(experiment, experiment.run("bare"))
    assert content_columns(experiment.run("bare")).kind == "none"
    assert content_columns(bare).kind == "text"
    found = listed_examples(bare, "confident-mistakes", k=1, where=Filter(text="collie"))
    assert found.examples["text"].tolist() == ["a collie?"]
    assert TRUE[1] == found.examples["true_label"].item()
