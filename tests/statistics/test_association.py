from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics.statistics.association import Effect, associate, quantile_bins, small_difference
from diagnostics.statistics.intervals import area, area_interval, newcombe

#: Newcombe (1998), Statistics in Medicine 17:873-890, table II, method 10: counts and bounds.
PUBLISHED = [
    ((56, 70, 48, 80), (0.0524, 0.3339)),
    ((9, 10, 3, 10), (0.1705, 0.8090)),
    ((6, 7, 2, 7), (0.0582, 0.8062)),
    ((5, 56, 0, 29), (-0.0381, 0.1926)),
    ((0, 10, 0, 20), (-0.1611, 0.2775)),
    ((0, 10, 0, 10), (-0.2775, 0.2775)),
    ((10, 10, 0, 20), (0.6791, 1.0)),
    ((10, 10, 0, 10), (0.6075, 1.0)),
]


@pytest.mark.parametrize(("counts", "bounds"), PUBLISHED, ids=str)
def test_newcombes_interval_has_his_published_values(
    counts: tuple[int, int, int, int], bounds: tuple[float, float]
) -> None:
    assert newcombe(*counts) == pytest.approx(bounds, abs=5e-5)


def test_newcombes_interval_agrees_with_statsmodels() -> None:
    from statsmodels.stats.proportion import confint_proportions_2indep

    for counts in [(3, 40, 9, 55), (120, 1000, 90, 1100), (1, 12, 11, 12)]:
        expected = confint_proportions_2indep(*counts, method="newcomb", compare="diff", alpha=0.01)
        assert newcombe(*counts, level=0.99) == pytest.approx(expected, abs=1e-9)


def test_the_area_is_that_of_scikit_learn_ties_and_all() -> None:
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(0)
    values, outcome = rng.poisson(2.0, 300).astype(float), rng.random(300) < 0.3
    assert area(values, outcome) == pytest.approx(roc_auc_score(outcome, values), abs=1e-12)
    assert np.isnan(area(values, np.zeros(300, bool)))


@settings(max_examples=40)
@given(st.integers(5, 60), st.integers(5, 60), st.integers(0, 10_000))
def test_the_areas_interval_ends_at_one_half_where_mann_and_whitney_say_so(
    n: int, rest: int, seed: int
) -> None:
    from scipy.stats import mannwhitneyu

    values = np.random.default_rng(seed).permutation(n + rest).astype(float)
    outcome = np.arange(n + rest) < n
    found = mannwhitneyu(
        values[outcome], values[~outcome], method="asymptotic", use_continuity=False
    )
    estimate = area(values, outcome)
    if found.pvalue < 1e-6 or estimate == 0.5:
        return
    low, high = area_interval(estimate, n, rest, 1 - found.pvalue)
    assert min(abs(low - 0.5), abs(high - 0.5)) < 1e-6


def test_the_areas_interval_never_leaves_its_range() -> None:
    assert area_interval(1.0, 3, 200)[1] == pytest.approx(1)
    assert 0 < area_interval(1.0, 3, 200)[0] < 1
    assert area_interval(0.0, 20, 20)[0] == pytest.approx(0)


@pytest.mark.parametrize(
    ("low", "high", "reading"),
    [
        (0.01, 0.2, "more"),
        (-0.2, -0.01, "less"),
        (-0.04, 0.04, "negligible"),
        (0.01, 0.04, "negligible"),
        (-0.04, 0.06, "unclear"),
        (np.nan, np.nan, "unclear"),
    ],
)
def test_an_interval_says_one_thing(low: float, high: float, reading: str) -> None:
    assert Effect("with", 0.0, low, high, 0.05).reading == reading


def test_rare_outcomes_have_a_smaller_difference_that_does_not_matter() -> None:
    assert small_difference(0.4) == 0.05
    assert small_difference(0.02) == 0.01


def test_both_sides_of_what_is_there_or_not_are_counted() -> None:
    has = pl.Series([True] * 40 + [False] * 60 + [None] * 5)
    wrong = np.array([True] * 30 + [False] * 10 + [True] * 6 + [False] * 54 + [True] * 5)
    found = associate(has, wrong)
    assert found.examples == 100
    assert found.groups[["group", "examples", "hits"]].to_numpy().tolist() == [
        ["with", 40, 30],
        ["without", 60, 6],
    ]
    (effect,) = found.effects
    assert effect.estimate == pytest.approx(0.65)
    assert (effect.low, effect.high) == pytest.approx(newcombe(30, 40, 6, 60))
    assert found.matters is True


def test_too_few_examples_on_a_side_give_no_effect_but_a_reason() -> None:
    has = pl.Series([True] * 3 + [False] * 97)
    found = associate(has, np.arange(100) % 2 == 0)
    assert found.effects == ()
    assert found.reason == "Only 3 of 100 examples have it; 10 are needed."
    assert found.matters is None


def test_an_outcome_that_never_varies_gives_a_reason() -> None:
    found = associate(pl.Series(range(100)), np.zeros(100, bool))
    assert found.reason == "It was the same for every example."


def test_a_hump_is_found_where_the_area_is_one_half() -> None:
    values = np.arange(1000.0)
    wrong = (values >= 400) & (values < 600)
    found = associate(pl.Series(values), wrong)
    assert found.effects[0].is_area
    assert found.effects[0].reading not in ("more", "less")
    assert found.matters is True


def test_many_examples_without_a_difference_are_negligible() -> None:
    rng = np.random.default_rng(1)
    wrong = rng.random(40_000) < 0.3
    for values in (rng.random(40_000) < 0.5, rng.normal(size=40_000)):
        assert associate(pl.Series(values), wrong).matters is False


def test_bins_hold_equal_shares_and_equal_values_stay_together() -> None:
    names, place = quantile_bins(np.arange(100.0))
    assert np.bincount(place).tolist() == [20] * 5
    assert names[0] == "0 to 19"
    names, place = quantile_bins(np.r_[np.zeros(95), np.arange(1.0, 6.0), 7.0])
    assert (names[0], int((place == 0).sum())) == ("0", 95)


def test_categories_beyond_the_frequent_ones_are_one() -> None:
    values = pl.Series([f"c{at % 30}" for at in range(600)])
    found = associate(values, np.arange(600) % 3 == 0)
    assert len(found.groups) == 13
    assert found.examples == 600
    assert found.groups["group"].iloc[-1] == "(all others)"


@pytest.mark.parametrize("kind", ["binary", "number", "category"])
def test_what_has_nothing_to_do_with_errors_is_rarely_said_to_matter(kind: str) -> None:
    rng = np.random.default_rng(7)
    alarms = 0
    for _ in range(150):
        wrong = rng.random(250) < 0.12
        values: dict[str, Any] = {
            "binary": rng.random(250) < 0.2,
            "number": rng.lognormal(size=250),
            "category": rng.choice(list("abcd"), 250),
        }
        alarms += associate(pl.Series(values[kind]), wrong).matters is True
    assert alarms <= 15  # 7.5 are expected at most; more than 15 have a chance of 0.5 %
