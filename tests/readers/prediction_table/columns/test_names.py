from __future__ import annotations

import pytest

from diagnostics.readers.prediction_table.columns.names import key


@pytest.mark.parametrize(
    ("name", "snake"),
    [
        ("PassengerId", "passenger_id"),
        ("customerID", "customer_id"),
        ("Pred1Score", "pred1_score"),
        ("Image Name", "image_name"),
        ("OOF_p_churn", "oof_p_churn"),
        ("Unnamed: 0", "unnamed_0"),
    ],
)
def test_names_of_columns_are_compared_in_snake_case(name: str, snake: str) -> None:
    assert key(name) == snake
