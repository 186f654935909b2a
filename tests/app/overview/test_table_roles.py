"""What is told of a table after a click: one role for a column, and only what must be said."""

from __future__ import annotations

from typing import Any

import pytest

from app.overview.table_roles import OTHERS, ROLES, SHOWN, with_role
from diagnostics.readers.prediction_table.choices import COLUMN_ROLES

PLAIN = {"file": "t.csv", "true_label": "label", "predicted_label": "pred", "id": "nr"}


def test_every_role_is_one_of_errata_toml() -> None:
    assert {*ROLES, *OTHERS, SHOWN} <= {*COLUMN_ROLES}


@pytest.mark.parametrize(
    ("told", "role", "columns", "becomes"),
    [
        ({}, "true_label", ["gold"], {"true_label": "gold"}),
        ({"true_label": "gold"}, "true_label", ["label"], {}),  # as it is recognised
        ({"true_label": "gold"}, "predicted_label", ["gold"], {"predicted_label": "gold"}),
        ({}, "id", [], {"shown": ["nr"]}),
        ({"shown": ["nr"]}, "id", ["nr"], {}),
        ({"shown": ["nr", "x"]}, "text", ["x"], {"shown": ["nr"], "text": "x"}),
        ({"true_label": "gold"}, "true_label", [], {"shown": ["gold", "label"]}),
        ({"model": ["a", "b"]}, "fold", ["a"], {"fold": "a"}),
        ({}, "shown", ["u", "v"], {"shown": ["u", "v"]}),
        ({"true_label": "gold"}, "shown", ["gold"], {"shown": ["gold"]}),
        ({"positive_label": "x"}, "confidence", ["p"], {"confidence": "p"}),
        ({"positive_label": "x"}, "text", ["p"], {"positive_label": "x", "text": "p"}),
        (
            {"weight": "w", "parts": True},
            "fold",
            ["k"],
            {"weight": "w", "parts": True, "fold": "k"},
        ),
    ],
    ids=str,
)
def test_a_column_has_one_role(
    told: dict[str, Any], role: str, columns: list[str], becomes: dict[str, Any]
) -> None:
    before = {**told}
    assert with_role(told, PLAIN, role, columns) == becomes
    assert told == before
