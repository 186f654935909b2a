from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from diagnostics.charts import colours
from diagnostics.charts.assumptions import GROUP, group_chart
from diagnostics.statistics.association import associate


def drawn(*, is_error: bool = True) -> dict[str, Any]:
    has = pl.Series([True] * 30 + [False] * 70)
    groups = associate(has, np.arange(100) % 3 == 0).groups
    chart = group_chart(groups, title="refund", outcome="wrong", is_error=is_error, overall=0.34)
    found: dict[str, Any] = chart.to_dict()
    return found


def test_every_group_has_a_point_with_its_size_and_a_click_names_it() -> None:
    chart = drawn()
    points = chart["layer"][-1]
    assert points["encoding"]["y"]["sort"] == ["with · 30", "without · 70"]
    assert [param["name"] for param in chart["params"]] == [GROUP]
    assert chart["params"][0]["select"]["fields"] == ["group"]
    (rows,) = [rows for rows in chart["datasets"].values() if len(rows) == 2]
    assert [row["hits"] for row in rows] == [10, 24]


def test_mistakes_have_their_colour_and_labels_another() -> None:
    assert drawn()["layer"][-1]["encoding"]["color"]["value"] == colours.WRONG
    assert drawn(is_error=False)["layer"][-1]["encoding"]["color"]["value"] == colours.CHOSEN
