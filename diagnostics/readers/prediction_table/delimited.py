"""Delimited text: how it is written is found out; it is read strictly, else forgivingly."""

from __future__ import annotations

import csv
import io
import itertools
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from diagnostics.readers import HEAD
from diagnostics.readers.prediction_table.shapes.content import content_of, is_compressed
from diagnostics.readers.prediction_table.shapes.documents import names_a_role
from diagnostics.readers.prediction_table.shapes.nested import flat
from diagnostics.readers.prediction_table.shapes.preamble import Start, aligned, start_of
from diagnostics.readers.prediction_table.table import SAMPLE, Table, UnreadableTable, kind_of

SEPARATORS = (",", ";", "\t", "|")
#: What Excel saves as "CSV (comma delimited)" on western Windows; it names nearly every byte.
FALLBACK = "cp1252"
#: Endings that say nothing; a file of one column has a header there only if it names a role.
LOOSE = (".txt", ".dat", ".out")
SAVED = r"^[+-]?\d\.\d{6,}e[+-]\d{2}$"
#: Strict first; then rows that are too long; then quotation marks that never close.
WAYS: tuple[dict[str, Any], ...] = (
    {},
    {"truncate_ragged_lines": True},
    {"truncate_ragged_lines": True, "quote_char": None},
)
NOT_UTF8 = (
    "not-utf8",
    "The file is not UTF-8; it was read as Windows-1252.",
    "If letters look wrong, save it as UTF-8.",
)
RAGGED = (
    "ragged-rows",
    "Some rows have more fields than the header; what is too much was cut off.",
    "Quote texts that contain the separator, as csv writers do.",
)
UNQUOTED = (
    "broken-quotes",
    "A quotation mark never closes; the file was read as if it had no quotation.",
    "Double the quotation marks inside texts, as csv writers do.",
)


@dataclass(frozen=True)
class Dialect:
    """How a file is written; `start` is where its table begins."""

    separator: str
    encoding: str
    names: tuple[str, ...]
    has_header: bool
    start: Start = Start()
    is_aligned: bool = False

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out above the table."""
        if not self.start.titles:
            return ()
        shown = "; ".join(repr(title[:80]) for title in self.start.titles[:3])
        lines = "line stands" if len(self.start.titles) == 1 else "lines stand"
        return (f"{len(self.start.titles)} {lines} above the table and no row of it: {shown}.",)


def sample_delimited(head: bytes, suffix: str) -> Table:
    """The rows that a file's first bytes hold."""
    dialect, rows = sniff(head, suffix)
    width = len(dialect.names)
    body = rows[1:] if dialect.has_header else rows
    padded = [([cell or None for cell in row] + [None] * width)[:width] for row in body]
    schema = dict.fromkeys(dialect.names, pl.String)
    return _table(pl.DataFrame(padded, schema=schema, orient="row"), dialect)


def read_delimited(path: Path, head: bytes) -> Table:
    """A whole file.

    Raises
    ------
    UnreadableTable
        If no way of reading makes a table of it.
    """
    dialect, _ = sniff(head, kind_of(path.name))
    encodings = [dialect.encoding] if dialect.encoding != "utf-8" else ["utf-8", FALLBACK]
    for encoding in encodings:
        source = _source(path, encoding, dialect)
        for way, oddity in zip(WAYS, (None, RAGGED, UNQUOTED), strict=True):
            try:
                frame = _frame(source, dialect, way)
            except pl.exceptions.PolarsError as error:
                if "utf-8" in str(error):
                    break
                continue
            oddities = (oddity, NOT_UTF8 if encoding == FALLBACK else None)
            return _table(frame, dialect, tuple(filter(None, oddities)))
    what = "The file cannot be read as a table."
    raise UnreadableTable("broken-table", what, "Open it in an editor and look at its first rows.")


def sniff(head: bytes, suffix: str = ".csv") -> tuple[Dialect, list[list[str]]]:
    """How a file is written, and the first rows: header included, a row that was cut left out."""
    text, encoding = _decoded(head)
    is_cut = len(head) >= HEAD
    start = start_of(text, SEPARATORS)
    text = "".join(text.splitlines(keepends=True)[start.lines :]) if start.lines else text
    rows_by = {separator: _rows(text, separator, is_cut=is_cut) for separator in SEPARATORS}

    def regularity(separator: str) -> tuple[bool, float, int]:
        rows = rows_by[separator]
        width = len(rows[0]) + start.lacks_first if rows else 0
        same = sum(len(row) == width for row in rows) / max(len(rows), 1)
        is_named = separator == "\t" and suffix == ".tsv"
        return width > 1 and (same >= 0.5 or is_named), same, width

    separator = max(SEPARATORS, key=regularity)
    rows = rows_by[separator] or [[""]]
    in_line = aligned(text.rpartition("\n")[0] if is_cut else text) if len(rows[0]) == 1 else None
    if in_line is not None:
        separator, rows = "\t", _rows(in_line, "\t", is_cut=False)
    if start.lacks_first:
        rows = [["", *rows[0]], *rows[1:]]
    if len(rows[0]) == 1 and suffix in LOOSE:
        has_header = names_a_role(rows[0][0])
    else:
        has_header = not _is_data(rows[0], rows[1:])
    names = rows[0] if has_header else [f"column_{n}" for n in range(1, len(rows[0]) + 1)]
    unique = tuple(_unique(names))
    return Dialect(separator, encoding, unique, has_header, start, in_line is not None), rows


