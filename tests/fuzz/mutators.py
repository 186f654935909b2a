"""Ways in which files go wrong: each takes a file's bytes and a source of chance, and gives others.

A mutator that has nothing to work on in a file gives it back as it is.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable
from random import Random
from typing import Any

Mutator = Callable[[bytes, Random], bytes]
MUTATORS: dict[str, Mutator] = {}

NUMBERS = (
    *("NaN", "Infinity", "-Infinity", "1e400", "-0", "-1", "2", "1e308", "9223372036854775808"),
    *("1e-320", "0x1f", "1_000", "٣", "½", "1,5", "93%", "1.0.0", "", "null"),
)
TEXTS = (
    *(
        "",
        " ",
        "\u200f\u202eabc",
        "a\x00b",
        "👩‍👩‍👧‍👦",
        "x" * 100_000,
        "'",
        '"',
        "=1+1",
        "2024-01-01",
    ),
    *(
        "true",
        "None",
        "\x1b[31m",
        "../../etc/passwd",
        "^a$",
        "{}",
        "[]",
        "<b>",
        "ſ",
        "ﬁ",
        "\ufeffa",
    ),
)


def mutator(function: Mutator) -> Mutator:
    """Register a way, under the name of its function in words."""
    MUTATORS[function.__name__.replace("_", " ")] = function
    return function


@mutator
def unchanged(content: bytes, chance: Random) -> bytes:
    return content


# Bytes: what disks, copies and other programs do.


@mutator
def cut_in_the_middle(content: bytes, chance: Random) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


@mutator
def last_byte_missing(content: bytes, chance: Random) -> bytes:
    return content[:-1]


@mutator
def beginning_missing(content: bytes, chance: Random) -> bytes:
    return content[chance.randrange(len(content) + 1) :]


@mutator
def bytes_flipped(content: bytes, chance: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(min(8, len(changed))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


@mutator
def bytes_put_in(content: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + chance.randbytes(chance.randrange(1, 64)) + content[at:]


@mutator
def a_piece_twice(content: bytes, chance: Random) -> bytes:
    start, end = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    return content[:end] + content[start:end] + content[end:]


@mutator
def a_piece_missing(content: bytes, chance: Random) -> bytes:
    start, end = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    return content[:start] + content[end:]


@mutator
def whole_file_twice(content: bytes, chance: Random) -> bytes:
    return content + content


@mutator
def zeros_at_the_end(content: bytes, chance: Random) -> bytes:
    return content + bytes(512)


@mutator
def zeros_in_the_middle(content: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + bytes(16) + content[at:]


@mutator
def nothing_but_space(content: bytes, chance: Random) -> bytes:
    return b" \n" * 40


@mutator
def empty(content: bytes, chance: Random) -> bytes:
    return b""


@mutator
def packed_without_saying_so(content: bytes, chance: Random) -> bytes:
    return gzip.compress(content)


# Text: encodings and line ends.


def _text(content: bytes) -> str | None:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _encoded(content: bytes, encoding: str) -> bytes:
    text = _text(content)
    return content if text is None else text.encode(encoding, errors="replace")


@mutator
def byte_order_mark(content: bytes, chance: Random) -> bytes:
    return _encoded(content, "utf-8-sig")


@mutator
def utf_16(content: bytes, chance: Random) -> bytes:
    return _encoded(content, chance.choice(["utf-16", "utf-16-le", "utf-16-be"]))


@mutator
def utf_32(content: bytes, chance: Random) -> bytes:
    return _encoded(content, "utf-32")


@mutator
def windows_1252(content: bytes, chance: Random) -> bytes:
    return _encoded(content + "\nÄÖ€".encode(), "cp1252")


@mutator
def other_line_ends(content: bytes, chance: Random) -> bytes:
    plain = content.replace(b"\r\n", b"\n")
    return plain.replace(b"\n", chance.choice([b"\r\n", b"\r", b"\n\n", b"\r\r\n", b" \n"]))


@mutator
def no_line_ends(content: bytes, chance: Random) -> bytes:
    return content.replace(b"\n", b" ").replace(b"\r", b"")


@mutator
def lines_shuffled(content: bytes, chance: Random) -> bytes:
    lines = content.splitlines(keepends=True)
    chance.shuffle(lines)
    return b"".join(lines)


@mutator
def lines_above(content: bytes, chance: Random) -> bytes:
    return b"# made by hand\n\nResults of Monday:\n" * chance.randrange(1, 4) + content


@mutator
def lines_below(content: bytes, chance: Random) -> bytes:
    return content + chance.choice([b"\n\nTotal,7\n", b"\n-- end --\n", b"\n" * 200, b"\n,,,,,\n"])


@mutator
def a_conflict_of_versions(content: bytes, chance: Random) -> bytes:
    lines = content.splitlines(keepends=True)
    at = chance.randrange(len(lines) + 1)
    mark = [
        b"<<<<<<< HEAD\n",
        *lines[at : at + 2],
        b"=======\n",
        *lines[at : at + 2],
        b">>>>>>> x\n",
    ]
    return b"".join([*lines[:at], *mark, *lines[at + 2 :]])


# Delimited tables: by their cells.


def _rows(content: bytes) -> tuple[list[list[str]], str] | None:
    text = _text(content)
    if text is None or text.lstrip()[:1] in ("{", "[", "") or "\n" not in text:
        return None
    separator = max(",;\t|", key=text.split("\n", 1)[0].count)
    if separator not in text or "\x00" in text:
        return None
    try:
        return [row for row in csv.reader(io.StringIO(text), delimiter=separator) if row], separator
    except csv.Error:
        return None


def _written(rows: list[list[str]], separator: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(rows)
    return out.getvalue().encode("utf-8", errors="replace")


def _cells(change: Callable[[list[list[str]], Random], list[list[str]]]) -> Mutator:
    def changed(content: bytes, chance: Random) -> bytes:
        table = _rows(content)
        return content if table is None else _written(change(table[0], chance), table[1])

    changed.__name__ = change.__name__
    return mutator(changed)


def _somewhere(rows: list[list[str]], chance: Random) -> tuple[int, int]:
    row = chance.randrange(len(rows))
    return row, chance.randrange(len(rows[row]))


@_cells
def a_number_changed(rows: list[list[str]], chance: Random) -> list[list[str]]:
    for _ in range(3):
        row, column = _somewhere(rows, chance)
        rows[row][column] = chance.choice(NUMBERS)
    return rows


@_cells
def a_text_changed(rows: list[list[str]], chance: Random) -> list[list[str]]:
    row, column = _somewhere(rows, chance)
    rows[row][column] = chance.choice(TEXTS)
    return rows


@_cells
def a_column_of_one_value(rows: list[list[str]], chance: Random) -> list[list[str]]:
    column, value = chance.randrange(len(rows[0])), chance.choice((*NUMBERS, *TEXTS[:5]))
    return [rows[0], *([*r[:column], value, *r[column + 1 :]] for r in rows[1:])]


@_cells
def a_column_missing(rows: list[list[str]], chance: Random) -> list[list[str]]:
    column = chance.randrange(len(rows[0]))
    return [[cell for place, cell in enumerate(row) if place != column] for row in rows]


@_cells
def a_column_twice(rows: list[list[str]], chance: Random) -> list[list[str]]:
    column = chance.randrange(len(rows[0]))
    return [[*row, *row[column : column + 1]] for row in rows]


@_cells
def two_columns_exchanged(rows: list[list[str]], chance: Random) -> list[list[str]]:
    a, b = (chance.randrange(len(rows[0])) for _ in range(2))
    for row in rows:
        if max(a, b) < len(row):
            row[a], row[b] = row[b], row[a]
    return rows


@_cells
def a_blank_column(rows: list[list[str]], chance: Random) -> list[list[str]]:
    return [[*row, ""] for row in rows]


@_cells
def header_missing(rows: list[list[str]], chance: Random) -> list[list[str]]:
    return rows[1:]


@_cells
def header_twice(rows: list[list[str]], chance: Random) -> list[list[str]]:
    return [rows[0], *rows]


@_cells
def header_alone(rows: list[list[str]], chance: Random) -> list[list[str]]:
    return rows[:1]


@_cells
def one_row(rows: list[list[str]], chance: Random) -> list[list[str]]:
    return rows[:2]


@_cells
def a_row_twice(rows: list[list[str]], chance: Random) -> list[list[str]]:
    return [*rows, chance.choice(rows)]


@_cells
def a_row_too_short(rows: list[list[str]], chance: Random) -> list[list[str]]:
    rows[chance.randrange(len(rows))] = rows[0][: max(1, len(rows[0]) // 2)]
    return rows


@_cells
def a_row_too_long(rows: list[list[str]], chance: Random) -> list[list[str]]:
    row = chance.randrange(len(rows))
    rows[row] = [*rows[row], "more", "and more"]
    return rows


@_cells
def blank_rows(rows: list[list[str]], chance: Random) -> list[list[str]]:
    return [entry for row in rows for entry in (row, [""] * len(row))]


@_cells
def many_columns(rows: list[list[str]], chance: Random) -> list[list[str]]:
    names = [f"c{place}" for place in range(300)]
    return [[*rows[0], *names], *([*row, *["0"] * 300] for row in rows[1:9])]


@_cells
def a_very_long_name(rows: list[list[str]], chance: Random) -> list[list[str]]:
    rows[0][chance.randrange(len(rows[0]))] = "n" * 200_000
    return rows


@_cells
def decimal_commas(rows: list[list[str]], chance: Random) -> list[list[str]]:
    return [[cell.replace(".", ",") for cell in row] for row in rows]


# JSON: by its values.


def _values(change: Callable[[Any, Random], Any]) -> Mutator:
    """A change of one value somewhere in a document, or in one of its lines."""

    def changed(content: bytes, chance: Random) -> bytes:
        text = _text(content)
        if text is None or text.lstrip()[:1] not in ("{", "["):
            return content
        try:
            return _dumped(_replaced(json.loads(text), change, chance))
        except (ValueError, RecursionError):
            lines = text.splitlines()
        at = chance.randrange(len(lines))
        try:
            lines[at] = _dumped(_replaced(json.loads(lines[at]), change, chance)).decode()
        except (ValueError, RecursionError):
            return content
        return "\n".join(lines).encode("utf-8", errors="replace")

    changed.__name__ = change.__name__
    return mutator(changed)


def _dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", errors="replace")


def _replaced(value: Any, change: Callable[[Any, Random], Any], chance: Random) -> Any:
    """The value with one part of it changed, the deeper the rarer."""
    places: list[Any] = list(value) if isinstance(value, dict) else []
    places = list(range(len(value))) if isinstance(value, list) else places
    if not places or chance.random() < 0.2:
        return change(value, chance)
    place = chance.choice(places)
    value[place] = _replaced(value[place], change, chance)
    return value


@_values
def another_type(value: Any, chance: Random) -> Any:
    return chance.choice(
        [None, True, "text", 7, 0.5, [], {}, [[]], [{}], {"": None}, [1, "a", None]]
    )


@_values
def another_number(value: Any, chance: Random) -> Any:
    return chance.choice(
        [-1, 0, 2, 1e308, -1e308, 2**63, 2**70, float("nan"), float("inf"), 1e-320]
    )


@_values
def another_text(value: Any, chance: Random) -> Any:
    return chance.choice(TEXTS)


@_values
def in_a_list(value: Any, chance: Random) -> Any:
    return [value, value]


@_values
def in_an_object(value: Any, chance: Random) -> Any:
    return {chance.choice(["label", "score", "", "a\x00b", "x" * 5_000]): value}


@_values
def deeply_nested(value: Any, chance: Random) -> Any:
    for _ in range(chance.choice([20, 200, 900])):
        value = [value] if chance.random() < 0.5 else {"a": value}
    return value


@_values
def a_key_missing(value: Any, chance: Random) -> Any:
    if isinstance(value, dict) and value:
        value.pop(chance.choice(list(value)))
    return value[:-1] if isinstance(value, list) else value


@mutator
def nested_five_thousand_deep(content: bytes, chance: Random) -> bytes:
    if content.lstrip()[:1] not in (b"{", b"["):
        return content
    return b'[{"true_label":"a","predicted_label":"b","x":' + b"[" * 5_000 + b"]" * 5_000 + b"}]"
