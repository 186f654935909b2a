"""The folders below a root, each listed once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path

from diagnostics.readers import File, Folder
from diagnostics.workspace.safe_paths import file_inside

#: Never results: our own folder and what tools leave behind.
SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages", "venv", "env"})
MAX_FOLDERS = 50_000


def walk(
    root: Path, *, owns_tree: Callable[[Folder], bool], trust_pickles: bool = False
) -> Iterator[Folder]:
    """Every folder from `root` downwards, parents first, names in order.

    Hidden folders and links to folders are left out, and files that link to outside of the root:
    the dashboard reads nothing that was not pointed at. So are links that lead to themselves. Below
    a folder for which `owns_tree` is true the walk does not go on; it is asked when the caller is
    done with the folder, and may look up what the caller has learnt of it. The walk ends after
    `MAX_FOLDERS` folders.
    """
    waiting = [root]
    for _ in range(MAX_FOLDERS):
        if not waiting:
            return
        folder = listed(waiting.pop(), root, trust_pickles=trust_pickles)
        yield folder
        if not owns_tree(folder):
            waiting += [folder.path / name for name in reversed(folder.folders)]


def listed(path: Path, root: Path, *, trust_pickles: bool = False) -> Folder:
    """One folder with its files and subfolders; empty if it may not be read.

    What has no name in UTF-8 is left out and named in `nameless`: neither a link nor a table can
    carry such a name.
    """
    files, folders, nameless = [], [], []
    try:
        with os.scandir(path) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if not _is_utf8(entry.name):
                    nameless.append(entry.name.encode(errors="surrogateescape").decode("latin-1"))
                elif entry.is_dir(follow_symlinks=False):
                    if not entry.name.startswith(".") and entry.name not in SKIPPED:
                        folders.append(entry.name)
                elif _is_inside(entry, root):
                    status = entry.stat()
                    files.append(File(entry.name, status.st_size, status.st_mtime_ns))
    except OSError:
        pass
    return Folder(
        path,
        root,
        files=tuple(files),
        folders=tuple(folders),
        nameless=tuple(nameless),
        trust_pickles=trust_pickles,
    )


def _is_utf8(name: str) -> bool:
    return not any("\udc80" <= letter <= "\udcff" for letter in name)


def _is_inside(entry: os.DirEntry[str], root: Path) -> bool:
    if not entry.is_symlink():
        return entry.is_file()
    return file_inside(Path(entry.path), root) is not None


def fingerprint(folder: Folder) -> str:
    """What the folder's listing says: names, sizes and times of its files, names of its folders."""
    digest = blake2b(digest_size=12)
    for file in folder.files:
        digest.update(
            f"{file.name}\0{file.size}\0{file.mtime_ns}\n".encode(errors="surrogateescape")
        )
    digest.update("\0".join(folder.folders).encode(errors="surrogateescape"))
    return digest.hexdigest()


def stamp(path: Path) -> str:
    """Size and time of one file or folder, "missing" if it is not there."""
    try:
        status = path.stat()
    except OSError:
        return "missing"
    return f"{status.st_size} {status.st_mtime_ns}"
