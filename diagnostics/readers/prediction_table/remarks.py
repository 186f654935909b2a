"""What is said of a table before its runs are read: notes, problems, what to write down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: Code, what and hint of a problem.
Oddity = tuple[str, str, str]


@dataclass(frozen=True)
class Remarks:
    """Notes and problems of all runs of a table, and what their mapping shows besides."""

    notes: tuple[str, ...] = ()
    oddities: tuple[Oddity, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)

    def __add__(self, other: Remarks) -> Remarks:
        """What both say."""
        return Remarks(
            (*self.notes, *other.notes),
            (*self.oddities, *other.oddities),
            {**self.mapping, **other.mapping},
        )
