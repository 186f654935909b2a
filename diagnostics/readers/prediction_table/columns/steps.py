"""The steps by which a table was read: which role went to which column, why, and how surely."""

from __future__ import annotations

from dataclasses import dataclass

#: How much speaks for a step: told in errata.toml, by an unmistakable name, by a name of the
#: family, by a name that means two things, by the values, because nothing else was left.
TOLD, EXACT, FAMILY, EITHER_WAY, VALUES, LEFT_OVER = 100.0, 10.0, 6.0, 4.0, 2.0, 1.0


@dataclass(frozen=True)
class Step:
    """One decision of a reading.

    `column` is a column's name, or the value that was decided on; `alternative` is the best other
    one, "" for none. What was assumed is doubted when the figures look odd; what `errata.toml`
    tells or a name says plainly is not.
    """

    role: str
    column: str
    strength: float
    reason: str
    is_assumed: bool = False
    alternative: str = ""


def weakest(steps: tuple[Step, ...]) -> Step | None:
    """The step that least speaks for, None if there are none."""
    return min(steps, key=lambda step: step.strength, default=None)
