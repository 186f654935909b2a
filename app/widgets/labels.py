"""Words as a table has room for them: long ones end in an ellipsis, blank ones have a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

if TYPE_CHECKING:
    import pandas as pd

#: Pixels beside a cell's words (16, and some for uneven lines), and those of a usual letter.
PADDING, LETTER = 20, 6.6
#: Pixels of letters that are not: `il`, `AB`, `mw`, and Chinese, Japanese or Korean signs.
NARROW, CAPITAL, BROAD, IDEOGRAM = 3.6, 7.8, 10.7, 13.2


def fitted(text: str, *, width: int, lines: int = 3) -> str:
    """As many whole words as so many lines of a cell hold, and an ellipsis for the others.

    `width` is the cell's, in pixels. Line breaks become blanks, as they do in a table.
    """
    words, found = " ".join(text.split()), lines_of(text, width=width)
    if len(found) <= lines:
        return words
    start = end = 0
    for line in found[:lines]:
        start = words.index(line, end)
        end = start + len(line)
    return words[:start] + _with_ellipsis(words[start:end], width)


def lines_of(text: str, *, width: int) -> list[str]:
    """The lines that a text takes in a cell of so many pixels; only long words are broken."""
    lines: list[str] = []
    for word in text.split():
        if lines and _fits(f"{lines[-1]} {word}", width):
            lines[-1] += f" {word}"
        else:
            lines += _pieces(word, width)
    return lines


def _pieces(word: str, width: int) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and not _fits(pieces[-1] + letter, width):
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _fits(line: str, width: int) -> bool:
    return sum(_pixels(letter) for letter in line) <= width - PADDING


def _pixels(letter: str) -> float:
    if letter in " fijlrt.,:;!'|()[]/":
        return NARROW
    if letter in "mwMW@%…":
        return BROAD
    if east_asian_width(letter) in "WF":
        return IDEOGRAM
    return CAPITAL if letter.isupper() else LETTER


def _with_ellipsis(line: str, width: int) -> str:
    """The line with its ellipsis, words or letters shorter if there is no room for that."""
    while not _fits(f"{line}…", width):
        line = line.rpartition(" ")[0] or line[:-1]
    return line.rstrip(" .,;:…") + "…"


def letters_in(width: int, *, lines: int = 1) -> int:
    """How many usual letters a cell of so many pixels holds."""
    return int((width - PADDING) / LETTER) * lines


def named(frame: pd.DataFrame, *, longest: int = 200) -> pd.DataFrame:
    """The frame with a word for blank labels, and long ones cut in the middle.

    A table would not show the one, and of the others only how they begin, often all alike.
    Labels that are missing stay so.
    """
    labels = [str(name) for name in frame if str(name).endswith("label")]
    return frame.assign(
        **{name: [_shown_if_known(label, longest) for label in frame[name]] for name in labels}
    )


def _shown_if_known(label: Any, longest: int) -> Any:
    return shown_label(label, longest) if isinstance(label, str) else label


def shown_label(label: str, longest: int | None = None) -> str:
    """A label, of at most so many characters if told, or a word for a blank one."""
    if not label.strip():
        return "(empty)"
    if longest is None or len(label) <= longest:
        return label
    half = (longest - 1) // 2
    return f"{label[:half]}…{label[-half:]}"
