"""Importances of runs are held against each other by rank."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from diagnostics.models.importance.comparison import agreements, compared_ranks, rank_biased_overlap
from diagnostics.models.importance.feature_groups import spearman
from diagnostics.models.importance.importances import Importances


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [("abcdef", "abcdef", 1), ("abc", "xyz", 0), ("abcdef", "bacdef", 0.9),
     ("abcdefg", "gfedcba", 0.6382395)],
)  # fmt: skip
def test_the_overlap_of_known_lists(first: str, second: str, overlap: float) -> None:
    assert rank_biased_overlap(first, second) == pytest.approx(overlap)


@settings(max_examples=40, deadline=None)
@given(st.permutations(list(range(7))), st.permutations(list(range(3, 10))))
def test_the_overlap_is_symmetric_and_between_0_and_1(first: list[int], second: list[int]) -> None:
    overlap = rank_biased_overlap(first, second)
    assert -1e-12 <= overlap <= 1 + 1e-12
    assert overlap == pytest.approx(rank_biased_overlap(second, first))
    assert math.isnan(rank_biased_overlap([], first))


def test_the_rank_correlation_is_scipys() -> None:
    values = np.random.default_rng(0).integers(0, 5, (30, 4)).astype(float)
    assert spearman(values) == pytest.approx(spearmanr(values).statistic)


def test_ranks_and_their_changes_stand_beside_each_other() -> None:
    old = Importances("gain", ("a", "b", "c"), np.array([3.0, 2.0, 1.0]))
    new = Importances("gain", ("c", "b", "d"), np.array([9.0, 8.0, 7.0]))
    table = compared_ranks({"old": old, "new": new})
    assert list(table["feature"]) == ["a", "b", "c", "d"]
    assert table["old"].tolist()[:3] == [1, 2, 3]
    assert table["change"].tolist()[1:3] == [0, 2]
    assert np.isnan(table["new"].iloc[0])
    (row,) = agreements({"old": old, "new": new}).to_dict("records")
    assert (row["run"], row["shared"]) == ("new", 2)
    assert math.isnan(row["spearman"])
    assert compared_ranks({}).empty
