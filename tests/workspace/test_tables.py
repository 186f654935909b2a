from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import entropy

from diagnostics import DiagnosticsError
from diagnostics.workspace.labels import natural_order
from diagnostics.workspace.tables import PREDICTIONS, predictions_frame

VECTORS = arrays(
    float, st.tuples(st.integers(1, 12), st.integers(2, 6)), elements=st.floats(0.001, 1)
).map(lambda weights: weights / weights.sum(axis=1, keepdims=True))


@given(vectors=VECTORS, data=st.data())
def test_derived_columns_agree_with_numpy_and_scipy(
    vectors: np.ndarray, data: st.DataObject
) -> None:
    n, k = vectors.shape
    labels = [f"label {index}" for index in range(k)]
    truth = data.draw(st.lists(st.sampled_from(labels), min_size=n, max_size=n))
    frame, order = predictions_frame(
        example=[f"{index:03}" for index in range(n)],
        true_label=truth,
        probabilities=vectors,
        labels=labels,
    )
    assert order == labels
    descending = np.sort(vectors, axis=1)[:, ::-1]
    np.testing.assert_allclose(frame["confidence"], descending[:, 0])
    np.testing.assert_allclose(frame["margin"], descending[:, 0] - descending[:, 1])
    np.testing.assert_allclose(frame["entropy"], entropy(vectors, axis=1), atol=1e-12)
    of_truth = vectors[np.arange(n), [labels.index(label) for label in truth]]
    np.testing.assert_allclose(frame["true_confidence"], of_truth)
    assert frame["true_rank"].to_list() == (1 + (vectors > of_truth[:, None]).sum(axis=1)).tolist()


def test_vectors_are_put_in_the_order_of_the_labels() -> None:
    frame, order = predictions_frame(
        example=["1"], probabilities=[[0.2, 0.5, 0.3]], labels=["b", "c", "a"]
    )
    assert order == ["a", "b", "c"]
    assert frame["probabilities"].to_list()[0] == pytest.approx([0.3, 0.2, 0.5])
    assert order[frame["predicted_label"][0]] == "c"


def test_a_vector_with_a_hole_is_unknown() -> None:
    frame, _ = predictions_frame(
        example=["1", "2"],
        true_label=["a", "a"],
        predicted_label=["a", "b"],
        probabilities=[[0.9, np.nan], [0.4, 0.6]],
        labels=["a", "b"],
    )
    unknown = frame.row(0, named=True)
    assert [unknown[name] for name in ("confidence", "margin", "entropy", "true_rank")] == [
        None
    ] * 4
    assert unknown["probabilities"] is None
    assert frame.row(1, named=True)["true_rank"] == 2


def test_confidence_alone_tells_the_true_label_s_only_where_the_answer_is_right() -> None:
    frame, _ = predictions_frame(
        example=["1", "2"], true_label=["a", "a"], predicted_label=["a", "b"], confidence=[0.7, 0.8]
    )
    assert frame["true_confidence"].to_list() == [0.7, None]
    assert frame["margin"].to_list() == [None, None]


@pytest.mark.parametrize("probabilities", [None, np.zeros((0, 2))])
def test_columns_are_the_same_without_rows(probabilities: np.ndarray | None) -> None:
    frame, _ = predictions_frame(
        example=[], true_label=[], predicted_label=[], probabilities=probabilities,
        labels=["a", "b"],
    )  # fmt: skip
    assert dict(frame.schema) == PREDICTIONS


def test_lengths_that_differ_are_refused() -> None:
    with pytest.raises(DiagnosticsError, match="fold has 1 rows, but there are 2 examples"):
        predictions_frame(example=["1", "2"], predicted_label=["a", "b"], fold=[0])


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["class 10", "class 2", "Class 1"], ["Class 1", "class 2", "class 10"]),
        (["b", "A", "a", "B"], ["A", "a", "B", "b"]),
        (["10", "9", "1.5", ""], ["", "1.5", "9", "10"]),
        (["๒", "²", "2"], ["2", "²", "๒"]),
    ],
)
def test_labels_are_sorted_as_people_do(labels: list[str], expected: list[str]) -> None:
    assert natural_order(labels) == expected


@given(st.lists(st.text(max_size=6), unique=True))
def test_the_order_of_labels_does_not_depend_on_how_they_came(labels: list[str]) -> None:
    assert natural_order(labels) == natural_order(reversed(labels))


def test_certainty_has_no_entropy_at_all_also_where_rounding_went_above_one() -> None:
    frame, _ = predictions_frame(
        example=["1", "2"],
        probabilities=np.array([[1.0000000000000002, 0.0], [1.0, 0.0]]),
        labels=["a", "b"],
    )
    assert frame["entropy"].to_list() == [0.0, 0.0]
    assert not np.signbit(frame["entropy"].to_numpy()).any()


def test_probabilities_have_a_column_for_each_label() -> None:
    with pytest.raises(DiagnosticsError, match="2 columns of probabilities for 3 labels"):
        predictions_frame(example=["1"], probabilities=np.ones((1, 2)), labels=["a", "b", "c"])
