"""Small text tables, cell by cell as text: with comma, semicolon or tab, as the file has it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

DELIMITERS = ",;\t"


def delimiter(line: str) -> str:
    """The separator that occurs most often in a header line."""
    return max(DELIMITERS, key=line.count)


def header(head: bytes) -> list[str]:
    """The first line's cells, stripped; [] where a file does not begin with a line of text."""
    if b"\0" in head:
        return []
    line = head.decode("utf-8-sig", errors="replace").lstrip("\r\n").split("\n", 1)[0].rstrip("\r")
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter(line)), [])]
    except csv.Error:
        return []


def rows(path: Path) -> list[list[str]]:
    """All rows that are not empty, as text, the header first.

    Raises
    ------
    ValueError, OSError
        If the file is not a table of text, or cannot be read.
    """
    text = path.read_text(encoding="utf-8-sig")
    separator = delimiter(text.lstrip("\r\n").split("\n", 1)[0])
    try:
        found = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise ValueError(f"{error}") from error
    return [[cell.strip() for cell in row] for row in found if any(cell.strip() for cell in row)]
