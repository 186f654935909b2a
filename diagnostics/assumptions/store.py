"""What a team assumes, kept with its results: one row a line, none of them ever changed.

`.errata/assumptions.jsonl` beside the results; where that may not be written, a folder of the
user's own; where a link stands in its place, nowhere, for it may lead to somebody's file. To
withdraw an assumption is another row. A line is written in one piece under a lock, and a line that
cannot be read is left where it is.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal

from diagnostics.assumptions.assumption import Assumption, assumption
from diagnostics.errors import DiagnosticsError
from diagnostics.workspace.own_folder import OWN, untrusted_part, untrusted_words

VERSION = 1
NAME = "assumptions.jsonl"
#: Bytes of a file that are imported at most.
LARGEST_IMPORT = 2_000_000
Action = Literal["assume", "withdraw"]


@dataclass(frozen=True)
class Kept:
    """An assumption of an experiment, with who wrote it and when, where that is known.

    `experiment` is "" for one that holds for every experiment; `when` is ISO 8601 in UTC.
    """

    assumption: Assumption
    experiment: str = ""
    who: str = ""
    when: str = ""


@dataclass(frozen=True)
class AssumptionStore:
    """The assumptions of one workspace.

    `path` is where rows are added, `is_beside` whether that is beside the results. `others` are
    where rows may lie from a time when it was not. `root` is the workspace's folder.
    """

    root: Path

    path: Path
    is_beside: bool
    others: tuple[Path, ...] = ()

    @classmethod
    def of(cls, root: Path) -> AssumptionStore:
        """That of the workspace in a folder: beside the results when that may be written."""
        beside, own = root / OWN / NAME, _own_folder(root) / NAME
        if untrusted_part(root, NAME) is not None or _may_write(beside):
            return cls(root, beside, is_beside=True, others=(own,))
        return cls(root, own, is_beside=False, others=(beside,))

    @property
    def left_out(self) -> str:
        """Why what lies beside the results is not read, as a sentence; "" if it is."""
        untrusted = untrusted_part(self.root, NAME)
        return "" if untrusted is None else f"{untrusted_words(untrusted)}."

    def kept(self, experiment: str | None = None) -> list[Kept]:
        """What is assumed now, in the order in which it was written; None for all experiments.

        What was withdrawn is not there; what was written again is there once, as it was first.
        """
        standing: dict[tuple[str, Assumption], Kept] = {}
        for row in self._rows()[0]:
            entry = _entry(row)
            key = (entry.experiment, entry.assumption)
            if row["action"] == "withdraw":
                standing.pop(key, None)
            else:
                standing.setdefault(key, entry)
        wanted = (None, "", experiment)
        return [e for e in standing.values() if experiment is None or e.experiment in wanted]

    def broken(self) -> int:
        """How many lines cannot be read; they stay in the file."""
        return self._rows()[1]

    def add(self, assumed: Assumption, *, experiment: str = "", who: str = "") -> None:
        """Write an assumption down.

        Raises
        ------
        DiagnosticsError
            If neither folder can be written.
        """
        self._append([_row("assume", Kept(assumed, experiment, who, _now()))])

    def withdraw(self, assumed: Assumption, *, experiment: str = "", who: str = "") -> None:
        """Take an assumption back, as another row; the first one stays in the file."""
        self._append([_row("withdraw", Kept(assumed, experiment, who, _now()))])

    def add_all(self, entries: Iterable[Kept]) -> int:
        """Write down those that are not there yet; how many these were."""
        known = {(entry.experiment, entry.assumption) for entry in self.kept()}
        new: dict[tuple[str, Assumption], Kept] = {}
        for entry in entries:
            if (entry.experiment, entry.assumption) not in known:
                new.setdefault((entry.experiment, entry.assumption), entry)
        self._append([_row("assume", entry) for entry in new.values()])
        return len(new)

    def _rows(self) -> tuple[list[dict[str, Any]], int]:
        """The rows of both files by time, and how many lines are none."""
        rows: list[dict[str, Any]] = []
        broken = 0
        paths = [path for path in (self.path, *self.others) if self._is_trusted(path)]
        for path in paths:
            for line in _lines(path):
                row = _parsed(line)
                broken += row is None
                rows += [row] if row is not None else []
        if len(paths) > 1 and all(path.is_file() for path in paths):
            rows.sort(key=lambda row: str(row.get("added", "")))
        return rows, broken

    def _append(self, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        if not self._is_trusted(self.path):
            raise DiagnosticsError(
                f"The assumption was not kept: {self.left_out}",
                hint="Remove it, or put the folder or file itself in its place.",
            )
        data = b"".join(_line(row) for row in rows)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with _locked(self.path) as handle:
                # After a crash the file may end in half a line: that one stays by itself.
                data = data if _ends_whole(self.path) else b"\n" + data
                os.write(handle, data)
                os.fsync(handle)
        except OSError as error:
            said = error.strerror or type(error).__name__
            raise DiagnosticsError(
                f"The assumption was not kept: {self.path.name} cannot be written ({said}).",
                hint="Keep the link or export the assumptions, and make room or ask for access.",
            ) from error

    def _is_trusted(self, path: Path) -> bool:
        """Whether a path is with the user, or beside the results and may be ours."""
        return path != self.root / OWN / NAME or untrusted_part(self.root, NAME) is None


def exported(entries: Iterable[Kept]) -> str:
    """Assumptions as JSON: a list of objects with the fields of the store's rows."""
    rows = [_row("assume", entry) for entry in entries]
    for row in rows:
        del row["action"], row["added"]
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


