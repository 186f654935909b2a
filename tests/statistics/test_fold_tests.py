"""Tests over folds against the values that were published, and scikit-learn's own example."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from diagnostics.statistics.fold_tests import (
    bayesian_t_test,
    corrected_standard_error,
    corrected_t_test,
    fold_interval,
    within_one_standard_error,
)

#: Radial less linear kernel in scikit-learn's "Statistical comparison of models using grid search":
#: 10 × 10 folds of 100 rows, in 25ths.
MOONS = np.array(
    [-1, -3, 0, 0, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, -1, 0, 0, 0, 0, -1, -1, 1, -2, 0, 1, 1, 1, 0,
     0, -1, 1, 0, 0, 1, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 1, 1, 0, 1, -1, 2, 0, 0,
     0, 0, 0, 5, -1, 0, 1, 0, 0, 0, 0, 1, 1, 2, 0, 1, 0, -1, 0, 0, 1, -2, 1, 0, 1, 0, 0, 0, 0, 0, 0,
     -1, 0, -1, 0, 0, 1, 2, 0, 0]
) / 25  # fmt: skip
FIRST = np.array([0.80, 0.76, 0.84, 0.79, 0.81])
SECOND = np.array([0.82, 0.70, 0.83, 0.81, 0.77])
#: Three candidates in five folds.
THREE = np.array(
    [[0.80, 0.82, 0.78], [0.76, 0.70, 0.79], [0.84, 0.83, 0.80], [0.79, 0.81, 0.75],
     [0.81, 0.77, 0.82]]
).T  # fmt: skip


def test_the_published_example_of_repeated_folds_is_reproduced() -> None:
    test = corrected_t_test(MOONS, 1 / 9)
    assert float(test.statistic) == pytest.approx(0.7503127, abs=5e-8)
    assert float(test.p_greater) == pytest.approx(0.2274230, abs=5e-8)
    assert float(test.p) == pytest.approx(2 * 0.2274230, abs=1e-7)
    assert (float(test.low), float(test.high)) == pytest.approx((-0.0164452, 0.0364452), abs=5e-8)


def test_the_published_practical_equivalence_is_reproduced() -> None:
    chances = bayesian_t_test(MOONS, 1 / 9)
    assert chances.alike == pytest.approx(0.4316825, abs=5e-8)
    assert (chances.better, chances.worse) == pytest.approx((0.500, 0.068), abs=5e-4)
    no_rope = bayesian_t_test(MOONS, 1 / 9, rope=0)
    assert no_rope.better == pytest.approx(0.7725770, abs=5e-8)


def test_without_the_correction_the_same_folds_would_claim_too_much() -> None:
    test = corrected_t_test(MOONS, 0)
    plain = stats.ttest_1samp(MOONS, 0, alternative="greater")
    assert float(test.statistic) == pytest.approx(plain.statistic) == pytest.approx(2.6111648)
    assert (
        float(test.p_greater) == pytest.approx(plain.pvalue) == pytest.approx(0.0052130, abs=1e-7)
    )


def test_five_folds_by_hand() -> None:
    test = corrected_t_test(FIRST - SECOND, 1 / 4)
    assert float(test.difference) == pytest.approx(0.014)
    assert float(test.statistic) == pytest.approx(0.5833333, abs=5e-8)
    assert float(test.p) == pytest.approx(0.590976, abs=5e-7)
    chances = bayesian_t_test(FIRST - SECOND, 1 / 4)
    expected = (0.5621409, 0.2509086, 0.1869505)
    assert (chances.better, chances.alike, chances.worse) == pytest.approx(expected, abs=5e-8)
    assert bayesian_t_test(FIRST - SECOND, 1 / 4, rope=0).better == pytest.approx(0.7045120)


def test_many_pairs_at_once_are_the_pairs_one_by_one() -> None:
    both = corrected_t_test(np.stack([FIRST - SECOND, SECOND - FIRST]), 1 / 4)
    single = corrected_t_test(FIRST - SECOND, 1 / 4)
    assert both.p.tolist() == [float(single.p)] * 2
    assert both.statistic.tolist() == [float(single.statistic), -float(single.statistic)]


def test_candidates_without_any_difference_are_identical() -> None:
    test = corrected_t_test(np.zeros(5), 1 / 4)
    assert bool(test.identical)
    assert (float(test.p), float(test.p_greater), float(test.statistic)) == (1, 1, 0)
    assert bayesian_t_test(np.zeros(5), 1 / 4).alike == 1


def test_the_same_difference_in_every_fold_cannot_be_tested() -> None:
    test = corrected_t_test(np.array([0.1, 0.3, 0.2]) - np.array([0.0, 0.2, 0.1]), 1 / 2)
    assert not bool(test.identical)
    assert math.isnan(float(test.p))
    assert bayesian_t_test(np.full(5, 0.02), 1 / 4).better == 1


@pytest.mark.parametrize("folds", [0, 1])
def test_fewer_than_two_folds_cannot_be_tested(folds: int) -> None:
    test = corrected_t_test(np.zeros(folds), 1.0)
    assert math.isnan(float(test.p))
    assert not bool(test.identical)
    assert math.isnan(bayesian_t_test(np.zeros(folds), 1.0).alike)
    assert math.isnan(float(fold_interval(np.zeros(folds), 1.0)[0]))


DIFFERENCES = st.lists(st.integers(-50, 50).map(lambda n: n / 100), min_size=2, max_size=12)


@settings(max_examples=60, deadline=None)
@given(DIFFERENCES, st.floats(0.01, 1))
def test_swapping_the_candidates_swaps_the_signs(values: list[float], ratio: float) -> None:
    one, other = corrected_t_test(values, ratio), corrected_t_test(np.negative(values), ratio)
    np.testing.assert_allclose(one.p, other.p)
    np.testing.assert_allclose(one.statistic, -other.statistic)
    np.testing.assert_allclose((one.low, one.high), (-other.high, -other.low))
    mine, theirs = bayesian_t_test(values, ratio), bayesian_t_test(np.negative(values), ratio)
    assert (mine.better, mine.worse) == pytest.approx((theirs.worse, theirs.better))


@settings(max_examples=60, deadline=None)
@given(DIFFERENCES, st.floats(0.01, 0.5))
def test_more_to_hold_out_for_less_to_learn_from_claims_less(
    values: list[float], ratio: float
) -> None:
    lax, strict = corrected_t_test(values, ratio), corrected_t_test(values, 2 * ratio)
    if not math.isnan(float(lax.p)):
        assert float(strict.p) >= float(lax.p)
        assert float(strict.high - strict.low) >= float(lax.high - lax.low)


def test_the_interval_of_a_mean_is_student_s_with_the_corrected_error() -> None:
    low, high = fold_interval(FIRST, 1 / 4)
    error = FIRST.std(ddof=1) * math.sqrt(1 / 5 + 1 / 4)
    expected = stats.t.interval(0.95, df=4, loc=FIRST.mean(), scale=error)
    assert (float(low), float(high)) == pytest.approx(expected)


def test_one_standard_error_keeps_the_candidates_of_the_worked_example() -> None:
    assert THREE.mean(axis=1) == pytest.approx([0.800, 0.786, 0.788])
    assert float(corrected_standard_error(THREE[0], 0)) == pytest.approx(0.0130384, abs=5e-8)
    assert float(corrected_standard_error(THREE[0], 1 / 4)) == pytest.approx(0.0195576, abs=5e-8)
    assert within_one_standard_error(THREE).tolist() == [True, False, True]
    assert within_one_standard_error(THREE, 1 / 4).tolist() == [True, True, True]
