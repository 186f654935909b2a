"""Confusion matrices as files hold them: bare, labelled, crosstabs, and one row per pair."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from diagnostics.readers import HEAD
from diagnostics.readers.delimited import header
from diagnostics.readers.report.groups import is_group_name
from diagnostics.readers.report.sides import (
    Rows,
    own_labels,
    side_of_corner,
    side_of_labels,
    sides_of,
)

_MATRIX_KEYS = ("confusion_matrix", "confusion", "matrix", "cm")
_LABEL_KEYS = ("labels", "classes", "class_names", "target_names")
_COUNTS = frozenset(
    ("npredictions", "count", "counts", "n", "freq", "frequency", "nn", "cnt", "cases")
    + ("number", "num", "value", "total", "size", "examples", "predictions")
)
_PLAIN_COUNTS = frozenset({"npredictions", "count", "n", "freq"})
#: Names of the numbers of rows, as R and pandas leave them in a csv.
_ROW_NUMBERS = frozenset(("", "unnamed: 0", "x", "x1", "rowname", "row", "index"))
_SHARES = frozenset(("percent", "percentage", "pct", "share", "prop", "proportion", "%", "rate"))
_NAMED = re.compile(r"confusion|conf_?mat|(^|[_\W])cm([_\W]|$)", re.IGNORECASE)
_JSON_KEY = re.compile(
    rb'"(confusion_matrix|confusion|matrix|cm)"\s*:\s*[\[{]|"nPredictions"', re.IGNORECASE
)
_JSON_PAIR = re.compile(
    rb'^\s*\[\s*\{\s*"(actual|predicted)"\s*:[^{}]*"(actual|predicted)"\s*:[^{},]*\}'
)
_NUMERIC = re.compile(r"[-+]?\d+(?:[.,]\d*)?(?:e[-+]?\d+)?%?", re.IGNORECASE)
_JSON_BARE = re.compile(rb"^\s*\[\s*\[\s*[0-9]")


#: Beyond this a float no longer tells one count from the next.
MOST_COUNTED = 2.0**53


@dataclass(frozen=True)
class Matrix:
    """A square of counts or shares.

    `labels` is None where the file has none; `rows` says what its rows stand for, None where
    the file does not say.
    """

    values: np.ndarray
    labels: tuple[str, ...] | None = None
    rows: Rows = None

    @property
    def is_counts(self) -> bool:
        """Whether every value is a whole number, and all of them can be counted exactly."""
        is_whole = bool((self.values == np.round(self.values)).all())
        return is_whole and float(np.abs(self.values).sum()) <= MOST_COUNTED


def is_named_confusion(name: str) -> bool:
    """Whether a file's name says confusion: what tells a bare square of numbers from any other."""
    return _NAMED.search(name) is not None


def is_confusion_json(head: bytes, name: str, *, beside_report: bool) -> bool:
    """Whether a JSON file begins like a confusion matrix."""
    if _JSON_BARE.match(head):
        return beside_report or is_named_confusion(name)
    return bool(_JSON_PAIR.match(head) or _JSON_KEY.search(head))


def is_confusion_table(head: bytes, name: str) -> bool:
    """Whether a delimited file begins like a crosstab or like counts per pair of labels."""
    cells = header(head)
    is_named = is_named_confusion(name)
    if pairs := pair_columns(cells):
        is_plain = len(cells) == 3 and cells[pairs.count].casefold() in _PLAIN_COUNTS
        return pairs.is_all_of(cells) and (is_named or is_plain or _are_counts(head, pairs))
    # row_0 is what pd.crosstab calls a side that has no name.
    is_cornered = side_of_corner(cells[0]) is not None or cells[0] == "row_0" if cells else False
    if len(cells) > 2 and is_cornered:
        return _is_crosstab(head)
    sides = {sides_of(cell) for cell in cells} - {None}
    return is_named and len(cells) > 1 and len(sides) < 2


def is_table_of_answers(head: bytes) -> bool:
    """Whether truth and answer stand in columns without counts, so that a row is an example."""
    cells = header(head)
    sides = {sides_of(cell) for cell in cells} - {None}
    return len(sides) == 2 and pair_columns(cells) is None


