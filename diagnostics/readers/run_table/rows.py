"""From the rows of a table to runs, once it is said what each column is."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diagnostics.readers import Folder, Reading
from diagnostics.readers.candidate_names import candidate_names, short_texts
from diagnostics.readers.cv_results.files import Columns
from diagnostics.readers.cv_results.values import typed
from diagnostics.readers.run_table.cells import cell
from diagnostics.readers.run_table.roles import Role, is_summary
from diagnostics.readers.run_table.scores import Entry, row_entries
from diagnostics.statistics.metric_table import metric_words_of
from diagnostics.workspace import Evidence, Problem
from diagnostics.workspace.plain_values import plain_value, value_text

_UNITS = {"ms": 0.001, "milliseconds": 0.001, "msec": 0.001, "min": 60.0, "mins": 60.0,
          "minutes": 60.0, "hours": 3600.0, "hrs": 3600.0, "h": 3600.0}  # fmt: skip


@dataclass(frozen=True)
class _Group:
    """The rows of one run, each with the fold that it is, None where it is the whole."""

    rows: tuple[int, ...]
    folds: tuple[int | None, ...]
    data: str = ""


def runs(
    folder: Folder, file: str, columns: Columns, roles: Mapping[str, Role], *, alone: bool
) -> Iterator[Reading | Problem]:
    """A run for each row, or for all rows that differ in nothing but fold, metric and split.

    The rows of one data set are an experiment of their own.
    """
    if not any(role in ("metric", "metric-falling", "value") for role in roles.values()):
        what = f"No column of {file} is said to be a metric."
        hint = "Say on the Overview which of its columns are metrics."
        yield Problem("no-metrics", folder.where(file), what, hint)
    columns, notes = _without_summaries(columns, roles)
    entries, more, unknown = row_entries(columns, roles)
    notes += more
    if unknown:
        yield _unknown_direction(folder, file, unknown)
    groups = _groups(columns, roles, entries)
    parameters = [_parameters(columns, roles, group.rows[0]) for group in groups]
    texts = [{name: value_text(value) for name, value in values.items()} for values in parameters]
    names = _names(columns, roles, groups, texts, file)
    for group, name, values, written in zip(groups, names, parameters, texts, strict=True):
        scores = [
            entry.score(fold)
            for row, fold in zip(group.rows, group.folds, strict=True)
            for entry in entries[row]
        ]
        has_folds = any(score.fold is not None for score in scores)
        where = folder.where(file)
        yield Reading(
            run=name,
            task="classification",
            path=where,
            siblings=folder.relative,
            experiment=group.data or ("" if alone else where),
            search=f"{where}: {group.data}" if group.data else where,
            evidence=Evidence.SCORES | Evidence.FOLDS if has_folds else Evidence.SCORES,
            parameters={key: plain_value(value) for key, value in values.items()},
            parameters_text=written,
            fit_seconds=_seconds(columns, roles, group.rows, "seconds"),
            score_seconds=_seconds(columns, roles, group.rows, "score-seconds"),
            tags=_tags(columns, roles, group.rows[0]),
            scores=sorted(scores, key=lambda score: (score.metric, score.split)),
            notes=notes,
            mapping=_mapping(file, roles),
        )


def _without_summaries(columns: Columns, roles: Mapping[str, Role]) -> tuple[Columns, list[str]]:
    """The rows of folds without those that sum them up, and that there were such."""
    folds = [name for name, role in roles.items() if role == "fold"]
    n = len(next(iter(columns.values())))
    summed = [row for row in range(n) if any(is_summary(columns[name][row]) for name in folds)]
    if not summed:
        return columns, []
    words = ", ".join(dict.fromkeys(str(columns[folds[0]][row]).strip() for row in summed))
    left = {
        name: [value for row, value in enumerate(values) if row not in summed]
        for name, values in columns.items()
    }
    return left, [f"Rows called {words} sum up the folds and are not read as folds."]


def _unknown_direction(folder: Folder, file: str, metrics: Sequence[str]) -> Problem:
    names = ", ".join(metrics[:5]) + (" and more" if len(metrics) > 5 else "")
    what = f"Whether more is better is not known of {names} in {file}."
    hint = (
        "The highest stands first. Say on the Overview that the column of values is a metric of "
        "which higher, or lower, is better."
    )
    return Problem("direction-unknown", folder.where(file), what, hint)


def _groups(
    columns: Columns, roles: Mapping[str, Role], entries: Sequence[Sequence[Entry]]
) -> list[_Group]:
    """Rows by run: those with one name and parameters, if something else tells them apart."""
    told_by = [name for name, role in roles.items() if role in ("parameter", "name")]
    data = [name for name, role in roles.items() if role == "experiment"]
    folds = [name for name, role in roles.items() if role == "fold"]
    is_merged = bool(folds) or any(role in ("metric-name", "split") for role in roles.values())
    runs_of: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for row in range(len(entries)):
        key = tuple(str(columns[name][row]).strip() for name in (*data, *told_by))
        runs_of[key].append(row)
    groups = []
    for rows in runs_of.values():
        data_set = ", ".join(str(columns[name][rows[0]]).strip() for name in data)
        if not is_merged:
            # Without anything that tells rows apart they are the folds of one.
            numbers = range(len(rows)) if len(rows) > 1 and not told_by else [None] * len(rows)
            parts = [list(zip(rows, numbers, strict=True))]
            if told_by:
                parts = [[part] for part in parts[0]]
        else:
            parts = _parts(columns, folds, entries, rows)
        groups += [
            _Group(tuple(row for row, _ in part), tuple(fold for _, fold in part), data_set)
            for part in parts
        ]
    return groups


def _parts(
    columns: Columns, folds: Sequence[str], entries: Sequence[Sequence[Entry]], rows: Sequence[int]
) -> list[list[tuple[int, int | None]]]:
    """The rows of one run with their folds; what returns in no other fold is another run."""
    seen: Counter[tuple[object, ...]] = Counter()
    again: list[int] = []
    keys: list[tuple[object, ...]] = []
    for row in rows:
        fold = tuple(str(columns[name][row]) for name in folds)
        what = (fold, *sorted({(e.metric, e.split, e.fold or -1) for e in entries[row]}))
        again.append(seen[what])
        seen[what] += 1
        keys.append((fold, again[-1]) if folds else ())
    if folds:
        numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
        one = len(numbers) == 1
        return [[(row, None if one else numbers[key]) for row, key in zip(rows, keys, strict=True)]]
    parts: dict[int, list[tuple[int, int | None]]] = defaultdict(list)
    for row, copy in zip(rows, again, strict=True):
        parts[copy].append((row, None))
    return list(parts.values())


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
    groups: Sequence[_Group],
    texts: Sequence[Mapping[str, str]],
    file: str,
) -> list[str]:
    """Names that are unique within each data set: as a column says, else by what differs."""
    column = next((name for name, role in roles.items() if role == "name"), None)
    names = [""] * len(groups)
    for data in dict.fromkeys(group.data for group in groups):
        at = [index for index, group in enumerate(groups) if group.data == data]
        written = [
            str(columns[column][groups[i].rows[0]]).strip() if column is not None else ""
            for i in at
        ]
        if all(written) and len(set(written)) == len(written):
            chosen = short_texts(written)
        elif len(at) == 1:
            chosen = [file]
        else:
            named = [{"": name} if name else {} for name in written]
            rows = [{**one, **texts[i]} for one, i in zip(named, at, strict=True)]
            chosen = candidate_names(rows)
        for index, name in zip(at, chosen, strict=True):
            names[index] = name
    return names


def _seconds(
    columns: Columns, roles: Mapping[str, Role], rows: Sequence[int], role: Role
) -> float | None:
    """The mean over folds, in seconds whatever unit the column's name has."""
    column = next((name for name, known in roles.items() if known == role), None)
    if column is None:
        return None
    cells = [cell(columns[column][row]) for row in rows]
    known = [one.value for one in cells if one is not None and math.isfinite(one.value)]
    unit = next((_UNITS[word] for word in metric_words_of(column) if word in _UNITS), 1.0)
    return math.fsum(known) / len(known) * unit if known else None


def _tags(columns: Columns, roles: Mapping[str, Role], row: int) -> dict[str, str]:
    """What is known of the run besides: sizes, counts, times of parts of the work."""
    about = []
    taken: set[Role] = set()
    for name, role in roles.items():
        if role == "about" or role in taken:
            about.append(name)
        elif role in ("seconds", "score-seconds"):
            taken.add(role)
    values = {name: str(columns[name][row]).strip() for name in about}
    return {name: value for name, value in values.items() if value}


def _mapping(file: str, roles: Mapping[str, Role]) -> dict[str, str]:
    """The file and the role of every column, as `Run.mapping` has it."""
    return {"file": file, **{f"column {name}": role for name, role in roles.items()}}
