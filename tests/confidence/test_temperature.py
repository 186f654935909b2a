from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from sklearn.datasets import load_digits
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, log_loss
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.naive_bayes import GaussianNB

import diagnostics
from diagnostics import record
from diagnostics.confidence.isotonic import calibrated, recalibration
from diagnostics.confidence.levels import confidence_levels
from diagnostics.confidence.proper_scores import proper_scores
from diagnostics.confidence.reliability import calibration_errors, reliability_bins
from diagnostics.confidence.temperature import completed, rescaled, rescaling, temperature
from diagnostics.confidence.vectors import Vectors, VectorTable, example_marks, halves


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    """Overconfident probabilities of the ten digits, and the true ones."""
    features, truth = load_digits(return_X_y=True)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    model = GaussianNB(var_smoothing=1e-3)
    return cross_val_predict(model, features, truth, cv=folds, method="predict_proba"), truth


def loss_at(p: np.ndarray, truth: np.ndarray, value: float) -> float:
    return float(-np.log(rescaled(p, value)[np.arange(len(p)), truth]).mean())


def ece(p: np.ndarray, truth: np.ndarray) -> float:
    found = confidence_levels(p.max(axis=1), p.argmax(axis=1) == truth)
    return calibration_errors(reliability_bins(found)).ece


def random_vectors(n: int, n_labels: int, seed: int, power: float = 1.0) -> tuple[Any, Any]:
    """Vectors that are true, or to a power too extreme; and the labels drawn from the true ones."""
    random = np.random.default_rng(seed)
    p = random.dirichlet(np.full(n_labels, 0.4), n)
    truth = np.array([random.choice(n_labels, p=row) for row in p])
    return p**power / (p**power).sum(axis=1, keepdims=True), truth


def recorded(folder: Path, p: np.ndarray, truth: np.ndarray, **changes: Any) -> diagnostics.Run:
    labels = [f"class {number}" for number in range(p.shape[1])]
    given = {"true_label": [labels[code] for code in truth], "probabilities": p, "labels": labels}
    record(folder / "run", **{**given, **changes})
    return diagnostics.open_workspace(folder).experiments[0].runs[0]


def test_the_temperature_of_the_digits(digits: tuple[np.ndarray, np.ndarray]) -> None:
    p, truth = digits
    value = temperature(p, truth)
    clipped = np.clip(p, 1e-12, None)
    assert value == pytest.approx(5.145705, abs=1e-6)
    assert loss_at(clipped, truth, 1) == pytest.approx(1.400851, abs=1e-6)
    assert loss_at(p, truth, value) == pytest.approx(0.376621, abs=1e-6)
    assert ece(p, truth) == pytest.approx(0.0831533, abs=1e-7)
    assert ece(rescaled(p, value), truth) == pytest.approx(0.01928, abs=1e-5)


def test_the_calibration_errors_of_the_digits(digits: tuple[np.ndarray, np.ndarray]) -> None:
    p, truth = digits
    found = confidence_levels(p.max(axis=1), p.argmax(axis=1) == truth)
    errors = [calibration_errors(reliability_bins(found, bins=bins)).ece for bins in (10, 15, 20)]
    assert errors == pytest.approx([0.0824678, 0.0831533, 0.0826368], abs=1e-7)


@pytest.mark.parametrize("power", [0.4, 1.0, 2.5])
def test_the_temperature_is_where_the_loss_is_least(power: float) -> None:
    p, truth = random_vectors(400, 5, 1, power)
    best = minimize_scalar(
        lambda value: loss_at(p, truth, value), bounds=(0.05, 20), method="bounded"
    )
    assert temperature(p, truth) == pytest.approx(best.x, abs=1e-4)
    assert temperature(p, truth) == pytest.approx(power, rel=0.15)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.floats(0.7, 4))
def test_heating_what_was_cooled_gives_it_back(seed: int, value: float) -> None:
    p, truth = random_vectors(60, 4, seed)
    p = np.clip(p, 1e-4, None)
    p /= p.sum(axis=1, keepdims=True)
    assert rescaled(rescaled(p, value), 1 / value) == pytest.approx(p, abs=1e-6)
    if 0.05 < temperature(p, truth) < 5:
        again = temperature(rescaled(p, 2.0), truth)
        assert 2 * again == pytest.approx(temperature(p, truth), rel=1e-4)


