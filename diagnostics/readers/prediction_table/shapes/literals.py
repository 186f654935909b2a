"""Cells that hold a list or an object as text: JSON, or what Python prints."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

import polars as pl

#: Rows by which it is told whether a column holds lists or objects.
LOOK = 20
#: A cell longer than this is no list of labels.
LONGEST = 1_000_000
OPENS = r"^\s*(?:(?:np\.)?array\()?(?:\{|\[\s*[\[{'\"])"
#: `np.float32(0.98)`, `tensor(0.98, device='cuda:0')`: the number is what counts.
WRAPPED = re.compile(r"(?:(?:np|numpy)\.\w+|tensor|array)\(\s*([^(),]*?)\s*(?:,\s*\w+=[^()]*)?\)")
#: NumPy prints no commas between texts; Python would join them into one.
PRINTED = re.compile(
    r"""^\s*(?:array\()?\[\s*(?P<quote>['"]).*(?P=quote)\s+(?P=quote)""", re.DOTALL
)


def opens_like_a_literal(column: pl.Series) -> bool:
    """Whether a text column's cells begin like lists of texts or like objects."""
    if column.dtype != pl.String:
        return False
    known = column.drop_nulls().head(LOOK)
    return len(known) > 0 and bool(known.str.contains(OPENS).all())


def parsed(column: pl.Series) -> pl.Series | None:
    """The column with its cells as lists or objects, None where most are none.

    A cell that is neither JSON nor a Python literal is null. Nothing is evaluated.
    """
    different = column.unique(maintain_order=True)
    values = [None if text is None else _value(text) for text in different]
    known = sum(text is not None for text in different)
    if not known or sum(value is not None for value in values) * 2 <= known:
        return None
    try:
        read = pl.Series("value", values, strict=False)
    except (pl.exceptions.PolarsError, TypeError, ValueError, OverflowError):
        return None
    if not read.dtype.is_nested():
        return None
    table = pl.DataFrame([different.alias("text"), read])
    joined = (
        column.alias("text")
        .to_frame()
        .join(table, on="text", how="left", maintain_order="left", nulls_equal=True)
    )
    return joined["value"].alias(column.name)


def _value(text: str) -> Any:
    """A list or an object, None for anything else."""
    if len(text) > LONGEST:
        return None
    if PRINTED.match(text) and "," not in re.sub(r"""(['"]).*?\1""", "", text):
        return [quoted for _, quoted in re.findall(r"""(['"])(.*?)\1""", text)]
    for read in (json.loads, _requoted, ast.literal_eval, _unwrapped):
        try:
            value = read(text)
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            continue
        if isinstance(value, tuple | set):
            value = list(value)
        return value if isinstance(value, list | dict) else None
    return None


def _requoted(text: str) -> Any:
    """A Python literal of plain texts as JSON, which is ten times as fast."""
    if '"' in text or "\\" in text:
        raise ValueError
    return json.loads(text.replace("'", '"'))


def _unwrapped(text: str) -> Any:
    bare = WRAPPED.sub(r"\1", text)
    return ast.literal_eval(re.sub(r"(?<=[\s:,\[])(?:nan|NaN|inf|-inf)(?=[\s,\]}])", "None", bare))
