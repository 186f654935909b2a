"""Tables as people save them: csv, tsv, JSON lines, JSON records and Parquet, all values as found.

Delimited text comes back as text columns, so that `007` and `1.0` stay what they were; what a
column means is decided by those who know its role.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from diagnostics.readers import HEAD
from diagnostics.readers.prediction_table.annotations.exports import exported_table, is_export
from diagnostics.readers.prediction_table.delimited import LOOSE, read_delimited, sample_delimited
from diagnostics.readers.prediction_table.shapes.arrays import read_archive, read_arrays
from diagnostics.readers.prediction_table.shapes.content import opened_head
from diagnostics.readers.prediction_table.shapes.documents import names_an_answer
from diagnostics.readers.prediction_table.shapes.json_tables import read_json, sample_json
from diagnostics.readers.prediction_table.shapes.nested import flat
from diagnostics.readers.prediction_table.shapes.workbooks import SUFFIXES as WORKBOOKS
from diagnostics.readers.prediction_table.shapes.workbooks import sheets
from diagnostics.readers.prediction_table.table import (
    CUT_OFF,
    SAMPLE,
    Table,
    UnreadableTable,
    kind_of,
)

#: Formats that are read whole even for a first look.
WHOLE = (".npy", ".npz", *WORKBOOKS)
DELIMITED = (".csv", ".tsv", *LOOSE)
TEXTS = (*DELIMITED, ".jsonl", ".ndjson", ".json")
SUFFIXES = (*TEXTS, *(f"{suffix}.gz" for suffix in TEXTS), ".parquet", *WHOLE)


def sample_table(path: Path, head: bytes) -> Table:
    """The first rows of a file, cheaply: from the first bytes of what it holds, `head`.

    Parquet, and JSON by columns that are longer than that, are looked at in the file.

    Raises
    ------
    UnreadableTable
        If it is no table of the kind that its ending says.
    """
    suffix = kind_of(path.name)
    if suffix == ".parquet":
        return Table(_parquet(path, SAMPLE))
    if suffix in WHOLE:
        return _whole(path)
    require_text(head)
    if suffix in DELIMITED:
        return _exported(sample_delimited(head, suffix))
    return sample_json(path, head)


def read_table(path: Path) -> Table:
    """All rows of a file.

    Raises
    ------
    UnreadableTable
        If it is empty, binary, broken or cannot be opened; says what to do.
    """
    suffix = kind_of(path.name)
    try:
        if suffix == ".parquet":
            return Table(_parquet(path, None))
        if suffix in WHOLE:
            return _whole(path)
        with path.open("rb") as file:
            head = opened_head(path.name, file.read(HEAD))
        require_text(head)
        return _exported(read_delimited(path, head)) if suffix in DELIMITED else read_json(path)
    except OSError as error:
        what = f"The file cannot be opened: {error.strerror or error}."
        hint = "Check that it exists and that you may read it."
        raise UnreadableTable("unreadable-file", what, hint) from error


def require_text(head: bytes) -> None:
    """Raise UnreadableTable if a file's first bytes are none, or no text."""
    if not head.strip():
        hint = "Write the predictions again, or delete the file."
        raise UnreadableTable("empty-file", "The file is empty.", hint)
    is_wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    controls = sum(head.count(bytes([code])) for code in range(9))
    if not is_wide and (b"\0" in head or controls > len(head) / 100):
        what = "The file is binary, although its ending says that it is a text table."
        hint = "Save it as csv, JSON lines or Parquet, with the ending that belongs to it."
        raise UnreadableTable("not-text", what, hint)


def _exported(table: Table) -> Table:
    """The answers in an annotation tool's rows; any other table as it is."""
    if not is_export(table.frame.head(3).to_dicts()):
        return table
    exported = exported_table(table.frame.to_dicts())
    return replace(exported, oddities=(*table.oddities, *exported.oddities))


def _whole(path: Path) -> Table:
    """An array, the arrays of an archive, or the first sheet of a workbook."""
    suffix = kind_of(path.name)
    if suffix == ".npz":
        return read_archive(path)
    if suffix == ".npy":
        return read_arrays([path])
    return next(iter(sheets(path).values()), Table(pl.DataFrame()))


def _parquet(path: Path, rows: int | None) -> pl.DataFrame:
    if not path.stat().st_size:
        require_text(b"")
    try:
        lazy = pl.scan_parquet(path, glob=False)
        frame = (lazy if rows is None else lazy.head(rows)).collect()
    except pl.exceptions.PolarsError as error:
        what = "The file is no readable Parquet file."
        raise UnreadableTable("broken-table", what, CUT_OFF) from error
    frame = flat(frame)
    coded = [name for name, kind in frame.schema.items() if kind in (pl.Categorical, pl.Enum)]
    raw = [name for name, kind in frame.schema.items() if kind in (pl.Binary, pl.Object)]
    return frame.drop(raw).with_columns(pl.col(coded).cast(pl.String))


def _is_phrase(name: str) -> bool:
    """Whether a column's name is a part of a sentence."""
    return name.endswith((".", "?", "!")) or len(name.split()) > 3


def is_text_table(table: Table, *, is_called_so: bool) -> bool:
    """Whether a text of no telling ending is a table: columns with an answer, or short labels.

    Most texts are none; reports and logs stand in columns, too, and a sentence about a table names
    its columns between commas.
    """
    frame = table.frame
    if frame.width > 1:
        if table.oddities or (table.has_header and any(map(_is_phrase, frame.columns))):
            return False
        is_full = frame.null_count().sum_horizontal().sum() * 5 <= frame.width * len(frame)
        is_named = table.has_header and any(map(names_an_answer, frame.columns))
        return is_full and len(frame) > 1 and (is_named or is_called_so)
    if not is_called_so or not frame.width or len(frame) < 2:
        return False
    values = frame.to_series()
    if values.dtype != pl.String:
        return True
    is_short = (values.str.len_chars() <= 60) & (values.str.count_matches(r"\s+") < 3)
    return values.n_unique() < len(values) and int(is_short.sum()) > 0.95 * len(values)
