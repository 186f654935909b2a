"""Comparing runs as they were read: labels of their own, filters, splits, lists of mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

import diagnostics
from diagnostics import (
    Comparison,
    DiagnosticsError,
    Evidence,
    Experiment,
    Filter,
    compare_predictions,
    compare_runs,
    open_workspace,
)
from diagnostics.workspace import Problem
from tests.made.compared_runs import EXPECTED, NEW, OLD, ROWS, as_frame
from tests.made.rasa_folder import Row, error_rows, intent_files, write
from tests.made.runs import PROBABILITIES, TEXTS, record_animals


def rasa_folder(root: Path, *, successes: str = "", new: Sequence[Row] = NEW) -> Experiment:
    """Two runs of `rasa test`, `old` and `new`; those in `successes` kept their right answers."""
    for name, rows in (("old", OLD), ("new", new)):
        write(root / name, intent_files(list(rows), successes=name in successes))
    (experiment,) = open_workspace(root).experiments
    return experiment


def recorded(root: Path) -> Experiment:
    for name, rows in (("old", OLD), ("new", NEW)):
        frame = as_frame(rows)
        diagnostics.record(
            root / name,
            true_label=list(frame["true_label"]),
            predicted_label=list(frame["predicted_label"]),
            confidence=list(frame["confidence"]),
            example=list(frame["example"]),
            content=list(frame["example"]),
        )
    (experiment,) = open_workspace(root).experiments
    return experiment


@pytest.fixture(scope="module")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> Experiment:
    return recorded(tmp_path_factory.mktemp("recorded"))


def assert_same(found: Comparison, expected: Comparison) -> None:
    assert found.outcomes == expected.outcomes
    pd.testing.assert_frame_equal(found.classes, expected.classes)
    pd.testing.assert_frame_equal(found.flow, expected.flow)
    pd.testing.assert_frame_equal(found.metrics, expected.metrics)


def test_stored_runs_compare_as_frames_do(experiment: Experiment) -> None:
    found = compare_runs(experiment, "old", "new")
    assert (found.a, found.b, found.split, found.notes) == ("old", "new", "test", ())
    assert_same(found, EXPECTED)


@pytest.mark.parametrize("successes", ["", "old", "new", "old new"], ids=lambda names: names or "-")
def test_mistakes_and_a_report_are_as_good_as_all_answers(tmp_path: Path, successes: str) -> None:
    found = compare_runs(rasa_folder(tmp_path, successes=successes), "old", "new")
    assert_same(found, EXPECTED)
    assert (found.paired, found.unpaired.total) == (ROWS, 0)
    assert bool(found.notes) == (successes != "old new")


def test_what_lists_of_mistakes_imply_is_said(tmp_path: Path) -> None:
    found = compare_runs(rasa_folder(tmp_path, successes="old"), "old", "new")
    assert found.notes == (
        "'new' kept only its mistakes: what is not listed was answered rightly.",
    )


def test_a_run_without_any_mistake_compares_too(tmp_path: Path) -> None:
    perfect = [(text, true, true, sure) for text, true, _, sure in OLD]
    found = compare_runs(rasa_folder(tmp_path, new=perfect, successes="new"), "old", "new")
    assert (found.broken, found.both_wrong) == (0, 0)
    assert found.fixed == sum(true != said for _, true, said, _ in OLD)


def test_runs_may_know_different_labels(tmp_path: Path) -> None:
    record_animals(tmp_path / "a")
    record_animals(
        tmp_path / "b",
        labels=None,
        probabilities=None,
        predicted_label=["ant", "cat", "dog", "dog", "owl", "yak"],
    )
    (experiment,) = open_workspace(tmp_path).experiments
    found = compare_runs(experiment, "a", "b")
    assert found.labels == ("ant", "cat", "dog", "owl", "yak")
    assert (found.fixed, found.broken, found.both_right) == (2, 2, 2)


FILTERS = [
    Filter(true_label="faq"),
    Filter(predicted_label="greet"),
    Filter(correct=False),
    Filter(correct=True, true_label="bye"),
    Filter(min_confidence=0.6, max_confidence=0.9),
    Filter(text="7"),
    Filter(true_label="nowhere"),
]


def fitting(where: Filter) -> pd.Series:
    """Which sentences the filter keeps, by the new run's answers."""
    new = as_frame(NEW)
    kept = pd.Series(data=True, index=new.index)
    for column in ("true_label", "predicted_label"):
        if (label := getattr(where, column)) is not None:
            kept &= new[column] == label
    if where.correct is not None:
        kept &= (new["true_label"] == new["predicted_label"]) == where.correct
    if where.min_confidence is not None:
        kept &= (new["confidence"] > where.min_confidence) & (
            new["confidence"] <= (where.max_confidence or 1)
        )
    return kept & new["example"].str.contains(where.text or "")


