"""What the report and matrix files of a folder say together: one evaluation per run and split."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from diagnostics.readers import HEAD, File, Folder, delimited, run_folder
from diagnostics.readers.report.confusion import (
    Matrix,
    is_confusion_json,
    is_confusion_table,
    is_named_confusion,
    matrix_in_json,
    matrix_in_table,
)
from diagnostics.readers.report.parameters import SPLIT_WORDS, scores_in
from diagnostics.readers.report.report import (
    Report,
    is_report_json,
    is_report_table,
    is_report_text,
    report_in_table,
    report_in_text,
    reports_in_json,
)
from diagnostics.workspace import Score

#: A report or matrix of a thousand classes has a few megabytes.
MOST_BYTES = 100_000_000

_TABLES, _TEXTS = (".csv", ".tsv"), (".txt", ".log", ".out")
#: Best first: where one report lies there in several forms, the one with all its digits counts.
_FORMS = (".json", *_TABLES, *_TEXTS)
_RASA = re.compile(r"(intent|response_selection|story|stories)_(report|errors|successes)\.json")
#: JSON that is called so is expected to hold what its name says.
_CALLED_SO = re.compile(
    r"(^|[_-])(report|classification[_-]?report|confusion([_-]?matrix)?)\.json$", re.IGNORECASE
)
#: A log, as Ray Tune's result.json, may well hold matrices: one in every line.
_JSON_LINES = re.compile(rb"\s*\{[^\n]*\}\s*\n\s*\{")
#: Words of file names that tell no run from another.
_WORDS = frozenset(
    ("classification", "class", "report", "reports", "confusion", "matrix", "cm", "conf", "mat")
    + ("confmat", "result", "results", "metrics", "eval", "evaluation", "normalized", "normalised")
    + ("norm", "counts")
)


@dataclass
class Evaluation:
    """What the files say about one run on one split, before it is a reading."""

    key: str
    split: str
    report: Report | None = None
    matrix: Matrix | None = None
    report_name: str = ""
    matrix_name: str = ""
    scores: list[Score] = field(default_factory=list)


@dataclass(frozen=True)
class UnreadableFile:
    """A file that began like a report or a matrix, and why it is none."""

    name: str
    reason: str


def candidates(folder: Folder) -> list[File]:
    """The files that look like ours, the form with the most digits first."""
    if run_folder.matches(folder):
        return []
    files = [f for f in _not_of_rasa(folder) if f.size or _CALLED_SO.search(f.name)]
    files.sort(key=lambda file: (_FORMS.index(_form(file.name)), file.name))
    reports = [file for file in files if _is_report(folder, file.name) or _is_broken(folder, file)]
    known = {file.name for file in reports}
    return reports + [
        file
        for file in files
        if file.name not in known and _is_confusion(folder, file.name, beside_report=bool(reports))
    ]


def _is_broken(folder: Folder, file: File) -> bool:
    """Whether a file is called like a report or matrix, and was cut off before it shows it."""
    if not _CALLED_SO.search(file.name) or file.size > HEAD:
        return False
    try:
        json.loads(folder.head(file.name))
    except ValueError:
        return True
    return False


def _not_of_rasa(folder: Folder) -> list[File]:
    """The files in our forms, without what `rasa test` leaves, which has its own reader."""
    if any(map(_RASA.fullmatch, folder.names)):
        return folder.with_suffix(*_TABLES, *_TEXTS)
    return [
        file
        for file in folder.with_suffix(*_FORMS)
        if not file.name.endswith("_report.json")
        or file.name.replace("_report.json", "_errors.json") not in folder.names
    ]


def evaluations(folder: Folder) -> Iterator[Evaluation | UnreadableFile]:
    """What the candidates hold, a report and its matrix joined; and the files that are broken."""
    by_model: dict[tuple[str, str], Evaluation] = {}
    for file in candidates(folder):
        try:
            for part in _parts(folder, file):
                _add(by_model, part)
        except (ValueError, OSError, RecursionError) as error:
            yield UnreadableFile(file.name, _reason(error))
    yield from _paired(list(by_model.values()))


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError) and not error.doc.strip():
        return "it is empty"
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno} is not JSON"
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)


def _form(name: str) -> str:
    return next(form for form in _FORMS if name.lower().endswith(form))


def _is_report(folder: Folder, name: str) -> bool:
    form, head = _form(name), folder.head(name)
    if form == ".json":
        return is_report_json(head) and not _JSON_LINES.match(head)
    return is_report_text(head) if form in _TEXTS else is_report_table(head)


def _is_confusion(folder: Folder, name: str, *, beside_report: bool) -> bool:
    form, head = _form(name), folder.head(name)
    if form == ".json" and not _JSON_LINES.match(head):
        return is_confusion_json(head, name, beside_report=beside_report)
    return form in _TABLES and is_confusion_table(head, name)


def _parts(folder: Folder, file: File) -> Iterator[Evaluation]:
    """What one file holds: several reports, a report and its matrix, or one of them."""
    if file.size > MOST_BYTES:
        raise ValueError(f"it has {file.size:,} bytes, more than any report")
    key, split = _key_and_split(file.name)
    form = _form(file.name)
    if form in _TEXTS:
        report = report_in_text((folder.path / file.name).read_text(encoding="utf-8-sig"))
        if report is None:
            raise ValueError("a line of its table is not a label and four numbers")
        yield Evaluation(key, split, report, report_name=file.name)
    elif form in _TABLES:
        rows = delimited.rows(folder.path / file.name)
        report = report_in_table(rows)
        matrix = None if report else matrix_in_table(rows)
        if report is None and matrix is None:
            raise ValueError("it has neither a line per class nor a square of counts")
        yield Evaluation(key, split, report, matrix, file.name, file.name)
    else:
        yield from _parts_of_json(
            folder.json(file.name), Evaluation(key, split, None, None, file.name, file.name)
        )


def _parts_of_json(content: Any, blank: Evaluation) -> Iterator[Evaluation]:
    reports = reports_in_json(content)
    matrix = matrix_in_json(content)
    if len(reports) > 1:  # one file for several models, or for several splits of one
        for name, report in reports.items():
            key, split = _key_and_split(name)
            yield replace(blank, key=key or blank.key, split=split, report=report, matrix=None)
    elif reports or matrix:
        scores = [] if "" in reports else scores_in(content)
        yield replace(
            blank, report=next(iter(reports.values()), None), matrix=matrix, scores=scores
        )
    elif is_named_confusion(blank.matrix_name):
        raise ValueError("it has no square of counts with a label for each row")


def _key_and_split(name: str) -> tuple[str, str]:
    """Which run and split a file's name speaks of: `svm_test_report.json` of svm and test."""
    stem = name
    for form in _FORMS:
        stem = stem.removesuffix(form)
    words = [word for word in re.split(r"[\s_.-]+", stem) if word]
    split = next((SPLIT_WORDS[w.casefold()] for w in words if w.casefold() in SPLIT_WORDS), "test")
    kept = [w for w in words if w.casefold() not in _WORDS and w.casefold() not in SPLIT_WORDS]
    return "_".join(kept), split


def _add(by_model: dict[tuple[str, str], Evaluation], part: Evaluation) -> None:
    """Join a report and a matrix of one name; of two reports of one name the first one stays."""
    known = by_model.setdefault((part.key, part.split), part)
    if known is part:
        return
    if known.report is None and part.report is not None:
        known.report, known.report_name = part.report, part.report_name
    is_better = known.matrix is None or (
        not known.matrix.is_counts and part.matrix is not None and part.matrix.is_counts
    )
    if is_better and part.matrix is not None:
        known.matrix, known.matrix_name = part.matrix, part.matrix_name


def _paired(evaluations: list[Evaluation]) -> list[Evaluation]:
    """The same, where the only report and the only matrix of a folder have different names."""
    reports = [e for e in evaluations if e.report and not e.matrix]
    matrices = [e for e in evaluations if e.matrix and not e.report]
    if len(evaluations) != 2 or len(reports) != 1 or len(matrices) != 1:
        return evaluations
    if reports[0].split != matrices[0].split:
        return evaluations
    return [replace(reports[0], matrix=matrices[0].matrix, matrix_name=matrices[0].matrix_name)]
