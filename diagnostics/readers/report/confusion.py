"""Confusion matrices as files hold them: bare, labelled, crosstabs, and one row per pair."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from diagnostics.readers.delimited import header

#: What a matrix's rows are; None where the file does not say.
Rows = Literal["true", "predicted"] | None

_MATRIX_KEYS = ("confusion_matrix", "confusion", "matrix", "cm")
_LABEL_KEYS = ("labels", "classes", "class_names", "target_names")
_TRUE = frozenset({"actual", "true", "truth", "y_true", "true_label", "true label", "gold"})
_PREDICTED = frozenset(
    {"predicted", "prediction", "pred", "y_pred", "predicted_label", "predicted label"}
)
_COUNT = frozenset({"npredictions", "count", "n"})
_NAMED = re.compile(r"confusion|conf_?mat|(^|[_\W])cm([_\W]|$)", re.IGNORECASE)
_SIDE = re.compile(r"(?:actual|true|predicted|pred)[\s_:=-]+(.+)", re.IGNORECASE)
_JSON_KEY = re.compile(
    rb'"(confusion_matrix|confusion|matrix|cm)"\s*:\s*[\[{]|"nPredictions"', re.IGNORECASE
)
_JSON_PAIR = re.compile(
    rb'^\s*\[\s*\{\s*"(actual|predicted)"\s*:[^{}]*"(actual|predicted)"\s*:[^{},]*\}'
)
_JSON_BARE = re.compile(rb"^\s*\[\s*\[\s*[0-9]")


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
        """Whether every value is a whole number."""
        return bool((self.values == np.round(self.values)).all())


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
    cells = [cell.casefold() for cell in header(head)]
    if _pair_columns(cells) and len(cells) == 3:
        return True
    # row_0 is what pd.crosstab calls a side that has no name.
    is_crosstab = len(cells) > 2 and cells[0] in _TRUE | _PREDICTED | {"row_0"}
    lines = head.decode("utf-8-sig", errors="replace").splitlines()
    firsts = {
        line.replace(";", ",").replace("\t", ",").split(",", 1)[0].strip(' "') for line in lines[1:]
    }
    if is_crosstab:  # a prediction table may begin with `actual` too, but its cells name no column
        return len({_label(cell) for cell in header(head)[1:]} & {_label(f) for f in firsts}) > 0
    return is_named_confusion(name) and len(cells) > 1 and not set(cells) & (_TRUE & _PREDICTED)


def matrix_in_json(content: Any) -> Matrix | None:
    """The matrix in a JSON file: at the top, or under the key of one; None if there is none."""
    if isinstance(content, list):
        return _from_records(content) if _is_records(content) else _square(content)
    if not isinstance(content, Mapping):
        return None
    if "columns" in content and "data" in content:
        return _from_frame(content)
    labels = next((content[key] for key in _LABEL_KEYS if isinstance(content.get(key), list)), None)
    for key in _MATRIX_KEYS:
        inner = content.get(key)
        found = _square(inner, labels) if isinstance(inner, list) else None
        if isinstance(inner, Mapping) or (isinstance(inner, list) and _is_records(inner)):
            found = matrix_in_json(inner)
        if found:
            return found
    return None


def matrix_in_table(rows: Sequence[Sequence[str]]) -> Matrix | None:
    """The matrix in a table: counts per pair, a crosstab, or numbers alone; None if it is none."""
    if not rows:
        return None
    names = [cell.casefold() for cell in rows[0]]
    if _pair_columns(names):
        return _from_long(names, rows[1:])
    return _from_crosstab(rows) or _square(rows) or _square(rows[1:], rows[0])


def _is_records(content: list[Any]) -> bool:
    return bool(content) and all(isinstance(row, Mapping) for row in content)


def _from_records(records: list[Mapping[str, Any]]) -> Matrix | None:
    names = [str(key).casefold() for key in records[0]]
    if _pair_columns(names):
        return _from_long(names, [list(record.values()) for record in records])
    if set(names) != {"actual", "predicted"} or any(
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
    names = [str(column).casefold() for column in columns]
    if _pair_columns(names):
        return _from_long(names, data)
    if isinstance(index, list) and [str(c) for c in columns] == [str(i) for i in index]:
        return _square(data, columns)
    return None


def _pair_columns(names: Sequence[str]) -> tuple[int, int, int] | None:
    """Where truth, answer and count stand in the columns, None if one is missing."""
    at = [
        [i for i, name in enumerate(names) if name in role] for role in (_TRUE, _PREDICTED, _COUNT)
    ]
    return (at[0][0], at[1][0], at[2][0]) if all(at) else None


def _from_long(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> Matrix | None:
    at = _pair_columns(names)
    if at is None:
        return None
    try:
        return _from_pairs((str(row[at[0]]), str(row[at[1]]), float(row[at[2]])) for row in rows)
    except (ValueError, TypeError, IndexError):
        return None


def _from_pairs(pairs: Iterable[tuple[str, str, float]]) -> Matrix | None:
    counts: Counter[tuple[str, str]] = Counter()
    for truth, answer, n in pairs:
        counts[truth, answer] += n  # type: ignore[assignment]
    labels = sorted({label for pair in counts for label in pair})
    at = {label: place for place, label in enumerate(labels)}
    values = np.zeros((len(labels), len(labels)))
    for (truth, answer), n in counts.items():
        values[at[truth], at[answer]] = n
    return _valid(values, labels, "true")


def _from_crosstab(rows: Sequence[Sequence[str]]) -> Matrix | None:
    """From a table with labels above and beside; they need not be the same ones on both sides."""
    corner, above = rows[0][0].casefold(), [_label(cell) for cell in rows[0][1:]]
    beside = [_label(row[0]) for row in rows[1:]]
    if corner.isdecimal():  # the numbers of the columns, as a frame without an index is written
        return None
    body = [list(row[1:]) for row in rows[1:]]
    if above and beside and above[-1] == beside[-1] == "All":  # pandas' totals
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
    stated: Rows = "true" if corner in _TRUE else "predicted" if corner in _PREDICTED else None
    return _valid(values, labels, stated or _stated_by_prefix(rows))


def _has_twins(labels: list[str]) -> bool:
    return len(set(labels)) != len(labels)


def _stated_by_prefix(rows: Sequence[Sequence[str]]) -> Rows:
    """What row labels such as `actual cat` and `pred: dog` say."""
    sides = {row[0].casefold()[:4] for row in rows[1:] if _SIDE.fullmatch(row[0])}
    if sides and sides <= {"actu", "true"}:
        return "true"
    return "predicted" if sides == {"pred"} else None


def _label(cell: str) -> str:
    side = _SIDE.fullmatch(cell.strip(' "'))
    return side[1] if side else cell.strip(' "')


def _square(cells: Any, labels: Sequence[Any] | None = None) -> Matrix | None:
    try:
        values = np.asarray(cells, dtype=float)
    except (ValueError, TypeError, OverflowError):
        return None
    return _valid(values, labels, None)


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
