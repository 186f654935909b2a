"""Where what was read is kept, so that an unchanged folder opens at once."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from hashlib import blake2b
from pathlib import Path
from typing import Any

from diagnostics.run import Evidence, Problem, Run, Score

#: Part of every key: a change of the tables' layout makes everything be read again.
VERSION = "6"
#: Tables that nothing refers to are kept this long: another process may be looking at them.
KEPT_SECONDS = 24 * 3600
#: How the names of what is not yet complete begin.
WRITING = "writing-"


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
        """Beside the results when that may be written, else in the user's cache folder."""
        beside = root / ".errata" / "cache"
        try:
            beside.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=beside):
                return cls(beside)
        except OSError:
            from platformdirs import user_cache_path

            name = blake2b(str(root).encode(errors="surrogateescape"), digest_size=12).hexdigest()
            path = user_cache_path("errata") / name
            path.mkdir(parents=True, exist_ok=True)
            return cls(path)

    def load(self) -> dict[str, Listing]:
        """The listings by folder; empty if there are none, or none that this version wrote."""
        try:
            content = json.loads((self.path / "index.json").read_text(encoding="utf-8"))
            if content["version"] != VERSION:
                return {}
            return {name: self._listing(entry) for name, entry in content["folders"].items()}
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def save(self, listings: Mapping[str, Listing]) -> None:
        """Replace the index in one step, and forget tables that nothing refers to any more."""
        content = {
            "version": VERSION,
            "folders": {name: _plain(listing) for name, listing in listings.items()},
        }
        handle, name = tempfile.mkstemp(dir=self.path, prefix=WRITING, suffix=".json")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False, separators=(",", ":"))
        Path(name).replace(self.path / "index.json")
        self._forget({unit.key for listing in listings.values() for unit in listing.units})

    def new_tables(self) -> Path:
        """A fresh folder to write a unit's tables into; `publish` makes it the unit's own."""
        return Path(tempfile.mkdtemp(dir=self.path, prefix=WRITING))

    def publish(self, written: Path, key: str) -> Path:
        """Give the written tables their name: complete or absent, also with two writers."""
        target = self.path / key
        try:
            written.rename(target)
        except OSError:
            shutil.rmtree(written, ignore_errors=True)
        return target

    def has(self, unit: Unit) -> bool:
        """Whether the unit's tables are still there."""
        return not unit.runs or (self.path / unit.key).is_dir()

    def _forget(self, kept: set[str]) -> None:
        for entry in os.scandir(self.path):
            is_old = time.time() - entry.stat().st_mtime > KEPT_SECONDS
            if entry.is_dir() and entry.name not in kept and is_old:
                shutil.rmtree(entry.path, ignore_errors=True)
            elif is_old and entry.name.startswith(WRITING):  # its writer was killed
                Path(entry.path).unlink(missing_ok=True)

    def _listing(self, entry: dict[str, Any]) -> Listing:
        return Listing(
            entry["fingerprint"],
            entry["owns_tree"],
            [
                Unit(
                    reader=unit["reader"],
                    folder=unit["folder"],
                    key=unit["key"],
                    runs=[_run(run, self.path / unit["key"]) for run in unit["runs"]],
                    problems=[Problem(*values) for values in unit["problems"]],
                    used=unit["used"],
                )
                for unit in entry["units"]
            ],
        )


#: Fields that a plain dictionary cannot carry as they are, or that are set when it is read back.
_SPECIAL = {"evidence", "scores", "problems", "labels", "splits", "notes", "tables"}
_PLAIN = [entry.name for entry in fields(Run) if entry.name not in _SPECIAL]


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
                "problems": [list(asdict(problem).values()) for problem in unit.problems],
                "used": unit.used,
            }
            for unit in listing.units
        ],
    }


def _plain_run(run: Run) -> dict[str, Any]:
    return {
        **{name: getattr(run, name) for name in _PLAIN},
        "evidence": run.evidence.value,
        "labels": list(run.labels),
        "splits": list(run.splits),
        "notes": list(run.notes),
        "scores": [list(asdict(score).values()) for score in run.scores],
        "problems": [list(asdict(problem).values()) for problem in run.problems],
    }


def _run(entry: dict[str, Any], tables: Path) -> Run:
    return Run(
        **{name: entry[name] for name in _PLAIN},
        tables=tables,
        evidence=Evidence(entry["evidence"]),
        labels=tuple(entry["labels"]),
        splits=tuple(entry["splits"]),
        notes=tuple(entry["notes"]),
        scores=tuple(Score(*values) for values in entry["scores"]),
        problems=tuple(Problem(*values) for values in entry["problems"]),
    )