@pytest.mark.parametrize("where", FILTERS, ids=lambda where: str(where)[7:40])
def test_a_filter_keeps_what_fits_the_new_answers(experiment: Experiment, where: Filter) -> None:
    found = compare_runs(experiment, "old", "new", where=where)
    kept = fitting(where)
    old, new = (as_frame(rows)[kept] for rows in (OLD, NEW))
    right = [side["true_label"] == side["predicted_label"] for side in (old, new)]
    assert found.paired == kept.sum()
    assert found.fixed == (~right[0] & right[1]).sum()
    assert found.broken == (right[0] & ~right[1]).sum()
    assert found.unpaired.total == 0


@pytest.mark.parametrize("where", [*FILTERS[:4], FILTERS[-1]], ids=lambda where: str(where)[7:40])
def test_a_filter_on_labels_works_with_mistakes_only(tmp_path: Path, where: Filter) -> None:
    found = compare_runs(rasa_folder(tmp_path), "old", "new", where=where)
    expected = compare_runs(recorded(tmp_path / "whole"), "old", "new", where=where)
    assert found.outcomes == expected.outcomes


def test_a_filter_that_right_answers_cannot_be_held_against_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DiagnosticsError, match="cannot be restricted by min confidence"):
        compare_runs(rasa_folder(tmp_path), "old", "new", where=Filter(min_confidence=0.5))


def test_what_could_not_be_paired_is_said_whatever_the_filter(tmp_path: Path) -> None:
    record_animals(tmp_path / "a")
    record_animals(tmp_path / "b", example=[f"animal-{number}" for number in range(1, 7)],
                   true_label=["cat", "dog", "dog", "owl", "owl", "owl"],
                   content=[*TEXTS[1:], "a barn owl"])  # fmt: skip
    (experiment,) = open_workspace(tmp_path).experiments
    for where in (None, Filter(true_label="dog")):
        left = compare_runs(experiment, "a", "b", where=where).unpaired
        assert (left.only_a, left.only_b, left.total) == (1, 1, 2)


def split_run(root: Path, name: str, splits: list[str]) -> None:
    record_animals(root / name, split=splits)


def test_the_split_is_the_most_held_out_one_of_both(tmp_path: Path) -> None:
    split_run(tmp_path, "a", ["test"] * 2 + ["validation"] * 2 + ["train"] * 2)
    split_run(tmp_path, "b", ["validation"] * 4 + ["train"] * 2)
    runs = tuple(run for entry in open_workspace(tmp_path).experiments for run in entry.runs)
    experiment = Experiment("both", "classification", runs)
    assert compare_runs(experiment, "a", "b").split == "validation"
    found = compare_runs(experiment, "a", "b", where=Filter(split="train"))
    assert (found.split, found.paired) == ("train", 2)
    with pytest.raises(DiagnosticsError, match=r"Run 'b' has no split 'test'. It has: validation"):
        compare_runs(experiment, "a", "b", split="test")


def test_what_makes_runs_unequal_is_said(experiment: Experiment) -> None:
    old, new = experiment.run("old"), experiment.run("new")
    unequal = replace(
        experiment,
        runs=(
            replace(old, resource=100.0, problems=(Problem("failed-fits", ".", "one failed"),)),
            replace(new, resource=400.0),
        ),
    )
    assert compare_runs(unequal, "old", "new").notes == (
        "'old' has not all the folds that its search planned.",
        "'old' was given 100 to learn from and 'new' 400: they are not compared as equals.",
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"task": "entities"}, "Run 'old' is about entities. Runs are compared by the one label"),
        ({"evidence": Evidence.REPORT}, "Run 'old' kept no answers, only figures. Keep its"),
        (
            {"evidence": Evidence.ERRORS, "confusion_is_exact": False},
            "Run 'old' lists mistakes without a report that fits them",
        ),
        ({"splits": ("train",)}, "'old' was evaluated on train, 'new' on test."),
    ],
    ids=["entities", "report only", "mistakes only", "other split"],
)
def test_runs_that_cannot_be_compared_are_refused(
    experiment: Experiment, change: dict[str, Any], says: str
) -> None:
    old = replace(experiment.run("old"), **change)
    changed = replace(experiment, runs=(old, experiment.run("new")))
    with pytest.raises(DiagnosticsError) as refused:
        compare_runs(changed, "old", "new")
    assert says in str(refused.value)


def test_an_unknown_run_is_named_with_the_nearest(experiment: Experiment) -> None:
    with pytest.raises(DiagnosticsError, match="No run 'odl'. Did you mean: old"):
        compare_runs(experiment, "odl", "new")


def both_of(*experiments: Experiment) -> Experiment:
    """The first experiment's `old` beside the second one's `new`, whatever they were tested on."""
    return replace(experiments[0], runs=(experiments[0].run("old"), experiments[1].run("new")))


