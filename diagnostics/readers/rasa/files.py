"""Which files of a folder `rasa test` wrote, told by what is in them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeGuard

from diagnostics.readers import HEAD, File, Folder
from diagnostics.workspace import Problem

Role = Literal["report", "errors", "successes", "comparison", "server", "aggregate"]

_ROLES: dict[str, Role] = {
    "report.json": "report",
    "errors.json": "errors",
    "successes.json": "successes",
}
_SUBJECTS = {"intent": "intents", "response_selection": "responses", "story": "stories"}
#: Told from other tools' reports by name; a `RandomForestClassifier_report.json` is not ours.
_EXTRACTORS = frozenset(
    {
        "CRFEntityExtractor",
        "DIETClassifier",
        "MitieEntityExtractor",
        "RegexEntityExtractor",
        "TEDPolicy",
    }
)
_ROW_KEYS = {
    "intents": (b'"intent_prediction"', b'"intent"'),
    "responses": (b'"intent_response_key_prediction"', b'"intent_response_key_target"'),
    "entities": (b'"predicted_entities"', b'"entities"'),
}
_REPORT_KEYS = (b'"precision"', b'"recall"', b'"f1-score"', b'"support"')
_RUN_FOLDER = re.compile(r"run_[0-9]+")
#: The table of a comparison: for each config its repeats, each with a figure for every step.
_F1 = rb"(?:0?\.\d+|[01]\.0|1|0)"
_TABLE = re.compile(rb'\s*\{\s*"[^"]+"\s*:\s*\[\s*\[\s*%b\s*(?:,\s*%b|\]\s*,\s*\[)' % (_F1, _F1))
#: An answer of the server may have any name; it is not looked for among more files than this.
_FEW = 20


@dataclass(frozen=True)
class ResultFile:
    """One recognised file: `subject` is the group of its runs ("intents", …), "" for the whole."""

    name: str
    role: Role
    subject: str = ""


def result_files(folder: Folder) -> list[ResultFile]:
    """The files of the folder that are Rasa's, by name; cheap: looks at their heads only."""
    candidates = folder.with_suffix(".json")
    files = [entry for file in candidates if (entry := _certain(folder, file))]
    known = {entry.name for entry in files}
    rest = [file for file in candidates if file.name not in known]
    if files:
        beside = (_beside_others(folder, file) for file in rest)
        files += [entry for entry in beside if entry]
    elif len(candidates) <= _FEW:
        files += [ResultFile(f.name, "server") for f in rest if _is_server_answer(folder, f)]
    return sorted([*files, *_of_comparison(folder)], key=lambda entry: entry.name)


def by_subject(files: Iterable[ResultFile]) -> dict[str, dict[Role, str]]:
    """The names of the files by role, for each subject in the order of `files`."""
    subjects: dict[str, dict[Role, str]] = {}
    for file in files:
        if file.subject:
            subjects.setdefault(file.subject, {})[file.role] = file.name
    return subjects


def read_json(folder: Folder, name: str) -> Any | Problem:
    """A file's content, or what is wrong with it."""
    try:
        return folder.json(name)
    except (ValueError, OSError, RecursionError) as error:
        empty = any(file.name == name and not file.size for file in folder.files)
        reason = "is empty" if empty else f"cannot be read as JSON: {_short(error)}"
        return unreadable(folder, name, reason)


def unreadable(folder: Folder, name: str, reason: str) -> Problem:
    """The problem of a file that is Rasa's by its name, but not by its content."""
    hint = "Run `rasa test` again, or copy the file again; the folder's other files were read."
    return Problem("unreadable-file", folder.where(name), f"{name} {reason}.", hint)


def whole_text(text: str) -> str:
    """The text with halves of surrogate pairs, which JSON can escape, as question marks."""
    return text if text.isascii() else text.encode(errors="replace").decode()


