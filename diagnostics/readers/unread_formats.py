"""What the detectors of unread formats share: what they say, and how they count."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from diagnostics.readers import Folder

#: Entries of a folder that are looked at; beyond that a count says "or more".
MOST = 10_000

HINT = (
    "A later version reads it. Until then, save the answers: a predictions.csv with id, text, "
    "true_label, predicted_label and probabilities, or diagnostics.record."
)


@dataclass(frozen=True)
class UnreadFormat:
    """Something that is recognised: where it lies below the root, what it is, what to do.

    `is_spoken_for` where another folder of the same group, or its database, already says so.
    """

    where: str
    what: str
    hint: str = HINT
    is_spoken_for: bool = False


def counted(n: int, one: str, many: str = "") -> str:
    """`1 run`, `17 runs`, `10,000 or more runs`."""
    more = " or more" if n >= MOST else ""
    return f"{n:,}{more} {one if n == 1 else many or one + 's'}"


def subfolders(path: Path) -> list[Path]:
    """The folders in a folder, by name, links left out; the first 10,000 entries are looked at."""
    try:
        with os.scandir(path) as entries:
            found = [e.name for e in islice(entries, MOST) if e.is_dir(follow_symlinks=False)]
    except OSError:
        return []
    return [path / name for name in sorted(found)]


def file_names(path: Path) -> list[str]:
    """The names of the files in a folder, links left out."""
    try:
        with os.scandir(path) as entries:
            found = [e.name for e in islice(entries, MOST) if e.is_file(follow_symlinks=False)]
    except OSError:
        return []
    return sorted(found)


def descendants(path: Path, pattern: re.Pattern[str], *, depth: int) -> Iterator[Path]:
    """The folders down to `depth` whose names match; below a match the search ends."""
    for folder in subfolders(path):
        if pattern.fullmatch(folder.name):
            yield folder
        elif depth > 1:
            yield from descendants(folder, pattern, depth=depth - 1)


def head_of(folder: Folder, name: str) -> bytes:
    """The first bytes of a file that the folder lists, b"" if it lists none of that name."""
    return folder.head(name) if name in folder.names else b""


def group(
    folder: Folder, is_member: Callable[[Path], bool], what: Callable[[int], str]
) -> UnreadFormat:
    """One finding for like folders side by side, so that three hundred runs are one problem.

    The first of them by name speaks for all, and names their parent; one alone names itself.
    """
    if folder.relative == ".":
        return UnreadFormat(".", what(1))
    siblings = subfolders(folder.path.parent)
    members = [path for path in siblings if path == folder.path or is_member(path)]
    folder.use(folder.path.parent)
    alone = len(members) == 1
    where = folder.relative if alone else folder.path.parent.relative_to(folder.root).as_posix()
    return UnreadFormat(where, what(len(members)), is_spoken_for=members[0] != folder.path)
