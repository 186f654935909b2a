"""The smallest change of an input's parts after which the model answers otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from math import comb
from typing import Any

from diagnostics.models.batches import Steps
from diagnostics.models.jobs import Progress
from diagnostics.models.whatif.asker import Asker

#: Parts changed together that are tried in every combination, as long as there is room for all.
ALL_UP_TO = 3
#: Inputs in one call of the model at most: each is made anew, and takes room.
AT_ONCE = 1024
#: Changes that are reported.
REPORTED = 10
#: Which of the parts are changed, by their numbers, in order.
Chosen = tuple[int, ...]


class Changes:
    """All ways to change some of the parts of an input, and what the model says to each."""

    def __init__(
        self,
        asker: Asker,
        rows: Callable[[list[Chosen]], Any],
        parts: int,
        *,
        most: int,
        progress: Progress,
    ) -> None:
        """`rows` makes what the model takes, a row for each set of parts that are changed."""
        self._asker, self._rows, self.parts = asker, rows, parts
        self._most, self._progress = most, progress
        self._known: dict[Chosen, tuple[int, Any]] = {}
        self._steps = Steps(most=AT_ONCE)
        self.tried = 0
        self._ask([()])
        self._own = self._known[()][0]
        self.tried = 0  # the input as it is is no try

    @property
    def room(self) -> int:
        """How many more inputs may be asked about."""
        return self._most - self.tried

    @property
    def start(self) -> tuple[str, float | None]:
        """The answer as it is, and its confidence."""
        label, confidence, _ = self.answer(())
        return label, confidence

    def answer(self, chosen: Chosen) -> tuple[str, float | None, float | None]:
        """Label, confidence, and what is left of the first label's probability."""
        code, chances = self._known[chosen]
        label = self._asker.labels[code]
        if not self._asker.has_probabilities:
            return label, None, None
        return label, float(chances[code]), float(chances[self._own])

    def left(self, chosen: Chosen) -> float:
        """The first label's probability, or share of votes, after a change."""
        return float(self._known[chosen][1][self._own])

    def turned(self, tries: Iterator[Chosen]) -> list[Chosen]:
        """Those of the changes that bring another answer; each is asked about, in steps."""
        found = []
        for batch in self._steps.cut(tries):
            self._ask([chosen for chosen in batch if chosen not in self._known])
            found += [chosen for chosen in batch if self._known[chosen][0] != self._own]
        return found

    def _ask(self, tries: list[Chosen]) -> None:
        if not tries:
            return
        self._progress(min(self.tried / self._most, 1.0))
        codes, chances = self._asker.said(self._rows(tries))
        self.tried += len(tries)
        for chosen, code, line in zip(tries, codes, chances, strict=True):
            self._known[chosen] = (int(code), line)


def smallest(space: Changes) -> tuple[list[Chosen], int]:
    """The smallest changes, and up to how many parts all combinations were tried.

    Every part alone, then every pair, then every three while there is room for all; then one after
    the other, each time the one that leaves least of the answer, until it turns, and those back
    that it turns without. Of several of one size those first that leave least.
    """
    for size in range(1, min(ALL_UP_TO, space.parts) + 1):
        # Half of the room is left for what comes after pairs and threes.
        if comb(space.parts, size) > space.room / (1 if size == 1 else 2):
            return _greedy(space), size - 1
        found = space.turned(combinations(range(space.parts), size))
        if found:
            return sorted(found, key=lambda one: (space.left(one), one))[:REPORTED], size
    if space.parts <= ALL_UP_TO:
        return [], space.parts
    return _greedy(space), ALL_UP_TO


def _greedy(space: Changes) -> list[Chosen]:
    """One part after the other, the one that leaves the answer least; the needless ones back."""
    chosen: Chosen = ()
    while len(chosen) < space.parts:
        rest = [at for at in range(space.parts) if at not in chosen]
        if len(rest) > space.room:
            return []
        tries = [tuple(sorted((*chosen, at))) for at in rest]
        turned = space.turned(iter(tries))
        if turned:
            return [_pruned(space, min(turned, key=lambda one: (space.left(one), one)))]
        chosen = min(tries, key=lambda one: (space.left(one), one))
    return []


def _pruned(space: Changes, chosen: Chosen) -> Chosen:
    """The change without every part that it does without."""
    while True:
        fewer = [tuple(at for at in chosen if at != part) for part in chosen]
        turned = space.turned(one for one in fewer if one)
        if not turned:
            return chosen
        chosen = min(turned, key=lambda one: (space.left(one), one))
