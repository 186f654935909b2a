"""Results that took long, in the workspace's cache, each in a file named after what it rests on."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from diagnostics.workspace.cache import WRITING, Cache


def stored_file(root: Path, kind: str, key: str, suffix: str = ".json") -> Path:
    """Where a result of a kind is stored under a key, whether or not there is one.

    Raises
    ------
    OSError
        If neither the workspace nor the user's cache folder may be written.
    """
    return Cache.of(root).path / f"{kind}-{key}{suffix}"


def store_file(path: Path, content: bytes, *, most: int) -> None:
    """Write a file, complete or not at all; where nothing can be written, nothing is stored.

    Of the files of its kind the `most` newest stay, or all where the folder is not marked as ours.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=WRITING, suffix=path.suffix)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
        _forget(path, most)
    except OSError:
        return


def _forget(path: Path, most: int) -> None:
    if not Cache(path.parent).may_delete():
        return
    kind = path.name.partition("-")[0]
    alike = sorted(
        path.parent.glob(f"{kind}-*{path.suffix}"), key=lambda file: file.lstat().st_mtime
    )
    for file in alike[: max(len(alike) - most, 0)]:
        file.unlink(missing_ok=True)
