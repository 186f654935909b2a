"""What files say about one run on one split, put together from several of them."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from diagnostics.readers.report.confusion import Matrix
from diagnostics.readers.report.report import Report
from diagnostics.workspace import Score


@dataclass
class Evaluation:
    """What the files say about one run on one split, before it is a reading.

    `accuracy` is what the text around a matrix says, and with how many decimals.
    """

    key: str
    split: str
    report: Report | None = None
    matrix: Matrix | None = None
    report_name: str = ""
    matrix_name: str = ""
    scores: list[Score] = field(default_factory=list)
    fold: int | None = None
    accuracy: tuple[float, int] | None = None
    notes: list[str] = field(default_factory=list)
    is_numbered: bool = False

    @property
    def name(self) -> str:
        """The file that it is from, the report's first."""
        return self.report_name or self.matrix_name


def joined(parts: Iterable[Evaluation]) -> list[Evaluation]:
    """One evaluation per run, split and fold: a report and its matrix joined.

    Of two forms of one report the first stays; another report of the same name is another run.
    """
    by_place: dict[tuple[str, str, int | None], Evaluation] = {}
    for part in parts:
        place = (part.key, part.split, part.fold)
        known = by_place.get(place)
        if known is not None and _contradict(known, part):
            stem = part.name.rpartition(".")[0] or part.name
            note = f"Not the same evaluation as {known.name}, which is another run."
            part = replace(part, key=_free(stem, part, by_place), notes=[*part.notes, note])
            known = None
        if known is None:
            by_place[part.key, part.split, part.fold] = part
        else:
            _merge(known, part)
    return _paired(list(by_place.values()))


def _free(stem: str, part: Evaluation, taken: Container[tuple[str, str, int | None]]) -> str:
    name, number = stem, 2
    while (name, part.split, part.fold) in taken:
        name, number = f"{stem} {number}", number + 1
    return name


def _contradict(known: Evaluation, part: Evaluation) -> bool:
    """Whether two files of one name hold two reports, or two matrices, that are not the same."""
    if known.report and part.report and not _same_report(known.report, part.report):
        return True
    first, second = known.matrix, part.matrix
    if first is None or second is None or not (first.is_counts and second.is_counts):
        return False
    if first.labels and second.labels and first.labels != second.labels:
        return sorted(first.values.ravel()) != sorted(second.values.ravel())
    return not any(np.array_equal(first.values, v) for v in (second.values, second.values.T))


def _same_report(first: Report, second: Report) -> bool:
    """Whether two reports agree as far as they are rounded; names of classes may differ."""
    error = max(0.5 * 10.0 ** -(report.decimals or 4) for report in (first, second)) + 1e-4
    lines = [list(report.classes.values()) for report in (first, second)]
    if len(lines[0]) != len(lines[1]):
        return False
    if set(first.classes) == set(second.classes):
        lines[1] = [second.classes[label] for label in first.classes]
    return all(
        a.support == b.support
        and all(
            x is None or y is None or abs(x - y) <= error
            for x, y in zip(a.rates, b.rates, strict=True)
        )
        for a, b in zip(*lines, strict=True)
    )


def _merge(known: Evaluation, part: Evaluation) -> None:
    """Take from `part` what `known` lacks: a report, or a matrix, or one that says more."""
    known.accuracy = known.accuracy or part.accuracy
    if known.report is None and part.report is not None:
        known.report, known.report_name = part.report, part.report_name
    if part.matrix is None:
        return
    if known.matrix is None or _says_more(part.matrix, known.matrix):
        known.matrix, known.matrix_name = part.matrix, part.matrix_name


def _says_more(new: Matrix, old: Matrix) -> bool:
    if new.is_counts != old.is_counts:
        return new.is_counts
    return (new.labels is not None, new.rows is not None) > (
        old.labels is not None,
        old.rows is not None,
    )


def _paired(evaluations: list[Evaluation]) -> list[Evaluation]:
    """The same, where the only report and the only matrix of a folder have different names."""
    reports = [e for e in evaluations if e.report and not e.matrix]
    matrices = [e for e in evaluations if e.matrix and not e.report]
    if len(evaluations) != 2 or len(reports) != 1 or len(matrices) != 1:
        return evaluations
    report, other = reports[0], matrices[0]
    if report.split != other.split or report.fold != other.fold:
        return evaluations
    return [
        replace(report, matrix=other.matrix, matrix_name=other.matrix_name, accuracy=other.accuracy)
    ]
