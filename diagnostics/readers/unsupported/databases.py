"""SQLite databases and journals of MLflow and Optuna: recognised and counted, never written to."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from diagnostics.readers import HEAD, Folder
from diagnostics.readers.unread_formats import MOST, UnreadFormat, counted

_HEADER = b"SQLite format 3\0"
_SUFFIXES = (".db", ".sqlite", ".sqlite3")
#: The tables that tell a tool's database, and what it counts of them.
_TOOLS = {
    "MLflow": (("experiments", "experiment"), ("runs", "run")),
    "Optuna": (("studies", "study"), ("trials", "trial")),
}
_MANY = {"study": "studies"}
_OPERATION = re.compile(rb'\{"op_code":\s*(\d+),\s*"worker_id"')


def databases(folder: Folder) -> Iterator[UnreadFormat]:
    """The databases of MLflow and of Optuna, one finding for each tool."""
    named = [f.name for f in folder.with_suffix(*_SUFFIXES) if folder.head(f.name)[:16] == _HEADER]
    counts = {name: _counts(folder.path / name) for name in named}
    for tool, tables in _TOOLS.items():
        own = {name: found for name, found in counts.items() if found and found[0] == tool}
        if not own:
            continue
        totals = [sum(found[1][place] for found in own.values()) for place in (0, 1)]
        units = [
            counted(total, unit, _MANY.get(unit, ""))
            for total, (_, unit) in zip(totals, tables, strict=True)
        ]
        article = "An" if len(own) == 1 else f"{len(own)}"
        what = f"{article} {tool} database{'s' if len(own) > 1 else ''} with {' and '.join(units)}."
        yield UnreadFormat(folder.where(min(own)) if len(own) == 1 else folder.relative, what)


def journals(folder: Folder) -> Iterator[UnreadFormat]:
    """Optuna's journals: a line of JSON for every operation."""
    for file in folder.with_suffix(".log", ".journal", ".jsonl", ".txt"):
        head = folder.head(file.name)
        if _OPERATION.match(head):
            operations = _OPERATION.findall(head)
            studies, trials = operations.count(b"0"), operations.count(b"4")
            least = "at least " if file.size > HEAD else ""
            what = f"{least}{counted(studies, 'study', 'studies')} and {counted(trials, 'trial')}"
            yield UnreadFormat(folder.where(file.name), f"An Optuna journal with {what}.")


def is_mlflow_database(path: Path) -> bool:
    """Whether a file is MLflow's database."""
    if path.suffix not in _SUFFIXES:
        return False
    found = _counts(path)
    return found is not None and found[0] == "MLflow"


def _counts(path: Path) -> tuple[str, tuple[int, int]] | None:
    """The tool that a database belongs to and its two counts; None for all other databases."""
    # immutable: not even a lock or a journal is made beside it, and a read-only folder will do
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
            for tool, ((first, _), (second, _)) in _TOOLS.items():
                if {first, second} <= names:
                    return tool, (_count(connection, first), _count(connection, second))
    except sqlite3.Error:
        return None
    return None


def _count(connection: sqlite3.Connection, table: str) -> int:
    query = f"SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT {MOST})"
    return int(connection.execute(query).fetchone()[0])
