"""The order in which people expect names."""

from __future__ import annotations

import re
from collections.abc import Iterable


def natural_order(labels: Iterable[str]) -> list[str]:
    """Names sorted as people do: `class 2` before `class 10`, capitals beside small letters."""
    return sorted(labels, key=_key)


def _key(label: str) -> tuple[list[tuple[int, int, str]], str]:
    parts = re.findall(r"[0-9]+|[^0-9]+", label.casefold())
    return [
        (0, int(part), "") if part[0] in "0123456789" else (1, 0, part) for part in parts
    ], label
