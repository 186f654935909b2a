"""From the rows of a table to runs, once it is said what each column is."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diagnostics.readers import Folder, Reading
from diagnostics.readers.cv_results.candidates import candidate_names
from diagnostics.readers.cv_results.files import Columns, number
from diagnostics.readers.cv_results.values import typed
from diagnostics.readers.run_table.roles import Role
from diagnostics.workspace import Evidence, Problem, Score
from diagnostics.workspace.plain_values import plain_value, value_text

#: Words before a metric that say on what it was measured.
_SPLITS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
}
_PREFIX = re.compile(
    r"((mean|avg|average|best|final|cv|oof|eval|test|train|training|val|valid|validation)[\s_-]+)+",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Metric:
    """A column of scores: what it measures, on what, and which way is up."""

    column: str
    name: str
    split: str
    rises: bool


def runs(
    folder: Folder, file: str, columns: Columns, roles: Mapping[str, Role], *, alone: bool
) -> Iterator[Reading | Problem]:
    """A run for each row; rows that differ in nothing but their fold are one run."""
    metrics = [_metric(name, role) for name, role in roles.items() if role.startswith("metric")]
    if not metrics:
        what = f"No column of {file} is said to be a metric."
        hint = "Say on the Overview which of its columns are metrics."
        yield Problem("no-metrics", folder.where(file), what, hint)
    groups = _groups(columns, roles)
    parameters = [_parameters(columns, roles, rows[0]) for rows in groups]
    texts = [{name: value_text(value) for name, value in values.items()} for values in parameters]
    names = _names(columns, roles, groups, texts, file)
    for rows, name, values, written in zip(groups, names, parameters, texts, strict=True):
        folds = len(rows) > 1
        yield Reading(
            run=name,
            task="classification",
            path=folder.where(file),
            siblings=folder.relative,
            experiment="" if alone else folder.where(file),
            search=folder.where(file),
            evidence=Evidence.SCORES | Evidence.FOLDS if folds else Evidence.SCORES,
            parameters={key: plain_value(value) for key, value in values.items()},
            parameters_text=written,
            fit_seconds=_seconds(columns, roles, rows),
            scores=list(_scores(columns, metrics, rows)),
            mapping=_mapping(file, roles),
        )


def _metric(column: str, role: Role) -> Metric:
    prefix = _PREFIX.match(column)
    words = prefix.group().lower() if prefix else ""
    split = next((_SPLITS[word] for word in re.split(r"[\s_-]+", words) if word in _SPLITS), "test")
    name = column[prefix.end() :] if prefix else column
    return Metric(column, re.sub(r"[\s-]+", "_", name.strip().lower()), split, role == "metric")


def _groups(columns: Columns, roles: Mapping[str, Role]) -> list[list[int]]:
    """Rows by run: those with one name and parameters, if a fold or nothing tells them apart."""
    rows = range(len(next(iter(columns.values()))))
    told_by = [name for name, role in roles.items() if role in ("parameter", "name")]
    has_folds = "fold" in roles.values()
    if told_by and not has_folds:
        return [[row] for row in rows]
    groups: dict[tuple[str, ...], list[int]] = {}
    for row in rows:
        groups.setdefault(tuple(str(columns[name][row]) for name in told_by), []).append(row)
    return list(groups.values())


def _parameters(columns: Columns, roles: Mapping[str, Role], row: int) -> dict[str, Any]:
    found = {name: columns[name][row] for name, role in roles.items() if role == "parameter"}
    return {
        name: typed(value) if isinstance(value, str) else value
        for name, value in found.items()
        if value not in ("", None)
    }


def _names(
    columns: Columns,
    roles: Mapping[str, Role],
    groups: Sequence[list[int]],
    texts: Sequence[Mapping[str, str]],
    file: str,
) -> list[str]:
    column = next((name for name, role in roles.items() if role == "name"), None)
    if column is not None:
        said = [str(columns[column][rows[0]]).strip() for rows in groups]
        if all(said) and len(set(said)) == len(said):
            return said
    return [file] if len(groups) == 1 else candidate_names(texts)


def _scores(columns: Columns, metrics: Sequence[Metric], rows: Sequence[int]) -> Iterator[Score]:
    for metric in metrics:
        for fold, row in enumerate(rows):
            value = number(columns[metric.column][row])
            known = math.nan if value is None else value
            number_of_fold = fold if len(rows) > 1 else None
            yield Score(metric.name, known, metric.split, number_of_fold, metric.rises)


def _seconds(columns: Columns, roles: Mapping[str, Role], rows: Sequence[int]) -> float | None:
    column = next((name for name, role in roles.items() if role == "seconds"), None)
    values = [number(columns[column][row]) for row in rows] if column else []
    known = [value for value in values if value is not None and math.isfinite(value)]
    return math.fsum(known) / len(known) if known else None


def _mapping(file: str, roles: Mapping[str, Role]) -> dict[str, str]:
    """The file and the role of every column, as `Run.mapping` has it."""
    return {"file": file, **{f"column {name}": role for name, role in roles.items()}}