def _are_counts(head: bytes, at: PairColumns) -> bool:
    """Whether the count is a whole number in every row: a table of answers has others, too."""
    lines = head.decode("utf-8-sig", errors="replace").splitlines()[1:]
    rows = [re.split(r"[,;\t]", line) for line in (lines[:-1] if len(head) >= HEAD else lines)]
    cells = [row[at.count].strip(' "') for row in rows if len(row) > at.count]
    keys = [tuple(cell for i, cell in enumerate(row) if i != at.count) for row in rows]
    return bool(cells) and all(map(str.isdecimal, cells)) and len(set(keys)) == len(keys)


def _is_crosstab(head: bytes) -> bool:
    """Whether labels stand above and beside, each once, with nothing but numbers between.

    A table of predictions may begin with `actual`, too, and have columns called like labels.
    """
    lines = head.decode("utf-8-sig", errors="replace").splitlines()
    rows = [re.split(r"[,;\t]", line) for line in lines[1:] if line.strip()]
    firsts = own_labels(row[0] for row in rows)
    above = set(own_labels(header(head)[1:]))
    cells = [cell.strip(' "') for row in rows[:20] for cell in row[1:]]
    are_numbers = all(not cell or _NUMERIC.fullmatch(cell) for cell in cells)
    return bool(above & set(firsts)) and len(set(firsts)) == len(firsts) and are_numbers


def matrix_in_json(content: Any) -> Matrix | None:
    """The matrix in a JSON file: at the top, or under the key of one; None if there is none."""
    if isinstance(content, list):
        return _from_records(content) if _is_records(content) else square_matrix(content)
    if not isinstance(content, Mapping):
        return None
    if "columns" in content and "data" in content:
        return _from_frame(content)
    labels = next((content[key] for key in _LABEL_KEYS if isinstance(content.get(key), list)), None)
    for key in _MATRIX_KEYS:
        inner = content.get(key)
        found = square_matrix(inner, labels) if isinstance(inner, list) else None
        if isinstance(inner, Mapping) or (isinstance(inner, list) and _is_records(inner)):
            found = matrix_in_json(inner)
        if found:
            return found
    return None


def matrix_in_table(rows: Sequence[Sequence[str]]) -> Matrix | None:
    """The matrix in a table: counts per pair, a crosstab, or numbers alone; None if it is none."""
    if not rows:
        return None
    pairs = pair_columns(rows[0])
    if pairs:
        return _from_long(pairs, rows[1:])
    return (
        _from_crosstab(rows)
        or square_matrix(rows)
        or square_matrix(rows[1:], rows[0])
        or square_matrix([row[1:] for row in rows[1:]])
    )


@dataclass(frozen=True)
class PairColumns:
    """Where truth, answer and count stand in the columns of counts per pair of labels."""

    truth: int
    answer: int
    count: int

    def others(self, names: Sequence[str]) -> list[int]:
        """The columns that say something else, without numbers of rows and shares."""
        return [
            place
            for place, name in enumerate(names)
            if place not in (self.truth, self.answer, self.count)
            and str(name).strip().casefold() not in _ROW_NUMBERS | _SHARES
        ]

    def is_all_of(self, names: Sequence[str]) -> bool:
        """Whether the other columns tell at most runs, splits and folds apart."""
        return all(is_group_name(str(names[place])) for place in self.others(names))


def _is_records(content: list[Any]) -> bool:
    return bool(content) and all(isinstance(row, Mapping) for row in content)


def _from_records(records: list[Mapping[str, Any]]) -> Matrix | None:
    names = [str(key) for key in records[0]]
    pairs = pair_columns(names)
    if pairs:
        return _from_long(pairs, [list(record.values()) for record in records])
    if {name.casefold() for name in names} != {"actual", "predicted"} or any(
        record.keys() != records[0].keys() for record in records
    ):
        return None
    truth, answer = sorted(records[0], key=str.casefold)
    return _from_pairs((str(row[truth]), str(row[answer]), 1.0) for row in records)


