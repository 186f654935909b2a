from __future__ import annotations

import numpy as np
import pandas as pd

from diagnostics.charts import colours
from diagnostics.charts.importance import beeswarm_chart, dependence_chart, importance_chart
from diagnostics.models.importance.importances import Importances
from diagnostics.models.importance.partial_dependence import PartialDependence

FOUND = Importances(
    "coefficients", ("a", "b"), np.array([2.0, -1.0]), std=np.array([0.5, 3.0]), is_signed=True
)


def test_bars_are_in_the_order_of_the_rows_and_coloured_by_direction() -> None:
    chart = importance_chart(FOUND.table(), unit="weight", chosen="b", is_signed=True).to_dict()
    bars, spread = chart["layer"]
    assert bars["encoding"]["y"]["sort"] == ["a", "b"]
    assert bars["encoding"]["color"]["scale"]["range"] == [colours.TOWARDS, colours.AWAY]
    assert bars["encoding"]["x"]["title"] == "weight"
    assert [row["role"] for row in next(iter(chart["datasets"].values()))] == ["towards", "away"]
    assert (spread["encoding"]["x"]["field"], spread["encoding"]["x2"]["field"]) == ("from", "to")


def test_a_spread_does_not_reach_below_what_can_be() -> None:
    found = Importances("impurity", ("a", "b"), np.array([0.9, 0.1]), std=np.array([0.1, 0.3]))
    chart = importance_chart(found.table(), unit="share", chosen="a", is_signed=False).to_dict()
    rows = next(iter(chart["datasets"].values()))
    assert [row["from"] for row in rows] == [0.8, 0.0]


def test_dots_are_coloured_by_the_value_and_open_their_example() -> None:
    dots = pd.DataFrame(
        {"feature": ["a", "a"], "example": ["x", "y"], "contribution": [1.0, -1.0],
         "value": [3.0, 1.0], "level": [1.0, 0.0], "offset": [0.0, 0.0],
         "true_label": ["t", "t"], "predicted_label": ["t", "t"]}
    )  # fmt: skip
    chart = beeswarm_chart(dots, ["a"], title="added").to_dict()
    zero, swarm = chart["layer"]
    assert swarm["encoding"]["color"]["field"] == "level"
    assert swarm["encoding"]["yOffset"]["field"] == "offset"
    assert chart["params"][0]["select"]["fields"] == ["example"]
    assert zero["mark"]["type"] == "rule"


def test_numbers_have_a_rug_and_categories_have_none() -> None:
    def layers(is_numeric: bool, values: list[object]) -> list[str]:
        mean = pd.DataFrame({"value": values, "probability": [0.2, 0.4]})
        rows = mean.assign(example=["x", "y"])
        found = PartialDependence("a", "yes", mean, rows, rows, is_numeric, 2)
        return [layer["mark"]["type"] for layer in dependence_chart(found).to_dict()["layer"]]

    assert layers(True, [1.0, 2.0]) == ["line", "line", "tick"]
    assert layers(False, ["u", "v"]) == ["line", "line"]
