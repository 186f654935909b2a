"""Reports as they are printed: scikit-learn's, imbalanced-learn's and Weka's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from diagnostics.readers.report.figures import FIGURES, Figures, figures_of, number
from diagnostics.readers.report.report import Report, report_of_rows
from diagnostics.readers.report.summaries import is_summary_name

_SKLEARN = r"precision\s+recall\s+f1(?:[-_ ]?score)?\s+support"
_IMBALANCED = r"pre\s+rec\s+spe\s+f1\s+geo\s+iba\s+sup"
_WEKA = (
    r"TP Rate\s+FP Rate\s+Precision\s+Recall\s+F-Measure(?:\s+MCC)?"
    r"(?:\s+ROC Area)?(?:\s+PRC Area)?\s+Class"
)
#: What stands before it in its line is a heading, as of print("Test", classification_report(…)).
_HEADER = re.compile(rf"(?:^|(?<=[\s:]))({_SKLEARN}|{_IMBALANCED}|{_WEKA})\s*$", re.IGNORECASE)
_NUMBER = r"(?:[-+]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?%?|nan|NaN|\?)"
_ACCURACY = re.compile(rf"\s*(accuracy|acc)\s+({_NUMBER})(?:\s+({_NUMBER}))?\s*", re.IGNORECASE)


@dataclass(frozen=True)
class PrintedReport:
    """A report in a text, what stands before it in its first line, and the line after it."""

    report: Report
    heading: str
    end: int


def is_report_header(line: str) -> bool:
    """Whether a line names a report's columns."""
    return _HEADER.search(line) is not None


def heading_in(line: str) -> str:
    """What stands before the columns' names in the header line of a report."""
    header = _HEADER.search(line)
    before = line[: header.start()].strip() if header else ""
    return (
        "" if before.casefold() in ("class", "label", "classes", "labels", "category") else before
    )


def report_at(lines: Sequence[str], start: int) -> PrintedReport | None:
    """The report whose header is the line `start`; None if that is none.

    Raises
    ------
    ValueError
        If a line of it cannot be read, or it has no classes.
    """
    header = _HEADER.search(lines[start])
    if header is None:
        return None
    names = re.sub(r"(TP|FP|ROC|PRC) (?=\w)", r"\1_", header[1], flags=re.IGNORECASE)
    names = re.sub(r"f1 score", "f1-score", names, flags=re.IGNORECASE)
    is_weka = names.casefold().endswith("class")
    columns = names.split()[: -1 if is_weka else None]
    table = _Table(columns, is_weka=is_weka)
    end = start + 1
    while end < len(lines) and table.takes(lines[end]):
        end += 1
    report = report_of_rows(table.rows, accuracy=table.accuracy, decimals=table.decimals)
    if report is None:
        raise ValueError("it has a report's header and no line of a class")
    return PrintedReport(report, heading_in(lines[start]), end)


class _Table:
    """The rows below a header, taken line by line until the report ends."""

    def __init__(self, columns: list[str], *, is_weka: bool) -> None:
        self.rows: list[tuple[str, Figures]] = []
        self.accuracy: float | None = None
        self._columns = columns
        self._is_weka = is_weka
        self._is_after_blank = False
        self._decimals: list[int] = []
        numbers = rf"\s+({_NUMBER})" * len(columns)
        self._row = re.compile(rf"\s*(.*?){numbers}\s*", re.IGNORECASE)
        weka = r"\s+".join([rf"({_NUMBER})"] * len(columns))
        self._weka_row = re.compile(rf"\s*{weka}\s+(\S.*?)\s*", re.IGNORECASE)

    @property
    def decimals(self) -> int:
        """With how many decimals the figures are printed."""
        return max(self._decimals, default=2) or 2

    def takes(self, line: str) -> bool:
        """Take a line; False where the report has ended before it."""
        if not line.strip():
            self._is_after_blank = True
            return not (self.rows and self._is_weka)
        if is_report_header(line):
            return False
        accuracy = _ACCURACY.fullmatch(line)
        if accuracy and self.rows and not self._is_weka:
            self.accuracy = number(accuracy[2])
            return True
        label, cells = self._cells(line)
        if cells and (not self.rows or not self._is_after_blank or is_summary_name(label)):
            self._take(label, cells)
            return True
        if not self.rows or (not self._is_after_blank and _has_figures(line)):
            raise ValueError(
                f"{line.strip()[:60]!r} in its table is not a label and "
                f"{len(self._columns)} numbers"
            )
        return False

    def _cells(self, line: str) -> tuple[str, list[str]]:
        if self._is_weka and (row := self._weka_row.fullmatch(line)):
            *cells, label = row.groups()
            return label, cells
        row = self._row.fullmatch(line)
        return (row[1], list(row.groups()[1:])) if row else ("", [])

    def _take(self, label: str, cells: list[str]) -> None:
        self._is_after_blank = False
        named = dict(zip(self._columns, cells, strict=True))
        figures = figures_of(named | ({"support": None} if self._is_weka else {}))
        if figures is None:
            raise ValueError(f"its columns are not {', '.join(sorted(FIGURES))}")
        self.rows.append((label.strip("* "), figures))
        for cell in cells[: -1 if not self._is_weka else None]:
            _, point, decimals = cell.rstrip("%").replace(",", ".").partition(".")
            if point:
                self._decimals.append(len(decimals))


def _has_figures(line: str) -> bool:
    return len(re.findall(rf"(?<!\S){_NUMBER}(?!\S)", line)) >= 2
