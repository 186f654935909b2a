"""What stands in a cell of a table of runs: a number, and what people write beside it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from diagnostics.readers.cv_results.files import number
from diagnostics.workspace.run import Spread

_NUMBER = r"[-+]?(?:\d+(?:[.,]\d+)?|\.\d+)(?:[eE][-+]?\d+)?"
_TO = r"\s*(?:,\s|;|,|-|–|—|\bto\b)\s*"
_PERCENT = re.compile(rf"({_NUMBER})\s*%")
_DEVIATION = re.compile(
    rf"({_NUMBER})\s*(%?)\s*(?:(?:±|\+/-|\+-|\$?\\pm\$?)\s*({_NUMBER})|\(\s*[±]?\s*({_NUMBER})\s*\))"
    r"\s*(%?)"
)
_BOUNDS = re.compile(rf"[\[(]?\s*({_NUMBER})\s*%?{_TO}({_NUMBER})\s*(%?)\s*[\])]?")
_WITH_BOUNDS = re.compile(
    rf"({_NUMBER})\s*%?\s*[\[(]\s*(?:95\s*%?\s*CI:?\s*)?({_NUMBER})\s*%?{_TO}({_NUMBER})\s*(%?)\s*[\])]"
)
_NOTHING = {"", "-", "–", "—", "na", "n/a", "nan", "none", "null", "<na>"}


@dataclass(frozen=True)
class Cell:
    """A number, NaN where there is none, and how far it may be off."""

    value: float = math.nan
    spread: Mapping[Spread, float] = field(default_factory=dict)


def cell(value: Any) -> Cell | None:
    """A cell as a number with its spread; None if it holds something else.

    `0.93 ± 0.02` and `0.93 (0.02)` have a standard deviation, `0.93 [0.90, 0.95]` an interval;
    `93.1 %` is 0.931.
    """
    if isinstance(value, bool):
        return None
    if not isinstance(value, str):
        plain = number(value)
        return None if plain is None else Cell(plain)
    text = value.strip()
    if text.lower() in _NOTHING:
        return Cell()
    plain = number(text)
    return Cell(plain) if plain is not None else _written(text)


def bounds(value: Any) -> dict[Spread, float] | None:
    """An interval that stands in one cell: `0.90–0.95`, `[0.90, 0.95]`; None if there is none."""
    text = str(value).strip()
    match = _BOUNDS.fullmatch(text)
    if match is None or number(text) is not None:  # 0,9 is one number
        return None
    scale = 100 if match[3] else 1
    return {"interval_low": _float(match[1]) / scale, "interval_high": _float(match[2]) / scale}


def numeric(values: Iterable[Any]) -> bool:
    """Whether all values are numbers, and some of them are there."""
    cells = [cell(value) for value in values]
    return all(one is not None for one in cells) and any(
        one is not None and not math.isnan(one.value) for one in cells
    )


def _written(text: str) -> Cell | None:
    if match := _PERCENT.fullmatch(text):
        return Cell(_float(match[1]) / 100)
    if match := _WITH_BOUNDS.fullmatch(text):
        scale = 100 if match[4] else 1
        value, low, high = (_float(match[n]) / scale for n in (1, 2, 3))
        return Cell(value, {"interval_low": low, "interval_high": high})
    if match := _DEVIATION.fullmatch(text):
        scale = 100 if match[2] or match[5] else 1
        return Cell(_float(match[1]) / scale, {"std": _float(match[3] or match[4]) / scale})
    return None


def _float(text: str) -> float:
    return float(text.replace(",", "."))
