"""Adjusted p-values, against published values and statsmodels."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from diagnostics.statistics.multiple_testing import benjamini_hochberg, benjamini_yekutieli, holm

METHODS = {holm: "holm", benjamini_hochberg: "fdr_bh", benjamini_yekutieli: "fdr_by"}


def test_adjusted_values_are_the_published_ones() -> None:
    p = [0.01, 0.04, 0.03, 0.005]
    assert holm(p) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert benjamini_hochberg(p) == pytest.approx([0.02, 0.04, 0.04, 0.02])
    assert benjamini_yekutieli(p) == pytest.approx([0.0416667, 0.0833333, 0.0833333, 0.0416667])


def test_fifteen_comparisons_come_out_as_in_the_paper() -> None:
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459,
         0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]  # fmt: skip
    adjusted = benjamini_hochberg(p)
    assert adjusted[:5] == pytest.approx([0.0015, 0.003, 0.0095, 0.035625, 0.0603])
    assert [int((method(p) <= 0.05).sum()) for method in METHODS] == [3, 4, 3]


@pytest.mark.parametrize("method", METHODS)
@given(p=st.lists(st.floats(0, 1), max_size=30))
def test_any_values_are_adjusted_as_statsmodels_does(method: object, p: list[float]) -> None:
    ours = method(p)  # type: ignore[operator]
    with patch("gc.collect"):  # statsmodels calls it for Holm, a quarter of a second each time
        expected = multipletests(p, method=METHODS[method])[1] if p else []  # type: ignore[index]
    assert ours == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_what_is_unknown_is_no_test(method: object) -> None:
    with_gap = method([0.01, np.nan, 0.04])  # type: ignore[operator]
    assert np.isnan(with_gap[1])
    assert with_gap[[0, 2]] == pytest.approx(method([0.01, 0.04]))  # type: ignore[operator]
