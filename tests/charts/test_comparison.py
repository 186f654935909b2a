from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from diagnostics.charts import colours
from diagnostics.charts.agreement import (
    TWO,
    agreement_heatmap,
    runs_right_chart,
    votes_chart,
)
from diagnostics.charts.comparison import CHANGE, class_changes_chart, differences_chart
from diagnostics.charts.confusion import confusion_heatmap
from diagnostics.comparison.agreement import Consensus, RunAgreement, agreement_cells
from diagnostics.confusion.matrix import ConfusionMatrix
from diagnostics.confusion.seriation import matrix_cells

METRICS = pd.DataFrame(
    {
        "metric": ["Accuracy", "Macro F1"],
        "a": [0.5, 0.5],
        "b": [0.6, 0.4],
        "difference": [0.1, -0.1],
        "low": [0.05, -0.2],
        "high": [0.15, 0.1],
        "p": [0.01, 0.4],
    }
)
CLASSES = pd.DataFrame(
    {"label": ["b", "a"], "fixed": [3, 0], "broken": [1, 5], "net": [2, -5], "support": [9, 9]}
)
AGREEMENT = RunAgreement(
    ("one", "two", "three"),
    10,
    np.array([[10, 8, 6], [8, 10, 5], [6, 5, 10]]),
    np.array([[1.0, 0.6, 0.2], [0.6, 1.0, np.nan], [0.2, np.nan, 1.0]]),
)


def tooltips(layer: dict[str, Any]) -> set[str]:
    return {entry["field"] for entry in layer["encoding"]["tooltip"]}


def test_differences_have_a_line_at_zero_and_an_interval_each() -> None:
    zero, rules, dots = differences_chart(METRICS).to_dict()["layer"]
    assert zero["encoding"]["x"]["datum"] == 0
    assert (rules["encoding"]["x"]["field"], rules["encoding"]["x2"]["field"]) == ("low", "high")
    assert dots["encoding"]["x"]["field"] == "difference"
    assert tooltips(dots) >= {"a", "b", "low", "high", "p"}


def test_an_interval_has_the_colour_of_its_side_of_zero() -> None:
    _, rules, _ = differences_chart(METRICS).to_dict()["layer"]
    scale = rules["encoding"]["color"]["scale"]
    assert dict(zip(scale["domain"], scale["range"], strict=True)) == {
        "better": colours.RIGHT,
        "worse": colours.WRONG,
        "neither": colours.OTHER,
    }


def test_classes_stand_in_the_order_of_the_rows_on_one_scale_for_both_sides() -> None:
    bars, _ = class_changes_chart(CLASSES).to_dict()["layer"]
    assert bars["encoding"]["y"]["scale"]["domain"] == ["b", "a"]
    assert bars["encoding"]["x"]["scale"]["domain"] == pytest.approx([-5.3, 5.3])


def test_a_bar_names_its_class_and_outcome() -> None:
    chart = class_changes_chart(CLASSES).to_dict()
    (click,) = chart["params"]
    assert (click["name"], click["select"]["fields"]) == (CHANGE, ["label", "outcome"])


@pytest.mark.parametrize(("value", "domain"), [("share", [0.5, 0.8]), ("kappa", [0.2, 0.6])])
def test_the_matrix_of_agreement_spans_what_differs(value: Any, domain: list[float]) -> None:
    chart = agreement_heatmap(agreement_cells(AGREEMENT, [2, 0, 1]), value=value).to_dict()
    squares = chart["layer"][0]["encoding"]
    assert squares["x"]["scale"]["domain"] == ["three", "one", "two"]
    assert chart["params"][0]["name"] == TWO
    assert squares["color"]["scale"]["domain"] == domain


def test_runs_that_all_agree_still_have_a_scale() -> None:
    same = RunAgreement(("a", "b"), 3, np.full((2, 2), 3), np.full((2, 2), np.nan))
    for value in ("share", "kappa"):
        chart = agreement_heatmap(agreement_cells(same), value=value).to_dict()  # type: ignore[arg-type]
        low, high = chart["layer"][0]["encoding"]["color"]["scale"]["domain"]
        assert low < high


def test_numbers_are_left_out_where_many_runs_leave_no_room() -> None:
    n = 30
    many = RunAgreement(
        tuple(f"run {at}" for at in range(n)), 9, np.full((n, n), 9), np.ones((n, n))
    )
    assert len(agreement_heatmap(agreement_cells(many)).to_dict()["layer"]) == 1


def test_bars_go_from_no_run_to_all_runs() -> None:
    chart = runs_right_chart(Consensus(9, (2, 3, 4))).to_dict()
    (rows,) = chart["datasets"].values()
    assert [(row["runs"], row["n"], row["kind"]) for row in rows] == [
        (0, 2, "none"),
        (1, 3, "some"),
        (2, 4, "all"),
    ]


def test_votes_are_drawn_below_their_ceiling_and_beside_the_best_run() -> None:
    votes = pd.DataFrame(
        {"k": [1, 2], "run": ["a", "b"], "accuracy": [0.5, 0.6], "ceiling": [0.5, 0.8],
         "fixed": [0, 2], "broken": [0, 1]}
    )  # fmt: skip
    alone, lines = votes_chart(votes).to_dict()["layer"]
    assert alone["mark"]["type"] == "rule"
    assert lines["encoding"]["x"]["scale"]["domain"] == [1, 2]
    assert lines["transform"][0]["fold"] == ["accuracy", "ceiling"]


def test_a_matrix_of_two_runs_names_them() -> None:
    matrix = ConfusionMatrix(("a", "b"), np.array([[3, 1], [0, 2]]))
    chart = confusion_heatmap(matrix_cells(matrix, ["a", "b"]), sides=("Old run", "New run"))
    squares = chart.to_dict()["layer"][0]["encoding"]
    assert (squares["y"]["title"], squares["x"]["title"]) == ("Old run", "New run")
    assert [entry["title"] for entry in squares["tooltip"]][:2] == ["Old run", "New run"]
