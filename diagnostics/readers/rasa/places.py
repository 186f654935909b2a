"""What the place of a folder says: the run's name and the runs that it belongs beside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from diagnostics.readers import Folder

_EXCLUSION = re.compile(r"([0-9]+)%_exclusion")
_REPEAT = re.compile(r"run_([0-9]+)")


@dataclass(frozen=True)
class Place:
    """Where a run lies, and what the names of the folders say of it.

    `config` is the stem of its configuration file. `draw` names the test data where others of the
    same size lie around: every repeat of a comparison draws its own.
    """

    run: str
    path: str
    siblings: str
    config: str
    draw: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def place_of(folder: Folder) -> Place:
    """One folder per config, or one of a comparison: run_1/25%_exclusion/<config>_report."""
    exclusion = _EXCLUSION.fullmatch(folder.path.parent.name)
    repeat = _REPEAT.fullmatch(folder.path.parent.parent.name)
    if exclusion and repeat and folder.path.name.endswith("_report"):
        return _of_comparison(folder, exclusion[1], repeat[1])
    name = folder.path.name
    return Place(name, folder.relative, _below_root(folder, folder.path.parent), name)


def _of_comparison(folder: Folder, percent: str, repeat: str) -> Place:
    config = folder.path.name.removesuffix("_report")
    draw = folder.path.parent.parent
    siblings = _below_root(folder, draw)
    shares = [percent]
    notes = []
    if draw.is_relative_to(folder.root):
        names = [entry.name for entry in folder.use(draw).glob("*")]
        shares = [match[1] for name in names if (match := _EXCLUSION.fullmatch(name))]
        # Markdown is all that tells the version, and 2.0 to 2.8, which are right, write it as well.
        if "test.md" in names and percent != "0":
            notes.append(_COMPOUNDED.format(percent=percent))
    return Place(
        run=config if len(shares) < 2 else f"{config} {percent}%",
        path=folder.relative,
        siblings=siblings,
        config=config,
        draw=f"{siblings}/run_{repeat}",
        tags={"config": config, "exclusion_percent": percent, "repeat": repeat},
        notes=tuple(notes),
    )


_COMPOUNDED = (
    "The folder says that {percent} % of the training data were excluded. Rasa up to 1.10 took "
    "each share from what the one before had left, so that more may have been missing."
)


def _below_root(folder: Folder, path: Path) -> str:
    """The path below the root; `.` for the root itself and for what lies above it."""
    return path.relative_to(folder.root).as_posix() if path.is_relative_to(folder.root) else "."
