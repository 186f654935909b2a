"""scikit-learn's classification reports in the forms that people save them: json, csv, text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from diagnostics.readers.delimited import header

#: Averages that stand among the classes. Multilabel reports alone have "samples avg".
AVERAGES = ("micro avg", "macro avg", "weighted avg", "samples avg")

_FIGURE = {"precision": "precision", "recall": "recall", "support": "support"} | dict.fromkeys(
    ("f1-score", "f1_score", "f1 score", "f1"), "f1"
)
_FIGURES = frozenset(_FIGURE.values())
_JSON_KEYS = tuple(
    re.compile(rb'"%s"\s*:' % key)
    for key in (rb"precision", rb"recall", rb"f1[-_ ]?(score)?", rb"support")
)
_TEXT_HEADER = re.compile(rb"^\s*precision\s+recall\s+f1-score\s+support\s*$", re.MULTILINE)
_NUMBER = r"(?:\d+(?:\.\d+)?|nan)"
_TEXT_ROW = re.compile(rf"\s*(.*?)\s+({_NUMBER})\s+({_NUMBER})\s+({_NUMBER})\s+({_NUMBER})\s*")
_TEXT_ACCURACY = re.compile(rf"\s*accuracy\s+({_NUMBER})\s+({_NUMBER})\s*")


@dataclass(frozen=True)
class Figures:
    """One line of a report; None where it says NaN or nothing."""

    precision: float | None
    recall: float | None
    f1: float | None
    support: float | None


@dataclass(frozen=True)
class Report:
    """A report: classes in the file's order. `decimals` is set where its form is known to round."""

    classes: Mapping[str, Figures]
    averages: Mapping[str, Figures]
    accuracy: float | None = None
    decimals: int | None = None

    @property
    def is_multilabel(self) -> bool:
        """Whether an example may have several labels, so that supports do not count examples."""
        return "samples avg" in self.averages

    @property
    def covers_all_labels(self) -> bool:
        """Whether no label was left out: a report on some of them has a micro average instead."""
        return "micro avg" not in self.averages

    @property
    def supports(self) -> dict[str, int] | None:
        """Examples per class; None where they are not whole numbers, as with sample weights."""
        found = {label: line.support for label, line in self.classes.items()}
        # Newer versions of scikit-learn write 50.0, older ones 50: a float alone proves no weights.
        if any(n is None or n < 0 or n != int(n) for n in found.values()):
            return None
        return {label: int(n or 0) for label, n in found.items()}


def is_report_json(head: bytes) -> bool:
    """Whether a JSON file begins like a classification report, bare or wrapped; not Rasa's."""
    is_rasa = b'"confused_with"' in head or b'"macro_avg"' in head  # the latter in its summaries
    return not is_rasa and all(key.search(head) for key in _JSON_KEYS)


def is_report_table(head: bytes) -> bool:
    """Whether a delimited file begins like a report as pandas writes it, either way round."""
    if len(_figure_cells(header(head))) == len(_FIGURES):
        return True
    firsts = [line.strip().split(b",", 1)[0].strip(b'" ') for line in head.splitlines()[1:6]]
    return len(_figure_cells(cell.decode(errors="replace") for cell in firsts)) == len(_FIGURES)


def is_report_text(head: bytes) -> bool:
    """Whether a text file holds a printed report."""
    return _TEXT_HEADER.search(head) is not None


def reports_in_json(content: Any) -> dict[str, Report]:
    """The reports in a JSON file by the key they stand under, "" for the file itself.

    Reports are looked for at the top and one level down, beside a matrix and scalars.
    """
    if not isinstance(content, Mapping):
        return {}
    if whole := report_of(content):
        return {"": whole}
    inner = {
        str(key): report_of(part) for key, part in content.items() if isinstance(part, Mapping)
    }
    return {key: report for key, report in inner.items() if report}


def report_in_table(rows: list[list[str]]) -> Report | None:
    """The report in a table whose first row is the header; None if it is none."""
    width = max(map(len, rows), default=0)
    square = [row + [""] * (width - len(row)) for row in rows]
    if len(_figure_cells(rows[0] if rows else [])) < len(_FIGURES):
        square = [list(column) for column in zip(*square, strict=True)]
    if len(square) < 2 or square[0][0].casefold() in _FIGURE:
        return None
    return report_of({row[0]: dict(zip(square[0][1:], row[1:], strict=True)) for row in square[1:]})


def report_in_text(text: str) -> Report | None:
    """The first printed report in a text; None if there is none or a line of it cannot be read."""
    lines = iter(text.splitlines())
    if not any(_TEXT_HEADER.match(line.encode()) for line in lines):
        return None
    entries: dict[str, Any] = {}
    decimals = 2
    for line in lines:
        if accuracy := _TEXT_ACCURACY.fullmatch(line):
            entries["accuracy"] = _number(accuracy[1])
        elif row := _TEXT_ROW.fullmatch(line):
            names = ("precision", "recall", "f1-score", "support")
            entries[row[1]] = dict(zip(names, row.groups()[1:], strict=True))
            decimals = max(len(row[2].partition(".")[2]), 1) if row[2] != "nan" else decimals
        elif line.strip():
            if any(name in entries for name in AVERAGES):
                break
            return None
    return report_of(entries, decimals=decimals)


def report_of(entries: Mapping[Any, Any], *, decimals: int | None = None) -> Report | None:
    """The report in `label -> figures`, None if there is not one class in it.

    `accuracy` is a number in the JSON form and a row of four equal numbers in a frame; a class
    of that name is a row of other numbers, and is kept as a class.
    """
    if len(_figure_cells(entries)) == len(_FIGURES):  # a frame written the other way round
        entries = _turned(entries)
    lines = {str(label): line for label, value in entries.items() if (line := _figures(value))}
    averages = {name: lines.pop(name) for name in AVERAGES if name in lines}
    accuracy = _number(entries.get("accuracy"))
    if accuracy is None and _is_accuracy(lines, averages):
        accuracy = lines.pop("accuracy").precision
    if not lines:
        return None
    return Report(lines, averages, None if "micro avg" in averages else accuracy, decimals)


def _is_accuracy(lines: Mapping[str, Figures], averages: Mapping[str, Figures]) -> bool:
    row, whole = lines.get("accuracy"), averages.get("macro avg")
    if row is None or not (row.precision == row.recall == row.f1 == row.support):
        return False
    others = [line.support or 0 for label, line in lines.items() if label != "accuracy"]
    return whole is None or whole.support == sum(others)


def _figure_cells(cells: Iterable[Any]) -> set[str]:
    return {_FIGURE[str(cell).casefold()] for cell in cells if str(cell).casefold() in _FIGURE}


def _turned(entries: Mapping[Any, Any]) -> dict[str, dict[str, Any]]:
    turned: dict[str, dict[str, Any]] = {}
    for figure, column in entries.items():
        for label, value in column.items() if isinstance(column, Mapping) else ():
            turned.setdefault(str(label), {})[str(figure)] = value
    return turned


def _figures(value: Any) -> Figures | None:
    if not isinstance(value, Mapping):
        return None
    known = {
        _FIGURE[k.casefold()]: _number(v) for k, v in value.items() if str(k).casefold() in _FIGURE
    }
    return Figures(**known) if set(known) == _FIGURES else None


def _number(value: Any) -> float | None:
    """A finite number, also one written as text; None for everything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
