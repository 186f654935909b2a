from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from diagnostics.confusion.matrix import ConfusionMatrix
from diagnostics.confusion.seriation import (
    leaf_order,
    matrix_cells,
    most_confused_labels,
    name_of_others,
)

counted = st.integers(1, 7).flatmap(lambda k: arrays(np.int64, (k, k), elements=st.integers(0, 9)))


def matrix(counts: np.ndarray) -> ConfusionMatrix:
    return ConfusionMatrix(tuple(f"c{code}" for code in range(len(counts))), counts)


def confusions(k: int, pairs: dict[tuple[int, int], int]) -> np.ndarray:
    errors = np.zeros((k, k), dtype=np.int64)
    for cell, n in pairs.items():
        errors[cell] = n
    return errors


def test_classes_taken_for_one_another_stand_side_by_side() -> None:
    errors = confusions(6, {(0, 5): 9, (5, 0): 8, (1, 3): 7, (3, 1): 9, (2, 4): 5, (4, 2): 5})
    order = leaf_order(errors)
    assert sorted(order) == list(range(6))
    assert all(abs(order.index(a) - order.index(b)) == 1 for a, b in ((0, 5), (1, 3), (2, 4)))


@given(counted)
def test_an_order_holds_every_class_once_and_is_always_the_same(counts: np.ndarray) -> None:
    errors = matrix(counts).errors
    order = leaf_order(errors)
    assert sorted(order) == list(range(len(errors)))
    assert leaf_order(errors.copy()) == order


@given(st.permutations(range(5)))
def test_the_order_depends_on_the_confusions_not_on_where_a_class_was(order: list[int]) -> None:
    chain = {(0, 1): 9, (1, 0): 8, (1, 2): 5, (2, 1): 4, (2, 3): 11, (3, 2): 3, (3, 4): 2}
    errors = confusions(5, chain)
    moved = errors[np.ix_(order, order)]
    found = [order[index] for index in leaf_order(moved)]
    assert leaf_order(errors) in (found, found[::-1])


@pytest.mark.parametrize("k", [0, 1, 2, 4])
def test_without_mistakes_the_order_stays(k: int) -> None:
    assert leaf_order(np.zeros((k, k), dtype=np.int64)) == list(range(k))


def test_the_most_frequent_confusions_are_among_the_cells() -> None:
    # c4 has most mistakes, but every one with another class.
    counts = confusions(12, {(0, 2): 6, (7, 9): 5, **{(4, j): 2 for j in (1, 3, 5, 6, 8, 10)}})
    assert set(most_confused_labels(matrix(counts), 4)) == {"c0", "c2", "c7", "c9"}


def test_room_that_confusions_leave_is_filled_with_the_largest_classes() -> None:
    counts = np.diag([1, 9, 3, 5]) + confusions(4, {(0, 2): 1})
    assert set(most_confused_labels(matrix(counts), 3)) == {"c0", "c2", "c1"}


@given(counted, st.integers(0, 9))
def test_no_more_classes_are_shown_than_asked_for(counts: np.ndarray, limit: int) -> None:
    shown = most_confused_labels(matrix(counts), limit)
    assert len(shown) == len(set(shown)) == min(limit, len(counts))


def test_of_an_inexact_matrix_the_classes_with_most_mistakes_are_shown() -> None:
    known = np.array([9, 9, 9])
    found = ConfusionMatrix(("a", "b", "c"), np.diag([9, 2, 5]), exact=False, known_support=known)
    assert most_confused_labels(found, 2) == ["b", "c"]


def test_classes_that_are_not_shown_are_one_row_and_one_column() -> None:
    counts = np.array([[5, 1, 2], [0, 4, 3], [1, 0, 6]])
    cells = matrix_cells(matrix(counts), ["c2"])
    assert cells.to_dict("list") == {
        "true_label": ["c2", "c2", "(all others)", "(all others)"],
        "predicted_label": ["c2", "(all others)", "c2", "(all others)"],
        "n": [6, 1, 5, 10],
        "share_of_true": pytest.approx([6 / 7, 1 / 7, 5 / 15, 10 / 15]),
        "share_of_predicted": pytest.approx([6 / 11, 1 / 11, 5 / 11, 10 / 11]),
        "is_error": [False, True, True, False],
    }


@given(counted, st.data())
def test_cells_add_up_to_the_matrix_whatever_is_shown(
    counts: np.ndarray, data: st.DataObject
) -> None:
    whole = matrix(counts)
    shown = data.draw(st.lists(st.sampled_from(whole.labels), unique=True))
    cells = matrix_cells(whole, shown)
    assert cells["n"].sum() == counts.sum()
    rows = cells.groupby("true_label")
    for label, support in zip(whole.labels, counts.sum(axis=1), strict=True):
        if label in shown:
            assert rows["n"].sum()[label] == support
            share = rows["share_of_true"].sum(min_count=1)[label]
            assert share == pytest.approx(1 if support else np.nan, nan_ok=True)


def test_a_class_may_be_called_as_the_others_are() -> None:
    labels = ("(all others)", "b", "c")
    cells = matrix_cells(ConfusionMatrix(labels, np.eye(3, dtype=np.int64)), labels[:1])
    assert name_of_others(labels) == "((all others))"
    assert cells["n"].tolist() == [1, 0, 0, 2]
    assert set(cells["true_label"]) == {"(all others)", "((all others))"}
