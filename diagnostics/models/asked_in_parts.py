"""A model asked about many rows a few at a time, so that there is always a moment to stop it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Seconds that one call of the model takes at most, as far as those before it tell.
PATIENCE = 0.5
Figures = NDArray[np.float64]


def asked_in_parts(
    ask: Callable[[Any], Figures], rows: Any, most: int, told: Callable[[int], None]
) -> Figures:
    """The figures of all rows, in their order.

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
    found, at, few = [np.zeros(0)], 0, max(most // 10, 1)
    while at < len(rows):
        part = rows[at : at + few]
        begun = time.perf_counter()
        found.append(np.asarray(ask(part), float))
        each = (time.perf_counter() - begun) / len(part)
        told(len(part))
        at += few
        few = most if each * most <= PATIENCE else max(int(PATIENCE / each), 1)
    return np.concatenate(found)