def test_labels_in_another_order_have_the_same_temperature() -> None:
    p, truth = random_vectors(200, 5, 2, 2.0)
    order = np.array([3, 0, 4, 1, 2])
    assert temperature(p[:, order], np.argsort(order)[truth]) == pytest.approx(
        temperature(p, truth)
    )


def test_answers_that_are_all_right_have_no_best_temperature() -> None:
    assert temperature(np.array([[0.9, 0.1], [0.2, 0.8]]), np.array([0, 1])) == pytest.approx(0.01)


def test_flat_vectors_keep_their_temperature() -> None:
    assert temperature(np.full((3, 4), 0.25), np.array([0, 1, 2])) == 1
    assert temperature(np.empty((0, 4)), np.empty(0, int)) == 1


def test_what_a_temperature_changes_is_measured_out_of_sample(tmp_path: Path) -> None:
    p, truth = random_vectors(600, 4, 3, 2.0)
    run = recorded(tmp_path, p, truth)
    table = VectorTable(run)
    found = rescaling(table)
    assert found is not None
    (rows,) = list(table)
    assert (found.parts, found.rows, found.fitted) == ("halves", 600, 600)
    stored = rows.probabilities
    after = np.empty_like(stored)
    for part in (0, 1):
        others, mine = rows.part != part, rows.part == part
        value = temperature(stored[others], rows.truth[others])
        assert found.by_part[part] == pytest.approx(value, rel=1e-6)
        after[mine] = rescaled(stored[mine], value)
    at = np.arange(600)
    assert found.log_loss_after == pytest.approx(-np.log(after[at, rows.truth]).mean())
    assert found.log_loss_before == pytest.approx(log_loss(truth, p), rel=1e-5)
    assert found.log_loss_after < found.log_loss_before
    assert found.after.total == 600
    assert found.after.accuracy == found.before.accuracy


def test_folds_are_the_parts_where_there_are_any(tmp_path: Path) -> None:
    p, truth = random_vectors(300, 3, 4, 2.0)
    table = VectorTable(recorded(tmp_path, p, truth, fold=np.arange(300) % 3))
    found = rescaling(table)
    assert found is not None
    assert (found.parts, sorted(found.by_part)) == ("folds", [0, 1, 2])


def test_a_sample_is_fitted_on_where_there_are_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    p, truth = random_vectors(2000, 3, 5, 2.0)
    run = recorded(tmp_path, p, truth)
    whole = rescaling(VectorTable(run))
    monkeypatch.setattr("diagnostics.confidence.temperature.FIT", 3000)
    monkeypatch.setattr("diagnostics.confidence.vectors.BLOCK", 900)
    monkeypatch.setattr("diagnostics.confidence.vectors.KEPT", 0)
    table = VectorTable(run)
    part = rescaling(table)
    assert whole is not None
    assert part is not None
    assert len(list(table)) == 7
    assert 800 < part.fitted < 1200
    assert part.rows == 2000
    assert part.temperature == pytest.approx(whole.temperature, rel=0.15)
    assert part.log_loss_before == pytest.approx(whole.log_loss_before)


def test_no_vectors_have_no_temperature(tmp_path: Path) -> None:
    record(tmp_path / "run", true_label=["a"], predicted_label=["a"], confidence=[0.7])
    run = diagnostics.open_workspace(tmp_path).experiments[0].runs[0]
    assert rescaling(VectorTable(run)) is None
    assert proper_scores(VectorTable(run), 1) is None


def test_a_ranking_that_was_cut_off_is_completed_and_marked(tmp_path: Path) -> None:
    p, truth = random_vectors(200, 6, 6)
    order = np.argsort(-p, axis=1)
    np.put_along_axis(p, order[:, 3:], 0.0, axis=1)
    assert completed(p).sum(axis=1) == pytest.approx(1)
    found = rescaling(VectorTable(recorded(tmp_path, p, truth)))
    assert found is not None
    assert found.is_approximate


def test_a_label_that_is_never_given_is_no_cut(tmp_path: Path) -> None:
    p, truth = random_vectors(100, 3, 7)
    wide = np.hstack([np.clip(p, 1e-6, None), np.zeros((100, 1))])
    found = rescaling(VectorTable(recorded(tmp_path, wide, truth)))
    assert found is not None
    assert not found.is_approximate


def test_votes_of_neighbours_are_no_cut_ranking(tmp_path: Path) -> None:
    random = np.random.default_rng(14)
    votes = random.multinomial(5, [0.6, 0.2, 0.1, 0.05, 0.03, 0.02], size=200) / 5
    found = rescaling(VectorTable(recorded(tmp_path, votes, votes.argmax(axis=1))))
    assert found is not None
    assert not found.is_approximate


