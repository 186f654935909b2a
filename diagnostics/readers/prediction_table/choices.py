"""What a person decided about the columns of a table: `errata.toml`, read and written."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from diagnostics.readers import Folder
from diagnostics.readers.prediction_table.values.scores import KINDS
from diagnostics.workspace import Problem

FILE = "errata.toml"
#: Roles whose value is a column's name, or a pattern with `*` for several.
COLUMN_ROLES = (
    "id",
    "text",
    "image",
    "true_label",
    "predicted_label",
    "confidence",
    "probabilities",
    "fold",
    "split",
    "model",
    "group",
    "verdict",
)
KEYS = ("file", *COLUMN_ROLES, "labels", "positive_label", "scores", "truth_file", "ignore")


@dataclass(frozen=True)
class Choice:
    """One `[predictions]` section: the files that it speaks of and the roles that it fixes."""

    file: str = "*"
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    positive_label: str = ""
    scores: str = ""
    truth_file: str = ""
    ignore: bool = False
    base: Path = Path()

    def covers(self, path: Path) -> bool:
        """Whether the section speaks of this file; a pattern without `/` is about names."""
        below = path.relative_to(self.base).as_posix()
        return fnmatchcase(below, self.file) or fnmatchcase(path.name, self.file)


def choices(folder: Folder) -> tuple[list[Choice], list[Problem]]:
    """The sections that may speak of a folder's files, nearest first: its own, then those above."""
    nearest: list[Choice] = []
    problems: list[Problem] = []
    for base in (folder.path, *folder.path.parents):
        if not base.is_relative_to(folder.root):
            break
        path = base / FILE
        if base == folder.path and FILE not in folder.names:
            continue
        if path.is_file():
            if base != folder.path:
                folder.use(path)
            sections, wrong = _sections(path, path.relative_to(folder.root).as_posix())
            nearest += sections
            problems += wrong
    return nearest, problems


def _sections(path: Path, where: str) -> tuple[list[Choice], list[Problem]]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        hint = "Correct the line, or delete the file to have the columns recognised."
        return [], [Problem("broken-errata-toml", where, f"The file is no TOML: {error}.", hint)]
    written = content.get("predictions", [])  # one table, or a list of them: `[[predictions]]`
    sections = written if isinstance(written, list) else [written]
    problems: list[Problem] = []
    decided = [
        _choice(section, path.parent, where, problems)
        for section in sections
        if isinstance(section, dict)
    ]
    return decided, problems


def _choice(section: dict[str, Any], base: Path, where: str, problems: list[Problem]) -> Choice:
    for key in section.keys() - set(KEYS):
        close = get_close_matches(key, KEYS, n=1)
        hint = f"Did you mean {close[0]!r}?" if close else f"It may have: {', '.join(KEYS)}."
        problems.append(Problem("unknown-key", where, f"[predictions] has no key {key!r}.", hint))
    scores = str(section.get("scores", ""))
    if scores and scores not in KINDS:
        hint = f"Write one of: {', '.join(KINDS)}."
        problems.append(Problem("unknown-scores", where, f"`scores` may not be {scores!r}.", hint))
        scores = ""
    return Choice(
        file=str(section.get("file", "*")),
        columns={role: _texts(section[role]) for role in COLUMN_ROLES if role in section},
        labels=_texts(section.get("labels", [])),
        positive_label=str(section.get("positive_label", "")),
        scores=scores,
        truth_file=str(section.get("truth_file", "")),
        ignore=section.get("ignore") is True,
        base=base,
    )


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(entry) for entry in value) if isinstance(value, list) else (str(value),)


def mapping_entry(value: str, *comments: str) -> str:
    """An entry of `Reading.mapping`: the value for `errata.toml`, then words for people."""
    comment = ", ".join(filter(None, comments)).replace("(", "[").replace(")", "]")
    if not comment and value.endswith(")"):
        comment = "column"  # so that the last parenthesis is always the comment
    return f"{value} ({comment})".strip() if comment else value


def mapping_as_toml(*mappings: Mapping[str, str]) -> str:
    """The text of an `errata.toml` that reproduces the roles that were chosen.

    Parameters
    ----------
    mappings
        `Run.mapping` of runs that come from prediction tables in one folder; there is one
        section for each table.

    Returns
    -------
    The text, ready to be saved beside the tables. What no column tells is left out, and is
    recognised again.
    """
    return "\n".join(dict.fromkeys(_section(mapping) for mapping in mappings))


def _section(mapping: Mapping[str, str]) -> str:
    values = {key: re.sub(r"\s*\([^()]*\)$", "", mapping.get(key, "")) for key in KEYS}
    lines = [f"{key} = {_toml(value)}" for key, value in values.items() if value]
    return "\n".join(["[[predictions]]", *lines, ""])


def _toml(value: str) -> str:
    """A value as TOML: a list of texts as it stands, everything else as text."""
    try:
        is_list = value.startswith("[") and isinstance(json.loads(value), list)
    except ValueError:
        is_list = False
    return value if is_list else json.dumps(value, ensure_ascii=False)
