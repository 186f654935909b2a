"""NumPy's arrays as columns: `y_true`, `y_pred` and `y_prob`, in files of their own or in one."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
import polars as pl

from diagnostics.readers.prediction_table.columns.names import key
from diagnostics.readers.prediction_table.shapes.content import require_size
from diagnostics.readers.prediction_table.table import CUT_OFF, SAMPLE, Table, UnreadableTable

#: What an array is by a word in its name; the first that fits counts: `y_pred_proba` is scores.
ROLES = {
    "y_prob": r"(?:y_?)?(?:pred_?)?prob(?:a|s|as|abilit(?:y|ies))?|(?:y_?)?scores?|softmax"
    r"|confidences?",
    "logits": r"(?:y_?)?logits?",
    "y_pred": r"y_?(?:pred|hat)(?:_labels?)?|(?:pred|predicted)_labels?|preds?|predictions?"
    r"|predicted",
    "y_true": r"y_?true|true_labels?|labels?|targets?|ground_?truth|gold|y",
}
#: What is asked of a truth whose name says a split; best first.
SPLITS = ("test", "val", "valid", "validation", "dev", "eval", "train")
PICKLED = (
    "pickle-not-opened",
    "The array holds Python objects, which only pickle can read; it was not opened.",
    "Save labels with np.save as an array of numbers or of texts: array.astype(str).",
)


def role_of(name: str) -> tuple[str, str]:
    """What an array called so is, "" for nothing known, and the rest of the name: `svm`, `test`."""
    words = key(name)
    for role, pattern in ROLES.items():
        if match := re.search(rf"(?:^|_)(?:{pattern})(?:_|$)", words):
            rest = f"{words[: match.start()]}_{words[match.end() :]}".strip("_")
            return role, rest
    return "", words


def array_groups(names: Sequence[str]) -> list[tuple[str, ...]]:
    """Names of arrays that are one model's: the answers or scores first, then their truth.

    Scores alone may be anything; they are answers beside a truth.
    """
    roles = {name: role_of(Path(name).stem) for name in names}
    groups: dict[str, dict[str, str]] = {}
    for name, (role, rest) in roles.items():
        if role in ("y_pred", "y_prob", "logits"):
            groups.setdefault(rest, {}).setdefault(role, name)
    truths = {rest: name for name, (role, rest) in roles.items() if role == "y_true"}
    models = []
    for rest, members in groups.items():
        split = "_".join(word for word in rest.split("_") if word in SPLITS)
        near = (rest, split) if split else (rest, "", *SPLITS[:-1])
        truth = next((truths[name] for name in (*near, "") if name in truths), None)
        if "y_pred" in members or truth:
            order = (members.get(role) for role in ("y_pred", "y_prob", "logits"))
            models.append(tuple(name for name in (*order, truth) if name))
    return models


def read_arrays(paths: Sequence[Path]) -> Table:
    """The arrays of several files as one table.

    Raises
    ------
    UnreadableTable
        If one of them is no array, holds objects, or gives several labels to an example.
    """
    arrays = {}
    for path in paths:
        with path.open("rb") as file:
            require_size(path.stat().st_size)
            arrays[path.stem] = _array(file, path.stat().st_size)
    return _table(arrays)


def read_archive(path: Path) -> Table:
    """The arrays of an .npz file that are one model's answers; the first model's, if of several."""
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = {i.filename.removesuffix(".npy"): i for i in archive.infolist()}
            groups = array_groups(list(sizes))
            if not groups:
                return Table(pl.DataFrame())
            arrays = {}
            for name in groups[0]:
                require_size(sizes[name].file_size)
                with archive.open(sizes[name]) as file:
                    arrays[name] = _array(file, sizes[name].file_size)  # type: ignore[arg-type]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        what = f"The file is no readable .npz archive: {error}."
        raise UnreadableTable("broken-table", what, CUT_OFF) from error
    table = _table(arrays)
    others = len(groups) - 1
    note = f"The archive holds answers of {others} more, which were left out: save each by itself."
    return Table(table.frame, notes=(*table.notes, note) if others else table.notes)


def sample(table: Table) -> Table:
    """The first rows."""
    return Table(table.frame.head(SAMPLE), notes=table.notes)


def _array(file: BinaryIO, size: int) -> np.ndarray:
    """One array, never with objects, and never larger than its file."""
    try:
        version = np.lib.format.read_magic(file)
        if version not in ((1, 0), (2, 0)):
            raise ValueError(f"version {version} is not known")
        reads = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }
        shape, is_fortran, dtype = reads[version](file)
        if dtype.hasobject:
            raise UnreadableTable(*PICKLED)
        count = int(np.prod(shape, dtype=np.float64))
        if count * dtype.itemsize > size:
            raise ValueError("it is shorter than its header says")
        data = np.frombuffer(file.read(count * dtype.itemsize), dtype=dtype, count=count)
    except (ValueError, EOFError, OSError, SyntaxError, OverflowError) as error:
        what = f"The file is no complete NumPy array: {error}."
        raise UnreadableTable("broken-table", what, CUT_OFF) from error
    return data.reshape(shape, order="F" if is_fortran else "C")


def _table(arrays: Mapping[str, np.ndarray]) -> Table:
    """The arrays that are as long as the first as columns, called by their roles."""
    rows = len(next(iter(arrays.values()))) if next(iter(arrays.values())).ndim else 0
    columns: dict[str, pl.Series] = {}
    notes = []
    for name, array in arrays.items():
        if not array.ndim or len(array) != rows:
            size = len(array) if array.ndim else 1
            notes.append(f"{name} has {size:,} values and the answers {rows:,}; it was left out.")
            continue
        role = role_of(name)[0] or "y_pred"
        column, note = _column(array, name, role)
        columns[column.name] = column
        notes += note
    return Table(pl.DataFrame(list(columns.values())), notes=tuple(notes))


def _column(array: np.ndarray, name: str, role: str) -> tuple[pl.Series, list[str]]:
    flat = array.reshape(len(array), -1)
    if array.dtype.kind not in "biufSU":
        what = f"The array {name} holds neither labels nor numbers ({array.dtype})."
        raise UnreadableTable("broken-table", what, PICKLED[2])
    if flat.shape[1] == 1:
        values = flat[:, 0]
        if array.dtype.kind == "S":
            values = np.char.decode(values, "utf-8", "replace")
        column = pl.Series(role, values)
        return (column.fill_nan(None) if array.dtype.kind == "f" else column), []
    if array.ndim > 2:
        what = f"The array {name} has {array.ndim} dimensions; labels have one, scores two."
        raise UnreadableTable("broken-table", what, "Save one label or one row for each example.")
    is_hot = np.isin(flat, (0, 1)).all() and (flat.sum(axis=1) == 1).all()
    if role in ("y_true", "y_pred") and is_hot:
        note = f"{name} has one 1 in each row: its place, counted from 0, is the label."
        return pl.Series(role, flat.argmax(axis=1)), [note]
    if role == "y_true" or flat.dtype.kind != "f":
        what = f"The array {name} gives several labels to an example; such tables are not read yet."
        hint = "Write one array for each label, with one true and one predicted label a row."
        raise UnreadableTable("multilabel-not-read", what, hint)
    title = "y_prob" if role == "y_pred" else role
    return pl.Series(title, flat.astype(np.float64)).cast(pl.List(pl.Float64)), []
