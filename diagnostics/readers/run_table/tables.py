"""A table of runs as columns of plain values."""

from __future__ import annotations

from typing import Any

from diagnostics.readers import Folder, delimited
from diagnostics.readers.cv_results.files import Columns, Unreadable
from diagnostics.readers.run_table.json_tables import json_columns

#: A table with more rows is no table of runs.
MOST = 20_000


def read_table(folder: Folder, name: str) -> Columns:
    """The columns of a csv, tsv, JSON or Parquet table, by name; texts in the former two.

    Raises
    ------
    Unreadable
        If it is broken, has no rows, or far too many to be runs.
    """
    try:
        header, rows = _rows(folder, name)
    except (OSError, ValueError) as error:
        what = " ".join(f"{name} is not readable: {error}".split())[:300]
        hint = "It may have been cut off while it was written: save it again."
        raise Unreadable("unreadable-file", what, hint) from error
    if not rows:
        raise Unreadable("no-rows", f"{name} has a header and no runs.", "Save it with its rows.")
    if len(rows) > MOST:
        what = f"{name} has {len(rows):,} rows, which are too many to be runs."
        raise Unreadable("no-table-of-runs", what, "Leave it out of the folder of results.")
    width = len(header)
    filled = [[*row, *[""] * (width - len(row))][:width] for row in rows]
    columns: Columns = {}
    for at, column in enumerate(header):
        # As pandas names a column that is there a second time.
        times = header[:at].count(column)
        columns[f"{column}.{times}" if times else column] = [row[at] for row in filled]
    return columns


def _rows(folder: Folder, name: str) -> tuple[list[str], list[list[Any]]]:
    if name.lower().endswith(".json"):
        columns = json_columns(folder, name)
        return list(columns), [list(row) for row in zip(*columns.values(), strict=True)]
    if not name.lower().endswith(".parquet"):
        header, *rows = delimited.rows(folder.path / name)
        return header, rows
    import polars as pl

    try:
        frame = pl.read_parquet(folder.path / name, glob=False, n_rows=MOST + 1)
    except pl.exceptions.PolarsError as error:
        raise ValueError(str(error)) from error
    return frame.columns, [list(row) for row in frame.rows()]
