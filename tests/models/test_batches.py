"""Steps of long work: every row once, and none that takes long."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from diagnostics.models.batches import FIRST, MOST, Steps, asked_in_steps


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr("diagnostics.models.batches.time.perf_counter", lambda: now[0])
    return now


@pytest.mark.parametrize("n", [0, 1, FIRST, FIRST + 1, 20_000])
def test_all_rows_come_once_in_their_order(n: int) -> None:
    made = list(Steps().of(n))
    assert [row for step in made for row in range(n)[step]] == list(range(n))


def test_steps_fit_the_time_that_the_model_takes(clock: list[float]) -> None:
    cut = Steps(seconds=0.4)
    sizes = []
    for step in cut.of(3000):
        sizes.append(step.stop - step.start)
        clock[0] += 0.004 * sizes[-1]
    assert sizes[0] == FIRST
    assert all(99 <= size <= 100 for size in sizes[3:-1])


def test_quick_models_get_many_rows_but_no_leaps(clock: list[float]) -> None:
    sizes = [step.stop - step.start for step in Steps().of(100_000)]
    assert all(after <= 4 * before for before, after in pairwise(sizes))
    assert max(sizes) == MOST


def test_a_model_that_is_slow_for_one_row_gets_one_row(clock: list[float]) -> None:
    sizes = []
    for step in Steps().of(20):
        sizes.append(step.stop - step.start)
        clock[0] += 2 * sizes[-1]
    assert sizes == [FIRST, 1, 1, 1, 1]


def test_steps_may_be_as_long_as_a_call_takes_from_the_second_on(clock: list[float]) -> None:
    sizes: list[int] = []

    def quick(rows: list[int]) -> np.ndarray:
        sizes.append(len(rows))
        return np.array(rows, float)

    done: list[int] = []
    figures = asked_in_steps(quick, list(range(1100)), 500, done.append)
    assert figures.tolist() == list(range(1100))
    assert sizes == done == [50, 500, 500, 50]
