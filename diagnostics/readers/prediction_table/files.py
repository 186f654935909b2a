"""Tables as people save them: csv, tsv, JSON lines, JSON records and Parquet, all values as found.

Delimited text comes back as text columns, so that `007` and `1.0` stay what they were; what a
column means is decided by those who know its role.
"""

from __future__ import annotations

import itertools
import json
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from diagnostics.readers import HEAD
from diagnostics.readers.prediction_table.delimited import read_delimited, sample_delimited
from diagnostics.readers.prediction_table.shapes.nested import flat
from diagnostics.readers.prediction_table.table import CUT_OFF, SAMPLE, Table, UnreadableTable

SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet")


def sample_table(path: Path, head: bytes) -> Table:
    """The first rows of a file, cheaply: from its first bytes, `head`; Parquet from the file.

    Raises
    ------
    UnreadableTable
        If it is no table of the kind that its ending says.
    """
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return Table(_parquet(path, SAMPLE))
    require_text(head)
    if suffix in (".csv", ".tsv"):
        return sample_delimited(head, suffix)
    text = head.decode("utf-8-sig", errors="replace")
    rows = list(itertools.islice(_objects(text), SAMPLE))
    is_document = suffix == ".json" and len(rows) == 1 and text.lstrip().startswith("{")
    return Table(_frame([] if is_document else rows))


def read_table(path: Path) -> Table:
    """All rows of a file.

    Raises
    ------
    UnreadableTable
        If it is empty, binary, broken or cannot be opened; says what to do.
    """
    suffix = path.suffix.lower()
    try:
        if suffix == ".parquet":
            return Table(_parquet(path, None))
        with path.open("rb") as file:
            head = file.read(HEAD)
        require_text(head)
        if suffix in (".csv", ".tsv"):
            return read_delimited(path, head)
        # Endings lie: there are .json files of lines, and .jsonl files that are one list.
        is_lines = head.removeprefix(BOM_UTF8).lstrip().startswith(b"{")
        return _json_lines(path) if is_lines else _records(path)
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


def _json_lines(path: Path) -> Table:
    """JSON lines; the fast way, else line by line: bare NaN, a half-written end, mixed types."""
    try:
        # As bytes: read_ndjson takes no glob=False, and folders may be called `C=[1]`.
        return Table(flat(pl.read_ndjson(path.read_bytes(), infer_schema_length=None)))
    except pl.exceptions.PolarsError:
        rows, broken = _line_by_line(path)
    if not rows:
        return _records(path)
    what = f"{broken} line{'s are' if broken > 1 else ' is'} no JSON and was left out."
    oddity = ("broken-lines", what, CUT_OFF)
    return Table(_frame(rows), oddities=(oddity,) if broken else ())


def _line_by_line(path: Path) -> tuple[list[dict[str, Any]], int]:
    """The objects of JSON lines, and how many lines are none."""
    rows, broken = [], 0
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        for line in lines:
            try:
                row = json.loads(line) if line.strip() else {}
            except ValueError:
                row = None
            if row:
                rows.append(row)
            broken += not isinstance(row, dict)
    return [row for row in rows if isinstance(row, dict)], broken


def _records(path: Path) -> Table:
    """A JSON list of objects."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8-sig", errors="replace"))
    except ValueError as error:
        what = f"The file is no complete JSON: {error}."
        raise UnreadableTable("broken-json", what, CUT_OFF) from error
    listed = rows if isinstance(rows, list) else []
    return Table(_frame([row for row in listed if isinstance(row, dict)]))


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The complete objects at the start of JSON lines or of a JSON list."""
    decoder, gap = json.JSONDecoder(), re.compile(r"[\s,\[]*")
    position = 0
    while match := gap.match(text, position):
        try:
            value, position = decoder.raw_decode(text, match.end())
        except ValueError:
            return
        if not isinstance(value, dict):
            return
        yield value


def _frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    try:
        return flat(pl.DataFrame(rows, infer_schema_length=None, strict=False))
    except (pl.exceptions.PolarsError, TypeError, OverflowError) as error:
        what = f"The objects do not make a table: {error}."
        hint = "Give every object the same keys, with values of the same kind."
        raise UnreadableTable("broken-table", what, hint) from error
