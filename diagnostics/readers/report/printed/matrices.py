"""Confusion matrices as they are printed: numpy's, pandas', R's, Weka's and tables by hand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from diagnostics.readers.report.confusion import Matrix, square_matrix
from diagnostics.readers.report.sides import (
    Rows,
    own_labels,
    side_of_corner,
    side_of_labels,
    sides_of,
)

#: The most classes that are looked for; a matrix of more is kept in another form.
_MOST = 2000
_NUMBER = r"[-+]?\d+(?:\.\d*)?(?:e[-+]?\d+)?"
_NUMBERS = re.compile(rf"\s*{_NUMBER}(?:[\s,;]+{_NUMBER})+[\s,;]*", re.IGNORECASE)
_ENDS_IN_NUMBERS = re.compile(rf"\s*\S.*\s{_NUMBER}\s+{_NUMBER}\s*", re.IGNORECASE)
_WEKA = re.compile(r"\s*[a-z]+(?:\s+[a-z]+)+\s+<--\s*classified as\s*", re.IGNORECASE)
_WEKA_ROW = re.compile(rf"\s*((?:{_NUMBER}\s+)+)\|\s*\S+\s*=\s*(.*?)\s*")
_TOTALS = frozenset({"all", "total", "sum", "totals"})


@dataclass(frozen=True)
class PrintedMatrix:
    """A matrix in a text, what stands before it in its first line, and the line after it.

    `is_sure` where its form alone says that it is a confusion matrix.
    """

    matrix: Matrix
    end: int
    heading: str = ""
    is_sure: bool = False


def matrix_at(lines: Sequence[str], start: int) -> PrintedMatrix | None:
    """The matrix that begins with the line `start`, None if none does.

    Raises
    ------
    ValueError
        If it begins there and cannot be used: cut by numpy's dots, or three-dimensional.
    """
    line = lines[start]
    if "[" in line:
        return _bracketed(lines, start)
    if _WEKA.fullmatch(line):
        return _weka(lines, start)
    return _two_headed(lines, start) or _labelled(lines, start) or _bare(lines, start)


def _bracketed(lines: Sequence[str], start: int) -> PrintedMatrix | None:
    """As numpy prints an array, or Python a list of lists."""
    before, opening, rest = re.sub(r"\[\s+(?=\[)", "[", lines[start]).partition("[[")
    if not opening:
        if lines[start].strip() != "[" or start + 1 >= len(lines) or "[" not in lines[start + 1]:
            return None
        rest = ""
    end = start + 1
    parts = [rest]
    # Only what was added last may close it: to search it all each time takes too long.
    while not re.search(r"\]\s*,?\s*\]", "\n".join(parts[-2:])):
        if end >= min(len(lines), start + 20 * _MOST):
            return None
        parts.append(lines[end])
        end += 1
    text = "\n".join(parts)
    inner = re.split(r"\]\s*,?\s*\]", text, maxsplit=1)[0]
    if inner.lstrip().startswith("["):
        inner = inner.lstrip()[1:]
        if opening:
            raise ValueError("it has several matrices in one array, as of a multilabel task")
    if "..." in inner:
        raise ValueError("numpy left numbers out when it printed the matrix ('...')")
    rows = [re.findall(r"[^\s,]+", row.strip(" [\n,")) for row in inner.split("]")]
    matrix = square_matrix([row for row in rows if row])
    heading = re.sub(r"(?:np\.|numpy\.)?(?:array|tensor)\($", "", before.strip())
    return PrintedMatrix(matrix, end, heading.strip()) if matrix else None


def _weka(lines: Sequence[str], start: int) -> PrintedMatrix | None:
    rows: list[list[str]] = []
    labels: list[str] = []
    end = start + 1
    while end < len(lines) and (row := _WEKA_ROW.fullmatch(lines[end])):
        rows.append(row[1].split())
        labels.append(row[2])
        end += 1
    matrix = square_matrix(rows, labels, "true")
    return PrintedMatrix(matrix, end, is_sure=True) if matrix else None


def _two_headed(lines: Sequence[str], start: int) -> PrintedMatrix | None:
    """As R prints a table (both names above the rows) and pandas a crosstab."""
    if start + 3 >= len(lines):
        return None
    first, second = lines[start].strip(), lines[start + 1].strip()
    # R: `Reference`, then `Prediction No Yes`; pandas: `Predicted No Yes`, then `Actual`.
    above, _, _ = first.partition(" ")
    beside = _leading_side(second)
    is_r = bool(sides_of(first) and beside and beside != sides_of(first) and second != beside)
    if is_r:
        rows_are = sides_of(_leading_name(second))
        return _with_chunks(lines, start, rows_are)
    if sides_of(second) and _leading_side(first) and sides_of(second) != _leading_side(first):
        header = first.removeprefix(_leading_name(first)).strip()
        found = _rows_below(lines, start + 2, header)
        if found:
            labels, counts, end = found
            matrix = square_matrix(counts, labels, sides_of(second))
            return PrintedMatrix(matrix, end, is_sure=True) if matrix else None
    return None


def _with_chunks(lines: Sequence[str], start: int, rows_are: Rows) -> PrintedMatrix | None:
    """R's table, whose columns go on below where they do not fit the line."""
    above, end = lines[start].strip(), start
    labels: list[str] = []
    columns: list[str] = []
    counts: list[list[str]] = []
    while end + 1 < len(lines) and lines[end].strip() == above:
        header = lines[end + 1].strip()
        name = _leading_name(header)
        rows = []
        end += 2
        n = len(header.removeprefix(name).split())
        while end < len(lines) and (row := _row(lines[end], n)):
            rows.append(row)
            end += 1
        beside = [label for label, _ in rows]
        if not rows or (labels and beside != labels):
            break
        labels = beside
        columns += header.removeprefix(name).split()
        counts = (
            [old + new for old, (_, new) in zip(counts, rows, strict=True)]
            if counts
            else [new for _, new in rows]
        )
        following = end
        while following < len(lines) and not lines[following].strip():
            following += 1
        if following < len(lines) and lines[following].strip() == above and columns != labels:
            end = following
    # A label with a blank in it makes two of one column's name: the rows tell.
    if " ".join(columns).split() != " ".join(labels).split():
        return None
    matrix = square_matrix(counts, labels, rows_are)
    return PrintedMatrix(matrix, end, is_sure=True) if matrix else _spaced(lines, start, rows_are)


