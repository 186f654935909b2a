"""The front of score against time, against looking at every pair."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics.runs.pareto import pareto_front, standard_error, time_points, worth_their_time
from tests.made.trial_runs import experiment_of, folds_of, run_of

SCORES = np.array([0.8, 0.85, 0.85, 0.9, 0.7, 0.9])
SECONDS = np.array([1.0, 2, 3, 5, 1, 5])


def test_the_front_is_that_of_the_worked_example() -> None:
    assert np.flatnonzero(pareto_front(SCORES, SECONDS)).tolist() == [0, 1, 3]


few = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0, math.nan])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(few, few), max_size=12))
def test_the_front_is_what_no_other_run_beats(points: list[tuple[float, float]]) -> None:
    scores, seconds = np.array(points).reshape(-1, 2).T
    front = pareto_front(scores, seconds)
    known = [row for row, point in enumerate(points) if not any(map(math.isnan, point))]

    def beats(one: int, other: int) -> bool:
        is_as_good = scores[one] >= scores[other] and seconds[one] <= seconds[other]
        is_equal = scores[one] == scores[other] and seconds[one] == seconds[other]
        return bool(is_as_good and (not is_equal or one < other))

    expected = [row for row in known if not any(beats(other, row) for other in known)]
    assert np.flatnonzero(front).tolist() == expected


def test_a_run_that_gains_less_than_its_error_is_not_worth_its_time() -> None:
    errors = np.array([0.01, 0.06, 0.01, 0.01, 0.01, 0.01])
    assert np.flatnonzero(worth_their_time(SCORES, SECONDS, errors)).tolist() == [0, 3]
    assert np.flatnonzero(worth_their_time(SCORES, SECONDS, 0 * errors)).tolist() == [0, 1, 3]
    unknown = np.full(6, math.nan)
    assert np.flatnonzero(worth_their_time(SCORES, SECONDS, unknown)).tolist() == [0, 1, 3]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 9)), min_size=1, max_size=15))
def test_small_steps_add_up_to_one_that_is_kept(points: list[tuple[float, float]]) -> None:
    scores, seconds = np.array(points).T
    kept = worth_their_time(scores, seconds, np.full(len(points), 0.1))
    front = np.flatnonzero(pareto_front(scores, seconds))
    assert kept[front[seconds[front].argmin()]]
    in_order = scores[kept][np.argsort(seconds[kept])]
    assert all(after > before + 0.1 for before, after in pairwise(in_order))
    assert scores[kept].max() >= scores.max() - 0.1


def test_an_error_is_of_the_folds_else_of_the_examples() -> None:
    of_folds = run_of("a", 0.8, scores=folds_of(0.8), examples=100)
    assert standard_error(of_folds, "accuracy") == pytest.approx(0.01 / math.sqrt(3))
    of_examples = run_of("a", 0.8, examples=100)
    assert standard_error(of_examples, "accuracy") == pytest.approx(0.04)
    assert math.isnan(standard_error(run_of("a", 0.8), "accuracy"))


def test_runs_without_a_time_or_a_score_are_left_out() -> None:
    runs = experiment_of(
        run_of("slow", 0.9, fit_seconds=5.0, examples=100),
        run_of("fast", 0.5, fit_seconds=1.0),
        run_of("worse", 0.4, fit_seconds=2.0),
        run_of("timeless", 0.9),
        run_of("failed", math.nan, fit_seconds=0.1),
    )
    points = time_points(runs, "accuracy", "fit_seconds")
    assert points["run"].tolist() == ["fast", "worse", "slow"]
    assert points["is_front"].tolist() == [True, False, True]
    assert points["low"].tolist() == pytest.approx([0.5, 0.4, 0.87])
    assert time_points(runs, "accuracy", "fit_seconds", ["slow"])["run"].tolist() == ["slow"]
    empty = time_points(runs, "accuracy", "score_seconds")
    assert list(empty) == list(points)
    assert len(empty) == 0
