"""Folds and repeats, as people and R's packages write them: `Fold1`, `Fold01.Rep2`, `Repeat1`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from diagnostics.readers.prediction_table.columns.names import is_named
from diagnostics.readers.prediction_table.columns.roles import Roles

#: Values that settle it if one of them is something else.
FIRST = 100
#: Names that mean a fold whatever its values are.
FOLD = r"resample|resampling|resample_id|cv_(?:iter|iteration|split)|outer_fold"
REPEAT = (
    r"(?:cv_)?(?:repeat|repetition|rep)(?:_?(?:id|no|nr|idx|index|number))?|repeats|repeat_?fold"
)
_REPEAT_VALUE = r"(?i)rep(?:eat|etition)?[ _.-]?(\d+)"
_FOLD_VALUE = r"(?i)(?:fold|cv|resample|bootstrap|split|slice)[ _.-]?(\d+)"
_IS_FOLD = rf"^{_FOLD_VALUE}(?:[ _.-]{_REPEAT_VALUE[4:]})?$"
_IS_BOTH = rf"^(?:{_FOLD_VALUE}[ _.-]{_REPEAT_VALUE[4:]}|{_REPEAT_VALUE}[ _.-]{_FOLD_VALUE[4:]})$"


def with_folds(frame: pl.DataFrame, roles: Roles, free: Sequence[str]) -> Roles:
    """The roles, with the columns that hold folds and repeats by their values or names."""
    texts = [name for name in free if frame[name].dtype == pl.String]
    if roles.fold is None:
        named = [name for name in free if is_named(name, FOLD)]
        valued = [name for name in texts if _all_are(frame[name], f"{_IS_FOLD}|{_IS_BOTH}")]
        fold = next(iter([*named, *valued]), None)
        roles = replace(roles, fold=fold)
    if roles.repeat is None:
        valued = [name for name in texts if _all_are(frame[name], f"^{_REPEAT_VALUE}$")]
        roles = replace(roles, repeat=next(iter(valued), None))
    if roles.id in (roles.fold, roles.repeat):
        roles = replace(roles, id=None)
    return roles


def with_numbers(frame: pl.DataFrame, roles: Roles) -> tuple[pl.DataFrame, Roles]:
    """The folds of all repeats counted on, so that each is one: the second `Fold1` is another.

    Where there are repeats and no folds, each repeat is a fold.
    """
    if roles.fold is None:
        return frame, replace(roles, fold=roles.repeat, repeat=None)
    fold = frame[roles.fold]
    if roles.repeat is not None:
        repeat = _numbers(frame[roles.repeat], _REPEAT_VALUE)
    elif fold.dtype == pl.String and _all_are(fold, _IS_BOTH):
        repeat = _numbers(fold, _REPEAT_VALUE)
    else:
        return frame, roles
    both = pl.struct(repeat.alias("repeat"), _numbers(fold, _FOLD_VALUE).alias("fold"))
    number = frame.select(both.rank("dense").cast(pl.Int32).alias(roles.fold)).to_series()
    return frame.with_columns(number), roles


def _all_are(column: pl.Series, pattern: str) -> bool:
    first = column.head(FIRST).drop_nulls().str.strip_chars()
    if not first.str.contains(pattern).all():  # spares looking through a column of texts
        return False
    values = column.unique().drop_nulls().str.strip_chars()
    return len(values) > 1 and bool(values.str.contains(pattern).all())


def _numbers(column: pl.Series, pattern: str) -> pl.Series:
    """The number behind the word, else the last one, else the place among the sorted values."""
    text = column.cast(pl.String)
    number = text.str.extract(pattern).fill_null(text.str.extract(r"(\d+)(?:\.0+)?\s*$"))
    whole = number.cast(pl.Int64, strict=False)
    if whole.null_count() == text.null_count():
        return whole
    return text.rank("dense").cast(pl.Int64)
