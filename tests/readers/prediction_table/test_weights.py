"""Weights of rows: figures beside the plain ones, the same as scikit-learn's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score

from diagnostics import open_workspace
from diagnostics.workspace import Run
from diagnostics.workspace.scores import run_metrics

CASE = "id,y_true,y_pred,NAME\n1,a,a,1\n2,a,b,5\n3,b,b,1\n4,b,b,1\n"


def opened(folder: Path, table: str) -> Run:
    (folder / "predictions.csv").write_text(table)
    [experiment] = open_workspace(folder).experiments
    return experiment.runs[0]


@pytest.mark.parametrize("name", ["sample_weight", "Case Weight", "instanceWeights"])
def test_a_declared_weight_gives_figures_beside_the_plain_ones(tmp_path: Path, name: str) -> None:
    run = opened(tmp_path, CASE.replace("NAME", name))
    metrics = run_metrics(run)
    assert (metrics["accuracy"], metrics["sample_weighted_accuracy"]) == (0.75, 0.375)
    assert run.mapping["weight"] == name
    assert any(f"{name!r} says how much each row counts" in note for note in run.notes)


def test_a_weight_that_may_be_that_of_a_body_is_offered(tmp_path: Path) -> None:
    run = opened(tmp_path, CASE.replace("NAME", "weight"))
    assert "sample_weighted_accuracy" not in run_metrics(run)
    assert any('write weight = "weight" into errata.toml' in note for note in run.notes)
    (tmp_path / "errata.toml").write_text('[predictions]\nweight = "weight"\n')
    [experiment] = open_workspace(tmp_path).experiments
    assert run_metrics(experiment.runs[0])["sample_weighted_accuracy"] == 0.375
    (tmp_path / "errata.toml").write_text('[predictions]\nshown = ["weight"]\n')
    [experiment] = open_workspace(tmp_path).experiments
    assert "sample_weighted_accuracy" not in run_metrics(experiment.runs[0])


def test_what_is_no_weight_is_said_and_left_out(tmp_path: Path) -> None:
    table = CASE.replace("NAME", "sample_weight").replace("5", "-5") + "5,b,a,\n6,b,a,2\n"
    run = opened(tmp_path, table)
    assert run_metrics(run)["sample_weighted_accuracy"] == 0.6
    [problem] = run.problems
    assert problem.code == "weights-unusable"
    assert problem.what.startswith("2 of 6 values of 'sample_weight' are missing, negative")


def test_weights_that_are_all_zero_give_no_figure(tmp_path: Path) -> None:
    table = "id,y_true,y_pred,sample_weight\n1,a,a,0\n2,a,b,0\n3,b,b,0\n"
    assert "sample_weighted_accuracy" not in run_metrics(opened(tmp_path, table))


@pytest.mark.parametrize("seed", range(4))
def test_the_figures_are_those_of_scikit_learn(tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    true, answer = random.choice(list("abcd"), (2, 60), p=[0.4, 0.3, 0.2, 0.1])
    weight = np.where(answer == "d", 0.0, random.exponential(size=60).round(3))
    frame = pl.DataFrame({"y_true": true, "y_pred": answer, "sample_weight": weight})
    metrics = run_metrics(opened(tmp_path, frame.write_csv()))
    expected = {
        "accuracy": accuracy_score(true, answer, sample_weight=weight),
        "macro_f1": f1_score(true, answer, average="macro", sample_weight=weight, zero_division=0),
        "balanced_accuracy": balanced_accuracy_score(true, answer, sample_weight=weight),
    }
    assert {name: metrics[f"sample_weighted_{name}"] for name in expected} == pytest.approx(
        expected
    )
