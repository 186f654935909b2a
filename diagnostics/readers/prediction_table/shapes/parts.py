"""Which files of a folder are one table: a file, a sheet, arrays side by side, numbered parts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from diagnostics.readers.prediction_table.columns.names import IDENTITY, best, key
from diagnostics.readers.prediction_table.files import read_table, sample_table
from diagnostics.readers.prediction_table.shapes.arrays import array_groups, read_arrays
from diagnostics.readers.prediction_table.shapes.workbooks import SUFFIXES as WORKBOOKS
from diagnostics.readers.prediction_table.shapes.workbooks import sheets
from diagnostics.readers.prediction_table.table import Table, UnreadableTable, kind_of, stem_of

#: Endings that writers of large tables give to their parts.
PART = re.compile(
    r"(?P<stem>.*?)[-_.]?(?:part[-_.]?(?P<part>\d+)(?:[-_][\w-]+)?|(?P<of>\d{3,})-of-\d{3,}"
    r"|(?:shard|chunk)[-_.]?(?P<shard>\d+))",
    re.IGNORECASE,
)
NUMBERED = re.compile(r"(?P<stem>.+?)[-_.]?(?P<number>\d+)")
#: Numbers of these are runs, whatever their ids.
RUNS = r"(?:.*_)?(?:fold|cv|run|seed|model|epoch|step|iter|iteration|trial|version|v|exp|split)"


@dataclass(frozen=True)
class TableFile:
    """One table of a folder: the file that it is called after, all its files, its sheet.

    `loaded` are the tables of its files where it took reading them to tell that they are its parts.
    """

    name: str
    parts: tuple[str, ...] = ()
    sheet: str = ""
    loaded: tuple[Table, ...] = field(default=(), compare=False, repr=False)

    @property
    def stem(self) -> str:
        """The name without ending and without the number of its part."""
        stem = stem_of(self.name)
        match = PART.fullmatch(stem) if len(self.parts) > 1 else None
        return (match["stem"] or stem) if match else stem


def tables_in(
    path: Path,
    names: Sequence[str],
    *,
    may_be: Callable[[str], bool],
    told: Sequence[tuple[str, ...]] = (),
) -> Iterator[TableFile]:
    """The tables that a folder's files may be, in the order of their names.

    Parameters
    ----------
    path, names
        The folder, and the files in it that may be tables.
    may_be
        Whether a numbered file is one of ours at all: only then it is read to tell whether the
        next ones go on with it.
    told
        The parts of one table, group by group, as `errata.toml` has them.
    """
    arrays = [name for name in names if kind_of(name) == ".npy"]
    for group in array_groups(arrays):
        yield TableFile(group[0], group)
    rest = [name for name in names if name not in arrays]
    grouped = {name: group for group in told for name in group}
    left = [name for name in rest if name not in grouped]
    grouped |= {name: group for group in _part_groups(left) for name in group}
    loaded: dict[str, tuple[Table, ...]] = {}
    for group in _numbered_groups(rest, grouped):
        if may_be(group[0]) and (tables := _disjoint(path, group)):
            grouped |= dict.fromkeys(group, group)
            loaded[group[0]] = tables
    for name in rest:
        if kind_of(name) in WORKBOOKS:
            yield from _sheets(path, name)
        elif grouped.get(name, (name,))[0] == name:
            yield TableFile(name, grouped.get(name, (name,)), loaded=loaded.get(name, ()))


def read_parts(path: Path, table: TableFile) -> Table:
    """All rows of a table.

    Raises
    ------
    UnreadableTable
        If one of its files cannot be read, or they do not have the same columns.
    """
    if table.loaded:
        first, *others = table.loaded
        return _joined(first, others, table) if others else first
    if kind_of(table.name) == ".npy":
        return read_arrays([path / name for name in table.parts])
    if len(table.parts) < 2:
        return read_table(path / table.name)
    first, *others = [read_table(path / name) for name in table.parts]
    return _joined(first, others, table)


def sample_of(path: Path, table: TableFile, head: bytes) -> Table:
    """The first rows of a table."""
    if table.sheet:
        return table.loaded[0]
    if kind_of(table.name) == ".npy":
        return read_parts(path, table)
    return sample_table(path / table.name, head)


def _joined(first: Table, others: Iterable[Table], table: TableFile) -> Table:
    names = first.frame.columns
    frames = [first.frame]
    for name, other in zip(table.parts[1:], others, strict=True):
        if other.frame.columns == names or set(other.frame.columns) == set(names):
            frames.append(other.frame.select(names))
        elif other.frame.width == len(names) and kind_of(name) in (".csv", ".tsv", ".txt"):
            frames.append(_without_header(other, names))
        else:
            frames.append(other.frame)
    frame = pl.concat(frames, how="diagonal_relaxed")
    note = (
        f"{len(table.parts)} files are parts of one table: {table.parts[0]} to {table.parts[-1]}."
    )
    oddities = tuple(dict.fromkeys(o for part in (first, *others) for o in part.oddities))
    return Table(frame, first.has_header, oddities, (*first.notes, note))


def _without_header(other: Table, names: Sequence[str]) -> pl.DataFrame:
    """A part without a header, whose first row may have been taken for one."""
    frame = other.frame.rename(dict(zip(other.frame.columns, names, strict=True)))
    if not other.has_header:
        return frame
    row = {name: value for name, value in zip(names, other.frame.columns, strict=True)}
    schema = {name: frame.schema[name] for name in names}
    return pl.concat([pl.DataFrame([row], schema=schema, strict=False), frame])


def _sheets(path: Path, name: str) -> Iterator[TableFile]:
    """The sheets of a workbook; the workbook itself where it cannot be opened."""
    try:
        for sheet, table in sheets(path / name).items():
            yield TableFile(name, (name,), sheet, (table,))
    except UnreadableTable:
        yield TableFile(name, (name,))


def _part_groups(names: Sequence[str]) -> list[tuple[str, ...]]:
    groups: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for name in names:
        if match := PART.fullmatch(stem_of(name)):
            number = int(match["part"] or match["of"] or match["shard"])
            groups.setdefault((match["stem"], kind_of(name)), []).append((number, name))
    return [tuple(name for _, name in sorted(group)) for group in groups.values()]


def _numbered_groups(names: Sequence[str], parts: Iterable[str]) -> list[tuple[str, ...]]:
    """Files that count on from 0 or 1 and are not called like runs."""
    groups: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for name in names:
        match = NUMBERED.fullmatch(stem_of(name))
        if match and name not in parts and not re.fullmatch(RUNS, key(match["stem"])):
            place = (match["stem"], kind_of(name))
            groups.setdefault(place, []).append((int(match["number"]), name))
    counted = [
        tuple(name for _, name in sorted(group))
        for group in groups.values()
        if len(group) > 1
        and sorted(n for n, _ in group) in (list(range(len(group))), list(range(1, len(group) + 1)))
    ]
    return [group for group in counted if not re.search(r"fold|model|seed|run", group[0].lower())]


def _disjoint(path: Path, names: Sequence[str]) -> tuple[Table, ...]:
    """Files with the same columns that speak of different examples, by their ids; else ()."""
    tables: list[Table] = []
    try:
        for name in names:
            tables.append(read_table(path / name))
            if len(tables) == 2 and not _share_no_id(tables):  # the rest need not be read
                return ()
    except (UnreadableTable, OSError, pl.exceptions.PolarsError):
        return ()
    return tuple(tables) if _share_no_id(tables) else ()


def _share_no_id(tables: Sequence[Table]) -> bool:
    frames = [table.frame for table in tables]
    columns = frames[0].columns
    if any(frame.columns != columns or not len(frame) for frame in frames):
        return False
    identity = next(iter(best(columns, IDENTITY[:2])), None)
    if identity is None or any(frame[identity].dtype.is_nested() for frame in frames):
        return False
    ids = pl.concat([frame[identity].cast(pl.String) for frame in frames])
    return not ids.has_nulls() and ids.n_unique() == len(ids)
