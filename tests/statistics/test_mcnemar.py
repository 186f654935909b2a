"""Tests on paired answers, against published values and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import SquareTable, mcnemar

from diagnostics.statistics.mcnemar import bowker, mcnemar_exact, mcnemar_midp, stuart_maxwell

#: Unaided vision of women's right and left eyes (Stuart 1953).
VISION = np.array([[1520, 266, 124, 66], [234, 1512, 432, 78], [117, 362, 1772, 205],
                   [36, 82, 179, 492]])  # fmt: skip
COUNTS = st.integers(0, 400)


@pytest.mark.parametrize(
    ("fixed", "broken", "exact", "midp"),
    [
        (1, 7, 0.0703125, 0.0390625),  # Fagerland, Lydersen and Laake 2013, after Bentur
        (25, 15, 0.153860, 0.117275),
        (0, 5, 0.0625, 0.03125),
        (86, 150, 3.71594e-5, 2.89339e-5),
        (10, 10, 1, 0.911901),
        (264, 257, 0.792685, 0.759348),
    ],
)
def test_p_values_are_the_published_ones(
    fixed: int, broken: int, exact: float, midp: float
) -> None:
    assert mcnemar_exact(fixed, broken) == pytest.approx(exact, rel=1e-5)
    assert mcnemar_midp(fixed, broken) == pytest.approx(midp, rel=1e-5)


@settings(max_examples=60)
@given(COUNTS, COUNTS)
def test_the_exact_p_is_that_of_statsmodels(fixed: int, broken: int) -> None:
    expected = mcnemar([[0, fixed], [broken, 0]], exact=True).pvalue if fixed + broken else 1.0
    assert mcnemar_exact(fixed, broken) == pytest.approx(min(expected, 1.0), rel=1e-9, abs=1e-300)


@settings(max_examples=60)
@given(COUNTS, COUNTS)
def test_the_midp_counts_what_was_seen_by_half(fixed: int, broken: int) -> None:
    from scipy.stats import binom

    n = fixed + broken
    share = binom.pmf(np.arange(n + 1), n, 0.5)
    surplus = np.abs(2 * np.arange(n + 1) - n)
    seen = abs(fixed - broken)
    expected = share[surplus > seen].sum() + share[surplus == seen].sum() / 2 if n else 1.0
    assert mcnemar_midp(fixed, broken) == pytest.approx(expected, rel=1e-9, abs=1e-300)


def test_where_nothing_moved_there_is_no_evidence() -> None:
    assert (mcnemar_exact(0, 0), mcnemar_midp(0, 0)) == (1.0, 1.0)


def test_arrays_are_tested_entry_by_entry() -> None:
    p = mcnemar_midp([1, 10, 0], [7, 10, 0])
    assert p == pytest.approx([0.0390625, 0.9119014739990234, 1.0])


def test_what_is_no_count_is_refused() -> None:
    with pytest.raises(ValueError, match="fixed and broken must not be negative"):
        mcnemar_exact(-1, 2)


def test_the_mix_of_the_vision_data_is_the_published_one() -> None:
    found = stuart_maxwell(VISION)
    assert (found.statistic, found.degrees) == (pytest.approx(11.95657, abs=1e-5), 3)
    assert found.p == pytest.approx(0.0075334, abs=1e-7)
    found = bowker(VISION)
    assert (found.statistic, found.degrees) == (pytest.approx(19.10655, abs=1e-5), 6)
    assert found.p == pytest.approx(0.0039874, abs=1e-7)


def test_the_tests_of_a_table_are_those_of_statsmodels() -> None:
    table = np.random.default_rng(0).integers(1, 50, (7, 7))
    square = SquareTable(table, shift_zeros=False)
    for found, expected in (
        (stuart_maxwell(table), square.homogeneity()),
        (bowker(table), square.symmetry()),
    ):
        assert found.statistic == pytest.approx(expected.statistic)
        assert (found.degrees, found.p) == (expected.df, pytest.approx(expected.pvalue))


def test_labels_that_nothing_was_exchanged_with_cost_no_degree_of_freedom() -> None:
    table = np.zeros((9, 9), dtype=int)
    places = [0, 2, 5, 8]
    table[np.ix_(places, places)] = VISION
    table[4, 4] = 1000
    assert stuart_maxwell(table) == stuart_maxwell(VISION)
    assert bowker(table) == bowker(VISION)


def test_sets_that_exchange_only_among_themselves_add_up() -> None:
    table = np.zeros((8, 8), dtype=int)
    table[:4, :4] = table[4:, 4:] = VISION
    found, once = stuart_maxwell(table), stuart_maxwell(VISION)
    assert found.statistic == pytest.approx(2 * once.statistic)
    assert found.degrees == 2 * once.degrees


def test_without_any_exchange_there_is_nothing_to_test() -> None:
    for found in (stuart_maxwell(np.diag([3, 4])), bowker(np.diag([3, 4]))):
        assert np.isnan([found.statistic, found.p]).all()
        assert found.degrees == 0
