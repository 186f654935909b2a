"""Labels: the order in which people expect them, and their codes in the tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


def natural_order(labels: Iterable[str]) -> list[str]:
    """Names sorted as people do: `class 2` before `class 10`, capitals beside small letters."""
    return sorted(labels, key=_key)


def label_expression(column: str, labels: Sequence[str]) -> pl.Expr:
    """The label column `column`, decoded."""
    import polars as pl

    if not labels:
        return pl.lit(None, dtype=pl.String).alias(column)
    return pl.col(column).replace_strict(
        pl.Series(range(len(labels)), dtype=pl.Int32),
        pl.Series(list(labels)),
        default=None,
        return_dtype=pl.String,
    )


def as_text(column: str, labels: Sequence[str]) -> pl.Expr:
    """The labels of codes into a list; null for null."""
    import polars as pl

    return pl.lit(pl.Series(labels, dtype=pl.String)).gather(pl.col(column)).alias(column)


def recoded(column: str, labels: Sequence[str], wanted: Sequence[str]) -> pl.Expr:
    """The codes of one label list as those of another; -1 for a label that is not in it."""
    import polars as pl

    if tuple(labels) == tuple(wanted):
        return pl.col(column)
    place = {label: code for code, label in enumerate(wanted)}
    codes = pl.Series([place.get(label, -1) for label in labels], dtype=pl.Int32)
    return pl.lit(codes).gather(pl.col(column)).alias(column)


def _key(label: str) -> tuple[list[tuple[int, int, str]], str]:
    parts = re.findall(r"[0-9]+|[^0-9]+", label.casefold())
    return [
        (0, int(part), "") if part[0] in "0123456789" else (1, 0, part) for part in parts
    ], label
