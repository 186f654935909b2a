"""The figures of a class or of an average: what they are called, and how they are written."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

#: What reports call their figures; the short names are imbalanced-learn's.
FIGURE = (
    dict.fromkeys(("precision", "pre", "prec"), "precision")
    | dict.fromkeys(("recall", "rec"), "recall")
    | dict.fromkeys(("f1-score", "f1_score", "f1 score", "f1score", "f1", "f-measure"), "f1")
    | dict.fromkeys(("support", "sup"), "support")
)
FIGURES = frozenset(FIGURE.values())

_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")


@dataclass(frozen=True)
class Figures:
    """One line of a report; None where it says NaN or nothing."""

    precision: float | None
    recall: float | None
    f1: float | None
    support: float | None

    @property
    def rates(self) -> tuple[float | None, float | None, float | None]:
        """All but the support."""
        return (self.precision, self.recall, self.f1)


def figures_of(cells: Mapping[str, Any]) -> Figures | None:
    """The figures among named values; None unless all four are there."""
    known: dict[str, float | None] = {}
    for name, value in cells.items():
        figure = FIGURE.get(str(name).strip().casefold())
        if figure:
            known.setdefault(figure, number(value))
    return Figures(**known) if set(known) == FIGURES else None


def figure_cells(cells: Iterable[Any]) -> set[str]:
    """Which of the four figures the cells of a header name."""
    return {
        FIGURE[str(cell).strip().casefold()]
        for cell in cells
        if str(cell).strip().casefold() in FIGURE
    }


def number(value: Any) -> float | None:
    """A finite number, also one written as text (`0.5`, `0,5`, `50%`, `1,234`); None for others."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str):
        value = value.strip().removesuffix("%").strip()
        if _THOUSANDS.fullmatch(value) and not value.startswith("0"):
            value = value.replace(",", "")
        value = value.replace(",", ".")
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def as_shares(rows: list[tuple[str, Figures]]) -> tuple[list[tuple[str, Figures]], bool]:
    """The rows with rates from 0 to 1, and whether they were percentages."""
    rates = [rate for _, line in rows for rate in line.rates if rate is not None]
    if not rates or max(rates) <= 1 + 1e-9 or max(rates) > 100 + 1e-9 or min(rates) < 0:
        return rows, False
    return [(label, _hundredth(line)) for label, line in rows], True


def _hundredth(line: Figures) -> Figures:
    precision, recall, f1 = (None if rate is None else rate / 100 for rate in line.rates)
    return Figures(precision, recall, f1, line.support)
