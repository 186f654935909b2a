"""Writing what the dashboard keeps of a person's decisions: `.errata/errata.toml`."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkstemp
from typing import Any

from diagnostics.errors import DiagnosticsError
from diagnostics.readers.own_choices import (
    FILE,
    FORM,
    OWN_FILE,
    own_text,
    parsed,
    section_as_toml,
    sections_of,
    toml_key,
    toml_value,
)
from diagnostics.workspace.own_folder import made_folder

HEAD = (
    "# Kept by the dashboard. An errata.toml beside a table, or above it, wins over this file.\n\n"
)


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
    before = own_text(root)
    if not before.strip() and len(wanted) == 1:
        return
    old = parsed(before)
    text = _replaced(before, wanted) if before.strip() else HEAD + section_as_toml(wanted)
    if not _is_kept(old, text, wanted):
        what = f"The section of {file!r} cannot be written into {OWN_FILE} as that stands."
        raise DiagnosticsError(what, hint=FORM)
    if text != before:
        _write(root, text)


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


@dataclass
class _Block:
    """A table of the file: its statements, the header first; none before the first table.

    `content` is the section that they say, None in what is no section.
    """

    statements: list[str] = field(default_factory=list)
    content: dict[str, Any] | None = None


def _replaced(text: str, wanted: Mapping[str, Any]) -> str:
    blocks = _blocks(text if text.endswith("\n") else f"{text}\n")
    of_file = [b for b in blocks if b.content is not None and b.content["file"] == wanted["file"]]
    for block in of_file:
        is_first = block is of_file[0] and len(wanted) > 1
        block.statements = _changed(block, wanted) if is_first else _comments(block)
    if not of_file and len(wanted) > 1:
        _insert(blocks, section_as_toml(wanted))
    return "".join(statement for block in blocks for statement in block.statements)


def _statements(text: str) -> list[str]:
    """The text cut after each header, key with its value, comment and blank line."""
    statements: list[str] = []
    begun = ""
    for line in text.splitlines(keepends=True):
        begun += line
        with suppress(tomllib.TOMLDecodeError):
            tomllib.loads(begun)
            statements.append(begun)
            begun = ""
    return [*statements, begun] if begun else statements


def _blocks(text: str) -> list[_Block]:
    blocks = [_Block()]
    for statement in _statements(text):
        is_header = statement.lstrip().startswith("[")
        opened = tomllib.loads(statement).get("predictions") if is_header else None
        # `[predictions.label_names]` goes on with the section above it.
        is_part = isinstance(opened, dict) and bool(opened) and blocks[-1].content is not None
        if is_header and not is_part:
            is_section = opened in ({}, [{}])
            blocks.append(_Block(content={} if is_section else None))
            # One section in single brackets stands for itself, and leaves no room for a second.
            statement = (
                statement.replace("[predictions]", "[[predictions]]") if opened == {} else statement
            )
        blocks[-1].statements.append(statement)
    for block in blocks:
        if block.content is not None:
            [block.content] = tomllib.loads("".join(block.statements))["predictions"]
            block.content.setdefault("file", "*")
    return blocks


def _changed(block: _Block, wanted: Mapping[str, Any]) -> list[str]:
    """The block's statements, those of keys whose value changes written anew."""
    old = block.content or {}
    same = {key for key in wanted if key in old and old[key] == wanted[key]}
    header, *body = block.statements
    kept: list[str] = []
    place = 0  # where new keys go: below the last one, above comments that end the block
    within = ""
    for statement in body:
        name = within or next(iter(tomllib.loads(statement)), "")
        if statement.lstrip().startswith("["):
            within = name = next(iter(tomllib.loads(statement)["predictions"]))
        is_comment = not statement.strip() or statement.lstrip().startswith("#")
        if is_comment or name in same:
            kept.append(statement)
        elif comment := _trailing_comment(statement):
            kept.append(comment)
        if not is_comment and not within:
            place = len(kept)
    new = [_line(key, value) for key, value in wanted.items() if key not in same]
    return [header, *kept[:place], *new, *kept[place:]]


def _comments(block: _Block) -> list[str]:
    """What is left of a section that is taken out: the lines that say nothing to a machine."""
    body = [s for s in block.statements[1:] if s.lstrip().startswith("#")]
    return [
        *body,
        *(c for s in block.statements[1:] if s not in body and (c := _trailing_comment(s))),
    ]


def _trailing_comment(statement: str) -> str:
    """The comment behind a value, "" if there is none."""
    value = tomllib.loads(statement)
    for place, letter in enumerate(statement):
        with suppress(tomllib.TOMLDecodeError):
            if letter == "#" and tomllib.loads(statement[:place]) == value:
                return statement[place:] if value else ""
    return ""


def _insert(blocks: list[_Block], text: str) -> None:
    """The new section before the first one, of which the first that speaks of a file counts."""
    places = [place for place, block in enumerate(blocks) if block.content is not None]
    if not places:
        blocks.append(_Block([f"\n{text}"]))
        return
    above = blocks[places[0] - 1].statements
    place = len(above)  # a comment right above a section belongs to it
    while place and above[place - 1].lstrip().startswith("#"):
        place -= 1
    above[place:place] = [f"{text}\n"]


def _line(key: str, value: object) -> str:
    return f"{toml_key(key)} = {toml_value(value)}\n"


def _write(root: Path, text: str) -> None:
    """Replace the file in one step: who reads it meanwhile sees the old one or the new one."""
    try:
        folder = made_folder(root)
        handle, name = mkstemp(prefix=f"{FILE}.", dir=folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as written:
                written.write(text)
            Path(name).replace(folder / FILE)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        what = f"{OWN_FILE} cannot be written: {error.strerror or error}."
        raise DiagnosticsError(what, hint="Check that you may write into the folder.") from error
