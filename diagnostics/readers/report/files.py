"""What the report and matrix files of a folder say together: one evaluation per run and split."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from diagnostics.readers import HEAD, File, Folder, delimited, run_folder
from diagnostics.readers.report import arrays
from diagnostics.readers.report.confusion import (
    Matrix,
    is_confusion_json,
    is_confusion_table,
    is_named_confusion,
    is_table_of_answers,
    matrix_in_json,
)
from diagnostics.readers.report.evaluation import Evaluation, joined
from diagnostics.readers.report.parameters import scores_in
from diagnostics.readers.report.printed.blocks import has_blocks
from diagnostics.readers.report.printed.evaluations import printed_in
from diagnostics.readers.report.printed.lines import decoded
from diagnostics.readers.report.report import Report, is_report_json, reports_in_json
from diagnostics.readers.report.tables import in_table, is_report_table
from diagnostics.readers.report.told import told_by
from diagnostics.readers.splits import SPLIT_WORDS

#: A report or matrix of a thousand classes has a few megabytes.
MOST_BYTES = 100_000_000
#: A text that is larger is not searched: its beginning and its end tell whether to say so.
MOST_TEXT = 1_000_000

_TABLES, _TEXTS = (".csv", ".tsv"), (".txt", ".log", ".out")
#: Best first: where one report lies there in several forms, the one with all its digits counts.
_FORMS = (".json", *_TABLES, *arrays.SUFFIXES, *_TEXTS, "")
#: Endings that are read as text where the file's name says what it is: a README may quote a report.
_NAMED_TEXTS = (".md", ".rst", ".dat", ".text", "")
#: Pickles, images and spreadsheets are named elsewhere.
_OTHER_FORMS = frozenset(
    (".html", ".htm", ".tex", ".yaml", ".yml", ".xml", ".docx", ".rtf", ".odt", ".feather")
)
_BEARS_NAME = re.compile(
    r"(^|[_-])(classification[_-]?report|confusion[_-]?matrix)([_.-]|$)|[_-]report(\.\w+)?$",
    re.IGNORECASE,
)
#: A file called so is ours, whatever is in it.
_OURS = re.compile(r"(^|[_-])(classification[_-]?report|confusion[_-]?matrix)\.\w+$", re.IGNORECASE)
_MAY_QUOTE = re.compile(r"report|result|evaluation|metrics|confusion", re.IGNORECASE)
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


@dataclass(frozen=True)
class UnreadableFile:
    """A file that is called or begins like a report or a matrix, and why none is read from it.

    `is_of_other_form` where its ending is none of ours, so that it was not even opened.
    """

    name: str
    reason: str
    is_of_other_form: bool = False


def candidates(folder: Folder) -> list[File]:
    """The files that look like ours, the form with the most digits first."""
    if run_folder.matches(folder):
        return []
    files = [f for f in _not_of_rasa(folder) if f.size or _bears_a_name(f.name)]
    files.sort(key=lambda file: (_FORMS.index(_form(file.name)), file.name))
    reports = [file for file in files if _is_report(folder, file.name) or _is_broken(folder, file)]
    known = {file.name for file in reports}
    return reports + [
        file
        for file in files
        if file.name not in known and _is_confusion(folder, file, beside_report=bool(reports))
    ]


def of_other_forms(folder: Folder) -> list[UnreadableFile]:
    """Files that bear a report's or a matrix's name and whose form is not read."""
    if run_folder.matches(folder):
        return []
    return [
        UnreadableFile(file.name, f"files that end in {ending} are not read", True)
        for file in folder.files
        for ending in [PurePath(file.name).suffix.lower()]
        if ending in _OTHER_FORMS and _BEARS_NAME.search(file.name)
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
    from diagnostics.readers.rasa import claims

    is_of_rasa = any(map(_RASA.fullmatch, folder.names))
    claimed = claims(folder) if folder.with_suffix("_report.json") else set()
    return [
        file
        for file in folder.files
        if _is_in_our_form(file.name)
        and file.name not in claimed
        and not (is_of_rasa and file.name.lower().endswith(".json"))
        and not (
            file.name.endswith("_report.json")
            and file.name.replace("_report.json", "_errors.json") in folder.names
        )
    ]


def _is_in_our_form(name: str) -> bool:
    ending = PurePath(name).suffix.lower()
    if ending in _FORMS and ending:
        return True
    return ending in _NAMED_TEXTS and bool(_MAY_QUOTE.search(name))


def evaluations(folder: Folder) -> tuple[list[Evaluation], list[UnreadableFile]]:
    """What the candidates hold, a report and its matrix joined; and the files that are broken."""
    parts: list[Evaluation] = []
    unreadable: list[UnreadableFile] = []
    for file in candidates(folder):
        try:
            for part in _parts(folder, file):
                if isinstance(part, UnreadableFile):
                    unreadable.append(part)
                else:
                    parts.append(part)
        except (ValueError, OSError, RecursionError) as error:
            unreadable.append(UnreadableFile(file.name, _reason(error)))
    return joined(parts), [*unreadable, *of_other_forms(folder)]


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError) and not error.doc.strip():
        return "it is empty"
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno} is not JSON"
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)


def _form(name: str) -> str:
    ending = PurePath(name).suffix.lower()
    return ending if ending in _FORMS else ""


def _is_text(name: str) -> bool:
    return _form(name) in (*_TEXTS, "")


def _is_report(folder: Folder, name: str) -> bool:
    form, head = _form(name), folder.head(name)
    if form == ".json":
        return is_report_json(head) and not _JSON_LINES.match(head)
    return form in _TABLES and is_report_table(head)


def _is_confusion(folder: Folder, file: File, *, beside_report: bool) -> bool:
    form, head = _form(file.name), folder.head(file.name)
    if form == ".json":
        is_lines = _JSON_LINES.match(head) is not None
        is_begun = is_confusion_json(head, file.name, beside_report=beside_report)
        return not is_lines and (is_begun or _OURS.search(file.name) is not None)
    if form in arrays.SUFFIXES:
        return arrays.is_confusion_array(folder.path / file.name, head)
    if _is_text(file.name):
        return _bears_a_name(file.name) or _has_printed(folder, file)
    is_ours = _OURS.search(file.name) is not None and not is_table_of_answers(head)
    return form in _TABLES and (is_ours or not head or is_confusion_table(head, file.name))


def _bears_a_name(name: str) -> bool:
    return any(kind.search(name) for kind in (_BEARS_NAME, _CALLED_SO)) or is_named_confusion(name)


def _has_printed(folder: Folder, file: File) -> bool:
    """Whether a text has a printed report or matrix somewhere; logs have theirs at the end."""
    if file.size > MOST_TEXT:
        return has_blocks(decoded(folder.head(file.name))) or has_blocks(_end_of(folder, file))
    try:
        text = decoded(
            (folder.path / file.name).read_bytes() if file.size > HEAD else folder.head(file.name)
        )
    except OSError:
        return False
    if "\0" in text or not has_blocks(text):
        return False
    printed, reasons = printed_in(text)
    return bool(printed or reasons)


def _end_of(folder: Folder, file: File) -> str:
    try:
        with (folder.path / file.name).open("rb") as content:
            content.seek(-HEAD, os.SEEK_END)
            return decoded(content.read())
    except OSError:
        return ""


def _parts(folder: Folder, file: File) -> Iterator[Evaluation | UnreadableFile]:
    """What one file holds: several reports, a report and its matrix, or one of them."""
    if file.size > MOST_BYTES:
        raise ValueError(f"it has {file.size:,} bytes, more than any report")
    key, split = _key_and_split(file.name)
    form = _form(file.name)
    blank = Evaluation(key, split or "test", None, None, file.name, file.name)
    if _is_text(file.name):
        if file.size > MOST_TEXT:
            raise ValueError(
                f"it has {file.size:,} bytes, and a text is read up to {MOST_TEXT:,}; copy its "
                "reports into a file of their own"
            )
        # train.log is the log of a training, which evaluates on whatever its lines say.
        split = split if form == ".txt" or "report" in file.name.casefold() else ""
        text = decoded((folder.path / file.name).read_bytes())
        yield from _parts_of_text(text, blank, said_split=split)
    elif form in _TABLES:
        yield from _parts_of_table(delimited.rows(folder.path / file.name), blank, said_split=split)
    elif form in arrays.SUFFIXES:
        yield replace(blank, matrix=arrays.matrix_in_array(folder.path / file.name))
    else:
        yield from _parts_of_json(folder.json(file.name), blank)


def _parts_of_text(
    text: str, blank: Evaluation, *, said_split: str
) -> Iterator[Evaluation | UnreadableFile]:
    """Every printed report, with its matrix; the file's name goes before what headings say."""
    if not text.strip():
        raise ValueError("it is empty")
    printed, reasons = printed_in(text, is_confusion=is_named_confusion(blank.name))
    if not printed and not reasons:
        raise ValueError("it has neither a printed report nor a printed matrix")
    yield from (UnreadableFile(blank.name, reason) for reason in dict.fromkeys(reasons))
    is_one = len(printed) == 1
    for entry in printed:
        name = "" if is_one else entry.key
        if entry.number:
            name = f"{entry.key or 'report'} {entry.number}"
        yield replace(
            blank,
            key=" ".join(word for word in (blank.key, name) if word),
            split=(said_split if is_one else "") or entry.split or said_split or "test",
            fold=None if is_one else entry.fold,
            report=entry.report,
            matrix=entry.matrix,
            accuracy=entry.accuracy,
            is_numbered=bool(entry.number),
            notes=[],
        )