def imported(text: str) -> list[Kept]:
    """The assumptions of an export.

    Raises
    ------
    DiagnosticsError
        If it is no such file, or one of its assumptions is none; the message says which.
    """
    if len(text) > LARGEST_IMPORT:
        raise DiagnosticsError("The file is too large for a list of assumptions.")
    hint = "Import what Export wrote: a list of objects with kind, subject and claim."
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DiagnosticsError("The file is no JSON.", hint=hint) from error
    if not isinstance(rows, list):
        raise DiagnosticsError("The file is no list of assumptions.", hint=hint)
    entries = []
    for number, row in enumerate(rows, 1):
        try:
            entries.append(_entry(row))
        except (DiagnosticsError, KeyError, TypeError, AttributeError) as error:
            said = error.message if isinstance(error, DiagnosticsError) else "A part is missing."
            raise DiagnosticsError(f"Entry {number} is no assumption: {said}", hint=hint) from error
    return entries


def _own_folder(root: Path) -> Path:
    from platformdirs import user_data_path

    name = blake2b(str(root).encode(errors="surrogateescape"), digest_size=12).hexdigest()
    return user_data_path("errata") / name


def _may_write(path: Path) -> bool:
    """Whether a row can be added: to the file if it is there, else to its folder."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            return os.access(path, os.W_OK)
        with tempfile.TemporaryFile(dir=path.parent):
            return True
    except OSError:
        return False


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """The file, opened for adding, while nobody else adds; where there are no locks, without."""
    extra = getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | extra, 0o666)
    try:
        try:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX)
        except (ImportError, OSError):  # Windows, and some network drives
            pass
        yield handle
    finally:
        os.close(handle)  # which gives the lock back


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        if not file.tell():
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _lines(path: Path) -> list[bytes]:
    try:
        return [line for line in path.read_bytes().split(b"\n") if line.strip()]
    except OSError:
        return []


def _line(row: Mapping[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode(errors="replace") + b"\n"


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
        _entry(row)
        return row if row["action"] in ("assume", "withdraw") else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, DiagnosticsError):
        return None


def _entry(row: Mapping[str, Any]) -> Kept:
    assumed = assumption(row["kind"], row["subject"], row["claim"], row.get("label") or None)
    said = [str(row.get(name) or "") for name in ("experiment", "who", "when")]
    return Kept(assumed, *said)


def _row(action: Action, entry: Kept) -> dict[str, Any]:
    assumed = entry.assumption
    label = {"label": assumed.label} if assumed.label is not None else {}
    return {
        "version": VERSION,
        "action": action,
        "kind": assumed.kind,
        "subject": assumed.subject,
        "claim": assumed.claim,
        **label,
        "experiment": entry.experiment,
        "who": entry.who,
        "when": entry.when,
        "added": _now(),
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


__all__ = ["AssumptionStore", "Kept", "exported", "imported"]
