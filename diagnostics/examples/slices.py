"""Slices: the examples that have a word, a value of a column, a number in a range."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from diagnostics.errors import DiagnosticsError
from diagnostics.examples.attributes import KINDS, Attribute, NoValues, attribute_values, escaped

if TYPE_CHECKING:
    import polars as pl

    from diagnostics.statistics.association import Grouping
    from diagnostics.workspace import Run

WITH, WITHOUT = "with", "without"
_BETWEEN = ".."


@dataclass(frozen=True)
class Slice:
    """The examples that have an attribute, or a value of it.

    `group` is `with` or `without` for what is there or not, `3..7` for numbers from 3 to 7, both
    included, and else a value of the column.
    """

    attribute: Attribute
    group: str = WITH

    @property
    def text(self) -> str:
        """The compact form, as links and filters have it: `word:refund`, `column:age:0..11`."""
        own = self.attribute.text
        return own if self.group == WITH else f"{own}:{escaped(self.group)}"

    @property
    def is_range(self) -> bool:
        """Whether the group is all numbers from one to another."""
        low, between, high = self.group.partition(_BETWEEN)
        return bool(between) and _is_number(low) and _is_number(high)

    @property
    def words(self) -> tuple[str, str]:
        """For people: what it is, and the value of it."""
        subject, noun = self.attribute.subject, self.attribute.noun
        if self.attribute.kind == "word":
            return (noun if self.group == WITH else f"without the {noun}"), subject
        if self.group in (WITH, WITHOUT):
            return self.group, subject
        if not self.is_range:
            return subject, self.group
        low, _, high = self.group.partition(_BETWEEN)
        return subject, low if low == high else f"{_short(low)} to {_short(high)}"


def range_text(low: float, high: float) -> str:
    """The group of the numbers from one to another, to the last digit."""
    return _BETWEEN.join(repr(float(end)).removesuffix(".0") for end in (low, high))


def group_text(values: pl.Series, grouping: Grouping, name: str) -> str | None:
    """The group that picks what a grouping of values calls so; None for those put together."""
    import polars as pl

    place = grouping.names.index(name)
    if grouping.kind == "number":
        own = values.filter(pl.Series(grouping.place == place))
        if own.dtype.is_temporal():
            texts = own.sort().cast(pl.String)
            return f"{texts[0]}{_BETWEEN}{texts[-1]}"
        return range_text(*(float(end) for end in (own.min(), own.max())))  # type: ignore[arg-type]
    return None if grouping.has_others and place == len(grouping.names) - 1 else name


def parse_slice(text: str) -> Slice:
    """The slice of a compact form; DiagnosticsError if it is none."""
    parts = [unquote(part) for part in text.split(":")]
    if not (2 <= len(parts) <= 3 and all(parts)) or parts[0] not in KINDS:
        raise DiagnosticsError(
            f"{text[:200]!r} names nothing that examples could have.",
            hint="One reads word:refund or column:age:0..11.",
        )
    return Slice(Attribute.checked(parts[0], parts[1]), *parts[2:])


def examples_in_slice(runs: Iterable[Run], text: str) -> pl.LazyFrame:
    """The examples of a slice in its compact form, by what any of the runs kept: `example`.

    Raises
    ------
    DiagnosticsError
        If the text means nothing, no run kept any content, or none has such a column.
    """
    import polars as pl

    wanted = parse_slice(text)
    kept = {run.table("examples"): run for run in runs if run.table("examples").is_file()}
    picks: list[pl.LazyFrame] = []
    refused: DiagnosticsError = NoValues(
        "Nothing was kept of the examples but their answers.",
        hint="Record the run with its content.",
    )
    for run in kept.values():
        try:
            values = attribute_values(run, wanted.attribute)
        except NoValues as error:
            refused = error
            continue
        picked = values.filter(_picks(values["value"], wanted.group).fill_null(value=False))
        picks.append(picked.select("example").lazy())
    if not picks:
        raise refused
    return pl.concat(picks).unique()


def _picks(values: pl.Series, group: str) -> pl.Series:
    import polars as pl

    if values.dtype == pl.Boolean:
        return values if group in (WITH, "true") else ~values
    low, between, high = group.partition(_BETWEEN)
    high = high if between else low
    if values.dtype.is_temporal():  # written so that they sort as they are
        return values.cast(pl.String).is_between(low, high)
    if not values.dtype.is_numeric():
        return values.cast(pl.String) == group
    if not (_is_number(low) and _is_number(high)):
        return pl.repeat(False, len(values), eager=True)
    return values.cast(pl.Float64).is_between(float(low), float(high))


def _is_number(text: str) -> bool:
    try:
        return float(text) == float(text)
    except ValueError:
        return False


def _short(number: str) -> str:
    return f"{float(number):.4g}"


__all__ = ["Slice", "examples_in_slice", "group_text", "parse_slice", "range_text"]
