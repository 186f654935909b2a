"""Intervals for shares, against published values, statsmodels, and what must hold of any."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from diagnostics.statistics.intervals import clopper_pearson, clopper_pearson_upper, wilson


@pytest.mark.parametrize(
    ("hits", "n", "score", "exact"),
    [  # Newcombe 1998
        (81, 263, (0.25529, 0.36621), (0.25274, 0.36762)),
        (15, 148, (0.06239, 0.16049), (0.05784, 0.16165)),
        (0, 10, (0.0, 0.27753), (0.0, 0.30850)),
        (3, 10, (0.10779, 0.60322), (0.06674, 0.65245)),
    ],
)
def test_bounds_are_the_published_ones(
    hits: int, n: int, score: tuple[float, float], exact: tuple[float, float]
) -> None:
    assert wilson(hits, n) == pytest.approx(score, abs=5e-6)
    assert clopper_pearson(hits, n) == pytest.approx(exact, abs=5e-6)


@given(data=st.data(), n=st.integers(1, 10_000), level=st.floats(0.5, 0.999))
def test_bounds_are_those_of_statsmodels(data: st.DataObject, n: int, level: float) -> None:
    hits = data.draw(st.integers(0, n))
    for ours, method in ((wilson, "wilson"), (clopper_pearson, "beta")):
        expected = proportion_confint(hits, n, alpha=1 - level, method=method)
        assert ours(hits, n, level) == pytest.approx(expected, abs=1e-9)


def test_an_upper_bound_alone_spends_all_of_the_doubt_on_one_side() -> None:
    assert clopper_pearson_upper(0, 59) == pytest.approx(0.0495, abs=5e-5)
    assert clopper_pearson_upper(3, 100) == pytest.approx(0.07571, abs=5e-6)
    assert clopper_pearson_upper(7, 7) == 1


@given(n=st.integers(1, 500), data=st.data())
def test_failures_mirror_successes(n: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, n))
    for interval in (wilson, clopper_pearson):
        low, high = interval(hits, n)
        assert 0 <= low <= hits / n <= high <= 1
        assert interval(n - hits, n) == pytest.approx((1 - high, 1 - low), abs=1e-9)


def test_arrays_are_taken_as_they_come_and_nothing_is_known_without_trials() -> None:
    low, high = wilson([0, 5, 0], [10, 10, 0])
    assert low.shape == high.shape == (3,)
    assert np.isnan([low[2], high[2]]).all()
    assert not np.isnan([low[:2], high[:2]]).any()


@pytest.mark.parametrize(("hits", "n", "level"), [(3, 2, 0.95), (-1, 2, 0.95), (1, 2, 1.0)])
def test_impossible_counts_are_refused(hits: int, n: int, level: float) -> None:
    with pytest.raises(ValueError, match="between 0 and"):
        wilson(hits, n, level)
