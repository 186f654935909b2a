"""Long work in steps that are short whatever the model takes for a row."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Item = TypeVar("Item")
Figures = NDArray[np.float64]

#: Rows of the first step, and of any at most.
FIRST, MOST = 16, 4096
#: How long a step may take, in seconds: progress and a way out lie between two.
SECONDS = 0.4
#: How many times as many rows as before a step may have: a quick row tells little of the next.
GROWTH = 4
#: Seconds of a step of `asked_in_steps`, whose callers say how many rows fit a call.
PATIENCE = 0.5


class Steps:
    """Cuts rows into steps by how long the last one took; one for all rows of the same model."""

    def __init__(
        self,
        *,
        first: int = FIRST,
        most: int = MOST,
        seconds: float = SECONDS,
        growth: float = GROWTH,
    ) -> None:
        """Of `first` rows, then of `most` at most, and for so many `seconds`."""
        self._size, self._most = first, most
        self._seconds, self._growth = seconds, growth

    def of(self, n: int) -> Iterator[slice]:
        """Slices that are all of `n` rows one after another."""
        for numbers in self.cut(range(n)):
            yield slice(numbers[0], numbers[-1] + 1)

    def cut(self, items: Iterable[Item]) -> Iterator[list[Item]]:
        """The items in lists; timed is what is done between one and the next."""
        rest = iter(items)
        while step := list(islice(rest, self._size)):
            begun = time.perf_counter()
            yield step
            self._learn(len(step), time.perf_counter() - begun)

    def _learn(self, rows: int, took: float) -> None:
        fitting = int(rows * self._seconds / max(took, 1e-6))
        largest = min(self._growth * max(rows, self._size), self._most)
        self._size = int(min(max(fitting, 1), largest))


def asked_in_steps(
    ask: Callable[[Any], Figures], rows: Any, most: int, told: Callable[[int], None]
) -> Figures:
    """The figures of all rows, in their order.

    The first step is a tenth of `most`, and the next may be all of it: LIME draws its variations a
    step at a time, so other steps would give other estimates.

    Parameters
    ----------
    ask
        What gives a figure for each of some rows.
    rows
        Anything that can be sliced.
    most
        How many rows go into one call; fewer where the model takes longer than `PATIENCE` over
        them.
    told
        Called with how many rows were done in each call; may raise to stop.
    """
    figures = [np.zeros(0)]
    steps = Steps(first=max(most // 10, 1), most=most, seconds=PATIENCE, growth=math.inf)
    for step in steps.of(len(rows)):
        figures.append(np.asarray(ask(rows[step]), float))
        told(step.stop - step.start)
    return np.concatenate(figures)


__all__ = ["FIRST", "GROWTH", "MOST", "PATIENCE", "SECONDS", "Steps", "asked_in_steps"]
