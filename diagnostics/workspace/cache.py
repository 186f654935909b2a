"""Where what was read is kept, so that an unchanged folder opens at once."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import astuple, dataclass, field, fields
from hashlib import blake2b
from operator import attrgetter
from pathlib import Path
from typing import Any

from diagnostics.workspace.own_folder import is_plain_folder, made_folder
from diagnostics.workspace.run import Evidence, Problem, Run, Score

#: Part of every key: a change of the tables' layout makes everything be read again.
VERSION = "7"
#: Tables that nothing refers to are kept this long: another process may be looking at them.
KEPT_SECONDS = 24 * 3600
#: How the names of what is not yet complete begin.
WRITING = "writing-"
#: Says that we made the folder it lies in, to us and to programs that make backups.
MARKER = "CACHEDIR.TAG"
MARK = b"""Signature: 8a477f597d28d172789f06886806bc55
# What Errata read, so that it need not read it again. What is old in here is deleted.
"""
#: What a key looks like: the name of a folder of tables, never a path.
_KEY = re.compile("[0-9a-f]{24}")


@dataclass
class Unit:
    """What one reader found in one folder."""

    reader: str
    folder: str
    key: str
    runs: list[Run] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    used: dict[str, str] = field(default_factory=dict)


@dataclass
class Listing:
    """What is remembered of one folder: how it looked, who reads it, and what they found."""

    fingerprint: str
    owns_tree: bool = False
    units: list[Unit] = field(default_factory=list)


@dataclass
class Cache:
    """Tables and the index of one workspace, in a folder of our own."""

    path: Path

    @classmethod
    def of(cls, root: Path) -> Cache:
        """Beside the results when that may be written, else in the user's cache folder.

        We make no links: a folder beside the results that is one, or has one in it, is not as we
        left it and is let be.
        """
        try:
            beside = made_folder(root, "cache")
            if not is_plain_folder(beside):
                raise NotADirectoryError(beside)
            with tempfile.TemporaryFile(dir=beside):
                return cls(beside)._marked()
        except OSError:
            from platformdirs import user_cache_path

            name = blake2b(str(root).encode(errors="surrogateescape"), digest_size=12).hexdigest()
            path = user_cache_path("errata") / name
            path.mkdir(parents=True, exist_ok=True)
            return cls(path)._marked()

    def load(self) -> dict[str, Listing]:
        """The listings by folder; empty if there are none, or none that this version wrote."""
        try:
            content = self._content()
            if content["version"] != VERSION:
                return {}
            return {name: self._listing(entry) for name, entry in content["folders"].items()}
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def save(self, listings: Mapping[str, Listing]) -> None:
        """Replace the index in one step, and forget tables that nothing refers to any more."""
        kept = {unit.key for listing in listings.values() for unit in listing.units}
        unused = {key for key in self._named() - kept if (self.path / key).exists()}
        content = {
            "version": VERSION,
            "folders": {name: _plain(listing) for name, listing in listings.items()},
            "unused": sorted(unused),
        }
        handle, name = tempfile.mkstemp(dir=self.path, prefix=WRITING, suffix=".json")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False, separators=(",", ":"))
        Path(name).replace(self.path / "index.json")
        self._forget(unused)

    def new_tables(self) -> Path:
        """A fresh folder to write a unit's tables into; `publish` makes it the unit's own."""
        return Path(tempfile.mkdtemp(dir=self.path, prefix=WRITING))

    def publish(self, written: Path, key: str) -> Path:
        """Give the written tables their name: complete or absent, also with two writers.

        It is the key, or one made of it where something that is not ours has that name.
        """
        target = self.path / key
        try:
            written.rename(target)
        except OSError:
            if os.path.lexists(target) and not is_plain_folder(target):
                return self.publish(written, blake2b(key.encode(), digest_size=12).hexdigest())
            shutil.rmtree(written, ignore_errors=True)
        return target

    def has(self, unit: Unit) -> bool:
        """Whether the unit's tables are still there."""
        return not unit.runs or is_plain_folder(self.path / unit.key)

    def may_delete(self) -> bool:
        """Whether the folder is marked as made by us; in one that is not, all may be somebody's.

        Caches that were made before there was a marker have none, and it is not added: nothing
        tells them from a folder that somebody else filled. What is old stays in them.
        """
        try:
            return (self.path / MARKER).read_bytes() == MARK
        except OSError:
            return False

    def _marked(self) -> Cache:
        """The cache itself, its folder marked if it is new: in an empty one nothing is lost."""
        with os.scandir(self.path) as entries:
            is_new = next(entries, None) is None
        if is_new:
            with suppress(OSError), (self.path / MARKER).open("xb") as file:
                file.write(MARK)
        return self

    def _content(self) -> Any:
        return json.loads((self.path / "index.json").read_text(encoding="utf-8"))

    def _named(self) -> set[str]:
        """The keys that the index on the disk names, those included that it once named."""
        try:
            content = self._content()
            units = [unit for entry in content["folders"].values() for unit in entry["units"]]
            keys = [*(unit["key"] for unit in units), *content.get("unused", ())]
            return {key for key in keys if _KEY.fullmatch(key)}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return set()

    def _forget(self, unused: set[str]) -> None:
        """Delete what is old of the tables that the index named, and of what was left unfinished.

        Nothing else: whatever lies there besides is not known to be ours.
        """
        if not self.may_delete():
            return
        with os.scandir(self.path) as entries:
            ours = [e for e in entries if e.name in unused or e.name.startswith(WRITING)]
        for entry in ours:
            with suppress(OSError):  # another process was faster
                status = entry.stat(follow_symlinks=False)
                if time.time() - status.st_mtime <= KEPT_SECONDS:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path, ignore_errors=True)
                elif entry.name.startswith(WRITING):  # its writer was killed
                    Path(entry.path).unlink(missing_ok=True)

    def _listing(self, entry: dict[str, Any]) -> Listing:
        for unit in entry["units"]:
            if not _KEY.fullmatch(unit["key"]):
                raise ValueError(unit["key"])
        return Listing(
            entry["fingerprint"],
            entry["owns_tree"],
            [
                Unit(
                    reader=unit["reader"],
                    folder=unit["folder"],
                    key=unit["key"],
                    runs=[_run(run, self.path / unit["key"]) for run in unit["runs"]],
                    problems=list(_problems(unit["problems"])),
                    used=unit["used"],
                )
                for unit in entry["units"]
            ],
        )


