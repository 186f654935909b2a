"""What belongs to a recorded search: other searches, records and tables of its examples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import diagnostics
from diagnostics.comparison.compare import shared_experiment
from tests.made.searches import grid, wine

X, Y = wine()
IDS = [f"wine {number}" for number in range(len(Y))]


def searched(folder: Path, rows: slice = slice(None), **options: Any) -> None:
    recorder = diagnostics.Recorder(folder, example=IDS[rows], **options)
    grid(recorder, refit=False).fit(X[rows], Y[rows])


def recorded(folder: Path, truth: Any = Y, **options: Any) -> None:
    diagnostics.record(
        folder, example=IDS, true_label=truth, predicted_label=Y[::-1].copy(), **options
    )


def tabled(file: Path) -> None:
    frame = pd.DataFrame({"id": IDS, "true_label": Y, "predicted_label": Y[::-1]})
    frame.to_csv(file, index=False)


def content(root: Path) -> dict[str, int]:
    """The experiments with the number of their runs; no problem is found in them."""
    workspace = diagnostics.open_workspace(root)
    assert workspace.all_problems == []
    return {entry.name: len(entry.runs) for entry in workspace.experiments}


def test_searches_on_the_same_rows_are_one_experiment_that_keeps_its_name(tmp_path: Path) -> None:
    searched(tmp_path / "wines")
    assert content(tmp_path) == {"wines": 2}
    searched(tmp_path / "wines", name=lambda parameters: f"again {parameters['strategy']}")
    assert content(tmp_path) == {"wines": 4}
    searched(tmp_path / "another", name=lambda parameters: f"third {parameters['strategy']}")
    assert content(tmp_path) == {"wines": 6}
    workspace = diagnostics.open_workspace(tmp_path)
    names = ("strategy=prior", "third prior")
    experiment = shared_experiment(workspace, *names)
    assert diagnostics.compare_runs(experiment, *names).paired == len(Y)


def test_a_record_of_a_declared_name_joins_the_search_beside_it(tmp_path: Path) -> None:
    searched(tmp_path / "wines")
    recorded(tmp_path / "mirror", experiment="wines")
    assert content(tmp_path) == {"wines": 3}


def test_a_search_joins_the_record_that_was_there_and_takes_its_name(tmp_path: Path) -> None:
    recorded(tmp_path / "mirror", experiment="tasting")
    searched(tmp_path / "deep" / "below" / "wines")
    assert content(tmp_path) == {"tasting": 3}


@pytest.mark.parametrize("place", [".", "wines", "tables"])
def test_tables_of_the_same_ids_join_the_search(place: str, tmp_path: Path) -> None:
    searched(tmp_path / "wines")
    (tmp_path / place).mkdir(exist_ok=True)
    tabled(tmp_path / place / "mirror.csv")
    assert content(tmp_path) == {"wines": 3}


def test_a_corrected_label_does_not_keep_a_record_from_its_search(tmp_path: Path) -> None:
    searched(tmp_path / "wines")
    truth = Y.copy()
    truth[0] = 2
    recorded(tmp_path / "mirror", truth)
    workspace = diagnostics.open_workspace(tmp_path)
    assert [len(entry.runs) for entry in workspace.experiments] == [3]
    (problem,) = workspace.all_problems
    assert problem.code == "different-truth"
    assert "'wine 0' ('0' in 'strategy=most_frequent', '2' in 'mirror')" in problem.what


def test_strangers_beside_a_search_do_not_rename_it(tmp_path: Path) -> None:
    searched(tmp_path / "wines", slice(0, 120))
    diagnostics.record(
        tmp_path / "other", example=IDS[120:], true_label=Y[120:], predicted_label=Y[120:],
        experiment="wines",
    )  # fmt: skip
    assert content(tmp_path) == {"wines": 2, "wines (other)": 1}


def test_two_declared_names_stay_two_beside_a_search(tmp_path: Path) -> None:
    for name in ("first", "second"):
        recorded(tmp_path / name, experiment=name)
    searched(tmp_path / "wines")
    assert content(tmp_path) == {"first": 3, "second": 1}
    workspace = diagnostics.open_workspace(tmp_path)
    with pytest.raises(diagnostics.DiagnosticsError) as error:
        shared_experiment(workspace, "first", "second")
    assert error.value.hint == (
        "Both had the same examples, but not one name ('first' and 'second'): "
        "record them under one."
    )
