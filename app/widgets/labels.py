"""Labels and texts as a table has room for them: cut where they differ, blank ones with a name."""

from __future__ import annotations

from collections.abc import Iterable
from os.path import commonprefix
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
    words, broken = " ".join(text.split()), lines_of(text, width=width)
    if len(broken) <= lines:
        return words
    start = end = 0
    for line in broken[:lines]:
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


def told_apart(labels: Iterable[str], longest: int) -> dict[str, str]:
    """Each label in at most so many characters, no two of them the same, in their order.

    The beginnings and ends of long labels are often all alike. Those that would come out the same
    are cut around the part that tells them apart; where that is too long as well they stay whole.
    """
    known = list(dict.fromkeys(labels))
    groups: dict[str, list[str]] = {}
    for label in known:
        groups.setdefault(shown_label(label, longest), []).append(label)
    short_names: dict[str, str] = {}
    for short, group in groups.items():
        short_names |= {group[0]: short} if len(group) == 1 else _around(group, longest)
    is_told = len(set(short_names.values())) == len(known)
    return {label: short_names[label] if is_told else label for label in known}


def _around(group: list[str], longest: int) -> dict[str, str]:
    before = len(commonprefix(group))
    behind = len(commonprefix([label[before:][::-1] for label in group]))
    cut = {}
    for label in group:
        end = len(label) - behind
        room = max(longest - 2 - (end - before), 0) // 2
        start, stop = max(before - room, 0), min(end + room, len(label))
        middle = shown_label(label[start:stop].strip() or label, longest - 2)
        cut[label] = ("…" if start else "") + middle + ("…" if stop < len(label) else "")
    return cut
