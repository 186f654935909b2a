from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from diagnostics.charts import colours
from diagnostics.charts.confidence import confidence_histogram_chart, overlaid_histogram_chart
from diagnostics.charts.reliability import overlaid_reliability_chart, reliability_chart
from diagnostics.confidence.corp import by_chance, corp_line
from diagnostics.confidence.levels import confidence_levels
from diagnostics.confidence.reliability import reliability_bins

#: What the eye sees of linear red, green and blue: whole, and without one kind of cones.
EYES = {
    "all colours": np.eye(3),
    "no red": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no blue": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def bars(*outcomes_there: str) -> pd.DataFrame:
    edges = pd.DataFrame({"lower": [0.8, 0.9], "upper": [0.9, 1.0]})
    parts = [
        edges.assign(run="one", outcome=name, n=[1, 3], share=[0.25, 0.75], of_bin=0.5)
        for name in outcomes_there
    ]
    return pd.concat(parts, ignore_index=True)


def linear(colour: str) -> np.ndarray:
    shares = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def cielab(colour: str, eye: object) -> np.ndarray:
    xyz = XYZ @ np.clip(np.asarray(eye) @ linear(colour), 0, 1) / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("eye", EYES.values(), ids=EYES.keys())
def test_the_colours_of_runs_are_told_apart(eye: object) -> None:
    for first, second in combinations(colours.RUNS, 2):
        assert np.linalg.norm(cielab(first, eye) - cielab(second, eye)) > 35


def test_no_run_has_the_colour_of_right_or_wrong() -> None:
    for run in colours.RUNS:
        for meaning in (colours.RIGHT, colours.WRONG):
            assert np.linalg.norm(cielab(run, np.eye(3)) - cielab(meaning, np.eye(3))) > 35


def test_right_goes_up_and_wrong_goes_down() -> None:
    chart = confidence_histogram_chart(bars("right", "wrong"))
    assert chart.data["height"].tolist() == [1, 3, -1, -3]
    spec = chart.to_dict()
    assert spec["encoding"]["color"]["scale"]["range"] == [colours.RIGHT, colours.WRONG]
    assert spec["encoding"]["x"]["scale"]["domain"] == [0.8, 1.0]
    assert "abs(datum.value)" in spec["encoding"]["y"]["axis"]["labelExpr"]


def test_shares_are_drawn_when_asked_for() -> None:
    chart = confidence_histogram_chart(bars("wrong"), value="share")
    assert chart.data["height"].tolist() == [-0.25, -0.75]
    assert chart.to_dict()["encoding"]["color"]["scale"]["domain"] == ["Wrong"]


def test_a_click_on_an_outline_names_its_run_and_bar() -> None:
    spec = overlaid_histogram_chart(bars("right"), ["one"]).to_dict()
    (click,) = spec["params"]
    assert click["select"]["fields"] == ["run", "lower", "upper", "outcome"]


def test_an_outline_stands_in_the_middle_of_its_bars() -> None:
    drawn = overlaid_histogram_chart(bars("right"), ["one"]).layer[0].data
    assert drawn["middle"].tolist() == pytest.approx([0.85])


def test_runs_have_dashes_besides_colours() -> None:
    two = pd.concat([bars("right"), bars("right").assign(run="two")])
    lines = overlaid_histogram_chart(two, ["one", "two"]).to_dict()["layer"][1]
    assert lines["encoding"]["strokeDash"]["scale"]["range"] == [[1, 0], [6, 3]]


def test_a_reliability_diagram_has_points_intervals_line_and_band() -> None:
    found = confidence_levels([0.6, 0.7, 0.8, 0.9], [False, True, True, True])
    table = reliability_bins(found).assign(run="one")
    spec = reliability_chart(table, corp_line(found), by_chance(found, draws=20).band).to_dict()
    marks = [layer["mark"]["type"] for layer in spec["layer"]]
    assert marks == ["bar", "line", "area", "line", "rule", "point"]
    domains = {tuple(layer["encoding"]["x"]["scale"]["domain"]) for layer in spec["layer"]}
    assert domains == {(8 / 15, 1.0)}
    assert {layer["encoding"]["y"]["field"] for layer in spec["layer"]} >= {
        "accuracy", "recalibrated", "low"
    }  # fmt: skip


def test_overlaid_diagrams_have_a_colour_for_each_run() -> None:
    found = confidence_levels([0.6, 0.9], [False, True])
    table = pd.concat([reliability_bins(found).assign(run=run) for run in ("b", "a")])
    spec = overlaid_reliability_chart(table, ["b", "a"]).to_dict()
    assert spec["layer"][2]["encoding"]["color"]["scale"]["domain"] == ["b", "a"]
    assert spec["layer"][2]["encoding"]["color"]["scale"]["range"] == list(colours.RUNS[:2])
