"""A file as a frame, whatever it was written in, or why it is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

#: Rows that are looked at to tell what a table is.
SAMPLE = 200
CUT_OFF = "It may have been cut off while it was written: write it again."


class UnreadableTable(Exception):
    """A file that holds no table; `code`, `what` and `hint` are those of the problem to show."""

    def __init__(self, code: str, what: str, hint: str) -> None:
        super().__init__(what)
        self.code, self.what, self.hint = code, what, hint


@dataclass(frozen=True)
class Table:
    """A file as a frame, what was odd about it (code, what, hint), and what else is to be said.

    `told` are the columns of roles that the format itself fixes, as `errata.toml` would.
    """

    frame: pl.DataFrame
    has_header: bool = True
    oddities: tuple[tuple[str, str, str], ...] = ()
    notes: tuple[str, ...] = ()
    told: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def kind_of(name: str) -> str:
    """The ending that says how a file is written: `.csv` of `answers.csv.gz`."""
    path = Path(name.lower())
    return Path(path.stem).suffix if path.suffix == ".gz" else path.suffix


def stem_of(name: str) -> str:
    """A file's name without its endings."""
    path = Path(name)
    return Path(path.stem).stem if path.suffix.lower() == ".gz" else path.stem
