"""Tables with a row for each run, however people write them; see docs/formats/run-tables.md."""

from __future__ import annotations

import re
from collections.abc import Iterator

from diagnostics.readers import Folder, Reading
from diagnostics.readers.cv_results.files import Unreadable, search_files
from diagnostics.readers.run_table.choices import chosen_roles
from diagnostics.readers.run_table.json_tables import json_tables
from diagnostics.readers.run_table.roles import guessed_roles
from diagnostics.readers.run_table.rows import runs
from diagnostics.readers.run_table.tables import read_table
from diagnostics.readers.search_tables import is_run_table
from diagnostics.workspace import Problem

NAME = "run tables"
LOOKS_FOR = "tables with a row for each run: parameters and metrics side by side"
VERSION = 2

_TABLES = (".csv", ".tsv", ".parquet")
_CALLED_SO = re.compile(
    r"(^|[_-])(cv[_-]?)?(results?|scores?|metrics?|leaderboard|report|grid([_-]?search)?)([_.-]|$)",
    re.IGNORECASE,
)


def matches(folder: Folder) -> bool:
    """Whether a table's columns are metrics beside something else, or should have been."""
    return bool(_files(folder) or _empty(folder))


def read(folder: Folder) -> Iterator[Reading | Problem]:
    """A run for every row, with the roles that a person chose for the columns, else guessed ones.

    Rows that are the folds of one run are one run.
    """
    for name in _empty(folder):
        what = f"{name} is empty: it has 0 bytes."
        yield Problem("empty-file", folder.where(name), what, "Write it again, or delete it.")
    files = _files(folder)
    for name in files:
        try:
            columns = read_table(folder, name)
        except Unreadable as error:
            yield Problem(error.code, folder.where(name), error.what, error.hint)
            continue
        chosen = chosen_roles(folder, name)
        roles = guessed_roles(columns) | {c: r for c, r in chosen.items() if c in columns}
        yield from runs(folder, name, columns, roles, alone=len(files) == 1)


def _empty(folder: Folder) -> list[str]:
    """Tables of nothing that are called as if they were to hold results."""
    tables = folder.with_suffix(*_TABLES)
    return [file.name for file in tables if not file.size and _CALLED_SO.search(file.name)]


def _files(folder: Folder) -> list[str]:
    searches = set(search_files(folder))
    tables = [file.name for file in folder.with_suffix(*_TABLES) if file.name not in searches]
    as_text = [name for name in tables if is_run_table(folder, name)]
    return [*as_text, *(name for name in json_tables(folder) if name not in searches)]
