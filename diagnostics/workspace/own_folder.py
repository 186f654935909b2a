"""Our own folder in an opened one: whether what is there can be ours, and making it.

An opened folder may come from somebody else, and a repository or an archive carries links: what
leads elsewhere is neither read nor written through.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

#: Its name, below the folder that was opened.
OWN = ".errata"


def untrusted_part(root: Path, *names: str) -> Path | None:
    """The first part of the way to `root/.errata/names…` that is not as we make it.

    We make folders and files: a link or a junction may lead anywhere, and a pipe lets its reader
    wait for ever. None if all that is there may be ours; what is missing may.
    """
    path = root
    for name in (OWN, *names):
        path /= name
        try:
            status = path.lstat()
        except OSError:  # not there, and so is nothing below it
            return None
        if not _may_be_ours(status):
            return path
    return None


def made_folder(root: Path, *names: str) -> Path:
    """The folder `root/.errata/names…`, made where it is missing.

    Raises
    ------
    OSError
        If a part of it is something else than a folder, a link to one too, or nothing may be
        written there.
    """
    path = root
    for count, name in enumerate((OWN, *names)):
        path /= name
        with suppress(FileExistsError):
            path.mkdir()
        # Before the next part is made: that would be made behind the link.
        if untrusted_part(root, *names[:count]) is not None or not path.is_dir():
            raise NotADirectoryError(f"{path} is no folder of its own")
    return path


def is_plain_folder(folder: Path) -> bool:
    """Whether this is a folder, no link to one, and all in it are files and folders as we make."""
    try:
        if not stat.S_ISDIR(folder.lstat().st_mode):
            return False
        with os.scandir(folder) as entries:
            return all(map(_is_plain, entries))
    except OSError:
        return False


def untrusted_words(part: Path) -> str:
    """What to say of an untrusted part."""
    kind = "is a link" if part.is_symlink() else "is neither a folder nor a file"
    return f"{part} {kind}, and Errata neither reads nor writes through it"


def _is_plain(entry: os.DirEntry[str]) -> bool:
    if getattr(entry, "is_junction", bool)():  # Windows, from Python 3.12 on
        return False
    return entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False)


def _may_be_ours(status: os.stat_result) -> bool:
    # A junction is a folder for `st_mode`, and told by its tag alone; only Windows has tags.
    junction = getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", None)
    if junction is not None and getattr(status, "st_reparse_tag", 0) == junction:
        return False
    return stat.S_ISDIR(status.st_mode) or stat.S_ISREG(status.st_mode)
