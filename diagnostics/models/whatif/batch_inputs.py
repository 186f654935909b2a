"""Many inputs as somebody pasted or uploaded them: lines, or a csv or tsv file."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from typing import TYPE_CHECKING, Any

from diagnostics.errors import DiagnosticsError
from diagnostics.examples.content import TEXT_NAMES
from diagnostics.models.whatif.asker import column_of

if TYPE_CHECKING:
    import pandas as pd

#: What is read at most: rows, bytes of a file, characters of one text.
MOST_ROWS = 20_000
MOST_BYTES = 20_000_000
MOST_CHARACTERS = 100_000
_ENDS = re.compile(r"\r\n|\n|\r")
#: A number that is written as a program writes it: no number of a telephone, no leading zero.
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?(?:[eE][+-]?\d{1,2})?")
_WHOLE = re.compile(r"-?\d+")
#: What stands for nothing where no text is wanted.
_MISSING = ("", "na", "n/a", "nan", "null", "none")


@dataclass(frozen=True, eq=False)
class Given:
    """Rows whose cells are texts, letter for letter, and the `lines` on which each begins."""

    table: pd.DataFrame
    lines: tuple[int, ...]

    @cached_property
    def shown(self) -> pd.DataFrame:
        """What people know the rows by: `line` first; columns of numbers as numbers."""
        columns = list(self.table.columns)
        made = self.table.assign(**{name: _as_numbers(self.table[name]) for name in columns})
        made.insert(0, free_name("line", "(of the file)", columns), list(self.lines))
        return made


def free_name(name: str, more: str, taken: Sequence[str]) -> str:
    """The name, with more words behind it as long as it is another column's."""
    while name in taken:
        name = f"{name} {more}"
    return name


def _as_numbers(cells: Any) -> Any:
    import pandas as pd

    known = [cell for cell in cells if cell]
    if not known or not all(_NUMBER.fullmatch(cell) for cell in known):
        return cells
    is_whole = all(_WHOLE.fullmatch(cell) for cell in known)
    values = [(int(cell) if is_whole else float(cell)) if cell else None for cell in cells]
    return pd.Series(values, dtype="Int64" if is_whole else float, index=cells.index)


def lines_of(text: str) -> Given:
    """The lines of a text that have something in them, as the one column `text`.

    Raises
    ------
    DiagnosticsError
        If there are none, or too many.
    """
    import pandas as pd

    lines = [(at, line.strip()) for at, line in enumerate(_ENDS.split(text), 1) if line.strip()]
    if not lines:
        raise DiagnosticsError("There are no lines to ask about.")
    _refuse_many(len(lines))
    return Given(pd.DataFrame({"text": [line for _, line in lines]}), tuple(at for at, _ in lines))


