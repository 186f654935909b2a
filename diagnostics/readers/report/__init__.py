"""Reports and confusion matrices: what an evaluation leaves when it keeps no rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import polars as pl

from diagnostics.readers import Folder, Reading
from diagnostics.readers.report.confusion_counts import (
    Confusion,
    confusion_of,
    macro_notes,
    recall_objection,
)
from diagnostics.readers.report.evaluation import Evaluation
from diagnostics.readers.report.files import (
    UnreadableFile,
    candidates,
    evaluations,
    of_other_forms,
)
from diagnostics.readers.report.folds import means, pooled
from diagnostics.readers.report.label_names import label_names
from diagnostics.readers.report.parameters import parameters_beside, scores_beside
from diagnostics.readers.report.report import Report
from diagnostics.readers.report.report_counts import accuracy_of, counts_of, fingerprint_of
from diagnostics.workspace import NOTHING, SPLITS, Evidence, Problem, Score
from diagnostics.workspace.labels import natural_order
from diagnostics.workspace.tables import CONFUSION, REPORT

NAME = "reports"
LOOKS_FOR = (
    "a scikit-learn classification_report (json, csv or text with precision, recall, f1-score and "
    "support) or a confusion matrix (json, csv, npy, or printed in a text)"
)
VERSION = 3


def matches(folder: Folder) -> bool:
    """Whether there is a report or a confusion matrix that is not part of another format."""
    return bool(candidates(folder) or of_other_forms(folder))


def read(folder: Folder) -> Iterator[Reading | Problem]:
    """A run for every report, and for every matrix that belongs to none."""
    runs: dict[str, list[Evaluation]] = {}
    found, unreadable = evaluations(folder)
    for evaluation in found:
        runs.setdefault(evaluation.key, []).append(evaluation)
    yield from (_unreadable(folder, file) for file in unreadable)
    yield from _unnamed(folder, found)
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
    ordered = sorted(splits, key=lambda e: [str(s) for s in SPLITS].index(e.split))
    of_main = [e for e in ordered if e.split == ordered[0].split]
    others = ordered[len(of_main) :]
    folds = [e for e in of_main if e.fold is not None]
    if len(folds) > 1:
        reading = pooled([(e.fold or 0, _of_one(folder, e)) for e in folds], folds[0].split)
        reading.scores = [s for e in of_main for s in _scores(e)]
        reading.scores += means([s for s in reading.scores if s.fold is not None])
    else:
        reading = _of_one(folder, of_main[0])
        reading.scores = [s for e in of_main for s in [*_scores(e), *e.scores]]
    for split in dict.fromkeys(other.split for other in others):
        name = next(other.name for other in others if other.split == split)
        reading.notes.append(f"{name}: shown as scores of the split {split}.")
    of_others = [s for e in others for s in [*_scores(e), *e.scores, *_accuracy_of_matrix(e)]]
    written = [*reading.scores, *of_others, *means([s for s in of_others if s.fold is not None])]
    # The first of a name counts: the report's own before what lies beside it.
    by_name = {(s.metric, s.split, s.fold): s for s in reversed([*written, *scores])}
    reading.scores = list(by_name.values())[::-1]
    if reading.scores:
        reading.evidence |= Evidence.SCORES
    return reading


def _of_one(folder: Folder, main: Evaluation) -> Reading:
    """The reading of one evaluation: its report, its matrix, or both, held against each other."""
    at_root = folder.relative == "."
    reading = Reading(
        run=folder.path.name or "run",
        task="classification",
        path=folder.relative,
        siblings="." if at_root else folder.path.parent.relative_to(folder.root).as_posix(),
        evidence=NOTHING,
        notes=list(main.notes),
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
        _check_counts(folder, main, confusion, reading)
    if main.report and reading.confusion is not None and reading.confusion_is_exact:
        counts = np.zeros((len(reading.labels), len(reading.labels)), dtype=np.int64)
        for truth, answer, n in reading.confusion[["true_label", "predicted_label", "n"]].rows():
            counts[truth, answer] = n
        reading.notes += macro_notes(counts, main.report)
    return reading


def _confusion(folder: Folder, main: Evaluation, reading: Reading) -> Confusion | None:
    matrix = main.matrix
    if matrix is None:
        return None
    supports = main.report.supports if main.report else None
    if matrix.labels is None and main.report is None:
        names, source = label_names(folder, len(matrix.values))
        if names:
            matrix = replace(matrix, labels=names)
            reading.notes.append(f"The classes are named as in {source}.")
    confusion = confusion_of(matrix, supports, folder.where(main.matrix_name))
    reading.problems += confusion.problems
    reading.notes += confusion.notes
    return confusion


def _check_counts(folder: Folder, main: Evaluation, confusion: Confusion, reading: Reading) -> None:
    """Say where the matrix has other right answers than the report, or than the text around it."""
    differs = any(p.code == "report-and-matrix-differ" for p in reading.problems)
    if main.report and not differs:
        objection = recall_objection(confusion, main.report)
        if objection:
            reading.problems.append(_contradiction(folder.where(main.matrix_name), objection))
    if main.accuracy is None or confusion.counts is None or not confusion.counts.sum():
        return
    value, decimals = main.accuracy
    counted = confusion.counts.trace() / confusion.counts.sum()
    if abs(counted - value) > 0.5 * 10.0**-decimals + 1e-9:
        what = f"The matrix has an accuracy of {counted:.4g}; the text beside it says {value:.4g}."
        reading.problems.append(_contradiction(folder.where(main.matrix_name), what))


def _take_report(folder: Folder, report: Report, main: Evaluation, reading: Reading) -> None:
    """The report's figures, and what follows from them about counts."""
    where = folder.where(main.report_name)
    reading.evidence |= Evidence.REPORT
    reading.report = _report_frame(report, reading.labels)
    reading.examples_fingerprint = fingerprint_of(report.supports)
    if report.is_multilabel:
        reading.problems.append(_multilabel(where))
        return
    if impossible := _impossible(report):
        hint = "Write the report again; its other figures are shown."
        reading.problems.append(Problem("impossible-figures", where, impossible, hint))
    if report.are_percent:
        reading.notes.append("The report's figures are percentages; they are read as shares.")
    if report.supports is None:
        is_without = all(line.support is None for line in report.classes.values())
        if not (is_without and main.matrix):
            reading.problems.append(_without_supports(where) if is_without else _weighted(where))
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
        totals = dict.fromkeys(labels, 0)
        for truth, _, n in cells:
            totals[truth] += n
        reading.examples_fingerprint = fingerprint_of(totals)


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
        (
            labels.index(label),
            *(_share(figure) for figure in (line.precision, line.recall, line.f1)),
            supports.get(label),
        )
        for label, line in report.classes.items()
    ]
    return pl.DataFrame(rows, schema=REPORT, orient="row").sort("label")


