"""Paths that an opened folder names: followed as long as they stay inside it."""

from __future__ import annotations

from pathlib import Path


def resolved_inside(path: Path, root: Path) -> Path | None:
    """Where a path leads, links followed; None if that is outside `root`, or nowhere at all.

    A link to itself leads nowhere, nor does what cannot be a path.
    """
    try:
        target = path.resolve()
        return target if target.is_relative_to(root.resolve()) else None
    except (OSError, RuntimeError, ValueError):  # RuntimeError: a loop, before Python 3.13
        return None


def file_inside(path: Path, root: Path) -> Path | None:
    """The file that a path leads to, links followed; None if there is none inside `root`."""
    target = resolved_inside(path, root)
    try:
        return target if target is not None and target.is_file() else None
    except OSError:  # such as a name that is too long
        return None
