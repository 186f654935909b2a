"""Intents that cross-validation left out of one run, but not of the one beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from diagnostics.readers import Folder
from diagnostics.readers.rasa.files import is_label_report, read_json
from diagnostics.readers.rasa.label_reports import LabelReport, parse_report
from diagnostics.workspace import Problem
from diagnostics.workspace.labels import natural_order

_REPORT = "intent_report.json"
_SHOWN = 8


def dropped_intents(folder: Folder, report: LabelReport) -> list[Problem]:
    """A problem if this run and the first one beside it differ by their smallest intents alone.

    `rasa test --cross-validation` drops intents with fewer examples than folds without a word.
    """
    beside = _first_beside(folder)
    content = read_json(folder, f"../{beside.name}/{_REPORT}") if beside else None
    if beside is None or not is_label_report(content):
        return []
    here, there = _supports(report), _supports(parse_report(content))
    sides = sorted(((here, folder.path.name), (there, beside.name)), key=lambda side: len(side[0]))
    (fewer, short), (more, full) = sides
    missing = {label: more[label] for label in more.keys() - fewer.keys()}
    same = all(more.get(label) == n for label, n in fewer.items())
    if not missing or not fewer or not same or max(missing.values()) >= min(fewer.values()):
        return []
    return [_problem(folder, short, full, missing)]


def _first_beside(folder: Folder) -> Path | None:
    if folder.path == folder.root:
        return None
    reports = sorted(folder.path.parent.glob(f"*/{_REPORT}"))
    beside = next((path for path in reports if path.parent != folder.path), None)
    return folder.use(beside).parent if beside else None


def _supports(report: LabelReport) -> dict[str, int]:
    return {label: line.support for label, line in report.labels.items()}


def _problem(folder: Folder, short: str, full: str, missing: Mapping[str, int]) -> Problem:
    names = natural_order(missing)
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    listed = ", ".join(repr(name) for name in names[:_SHOWN]) + more
    return Problem(
        "dropped-intents",
        folder.where(_REPORT),
        f"{short!r} was tested without {listed}, which {full!r} has: the smallest intents, of "
        f"{max(missing.values())} examples at most.",
        "Cross-validation drops intents with fewer examples than folds: use the same --folds for "
        "every config, or add examples.",
    )