def _from_frame(content: Mapping[str, Any]) -> Matrix | None:
    """From `{"columns", "data"}`, with pairs in rows or, if it has an `index`, a square."""
    columns, data, index = content["columns"], content["data"], content.get("index")
    if not isinstance(columns, list) or not isinstance(data, list):
        return None
    pairs = pair_columns([str(column) for column in columns])
    if pairs:
        return _from_long(pairs, data)
    if isinstance(index, list) and [str(c) for c in columns] == [str(i) for i in index]:
        return square_matrix(data, columns)
    return None


def pair_columns(names: Sequence[str]) -> PairColumns | None:
    """Where truth, answer and count stand in the columns, None if one is missing or doubtful."""
    at: dict[str, list[int]] = {"true": [], "predicted": [], "count": []}
    for place, name in enumerate(names):
        side = sides_of(str(name))
        if side:
            at[side].append(place)
        elif re.sub(r"[\s_.-]", "", str(name).casefold()) in _COUNTS:
            at["count"].append(place)
    if any(len(places) != 1 for places in at.values()):
        return None
    return PairColumns(at["true"][0], at["predicted"][0], at["count"][0])


def _from_long(at: PairColumns, rows: Iterable[Sequence[Any]]) -> Matrix | None:
    try:
        return _from_pairs(
            (str(row[at.truth]), str(row[at.answer]), float(row[at.count])) for row in rows
        )
    except (ValueError, TypeError, IndexError):
        return None


def _from_pairs(pairs: Iterable[tuple[str, str, float]]) -> Matrix | None:
    counts: Counter[tuple[str, str]] = Counter()
    for truth, answer, n in pairs:
        counts[truth, answer] += n  # type: ignore[assignment]
    labels = sorted({label for pair in counts for label in pair})
    if any(n < 0 or n != round(n) for n in counts.values()):
        return None
    at = {label: place for place, label in enumerate(labels)}
    values = np.zeros((len(labels), len(labels)))
    for (truth, answer), n in counts.items():
        values[at[truth], at[answer]] = n
    return _valid(values, labels, "true")


def _from_crosstab(rows: Sequence[Sequence[str]]) -> Matrix | None:
    """From a table with labels above and beside; they need not be the same ones on both sides."""
    corner, above = rows[0][0].casefold(), own_labels(rows[0][1:])
    beside = own_labels(row[0] for row in rows[1:])
    if corner.isdecimal():  # the numbers of the columns, as a frame without an index is written
        return None
    body = [list(row[1:]) for row in rows[1:]]
    if above and beside and _is_total(above[-1]) and _is_total(beside[-1]):
        above, beside, body = above[:-1], beside[:-1], [row[:-1] for row in body[:-1]]
    if _has_twins(above) or _has_twins(beside) or not set(above) & set(beside):
        return None
    labels = list(dict.fromkeys([*beside, *above]))
    at = {label: place for place, label in enumerate(labels)}
    values = np.zeros((len(labels), len(labels)))
    try:
        cells = np.asarray([[float(cell or 0) for cell in row] for row in body])
        values[np.ix_([at[label] for label in beside], [at[label] for label in above])] = cells
    except ValueError:
        return None
    return _valid(
        values, labels, side_of_corner(corner) or side_of_labels([row[0] for row in rows[1:]])
    )


def _is_total(label: str) -> bool:
    return label.casefold() in ("all", "total", "sum")


def _has_twins(labels: list[str]) -> bool:
    return len(set(labels)) != len(labels)


def square_matrix(
    cells: Any, labels: Sequence[Any] | None = None, rows: Rows = None
) -> Matrix | None:
    """A matrix of rows of numbers, None if they are not a square of them that can be one."""
    try:
        values = np.asarray(cells, dtype=float)
    except (ValueError, TypeError, OverflowError):
        return None
    return _valid(values, labels, rows)


def _valid(values: np.ndarray, labels: Sequence[Any] | None, rows: Rows) -> Matrix | None:
    """A matrix if it can be one: square, two classes or more, no negative number, no NaN."""
    if values.ndim != 2 or values.shape[0] != values.shape[1] or len(values) < 2:
        return None
    if not np.isfinite(values).all() or (values < 0).any():
        return None
    names = tuple(str(label) for label in labels) if labels is not None else None
    if names is not None and (len(names) != len(values) or len(set(names)) != len(names)):
        return None
    return Matrix(values, names, rows)
