"""What the dashboard keeps of a person's decisions: `.errata/errata.toml` of an opened folder.

It has sections as the `errata.toml` that people write beside their tables; `file` is a path below
the opened folder. A file beside a table, or above it, wins over it.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from diagnostics.errors import DiagnosticsError
from diagnostics.readers import Folder
from diagnostics.readers.walking import stamp
from diagnostics.workspace.own_folder import OWN, untrusted_part, untrusted_words

FILE = "errata.toml"
#: Its path below the opened folder.
OWN_FILE = f"{OWN}/{FILE}"
REPAIR = f"Correct the line in {OWN_FILE}, or delete the file to have the columns recognised."
FORM = "Write its sections as [[predictions]], one below the other."


def read_choices(root: Path) -> dict[str, dict[str, Any]]:
    """The kept sections by their `file`, the first that speaks of a table counts.

    Raises
    ------
    DiagnosticsError
        If the file is no TOML, or no file of our own.
    """
    sections: dict[str, dict[str, Any]] = {}
    for section in own_sections(root):
        sections.setdefault(str(section.get("file", "*")), section)
    return sections


def own_sections(root: Path) -> list[dict[str, Any]]:
    """The kept sections as they stand, [] if none are kept.

    Raises
    ------
    DiagnosticsError
        If the file is no TOML, or no file of our own.
    """
    look = stamp(root / OWN_FILE)
    return [] if look == "missing" else [dict(section) for section in _sections(root, look)]


@lru_cache(maxsize=8)
def _sections(root: Path, _look: str) -> list[dict[str, Any]]:
    """Kept for as long as the file is unchanged: every folder below asks for it."""
    return sections_of(parsed(own_text(root)))


def own_text(root: Path) -> str:
    """The file as it stands, "" if there is none; DiagnosticsError if it is none of our own."""
    part = untrusted_part(root, FILE)
    if part is not None:
        raise DiagnosticsError(f"{untrusted_words(part)}.", hint="Delete it.")
    try:
        return (root / OWN_FILE).read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise DiagnosticsError(f"{OWN_FILE} cannot be read: {error}.", hint=REPAIR) from error


def parsed(text: str) -> dict[str, Any]:
    """The content of an `errata.toml`; DiagnosticsError if it is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DiagnosticsError(f"{OWN_FILE} is no TOML: {error}.", hint=REPAIR) from error


def sections_of(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The sections of an `errata.toml`: one table, or a list of them."""
    written = content.get("predictions", [])
    sections = written if isinstance(written, list) else [written]
    return [section for section in sections if isinstance(section, dict)]


def choices_stamp(folder: Folder) -> str:
    """Changes when a decision that lies elsewhere and may speak of the folder's files does.

    "" without any: those in the folder itself are among its files.
    """
    digest = blake2b(digest_size=6)
    lines = [*_above(folder), *_of_our_own(folder)]
    for line in lines:
        digest.update(f"{line}\n".encode(errors="surrogateescape"))
    return f"-{digest.hexdigest()}" if lines else ""


def _above(folder: Folder) -> Iterator[str]:
    for base in folder.path.parents:
        if not base.is_relative_to(folder.root):
            return
        look = stamp(base / FILE)
        if look != "missing":
            yield f"{base.relative_to(folder.root)} {look}"


def _of_our_own(folder: Folder) -> Iterator[str]:
    try:
        sections = own_sections(folder.root)
    except DiagnosticsError as error:
        yield error.message
        return
    places = [folder.where(file.name) for file in folder.files] if sections else []
    for section in sections:
        file = str(section.get("file", "*"))
        if any(file == place or fnmatchcase(place, file) for place in places):
            yield json.dumps(section, default=str, sort_keys=True)


def section_as_toml(section: Mapping[str, Any]) -> str:
    """A section as `errata.toml` has it, with its header."""
    lines = (f"{toml_key(key)} = {toml_value(value)}" for key, value in section.items())
    return "\n".join(["[[predictions]]", *lines, ""])


def toml_value(value: object) -> str:
    """A text, a truth value, a number, a list or a table of them as TOML has it, in one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        entries = (f"{toml_key(str(key))} = {toml_value(own)}" for key, own in value.items())
        return f"{{{', '.join(entries)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    # TOML's texts are JSON's, but for the one control character that JSON lets stand.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007F")


def toml_key(key: str) -> str:
    """A key as TOML has it, in quotes where it must be."""
    is_bare = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if is_bare else toml_value(key)
