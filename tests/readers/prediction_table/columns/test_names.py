from __future__ import annotations

import pytest

from diagnostics.readers.prediction_table.columns.names import is_measured, key, model_in


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


@pytest.mark.parametrize(
    ("name", "measured"),
    [
        ("pred_time_test", True),
        ("prediction_time", True),
        ("inference_seconds", True),
        ("n_tokens", True),
        ("pred_size", False),
        ("size_pred", False),
        ("prediction", False),
        ("times_square", True),
        ("sometimes_pred", False),
    ],
)
def test_times_sizes_and_costs_are_known_by_name(name: str, *, measured: bool) -> None:
    assert is_measured(name, ["id", "true_size", name]) == measured


@pytest.mark.parametrize(
    "truth",
    ["size", "true_size", "actual_size", "gold_size", "size_true", "size_actual", "size_gold"],
)
def test_a_size_whose_truth_stands_beside_it_is_an_answer(truth: str) -> None:
    assert not is_measured("pred_size", ["id", truth, "pred_size"])
    assert is_measured("pred_size", ["id", "other", "pred_size"])


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("bert_large_predicted_label", "bert_large"),
        ("bert_large_prediction", "bert_large"),
        ("Predicted_Binary", "Binary"),
        ("rf_pred_name", "rf"),
        ("prediction", ""),
    ],
)
def test_a_column_names_its_model(name: str, model: str) -> None:
    assert model_in(name) == model