def table_of(content: bytes, name: str) -> Given:
    """A csv, tsv or plain text file; of plain text the one column is `text`.

    Raises
    ------
    DiagnosticsError
        If it is too large, no text in UTF-8, or no table; the message names the line.
    """
    if len(content) > MOST_BYTES:
        raise DiagnosticsError(
            f"{name} has {len(content) / 1e6:.0f} MB, and {MOST_BYTES / 1e6:.0f} are read.",
            hint="Split it.",
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DiagnosticsError(
            f"{name} is no text in UTF-8.", hint="Save it as csv in UTF-8."
        ) from None
    is_table = name.lower().endswith((".csv", ".tsv"))
    return _parsed(text, name) if is_table else lines_of(text)


def _parsed(text: str, name: str) -> Given:
    import pandas as pd

    separator = "\t" if name.lower().endswith(".tsv") else _separator(text)
    rows = _rows(text, name, separator)
    _, head = next(rows, (0, []))
    if not head:
        raise DiagnosticsError(f"{name} is empty.", hint="The first line names the columns.")
    names = [cell.strip() or f"column {at}" for at, cell in enumerate(head, 1)]
    twice = next((one for one in names if names.count(one) > 1), None)
    if twice is not None:
        raise DiagnosticsError(f"The first line of {name} names {twice!r} more than once.")
    lines, cells = [], []
    for line, row in rows:
        lines.append(line)
        cells.append(_fitting(row, len(names), line, name))
        _refuse_many(len(lines))
    if not lines:
        raise DiagnosticsError(f"{name} has no rows.", hint="The first line names the columns.")
    return Given(pd.DataFrame(cells, columns=names, dtype=object), tuple(lines))


def _rows(text: str, name: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, with the line that it begins on."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    before = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield before + 1, cells
            before = reader.line_num
    except csv.Error as error:
        raise DiagnosticsError(
            f"{name} is no table from line {before + 1} on: {error}.",
            hint="A cell that begins with a quotation mark ends with one.",
        ) from None


def _fitting(row: list[str], size: int, line: int, name: str) -> list[str]:
    if any(cell.strip() for cell in row[size:]):
        raise DiagnosticsError(
            f"Line {line} of {name} has {len(row)} cells, and the first line names {size}.",
            hint="Put cells in quotation marks that have the separator in them.",
        )
    return row[:size] + [""] * (size - len(row))


def _separator(text: str) -> str:
    head = _ENDS.split(text.lstrip(), maxsplit=1)[0]
    return max(",;\t|", key=head.count) if any(mark in head for mark in ",;\t|") else ","


def texts_of(batch: Given, column: str | None = None) -> list[str]:
    """The texts in a table: those of `column`, else of the column that is called like a text.

    Raises
    ------
    DiagnosticsError
        If no such column is there; the message names those that are. If a text is too long.
    """
    names = [str(name) for name in batch.table.columns]
    named = {name.lower(): name for name in reversed(names)}
    chosen = column or next((named[name] for name in TEXT_NAMES if name in named), None)
    if chosen is None and len(names) == 1:
        chosen = names[0]
    if chosen is None or chosen not in names:
        raise DiagnosticsError(
            f"There is no column {column or 'text'!r}; there is {', '.join(names[:8])}.",
            hint="Call the column with the texts `text`.",
        )
    texts: list[str] = batch.table[chosen].tolist()
    _refuse_long(texts, batch.lines)
    return texts


def rows_of(batch: Given, like: pd.DataFrame, *, texts: Sequence[str] = ()) -> pd.DataFrame:
    """A table as the rows of a model that takes the columns of `like`, in its order and types.

    Parameters
    ----------
    texts
        Columns that are texts: an empty cell is an empty text, and elsewhere a missing value.

    Raises
    ------
    DiagnosticsError
        If a column is missing, or a value is none that its column can have; the line is named.
    """
    import pandas as pd

    missing = [str(name) for name in like.columns if name not in batch.table.columns]
    if missing:
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        raise DiagnosticsError(
            f"The model takes columns that are not there: {', '.join(missing[:5])}{more}."
        )
    columns = {}
    for name in like.columns:
        cells = batch.table[name].tolist()
        if name in texts:
            _refuse_long(cells, batch.lines)
            columns[name] = pd.Series(cells, dtype=like[name].dtype)
        else:
            columns[name] = _column(str(name), cells, like[name], batch.lines)
    return pd.DataFrame(columns)


def _column(name: str, cells: list[str], like: Any, lines: Sequence[int]) -> pd.Series[Any]:
    known = getattr(like.dtype, "categories", None)
    missing = {"", *_MISSING} - {str(one).lower() for one in (() if known is None else known)}
    is_text = like.dtype.kind == "O" and known is None
    values = cells if is_text else [None if _is(missing, one) else one for one in cells]
    try:
        return column_of(name, values, like)
    except DiagnosticsError:
        for line, value in zip(lines, values, strict=True):
            try:
                column_of(name, [value], like)
            except DiagnosticsError as error:
                raise DiagnosticsError(f"Line {line}: {error.message}", hint=error.hint) from None
        raise


def _is(words: set[str], cell: str) -> bool:
    return cell.strip().lower() in words


def _refuse_long(texts: Sequence[str], lines: Sequence[int]) -> None:
    longest = max(range(len(texts)), key=lambda at: len(texts[at]))
    if len(texts[longest]) > MOST_CHARACTERS:
        raise DiagnosticsError(
            f"Line {lines[longest]} has {len(texts[longest]):,} characters, and a text may have "
            f"{MOST_CHARACTERS:,}."
        )


def _refuse_many(n: int) -> None:
    if n > MOST_ROWS:
        raise DiagnosticsError(f"More than {MOST_ROWS:,} rows are not asked about at once.")


__all__ = [
    "MOST_BYTES",
    "MOST_CHARACTERS",
    "MOST_ROWS",
    "Given",
    "free_name",
    "lines_of",
    "rows_of",
    "table_of",
    "texts_of",
]
