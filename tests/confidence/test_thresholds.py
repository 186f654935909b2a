from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics import DiagnosticsError, open_workspace, record
from diagnostics.confidence.class_thresholds import ENOUGH, class_thresholds
from diagnostics.confidence.risk_coverage import operating_point
from diagnostics.confidence.selective_counts import SelectiveCounts, selective_counts_of_run
from diagnostics.confidence.thresholds import (
    cheapest_threshold,
    guaranteed_threshold,
    needed_without_mistake,
    observed_threshold,
    positions_tested,
)
from diagnostics.statistics.intervals import clopper_pearson_upper


def counts_of(confidence: Any, wrong: Any, outside: Any = None) -> SelectiveCounts:
    confidence, wrong = np.asarray(confidence, float), np.asarray(wrong, int)
    outside = np.zeros_like(wrong) if outside is None else np.asarray(outside, int)
    levels = np.unique(confidence)[::-1]
    n, wrong, outside = (
        np.array([int(part[confidence == level].sum()) for level in levels], np.int64)
        for part in (np.ones_like(wrong), wrong, outside)
    )
    return SelectiveCounts(levels, n, wrong, outside)


def random_counts(n: int, seed: int = 0) -> SelectiveCounts:
    """Distinct confidences that are calibrated."""
    random = np.random.default_rng(seed)
    confidence = np.sort(random.beta(5, 1, n))[::-1]
    wrong = (random.random(n) > confidence).astype(np.int64)
    return SelectiveCounts(confidence, np.ones(n, np.int64), wrong, np.zeros(n, np.int64))


answers = st.lists(
    st.tuples(
        st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9, 1.0]), st.sampled_from([(0, 0), (1, 0), (1, 1)])
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(answers, st.sampled_from([0.0, 0.1, 0.25, 0.5]))
def test_the_observed_threshold_answers_most_of_all(
    rows: list[tuple[float, tuple[int, int]]], target: float
) -> None:
    confidence, wrong = [level for level, _ in rows], [flags[0] for _, flags in rows]
    found = observed_threshold(counts_of(confidence, wrong), target)
    best = 0
    for level in set(confidence):
        kept = [w for c, w in zip(confidence, wrong, strict=True) if c >= level]
        if sum(kept) / len(kept) <= target:
            best = max(best, len(kept))
    assert found.answered == best
    assert found.reached == (best > 0)
    if found.reached:
        point = operating_point(counts_of(confidence, wrong), found.threshold)
        assert (point.answered, point.wrong) == (found.answered, found.wrong)
        assert found.risk <= target
        assert found.low <= found.risk <= found.high


def test_the_guarantee_is_the_bound_of_every_threshold_tested() -> None:
    counts, target = random_counts(600), 0.1
    found = guaranteed_threshold(counts, target, tried=50)
    kept = positions_tested(counts, target, tried=50)
    assert found.tried == len(kept) <= 50
    best = 0
    for at in kept:
        n, wrong = int(counts.n[: at + 1].sum()), int(counts.wrong[: at + 1].sum())
        bound = float(clopper_pearson_upper(wrong, n, 1 - 0.05 / len(kept)))
        if bound <= target and n > best:
            best, expected = n, bound
    assert found.reached
    assert found.answered == best
    assert found.high == pytest.approx(expected)
    assert found.answered < observed_threshold(counts, target).answered


def test_thresholds_that_could_not_pass_are_not_tested_nor_paid_for() -> None:
    counts = random_counts(400)
    kept = positions_tested(counts, 0.05)
    needed = np.log(0.05 / len(kept)) / np.log(0.95)
    assert 0 < len(kept) < 200
    assert counts.answered[kept].min() >= needed
    blind = SelectiveCounts(counts.confidence, counts.n, 1 - counts.wrong, counts.outside)
    assert np.array_equal(positions_tested(blind, 0.05), kept)