def _spaced(lines: Sequence[str], start: int, rows_are: Rows) -> PrintedMatrix | None:
    """R's table with blanks in its labels."""
    header = lines[start + 1].strip()
    found = _rows_below(lines, start + 2, header.removeprefix(_leading_name(header)).strip())
    if found is None:
        return None
    labels, counts, end = found
    matrix = square_matrix(counts, labels, rows_are)
    return PrintedMatrix(matrix, end, is_sure=True) if matrix else None


def _labelled(lines: Sequence[str], start: int) -> PrintedMatrix | None:
    """A line of labels, and below it a row for each of them."""
    header = lines[start].strip()
    if not header or start + 2 >= len(lines) or not _ENDS_IN_NUMBERS.fullmatch(lines[start + 1]):
        return None
    if _is_like(header, lines[start + 1]):
        return None
    found = _rows_below(lines, start + 1, header)
    if found is None:
        return None
    labels, counts, end = found
    side = side_of_corner(corner_of(header, labels)) or side_of_labels(labels)
    names = own_labels(labels)
    matrix = square_matrix(counts, names, side)
    return PrintedMatrix(matrix, end, is_sure=side is not None) if matrix else None


def _is_like(line: str, below: str) -> bool:
    """Whether a line is a row like the one below it, as in a log, and no header of it."""
    above, words = line.split(), below.split()
    numbers = _trailing_numbers(line)
    if numbers == len(above):
        return len(above) >= len(words)
    return above[: len(above) - numbers] == words[: len(words) - _trailing_numbers(below)]


