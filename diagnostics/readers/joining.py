"""A search's results beside its recorded predictions: one run for each candidate, not two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from diagnostics.workspace import Evidence, Run
from diagnostics.workspace.parameters import value_identity


def joined_by_parameters(runs: Iterable[Run]) -> list[Run]:
    """The runs, those of scores alone joined to those with predictions that have their parameters.

    A table of scores speaks of runs that lie beside it or below it. It is joined to the nearest of
    their groups in which the values of all its parameters are equal, each run to one row at most;
    a recorded run may have more parameters than were searched. A joined run gains the scores and
    times that it lacks. Rows that match nothing stay, as runs without predictions of the same
    search.
    """
    known = list(runs)
    tables: dict[str, list[Run]] = defaultdict(list)
    for run in known:
        if _is_row(run):
            tables[run.search].append(run)
    for rows in tables.values():
        known = _joined(known, rows)
    return known


def _is_row(run: Run) -> bool:
    """Whether the run is a row of a table: then the search is the file, and so is the path."""
    return bool(run.search) and run.search == run.path


def _joined(runs: list[Run], rows: Sequence[Run]) -> list[Run]:
    for group in _groups_below(runs, rows[0]):
        pairs = _pairs(rows, group)
        if not pairs:
            continue
        search = group[0].search or (rows[0].search if _saw_the_same(group) else "")
        partner = {id(run): row for row, run in pairs}
        taken = {id(row) for row, _ in pairs}
        members = {id(run) for run in (*group, *rows)}
        remaining = []
        for run in runs:
            if id(run) in taken:
                continue
            joined = _with_scores(run, partner[id(run)]) if id(run) in partner else run
            remaining.append(_moved(joined, group[0], search) if id(run) in members else joined)
        return remaining
    return runs


def _saw_the_same(group: Sequence[Run]) -> bool:
    return len({run.fingerprint for run in group}) == 1 and bool(group[0].fingerprint)


def _groups_below(runs: Iterable[Run], row: Run) -> list[list[Run]]:
    """Recorded runs in or below the table's folder, by where they lie, the nearest first."""
    home = PurePosixPath(row.siblings or ".")
    groups: dict[tuple[str, str], list[Run]] = defaultdict(list)
    for run in runs:
        place = PurePosixPath(run.siblings or ".")
        is_recorded = not _is_row(run) and (run.has(Evidence.PREDICTIONS) or bool(run.search))
        if is_recorded and row.task == run.task and (home == place or home in place.parents):
            groups[run.search, run.siblings].append(run)
    return sorted(groups.values(), key=lambda group: len(PurePosixPath(group[0].siblings).parts))


def _pairs(rows: Sequence[Run], group: Sequence[Run]) -> list[tuple[Run, Run]]:
    """Rows with the one run that has their parameters; what is ambiguous is left alone."""
    names = sorted({name for row in rows for name in row.parameters})
    recorded: dict[tuple[object, ...], list[Run]] = defaultdict(list)
    for run in group:
        recorded[_key(run, names)].append(run)
    searched: dict[tuple[object, ...], list[Run]] = defaultdict(list)
    for row in rows:
        searched[_key(row, names)].append(row)
    return [
        (same[0], recorded[key][0])
        for key, same in searched.items()
        if names and len(same) == 1 and len(recorded.get(key, [])) == 1
    ]


def _key(run: Run, names: Sequence[str]) -> tuple[object, ...]:
    """The values of these parameters, and halving's round; a parameter may not apply."""
    values = [
        value_identity(run.parameters[name]) if name in run.parameters else None for name in names
    ]
    return (run.resource, *values)


def _with_scores(run: Run, row: Run) -> Run:
    """The run with what the table knows and the run does not."""
    known = {(score.metric, score.split, score.fold) for score in run.scores}
    more = [s for s in row.scores if (s.metric, s.split, s.fold) not in known]
    codes = {problem.code for problem in run.problems}
    note = f"Scores and times are also taken from {PurePosixPath(row.path).name}."
    return replace(
        run,
        scores=(*run.scores, *more),
        evidence=run.evidence | row.evidence,
        fit_seconds=row.fit_seconds if run.fit_seconds is None else run.fit_seconds,
        score_seconds=row.score_seconds if run.score_seconds is None else run.score_seconds,
        problems=(*run.problems, *(p for p in row.problems if p.code not in codes)),
        notes=(*run.notes, *row.notes, note),
    )


def _moved(run: Run, member: Run, search: str) -> Run:
    """The run as one of the search that the group belongs to, if it does."""
    if not search:
        return run
    return replace(
        run,
        search=search,
        experiment=member.experiment,
        siblings=member.siblings,
        group=member.group,
    )
