"""Image files that a table names: found below the workspace, named from its root."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from diagnostics.readers import Folder
from diagnostics.readers.prediction_table.values.labels import texts

#: Folders beside a table in which people keep its images.
PLACES = ("", "images", "imgs", "img", "data", "test", "data/images")
PROBES = 20
#: How many leading folders of a path from another machine are tried without.
DEEPEST = 8


def image_paths(names: pl.Series, folder: Folder) -> pl.Series | None:
    """The images' paths below the workspace's root, None if the first few files are not there.

    Paths from another machine, such as `C:/data/pets/1.png`, are tried without their first
    folders. Paths that lead upwards are null.
    """
    plain = texts(names).str.replace_all("\\", "/", literal=True)
    probes = plain.drop_nulls().head(PROBES).to_list()
    for base in _bases(folder):
        for cut in range(DEEPEST):
            tails = [_tail(probe, cut) for probe in probes]
            found = [bool(tail) and (base / tail).is_file() for tail in tails]
            if sum(found) * 2 > len(found):
                return _from_root(plain, cut, base.relative_to(folder.root).as_posix())
    return None


def _bases(folder: Folder) -> list[Path]:
    above = [parent for parent in folder.path.parents if parent.is_relative_to(folder.root)]
    return [base for base in (*(folder.path / place for place in PLACES), *above) if base.is_dir()]


def _tail(path: str, cut: int) -> str:
    """The path without its first `cut` folders; "" if nothing safe is left."""
    parts = path.split("/")
    is_absolute = parts[0] == "" or re.fullmatch(r"[A-Za-z]:", parts[0]) is not None
    if cut >= len(parts) or (cut == 0 and is_absolute) or ".." in parts[cut:]:
        return ""
    return "/".join(parts[cut:])


def _from_root(plain: pl.Series, cut: int, below: str) -> pl.Series:
    tail = plain.str.replace(rf"^(?:[^/]*/){{{cut}}}", "") if cut else plain
    is_safe = ~tail.str.contains(r"(?:^|/)\.\.(?:/|$)|^/|^[A-Za-z]:")
    path = pl.col("tail") if below == "." else pl.lit(f"{below}/") + pl.col("tail")
    table = pl.DataFrame({"tail": tail, "is_safe": is_safe})
    return table.select(image=pl.when("is_safe").then(path)).to_series()
