"""The scores that stand in the rows of a table: which metric each is of, and how far it may be off.

What a table must mean is found out for all of its rows at once: scores of 93 are percentages, and a
loss below zero was turned round.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from diagnostics.readers.cv_results.files import Columns
from diagnostics.readers.metric_columns import SPLITS, Figure, is_error_format, normal_name
from diagnostics.readers.run_table.cells import Cell, bounds, cell
from diagnostics.readers.run_table.roles import Role, is_autogluons, owners, placed_figure
from diagnostics.statistics.metric_names import direction_by_name
from diagnostics.statistics.metric_table import KnownMetric, known_metric, metric_words_of
from diagnostics.workspace import Score
from diagnostics.workspace.run import SPREADS, Spread

#: A share above it is one in percent: rounding alone does not lift 1 so far.
ABOVE_A_SHARE = 1.5


@dataclass(frozen=True)
class Placed:
    """A column of figures: what it is of, in which direction if a person or the format says so."""

    column: str
    role: Role
    found: Figure
    rises: bool | None = None
    is_error: bool = False
    is_percent: bool = False


@dataclass(frozen=True)
class Entry:
    """One score as it stands in one row."""

    metric: str
    split: str
    fold: int | None
    value: float
    rises: bool | None
    spread: Mapping[Spread, float] = field(default_factory=dict)
    is_percent: bool = False

    def score(self, fold: int | None) -> Score:
        """The score, in the fold that its row is unless the column has its own."""
        spread = tuple((kind, self.spread[kind]) for kind in SPREADS if kind in self.spread)
        own = fold if self.fold is None else self.fold
        return Score(self.metric, self.value, self.split, own, self.rises, spread)


def row_entries(
    columns: Columns, roles: Mapping[str, Role]
) -> tuple[list[list[Entry]], list[str], list[str]]:
    """The scores of every row, what is to be said of them, and the metrics of unknown direction."""
    is_long = "metric-name" in roles.values()
    placed = _distinct(_placed(columns, roles, is_long=is_long))
    n = len(next(iter(columns.values())))
    owned = owners(roles)
    rows = [list(_entries(columns, roles, placed, owned, row)) for row in range(n)]
    by_metric: dict[str, list[Entry]] = defaultdict(list)
    for entry in (entry for row in rows for entry in row):
        by_metric[entry.metric].append(entry)
    changes = {metric: _Change.of(metric, entries) for metric, entries in by_metric.items()}
    notes = [change.note for change in changes.values() if change.note]
    unknown = [m for m, entries in by_metric.items() if all(e.rises is None for e in entries)]
    return [[changes[e.metric].made(e) for e in row] for row in rows], notes, unknown


def _placed(columns: Columns, roles: Mapping[str, Role], *, is_long: bool) -> Iterator[Placed]:
    of_autogluon = is_autogluons(columns)
    for column, role in roles.items():
        if role not in ("metric", "metric-falling", "value"):
            continue
        of_column = placed_figure(column, is_long=is_long and role == "value")
        if of_column is None or not (of_column.metric or role == "value"):
            of_column = Figure(normal_name(column), known_metric(column))
        rises = {"metric": True, "metric-falling": False}.get(role)
        yield Placed(
            column,
            role,
            of_column,
            True if of_autogluon and role == "value" else rises,
            is_error_format(column),
            _says_percent(column),
        )


def _says_percent(column: str) -> bool:
    """Whether a name says that its figures are percentages: the % of a `95 % CI` is another's."""
    words = metric_words_of(column)
    return bool({"pct", "percent"} & set(words)) or ("%" in column and "95" not in words)


def _distinct(placed: Iterable[Placed]) -> list[Placed]:
    """Columns that would be the same score of a run are told apart by their whole names.

    A cross-validated score beside one on test data is one of validation.
    """
    known = list(placed)
    hard = {p.found.key for p in known if p.found.split == "test" and not p.found.soft}
    known = [
        replace(p, found=replace(p.found, split="validation"))
        if p.found.soft and p.found.key in hard
        else p
        for p in known
    ]
    seen = Counter((p.found.key, p.found.split, p.found.fold) for p in known)
    same = [p.column for p in known if seen[(p.found.key, p.found.split, p.found.fold)] > 1]
    return [
        replace(p, found=replace(p.found, metric=normal_name(p.column))) if p.column in same else p
        for p in known
    ]


