"""Columns that say nothing of the answer: weights, candidates, repeats, what is shown."""

from __future__ import annotations

from typing import TypedDict

from diagnostics.readers.prediction_table.columns.names import best
from diagnostics.readers.prediction_table.columns.roles import Search

#: Names that declare how much a row counts; `weight` alone may be that of a body.
WEIGHT = r"(?:sample|case|instance|observation|example|row)_weights?"


class Aside(TypedDict):
    """The roles of the columns that were set aside, as `Roles` has them."""

    weight: str | None
    candidate: tuple[str, ...]
    repeat: str | None


def set_aside(search: Search) -> Aside:
    """Take the columns whose role is told, or in their name, before others are looked for."""
    numeric = [name for name in best(search.scalars(), [WEIGHT]) if search.is_number(name)]
    shown = _told(search, "shown")
    weight = search.chosen("weight", [name for name in numeric if name not in shown])
    repeat = search.chosen("repeat")
    candidate = _told(search, "candidate")
    search.take(*shown, *candidate)
    return Aside(weight=weight, candidate=candidate, repeat=repeat)


def _told(search: Search, role: str) -> tuple[str, ...]:
    """The columns that `errata.toml` lists for a role, if the table has them."""
    names = search.told.get(role, ())
    search.not_found += [name for name in names if name not in search.sample.columns]
    return tuple(name for name in names if name in search.sample.columns)
