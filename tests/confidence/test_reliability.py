from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, log_loss

from diagnostics.confidence.corp import (
    brier_decomposition,
    by_chance,
    corp_line,
    log_decomposition,
    recalibrated,
)
from diagnostics.confidence.levels import ConfidenceLevels, confidence_levels
from diagnostics.confidence.reliability import calibration_errors, reliability_bins, verdict

CONFIDENCE = [0.95, 0.85, 0.75, 0.65, 0.55, 0.45, 0.35, 0.9, 0.8, 0.7]
RIGHT = [1, 1, 0, 1, 0, 0, 1, 1, 1, 0]
TEN = confidence_levels(CONFIDENCE, RIGHT)

answers = st.lists(
    st.tuples(st.integers(0, 40).map(lambda number: number / 40), st.booleans()),
    min_size=1,
    max_size=60,
)


def of(rows: list[tuple[float, bool]]) -> ConfidenceLevels:
    return confidence_levels([row[0] for row in rows], [row[1] for row in rows])


def drawn(n: int, seed: int, power: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Answers whose confidence is true, or with another power too low or too high."""
    random = np.random.default_rng(seed)
    confidence = random.uniform(0.2, 1.0, n)
    return confidence**power, random.random(n) < confidence


@pytest.mark.parametrize(
    ("bins", "binning", "expected"), [(5, "width", 0.285), (10, "width", 0.285), (5, "mass", 0.235)]
)
def test_expected_calibration_error_of_ten_answers(
    bins: int, binning: str, expected: float
) -> None:
    table = reliability_bins(TEN, bins=bins, binning=binning)  # type: ignore[arg-type]
    assert calibration_errors(table).ece == pytest.approx(expected, abs=1e-12)


def test_the_other_errors_of_ten_answers() -> None:
    errors = calibration_errors(reliability_bins(TEN, bins=5))
    assert errors.mce == pytest.approx(0.65)
    assert errors.l2 == pytest.approx(0.3398529, abs=1e-7)
    assert errors.l2_debiased == pytest.approx(0.1997916, abs=1e-7)


def test_a_bin_has_its_answers_and_their_interval() -> None:
    table = reliability_bins(TEN, bins=5)
    top = table.iloc[-1]
    assert (top["lower"], top["upper"], top["n"], top["right"]) == (0.8, 1.0, 3, 3)
    assert top["mean_confidence"] == pytest.approx(0.9)
    assert (top["low"], top["high"]) == (pytest.approx(0.438503, abs=1e-6), 1)


def test_bins_are_those_of_scikit_learn() -> None:
    confidence, right = drawn(400, 1)
    table = reliability_bins(confidence_levels(confidence, right), bins=15)
    accuracy, mean = calibration_curve(right, confidence, n_bins=15)
    assert table["accuracy"].to_numpy() == pytest.approx(accuracy)
    assert table["mean_confidence"].to_numpy() == pytest.approx(mean)


def test_bins_of_equal_mass_do_not_split_equal_confidences() -> None:
    table = reliability_bins(
        confidence_levels([0.2, 0.4, *[1.0] * 8], [1] * 10), bins=5, binning="mass"
    )
    assert table["n"].tolist() == [2, 8]
    assert table[["lower", "upper"]].to_numpy().tolist() == [[0.199, 0.4], [0.4, 1.0]]


def test_bins_of_equal_mass_are_equal_where_nothing_ties() -> None:
    found = confidence_levels(*drawn(300, 2))
    assert set(reliability_bins(found, bins=15, binning="mass")["n"]) == {20}


@settings(max_examples=40)
@given(answers)
def test_every_row_twice_changes_no_error(rows: list[tuple[float, bool]]) -> None:
    once, twice = of(rows), of(rows + rows)
    for binning in ("width", "mass"):
        first, second = (
            calibration_errors(reliability_bins(found, binning=binning))  # type: ignore[arg-type]
            for found in (once, twice)
        )
        assert (first.ece, first.mce, first.l2) == pytest.approx(
            (second.ece, second.mce, second.l2)
        )
    for score in (brier_decomposition, log_decomposition):
        first_parts, second_parts = vars(score(once)), vars(score(twice))
        assert first_parts == pytest.approx(second_parts)


@settings(max_examples=40)
@given(answers)
def test_scores_add_up_and_no_part_is_negative(rows: list[tuple[float, bool]]) -> None:
    for parts in (brier_decomposition(of(rows)), log_decomposition(of(rows))):
        whole = parts.miscalibration - parts.discrimination + parts.uncertainty
        assert whole == pytest.approx(parts.score, abs=1e-9)
        assert min(parts.miscalibration, parts.discrimination, parts.uncertainty) >= 0


@settings(max_examples=40)
@given(answers)
def test_errors_grow_from_the_mean_to_the_greatest(rows: list[tuple[float, bool]]) -> None:
    errors = calibration_errors(reliability_bins(of(rows)))
    assert errors.ece <= errors.l2 + 1e-12
    assert errors.l2 <= errors.mce + 1e-12
    assert errors.l2_debiased <= errors.l2 + 1e-12


@settings(max_examples=40)
@given(answers, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(
    rows: list[tuple[float, bool]], random: object
) -> None:
    mixed = list(rows)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert calibration_errors(reliability_bins(of(mixed))) == calibration_errors(
        reliability_bins(of(rows))
    )


@settings(max_examples=40)
@given(answers)
def test_recalibrated_is_the_isotonic_regression(rows: list[tuple[float, bool]]) -> None:
    confidence, right = zip(*rows, strict=True)
    expected = IsotonicRegression().fit_transform(np.array(confidence), np.array(right, float))
    found = of(rows)
    fitted = np.interp(confidence, found.confidence, recalibrated(found))
    assert fitted == pytest.approx(expected, abs=1e-12)


def test_scores_of_ten_answers_and_their_parts() -> None:
    brier = brier_decomposition(TEN)
    assert brier.score == pytest.approx(0.21775)
    assert brier.miscalibration == pytest.approx(0.0844167, abs=1e-7)
    assert brier.discrimination == pytest.approx(0.1066667, abs=1e-7)
    assert brier.uncertainty == pytest.approx(0.24)
    assert brier.score == pytest.approx(brier_score_loss(RIGHT, CONFIDENCE))
    assert log_decomposition(TEN).score == pytest.approx(log_loss(RIGHT, CONFIDENCE))


def test_a_line_has_the_ends_of_its_level_parts() -> None:
    line = corp_line(confidence_levels([0.1, 0.2, 0.3, 0.4], [0, 1, 0, 1]))
    assert line["confidence"].tolist() == [0.1, 0.2, 0.3, 0.4]
    assert line["recalibrated"].tolist() == [0, 0.5, 0.5, 1]


def test_one_confidence_for_all_is_one_point() -> None:
    line = corp_line(confidence_levels([0.7, 0.7], [True, False]))
    assert line.to_numpy().tolist() == [[0.7, 0.5]]


def test_true_confidences_are_within_what_chance_does() -> None:
    found = confidence_levels(*drawn(4000, 3))
    chance = by_chance(found, draws=200)
    ece = calibration_errors(reliability_bins(found)).ece
    assert ece < chance.ece_high < 0.03
    fitted = np.interp(chance.band["confidence"], found.confidence, recalibrated(found))
    within = (chance.band["low"] <= fitted) & (fitted <= chance.band["high"])
    assert within.mean() > 0.8


def test_untrue_confidences_are_beyond_what_chance_does() -> None:
    found = confidence_levels(*drawn(4000, 3, power=0.3))
    chance = by_chance(found, draws=200)
    assert calibration_errors(reliability_bins(found)).ece > 5 * chance.ece_high


def test_the_draws_of_chance_are_the_same_again() -> None:
    first, second = (by_chance(TEN, draws=50) for _ in range(2))
    assert first.ece == second.ece
    assert first.band.equals(second.band)


def test_the_mean_of_chance_is_that_of_single_draws() -> None:
    random = np.random.default_rng(5)
    confidence = random.uniform(0.2, 1.0, 300)
    ours = by_chance(confidence_levels(confidence, confidence > 0.5), draws=400)
    single = [
        calibration_errors(
            reliability_bins(confidence_levels(confidence, random.random(300) < confidence))
        ).ece
        for _ in range(200)
    ]
    assert ours.ece == pytest.approx(np.mean(single), rel=0.06)
    assert ours.ece_high == pytest.approx(np.quantile(single, 0.95), rel=0.12)


@pytest.mark.parametrize(
    ("power", "kind"), [(0.2, "overconfident"), (1.0, "as said"), (3.0, "underconfident")]
)
def test_the_verdict_says_which_way_confidence_is_off(power: float, kind: str) -> None:
    said = verdict(confidence_levels(*drawn(3000, 4, power=power)))
    assert said is not None
    assert said.kind == kind
    assert said.n >= 30


def test_the_verdict_is_on_the_surest_answers_that_are_enough() -> None:
    said = verdict(confidence_levels([0.95] * 5 + [0.75] * 30, [True] * 35))
    assert said is not None
    assert (said.above, said.n, said.accuracy) == (0.7, 35, 1)
    few = verdict(confidence_levels([0.95, 0.0], [True, False]))
    assert few is not None
    assert (few.above, few.n) == (0, 2)


def test_nothing_is_said_of_no_answers() -> None:
    none = confidence_levels([], [])
    assert verdict(none) is None
    assert np.isnan(calibration_errors(reliability_bins(none)).ece)
    assert np.isnan(brier_decomposition(none).score)
    assert len(by_chance(none).band) == 0
    assert len(corp_line(none)) == 0