def _entries(
    columns: Columns,
    roles: Mapping[str, Role],
    placed: Sequence[Placed],
    owned: Mapping[str, str],
    row: int,
) -> Iterator[Entry]:
    """The scores of one row with what its other columns say of their spread."""
    named = next((name for name, role in roles.items() if role == "metric-name"), None)
    metric = str(columns[named][row]).strip() if named is not None else ""
    split = _split_of(columns, roles, row)
    for one in placed:
        content = cell(columns[one.column][row]) or Cell()
        spread = {**content.spread, **_spread(columns, roles, owned, one.column, row)}
        name, rises = _named(one, metric)
        if math.isnan(content.value) and one.role == "value":
            continue
        yield Entry(
            name, split or one.found.split, one.found.fold, content.value, rises, spread,
            one.is_percent and "%" not in str(columns[one.column][row]),
        )  # fmt: skip


def _named(one: Placed, metric: str) -> tuple[str, bool | None]:
    """The metric's name and direction: of the column, or of the row where another column has it."""
    if one.role != "value" and one.found.metric:
        return one.found.metric, one.rises
    name = normal_name(metric) if metric else one.found.metric or "score"
    if one.is_error:
        known = known_metric(name)
        return (name if known and not known.rises else f"{name}_error"), False
    by_name = direction_by_name(name)
    return name, one.rises if by_name is None else by_name


def _split_of(columns: Columns, roles: Mapping[str, Role], row: int) -> str:
    column = next((name for name, role in roles.items() if role == "split"), None)
    return SPLITS.get(str(columns[column][row]).strip().lower(), "") if column else ""


def _spread(
    columns: Columns, roles: Mapping[str, Role], owned: Mapping[str, str], column: str, row: int
) -> dict[Spread, float]:
    """What the columns of spreads that belong to a metric hold in a row."""
    spread: dict[Spread, float] = {}
    for name, owner in owned.items():
        if owner != column:
            continue
        content = columns[name][row]
        held = cell(content)
        if roles[name] == "interval":
            spread |= bounds(content) or {}
        elif held is not None and not math.isnan(held.value):
            spread[cast("Spread", roles[name])] = held.value
    return spread


@dataclass(frozen=True)
class _Change:
    """What all scores of a metric tell of how they were written."""

    scale: float = 1.0
    turned: bool = False
    note: str = ""

    @classmethod
    def of(cls, metric: str, entries: Sequence[Entry]) -> _Change:
        known = known_metric(metric)
        values = [entry.value for entry in entries if math.isfinite(entry.value)]
        if known is None or not values:
            return cls()
        if known.low == 0 and max(values) <= 0 and min(values) < 0:
            return cls(turned=True, note=_turned_note(metric, known))
        if any(entry.is_percent for entry in entries) or _are_percentages(known, values):
            note = f"{metric} goes up to {max(values):g} in the file: read as percentages."
            return cls(scale=100.0, note=note)
        if min(values) < known.low or max(values) > known.high:
            low, high = min(values), max(values)
            return cls(note=f"{metric} goes from {low:g} to {high:g}, beyond what it can be.")
        return cls()

    def made(self, entry: Entry) -> Entry:
        """The score with the change made."""
        if self.turned:
            rises = not known_rises(entry.metric)
            return replace(entry, metric=f"neg_{entry.metric}", rises=rises)
        if self.scale == 1:
            return entry
        spread = {kind: value / self.scale for kind, value in entry.spread.items()}
        return replace(entry, value=entry.value / self.scale, spread=spread)


def known_rises(metric: str) -> bool:
    """Whether more of a known metric is better."""
    return direction_by_name(metric) is not False


def _turned_note(metric: str, known: KnownMetric) -> str:
    end = "higher" if not known.rises else "lower"
    return f"{metric} is below 0 in the file, so it was turned round: {end} is better."


def _are_percentages(known: KnownMetric, values: Sequence[float]) -> bool:
    """Shares that are all far above 1; of those that fall, some may be small."""
    if known.high != 1 or known.low < -1 or not ABOVE_A_SHARE < max(values) <= 100:
        return False
    if known.family == "regression":
        return False
    lowest = min(values)
    return lowest >= 0 and (not known.rises or lowest > 1 or lowest == 0)
