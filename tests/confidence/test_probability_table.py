from __future__ import annotations

import pytest

from diagnostics.confidence.probability_table import percent, points, probability_table, standing

LABELS = [f"label {code}" for code in range(12)]
SHARES = [0.3, 0.2, 0.1, 0.1, 0.1, 0.05, 0.05, 0.04, 0.03, 0.02, 0.007, 0.003]


def test_the_most_probable_labels_come_first_and_the_rest_in_one() -> None:
    table = probability_table(LABELS, SHARES, true_label="label 1", predicted_label="label 0")
    assert table["label"].tolist() == [*LABELS[:8], "all others (4)"]
    assert table["role"].tolist() == ["predicted", "true", *["other"] * 6, "rest"]
    assert table["probability"].sum() == pytest.approx(1)
    assert table["figure"].tolist()[:2] == ["30.0% · predicted", "20.0% · true"]


def test_the_true_label_is_shown_however_improbable() -> None:
    table = probability_table(LABELS, SHARES, true_label="label 11", predicted_label="label 0")
    assert table["label"].tolist() == [*LABELS[:7], "label 11", "all others (4)"]


def test_a_predicted_label_need_not_be_the_most_probable() -> None:
    table = probability_table(
        LABELS, SHARES, true_label="label 0", predicted_label="label 9", top=2
    )
    assert table["label"].tolist() == ["label 0", "label 9", "all others (10)"]


def test_a_right_answer_is_one_bar() -> None:
    table = probability_table(["a", "b"], [0.9, 0.1], true_label="a", predicted_label="a")
    assert table["role"].tolist() == ["right", "other"]
    assert table["figure"].tolist() == ["90.0% · true and predicted", "10.0%"]


def test_without_truth_an_answer_is_neither_right_nor_wrong() -> None:
    table = probability_table(["a", "b"], [0.9, 0.1], true_label=None, predicted_label="a")
    assert table["role"].tolist() == ["answer", "other"]
    assert table["figure"].tolist()[0] == "90.0% · predicted"


def test_no_truth_and_unknown_labels_do_no_harm() -> None:
    table = probability_table(["a"], [1.0], true_label=None, predicted_label="gone")
    assert table["role"].tolist() == ["other"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({}, "48.0% sure; the true label came second with 45.0%, 3 points behind."),
        (
            {"true_rank": 9, "true_confidence": 0.02},
            "48.0% sure; the true label came in place 9 of 1,000 with 2.0%, 46 points behind.",
        ),
        ({"true_rank": None}, "48.0% sure."),
        (
            {"true_rank": 1, "true_confidence": 0.48},
            "48.0% sure; the true label had as much.",
        ),
        (
            {"true_label": "b", "margin": 0.1},
            "48.0% sure, 10 points ahead of the next label.",
        ),
        ({"true_label": None, "margin": None}, "48.0% sure."),
        ({"confidence": None}, ""),
    ],
)
def test_the_standing_is_said_in_words(change: dict[str, object], sentence: str) -> None:
    answer = {
        "true_label": "a",
        "predicted_label": "b",
        "confidence": 0.48,
        "true_confidence": 0.45,
        "true_rank": 2,
        "margin": 0.03,
        **change,
    }
    assert standing(answer, 1000) == sentence


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0, "0.0%"),
        (0.0004, "< 0.1%"),
        (0.5, "50.0%"),
        (0.99951, "99.951%"),
        (0.99999999, "99.999%"),
        (1, "100.0%"),
    ],
)
def test_shares_are_never_rounded_to_certainty(share: float, shown: str) -> None:
    assert percent(share) == shown


def test_small_gaps_are_no_zeros() -> None:
    assert points(0.01) == "1 point"
    assert points(0.003) == "0.3 points"
    assert points(1e-6) == "less than 0.01 points"