def test_fifty_nine_right_answers_promise_five_percent_and_fifty_eight_do_not() -> None:
    equal = {n: counts_of([0.9] * n, [0] * n) for n in (58, 59)}
    assert guaranteed_threshold(equal[59], 0.05).reached
    assert guaranteed_threshold(equal[59], 0.05).high == pytest.approx(0.0495, abs=5e-5)
    missed = guaranteed_threshold(equal[58], 0.05)
    assert not missed.reached
    assert missed.tried == 0
    assert missed.nearest > 0.05
    assert needed_without_mistake(0.05) == 59
    three = counts_of([0.9] * 100, [1] * 3 + [0] * 97)
    assert guaranteed_threshold(three, 0.08).high == pytest.approx(0.07571, abs=5e-6)


def test_the_guarantee_fails_rarely_and_the_observed_threshold_often() -> None:
    target, fails = 0.1, {"guaranteed": 0, "observed": 0}
    repetitions = 200
    for seed in range(repetitions):
        counts = random_counts(400, seed)
        for kind, choose in (
            ("guaranteed", guaranteed_threshold),
            ("observed", observed_threshold),
        ):
            at = choose(counts, target).threshold
            above = np.linspace(at, 1, 500)
            density = 5 * above**4
            risk = ((1 - above) * density).sum() / density.sum()
            fails[kind] += bool(risk > target)
    assert fails["guaranteed"] <= 0.05 * repetitions
    assert fails["observed"] > 0.2 * repetitions


def test_a_target_that_no_threshold_reaches_says_how_near_one_comes() -> None:
    counts = counts_of([0.9, 0.9, 0.5], [1, 0, 1])
    observed = observed_threshold(counts, 0.1)
    assert not observed.reached
    assert observed.nearest == 0.5
    assert np.isnan(observed.threshold)
    assert np.isnan(observed.risk)
    assert not guaranteed_threshold(counts_of([0.9] * 100, [1] * 100), 0.05).reached
    assert not guaranteed_threshold(random_counts(100), 0.0).reached


def test_all_right_is_answered_whole() -> None:
    found = observed_threshold(counts_of([0.9, 0.5], [0, 0]), 0.0)
    assert (found.threshold, found.coverage) == (0.0, 1.0)


def test_no_answers_reach_no_target() -> None:
    empty = counts_of([], [])
    assert not observed_threshold(empty, 0.1).reached
    assert not guaranteed_threshold(empty, 0.1).reached
    with pytest.raises(DiagnosticsError, match="no answers"):
        cheapest_threshold(empty, cost_error=2)


@pytest.mark.parametrize("target", [-0.1, 1.0])
def test_a_target_is_a_share_below_one(target: float) -> None:
    with pytest.raises(DiagnosticsError, match="from 0 to below 1"):
        observed_threshold(random_counts(10), target)
    with pytest.raises(DiagnosticsError, match="from 0 to below 1"):
        guaranteed_threshold(random_counts(10), target)


@settings(max_examples=60, deadline=None)
@given(answers, st.sampled_from([0.5, 1.0, 2.0, 10.0]), st.sampled_from([0.0, 0.5, 1.0]))
def test_no_other_threshold_is_cheaper(
    rows: list[tuple[float, tuple[int, int]]], cost_error: float, cost_reject: float
) -> None:
    confidence = [level for level, _ in rows]
    wrong, outside = zip(*(flags for _, flags in rows), strict=True)
    counts = counts_of(confidence, wrong, outside)
    found = cheapest_threshold(
        counts, cost_error=cost_error, cost_reject=cost_reject, repetitions=20
    )

    def cost(threshold: float) -> float:
        total = 0.0
        for level, is_wrong, is_outside in zip(confidence, wrong, outside, strict=True):
            if level >= threshold:
                total += cost_error * is_wrong
            elif not is_outside:
                total += cost_reject
        return total / len(rows)

    every = {threshold: cost(threshold) for threshold in [*confidence, float("inf")]}
    assert found.cost == pytest.approx(min(every.values()))
    assert cost(found.threshold) == pytest.approx(found.cost)
    assert found.cost_of_all == pytest.approx(cost(0.0))
    assert found.cost_of_none == pytest.approx(cost(float("inf")))


