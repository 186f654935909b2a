"""Rows of one table that belong to several runs, splits or folds, told apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

_RUNS = re.compile(
    r"(model|classifier|algorithm|algo|estimator|method|run|experiment|config|variant|name|system"
    r"|approach|pipeline|architecture|dataset|task|seed|trial|candidate)(_?(name|id))?"
)
_FOLDS = re.compile(r"(cv_?)?(folds?|split|resample|cv|k)(_?(id|no|nr|number|index))?")
_SPLITS = re.compile(r"(split|set|subset|partition|part|phase|stage|data_?set|data)(_?name)?")


@dataclass(frozen=True)
class Part:
    """Some rows of a table, and what the columns that tell them apart say of all of them."""

    rows: list[list[str]]
    told: dict[str, str] = field(default_factory=dict)
    number: int = 0


def is_group_name(name: str) -> bool:
    """Whether a column's name says that it tells runs, splits or folds apart."""
    folded = re.sub(r"[\s.-]+", "_", name.strip().casefold())
    return any(kind.fullmatch(folded) for kind in (_RUNS, _FOLDS, _SPLITS))


def is_fold_name(name: str) -> bool:
    """Whether a column's name says that its values number folds."""
    return _FOLDS.fullmatch(re.sub(r"[\s.-]+", "_", name.strip().casefold())) is not None


def parts_of(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    key: Callable[[Sequence[str]], object],
    others: Sequence[int],
) -> list[Part]:
    """The rows in parts within which `key` never repeats.

    Columns among `others` that are called after runs, splits or folds tell the parts apart, else
    any of the others that does; where none does, a part ends where a key comes again, and parts
    are numbered from 1.
    """
    named = [place for place in others if is_group_name(header[place])]
    choices: list[Sequence[int]] = [named] if named else []
    if _repeats(rows, key):
        choices += [[place] for place in others] + [list(others)]
    for columns in choices:
        parts = _grouped(header, rows, columns)
        if not any(_repeats(part.rows, key) for part in parts):
            return parts
    return list(_cut(rows, key))


def _repeats(rows: Sequence[Sequence[str]], key: Callable[[Sequence[str]], object]) -> bool:
    keys = [key(row) for row in rows]
    return len(set(keys)) != len(keys)


def _grouped(
    header: Sequence[str], rows: Sequence[Sequence[str]], columns: Sequence[int]
) -> list[Part]:
    by_values: dict[tuple[str, ...], list[list[str]]] = {}
    for row in rows:
        by_values.setdefault(tuple(row[place] for place in columns), []).append(list(row))
    return [
        Part(members, {header[place]: value for place, value in zip(columns, values, strict=True)})
        for values, members in by_values.items()
    ]


def _cut(rows: Sequence[Sequence[str]], key: Callable[[Sequence[str]], object]) -> Iterator[Part]:
    """The rows in order, a new part wherever a key comes that the part has already."""
    parts: list[list[list[str]]] = [[]]
    keys: set[object] = set()
    for row in rows:
        if key(row) in keys:
            parts.append([])
            keys = set()
        keys.add(key(row))
        parts[-1].append(list(row))
    is_one = len(parts) == 1
    for place, part in enumerate(parts, 1):
        yield Part(part, number=0 if is_one else place)
