from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from diagnostics.charts import colours
from diagnostics.charts.thresholds import LEVEL, rate_curve_chart, risk_coverage_chart

CURVE = pd.DataFrame(
    {
        "run": ["new"] * 3 + ["old"] * 3,
        "threshold": [0.9, 0.5, 0.0] * 2,
        "coverage": [0.01, 0.5, 1.0] * 2,
        "risk": [0.9, 0.1, 0.2, 0.0, 0.2, 0.3],
        "low": [0.0] * 6,
        "high": [1.0] * 6,
    }
)
POINTS = pd.DataFrame(
    [("new", "chosen", 0.5, 0.5, 0.1), ("new", "configured", 0.9, 0.01, 0.9)],
    columns=["run", "kind", "threshold", "coverage", "risk"],
)
RATES = pd.DataFrame({"run": "new", "x": [0.0, 1.0], "y": [0.0, 1.0], "score": 0.5, "step": [0, 1]})
MARKS = pd.DataFrame([("new", "the answers", 0.2, 0.8)], columns=["run", "what", "x", "y"])


def drawn(**changes: Any) -> dict[str, Any]:
    given = {"curve": CURVE, "points": POINTS, "runs": ["new", "old"], **changes}
    spec: dict[str, Any] = risk_coverage_chart(**given).to_dict()
    return spec


def test_runs_keep_their_colours_and_dashes() -> None:
    line = drawn()["layer"][1]["encoding"]
    assert line["color"]["scale"] == {"domain": ["new", "old"], "range": list(colours.RUNS[:2])}
    assert len(line["strokeDash"]["scale"]["range"]) == 2


def test_the_risk_of_few_answers_does_not_squeeze_the_curve() -> None:
    spec = drawn()
    assert spec["layer"][1]["encoding"]["y"]["scale"]["domain"] == [0, pytest.approx(0.345)]
    name = spec["layer"][-1]["data"]["name"]
    marked = {row["kind"]: row["shown"] for row in spec["datasets"][name]}
    assert marked == {"chosen": 0.1, "configured": pytest.approx(0.345)}


def test_a_target_is_always_in_sight() -> None:
    spec = drawn(target=0.5)
    assert spec["layer"][1]["encoding"]["y"]["scale"]["domain"][1] == pytest.approx(0.65)
    assert spec["layer"][2]["encoding"]["y"]["datum"] == 0.5
    assert len(drawn()["layer"]) == len(spec["layer"]) - 1


def test_a_click_takes_a_level_of_the_first_run() -> None:
    spec = drawn()
    (click,) = [param for param in spec["params"] if param["name"] == LEVEL]
    assert click["select"]["fields"] == ["threshold"]
    assert click["select"]["nearest"]
    name = spec["layer"][2]["data"]["name"]
    assert {row["run"] for row in spec["datasets"][name]} == {"new"}


@pytest.mark.parametrize(
    ("kind", "chance", "interpolate"),
    [("roc", [0, 1], "linear"), ("pr", [0.3, 0.3], "step-before")],
)
def test_chance_and_steps_are_those_of_the_curve(
    kind: Any, chance: list[float], interpolate: str
) -> None:
    spec = rate_curve_chart(RATES, MARKS, kind=kind, runs=["new"], chance=0.3).to_dict()
    diagonal, curve, marks = spec["layer"]
    assert [row["y"] for row in spec["datasets"][diagonal["data"]["name"]]] == chance
    assert curve["mark"]["interpolate"] == interpolate
    assert marks["encoding"]["shape"]["field"] == "what"
    assert "recall" in curve["encoding"]["y" if kind == "roc" else "x"]["title"]


def test_without_points_there_is_no_empty_layer() -> None:
    spec = rate_curve_chart(RATES, MARKS.head(0), kind="roc", runs=["new"]).to_dict()
    assert len(spec["layer"]) == 2