def _table(
    frame: pl.DataFrame, dialect: Dialect, oddities: tuple[tuple[str, str, str], ...] = ()
) -> Table:
    """The table without empty rows and what stands below it, numbers as NumPy saved them whole."""
    if frame.width > 1:
        rest = pl.any_horizontal(pl.nth(range(1, frame.width)).is_not_null())
        is_remark = pl.nth(0).str.contains(r"^(?:===|---|#)").fill_null(value=True)
        frame = frame.filter(rest | ~is_remark)
    frame = frame.with_columns(_whole_numbers(column) for column in frame)
    return Table(flat(frame), dialect.has_header, oddities, dialect.notes)


def _whole_numbers(column: pl.Series) -> pl.Series:
    """`1.000000000000000000e+00` is 1: so savetxt writes labels."""
    known = column.alias("").drop_nulls()
    if not len(known) or not known.head(20).str.contains(SAVED).all():
        return column
    numbers = column.cast(pl.Float64, strict=False)
    is_whole = numbers.null_count() == column.null_count() and (numbers % 1 == 0).all()
    return numbers.cast(pl.Int64).cast(pl.String) if is_whole else column


def _unique(names: Iterable[str]) -> Iterator[str]:
    """Column names stripped, told apart and never empty, as pandas would call them."""
    seen: set[str] = set()
    for position, raw in enumerate(names):
        base = raw.strip() or f"Unnamed: {position}"
        numbered = (f"{base}.{number}" for number in itertools.count(1))
        name = next(n for n in itertools.chain([base], numbered) if n not in seen)
        seen.add(name)
        yield name


def _decoded(head: bytes) -> tuple[str, str]:
    """The text of a file's first bytes, and its encoding; a cut last character is dropped."""
    if head.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return getincrementaldecoder("utf-16")("replace").decode(head), "utf-16"
    try:
        return getincrementaldecoder("utf-8-sig")().decode(head), "utf-8"
    except UnicodeDecodeError:
        return head.decode(FALLBACK, "replace"), FALLBACK


def _rows(text: str, separator: str, *, is_cut: bool) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        rows = [row for row in itertools.islice(reader, SAMPLE + 2) if row]
    except csv.Error:
        return []
    return rows[:-1] if is_cut and len(rows) > 1 else rows


def _is_data(first: list[str], rest: list[list[str]]) -> bool:
    """Whether the first line is a row already: it has a fraction, or its values recur below."""
    cells = [cell.strip() for cell in first] or [""]
    if any(re.fullmatch(r"[-+]?\d*[.,]\d+(?:[eE][-+]?\d+)?", cell) for cell in cells):
        return True
    counted = [str(number) for number in range(len(cells))]  # pandas' names for nameless columns
    # An empty first name is that of the index, as pandas writes it.
    if not cells[0] or cells == counted or not rest:
        return False
    below = [{row[at].strip() for row in rest if at < len(row)} for at in range(len(cells))]
    recurs = [cell != "" and cell in seen for cell, seen in zip(cells, below, strict=True)]
    return sum(recurs) * 2 > len(recurs) or (any(recurs) and any(c.isdigit() for c in cells))


def _source(path: Path, encoding: str, dialect: Dialect) -> Path | bytes:
    """The file, or what it holds in UTF-8: Polars itself parses no other encoding."""
    if dialect.is_aligned:
        text = content_of(path).decode("utf-8-sig" if encoding == "utf-8" else encoding, "replace")
        whole = aligned("".join(text.splitlines(keepends=True)[dialect.start.lines :]))
        if whole is None:
            what = "The columns stand in line by blanks, but some lines have more or fewer of them."
            hint = "Save it with commas or tabs between the columns."
            raise UnreadableTable("broken-table", what, hint)
        return whole.encode()
    if encoding == "utf-8":
        return content_of(path) if is_compressed(path.name) else path
    return content_of(path).decode(encoding, "replace").encode()


def _frame(source: Path | bytes, dialect: Dialect, way: dict[str, Any]) -> pl.DataFrame:
    frame = pl.read_csv(
        source,
        separator=dialect.separator,
        has_header=dialect.has_header and not dialect.start.lacks_first,
        skip_lines=0 if dialect.is_aligned else dialect.start.lines + dialect.start.lacks_first,
        infer_schema=False,
        glob=False,
        **way,
    )
    if len(dialect.names) == frame.width:
        frame.columns = list(dialect.names)
    return frame
