"""Values in values: how deep they go in a JSON text, and where they are cut off for a table."""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

import numpy as np

#: Deeper values are kept as JSON text: no table has columns in columns in columns without end.
DEEPEST = 12
_OPEN, _CLOSE = np.frombuffer(b"[{", np.uint8), np.frombuffer(b"]}", np.uint8)
T = TypeVar("T")


def is_deep(content: bytes) -> bool:
    """Whether a JSON text goes deeper than `DEEPEST`; brackets in its strings do not count."""
    return _depth(content) > DEEPEST and _depth(_without_strings(content)) > DEEPEST


def shallow(data: T) -> T:
    """Rows or columns, with what is deeper than `DEEPEST` written as JSON."""
    return _cut(data, DEEPEST) if _goes_deeper(data, DEEPEST) else data


def _depth(content: bytes) -> int:
    signs = np.frombuffer(content, np.uint8)
    steps = np.isin(signs, _OPEN).astype(np.int32) - np.isin(signs, _CLOSE)
    return int(np.cumsum(steps, dtype=np.int64).max(initial=0))


def _without_strings(content: bytes) -> bytes:
    return re.sub(rb'"(?:[^"\\]|\\.)*"', b"", content, flags=re.DOTALL)


def _goes_deeper(value: Any, than: int) -> bool:
    """By levels, not by itself: a value may be nested deeper than Python may call."""
    level = [value]
    for _ in range(than + 1):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return True


def _inside(value: Any) -> list[Any]:
    entries = value.values() if isinstance(value, dict) else value
    is_nested = isinstance(value, dict | list)
    return [entry for entry in entries if isinstance(entry, dict | list)] if is_nested else []


def _cut(value: Any, depth: int) -> Any:
    if not isinstance(value, dict | list):
        return value
    if depth == 0:
        return _as_text(value)
    if isinstance(value, dict):
        return {name: _cut(entry, depth - 1) for name, entry in value.items()}
    return [_cut(entry, depth - 1) for entry in value]


def _as_text(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except (RecursionError, ValueError):
        return "(nested too deep)"
