"""Which runs the page of runs is about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Listing:
    """The runs that the choices leave, the best first, and the metric that says so."""

    metric: str
    runs: list[str]
