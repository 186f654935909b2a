"""Printing: tables for people and JSON for scripts, whatever the texts hold."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

#: Texts are cut to this many characters in tables; JSON has them whole.
TEXT_WIDTH = 100


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """What is being read, on stderr, where a person is watching."""
    if not sys.stderr.isatty():
        yield lambda place: None
        return
    from rich.console import Console

    with Console(stderr=True).status("Reading…") as status:
        yield lambda place: status.update(f"Reading {printable(place)}")


def new_console() -> Console:
    """Where tables are printed; texts are not taken for markup."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)


def print_table(
    console: Console,
    title: str,
    header: list[str],
    rows: list[list[Any]],
    *,
    numbers: int,
    number_columns: int | None = None,
) -> None:
    """A table whose columns from `numbers` on (that many, all if None) are aligned right."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    last = len(header) if number_columns is None else numbers + number_columns
    table = Table(title=Text(printable(title)), title_justify="left", box=box.SIMPLE_HEAD)
    for index, name in enumerate(header):
        right = numbers <= index < last
        table.add_column(name, justify="right" if right else "left", overflow="fold", no_wrap=right)
    for row in rows:
        table.add_row(*(Text(printable("" if cell is None else str(cell))) for cell in row))
    console.print(table)


def content_line(row: Mapping[str, Any]) -> str:
    """What an example is, in a line: its text, else its first few fields."""
    from diagnostics.examples.content import COLUMNS

    content = {name: value for name, value in row.items() if name not in COLUMNS}
    if isinstance(content.get("text"), str):
        return str(content["text"])
    fields = [f"{name}={value}" for name, value in content.items() if not isinstance(value, bytes)]
    return "  ".join(fields[:4])


def printable(text: str) -> str:
    """Text from files on one line, without the control characters that would steer a terminal."""
    line = "".join(letter if letter.isprintable() else " " for letter in text)
    return line if len(line) <= TEXT_WIDTH * 3 else f"{line[: TEXT_WIDTH * 3]}…"


def print_json(content: Any) -> None:
    """The content as JSON on stdout; what is not a number, or missing in a frame, is null."""
    is_utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    text = json.dumps(_plain(content), ensure_ascii=not is_utf8, indent=2, allow_nan=False)
    sys.stdout.write(text.encode(errors="replace").decode() + "\n")


def _plain(value: Any) -> Any:
    """Plain values: what is not a number, or missing in a frame, is null."""
    if isinstance(value, Mapping):
        return {str(name): _plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    return None if str(value) in ("<NA>", "NaT") else str(value)


def figure_text(value: float | None) -> str:
    """A share of 1 with four digits; a dash where there is none."""
    return "–" if value is None or math.isnan(value) else f"{value:.4f}"
