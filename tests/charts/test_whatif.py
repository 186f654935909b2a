"""The charts of robustness: what is drawn, in which order and colour."""

from __future__ import annotations

import pandas as pd

from diagnostics.charts import colours
from diagnostics.charts.whatif import CLICK, draws_chart, robustness_chart

CHANGES = pd.DataFrame(
    {
        "change": ["typos", "lower case"],
        "words": ["5% of letters", "every letter small"],
        "accuracy": [0.6, 0.75],
        "low": [0.55, 0.7],
        "high": [0.65, 0.8],
        "difference": [-0.15, 0.0],
        "difference_low": [-0.2, -0.01],
        "difference_high": [-0.1, 0.01],
        "broken": [20, 0],
        "fixed": [5, 0],
        "flipped": [30, 0],
    }
)


def test_changes_stand_in_their_order_beside_the_accuracy_before() -> None:
    spec = robustness_chart(CHANGES, 0.75).to_dict()
    line, rules, dots = spec["layer"]
    assert line["encoding"]["x"]["datum"] == 0.75
    assert rules["encoding"]["x2"]["field"] == "high"
    assert dots["encoding"]["y"]["sort"] is None
    assert dots["encoding"]["color"]["scale"]["range"][0] == colours.WRONG
    assert "difference_high < 0" in dots["transform"][0]["calculate"]
    assert [entry["name"] for entry in spec["params"]] == [CLICK]


def test_every_variant_is_a_tick_on_the_same_scale() -> None:
    answers = pd.DataFrame(
        {"change": ["typos"] * 2, "text": ["a", "b"], "label": ["x", "y"],
         "remaining": [0.9, 0.1], "same": [True, False]}
    )  # fmt: skip
    (ticks,) = draws_chart(answers).to_dict()["layer"]
    assert ticks["mark"]["type"] == "tick"
    assert ticks["encoding"]["x"]["scale"]["domain"] == [0, 1]
    assert {entry["field"] for entry in ticks["encoding"]["tooltip"]} == {
        "text", "label", "remaining"
    }  # fmt: skip
