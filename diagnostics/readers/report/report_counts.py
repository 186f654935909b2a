"""What a classification report says about counts: exactly, or not at all."""

from __future__ import annotations

import math
from dataclasses import dataclass

from diagnostics.readers.report.report import Figures, Report

#: Figures with no more decimals than this were rounded, if they do not fit whole counts.
MOST_DECIMALS = 6
WHOLE = 1e-6


@dataclass(frozen=True)
class Counts:
    """Right answers per class, and why they are not known where they are not.

    `is_two_class` says that the wrong answers follow too: each went to the other class.
    """

    correct: dict[str, int]
    is_two_class: bool = False
    objection: str = ""


def counts_of(report: Report) -> Counts:
    """The right answers of every class, recall times support, checked against the other figures.

    All classes or none: half a diagonal would look like errors. `objection` is set where the
    report contradicts itself; a report that merely does not say enough has neither.
    """
    supports = report.supports
    if supports is None or report.is_multilabel:
        return Counts({})
    if objection := _missing_class(report, supports):
        return Counts({}, objection=objection)
    error = rounding_error(report)
    if error is None:
        return Counts({}, objection=_not_whole(report, supports))
    correct = {}
    for label, line in report.classes.items():
        fitting = _fitting(line, supports[label], error)
        if fitting is None:
            return Counts({})
        correct[label] = fitting
    if objection := _accuracy_objection(report, supports, correct, error):
        return Counts({}, objection=objection)
    if len(correct) != 2 or not report.covers_all_labels:
        return Counts(correct)
    objection = _precision_objection(report, supports, correct, error)
    return Counts({} if objection else correct, not objection, objection)


def rounding_error(report: Report) -> float | None:
    """How far a figure may be off; None if recalls fit neither whole counts nor rounding."""
    if report.decimals is not None:
        return 0.5 * 10.0**-report.decimals + WHOLE
    products = [(line.recall or 0.0) * (line.support or 0.0) for line in report.classes.values()]
    if all(abs(product - round(product)) <= WHOLE * max(1.0, product) for product in products):
        return WHOLE
    figures = [f for line in report.classes.values() for f in (line.precision, line.recall) if f]
    for decimals in range(2, MOST_DECIMALS + 1):
        if all(math.isclose(f, round(f, decimals), abs_tol=1e-12) for f in figures):
            return 0.5 * 10.0**-decimals + WHOLE
    return None


def _fitting(line: Figures, support: int, error: float) -> int | None:
    """The one count of right answers that gives this recall; None if several do, or none."""
    if support == 0:
        return 0
    if line.recall is None:
        return None
    slack = error * support
    lowest = max(math.ceil(line.recall * support - slack), 0)
    highest = min(math.floor(line.recall * support + slack), support)
    return lowest if lowest == highest else None


def _missing_class(report: Report, supports: dict[str, int]) -> str:
    whole = report.averages.get("macro avg") or report.averages.get("weighted avg")
    total = sum(supports.values())
    if whole is None or whole.support is None or whole.support == total:
        return ""
    return (
        f"Its classes have {total} examples together, its averages {whole.support:g}: a class is "
        "missing (scikit-learn overwrites a class called 'accuracy')."
    )


def _not_whole(report: Report, supports: dict[str, int]) -> str:
    for label, line in report.classes.items():
        right = (line.recall or 0.0) * supports[label]
        if abs(right - round(right)) > WHOLE * max(1.0, right):
            return (
                f"Class {label!r} has recall {line.recall:.4g} of {supports[label]} examples, "
                "which is not a whole number of them."
            )
    return ""


def _accuracy_objection(
    report: Report, supports: dict[str, int], correct: dict[str, int], error: float
) -> str:
    total = sum(supports.values())
    if report.accuracy is None or not total:
        return ""
    found = sum(correct.values()) / total
    if abs(found - report.accuracy) <= error:
        return ""
    return f"The accuracy is {report.accuracy:.4g}, but recalls and supports give {found:.4g}."


def _precision_objection(
    report: Report, supports: dict[str, int], correct: dict[str, int], error: float
) -> str:
    for label, line in report.classes.items():
        other = next(name for name in correct if name != label)
        answered = correct[label] + supports[other] - correct[other]
        if line.precision is None or not answered:
            continue
        found = correct[label] / answered
        if abs(found - line.precision) > error:
            return (
                f"Class {label!r} has precision {line.precision:.4g}, but recalls and supports "
                f"give {found:.4g}."
            )
    return ""
