"""Runs that kept only their mistakes: who belongs to whom, and who copied whom."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import diagnostics
from diagnostics.readers.grouping import experiments
from diagnostics.workspace.scores import peers, ranked_runs
from tests.places import DATA

RASA = DATA / "rasa"


@pytest.fixture
def grid(tmp_path: Path) -> Path:
    shutil.copytree(RASA / "grid", tmp_path / "grid")
    return tmp_path / "grid"


def experiment(folder: Path, kind: str = "intents") -> diagnostics.Experiment:
    found = diagnostics.open_workspace(folder).experiments
    (wanted,) = [entry for entry in found if entry.name.endswith(kind)]
    return wanted


def codes(found: diagnostics.Experiment) -> list[str]:
    return [problem.code for problem in found.problems]


def edit(path: Path, change: Any) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")


def test_a_run_with_its_right_answers_joins_one_without(tmp_path: Path) -> None:
    for name in ("flat", "flat_successes"):
        shutil.copytree(RASA / name, tmp_path / name)
    found = experiment(tmp_path)
    assert [run.run for run in found.runs] == ["flat", "flat_successes"]
    assert codes(found) == ["copied-errors"]


def test_what_a_run_does_not_list_it_answered_rightly(tmp_path: Path) -> None:
    for name in ("flat", "flat_successes"):
        shutil.copytree(RASA / name, tmp_path / name)
    found = experiment(tmp_path)
    full = found.run("flat_successes")
    right = diagnostics.top_examples(full, "confident-correct", k=1).examples["example"][0]
    said = diagnostics.answers_of_all_runs(found, right).set_index("run")
    assert said.loc["flat", ["correct", "derived"]].tolist() == [True, True]
    assert said.loc["flat"].isna()["confidence"]
    assert not said.loc["flat_successes", "derived"]


def test_a_copied_list_of_mistakes_is_named(grid: Path) -> None:
    assert codes(experiment(grid)) == []
    for name in ("intent_report.json", "intent_errors.json"):
        shutil.copyfile(grid / "config-a" / name, grid / "config-b" / name)
    found = experiment(grid)
    assert codes(found) == ["copied-errors"]
    assert "'config-b' lists exactly the mistakes of 'config-a'" in found.problems[0].what


def test_another_test_set_in_one_grid_is_another_experiment(grid: Path) -> None:
    def one_more(report: Any) -> None:
        label = next(name for name in report if report[name]["support"] > 1)
        report[label]["support"] += 1

    edit(grid / "config-b" / "intent_report.json", one_more)
    workspace = diagnostics.open_workspace(grid)
    intents = [entry for entry in workspace.experiments if "intents" in entry.name]
    assert sorted(len(entry.runs) for entry in intents) == [1, 2]
    assert "different-test-data" in {problem.code for problem in workspace.all_problems}


def run(name: str, **more: Any) -> diagnostics.Run:
    return diagnostics.Run(
        name, "made up", name, "classification", diagnostics.Evidence.SCORES, siblings=".", **more
    )


def test_entities_are_told_apart_where_their_intents_are(tmp_path: Path) -> None:
    scores = {"precision": 0.97, "recall": 0.97, "f1-score": 0.97}

    def write(name: str, file: str, **supports: int) -> None:
        report = {label: {**scores, "support": n} for label, n in supports.items()}
        report["macro avg"] = {**scores, "support": sum(supports.values())}
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / file).write_text(json.dumps(report), encoding="utf-8")

    for name, n in (("a", 20), ("b", 20), ("c", 70)):
        write(name, "intent_report.json", hi=n, bye=15)
        write(name, "DIETClassifier_report.json", city=30, date=12)
    found = diagnostics.open_workspace(tmp_path).experiments
    runs = {entry.name: [run.run for run in entry.runs] for entry in found}
    assert sorted(runs.values()) == [["a", "b"], ["a", "b"], ["c"], ["c"]]
    [kept] = [e for e in found if e.task == "entities" and len(e.runs) == 2]
    assert codes(kept) == ["different-test-data"]
    assert "their intents are not" in kept.problems[0].what


def test_the_candidates_of_a_search_stay_together_and_apart_from_the_rest() -> None:
    runs = [run("a", search="grid"), run("b", search="grid"), run("c", search="other"), run("d")]
    found = [[run.run for run in found.runs] for found in experiments(runs, "results")]
    assert sorted(found) == [["a", "b"], ["c"], ["d"]]


def test_candidates_that_were_given_more_to_learn_from_rank_first() -> None:
    runs = [
        run("few rows", search="s", resource=18, metrics={"accuracy": 1.0}),
        run("more rows", search="s", resource=144, metrics={"accuracy": 0.9}),
        run("more rows, worse", search="s", resource=144, metrics={"accuracy": 0.8}),
    ]
    (found,) = experiments(runs, "results")
    assert ranked_runs(found) == ["more rows", "more rows, worse", "few rows"]


def test_a_run_that_lacks_folds_ranks_after_those_that_have_them() -> None:
    lacking = diagnostics.Problem("unfinished-run", "b", "1 of 5 folds are there.")
    runs = [
        run("a", search="s", metrics={"accuracy": 0.9}),
        run("b", search="s", metrics={"accuracy": 1.0}, problems=(lacking,)),
        run("c", search="s", metrics={"accuracy": 0.8}),
    ]
    (found,) = experiments(runs, "results")
    assert ranked_runs(found) == ["a", "c", "b"]
    assert peers(found, found.run("a")) == ["a", "c"]
    assert peers(found, found.run("b")) == ["b"]


def test_only_runs_that_were_given_as_much_compare() -> None:
    runs = [run("a", search="s", resource=10), run("b", search="s", resource=30)]
    (found,) = experiments(runs, "results")
    assert peers(found, found.run("a")) == ["a"]