def _scores(evaluation: Evaluation) -> list[Score]:
    """The report's averages as scores; what is no share is left out."""
    report = evaluation.report
    return [
        Score(metric, value, evaluation.split, evaluation.fold, greater_is_better=True)
        for metric, value in (_averages(report) if report else {}).items()
        if value is not None and _share(value) is not None
    ]


def _averages(report: Report) -> dict[str, float | None]:
    """The report's averages, called `accuracy`, `macro_f1`, `weighted_recall` and so on."""
    values = {"accuracy": report.accuracy if report.accuracy is not None else accuracy_of(report)}
    for name, line in report.averages.items():
        kind = name.removesuffix(" avg")
        values |= {
            f"{kind}_{figure}": getattr(line, figure) for figure in ("precision", "recall", "f1")
        }
    return values


def _share(value: float | None) -> float | None:
    """A figure of a report, None where it cannot be one."""
    return value if value is not None and 0 <= value <= 1 else None


def _impossible(report: Report) -> str:
    """What is wrong with the figures that no report can have; "" if there is nothing."""
    shown = {name: value for name, value in _averages(report).items() if value is not None}
    for label, line in report.classes.items():
        shown |= {
            f"{figure} of {label!r}": value
            for figure in ("precision", "recall", "f1")
            if (value := getattr(line, figure)) is not None
        }
    wrong = {name: value for name, value in shown.items() if _share(value) is None}
    if not wrong:
        return ""
    listed = ", ".join(f"{name} is {value:g}" for name, value in list(wrong.items())[:3])
    return f"Figures that no report can have are left out: {listed}."


def _accuracy_of_matrix(evaluation: Evaluation) -> list[Score]:
    """What is known of a split with a matrix alone; either side of it may be the truth."""
    matrix = evaluation.matrix
    if matrix is None or not matrix.is_counts or not matrix.values.sum():
        return []
    value = float(matrix.values.trace() / matrix.values.sum())
    return [Score("accuracy", value, evaluation.split, evaluation.fold, greater_is_better=True)]


def _unreadable(folder: Folder, file: UnreadableFile) -> Problem:
    if file.is_of_other_form:
        return Problem(
            "unreadable-report",
            folder.where(file.name),
            f"{file.name} is called like a report or a confusion matrix: {file.reason}.",
            "Save it as json, csv or text beside it; the rest of the folder is read.",
        )
    return Problem(
        "unreadable-report",
        folder.where(file.name),
        f"{file.name} looks like a report or a confusion matrix but is none: {file.reason}.",
        "Write the file again; the rest of the folder is read.",
    )


def _unnamed(folder: Folder, found: list[Evaluation]) -> Iterator[Problem]:
    """A problem for each file whose reports are told apart by number alone."""
    for name in dict.fromkeys(e.name for e in found if e.is_numbered):
        n = sum(e.name == name for e in found)
        yield Problem(
            "reports-not-named",
            folder.where(name),
            f"{name} holds {n} reports, and nothing names them all: those are numbered in order.",
            "Write a line above each that names it, such as `=== svm ===` or `TEST`.",
        )


def _without_supports(where: str) -> Problem:
    return Problem(
        "supports-missing",
        where,
        "The report does not say how many examples its classes have.",
        "Its figures are shown; for counts, keep the confusion matrix beside it.",
    )


def _contradiction(where: str, objection: str) -> Problem:
    return Problem(
        "report-and-matrix-differ",
        where,
        f"{objection} They are not of one evaluation.",
        "Keep files of one evaluation in a folder; counts are the matrix's, scores the report's.",
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
