"""What a person decided about the columns of a table: `errata.toml`, read and written."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from diagnostics.errors import DiagnosticsError
from diagnostics.readers import Folder
from diagnostics.readers.own_choices import FILE, OWN_FILE, own_sections, toml_value
from diagnostics.readers.prediction_table.values.scores import KINDS
from diagnostics.workspace import Problem

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
    "repeat",
    "split",
    "model",
    "candidate",
    "weight",
    "group",
    "verdict",
    "shown",
)
KEYS = (
    "file",
    *COLUMN_ROLES,
    "labels",
    "label_names",
    "positive_label",
    "scores",
    "join_labels",
    "truth_file",
    "parts",
    "ignore",
)
#: Where the label and the score are in lists: `probabilities` as a table.
LISTS = ("column", "labels", "scores")


@dataclass(frozen=True)
class Choice:
    """One `[predictions]` section: the files that it speaks of and the roles that it fixes.

    `label_names` is a mapping from code to name, or the file or column that has it; "" where none
    is wanted, None where nothing is said. Without `join_labels` labels that answers and truth spell
    in different ways stay different labels. In our own file (`is_own`) `file` is a path below the
    root, never just a name.
    """

    file: str = "*"
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    label_names: Mapping[str, str] | str | None = None
    positive_label: str = ""
    scores: str = ""
    join_labels: bool = True
    truth_file: str = ""
    parts: bool = False
    ignore: bool = False
    base: Path = Path()
    is_own: bool = False

    def covers(self, path: Path) -> bool:
        """Whether the section speaks of this file; a pattern without `/` is about names."""
        below = path.relative_to(self.base).as_posix()
        names = (below,) if self.is_own else (below, path.name)
        # As it stands first: to a pattern, the brackets of `run [1].csv` are a choice of letters.
        return self.file in names or any(fnmatchcase(name, self.file) for name in names)


def choices(folder: Folder) -> tuple[list[Choice], list[Problem]]:
    """The sections that may speak of a folder's files, the first that does counts.

    The folder's own come first, then those of the folders above, the nearest first, at last those
    that the dashboard keeps for the whole workspace, in `.errata`.
    """
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
    own, wrong = _own(folder)
    return [*nearest, *own], [*problems, *wrong]


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


def _own(folder: Folder) -> tuple[list[Choice], list[Problem]]:
    """What the dashboard keeps; that it changed is seen by whoever opens the folder."""
    try:
        sections = own_sections(folder.root)
    except DiagnosticsError as error:
        return [], [Problem("broken-errata-toml", OWN_FILE, error.message, error.hint)]
    problems: list[Problem] = []
    decided = [
        _choice(section, folder.root, OWN_FILE, problems, is_own=True) for section in sections
    ]
    return decided, problems


def choice_of(section: Mapping[str, Any], root: Path) -> tuple[Choice, list[Problem]]:
    """A section as the dashboard keeps it, and what is wrong with its keys.

    Parameters
    ----------
    section
        Keys and values as `errata.toml` has them; `file` is a path below `root`.
    root
        The opened folder.
    """
    problems: list[Problem] = []
    return _choice(dict(section), root, OWN_FILE, problems, is_own=True), problems


def _choice(
    section: dict[str, Any],
    base: Path,
    where: str,
    problems: list[Problem],
    *,
    is_own: bool = False,
) -> Choice:
    problems += _unknown(section, KEYS, "[predictions]", where)
    scores = str(section.get("scores", ""))
    if scores and scores not in KINDS:
        hint = f"Write one of: {', '.join(KINDS)}."
        problems.append(Problem("unknown-scores", where, f"`scores` may not be {scores!r}.", hint))
        scores = ""
    lists = section.get("probabilities")
    lists = lists if isinstance(lists, dict) else {}
    problems += _unknown(lists, LISTS, "`probabilities`", where)
    return Choice(
        file=str(section.get("file", "*")),
        columns={
            role: names
            for role in COLUMN_ROLES
            if role in section and (names := _columns(section[role]))
        },
        labels=_texts(section.get("labels", [])),
        label_names=_label_names(section.get("label_names")),
        positive_label=str(section.get("positive_label", "")),
        scores=scores,
        join_labels=section.get("join_labels") is not False,
        truth_file=str(section.get("truth_file", "")),
        parts=section.get("parts") is True,
        ignore=section.get("ignore") is True,
        base=base,
        is_own=is_own,
    )


def _unknown(
    section: Mapping[str, Any], keys: Collection[str], what: str, where: str
) -> Iterator[Problem]:
    for key in section.keys() - set(keys):
        close = get_close_matches(key, keys, n=1)
        hint = f"Did you mean {close[0]!r}?" if close else f"It may have: {', '.join(keys)}."
        yield Problem("unknown-key", where, f"{what} has no key {key!r}.", hint)


def _columns(value: Any) -> tuple[str, ...]:
    """The columns of a role; of a table those with the lists of labels and of their scores.

    With `column` they are the fields of the objects that this column lists, which are columns of
    their own by then.
    """
    if not isinstance(value, dict):
        return _texts(value)
    column = f"{value['column']}." if "column" in value else ""
    fields = [f"{column}{value[key]}" for key in ("labels", "scores") if key in value]
    return tuple(fields) if len(fields) == 2 else tuple(filter(None, [column.rstrip(".")]))


def _label_names(value: Any) -> Mapping[str, str] | str | None:
    """A table from code to name, a list that is counted from 0, a file or a column; "" for none."""
    if isinstance(value, list):
        return {str(code): str(name) for code, name in enumerate(value)}
    if isinstance(value, dict):
        return {str(code): str(name) for code, name in value.items()}
    return "" if value is False else None if value is None else str(value)


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


def mapping_as_section(mapping: Mapping[str, str]) -> dict[str, Any]:
    """A run's mapping as a section of `errata.toml`, its values as TOML has them.

    What `own_choices.write_choice` takes, once `file` is a path below the root.
    """
    [section] = tomllib.loads(_section(mapping))["predictions"]
    return dict(section)


def _section(mapping: Mapping[str, str]) -> str:
    values = {key: re.sub(r"\s*\([^()]*\)$", "", mapping.get(key, "")) for key in KEYS}
    lines = [f"{key} = {_toml(key, value)}" for key, value in values.items() if value]
    return "\n".join(["[[predictions]]", *lines, ""])


def _toml(key: str, value: str) -> str:
    """A value as TOML: a list, a table or a truth value as it stands, everything else as text."""
    if key in ("join_labels", "parts", "ignore") and value in ("true", "false"):
        return value
    if key in ("probabilities", "label_names") and value.startswith("{") and _is_toml(value):
        return value
    try:
        is_list = value.startswith("[") and isinstance(json.loads(value), list)
    except ValueError:
        is_list = False
    return value if is_list else toml_value(value)


def _is_toml(value: str) -> bool:
    try:
        return isinstance(tomllib.loads(f"value = {value}")["value"], dict)
    except tomllib.TOMLDecodeError:
        return False