def corner_of(header: str, labels: Sequence[str]) -> str:
    """What stands before the labels in the line above a matrix."""
    flat = " ".join(header.split())
    return flat.removesuffix(" ".join(" ".join(labels).split())).strip()


def _rows_below(
    lines: Sequence[str], start: int, header: str
) -> tuple[list[str], list[list[str]], int] | None:
    """Labels and counts of the rows from `start` on that `header` names, and where they end."""
    numbers = _trailing_numbers(lines[start])
    end = start
    while end < min(len(lines), start + numbers) and _ENDS_IN_NUMBERS.fullmatch(lines[end]):
        end += 1
    # As many rows as the first one has numbers; its label may end in some, too.
    for n in range(end - start, max(1, end - start - 4), -1):
        rows = [row for line in lines[start : start + n] if (row := _row(line, n))]
        if len(rows) < n:
            continue
        labels = [label for label, _ in rows]
        counts = [cells for _, cells in rows]
        order = _columns(header, labels)
        if order is None:
            continue
        counts = [[row[place] for place in order] for row in counts]
        if labels[-1].casefold() in _TOTALS and len(labels) > 2 and _is_total(counts):
            labels, counts = labels[:-1], [row[:-1] for row in counts[:-1]]
        return labels, counts, start + n
    return None


def _trailing_numbers(line: str) -> int:
    """How many numbers a line ends in."""
    words = line.split()[::-1]
    return next((n for n, w in enumerate(words) if not re.fullmatch(_NUMBER, w)), len(words))


def _row(line: str, n: int) -> tuple[str, list[str]] | None:
    """A label and `n` numbers behind it."""
    cells = line.rsplit(maxsplit=n)
    if len(cells) != n + 1 or not all(re.fullmatch(_NUMBER, cell) for cell in cells[1:]):
        return None
    return cells[0].strip(), cells[1:]


def _columns(header: str, labels: Sequence[str]) -> list[int] | None:
    """Where the columns of the labels stand below `header`; None if it does not name them."""
    own = own_labels(labels)
    flat = " ".join(header.split())
    ends = " ".join(" ".join(labels).split())
    if flat == ends or flat.endswith(" " + ends):
        return list(range(len(labels)))
    for parts in (re.split(r"\s{2,}", header.strip()), header.split()):
        above = own_labels(parts[-len(labels) :])
        if len(above) == len(own) and set(above) == set(own) and len(set(own)) == len(own):
            return [above.index(label) for label in own]
    return None


def _is_total(counts: list[list[str]]) -> bool:
    values = np.asarray(counts, dtype=float)
    return bool(
        np.allclose(values[:-1].sum(axis=0), values[-1])
        and np.allclose(values[:, :-1].sum(axis=1), values[:, -1])
    )


def _leading_name(line: str) -> str:
    """The name of a side that a line begins with, "" if it begins with none."""
    words = line.split()
    for n in (2, 1):
        if len(words) > n and sides_of(" ".join(words[:n])):
            return " ".join(words[:n])
    return ""


def _leading_side(line: str) -> Rows:
    return sides_of(_leading_name(line))


def _bare(lines: Sequence[str], start: int) -> PrintedMatrix | None:
    """A square of numbers alone, as np.savetxt writes it."""
    if not _NUMBERS.fullmatch(lines[start]) or (start and _NUMBERS.fullmatch(lines[start - 1])):
        return None
    end, most = start, len(re.split(r"[\s,;]+", lines[start].strip(" ,;")))
    while end < min(len(lines), start + most + 1) and _NUMBERS.fullmatch(lines[end]):
        end += 1
    rows = [re.split(r"[\s,;]+", line.strip(" ,;")) for line in lines[start:end]]
    matrix = square_matrix(rows) if len(rows) > 1 else None
    return PrintedMatrix(matrix, end) if matrix else None