def test_mistakes_on_other_data_are_refused(tmp_path: Path) -> None:
    here = rasa_folder(tmp_path / "here")
    more = [*NEW, ("one more", "faq", "faq", 0.5)]
    for name in ("old", "new"):
        write(tmp_path / "there" / name, intent_files(more))
    (there,) = open_workspace(tmp_path / "there").experiments
    with pytest.raises(DiagnosticsError, match="were not evaluated on the same data: of 'faq'"):
        compare_runs(both_of(here, there), "old", "new")


def test_mistakes_with_equal_counts_on_other_sentences_are_refused(tmp_path: Path) -> None:
    here = rasa_folder(tmp_path / "here", successes="old")
    other = [(f"another {number}", *row[1:]) for number, row in enumerate(NEW)]
    there = rasa_folder(tmp_path / "there", new=other)
    with pytest.raises(DiagnosticsError, match="'old' and 'new' list are not of the same data"):
        compare_runs(both_of(here, there), "old", "new")


def test_more_mistakes_than_examples_are_refused(tmp_path: Path) -> None:
    wrong = [(text, true, "other", 0.5) for text, true, _, _ in OLD]
    here = rasa_folder(tmp_path / "here", new=wrong)
    other = [(f"another {number}", *row[1:]) for number, row in enumerate(wrong)]
    there = rasa_folder(tmp_path / "there", new=other)
    with pytest.raises(DiagnosticsError, match="list are not of the same data"):
        compare_runs(both_of(here, there), "old", "new")


def test_a_list_of_mistakes_that_lost_its_report_is_refused(tmp_path: Path) -> None:
    for name, rows in (("old", OLD), ("new", NEW)):
        write(tmp_path / name, {"intent_errors.json": error_rows(rows)})
    runs = tuple(run for entry in open_workspace(tmp_path).experiments for run in entry.runs)
    with pytest.raises(DiagnosticsError, match="without a report that fits them"):
        compare_runs(Experiment("lists", "classification", runs), runs[0].run, runs[1].run)


def test_rows_in_order_need_no_join_and_give_the_same() -> None:
    old, new = (pl.from_pandas(as_frame(rows)) for rows in (OLD, NEW))
    in_order = compare_predictions(old.sort("example"), new.sort("example"))
    assert_same(in_order, compare_predictions(old.sort("confidence"), new))
    assert_same(in_order, EXPECTED)


def test_folds_of_a_search_are_paired(tmp_path: Path) -> None:
    columns = {"example": ["1", "2", "3", "1", "2", "3"], "fold": [0, 0, 1, 2, 3, 3]}
    for name, said in (("a", "cat cat dog cat dog owl"), ("b", "cat dog dog dog dog dog")):
        pd.DataFrame({
            **columns,
            "split": "validation",
            "true_label": ["cat", "dog", "dog", "cat", "dog", "dog"],
            "predicted_label": said.split(),
        }).to_csv(tmp_path / f"{name}.csv", index=False)  # fmt: skip
    runs = tuple(run for entry in open_workspace(tmp_path).experiments for run in entry.runs)
    names = [run.run for run in runs]
    found = compare_runs(Experiment("cv", "classification", runs), *names)
    assert (found.paired, found.fixed, found.broken) == (6, 2, 1)
    assert "not independent" in found.notes[0]


def test_the_new_runs_answers_may_be_narrowed_by_those_of_a_third_run(tmp_path: Path) -> None:
    for name in ("old", "third"):
        record_animals(tmp_path / name, probabilities=PROBABILITIES[:, [2, 1, 0]])
    record_animals(tmp_path / "new")
    experiment = open_workspace(tmp_path).experiments[0]
    where = Filter(against="third", outcome="fixed")
    narrowed = compare_runs(experiment, "old", "new", where=where)
    assert narrowed.fixed == narrowed.paired == compare_runs(experiment, "old", "new").fixed > 0


@pytest.mark.parametrize("kept", ["all answers", "mistakes only", "mistakes and all answers"])
def test_every_count_is_the_length_of_its_list_of_examples(tmp_path: Path, kept: str) -> None:
    from diagnostics.examples.selection import answers_where

    whole = kept == "all answers"
    names = "new" if "and" in kept else ""
    experiment = recorded(tmp_path) if whole else rasa_folder(tmp_path, successes=names)
    found = compare_runs(experiment, "old", "new")
    unlisted = {"both-right"} if kept == "mistakes only" else set()
    for outcome in found.outcomes.keys() - unlisted:
        where = Filter(against="old", outcome=outcome)  # type: ignore[arg-type]
        rows = answers_where(experiment.run("new"), where, experiment).collect()
        assert len(rows) == found.outcomes[outcome], outcome
