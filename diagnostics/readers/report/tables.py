"""Reports and matrices in csv and tsv, one in a table or several below each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from diagnostics.readers.delimited import header
from diagnostics.readers.report.confusion import Matrix, matrix_in_table, pair_columns
from diagnostics.readers.report.figures import FIGURE, FIGURES, figure_cells, figures_of
from diagnostics.readers.report.groups import Part, is_group_name, parts_of
from diagnostics.readers.report.report import Report, report_of_rows
from diagnostics.readers.report.summaries import is_summary_name

#: What the column of the classes is called; pandas' index has no name, or one of these.
_LABEL = ("", "class", "label", "classes", "labels", "category", "index", "unnamed: 0", "name")


def is_report_table(head: bytes) -> bool:
    """Whether a delimited file begins like a report as pandas writes it, either way round."""
    if len(figure_cells(header(head))) == len(FIGURES):
        return True
    firsts = [line.strip().split(b",", 1)[0].strip(b'" ') for line in head.splitlines()[1:6]]
    return len(figure_cells(cell.decode(errors="replace") for cell in firsts)) == len(FIGURES)


def in_table(rows: list[list[str]]) -> Iterator[tuple[Part, Report | Matrix]]:
    """Every report or matrix in a table whose first row is the header, with what tells it apart.

    Raises
    ------
    ValueError
        If there is none in it.
    """
    contents: list[tuple[Part, Report | Matrix]] = [*_reports(rows)]
    contents = contents or [*_matrices(rows)]
    if not contents:
        raise ValueError("it has neither a line per class nor a square of counts")
    yield from contents


def _reports(rows: list[list[str]]) -> Iterator[tuple[Part, Report]]:
    width = max(map(len, rows), default=0)
    square = [row + [""] * (width - len(row)) for row in rows]
    if len(figure_cells(rows[0] if rows else [])) < len(FIGURES):
        square = [list(column) for column in zip(*square, strict=True)]
    if len(square) < 2 or len(figure_cells(square[0])) < len(FIGURES):
        return
    # A table that was appended to has its header once for every report.
    names, body = square[0], [row for row in square[1:] if row != square[0]]
    at = _label_column(names, body)
    if at is None:
        return
    others = [
        place
        for place, name in enumerate(names)
        if place != at and name.casefold() not in FIGURE and not _is_row_number(name)
    ]
    for part in parts_of(names, body, key=lambda row: row[at], others=others):
        lines = [
            (row[at], line)
            for row in part.rows
            if (line := figures_of(dict(zip(names, row, strict=True))))
        ]
        report = report_of_rows(lines)
        if report:
            yield part, report


def _label_column(names: Sequence[str], rows: Sequence[Sequence[str]]) -> int | None:
    """The column of the classes: the one with the summaries in it, or called so, or the first."""
    free = [place for place, name in enumerate(names) if name.casefold() not in FIGURE]
    for place in free:
        if any(" " in row[place] and is_summary_name(row[place]) for row in rows):
            return place
    named = [
        place
        for word in ("class", "label", *_LABEL)
        for place in free
        if names[place].casefold() == word and not _counts_rows(rows, place, free)
    ]
    plain = [place for place in free if not is_group_name(names[place])]
    return next(iter([*named, *plain, *free]), None)


def _counts_rows(rows: Sequence[Sequence[str]], place: int, free: Sequence[int]) -> bool:
    """Whether a column without a name holds the numbers of the rows, beside one of classes."""
    numbers = [str(number) for number in range(len(rows))]
    return len(free) > 1 and [row[place] for row in rows] == numbers


def _is_row_number(name: str) -> bool:
    return name.casefold() in ("", "unnamed: 0")


def _matrices(rows: list[list[str]]) -> Iterator[tuple[Part, Matrix]]:
    pairs = pair_columns(rows[0]) if rows else None
    if pairs is None:
        matrix = matrix_in_table(rows)
        if matrix:
            yield Part(rows), matrix
        return
    names = rows[0]
    width = len(names)
    body = [[*row, *[""] * (width - len(row))][:width] for row in rows[1:]]
    body = [row for row in body if row != names]
    at = pairs

    def key(row: Sequence[str]) -> object:
        return row[at.truth], row[at.answer]

    for part in parts_of(names, body, key=key, others=at.others(names)):
        matrix = matrix_in_table([names, *part.rows])
        if matrix:
            yield part, matrix