def _rows(entries: Iterable[Problem | Score]) -> list[list[Any]]:
    return [list(astuple(entry)) for entry in entries]


def _problems(rows: list[list[Any]]) -> tuple[Problem, ...]:
    return tuple(Problem(*row) for row in rows)


def _scores(rows: list[list[Any]]) -> tuple[Score, ...]:
    """Scores from their fields; the pairs of a spread became lists."""
    return tuple(
        Score(metric, value, split, fold, rises, tuple((kind, by) for kind, by in spread))
        for metric, value, split, fold, rises, spread in rows
    )


#: Fields of a run that JSON has not as they are: how one is written, and how it is read back.
_FORMS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "evidence": (attrgetter("value"), Evidence),
    "labels": (list, tuple),
    "splits": (list, tuple),
    "notes": (list, tuple),
    "scores": (_rows, _scores),
    "problems": (_rows, _problems),
}
#: The others; `tables` is not written: the results may lie elsewhere when they are read back.
_PLAIN = [entry.name for entry in fields(Run) if entry.name not in {*_FORMS, "tables"}]


def _plain(listing: Listing) -> dict[str, Any]:
    return {
        "fingerprint": listing.fingerprint,
        "owns_tree": listing.owns_tree,
        "units": [
            {
                "reader": unit.reader,
                "folder": unit.folder,
                "key": unit.key,
                "runs": [_plain_run(run) for run in unit.runs],
                "problems": _rows(unit.problems),
                "used": unit.used,
            }
            for unit in listing.units
        ],
    }


def _plain_run(run: Run) -> dict[str, Any]:
    return {
        **{name: getattr(run, name) for name in _PLAIN},
        **{name: write(getattr(run, name)) for name, (write, _) in _FORMS.items()},
    }


def _run(entry: dict[str, Any], tables: Path) -> Run:
    return Run(
        **{name: entry[name] for name in _PLAIN},
        **{name: read(entry[name]) for name, (_, read) in _FORMS.items()},
        tables=tables,
    )