def _parts_of_table(
    rows: list[list[str]], blank: Evaluation, *, said_split: str
) -> Iterator[Evaluation]:
    found = list(in_table(rows))
    for part, content in found:
        told = told_by(part.told, is_one=len(found) == 1)
        name = told.key or (f"report {part.number}" if part.number else "")
        yield replace(
            blank,
            key=" ".join(word for word in (blank.key, name) if word),
            split=told.split or said_split or "test",
            fold=told.fold,
            report=content if isinstance(content, Report) else None,
            matrix=content if isinstance(content, Matrix) else None,
            is_numbered=bool(part.number),
        )


def _parts_of_json(content: Any, blank: Evaluation) -> Iterator[Evaluation]:
    reports = reports_in_json(content)
    matrix = matrix_in_json(content)
    if len(reports) > 1:  # one file for several models, for several splits or folds of one
        for name, report in reports.items():
            fold = told_by({"": name}, is_one=False).fold
            key, split = ("", "") if fold is not None else _key_and_split(name)
            yield replace(
                blank,
                key=key or blank.key,
                split=split or blank.split,
                fold=fold,
                report=report,
                matrix=None,
            )
    elif reports or matrix:
        scores = [] if "" in reports else scores_in(content)
        yield replace(
            blank, report=next(iter(reports.values()), None), matrix=matrix, scores=scores
        )
    elif _CALLED_SO.search(blank.name) and not is_named_confusion(blank.name):
        raise ValueError("it has no class with precision, recall, f1-score and support")
    elif is_named_confusion(blank.matrix_name):
        raise ValueError("it has no square of counts with a label for each row")


def _key_and_split(name: str) -> tuple[str, str]:
    """Which run and split a file's name speaks of: `svm_test_report.json` of svm and test."""
    form = _form(name)
    stem = name[: -len(form)] if form else name
    words = [word for word in re.split(r"[\s_.-]+", stem) if word]
    split = next((SPLIT_WORDS[w.casefold()] for w in words if w.casefold() in SPLIT_WORDS), "")
    kept = [w for w in words if w.casefold() not in _WORDS and w.casefold() not in SPLIT_WORDS]
    return "_".join(kept), split
