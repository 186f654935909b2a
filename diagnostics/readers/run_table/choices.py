"""What a person said of the columns of a table of runs: kept in our own folder, never forgotten."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from diagnostics.errors import DiagnosticsError
from diagnostics.readers import Folder
from diagnostics.readers.run_table.roles import Role, known_roles
from diagnostics.workspace.own_folder import OWN, made_folder, untrusted_part, untrusted_words

_NAME = "run-tables.json"
#: Below the workspace's root, where alone Errata writes.
FILE = f"{OWN}/{_NAME}"


def chosen_roles(folder: Folder, name: str) -> dict[str, Role]:
    """The roles that were last chosen for the columns of a table; empty if nobody chose."""
    folder.use(folder.root / FILE)
    where = folder.where(name)
    mine = [entry for entry in _entries(folder.root) if entry.get("file") == where]
    return known_roles(mine[-1].get("roles") or {}) if mine else {}


def choose_roles(root: Path, file: str, roles: Mapping[str, Role]) -> None:
    """Keep what a person chose; what was chosen before stays in the file, above it.

    Parameters
    ----------
    root
        The workspace's folder.
    file
        The table's path below it, as `Run.path` has it.
    roles
        A role for each column.

    Raises
    ------
    DiagnosticsError
        If nothing may be written there.
    """
    path = root / FILE
    untrusted = untrusted_part(root, _NAME)
    if untrusted is not None:
        raise DiagnosticsError(
            f"The choice cannot be kept: {untrusted_words(untrusted)}.",
            hint=f"Remove {untrusted}, or put the folder or file itself in its place.",
        )
    now = datetime.now(UTC).isoformat(timespec="seconds")
    entries = [*_entries(root), {"file": file, "chosen": now, "roles": dict(roles)}]
    try:
        made_folder(root)
        handle, written = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            json.dump(entries, out, ensure_ascii=False, indent=1)
        Path(written).replace(path)
    except OSError as error:
        raise DiagnosticsError(
            f"The choice cannot be kept in {path.parent}: {error}.",
            hint="Let Errata write into the folder of results, or copy it to where it may.",
        ) from error


def _entries(root: Path) -> list[dict[str, Any]]:
    if untrusted_part(root, _NAME) is not None:
        return []
    try:
        content = json.loads((root / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return (
        [entry for entry in content if isinstance(entry, dict)] if isinstance(content, list) else []
    )
