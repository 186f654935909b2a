"""Reports and confusion matrices: what an evaluation leaves when it keeps no rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

import polars as pl

from diagnostics.readers import Folder, Reading
from diagnostics.readers.report.confusion_counts import Confusion, confusion_of
from diagnostics.readers.report.files import Evaluation, UnreadableFile, candidates, evaluations
from diagnostics.readers.report.parameters import parameters_beside, scores_beside
from diagnostics.readers.report.report import Report
from diagnostics.readers.report.report_counts import counts_of
from diagnostics.workspace import NOTHING, SPLITS, Evidence, Problem, Score
from diagnostics.workspace.labels import natural_order
from diagnostics.workspace.tables import CONFUSION, REPORT

NAME = "reports"
LOOKS_FOR = (
    "a scikit-learn classification_report (json, csv or text with precision, recall, f1-score and "
    "support) or a confusion matrix (json or csv)"
)
VERSION = 2


def matches(folder: Folder) -> bool:
    """Whether there is a report or a confusion matrix that is not part of another format."""
    return bool(candidates(folder))


def read(folder: Folder) -> Iterator[Reading | Problem]:
    """A run for every report, and for every matrix that belongs to none."""
    runs: dict[str, list[Evaluation]] = {}
    for found in evaluations(folder):
        if isinstance(found, UnreadableFile):
            yield _unreadable(folder, found)
        else:
            runs.setdefault(found.key, []).append(found)
    if not runs:
        return
    parameters, texts, problems = parameters_beside(folder)
    scores, score_problems = scores_beside(folder)
    for key, splits in runs.items():
        reading = _reading(folder, splits, scores if len(runs) == 1 else [])
        reading.parameters, reading.parameters_text = parameters, texts
        reading.problems += [*problems, *score_problems]
        if len(runs) > 1:
            reading.run, reading.siblings = key or reading.run, folder.relative
        yield reading


def _reading(folder: Folder, splits: list[Evaluation], scores: list[Score]) -> Reading:
    """One run: its held-out evaluation in full, the other splits as scores."""
    main, *others = sorted(splits, key=lambda e: [str(s) for s in SPLITS].index(e.split))
    at_root = folder.relative == "."
    reading = Reading(
        run=folder.path.name or "run",
        task="classification",
        path=folder.relative,
        siblings="." if at_root else folder.path.parent.relative_to(folder.root).as_posix(),
        evidence=NOTHING,
    )
    labels = list(main.report.classes) if main.report else []
    confusion = _confusion(folder, main, reading)
    if confusion:
        labels += [label for label in confusion.labels if label not in labels]
    reading.labels = natural_order(labels)
    if main.report:
        _take_report(folder, main.report, main, reading)
    if confusion and confusion.counts is not None:
        _take_counts(reading, confusion.labels, _cells(confusion), main.split, is_exact=True)
    for other in others:
        reading.notes.append(
            f"{other.report_name or other.matrix_name}: shown as scores of the split {other.split}."
        )
    # The first of a name counts: the report's own before what lies beside it.
    written = [score for e in (main, *others) for score in [*_scores(e), *e.scores]]
    reading.scores = list({(s.metric, s.split): s for s in reversed([*written, *scores])}.values())[
        ::-1
    ]
    if reading.scores:
        reading.evidence |= Evidence.SCORES
    return reading


def _confusion(folder: Folder, main: Evaluation, reading: Reading) -> Confusion | None:
    if main.matrix is None:
        return None
    supports = main.report.supports if main.report else None
    confusion = confusion_of(main.matrix, supports, folder.where(main.matrix_name))
    reading.problems += confusion.problems
    reading.notes += confusion.notes
    return confusion


def _take_report(folder: Folder, report: Report, main: Evaluation, reading: Reading) -> None:
    """The report's figures, and what follows from them about counts."""
    where = folder.where(main.report_name)
    reading.evidence |= Evidence.REPORT
    reading.report = _report_frame(report, reading.labels)
    reading.examples_fingerprint = _fingerprint(report.supports)
    if report.is_multilabel:
        reading.problems.append(_multilabel(where))
        return
    if report.supports is None:
        reading.problems.append(_weighted(where))
        return
    reading.n_examples = sum(report.supports.values())
    counts = counts_of(report)
    if counts.objection:
        reading.problems.append(_inconsistent(where, counts.objection))
    if not counts.correct:
        return
    cells = [(label, label, n) for label, n in counts.correct.items()]
    wrong = {label: report.supports[label] - n for label, n in counts.correct.items()}
    if counts.is_two_class:
        # What was wrong of the one label can only have been taken for the other.
        first, second = counts.correct
        cells += [(first, second, wrong[first]), (second, first, wrong[second])]
    is_exact = counts.is_two_class or not any(wrong.values())
    _take_counts(reading, tuple(counts.correct), cells, main.split, is_exact=is_exact)
    reading.n_errors = sum(wrong.values())


