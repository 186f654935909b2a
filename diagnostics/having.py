"""Which examples have something: a word, a value of a column, a number in a range."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args
from urllib.parse import unquote

from diagnostics.errors import DiagnosticsError
from diagnostics.statements import Assumption, Kind, assumption, escaped

if TYPE_CHECKING:
    import polars as pl

    from diagnostics.association import Grouping
    from diagnostics.workspace import Run

WITH, WITHOUT = "with", "without"
_BETWEEN = ".."


@dataclass(frozen=True)
class Having:
    """What examples are picked by.

    `kind` and `subject` are those of an assumption. `group` is `with` or `without` for what is
    there or not, `3..7` for numbers from 3 to 7, both included, and else a value of the column.
    """

    kind: Kind
    subject: str
    group: str = WITH

    @property
    def text(self) -> str:
        """The compact form, as links and filters have it: `word:refund`, `column:age:0..11`."""
        parts = [self.kind, escaped(self.subject)]
        return ":".join(parts if self.group == WITH else [*parts, escaped(self.group)])

    @property
    def is_range(self) -> bool:
        """Whether the group is all numbers from one to another."""
        low, between, high = self.group.partition(_BETWEEN)
        return bool(between) and _is_number(low) and _is_number(high)

    @property
    def words(self) -> tuple[str, str]:
        """For people: what it is, and the value of it."""
        if self.kind == "word":
            noun = "phrase" if " " in self.subject else "word"
            return (noun if self.group == WITH else f"without the {noun}"), self.subject
        if self.group in (WITH, WITHOUT):
            return self.group, self.subject
        if not self.is_range:
            return self.subject, self.group
        low, _, high = self.group.partition(_BETWEEN)
        return self.subject, low if low == high else f"{_short(low)} to {_short(high)}"


def range_text(low: float, high: float) -> str:
    """The group of the numbers from one to another, to the last digit."""
    return _BETWEEN.join(repr(float(end)).removesuffix(".0") for end in (low, high))


def group_text(values: pl.Series, found: Grouping, name: str) -> str | None:
    """The group that picks what a grouping of values calls so; None for those put together."""
    import polars as pl

    place = found.names.index(name)
    if found.kind == "number":
        own = values.filter(pl.Series(found.place == place))
        if own.dtype.is_temporal():
            texts = own.sort().cast(pl.String)
            return f"{texts[0]}{_BETWEEN}{texts[-1]}"
        return range_text(*(float(end) for end in (own.min(), own.max())))  # type: ignore[arg-type]
    return None if found.has_others and place == len(found.names) - 1 else name


def parse_having(text: str) -> Having:
    """What a compact form means; DiagnosticsError if it means nothing."""
    parts = [unquote(part) for part in text.split(":")]
    if not (2 <= len(parts) <= 3 and all(parts)) or parts[0] not in get_args(Kind):
        raise DiagnosticsError(
            f"{text[:200]!r} names nothing that examples could have.",
            hint="One reads word:refund or column:age:0..11.",
        )
    given = assumption(parts[0], parts[1], "matters")
    return Having(given.kind, given.subject, *parts[2:])


def examples_having(runs: Iterable[Run], text: str) -> pl.LazyFrame:
    """The examples that have it, by what any of the runs kept of them: `example`.

    Raises
    ------
    DiagnosticsError
        If the text means nothing, no run kept any content, or none has such a column.
    """
    import polars as pl

    from diagnostics.assumed_values import NoValues, assumed_values

    wanted = parse_having(text)
    given = Assumption(wanted.kind, wanted.subject, "matters")
    kept = {run.table("examples"): run for run in runs if run.table("examples").is_file()}
    found: list[pl.LazyFrame] = []
    refused: DiagnosticsError = NoValues(
        "Nothing was kept of the examples but their answers.",
        hint="Record the run with its content.",
    )
    for run in kept.values():
        try:
            values = assumed_values(run, given)
        except NoValues as error:
            refused = error
            continue
        picked = values.filter(_picks(values["value"], wanted.group).fill_null(value=False))
        found.append(picked.select("example").lazy())
    if not found:
        raise refused
    return pl.concat(found).unique()


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


__all__ = ["Having", "examples_having", "group_text", "parse_having", "range_text"]
