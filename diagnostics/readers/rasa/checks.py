"""Whether a report and the lists beside it come from the same test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from diagnostics.readers.rasa.answers import Answer, pair_counts
from diagnostics.readers.rasa.label_reports import LabelReport

_TOLERANCE = 1e-6


def misfit(report: LabelReport, wrong: Sequence[Answer]) -> str:
    """The first thing in the list of wrong answers that the report contradicts, "" if it fits.

    Rasa writes the list only when something was wrong and never removes an old one, so that the
    mistakes of an earlier model can lie beside a new report.
    """
    counts = pair_counts(wrong)
    errors = Counter(answer.true_label for answer in wrong)
    return (
        _unfit_total(report, len(wrong))
        or _unfit_label(report, errors)
        or _unfit_recall(report, errors)
        or _unfit_precision(report, counts)
        or _unfit_confusions(report, counts)
        or _right_among_wrong(wrong)
    )


def _unfit_total(report: LabelReport, listed: int) -> str:
    accuracy = report.accuracy
    if accuracy is None:  # with predictions outside of the labels micro recall is the accuracy
        accuracy = report.averages.get("micro", {}).get("recall")
    if accuracy is None or abs(report.n * (1 - accuracy) - listed) < 0.5:
        return ""
    wrong = round(report.n * (1 - accuracy))
    return f"the list has {listed:,}, the report {wrong:,} among {report.n:,} answers"


def _unfit_label(report: LabelReport, errors: Mapping[str, int]) -> str:
    for label, n in errors.items():
        if label not in report.labels:
            return f"it has the label {label!r}, which is not in the report"
        support = report.labels[label].support
        if n > support:
            return f"it lists {n:,} wrong answers for {label!r} of {support:,} examples"
    return ""


def _unfit_recall(report: LabelReport, errors: Mapping[str, int]) -> str:
    for label, line in report.labels.items():
        right = line.support - errors.get(label, 0)
        if _differs(line.recall, right, line.support):
            return f"by it the recall of {label!r} is {right} of {line.support}, not {line.recall}"
    return ""


def _unfit_precision(report: LabelReport, counts: Mapping[tuple[str, str], int]) -> str:
    missed: Counter[str] = Counter()
    mistaken: Counter[str] = Counter()
    for (truth, answer), n in counts.items():
        missed[truth] += n
        mistaken[answer] += n
    for label, line in report.labels.items():
        right = line.support - missed[label]
        if _differs(line.precision, right, right + mistaken[label]):
            said = f"{right} of {right + mistaken[label]}, not {line.precision}"
            return f"by it the precision of {label!r} is {said}"
    return ""


def _unfit_confusions(report: LabelReport, counts: Mapping[tuple[str, str], int]) -> str:
    for label, line in report.labels.items():
        for answer, n in (line.confused_with or {}).items():
            listed = counts.get((label, answer), 0)
            if listed != n:
                pair = f"{label!r} taken for {answer!r}"
                return f"it lists {pair} {listed:,} times, the report {n:,} times"
    return ""


def _right_among_wrong(wrong: Sequence[Answer]) -> str:
    for answer in wrong:
        if answer.true_label == answer.predicted_label:
            return f"it lists a right answer ({answer.true_label!r}) among the wrong ones"
    return ""


def _differs(figure: float | None, part: int, whole: int) -> bool:
    """Whether a figure is not part of whole; of nothing it is 0, as the report writes it."""
    if figure is None:
        return False
    return abs(figure - (part / whole if whole else 0.0)) > _TOLERANCE


def unfit_successes(report: LabelReport, right: Sequence[Answer], wrong: Sequence[Answer]) -> str:
    """Why right and wrong answers are not all that the report speaks of; "" if they are."""
    for answer in right:
        if answer.true_label != answer.predicted_label:
            return f"it lists a wrong answer ({answer.true_label!r}) among the right ones"
    listed = Counter(answer.true_label for answer in [*right, *wrong])
    if listed == {label: line.support for label, line in report.labels.items() if line.support}:
        return ""
    return (
        f"it lists {len(right):,} right answers, which with {len(wrong):,} wrong ones do not make "
        f"the {report.n:,} examples of the report"
    )


def counts_with_right(report: LabelReport, wrong: Sequence[Answer]) -> Counter[tuple[str, str]]:
    """The whole confusion matrix from the report's supports and a list of errors that fits it."""
    counts = pair_counts(wrong)
    missed = Counter(answer.true_label for answer in wrong)
    for label, line in report.labels.items():
        counts[label, label] += line.support - missed[label]
    return counts


def counts_of_report(report: LabelReport) -> tuple[Counter[tuple[str, str]], bool]:
    """What the report alone says of the confusion matrix, and whether that is all of it.

    The right answers are known from the recalls. The others are where `confused_with` names them
    all, and with two labels, where a wrong answer can only have been the other one. If some stay
    unknown, only the right ones are given.
    """
    hits = report.hits()
    if hits is None:
        return Counter(), False
    counts = Counter({(label, label): n for label, n in hits.items()})
    missing = {label: line.support - hits[label] for label, line in report.labels.items()}
    mistakes = _named_mistakes(report, missing) or _mistakes_between_two(hits, missing)
    if mistakes is None:
        return counts, not any(missing.values())
    exact = not _unfit_precision(report, mistakes)
    return (counts + mistakes if exact else counts), exact


def _named_mistakes(
    report: LabelReport, missing: Mapping[str, int]
) -> Counter[tuple[str, str]] | None:
    named: Counter[tuple[str, str]] = Counter()
    for label, line in report.labels.items():
        confused = line.confused_with or {}
        # confused_with has three answers at most, and in real reports half of the mistakes (53 %).
        if sum(confused.values()) != missing[label]:
            return None
        named.update({(label, answer): n for answer, n in confused.items()})
    return named


def _mistakes_between_two(
    hits: Mapping[str, int], missing: Mapping[str, int]
) -> Counter[tuple[str, str]] | None:
    """Only where both labels have hits: else no precision would betray a third answer."""
    if len(hits) != 2 or not all(hits.values()):
        return None
    first, second = hits
    return Counter({(first, second): missing[first], (second, first): missing[second]})