def _take_counts(
    reading: Reading,
    labels: tuple[str, ...],
    cells: list[tuple[str, str, int]],
    split: str,
    *,
    is_exact: bool,
) -> None:
    code = {label: place for place, label in enumerate(reading.labels)}
    rows = [(split, None, code[truth], code[answer], n) for truth, answer, n in cells if n]
    reading.confusion = pl.DataFrame(rows, schema=CONFUSION, orient="row")
    reading.confusion_is_exact = is_exact
    if is_exact:
        reading.n_examples = sum(n for _, _, n in cells)
        reading.n_errors = sum(n for truth, answer, n in cells if truth != answer)
        # Every per-class figure follows from a whole matrix: it stands for a report.
        reading.evidence |= Evidence.REPORT
        totals = {label: sum(n for truth, _, n in cells if truth == label) for label in labels}
        reading.examples_fingerprint = _fingerprint(totals)


def _cells(confusion: Confusion) -> list[tuple[str, str, int]]:
    counts = [] if confusion.counts is None else confusion.counts.tolist()
    return [
        (truth, answer, n)
        for truth, row in zip(confusion.labels, counts, strict=True)
        for answer, n in zip(confusion.labels, row, strict=True)
    ]


def _report_frame(report: Report, labels: list[str]) -> pl.DataFrame:
    supports = report.supports or {}
    rows = [
        (labels.index(label), line.precision, line.recall, line.f1, supports.get(label))
        for label, line in report.classes.items()
    ]
    return pl.DataFrame(rows, schema=REPORT, orient="row").sort("label")


def _scores(evaluation: Evaluation) -> list[Score]:
    """The report's averages, called `accuracy`, `macro_f1`, `weighted_recall` and so on."""
    report = evaluation.report
    if report is None:
        return []
    values = {"accuracy": report.accuracy}
    for name, line in report.averages.items():
        kind = name.removesuffix(" avg")
        values |= {
            f"{kind}_{figure}": getattr(line, figure) for figure in ("precision", "recall", "f1")
        }
    return [
        Score(metric, value, evaluation.split, greater_is_better=True)
        for metric, value in values.items()
        if value is not None
    ]


def _fingerprint(supports: dict[str, int] | None) -> str:
    """Equal for runs whose classes have equal numbers of examples; "" where these are unknown."""
    if not supports:
        return ""
    return hashlib.sha256(json.dumps(sorted(supports.items())).encode()).hexdigest()[:32]


def _unreadable(folder: Folder, file: UnreadableFile) -> Problem:
    return Problem(
        "unreadable-report",
        folder.where(file.name),
        f"{file.name} looks like a report or a confusion matrix but is none: {file.reason}.",
        "Write the file again; the rest of the folder is read.",
    )


def _multilabel(where: str) -> Problem:
    return Problem(
        "multilabel-not-read",
        where,
        "The report is of a multilabel task, where an example has several labels.",
        "Its figures are shown; confusions and examples of multilabel tasks are not read yet.",
    )


def _weighted(where: str) -> Problem:
    return Problem(
        "weighted-report",
        where,
        "The report's supports are not whole numbers: it was made with sample weights.",
        "Its figures are shown; for counts, save the report without sample_weight.",
    )


def _inconsistent(where: str, objection: str) -> Problem:
    return Problem(
        "inconsistent-report",
        where,
        f"The report contradicts itself. {objection}",
        "Write it again from one evaluation; its figures are shown as they are, without counts.",
    )
