"""Public functions take what they can, and say what they want when they get something else."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest

import diagnostics
from diagnostics import DiagnosticsError
from tests.made.runs import record_animals

#: Those that are asked about runs, experiments or aligned answers.
ASKED = (
    *("aligned_answers", "answers_of_all_runs", "class_report", "compare_runs", "confused_pairs"),
    *("confusion_matrix", "consensus", "explain_example", "judge_assumptions"),
    *("mistakes_in_common", "run_agreement", "run_importance", "run_leaderboard", "run_table"),
    *("suspects", "top_examples", "vote_gains", "wrong_run_counts"),
)
#: Those of numbers, tables, counts and folders.
OTHERS = (
    *("aligned_frame", "cheapest_threshold", "compare_predictions", "confusion_counts"),
    *("guaranteed_threshold", "matrix_of", "observed_threshold", "open_workspace"),
    *("predictions_frame", "rank_examples", "record", "risk_coverage_curve"),
    *("selective_counts", "summary_metrics"),
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> diagnostics.Workspace:
    folder = tmp_path_factory.mktemp("animals")
    for name in "ab":
        record_animals(folder / name)
    return diagnostics.open_workspace(folder)


def call(name: str, value: Any) -> Any:
    """The function, asked about a value; whatever else it needs is made up."""
    function = getattr(diagnostics, name)
    needed = [
        entry
        for entry in inspect.signature(function).parameters.values()
        if entry.default is inspect.Parameter.empty
    ]
    known: dict[str, Any] = {
        "example": "animal-1", "run": "a", "old": "a", "new": "b", "assumptions": [],
        "order": ["a", "b"], "root": Path(),
    }  # fmt: skip
    return function(value, **{entry.name: known[entry.name] for entry in needed[1:]})


def test_every_public_function_is_of_one_of_the_kinds() -> None:
    functions = {n for n in diagnostics.__all__ if inspect.isfunction(getattr(diagnostics, n))}
    assert functions == {*ASKED, *OTHERS}


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("wrong", ["a", None, 7, Path("results"), [1, 2], {"a": 1}])
def test_what_is_wanted_is_said(name: str, wrong: Any) -> None:
    with pytest.raises(DiagnosticsError, match=r"This takes an? .*, and was given") as error:
        call(name, wrong)
    assert "open_workspace(folder).experiments" in str(error.value.hint)


@pytest.mark.parametrize(
    "name",
    ["aligned_answers", "consensus", "run_agreement", "suspects", "vote_gains", "wrong_run_counts"],
)
def test_what_takes_runs_takes_their_experiment(
    name: str, workspace: diagnostics.Workspace
) -> None:
    [experiment] = workspace.experiments
    for asked in (experiment, list(experiment.runs), workspace):
        assert call(name, asked) is not None


@pytest.mark.parametrize("name", ["answers_of_all_runs", "compare_runs", "run_table"])
def test_the_only_experiment_of_a_workspace_is_taken(
    name: str, workspace: diagnostics.Workspace
) -> None:
    assert call(name, workspace) is not None


def test_a_run_may_be_called_by_its_name(workspace: diagnostics.Workspace) -> None:
    assert call("judge_assumptions", workspace.experiments[0]) == []
    with pytest.raises(DiagnosticsError, match="No run 'c'"):
        diagnostics.judge_assumptions(workspace.experiments[0], "c", [])  # type: ignore[arg-type]


def test_a_report_of_a_run_is_that_of_its_matrix(workspace: diagnostics.Workspace) -> None:
    run = workspace.experiments[0].run("a")
    matrix = diagnostics.confusion_matrix(run)
    assert diagnostics.class_report(run).equals(diagnostics.class_report(matrix))
    assert diagnostics.confused_pairs(run).equals(diagnostics.confused_pairs(matrix))


def test_the_only_run_of_an_experiment_is_taken(tmp_path: Path) -> None:
    record_animals(tmp_path / "a")
    [experiment] = diagnostics.open_workspace(tmp_path).experiments
    found = diagnostics.top_examples(experiment)  # type: ignore[arg-type]
    assert len(found.examples)
    several = "This takes a run, and was given the experiment"
    record_animals(tmp_path / "b")
    [experiment] = diagnostics.open_workspace(tmp_path).experiments
    with pytest.raises(DiagnosticsError, match=several):
        diagnostics.top_examples(experiment)  # type: ignore[arg-type]
