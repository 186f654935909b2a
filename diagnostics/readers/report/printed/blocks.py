"""A text cut into the reports and matrices that are printed in it, with the lines above each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from diagnostics.readers.report.confusion import Matrix
from diagnostics.readers.report.printed.lines import clean_lines
from diagnostics.readers.report.printed.matrices import PrintedMatrix, matrix_at
from diagnostics.readers.report.printed.reports import is_report_header, report_at
from diagnostics.readers.report.report import Report
from diagnostics.readers.report.sides import side_in_words, sides_of

#: Lines above a matrix that may call it one.
_NEAR = 4
_CALLED_SO = re.compile(r"confusion|conf_?mat|\bcm\b", re.IGNORECASE)
_HINTS = re.compile(
    r"confusion|classified as|precision|\bpre\s+rec\b|^\s+\w+ *\r?\n\w+[ \t]", re.I | re.MULTILINE
)
#: The name of one side of a table, alone in its line.
_SHORT = 60
#: caret's and Weka's own figure, a few lines below or above the matrix.
_ACCURACY = re.compile(
    r"^\s*(?:(?:overall\s+)?accuracy\s*[:=]\s*(\d+(?:\.\d+)?)\s*(%?)"
    r"|correctly classified instances\s+\d+\s+(\d+(?:\.\d+)?)\s*(%))\s*$",
    re.IGNORECASE,
)
_BELOW = 6
#: Lines that an array which cannot be read may have.
_LONGEST = 10_000


@dataclass(frozen=True)
class Block:
    """A report or a matrix in a text, or why one that begins there cannot be read.

    `above` are the lines since the block before; `accuracy` is what the text says of the matrix,
    with the decimals that it has.
    """

    above: list[str]
    report: Report | None = None
    matrix: Matrix | None = None
    reason: str = ""
    is_broken_report: bool = False
    accuracy: tuple[float, int] | None = None
    lines: tuple[int, int] = field(default=(0, 0))


def has_blocks(text: str) -> bool:
    """Whether a text may hold a printed report or matrix; cheap, and says yes too often."""
    if _HINTS.search(text) is None:
        return False
    return any(_begins(line) for line in clean_lines(text))


def _begins(line: str) -> bool:
    if is_report_header(line) or "classified as" in line or _CALLED_SO.search(line):
        return True
    return len(line) < _SHORT and sides_of(line) is not None


def blocks_of(text: str, *, is_confusion: bool) -> list[Block]:
    """The reports and matrices in a text, in order.

    A square of numbers is a confusion matrix if the file or a line above is called so, if its sides
    are named, or if it follows or precedes a report on as many classes.
    """
    lines = clean_lines(text)
    found = list(_blocks(lines))
    return [block for place, block in enumerate(found) if is_confusion or _is_ours(found, place)]


def _is_ours(found: Sequence[Block], place: int) -> bool:
    block = found[place]
    if block.report or block.is_broken_report or _is_called_so(block):
        return True
    return _is_beside_report(found, place)


def _blocks(lines: Sequence[str]) -> Iterator[Block]:
    above: list[str] = []
    at = 0
    while at < len(lines):
        block = _block_at(lines, at, above) if lines[at].strip() else None
        if block is None:
            above.append(lines[at])
            at += 1
            continue
        yield block
        above = []
        at = block.lines[1]


def _block_at(lines: Sequence[str], at: int, above: list[str]) -> Block | None:
    try:
        report = report_at(lines, at)
        if report:
            heading = [report.heading] if report.heading else []
            return Block([*above, *heading], report.report, lines=(at, report.end))
        matrix = matrix_at(lines, at)
    except ValueError as error:
        is_report = is_report_header(lines[at])
        end = at + 1 if is_report else _end_of_brackets(lines, at)
        return Block(list(above), None, None, str(error), is_report, lines=(at, end))
    return _with_words(lines, at, above, matrix) if matrix else None


def _end_of_brackets(lines: Sequence[str], at: int) -> int:
    """The line after the one that closes all brackets that the line `at` opens."""
    is_open = 0
    for end in range(at, min(len(lines), at + _LONGEST)):
        is_open += lines[end].count("[") - lines[end].count("]")
        if is_open <= 0:
            return end + 1
    return at + 1


def _with_words(
    lines: Sequence[str], at: int, above: list[str], square: PrintedMatrix
) -> Block | None:
    """The matrix with what the lines around it say: how it stands, and its accuracy."""
    words = [*above, square.heading] if square.heading else list(above)
    matrix = square.matrix
    near = [line for line in words if line.strip()][-_NEAR:]
    if matrix.rows is None:
        side = side_in_words(" ; ".join(near))
        matrix = replace(matrix, rows=side)
    if square.is_sure and not any(_CALLED_SO.search(line) for line in near):
        words = [*words, "Confusion matrix:"]
    accuracy = _accuracy([*lines[square.end : square.end + _BELOW]])
    return Block(words, matrix=matrix, accuracy=accuracy, lines=(at, square.end))


def _accuracy(lines: Sequence[str]) -> tuple[float, int] | None:
    for line in lines:
        if is_report_header(line):
            return None
        said = _ACCURACY.match(line)
        if said:
            digits, percent = (said[1], said[2]) if said[1] else (said[3], said[4])
            decimals = len(digits.partition(".")[2])
            return (float(digits) / 100, decimals + 2) if percent else (float(digits), decimals)
    return None


def _is_called_so(block: Block) -> bool:
    near = [line for line in block.above if line.strip()][-_NEAR:]
    return any(_CALLED_SO.search(line) for line in near)


def _is_beside_report(found: Sequence[Block], place: int) -> bool:
    """Whether the block next to a square is a report on as many classes."""
    matrix = found[place].matrix
    if matrix is None or not (matrix.is_counts or matrix.values.max() <= 1):
        return bool(found[place].reason) and place > 0 and found[place - 1].report is not None
    beside = [found[at].report for at in (place - 1, place + 1) if 0 <= at < len(found)]
    return any(report and len(report.classes) == len(matrix.values) for report in beside)
