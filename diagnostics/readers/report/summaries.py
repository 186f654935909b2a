"""Which rows of a report are classes, and which sum the classes up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from diagnostics.readers.report.figures import Figures

#: Averages that stand among the classes. Multilabel reports alone have "samples avg".
AVERAGES = ("micro avg", "macro avg", "weighted avg", "samples avg")

#: scikit-learn's up to 0.19 ended in `avg / total`, which weights by support.
_CERTAIN = {name: name for name in AVERAGES} | {"avg total": "weighted avg"}
#: Names that a class may well have: only what they sum up to tells.
_UNCERTAIN = frozenset(
    ("avg", "total", "mean", "overall", "all", "sum", "macro", "micro", "weighted", "samples")
)
#: How far an average of rounded figures may be off.
_NEAR = 0.0151


@dataclass
class SortedRows:
    """The rows of a report told apart; `twice` is a class that has two of them, "" if none has."""

    classes: dict[str, Figures] = field(default_factory=dict)
    averages: dict[str, Figures] = field(default_factory=dict)
    accuracy: float | None = None
    twice: str = ""


def is_summary_name(name: str) -> bool:
    """Whether a row called so may sum up the others."""
    folded = _folded(name)
    return folded in _CERTAIN or folded in _UNCERTAIN or folded in ("accuracy", "acc")


def sort_rows(rows: Sequence[tuple[str, Figures]]) -> SortedRows:
    """Classes, averages and the accuracy; supports decide where a class may be called like one.

    Of two rows of one name the last one is the summary: classes stand before their averages.
    """
    result = SortedRows()
    rest: list[tuple[str, Figures]] = []
    for name, line in reversed(rows):
        average = _CERTAIN.get(_folded(name), "")
        if average and average not in result.averages and not _is_class(name, line, rows):
            result.averages[average] = line
        else:
            rest.insert(0, (name, line))
    result.averages = {name: result.averages[name] for name in reversed(result.averages)}
    total = _total(result.averages)
    for place in reversed(range(len(rest))):
        name, line = rest[place]
        others = _support(rest[:place] + rest[place + 1 :])
        if result.accuracy is None and _is_accuracy(name, line, others=others, total=total):
            result.accuracy = next(rate for rate in reversed(line.rates) if rate is not None)
            del rest[place]
    rest = _without_overall(rest, result, total)
    for name, line in rest:
        result.twice = result.twice or (name if name in result.classes else "")
        result.classes.setdefault(name, line)
    return result


def _folded(name: str) -> str:
    folded = re.sub(r"[\s_/.-]+", " ", name.casefold()).strip()
    return folded.replace("average", "avg")


def _support(rows: Sequence[tuple[str, Figures]]) -> float:
    return sum(line.support or 0.0 for _, line in rows)


def _total(averages: dict[str, Figures]) -> float | None:
    return next((line.support for line in averages.values() if line.support is not None), None)


def _is_class(name: str, line: Figures, rows: Sequence[tuple[str, Figures]]) -> bool:
    """Whether a class is called like an average: with it alone the supports add up."""
    averages = [(other, row) for other, row in rows if _folded(other) in _CERTAIN and other != name]
    totals = {row.support for _, row in averages if row.support is not None}
    if len(averages) != len({other for other, _ in averages}) or len(totals) != 1:
        return False
    plain = [(n, row) for n, row in rows if _folded(n) not in _CERTAIN and _folded(n) != "accuracy"]
    [total] = totals
    return line.support != total and _support(plain) + (line.support or 0.0) == total


def _is_accuracy(name: str, line: Figures, *, others: float, total: float | None) -> bool:
    """Whether a row is the accuracy: one figure, or one figure repeated, of all examples.

    A frame repeats it as the support, too. A class may be called so: it counts in the total.
    """
    if _folded(name) not in ("accuracy", "acc"):
        return False
    known = [rate for rate in line.rates if rate is not None]
    if len(set(known)) == 1 and line.support == known[0] and known[0] % 1:
        return True
    if not known or len(set(known)) > 1 or (total is not None and total != others):
        return False
    is_repeated = line.support in (None, known[0], known[0] * 100)
    return is_repeated or len(known) == 1 or (line.support == others and others > 0)


def _without_overall(
    rows: list[tuple[str, Figures]], result: SortedRows, total: float | None
) -> list[tuple[str, Figures]]:
    """The rows without a last one such as `total` that is, figure by figure, a mean of those."""
    while len(rows) > 2 and _folded(rows[-1][0]) in _UNCERTAIN:
        name, line = rows[-1]
        classes = [row for row in rows[:-1] if _folded(row[0]) not in _UNCERTAIN] or rows[:-1]
        support = _support(classes)
        if not support or line.support != support or total not in (None, support):
            break
        kind = _kind_of_mean(_folded(name), line, [row for _, row in classes])
        if not kind:
            break
        result.averages[kind] = line
        rows = rows[:-1]
    return rows


def _kind_of_mean(name: str, line: Figures, classes: list[Figures]) -> str:
    """Which average of the classes a row has, "" if it is none."""
    if line.recall is None:
        return ""
    total = sum(row.support or 0.0 for row in classes)
    weighted = sum((row.recall or 0.0) * (row.support or 0.0) for row in classes) / total
    macro = sum(row.recall or 0.0 for row in classes) / len(classes)
    fits_weighted, fits_macro = (abs(line.recall - mean) <= _NEAR for mean in (weighted, macro))
    if name in ("macro", "micro", "weighted"):
        return f"{name} avg" if (fits_macro if name == "macro" else fits_weighted) else ""
    if fits_weighted:
        return "weighted avg"
    return "macro avg" if fits_macro else ""
