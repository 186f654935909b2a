"""Where a table begins in a text: after titles, comments and blank lines; and columns in line."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice

from diagnostics.readers.prediction_table.shapes.documents import names_a_role

#: Rows that are looked at, and how many of them may stand before the table.
LOOK, MOST = 100, 15
COMMENT = re.compile(r"\s*(?:#|%|//)")
#: Nearly all rows of a table are as wide as its header.
EVEN = 0.8


@dataclass(frozen=True)
class Start:
    """Lines before the table; `lacks_first` where its header does not name the first column."""

    lines: int = 0
    titles: tuple[str, ...] = ()
    lacks_first: bool = False


def start_of(text: str, separators: tuple[str, ...]) -> Start:
    """Where the table in a text begins.

    A title is a line with next to nothing in it above rows that all have more; R leaves out the
    name of the first column.
    """
    starts = [start for sign in separators if (start := _start(text, sign)) is not None]
    widest = max(starts, key=lambda pair: pair[0], default=None)
    return Start(*_blank(text)) if widest is None else widest[1]


def aligned(text: str) -> str | None:
    """A table whose columns stand in line by blanks, with tabs instead; None if it is none.

    Every line must have as many words as the header, of which two or more name a role. Weka
    leaves a mark out where an answer is right.
    """
    lines = [line.strip() for line in text.splitlines()]
    filled = [(place, line.split()) for place, line in enumerate(lines) if line]
    heads = [at for at, (_, words) in enumerate(filled[:MOST]) if sum(map(names_a_role, words)) > 1]
    if not heads:
        return None
    header, rows = filled[heads[0]][1], [words for _, words in filled[heads[0] + 1 :]]
    mark = header.index("error") if "error" in header else -1
    whole = [_with_mark(words, len(header), mark) for words in rows]
    if len(header) < 2 or not rows or any(len(words) != len(header) for words in whole):
        return None
    return "\n".join("\t".join(words) for words in [header, *whole]) + "\n"


def _with_mark(words: list[str], width: int, mark: int) -> list[str]:
    lacks_it = mark >= 0 and len(words) == width - 1
    return [*words[:mark], "", *words[mark:]] if lacks_it else words


def _blank(text: str) -> tuple[int, tuple[str, ...]]:
    """Blank lines and comments at the beginning of a text with one column."""
    lines = text.splitlines()
    for place, line in enumerate(lines[:MOST]):
        if line.strip() and not COMMENT.match(line):
            return place, tuple(line for line in lines[:place] if line.strip())
    return 0, ()


def _start(text: str, separator: str) -> tuple[tuple[float, int], Start] | None:
    """The table's start if this is the separator, with how even and how wide its rows are."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows: list[tuple[int, list[str]]] = []
    end = 0
    try:
        for row in islice(reader, LOOK):
            rows.append((end, row))
            end = reader.line_num
    except csv.Error:
        return None
    rows = [(line, row) for line, row in rows if any(cell.strip() for cell in row)]
    widths = Counter(len(row) for _, row in rows)
    width, times = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
    if width < 2 or times < 2:
        return None
    for at, (line, row) in enumerate(rows[: MOST + 1]):
        if _is_title(row, width, text.splitlines()[line] if line < len(text.splitlines()) else ""):
            continue
        body = rows[at + 1 :] or rows[at:]
        even = sum(len(r) == width for _, r in body) / len(body)
        if even < EVEN:
            return None
        titles = tuple(separator.join(r).strip(f"{separator} ") for _, r in rows[:at])
        below = rows[at + 1 : at + 2]
        lacks = len(row) == width - 1 and bool(below) and len(below[0][1]) == width
        return (even, width), Start(line, titles, lacks and all(cell.strip() for cell in row))
    return None


def _is_title(row: list[str], width: int, line: str) -> bool:
    """Whether a row above the table says something about it and is no row of it."""
    filled = sum(bool(cell.strip()) for cell in row)
    if COMMENT.match(row[0]) and len(row) != width:
        return True
    if width == 2:  # `"x"` above two columns is a header of R's
        return filled == 1 and len(row) == 1 and (" " in line.strip() or "=" in line)
    return filled <= (1 if width == 3 else 2) and filled < width - 1
