"""Tables of runs that are written as JSON: rows, columns, or a row under each run's name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from diagnostics.readers import Folder
from diagnostics.readers.cv_results.files import Columns
from diagnostics.readers.metric_columns import figure
from diagnostics.readers.search_tables import names_runs, table_kind

#: Larger ones hold something else, and are not worth a look.
MOST_BYTES = 1_000_000
_WORDS = re.compile(rb'"([^"\\\n]{1,60})"')
_LOOKED_AT = 2048
#: Reports by class, and texts with their answers.
_OF_OTHERS = (b'"support"', b'"text"')
#: What is there for each class, too: alone these are a report, whose rows are classes.
_OF_A_CLASS = {"precision", "recall", "f1", "specificity", "npv", "f_beta", "jaccard"}
_NAME = "model"


def json_tables(folder: Folder) -> list[str]:
    """The JSON files of a folder that are tables of runs, by name."""
    small = [file.name for file in folder.with_suffix(".json") if file.size <= MOST_BYTES]
    return [name for name in small if _may_be(folder, name) and json_columns(folder, name)]


def _may_be(folder: Folder, name: str) -> bool:
    """By the first words in it, so that few files are parsed and every look is short."""
    head = folder.head(name)[:_LOOKED_AT]
    if any(word in head for word in _OF_OTHERS):
        return False
    words = {word.decode(errors="replace") for word in _WORDS.findall(head)}
    return any(found and not found.is_plain for found in map(figure, words))


def json_columns(folder: Folder, name: str) -> Columns:
    """A file's columns; {} if it is no table of runs."""
    try:
        content = folder.json(name)
    except (OSError, ValueError, RecursionError):
        return {}
    columns = _columns(content)
    kind = table_kind(list(columns), name, lambda: columns)
    return columns if columns and names_runs(kind) else {}


def _columns(content: Any) -> Columns:
    if isinstance(content, list):
        return _of_rows(content)
    if not isinstance(content, dict):
        return {}
    if set(content) >= {"columns", "data"} and isinstance(content["data"], list):
        rows = [row for row in content["data"] if isinstance(row, list)]
        return _of_rows([dict(zip(content["columns"], row, strict=False)) for row in rows])
    parts = list(content.values())
    if parts and all(isinstance(part, list) for part in parts):
        return dict(content) if len({len(part) for part in parts}) == 1 else {}
    if not parts or not all(isinstance(part, dict) for part in parts):
        return {}
    if any(found and not found.is_plain for found in map(figure, content)):  # pandas' columns
        rows_of: dict[str, dict[str, Any]] = {}
        for column, cells in content.items():
            for row, value in cells.items():
                rows_of.setdefault(row, {})[column] = value
        return _of_rows(list(rows_of.values()))
    by_name = _of_rows([{_NAME: run, **cells} for run, cells in content.items()])
    return by_name if _are_of_runs(by_name) else {}


def _are_of_runs(columns: Mapping[str, Any]) -> bool:
    """Whether there is a metric that no class has alone."""
    known = [found.known.name for name in columns if (found := figure(name)) and found.known]
    return bool(set(known) - _OF_A_CLASS)


def _of_rows(rows: list[Any]) -> Columns:
    if not rows or not all(isinstance(row, dict) for row in rows):
        return {}
    names = list(dict.fromkeys(str(key) for row in rows for key in row))
    columns = {name: [row.get(name) for row in rows] for name in names}
    is_flat = not any(
        isinstance(value, list | dict) and figure(name) for name in names for value in columns[name]
    )
    return {n: list(map(_plain, cells)) for n, cells in columns.items()} if is_flat else {}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, list | dict) else value
