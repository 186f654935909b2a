"""Sheets of a workbook: all cells as text, the header found below titles."""

from __future__ import annotations

import zipfile
from importlib.util import find_spec
from pathlib import Path

import polars as pl

from diagnostics.readers.prediction_table.shapes.content import require_size
from diagnostics.readers.prediction_table.shapes.nested import flat
from diagnostics.readers.prediction_table.table import Table, UnreadableTable

SUFFIXES = (".xlsx", ".xlsm")
NOT_INSTALLED = (
    "workbook-not-read",
    "The file is a workbook; what reads it is not installed.",
    'pip install "errata[excel]", or save the sheet as csv.',
)
#: Rows in which a header is looked for.
MOST = 15


def sheets(path: Path) -> dict[str, Table]:
    """The sheets that hold anything, by name.

    Raises
    ------
    UnreadableTable
        If the library that reads workbooks is missing, or the file is none.
    """
    if find_spec("fastexcel") is None:
        raise UnreadableTable(*NOT_INSTALLED)
    import fastexcel

    try:
        with zipfile.ZipFile(path) as archive:
            require_size(sum(entry.file_size for entry in archive.infolist()))
        book = fastexcel.read_excel(str(path))
        frames = {
            name: book.load_sheet(name, header_row=None, dtypes="string").to_polars()
            for name in book.sheet_names
        }
    except (zipfile.BadZipFile, fastexcel.FastExcelError) as error:
        what = f"The file is no readable workbook: {str(error).splitlines()[0]}."
        raise UnreadableTable("broken-table", what, "Open it and save it as csv.") from error
    tables = {name: _table(frame) for name, frame in frames.items()}
    return {name: table for name, table in tables.items() if table.frame.width}


def _table(frame: pl.DataFrame) -> Table:
    """The sheet below its header: the first row in which nearly every column has a name."""
    text = frame.select(pl.all().cast(pl.String).str.strip_chars())
    text = text.with_columns(pl.when(pl.all() != "").then(pl.all()))
    text = text.select(column for column in text if column.null_count() < len(column))
    if not text.width:
        return Table(pl.DataFrame())
    filled = text.select(pl.sum_horizontal(pl.all().is_not_null())).to_series().to_list()
    start = next((at for at, n in enumerate(filled[:MOST]) if n >= max(1, text.width - 1)), 0)
    titles = tuple(
        " ".join(cell for cell in text.row(at) if cell) for at in range(start) if filled[at]
    )
    names: list[str] = []
    for place, name in enumerate(text.row(start)):
        base = name or f"Unnamed: {place}"
        names.append(base if base not in names else f"{base}.{place}")
    body = text.slice(start + 1).rename(dict(zip(text.columns, names, strict=True)))
    body = body.filter(pl.any_horizontal(pl.all().is_not_null()))
    shown = "; ".join(repr(title[:80]) for title in titles[:3])
    notes = (f"Above the table stands, and is no row of it: {shown}.",) if titles else ()
    return Table(flat(body), notes=notes)
