"""scikit-learn's classification reports, and how they lie in JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from diagnostics.readers.report.figures import (
    FIGURES,
    Figures,
    as_shares,
    figure_cells,
    figures_of,
    number,
)
from diagnostics.readers.report.summaries import sort_rows

_JSON_KEYS = (
    tuple(
        re.compile(rb'"%s"\s*:' % key)
        for key in (rb"precision", rb"recall", rb"f1[-_ ]?(score)?", rb"support")
    ),
    tuple(re.compile(rb'"%s"\s*:' % key) for key in (rb"pre", rb"rec", rb"f1", rb"sup")),
)
#: What imbalanced-learn's dictionary calls its averages, beside the classes.
_BESIDE = {"avg_pre": "precision", "avg_rec": "recall", "avg_f1": "f1", "total_support": "support"}


@dataclass(frozen=True)
class Report:
    """A report: classes in the file's order. `decimals` is set where its form is known to round."""

    classes: Mapping[str, Figures]
    averages: Mapping[str, Figures]
    accuracy: float | None = None
    decimals: int | None = None
    are_percent: bool = False

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
    return not is_rasa and any(all(key.search(head) for key in keys) for keys in _JSON_KEYS)


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


def report_of(entries: Mapping[Any, Any], *, decimals: int | None = None) -> Report | None:
    """The report in `label -> figures`, None if there is not one class in it.

    `accuracy` is a number in the JSON form and a row of four equal numbers in a frame; a class
    of that name is a row of other numbers, and is kept as a class.
    """
    if len(figure_cells(entries)) == len(FIGURES):  # a frame written the other way round
        entries = _turned(entries)
    rows = [(str(label), line) for label, value in entries.items() if (line := _line(value))]
    if set(_BESIDE) <= set(entries):
        averages = {_BESIDE[key]: entries[key] for key in _BESIDE}
        rows += [("avg / total", line) for line in [figures_of(averages)] if line]
    return report_of_rows(rows, accuracy=number(entries.get("accuracy")), decimals=decimals)


def report_of_rows(
    rows: list[tuple[str, Figures]], *, accuracy: float | None = None, decimals: int | None = None
) -> Report | None:
    """The report in rows as a file has them, summaries among them; None without any class.

    Raises
    ------
    ValueError
        If a class has two rows.
    """
    rows, are_percent = as_shares(rows)
    if are_percent:
        accuracy = accuracy / 100 if accuracy is not None and accuracy > 1 else accuracy
        decimals = None if decimals is None else decimals + 2
    parts = sort_rows(rows)
    if parts.twice:
        raise ValueError(f"class {parts.twice!r} has two lines in one report")
    if not parts.classes:
        return None
    accuracy = parts.accuracy if accuracy is None else accuracy
    averages = parts.averages
    # Of some of the classes a report has a micro average where others have the accuracy.
    accuracy = None if "micro avg" in averages else accuracy
    return Report(parts.classes, averages, accuracy, decimals, are_percent)


def _turned(entries: Mapping[Any, Any]) -> dict[str, dict[str, Any]]:
    turned: dict[str, dict[str, Any]] = {}
    for figure, column in entries.items():
        for label, value in column.items() if isinstance(column, Mapping) else ():
            turned.setdefault(str(label), {})[str(figure)] = value
    return turned


def _line(value: Any) -> Figures | None:
    return figures_of(value) if isinstance(value, Mapping) else None
