"""From a reading to a run: nothing that a reader says is lost on the way."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from diagnostics.readers import Reading
from diagnostics.readers.ingest import write_run
from diagnostics.workspace import Evidence, Problem, Run, Score
from diagnostics.workspace.tables import predictions_frame

#: What a reading has for a run under another name, or as a table.
OTHERWISE = {
    "predictions": "splits",
    "confusion": "metrics",
    "report": "tables",
    "importances": "tables",
    "n_examples": "examples",
    "n_errors": "errors",
    "examples_fingerprint": "fingerprint",
}
GIVEN: dict[str, Any] = {
    "parameters": {"C": 1},
    "parameters_text": {"C": "1.0"},
    "tags": {"seed": "1"},
    "mapping": {"truth": "label"},
    "models": {"": "model.skops"},
    "problems": [Problem("some-code", "a", "What is wrong.")],
    "notes": ["A note."],
    "labels": ["no", "yes"],
    "scores": [Score("accuracy", 0.5)],
    "group": "intents",
    "experiment": "an experiment",
    "search": "a search",
    "resource": 0.5,
    "created": "2024-01-01",
    "fit_seconds": 1.5,
    "score_seconds": 2.5,
    "config": "config.yml",
    "inputs": "text",
    "n_examples": 7,
    "n_errors": 3,
    "examples_fingerprint": "0123",
}
ANSWERS = {
    "example": ["1", "2", "2", "3", "4"],
    "true_label": ["no", "yes", "yes", None, "no"],
    "predicted_label": ["no", "no", "yes", "yes", "no"],
    "split": ["test", "test", "test", "test", "train"],
}
ANSWERED = Evidence.PREDICTIONS | Evidence.TRUTH


def reading(evidence: Evidence = Evidence.SCORES, **values: Any) -> Reading:
    """A reading of classification, with these values besides."""
    return Reading("one", "classification", "a/file", "a", evidence, **values)


def written(source: Reading, folder: Path) -> Run:
    """The run of a reading, as the first of its unit."""
    return write_run(source, "test", folder, 0, "")


def with_answers(evidence: Evidence = ANSWERED, **values: Any) -> Reading:
    """Five answers to four examples, one of them of the training data."""
    predictions, labels = predictions_frame(**ANSWERS)
    return reading(evidence, predictions=predictions, labels=labels, **values)


def test_every_field_of_a_reading_has_its_place_in_a_run() -> None:
    of_run = {entry.name for entry in fields(Run)}
    assert {OTHERWISE.get(entry.name, entry.name) for entry in fields(Reading)} <= of_run


@pytest.mark.parametrize("name", GIVEN)
def test_what_a_reader_says_is_what_the_run_has(name: str, tmp_path: Path) -> None:
    run = written(reading(**{name: GIVEN[name]}), tmp_path)
    stands = getattr(run, OTHERWISE.get(name, name))
    assert stands == (tuple(GIVEN[name]) if isinstance(GIVEN[name], list) else GIVEN[name])
    assert (run.run, run.path, run.siblings, run.reader) == ("one", "a/file", "a", "test")


def test_a_run_does_not_change_with_the_lists_of_its_reader(tmp_path: Path) -> None:
    source = reading(tags={"seed": "1"}, labels=["no"])
    run = written(source, tmp_path)
    source.labels.append("yes")
    assert run.labels == ("no",)
    assert run.tags is not source.tags


def test_the_facts_are_of_the_split_that_was_held_out(tmp_path: Path) -> None:
    run = written(with_answers(), tmp_path)
    assert (run.split, run.splits) == ("test", ("test", "train"))
    assert (run.examples, run.errors) == (3, 1)
    assert run.metrics["accuracy"] == pytest.approx(2 / 3)
    assert run.confusion_is_exact
    assert run.notes == ("1 of 4 answers have no true label; the figures are of the others.",)


def test_rows_that_are_only_the_mistakes_do_not_tell_how_many_examples_there_are(
    tmp_path: Path,
) -> None:
    run = written(with_answers(Evidence.ERRORS | Evidence.TRUTH), tmp_path)
    assert run.examples is None
    assert written(with_answers(Evidence.ERRORS, n_examples=9), tmp_path).examples == 9


def test_counts_that_came_with_the_files_go_before_those_of_the_rows(tmp_path: Path) -> None:
    cube = pl.DataFrame({"split": ["test"], "true_label": [0], "predicted_label": [1], "n": [8]})
    run = written(with_answers(confusion=cube, scores=[Score("accuracy", 0.25)]), tmp_path)
    assert not run.confusion_is_exact
    assert (run.errors, run.metrics) == (None, {"accuracy": 0.25})
    assert run.splits == ("test",)
    exact = written(with_answers(confusion=cube, confusion_is_exact=True), tmp_path)
    assert (exact.confusion_is_exact, exact.errors) == (True, 8)


def test_without_anything_the_split_is_the_test_data(tmp_path: Path) -> None:
    run = written(reading(), tmp_path)
    assert (run.splits, run.metrics, run.examples, run.errors) == (("test",), {}, None, None)
    assert list(tmp_path.iterdir()) == []
