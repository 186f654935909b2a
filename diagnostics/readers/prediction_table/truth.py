"""The true labels from another file: `y_test.csv`, `labels.csv`, joined by id or by row order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from diagnostics.readers import Folder
from diagnostics.readers.prediction_table.choices import Choice, mapping_entry
from diagnostics.readers.prediction_table.columns.names import (
    IDENTITY,
    INDEX,
    TRUTH,
    best,
    is_named,
    is_prediction_file,
    key,
)
from diagnostics.readers.prediction_table.columns.roles import Roles
from diagnostics.readers.prediction_table.content import id_texts
from diagnostics.readers.prediction_table.files import SUFFIXES, read_table
from diagnostics.readers.prediction_table.table import UnreadableTable, stem_of
from diagnostics.workspace.safe_paths import file_inside

TRUTH_FILE = (
    r"(?:y|labels?|targets?|truth|ground_?truth|gold|answers?|solutions?|actuals?)"
    r"(?:_(?:test|val|valid|validation|true|set|data|labels?))*"
    r"|(?:test|val|validation|true|gold)_(?:y|labels?|targets?|truth|data|set|df)|test|y_?true"
)
HINT = (
    "Add a column true_label, or a file beside it (y_test.csv, labels.csv) with the same ids, or "
    'name the file in errata.toml: truth_file = "…".'
)


@dataclass(frozen=True)
class Truth:
    """True labels in the order of the predictions; `content` is what else their file says."""

    labels: pl.Series
    content: pl.DataFrame
    mapping: dict[str, str]
    note: str
    is_by_row_order: bool = False


def truth_beside(
    folder: Folder, name: str, frame: pl.DataFrame, roles: Roles, choice: Choice
) -> Truth | None:
    """The true labels of a table that has none, None if no file has them.

    They come from the file that `errata.toml` names, else from one in the folder, or in the one
    above, that is called like labels and holds the same ids or as many rows.
    """
    for path, shown in _candidates(folder, name, choice):
        try:
            other = read_table(path).frame
        except UnreadableTable:
            continue
        label = _label_column(other, roles, choice)
        if label is None:
            continue
        truth = _joined(other, frame, roles, label, shown)
        if truth is not None:
            if path.parent != folder.path:
                folder.use(path)
            return truth
    return None


def _candidates(folder: Folder, name: str, choice: Choice) -> Iterator[tuple[Path, str]]:
    """Files that may hold the truth, and how `errata.toml` would call them."""
    if choice.truth_file:
        told = file_inside(choice.base / choice.truth_file, folder.root)
        if told is not None:
            yield told, choice.truth_file
        return
    for file in folder.files:
        if file.name != name and _is_truth_name(file.name):
            yield folder.path / file.name, file.name
    if folder.path != folder.root:
        above = sorted(path for path in folder.path.parent.iterdir() if _is_truth_name(path.name))
        yield from ((path, f"../{path.name}") for path in above if path.is_file())


def _is_truth_name(name: str) -> bool:
    stem = stem_of(name)
    is_called_so = re.fullmatch(TRUTH_FILE, key(stem)) is not None
    return name.lower().endswith(SUFFIXES) and is_called_so and not is_prediction_file(stem)


def _label_column(other: pl.DataFrame, roles: Roles, choice: Choice) -> str | None:
    """The column with the labels: told, called so, called like ours, or the only one left."""
    told = choice.columns.get("true_label", ("",))[0]
    if told in other.columns:
        return told
    flat = [name for name in other.columns if not other[name].dtype.is_nested()]
    free = [name for name in flat if name != roles.id and not is_named(name, INDEX)]
    unique = [name for name in best(free, IDENTITY) if other[name].n_unique() == len(other)]
    rest = [name for name in free if name not in unique]
    answered = {answer.predicted for answer in roles.answers}
    named = [*best(rest, TRUTH), *(name for name in rest if name in answered)]
    return named[0] if named else rest[0] if len(rest) == 1 else None


def _joined(
    other: pl.DataFrame, frame: pl.DataFrame, roles: Roles, label: str, shown: str
) -> Truth | None:
    identity = _same_ids(other, frame, roles, label)
    if identity is not None and roles.id:
        return _by_id(other, frame, roles.id, identity, label, shown)
    if len(other) != len(frame):
        return None
    known = {*frame.columns, label, *(n for n in other.columns if is_named(n, INDEX))}
    rows = f"by row order, {len(frame):,} rows each"
    return Truth(
        other[label],
        other.select(name for name in other.columns if name not in known),
        {"truth_file": mapping_entry(shown, rows), "true_label": mapping_entry(label)},
        f"The true labels come from {shown} {rows}: no id joins the two.",
        is_by_row_order=True,
    )


def _same_ids(other: pl.DataFrame, frame: pl.DataFrame, roles: Roles, label: str) -> str | None:
    """The other file's id column: called like ours or like an id, with most of our ids in it."""
    if roles.id is None:
        return None
    ours = id_texts(frame[roles.id])[0].unique()
    free = [n for n in other.columns if n != label and not other[n].dtype.is_nested()]
    alike = [name for name in free if key(name) == key(roles.id or "")]
    for name in dict.fromkeys([*alike, *best(free, IDENTITY)]):
        theirs = id_texts(other[name])[0]
        is_shared = ours.is_in(theirs.to_list()).sum() * 2 > len(ours)
        if is_shared and theirs.n_unique() == len(theirs):
            return name
    return None


def _by_id(
    other: pl.DataFrame, frame: pl.DataFrame, ours: str, theirs: str, label: str, shown: str
) -> Truth:
    extra = [name for name in other.columns if name not in (*frame.columns, label, theirs)]
    ids = id_texts(other[theirs])[0].alias("\0id")
    right = other.select(ids, pl.col(label).alias("\0label"), *extra)
    left = id_texts(frame[ours])[0].alias("\0id").to_frame()
    joined = left.join(right, on="\0id", how="left", maintain_order="left")
    matches = left["\0id"].is_in(ids.to_list()).sum()
    matched = f"{matches:,} of {len(frame):,} rows matched"
    return Truth(
        joined["\0label"].alias(label),
        joined.select(extra),
        {
            "truth_file": mapping_entry(shown, f"joined by {ours}", matched),
            "true_label": mapping_entry(label),
        },
        f"The true labels come from {shown}, joined by {ours!r}: {matched}.",
    )