def test_with_calibrated_confidence_the_best_threshold_is_that_of_chow() -> None:
    found = cheapest_threshold(random_counts(50_000), cost_error=5)
    assert found.calibrated == pytest.approx(0.8)
    assert found.low <= 0.8 <= found.high
    assert found.low <= found.threshold <= found.high
    assert found.high - found.low < 0.1
    again = cheapest_threshold(random_counts(50_000), cost_error=5)
    assert again == found


def test_to_answer_nothing_can_be_cheapest() -> None:
    found = cheapest_threshold(counts_of([0.9, 0.8] * 20, [1] * 40), cost_error=5)
    assert found.threshold == found.low == found.high == float("inf")
    assert found.cost == 1.0


def test_a_wrong_answer_no_dearer_than_none_is_always_given() -> None:
    found = cheapest_threshold(counts_of([0.9, 0.8], [1, 0]), cost_error=1)
    assert found.threshold == 0
    assert found.calibrated == 0


@pytest.mark.parametrize("costs", [(0, 1), (-1, 1), (1, -1)])
def test_costs_must_make_sense(costs: tuple[float, float]) -> None:
    with pytest.raises(DiagnosticsError, match="must cost something"):
        cheapest_threshold(random_counts(10), cost_error=costs[0], cost_reject=costs[1])


@pytest.fixture(scope="module")
def three_classes(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """`sure` is right from 0.5 on, `shaky` never, `rare` has too few answers."""
    random = np.random.default_rng(1)
    sure = np.round(np.linspace(0.01, 1, 400), 4)
    shaky = np.round(random.random(60), 4)
    true = ["sure" if level >= 0.5 else "shaky" for level in sure]
    true += ["sure"] * 60 + ["rare"] * (ENOUGH - 1)
    answer = ["sure"] * 400 + ["shaky"] * 60 + ["rare"] * (ENOUGH - 1)
    confidence = [*sure, *shaky, *[0.9] * (ENOUGH - 1)]
    folder: Path = tmp_path_factory.mktemp("classes")
    record(folder / "run", true_label=true, predicted_label=answer, confidence=confidence)
    return open_workspace(folder).experiments[0].runs[0]


def test_each_class_has_the_threshold_that_its_answers_have(three_classes: Any) -> None:
    table = class_thresholds(three_classes, 0.1, threshold=0.5).set_index("label")
    for label in ("sure", "shaky"):
        counts = selective_counts_of_run(three_classes, predicted_label=label)
        observed, promised = observed_threshold(counts, 0.1), guaranteed_threshold(counts, 0.1)
        row = table.loc[label]
        assert row["threshold"] == pytest.approx(observed.threshold, nan_ok=True)
        assert row["answered"] == observed.answered
        assert row["guaranteed"] == pytest.approx(promised.threshold, nan_ok=True)
        now = operating_point(counts, 0.5)
        assert (row["answered_now"], row["wrong_now"]) == (now.answered, now.wrong)
    assert table["verdict"].to_dict() == {
        "sure": "guaranteed", "shaky": "not reached", "rare": "too few"
    }  # fmt: skip
    assert np.isnan(table.loc["rare", "threshold"])
    assert table.loc["rare", ["answered", "wrong_answered"]].tolist() == [0, 0]


def test_classes_come_by_their_wrong_answers(three_classes: Any) -> None:
    assert class_thresholds(three_classes, 0.1)["label"].tolist() == ["sure", "shaky", "rare"]


def test_a_label_that_means_no_answer_has_no_threshold(three_classes: Any) -> None:
    table = class_thresholds(three_classes, 0.1, none_labels=["shaky"])
    assert "shaky" not in set(table["label"])
