"""Long work in steps that are short whatever the model takes for a row."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")

#: Rows of the first step, and of any at most.
FIRST, MOST = 16, 4096
#: How long a step may take, in seconds: progress and a way out lie between two.
SECONDS = 0.4


class Steps:
    """Cuts rows into steps by how long the last one took; one for all rows of the same model."""

    def __init__(self, *, most: int = MOST, seconds: float = SECONDS) -> None:
        """Of `most` rows, and for so many `seconds`."""
        self._size, self._most, self._seconds = FIRST, most, seconds

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
        """At most four times as many as before: a quick row tells little of the next."""
        fitting = int(rows * self._seconds / max(took, 1e-6))
        self._size = min(max(fitting, 1), 4 * max(rows, self._size), self._most)


__all__ = ["FIRST", "MOST", "SECONDS", "Steps"]
