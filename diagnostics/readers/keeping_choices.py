"""Writing what the dashboard keeps of a person's decisions: `.errata/errata.toml`."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import mkstemp
from threading import Lock
from typing import Any

import tomlkit
from tomlkit import TOMLDocument
from tomlkit.container import OutOfOrderTableProxy
from tomlkit.items import AbstractTable, AoT, Item, Table, Whitespace

from diagnostics.errors import DiagnosticsError
from diagnostics.readers.own_choices import (
    FILE,
    FORM,
    OWN_FILE,
    own_text,
    parsed,
    section_as_toml,
    sections_of,
)
from diagnostics.workspace.own_folder import made_folder

HEAD = (
    "# Kept by the dashboard. An errata.toml beside a table, or above it, wins over this file.\n\n"
)
_WRITING = Lock()


def write_choice(root: Path, section: Mapping[str, Any]) -> None:
    """Keep what was decided about one table; replaces what was kept of it before.

    The file is replaced whole or not at all. What is not of this section stays as it was written,
    and so do the comments in it and the keys that keep their value.

    Parameters
    ----------
    root
        The opened folder.
    section
        Keys and values as `errata.toml` has them: texts, truth values, lists and tables of texts.
        `file` is the table's path below the root, with slashes. With `file` alone the section is
        taken out: the columns are recognised again.

    Raises
    ------
    DiagnosticsError
        If `section` names no file, if what is there is no TOML or lists its sections in another
        form than `[[predictions]]`, or if nothing can be written. Nothing is changed then.
    """
    wanted = dict(section)
    file = wanted.get("file")
    if not isinstance(file, str) or not file:
        raise DiagnosticsError("The section names no file.", hint='Give file = "…", its path.')
    with _WRITING:  # two people who keep something at once keep both
        while True:
            before = own_text(root)
            text = _with_section(before, wanted)
            if text == before or _write(root, text, before):
                return


def _with_section(before: str, wanted: Mapping[str, Any]) -> str:
    old = parsed(before)
    if not before.strip():
        return HEAD + section_as_toml(wanted) if len(wanted) > 1 else before
    text = _replaced(before, wanted)
    if not _is_kept(old, text, wanted):
        what = f"The section of {wanted['file']!r} cannot be written into {OWN_FILE} as it stands."
        raise DiagnosticsError(what, hint=FORM)
    return text


def _is_kept(old: Mapping[str, Any], text: str, wanted: Mapping[str, Any]) -> bool:
    """Whether the new text says what is wanted of the file, and of the rest what it said before."""
    try:
        new = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    of_file = [own for own in sections_of(new) if own.get("file") == wanted["file"]]
    others = [
        [own for own in sections_of(content) if own.get("file") != wanted["file"]]
        for content in (old, new)
    ]
    rest = [{**content, "predictions": None} for content in (old, new)]
    return (
        of_file == ([wanted] if len(wanted) > 1 else [])
        and others[0] == others[1]
        and rest[0] == rest[1]
    )


def _replaced(text: str, wanted: Mapping[str, Any]) -> str:
    """The text with what is wanted of the file; where a section of it stands, it is changed."""
    document = tomlkit.parse(text)
    sections = _sections(document)
    if sections is None:
        return text
    of_file = [own for own in sections if own.get("file", "*") == wanted["file"]]
    is_kept = len(wanted) > 1
    left_over = [words for own in of_file[is_kept:] for words in _comments(own)]
    for section in of_file[is_kept:]:
        sections.remove(section)
    if is_kept and of_file:
        _change(of_file[0], wanted)
    elif is_kept:
        _add(sections, wanted)
    if not len(sections):
        document.remove("predictions")
    for words in left_over:
        document.add(tomlkit.comment(words))
    return tomlkit.dumps(document)


def _sections(document: TOMLDocument) -> AoT | None:
    """The sections; None where they stand in a form that leaves no room for another one."""
    written = document.get("predictions")
    if isinstance(written, AoT):
        return written
    if written is not None and not isinstance(written, Table):
        return None
    sections = tomlkit.aot()
    if written is not None:  # one section in single brackets stands for itself
        document.remove("predictions")
        sections.append(written)
    document["predictions"] = sections
    return sections


def _add(sections: AoT, wanted: Mapping[str, Any]) -> None:
    """A new section: the last one, or before all where one of them speaks of the file, too."""
    table = tomlkit.table()
    for key, value in wanted.items():
        table.add(key, _item(value))
    is_covered = any(fnmatchcase(wanted["file"], str(own.get("file", "*"))) for own in sections)
    if is_covered:
        table.add(tomlkit.nl())
        sections.insert(0, table)
        return
    if len(sections):
        sections[-1].add(tomlkit.nl())
    sections.append(table)


def _change(section: Table, wanted: Mapping[str, Any]) -> None:
    """Keys whose value changes are written anew; what was said beside them stays."""
    changed = [key for key, value in section.unwrap().items() if wanted.get(key) != value]
    for key in changed:
        words = _comments(section.item(key))
        section.remove(key)
        for line in words:
            section.add(tomlkit.comment(line))
    for key, value in wanted.items():
        if key not in section:
            section.add(key, _item(value))


def _item(value: object) -> Item:
    """A value in one line."""
    if not isinstance(value, Mapping):
        return tomlkit.item(value)
    table = tomlkit.inline_table()
    table.update(value)
    return table


def _comments(item: Item | OutOfOrderTableProxy) -> list[str]:
    """What stands behind a value and, of a table, between its lines; without the number sign."""
    if isinstance(item, Whitespace | OutOfOrderTableProxy):
        return []
    words = [item.trivia.comment.lstrip("#").strip()]
    if isinstance(item, AbstractTable):
        words += [line for _, own in item.value.body for line in _comments(own)]
    return [line for line in words if line]


def _write(root: Path, text: str, before: str) -> bool:
    """Replace the file in one step: who reads it meanwhile sees the old one or the new one.

    False, and nothing is written, where it no longer is as it was `before`: another process kept
    something in the meantime.
    """
    try:
        folder = made_folder(root)
        handle, name = mkstemp(prefix=f"{FILE}.", dir=folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as written:
                written.write(text)
            if own_text(root) != before:
                return False
            Path(name).replace(folder / FILE)
            return True
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        what = f"{OWN_FILE} cannot be written: {error.strerror or error}."
        raise DiagnosticsError(what, hint="Check that you may write into the folder.") from error