def test_marks_of_examples_stay_what_they_are() -> None:
    marks = example_marks(["a", "b", "animal-1"])
    assert marks == pytest.approx([0.702423, 0.904143, 0.963559], abs=1e-6)
    many = example_marks([f"row {number}" for number in range(4000)])
    assert abs(halves(many).mean() - 0.5) < 0.03
    assert abs((many < 0.25).mean() - 0.25) < 0.03
    assert abs(halves(many[many < 0.25]).mean() - 0.5) < 0.06
    alternating = np.arange(4000) % 2
    assert abs(np.corrcoef(halves(many), alternating)[0, 1]) < 0.05


def scored(p: np.ndarray, truth: np.ndarray) -> Any:
    zeros = np.zeros(len(p))
    return proper_scores([Vectors(p, truth, truth, truth * 0, zeros)], p.shape[1])


def test_scores_of_vectors_are_those_of_scikit_learn() -> None:
    p, truth = random_vectors(500, 6, 8)
    found = scored(p, truth)
    assert found.log_loss == pytest.approx(log_loss(truth, p))
    assert found.brier.score == pytest.approx(brier_score_loss(truth, p, scale_by_half=False))
    classwise = [
        calibration_errors(reliability_bins(confidence_levels(p[:, k], truth == k))).ece
        for k in range(6)
    ]
    assert found.classwise_ece == pytest.approx(np.mean(classwise))
    assert found.impossible == 0
    assert found.off_sum < 1e-12


def test_the_parts_of_the_brier_score_are_those_of_each_class() -> None:
    p, truth = random_vectors(400, 4, 9, 2.0)
    found = scored(p, truth).brier
    best, constant = 0.0, 0.0
    for k in range(4):
        hit = (truth == k).astype(float)
        fitted = IsotonicRegression().fit_transform(p[:, k], hit)
        best += ((fitted - hit) ** 2).mean()
        constant += hit.mean() * (1 - hit.mean())
    assert found.uncertainty == pytest.approx(constant)
    assert found.miscalibration == pytest.approx(found.score - best, abs=5e-3)
    whole = found.miscalibration - found.discrimination + found.uncertainty
    assert whole == pytest.approx(found.score)


def test_blocks_add_up_to_the_whole() -> None:
    p, truth = random_vectors(300, 4, 10)
    zeros = np.zeros(300)
    block = Vectors(p, truth, truth, truth * 0, zeros)
    halved = [block.where(np.arange(300) < 120), block.where(np.arange(300) >= 120)]
    whole, parts = proper_scores([block], 4), proper_scores(halved, 4)
    assert whole is not None
    assert parts is not None
    assert vars(parts.brier) == pytest.approx(vars(whole.brier))
    assert (parts.log_loss, parts.classwise_ece) == pytest.approx(
        (whole.log_loss, whole.classwise_ece)
    )


def test_a_true_label_that_was_given_nothing_is_counted() -> None:
    found = scored(np.array([[1.0, 0.0], [0.5, 0.5]]), np.array([1, 0]))
    assert found.impossible == 1
    assert found.log_loss == pytest.approx((-np.log(1e-12) + np.log(2)) / 2)


def test_a_calibrator_of_correctness_mends_a_confidence_out_of_sample(tmp_path: Path) -> None:
    random = np.random.default_rng(11)
    true = random.uniform(0.3, 1.0, 3000)
    right = random.random(3000) < true
    given = {"true_label": ["a"] * 3000, "predicted_label": np.where(right, "a", "b").tolist()}
    record(tmp_path / "run", **given, confidence=true**0.2)
    found = recalibration(diagnostics.open_workspace(tmp_path).experiments[0].runs[0])
    assert found is not None
    before, after = (
        calibration_errors(reliability_bins(side)).ece for side in (found.before, found.after)
    )
    assert before > 0.2
    assert after < 0.04
    assert found.parts == "halves"


def test_a_calibrator_is_the_isotonic_regression_between_its_levels() -> None:
    random = np.random.default_rng(12)
    confidence = random.random(300)
    right = random.random(300) < confidence
    asked = np.linspace(0, 1, 50)
    model = IsotonicRegression(out_of_bounds="clip").fit(confidence, right)
    ours = calibrated(confidence_levels(confidence, right), asked)
    assert ours == pytest.approx(model.predict(asked), abs=1e-9)
