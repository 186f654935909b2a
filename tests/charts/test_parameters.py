"""What the charts of parameters, training and data draw, and how much of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from diagnostics.charts.parallel_axes import BRUSH, parallel_chart
from diagnostics.charts.parameters import (
    PICK,
    importance_bars,
    importance_table,
    marginal_chart,
    pair_heatmap,
    time_chart,
)
from diagnostics.charts.training import VERDICTS, curve_chart, train_chart
from diagnostics.runs.learning_curves import learning_curve, learning_points
from diagnostics.runs.overfitting import training_points
from diagnostics.runs.parameters.effects import importance, marginal_means, pair_means, run_values
from diagnostics.runs.parameters.parallel_axes import SCORE, brushed_runs, parallel_axes
from diagnostics.runs.parameters.trials import Trials, trials
from diagnostics.runs.pareto import time_points
from tests.made.trial_runs import experiment_of, folds_of, grid_of, run_of

POINTS = [{"m__C": C, "m__kind": kind} for C in (1, 10, 100) for kind in ("a", "b")]
SCORES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]


@pytest.fixture
def found() -> Trials:
    return trials(grid_of(SCORES, POINTS), "accuracy")


def encodings(layer: dict[str, Any]) -> dict[str, Any]:
    return {name: channel.get("field") for name, channel in layer["encoding"].items()
            if isinstance(channel, dict)}  # fmt: skip


def test_means_lie_over_the_dots_of_their_runs(found: Trials) -> None:
    means, runs = marginal_means(found, "m__C"), run_values(found, "m__C")
    chart = marginal_chart(means, runs, "accuracy", title="C", chosen="run 0", domain=[0, 1])
    dots, _, interval, diamonds = chart.to_dict()["layer"]
    assert encodings(dots)["y"] == "score"
    assert (encodings(interval)["y"], encodings(interval)["y2"]) == ("low", "high")
    assert encodings(diamonds)["y"] == "mean"
    assert diamonds["encoding"]["x"]["sort"] == ["1", "10", "100"]
    (parameter,) = chart.to_dict()["params"]
    assert parameter["name"] == PICK
    assert parameter["select"]["fields"] == ["run", "value"]
    without = marginal_chart(means, runs.head(0), "accuracy", title="C", chosen="", domain=[0, 1])
    assert encodings(without.to_dict()["layer"][0])["y"] == "lowest"


def test_bars_are_parameters_pairs_and_the_rest(found: Trials) -> None:
    noisy = trials(grid_of([0.1, 0.9, 0.3, 0.4, 0.8, 0.6], POINTS), "accuracy")
    table = importance_table(importance(noisy))
    assert table["kind"].tolist().count("pair") == 1
    assert table["share"].sum() == pytest.approx(1.0)
    assert set(table["name"]) == {"C", "kind", "C × kind"} or "kind × C" in set(table["name"])
    chart = importance_bars(importance(found)).to_dict()
    assert chart["encoding"]["x"]["scale"]["domain"] == [0, 1]


def test_a_pair_is_drawn_in_the_order_of_its_values(found: Trials) -> None:
    chart = pair_heatmap(pair_means(found, "m__C", "m__kind"), "accuracy", "C", "kind").to_dict()
    cells, figures = chart["layer"]
    assert cells["encoding"]["x"]["sort"] == ["1", "10", "100"]
    assert cells["encoding"]["y"]["sort"] == ["b", "a"]
    assert figures["encoding"]["text"]["format"] == ".1%"


def test_lines_go_over_the_parameters_to_the_score(found: Trials) -> None:
    axes = parallel_axes(found, ["m__C", "m__kind"], best=4)
    assert axes.axes == ("C", "kind", SCORE)
    assert list(dict.fromkeys(axes.points["run"])) == ["run 5", "run 4", "run 3", "run 2"]
    assert axes.points["position"].between(0, 1).all()
    own = axes.points[axes.points["axis"] == "C"].set_index("run")["position"]
    assert own["run 5"] > own["run 4"] > 2 / 3 > own["run 3"] > own["run 2"] > 1 / 3
    assert axes.points[axes.points["axis"] == SCORE]["position"].iloc[[0, -1]].tolist() == [1, 0]
    spec = parallel_chart(axes, "accuracy", chosen="run 5").to_dict()
    names = {parameter["name"] for parameter in spec["params"]}
    assert names == {PICK, BRUSH}


def test_of_losses_the_lowest_has_the_strongest_colour() -> None:
    from dataclasses import replace

    falling = replace(trials(grid_of(SCORES, POINTS), "accuracy"), rises=False)
    axes = parallel_axes(falling, ["m__C", "m__kind"], best=2)
    assert list(dict.fromkeys(axes.points["run"])) == ["run 0", "run 1"]
    best = axes.points.sort_values("goodness")["run"].iloc[-1]
    assert best == "run 0"
    spec = parallel_chart(axes, "accuracy", chosen="").to_dict()
    colour = spec["layer"][0]["encoding"]["color"]["condition"]
    assert colour["field"] == "goodness"


def test_a_brush_keeps_the_runs_that_pass_on_every_axis_it_covers(found: Trials) -> None:
    axes = parallel_axes(found, ["m__C", "m__kind"], best=10)
    assert brushed_runs(axes, {"axis": ["C"], "position": [1.0, 0.67]}) == ["run 5", "run 4"]
    assert brushed_runs(axes, {"axis": ["C", "kind"], "position": [0.67, 1]}) == ["run 5"]
    assert brushed_runs(axes, {"axis": [], "position": [0, 1]}) == []


def test_many_numbers_lie_on_a_logarithmic_axis_where_they_are_spaced_so() -> None:
    numbers = np.geomspace(0.001, 1000, 40).tolist()
    found = trials(grid_of(np.linspace(0, 1, 40).tolist(), [{"C": n} for n in numbers]), "accuracy")
    axes = parallel_axes(found, ["C"], best=40)
    positions = axes.points[axes.points["axis"] == "C"]["position"].to_numpy()
    assert positions == pytest.approx(np.linspace(1, 0, 40))
    assert axes.ticks[axes.ticks["axis"] == "C"]["text"].tolist() == [
        *("0.001", "0.0316", "1", "31.6", "1,000"),
    ]


def test_two_thousand_runs_are_few_enough_marks() -> None:
    random = np.random.default_rng(0)
    names = [f"p{n}" for n in range(8)]
    points = [dict(zip(names, row, strict=True)) for row in random.random((2000, 8)).tolist()]
    found = trials(grid_of(random.random(2000).tolist(), points), "accuracy")
    axes = parallel_axes(found, names, best=1000)
    assert len(axes.points) + axes.points["run"].nunique() <= 10_000


def test_the_front_is_a_line_and_its_runs_are_named() -> None:
    runs = experiment_of(
        *(run_of(f"r{n}", 0.5 + 0.1 * n, fit_seconds=2.0**n, examples=100) for n in range(4)),
        run_of("slow", 0.5, fit_seconds=20.0),
    )
    points = time_points(runs, "accuracy", "fit_seconds")
    spec = time_chart(points, "accuracy", seconds="Fitting", chosen="r1").to_dict()
    assert spec["layer"][1]["mark"]["interpolate"] == "step-after"
    data = spec["datasets"]
    front = data[spec["layer"][1]["data"]["name"]]
    assert [row["run"] for row in front] == ["r0", "r1", "r2", "r3"]
    assert spec["layer"][2]["encoding"]["x"]["scale"]["type"] == "log"


def test_verdicts_have_a_colour_and_a_shape_each() -> None:
    runs = experiment_of(
        run_of("a", 0.9, scores=folds_of(0.9) + folds_of(0.905, "train")),
        run_of("b", 0.6, scores=folds_of(0.6) + folds_of(0.95, "train")),
    )
    points = training_points(runs, "accuracy")
    spec = train_chart(points, "accuracy", chosen="a").to_dict()
    colour = spec["layer"][2]["encoding"]["color"]["scale"]
    assert colour["domain"] == ["Fine", "Generalisation"]
    assert colour["range"] == [VERDICTS["fine"][1], VERDICTS["generalisation"][1]]
    assert len({shape for _, _, shape in VERDICTS.values()}) == len(VERDICTS)


def test_curves_have_a_band_from_the_lowest_to_the_highest() -> None:
    runs = [
        run_of(f"{C} {n}", v, {"C": C}, resource=n, scores=folds_of(v))
        for C, n, v in ((1, 10.0, 0.4), (1, 20.0, 0.6), (2, 10.0, 0.3))
    ]
    curve = learning_curve(learning_points([experiment_of(*runs)], "accuracy"))
    spec = curve_chart(curve, "accuracy", amount="Rows", order=["C=1", "C=2"]).to_dict()
    band, lines, dots = spec["layer"]
    assert (encodings(band)["y"], encodings(band)["y2"]) == ("low", "high")
    assert lines["encoding"]["detail"]["field"] == "line"
    assert dots["encoding"]["x"]["axis"]["values"] == [10.0, 20.0]
    assert isinstance(curve, pd.DataFrame)