def number(value: object) -> float | None:
    """A finite JSON number as a float, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def has_run_folders(folder: Folder) -> bool:
    """Whether subfolders are called run_1, run_2 and so on, as those of a comparison."""
    return any(_RUN_FOLDER.fullmatch(name) for name in folder.folders)


def is_label_report(content: object) -> TypeGuard[dict[str, object]]:
    """Whether it is an object whose values are figures per label; an empty one is, too."""
    if not isinstance(content, dict):
        return False
    keys = {"precision", "recall", "f1-score", "support"}
    return not content or any(isinstance(v, dict) and v.keys() >= keys for v in content.values())


def _certain(folder: Folder, file: File) -> ResultFile | None:
    """The file as Rasa's if its own name and content leave no doubt."""
    if file.name == "errors.json":  # 1.0 wrote the wrong intents so, and reports only on request
        fits = _has_rows(folder, file, "intents")
        return ResultFile(file.name, "errors", "intents") if fits else None
    named = _named(file.name)
    if named is None:
        return _aggregate(folder, file)
    stem, role = named
    subject = _SUBJECTS.get(stem, f"entities: {stem}")
    rows_of = subject.partition(":")[0]
    if role != "report":
        ours = rows_of in _ROW_KEYS and _has_rows(folder, file, rows_of)
        ours = ours or (stem in _SUBJECTS and stem != "story" and _is_broken(folder, file))
    elif stem in _SUBJECTS or stem in _EXTRACTORS:
        ours = _has_figures(folder, file) or _is_broken(folder, file)
    else:
        ours = _has_figures(folder, file) and b'"confused_with"' in folder.head(file.name)
    return ResultFile(file.name, role, subject) if ours else None


def _beside_others(folder: Folder, file: File) -> ResultFile | None:
    """The file as an extractor's if it is called after a class and lies among Rasa's files."""
    named = _named(file.name)
    if named is None or not named[0][:1].isupper():
        return None
    stem, role = named
    ours = (role == "report" and _has_figures(folder, file)) or _is_broken(folder, file)
    return ResultFile(file.name, role, f"entities: {stem}") if ours else None


def _named(name: str) -> tuple[str, Role] | None:
    """What a file is about and what it holds, by its name: `intent_report.json`."""
    stem, _, ending = name.rpartition("_")
    role = _ROLES.get(ending)
    return (stem, role) if stem and role else None


def _aggregate(folder: Folder, file: File) -> ResultFile | None:
    """What the test-and-train action makes of many reports: summaries only, several layouts."""
    if "report" not in file.name:
        return None
    head = folder.head(file.name)
    fits = b'"intent_classification"' in head or b'"entity_prediction"' in head
    return ResultFile(file.name, "aggregate") if fits and b'"f1-score"' in head else None


def _is_server_answer(folder: Folder, file: File) -> bool:
    head = _start(folder, file)
    return head.startswith(b"{") and b'"intent_evaluation"' in head and b'"report"' in head


def _of_comparison(folder: Folder) -> Iterator[ResultFile]:
    beside = folder.names & {"nlu_model_comparison_graph.pdf", "num_stories.json"}
    if "results.json" not in folder.names:
        return
    if beside or has_run_folders(folder) or _TABLE.match(folder.head("results.json")):
        yield ResultFile("results.json", "comparison")
        if "num_stories.json" in folder.names:
            yield ResultFile("num_stories.json", "comparison")


def _has_rows(folder: Folder, file: File, rows_of: str) -> bool:
    head = _start(folder, file)
    return head.startswith(b"[") and all(key in head for key in _ROW_KEYS[rows_of])


def _has_figures(folder: Folder, file: File) -> bool:
    head = _start(folder, file)
    is_empty = head[:1] == b"{" and head[1:].strip() == b"}"
    return is_empty or (head[:1] == b"{" and all(key in head for key in _REPORT_KEYS))


def _is_broken(folder: Folder, file: File) -> bool:
    """Whether the file ends before its content does: empty, or JSON that was cut off."""
    if file.size > HEAD:
        return False
    try:
        json.loads(folder.head(file.name).decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return True
    return False


def _start(folder: Folder, file: File) -> bytes:
    return folder.head(file.name).removeprefix(b"\xef\xbb\xbf").lstrip()


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
