from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import diagnostics
from diagnostics.examples.content import content_columns, with_shared_content
from diagnostics.examples.filters import Filter
from diagnostics.examples.rankings import UNRANKED, offered_rankings, ranked_answers, top_examples
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
    found = top_examples(run, "confident-mistakes", k=1)
    assert (found.measure, found.total, found.excluded) == (UNRANKED, 2, 0)
    assert found.examples["example"].tolist() == ["animal-1"]
    right = top_examples(run, "confident-correct", k=9)
    assert right.examples["example"].tolist() == ["animal-0", "animal-2", "animal-3", "animal-5"]


@pytest.mark.parametrize("by", ["uncertain", "all"])
def test_answers_alone_are_all_listed(tmp_path: Path, by: By) -> None:
    run = labels_only(tmp_path, true_label=None)
    assert offered(run) == ["all"]
    found = top_examples(run, by, k=9)
    assert (found.measure, found.total, found.excluded) == (UNRANKED, 6, 0)
    assert found.examples["example"].tolist() == IDS


def test_the_filter_narrows_an_unranked_list(tmp_path: Path) -> None:
    where = Filter(predicted_label="cat")
    found = top_examples(labels_only(tmp_path), "confident-mistakes", k=9, where=where)
    assert (found.total, found.examples["example"].tolist()) == (1, ["animal-4"])


def test_no_mistakes_is_an_empty_ranking(tmp_path: Path) -> None:
    run = run_of(tmp_path, true_label=ANSWERS)
    found = top_examples(run, "confident-mistakes", k=9)
    assert (found.measure, found.total, found.excluded) == ("confidence", 0, 0)


@pytest.mark.parametrize("by", ["confident-mistakes", "uncertain", "confident-correct", "all"])
def test_the_list_without_content_is_the_same_list(tmp_path: Path, by: By) -> None:
    for run in (run_of(tmp_path / "with"), labels_only(tmp_path / "without")):
        whole, bare = top_examples(run, by, k=3), ranked_answers(run, by, k=3)
        assert (whole.measure, whole.total, whole.excluded) == (
            *(bare.measure, bare.total, bare.excluded),
        )
        assert whole.examples["example"].tolist() == bare.examples["example"].tolist()


def test_where_some_have_a_confidence_the_others_are_counted_apart(tmp_path: Path) -> None:
    confidence = [0.9, None, 0.8, 0.7, 0.6, 0.5]
    ranking = top_examples(labels_only(tmp_path, confidence=confidence), "confident-mistakes")
    assert (ranking.measure, ranking.total, ranking.excluded) == ("confidence", 1, 1)
    assert ranking.examples["example"].tolist() == ["animal-4"]


def test_wrong_sentences_come_by_the_confidence_of_their_errors() -> None:
    grid = DATA / "rasa/grid"
    for experiment in diagnostics.open_workspace(grid).experiments:
        for run in experiment.runs:
            if experiment.task == "entities" and run.errors:
                found = top_examples(run, "confident-mistakes", k=100)
                assert found.total == run.errors == len(found.examples)
                assert found.examples["true_label"].isna().all()


def test_a_run_without_content_borrows_that_of_a_run_beside_it(tmp_path: Path) -> None:
    record_animals(tmp_path / "bare", content=None)
    record_animals(tmp_path / "full")
    experiment = diagnostics.open_workspace(tmp_path).experiments[0]
    bare = with_shared_content(experiment, experiment.run("bare"))
    assert content_columns(experiment.run("bare")).kind == "none"
    assert content_columns(bare).kind == "text"
    found = top_examples(bare, "confident-mistakes", k=1, where=Filter(text="collie"))
    assert found.examples["text"].tolist() == ["a collie?"]
    assert TRUE[1] == found.examples["true_label"].item()
