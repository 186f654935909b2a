"""Tables in JSON: lines, lists and documents, from the first bytes or whole."""

from __future__ import annotations

import io
import itertools
import json
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from diagnostics.readers import HEAD
from diagnostics.readers.prediction_table.annotations.exports import exported_table, is_export
from diagnostics.readers.prediction_table.shapes.content import content_of
from diagnostics.readers.prediction_table.shapes.depth import is_deep, shallow
from diagnostics.readers.prediction_table.shapes.documents import (
    Data,
    closed,
    is_long_column,
    table_in,
    whole_value,
)
from diagnostics.readers.prediction_table.shapes.nested import flat
from diagnostics.readers.prediction_table.table import (
    CUT_OFF,
    SAMPLE,
    Table,
    UnreadableTable,
    kind_of,
    stem_of,
)

#: A document that is cut in its first column is parsed whole for a first look, up to this size.
MOST_FOR_A_LOOK = 1 << 28


def sample_json(path: Path, head: bytes) -> Table:
    """The first rows, from a file's first bytes; from all where these end in a long column."""
    text = head.decode("utf-8-sig", errors="replace")
    rows = list(itertools.islice(_objects(text), SAMPLE))
    if is_export(rows):
        return exported_table(rows)
    is_list = text.lstrip().startswith("[")
    if rows and not _is_nested(text) and (is_list or len(rows) > 1):
        return Table(_frame(rows))
    if listed := _lists_in_lines(text):
        return Table(_frame({"prediction": listed[:SAMPLE]}))
    value = whole_value(text)
    stem, is_cut = stem_of(path.name), value is None and len(head) >= HEAD
    if is_cut:
        value = whole_value(closed(text))
    data = table_in(value, stem)
    if is_cut and is_long_column(value) and path.stat().st_size <= MOST_FOR_A_LOOK:
        data = table_in(whole_value(_text(content_of(path))), stem)
    if not data and rows and kind_of(path.name) != ".json":
        data = rows
    return Table(_frame(_first(data)))


def read_json(path: Path) -> Table:
    """All rows of a file.

    Raises
    ------
    UnreadableTable
        If it is no JSON.
    """
    content = content_of(path)
    # Endings lie: there are .json files of lines, and .jsonl files that are one document.
    is_list = content[:HEAD].removeprefix(BOM_UTF8).lstrip().startswith(b"[")
    if is_export(list(itertools.islice(_objects(_text(content[:HEAD])), SAMPLE))):
        return _export(path, content, is_list=is_list)
    if kind_of(path.name) == ".json" or is_list:
        value = whole_value(_text(content))
        if value is not None:
            return Table(_frame(table_in(value, stem_of(path.name))))
    if is_list:
        listed = _lists_in_lines(_text(content))
        return Table(_frame({"prediction": listed})) if listed else _document(path, content)
    table = _json_lines(path, content)
    if len(table.frame) == 1:
        data = table_in(whole_value(_text(content)), stem_of(path.name))
        return Table(_frame(data)) if data else table
    return table


def _export(path: Path, content: bytes, *, is_list: bool) -> Table:
    """The answers that an annotation tool exported, in a list or in lines."""
    if not is_list:
        rows, broken = _line_by_line(content)
        table = exported_table(rows)
        return replace(table, oddities=(*table.oddities, *_broken_lines(broken)))
    value = whole_value(_text(content))
    if isinstance(value, list):
        return exported_table([entry for entry in value if isinstance(entry, dict)])
    return _document(path, content)


def _first(data: Data) -> Data:
    if isinstance(data, list):
        return data[:SAMPLE]
    return {name: values[:SAMPLE] for name, values in data.items()}


def _text(content: bytes) -> str:
    return content.decode("utf-8-sig", errors="replace")


def _is_nested(text: str) -> bool:
    """Whether a text begins with a list in a list, or its lines with lists."""
    if re.match(r"\s*\[\s*\[", text):
        return True
    return len(_lists_in_lines(text)) > 1


def _lists_in_lines(text: str) -> list[list[Any]]:
    """The lists of lines that are one list of objects each, [] if the lines are something else."""
    if not re.match(r"\s*\[\s*\{", text) or not re.search(r"\]\s*\n\s*\[", text):
        return []
    listed: list[list[Any]] = []
    lines = [line for line in text.splitlines() if line.strip()]
    for place, line in enumerate(lines):
        value = whole_value(line)
        if not isinstance(value, list):
            is_cut = place == len(lines) - 1 and place > 0
            return listed if is_cut else []
        listed.append(value)
    return listed


def _json_lines(path: Path, content: bytes) -> Table:
    """JSON lines; the fast way, else line by line: bare NaN, a half-written end, mixed types."""
    try:
        if is_deep(content):  # the fast way takes minutes for a few hundred brackets
            raise pl.exceptions.ComputeError
        # As bytes: read_ndjson takes no glob=False, and folders may be called `C=[1]`.
        return Table(flat(pl.read_ndjson(content, infer_schema_length=None)))
    except pl.exceptions.PolarsError:
        rows, broken = _line_by_line(content)
    if not rows:
        return _document(path, content)
    return Table(_frame(rows), oddities=_broken_lines(broken))


def _broken_lines(n: int) -> tuple[tuple[str, str, str], ...]:
    what = f"{n} line{'s are no JSON and were' if n > 1 else ' is no JSON and was'} left out."
    return (("broken-lines", what, CUT_OFF),) if n else ()


def _line_by_line(content: bytes) -> tuple[list[dict[str, Any]], int]:
    """The objects of JSON lines, and how many lines are none."""
    rows, broken = [], 0
    for line in io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", errors="replace"):
        try:
            row = json.loads(line) if line.strip() else {}
        except (ValueError, RecursionError):
            row = None
        if row:
            rows.append(row)
        broken += not isinstance(row, dict)
    return [row for row in rows if isinstance(row, dict)], broken


def _document(path: Path, content: bytes) -> Table:
    """One value: a list of objects, or a document that holds a table."""
    try:
        value = json.loads(_text(content))
    except (ValueError, RecursionError) as error:
        what = f"The file is no complete JSON: {error}."
        raise UnreadableTable("broken-json", what, CUT_OFF) from error
    return Table(_frame(table_in(value, stem_of(path.name))))


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The complete objects at the start of JSON lines or of a JSON list."""
    decoder, gap = json.JSONDecoder(), re.compile(r"[\s,\[]*")
    position = 0
    while match := gap.match(text, position):
        try:
            value, position = decoder.raw_decode(text, match.end())
        except (ValueError, RecursionError):
            return
        if not isinstance(value, dict):
            return
        yield value


def _frame(data: Data) -> pl.DataFrame:
    data = shallow(data)
    try:
        if isinstance(data, dict):
            columns = [pl.Series(name, values, strict=False) for name, values in data.items()]
            return flat(pl.DataFrame(columns))
        return flat(pl.DataFrame(data, infer_schema_length=None, strict=False))
    except (pl.exceptions.PolarsError, TypeError, ValueError, OverflowError) as error:
        what = f"The objects do not make a table: {error}."
        hint = "Give every object the same keys, with values of the same kind."
        raise UnreadableTable("broken-table", what, hint) from error
