"""Score against the amount of data: Rasa's comparisons, and searches that give more to some."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from diagnostics import Problem, open_workspace
from diagnostics.runs.learning_curves import (
    comparison_of,
    has_amounts,
    last_gains,
    learning_curve,
    learning_points,
)
from tests.made.trial_runs import experiment_of, folds_of, run_of
from tests.places import DATA

COMPARISON = DATA / "rasa" / "comparison"


def test_repeats_of_a_comparison_are_one_curve() -> None:
    workspace = open_workspace(COMPARISON)
    experiment = next(e for e in workspace.experiments if e.name.endswith("run_1/intents"))
    assert has_amounts(experiment)
    both = comparison_of(workspace, experiment)
    assert [e.name.split("/")[-2] for e in both] == ["run_1", "run_2"]
    points = learning_points(both, "accuracy")
    assert sorted(points["amount"].unique()) == [50.0, 100.0]
    own = points[(points["configuration"] == "config-a") & (points["amount"] == 50)]
    assert sorted(own["part"]) == ["repeat 1", "repeat 2"]
    curve = learning_curve(points)
    row = curve[(curve["configuration"] == "config-a") & (curve["amount"] == 50)].iloc[0]
    assert row["n"] == 2
    assert row["mean"] == pytest.approx(own["value"].mean())
    assert row["std"] == pytest.approx(own["value"].std(ddof=1))
    assert (row["low"], row["high"]) == (own["value"].min(), own["value"].max())


def test_a_run_that_is_asked_for_brings_its_repeats_and_no_others() -> None:
    workspace = open_workspace(COMPARISON)
    experiment = next(e for e in workspace.experiments if e.name.endswith("run_1/intents"))
    both = comparison_of(workspace, experiment)
    (repeat,) = (each for each in both if each != experiment)
    moved = replace(repeat, runs=tuple(replace(run, run=run.path) for run in repeat.runs))
    points = learning_points([experiment, moved], "accuracy", names=["config-a 50%"])
    assert set(points["configuration"]) == {"config-a"}
    assert points["amount"].tolist() == [50.0, 50.0]
    assert learning_points(both, "accuracy", names=[]).empty


def test_a_single_repeat_and_a_plain_experiment_are_themselves() -> None:
    workspace = open_workspace(COMPARISON / "run_1")
    experiment = next(e for e in workspace.experiments if "intents" in e.name)
    assert comparison_of(workspace, experiment) == [experiment]
    plain = experiment_of(run_of("a", 0.5))
    assert comparison_of(workspace, plain) == [plain]
    assert not has_amounts(plain)
    assert len(learning_points([plain], "accuracy")) == 0


def test_rounds_of_a_search_are_one_line_for_each_candidate() -> None:
    lacking = (Problem("unfinished-run", "x", "2 of 3 folds are there."),)
    search = experiment_of(
        *(
            run_of(f"C={C}, iteration {n}", value, {"C": C}, resource=given,
                   scores=folds_of(value) + folds_of(value + 0.1, "train"))
            for C, n, given, value in ((1, 0, 10.0, 0.5), (2, 0, 10.0, 0.6), (2, 1, 20.0, 0.7))
        ),
        run_of("C=3", 0.9, {"C": 3}, resource=10.0, problems=lacking),
    )  # fmt: skip
    curve = learning_curve(learning_points([search], "accuracy"))
    held_out = curve[curve["split"] == "held out"]
    assert held_out[["configuration", "amount", "n"]].values.tolist() == [
        ["C=1", 10.0, 3],
        ["C=2", 10.0, 3],
        ["C=2", 20.0, 3],
    ]
    assert held_out["mean"].tolist() == pytest.approx([0.5, 0.6, 0.7])
    assert curve[curve["split"] == "train"]["mean"].tolist() == pytest.approx([0.6, 0.7, 0.8])
    named = learning_points([search], "accuracy", names=["C=1, iteration 0"])
    assert set(named["run"]) == {"C=1, iteration 0"}


def test_candidates_without_parameters_are_called_by_their_names() -> None:
    runs = [run_of(f"SVC 1, {n:,} rows", 0.5 + n / 1e4, resource=float(n)) for n in (100, 1000)]
    points = learning_points([experiment_of(*runs)], "accuracy")
    assert points["configuration"].unique().tolist() == ["SVC 1"]


def test_of_losses_the_lowest_run_is_the_best_of_a_point() -> None:
    runs = [run_of(f"r{n}", v, {"C": 1}, resource=10.0) for n, v in enumerate((0.2, 0.1, 0.3))]
    points = learning_points([experiment_of(*runs)], "accuracy")
    assert learning_curve(points)["run"].tolist() == ["r2"]
    assert learning_curve(points, rises=False)["run"].tolist() == ["r1"]


def test_the_last_gain_has_the_error_of_a_difference() -> None:
    runs = [
        run_of(f"a {n}", v, {"C": 1}, resource=n, scores=folds_of(v))
        for n, v in ((1.0, 0.2), (2.0, 0.5), (4.0, 0.6))
    ]
    (gain,) = last_gains(
        learning_curve(learning_points([experiment_of(*runs)], "accuracy"))
    ).to_dict("records")
    assert (gain["before"], gain["amount"]) == (2.0, 4.0)
    assert gain["gain"] == pytest.approx(0.1)
    assert gain["error"] == pytest.approx(math.sqrt(2 * 0.01**2 / 3))
