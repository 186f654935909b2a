"""The same rows once for each candidate: which columns tell the candidates of a search apart.

Evidence is how the examples come back: once for each combination of these columns, with the same
truth, and for nothing else. Names only say whether that may be a search: a table with a row for
each slice of a patient has the same form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from diagnostics.readers.prediction_table.columns.names import IDENTITY, MODEL, best, is_named
from diagnostics.readers.prediction_table.columns.roles import Roles
from diagnostics.readers.prediction_table.content import content_columns, content_hash, id_texts
from diagnostics.readers.prediction_table.parameter_names import NUMBERS_OF_SETTINGS, PARAMETER
from diagnostics.readers.prediction_table.remarks import Remarks
from diagnostics.readers.prediction_table.resampling import REPEAT, with_folds, with_numbers
from diagnostics.readers.prediction_table.values.labels import is_unique

#: More values than this, and a column is no list of candidates.
MOST_RUNS = 1000
#: Rows of the data that was learnt from: only somebody who writes predictions has these.
ROW = (
    r"row_?(?:index|idx|id|number|num|nr|no|name)|row|rows",
    r"(?:obs|observation|orig|original|data|test|sample|example)_?(?:index|idx|row|row_id)",
    "index|idx",
)
#: A candidate has at least this share of the examples, and this share of all rows is told apart.
COVERED, TOLD_APART = 0.75, 0.99


@dataclass(frozen=True)
class _Example:
    """What may tell examples apart: a series of keys, and the column if it is one."""

    keys: pl.Series
    column: str | None = None
    is_row: bool = False


def with_grid(
    frame: pl.DataFrame, roles: Roles, told: Mapping[str, tuple[str, ...]]
) -> tuple[pl.DataFrame, Roles, Remarks]:
    """The table with its folds counted, the roles with candidates and repeats, what is to be said.

    Columns of models stay what they are where nothing else tells candidates apart.
    """
    free = [name for name in _free(frame, roles) if name not in told.get("shown", ())]
    roles = with_folds(frame, roles, free)
    free = [name for name in free if name not in (roles.fold, roles.repeat)]
    remarks = Remarks()
    if told.get("candidate"):
        roles = _without_counts(roles, told)
        roles = _with_own_id(frame, roles, free)
    elif _may_come_back(frame, roles, free):
        roles, remarks = _found(frame, roles, free)
    frame, roles = with_numbers(frame, roles)
    return frame, roles, remarks + _said(frame, roles)


def _without_counts(roles: Roles, told: Mapping[str, tuple[str, ...]]) -> Roles:
    """The roles without `.config` and the like as models, where other candidates are told."""
    if "model" in told:
        return roles
    counts = tuple(name for name in roles.model if is_named(name, NUMBERS_OF_SETTINGS))
    models = tuple(name for name in roles.model if name not in counts)
    return replace(roles, model=models, index=(*roles.index, *counts))


def _may_come_back(frame: pl.DataFrame, roles: Roles, free: Sequence[str]) -> bool:
    """Whether it is worth counting: an id for each row, and nothing else to go by, settles it."""
    if roles.id is None or any(is_named(name, PARAMETER, REPEAT, *ROW) for name in free):
        return True
    return not is_unique(frame[roles.id])


def _found(frame: pl.DataFrame, roles: Roles, free: Sequence[str]) -> tuple[Roles, Remarks]:
    """The roles after the first examples that come back as they do in a search."""
    for example in _examples(frame, roles, free):
        columns = _crossing(frame, roles, example, free)
        if columns is None or (not columns and not _is_id(frame, roles, example)):
            continue
        if _is_search(roles, example, columns):
            return _with_candidates(frame, roles, example, columns), Remarks()
        if roles.id in (None, example.column):
            return roles, _doubt(example, columns)
    return _with_repeated_id(frame, roles, free), Remarks()


def _with_repeated_id(frame: pl.DataFrame, roles: Roles, free: Sequence[str]) -> Roles:
    """The roles with an id whose rows are there several times, the same in all they show."""
    for name in best(free, (*ROW, IDENTITY[0])) if roles.id is None else ():
        shown = [*content_columns(frame, roles), *filter(None, [roles.true_label])]
        same = frame.select({name, *(n for n in shown if not frame[n].dtype.is_nested())})
        n = frame[name].n_unique()
        if n > 1 and n * 1.5 <= len(frame) and same.n_unique() == n:
            return _with_id(roles, name)
    return roles


def _is_id(frame: pl.DataFrame, roles: Roles, example: _Example) -> bool:
    """Whether a column may become the id where nothing but folds tells its rows apart."""
    if roles.id is not None:
        return example.column == roles.id or frame[roles.id].n_unique() < len(frame)
    name = example.column
    if name is None or name in roles.index:  # pandas' own count of the rows says nothing
        return name is not None and example.keys.n_unique() < len(frame)
    return example.is_row or is_named(name, IDENTITY[0])


def _with_own_id(frame: pl.DataFrame, roles: Roles, free: Sequence[str]) -> Roles:
    """The roles with the id that tells the examples of each told candidate apart."""
    within = [name for name in (roles.fold, roles.repeat, roles.split) if name]
    keys = [*roles.model, *roles.candidate, *within]
    for example in _examples(frame, roles, free):
        table = frame.select(keys).with_columns(example.keys.alias("\0key"))
        if example.column and table.n_unique() >= TOLD_APART * len(frame):
            return _with_id(roles, example.column)
    return roles


def _free(frame: pl.DataFrame, roles: Roles) -> list[str]:
    """Columns that say nothing of the answer: content, models, and what pandas counted."""
    others = [name for name in (roles.id, *roles.index, *roles.model) if name]
    names = {*content_columns(frame, roles), *others} - {roles.text, roles.image}
    return [n for n in frame.columns if n in names and not frame[n].dtype.is_nested()]


def _named_rows(frame: pl.DataFrame, free: Sequence[str]) -> list[str]:
    return [name for name in best(free, ROW) if not frame[name].has_nulls()]


def _examples(frame: pl.DataFrame, roles: Roles, free: Sequence[str]) -> list[_Example]:
    """What may tell the examples apart, the most telling first."""
    rows = [*_named_rows(frame, free), *(name for name in roles.index if name in free)]
    named = best([name for name in free if name not in rows], IDENTITY)
    columns = [*filter(None, [roles.id]), *rows, *named]
    examples = [
        _Example(id_texts(frame[name])[0], name, is_row=name in rows)
        for name in dict.fromkeys(columns)
    ]
    settings = [name for name in free if is_named(name, PARAMETER, REPEAT, *MODEL)]
    if roles.text:
        examples.append(_Example(_counted(frame, content_hash(frame.select(roles.text)), settings)))
    content = [name for name in content_columns(frame, roles) if name not in settings]
    if content and not examples and settings:
        examples.append(_Example(_counted(frame, content_hash(frame.select(content)), settings)))
    if not examples and settings and roles.true_label:
        place = pl.int_range(pl.len()).over(settings).cast(pl.String)
        examples.append(_Example(frame.select(place.alias("place")).to_series()))
    return examples


def _counted(frame: pl.DataFrame, keys: pl.Series, settings: Sequence[str]) -> pl.Series:
    """Keys with their place among equals of the same settings: two texts may well be the same."""
    table = pl.DataFrame([keys.alias("\0key"), *(frame[name] for name in settings)])
    place = pl.int_range(pl.len()).over(table.columns)
    return table.select(pl.format("{} {}", "\0key", place)).to_series()


def _crossing(
    frame: pl.DataFrame, roles: Roles, example: _Example, free: Sequence[str]
) -> list[str] | None:
    """The columns of whose combinations each has every example once; None if there are none.

    [] where folds and splits alone tell the rows of an example apart.
    """
    keys = example.keys.alias("\0key")
    n = keys.n_unique()
    within = [name for name in (roles.fold, roles.repeat, roles.split) if name]
    table = frame.with_columns(keys)
    if n == len(frame):
        return [] if example.is_row else None
    if n * 1.5 > len(frame) or not _has_one_truth(table, roles, n):
        return None
    columns = [
        name
        for name in free
        if name != example.column and name not in within and _covers(table, name, n)
    ]
    if not columns and not within:
        return None
    apart = table.select("\0key", *columns, *within).n_unique()
    return columns if apart >= TOLD_APART * len(frame) else None


def _has_one_truth(table: pl.DataFrame, roles: Roles, n: int) -> bool:
    """Whether nearly every key has one true label, as an example has that comes back."""
    if roles.true_label is None or table[roles.true_label].dtype.is_nested():
        return True
    pairs = table.select("\0key", roles.true_label).drop_nulls().n_unique()
    return pairs * TOLD_APART <= n


def _covers(table: pl.DataFrame, name: str, n: int) -> bool:
    """Whether each value of the column comes with nearly every example."""
    sizes = table[name].n_unique()
    if not 2 <= sizes <= MOST_RUNS or sizes * 2 > len(table):
        return False
    shares = table.group_by(name).agg(pl.col("\0key").n_unique() / n)["\0key"]
    return float(shares.mean() or 0) >= COVERED  # type: ignore[arg-type]


def _is_search(roles: Roles, example: _Example, columns: Sequence[str]) -> bool:
    """Whether what comes back are candidates, or repeats, and no examples that share a key."""
    others = [name for name in columns if name not in roles.model]
    is_named_so = any(is_named(name, PARAMETER, REPEAT) for name in columns)
    return not others or is_named_so or example.is_row


def _with_candidates(
    frame: pl.DataFrame, roles: Roles, example: _Example, columns: Sequence[str]
) -> Roles:
    roles = _with_id(roles, example.column)
    repeats = [name for name in columns if is_named(name, REPEAT)]
    if repeats and roles.repeat is None:
        roles = replace(roles, repeat=repeats[0])
    columns = [name for name in columns if name != roles.repeat]
    settings = [name for name in columns if name not in roles.model]
    if not settings:
        return roles
    # `.config` and `trial` number the candidates: where settings tell them apart, these do.
    numbers = [name for name in columns if is_named(name, NUMBERS_OF_SETTINGS)]
    within = [name for name in (roles.fold, roles.repeat, roles.split) if name]
    rest = [name for name in columns if name not in numbers]
    key = example.keys.alias("\0key")
    apart = frame.with_columns(key).select("\0key", *rest, *within).n_unique()
    kept = rest if rest and apart >= TOLD_APART * len(frame) else columns
    models = tuple(name for name in roles.model if name in kept and is_named(name, MODEL[0]))
    dropped = [name for name in columns if name not in kept]
    index = [name for name in roles.index if name not in kept]
    candidate = tuple(name for name in kept if name not in models)
    return replace(roles, model=models, candidate=candidate, index=(*index, *dropped))


def _with_id(roles: Roles, column: str | None) -> Roles:
    if column is None:
        return roles
    rest = tuple(name for name in roles.index if name != column)
    return replace(roles, id=column, index=rest)


def _doubt(example: _Example, columns: Sequence[str]) -> Remarks:
    """Rows that share a key may be examples of their own, or one example for each candidate."""
    shown = " and ".join(map(repr, columns))
    key = f"Each value of column {example.column!r}" if example.column else "Each text"
    what = (
        f"{key} comes back once for each value of {shown}, always with the same truth; the rows "
        "are counted as examples of their own."
    )
    listed = ", ".join(f'"{name}"' for name in columns)
    hint = (
        f"If these are candidates or settings of one model, write candidate = [{listed}] into "
        "errata.toml; then each is a run."
    )
    return Remarks(oddities=(("rows-come-back", what, hint),))


def _said(frame: pl.DataFrame, roles: Roles) -> Remarks:
    notes = []
    if roles.candidate:
        n = frame.n_unique(list(roles.candidate))
        columns = ", ".join(map(repr, roles.candidate))
        notes.append(
            f"The table has the same examples for each of {n:,} candidates, told apart by "
            f"{columns}; each is a run."
        )
    if roles.repeat:
        n = frame[roles.repeat].n_unique()
        notes.append(
            f"The table has {n:,} repeats (column {roles.repeat!r}) of the same examples; the "
            "folds of each have numbers of their own, and an example counts once."
        )
    return Remarks(tuple(notes))
