"""What a classification report says about counts: exactly, or not at all."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

from diagnostics.readers.report.figures import Figures
from diagnostics.readers.report.report import Report

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
    objection = _accuracy_objection(report, supports, correct, error) or _f1_objection(
        report, error
    )
    if objection:
        return Counts({}, objection=objection)
    if len(correct) != 2 or not report.covers_all_labels:
        return Counts(correct)
    objection = _precision_objection(report, supports, correct, error)
    return Counts({} if objection else correct, not objection, objection)


def accuracy_of(report: Report) -> float | None:
    """The share of right answers where all classes are counted and the report does not say it."""
    counts = counts_of(report)
    total = sum((report.supports or {}).values())
    if not counts.correct or not total or not report.covers_all_labels:
        return None
    return sum(counts.correct.values()) / total


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
    weighted = report.averages.get("weighted avg")
    # The mean of the recalls, weighted by support, is the accuracy.
    stated = report.accuracy
    if stated is None and weighted is not None:
        stated = weighted.recall
    if stated is None or not total:
        return ""
    counted = sum(correct.values()) / total
    # Recalls such as 0.9 of 20 are exact beside an average that was rounded, or is of rounded ones.
    if math.isclose(stated, round(stated, 2), abs_tol=1e-12):
        error = max(error, 0.005 + WHOLE) if report.accuracy is not None else 0.0151
    if abs(counted - stated) <= error:
        return ""
    name = "accuracy" if report.accuracy is not None else "weighted recall"
    return f"The {name} is {stated:.4g}, but recalls and supports give {counted:.4g}."


def _f1_objection(report: Report, error: float) -> str:
    """A class whose F1 is not the harmonic mean of its precision and recall, rounding allowed."""
    for label, line in report.classes.items():
        if line.precision is None or line.recall is None or line.f1 is None:
            continue
        lowest = _harmonic(line.precision - error, line.recall - error)
        highest = _harmonic(line.precision + error, line.recall + error)
        if not lowest - error <= line.f1 <= highest + error:
            found = _harmonic(line.precision, line.recall)
            return (
                f"Class {label!r} has F1 {line.f1:.4g}, but precision {line.precision:.4g} and "
                f"recall {line.recall:.4g} give {found:.4g}."
            )
    return ""


def _harmonic(precision: float, recall: float) -> float:
    first, second = max(precision, 0.0), max(recall, 0.0)
    return 2 * first * second / (first + second) if first + second else 0.0


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


def fingerprint_of(supports: Mapping[str, int] | None) -> str:
    """Equal for runs whose classes have equal numbers of examples; "" where these are unknown."""
    if not supports:
        return ""
    return hashlib.sha256(json.dumps(sorted(supports.items())).encode()).hexdigest()[:32]
