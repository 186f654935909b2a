from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit, log_softmax, softmax

from diagnostics.readers.prediction_table.values.one_score import is_of_positive, one_score
from diagnostics.readers.prediction_table.values.scores import numbers, probabilities, vectors

SCORES = arrays(np.float64, (4, 3), elements=st.floats(-30, 30, width=32))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.5", 0.5),
        ("93%", 0.93),
        ("0,25", 0.25),
        (" 1e-3 ", 0.001),
        ("tensor(0.125)", 0.125),
        ("np.float64(0.5)", 0.5),
        ("N/A", None),
        ("nan", None),
        ("high", None),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, value: float | None) -> None:
    assert numbers(pl.Series([text, "N/A"])).to_list() == [value, None]


@given(SCORES)
def test_lists_are_read_however_they_were_printed(scores: np.ndarray) -> None:
    rows = scores.tolist()
    printed = {
        "json": [json.dumps(row) for row in rows],
        "numpy": [str(np.array(row)).replace("\n", " ") for row in rows],
        "numpy repr": [str([np.float64(value) for value in row]) for row in rows],
    }
    for way, texts in printed.items():
        tolerance = 1e-6 if way == "numpy" else 0  # NumPy prints eight digits
        got = vectors(pl.Series(texts))
        np.testing.assert_allclose(got, scores, rtol=tolerance, atol=tolerance)


@given(SCORES)
def test_logits_and_log_probabilities_become_the_same_probabilities(scores: np.ndarray) -> None:
    expected = softmax(scores, axis=1)
    from_logits = probabilities(scores, told="logit")
    from_logs = probabilities(log_softmax(scores, axis=1))
    assert from_logs.kind == "log-probability"
    np.testing.assert_allclose(from_logits.values, expected, atol=1e-12)
    np.testing.assert_allclose(from_logs.values, expected, atol=1e-12)


def test_probabilities_are_kept_as_they_are_and_those_off_are_counted() -> None:
    given_scores = np.array([[0.5, 0.495], [0.9, 0.9], [np.nan, 0.5]])
    found = probabilities(given_scores)
    np.testing.assert_array_equal(found.values, given_scores)
    assert (found.kind, found.off) == ("probability", 1)


def test_a_single_logit_becomes_a_probability_by_the_sigmoid() -> None:
    found = one_score(pl.Series("logit", [-2.0, 0.0, 3.0]))
    np.testing.assert_allclose(found.values, expit([-2.0, 0.0, 3.0]))
    assert (found.kind, found.done) == ("logit", "sigmoid applied")


@pytest.mark.parametrize(
    ("scores", "predicted", "whose"),
    [
        ([0.9, 0.8, 0.6], "aba", ""),
        ([0.1, 0.8, 0.3], "aba", "b"),
        ([0.9, 0.2, 0.7], "aba", "a"),
        ([0.1, 0.35, 0.3], "aba", "b"),  # a threshold of 0.32
        ([0.1, 0.2], "aa", "b"),  # the other label is never predicted
        ([0.1, 0.2, 0.9, 0.8], "abab", None),
    ],
)
def test_whose_probability_a_score_is(scores: list[float], predicted: str, whose: str) -> None:
    assert is_of_positive(np.array(scores), pl.Series(list(predicted)), ["a", "b"]) == whose
