"""Readers: one module a format, with NAME, LOOKS_FOR, VERSION, matches(folder), read(folder).

`matches(folder)` says by the content of files, never by their names alone, whether the reader
has something to read there; it must be cheap, for it is asked about every folder. `read(folder)`
yields a `Reading` for every run and a `Problem` for everything that is wrong. It does not raise
for bad content: one unreadable file is one problem, and the rest is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from diagnostics.workspace import Evidence, Problem, Score, Task

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    import polars as pl

#: What a reader module must have.
OFFERED = ("NAME", "LOOKS_FOR", "VERSION", "matches", "read")
#: A reader's name and version as its source has them, so that they need no import.
_NAME = re.compile(r"""^NAME(: str)? = (["'])(?P<text>[^"'\\]+)\2\s*$""", re.MULTILINE)
_VERSION = re.compile(r"^VERSION(: int)? = (?P<number>\d+)\s*(#.*)?$", re.MULTILINE)
#: How much of a file is looked at to tell what it is.
HEAD = 65_536


@dataclass(frozen=True)
class File:
    """A file of a folder: its name and what its fingerprint is made of."""

    name: str
    size: int
    mtime_ns: int


@dataclass
class Folder:
    """One folder below the workspace's root, listed once; what readers are given."""

    path: Path
    root: Path
    files: tuple[File, ...] = ()
    folders: tuple[str, ...] = ()
    nameless: tuple[str, ...] = ()
    #: Files elsewhere that the answer depends on; a change of one of them means reading again.
    used: list[Path] = field(default_factory=list)
    #: Whether the user said that files which run code when they are opened may be opened.
    trust_pickles: bool = False
    _heads: dict[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def relative(self) -> str:
        """The path below the root, with slashes; `.` for the root itself."""
        return self.path.relative_to(self.root).as_posix()

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the files in this folder."""
        return frozenset(file.name for file in self.files)

    def with_suffix(self, *suffixes: str) -> list[File]:
        """The files that end so (small letters, with the dot), by name."""
        return [file for file in self.files if file.name.lower().endswith(suffixes)]

    def head(self, name: str) -> bytes:
        """The first 64 KiB of a file, b"" if it cannot be read; kept for the other readers."""
        if name not in self._heads:
            try:
                with (self.path / name).open("rb") as file:
                    self._heads[name] = file.read(HEAD)
            except OSError:
                self._heads[name] = b""
        return self._heads[name]

    def json(self, name: str) -> Any:
        """A JSON file's content, bare NaN and a byte order mark allowed.

        Raises
        ------
        ValueError, OSError
            If it is not JSON, or cannot be read.
        """
        return json.loads((self.path / name).read_text(encoding="utf-8-sig"))

    def where(self, name: str = "") -> str:
        """A file's path below the root, as problems name it."""
        return (self.path / name).relative_to(self.root).as_posix()

    def use(self, path: Path) -> Path:
        """Note that the answer depends on a file outside this folder."""
        if path not in self.used:
            self.used.append(path)
        return path


@dataclass
class Reading:
    """One run as a reader found it; labels in the tables are codes into `labels`.

    `examples_file` takes the place of `examples` where several folders share a Parquet table that
    is as ours (`example` and the content, a row for each id): it stays where it is.
    `siblings` is the folder (path below the root, as `Folder.relative`) whose runs belong side by
    side, `group` what is told apart inside it ("intents", "responses", …; "" for the only kind).
    Runs with the same `search` are the candidates of one search: they stay side by side whatever
    examples they were evaluated on. `resource` is what each was given to learn from, where the
    search varied it (successive halving): runs with different ones are never ranked as equals.
    `examples_fingerprint` is needed only without a full predictions table: it is equal for runs
    that were evaluated on the same examples.
    """

    run: str
    task: Task
    path: str
    siblings: str
    evidence: Evidence
    labels: list[str] = field(default_factory=list)
    group: str = ""
    experiment: str = ""
    search: str = ""
    resource: float | None = None
    predictions: pl.DataFrame | None = None
    examples: pl.DataFrame | None = None
    examples_file: Path | None = None
    confusion: pl.DataFrame | None = None
    confusion_is_exact: bool = False
    report: pl.DataFrame | None = None
    importances: pl.DataFrame | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    parameters_text: Mapping[str, str] = field(default_factory=dict)
    created: str | None = None
    fit_seconds: float | None = None
    score_seconds: float | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    scores: list[Score] = field(default_factory=list)
    n_examples: int | None = None
    n_errors: int | None = None
    examples_fingerprint: str = ""
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    mapping: Mapping[str, str] = field(default_factory=dict)
    config: str = ""
    models: Mapping[str, str] = field(default_factory=dict)
    inputs: str = ""


class Reader(Protocol):
    """What a reader module offers. `owns_tree(folder)` is optional: True keeps others out below."""

    NAME: str
    LOOKS_FOR: str
    VERSION: int

    def matches(self, folder: Folder) -> bool:
        """Whether there is something for this reader in the folder."""

    def read(self, folder: Folder) -> Iterator[Reading | Problem]:
        """The runs, and what is wrong with the files."""


def load_readers() -> tuple[list[Reader], list[Problem]]:
    """Our readers and those that other packages offer under `errata.readers`, by name.

    One that cannot be imported is a problem; the others are there. Our own are imported when they
    are first asked about a folder: an unchanged workspace opens without any.
    """
    from importlib.metadata import entry_points

    readers: list[Reader] = []
    problems: list[Problem] = []
    for entry in entry_points(group="errata.readers"):
        try:
            readers.append(_unread(entry) or _imported(entry))
        except Exception as error:  # noqa: BLE001 - somebody else's code
            what = f"The reader {entry.value!r} cannot be loaded: {error}."
            problems.append(Problem("broken-reader", ".", what, "Update or remove its package."))
    return sorted(readers, key=lambda reader: str(reader.NAME)), problems


def _imported(entry: EntryPoint) -> Reader:
    reader: Reader = entry.load()
    missing = [name for name in OFFERED if not hasattr(reader, name)]
    if missing:
        raise AttributeError(f"it has no {missing[0]}")
    return reader


def _unread(entry: EntryPoint) -> Reader | None:
    """One of our own by what its source says of it, None for others: those may not even load."""
    found = find_spec(entry.module) if entry.module.startswith(f"{__package__}.") else None
    if found is None or not (found.origin or "").endswith(".py"):
        return None
    source = Path(found.origin or "").read_text(encoding="utf-8")
    name, version = _NAME.search(source), _VERSION.search(source)
    if name is None or version is None:
        return None
    return _LazyReader(name["text"], int(version["number"]), entry)


class _LazyReader:
    """A reader whose module is imported when more than its name and version is wanted."""

    def __init__(self, name: str, version: int, entry: EntryPoint) -> None:
        self.NAME = name
        self.VERSION = version
        self._entry = entry

    def __getattr__(self, name: str) -> Any:
        value = getattr(_imported(self._entry), name)
        setattr(self, name, value)
        return value
