"""What experiments and their runs are called: a newcomer never renames what was there."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from diagnostics.readers.groups import Group
from diagnostics.workspace import Run
from diagnostics.workspace.labels import natural_order

#: Of what nobody knows when it was made.
_UNKNOWN = float("inf")


@dataclass(frozen=True)
class Ages:
    """Who was there first: by the time that a run says it was made, else by its file's."""

    root: Path | None = None

    def in_order(self, groups: Sequence[Group]) -> list[Group]:
        """The groups, the oldest first; those of one age by where they lie."""
        places = [group.namesakes[0].siblings for group in groups]
        order = {place: index for index, place in enumerate(natural_order(set(places)))}
        keyed = [
            (*self._age(group.namesakes), order[place], at)
            for at, (group, place) in enumerate(zip(groups, places, strict=True))
        ]
        return [groups[at] for *_, at in sorted(keyed)]

    def _age(self, runs: Sequence[Run]) -> tuple[float, float]:
        """Seconds first: what was copied or cloned has other times than what it says of itself."""
        return min((self._made(run), self._written(run)) for run in runs)

    def _made(self, run: Run) -> float:
        try:
            made = datetime.fromisoformat(run.created or "")
        except ValueError:
            return float(int(written)) if (written := self._written(run)) < _UNKNOWN else written
        return float(int((made if made.tzinfo else made.replace(tzinfo=UTC)).timestamp()))

    def _written(self, run: Run) -> float:
        try:
            return (self.root / run.path).stat().st_mtime if self.root else _UNKNOWN
        except (OSError, ValueError):
            return _UNKNOWN


def experiment_names(groups: Sequence[Group], root_name: str, ages: Ages) -> list[str]:
    """What each experiment is called: where it lies and what kind it is; made unique.

    Of several with one name the oldest keeps it; the others bear the name of their first run, too.
    """
    names = [_base_name(group, root_name) for group in groups]
    for name in {name for name in names if names.count(name) > 1}:
        same = [group for group, other in zip(groups, names, strict=True) if other == name]
        first = ages.in_order(same)[0]
        for index, group in enumerate(groups):
            if names[index] == name and group is not first:
                names[index] = f"{name} ({group.namesakes[0].run})"
    for index, name in enumerate(names):
        if names.index(name) < index:
            names[index] = f"{name} #{index + 1}"
    return names


def _base_name(group: Group, root_name: str) -> str:
    declared = group.namesakes[0].experiment
    if declared:
        return "/".join(part for part in (declared, group.kind) if part)
    places = {run.siblings for run in group.namesakes}
    place = (
        os.path.commonpath([PurePosixPath(p) for p in places]) if len(places) > 1 else places.pop()
    )
    place = "" if place in ("", ".") else place.replace(os.sep, "/")
    return "/".join(part for part in (place, group.kind) if part) or root_name


def named_runs(group: Group) -> tuple[Run, ...]:
    """The runs by name; those that share one are told apart by their path."""
    names = [run.run for run in group.runs]
    runs = [
        replace(
            run, run=run.path if names.count(run.run) > 1 and run.path not in names else run.run
        )
        for run in group.runs
    ]
    seen: dict[str, int] = defaultdict(int)
    unique = []
    for run in runs:
        seen[run.run] += 1
        unique.append(
            run if seen[run.run] == 1 else replace(run, run=f"{run.run} #{seen[run.run]}")
        )
    order = {name: index for index, name in enumerate(natural_order([run.run for run in unique]))}
    return tuple(sorted(unique, key=lambda run: order[run.run]))
