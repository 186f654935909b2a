"""Labels as text: what libraries wrap around them is taken off, and two spellings become one."""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

#: What tools write for "no value". `none` and `null` stay: they are real labels somewhere.
MISSING = ("", "nan", "NaN", "NAN", "<NA>", "N/A", "n/a", "#N/A")
#: `tensor(3, device='cuda:0')`, `np.int64(3)`, `np.str_('spam')`: what `str()` leaves in a file.
WRAPPER = r"^(?:tensor|array|(?:np|numpy)\.\w+)\(\s*['\"]?(.*?)['\"]?(?:,\s*\w+=.*)?\)$"
WHOLE_NUMBER = r"^[+-]?\d+(?:\.0+)?$"
BOOLEANS = {"true": "True", "false": "False", "1": "True", "0": "False"}
POSITIVE = ("1", "true", "yes", "y", "t", "positive", "pos", "+1")


def texts(column: pl.Series) -> pl.Series:
    """A column as text: stripped, unwrapped, null where it says that there is no value."""
    text = pl.col("text").cast(pl.String, strict=False).str.strip_chars()
    if column.dtype == pl.String and column.head(100).str.contains(WRAPPER).any():
        text = text.str.replace(WRAPPER, "$1")
    known = pl.when(~text.is_in(list(MISSING))).then(text)
    return column.alias("text").to_frame().select(known).to_series().alias(column.name)


def labels(*columns: pl.Series) -> list[pl.Series]:
    """Label columns that are compared with each other, spelt alike.

    Whole numbers lose their `.0` (a column with a missing value is float in pandas), booleans
    are `True` and `False`, also in a column of 0 and 1 that stands beside a column of booleans.
    """
    different = [column.unique(maintain_order=True) for column in columns]
    spelt = [_shortened(texts(values)) for values in different]
    if _are_booleans(spelt):
        spelt = [values.str.to_lowercase().replace(BOOLEANS) for values in spelt]
    return [
        _respelt(column, values, new)
        for column, values, new in zip(columns, different, spelt, strict=True)
    ]


def canonical(label: str) -> str:
    """A label as a column name may spell it: without case, spaces and punctuation.

    The sign of a number stays: -1 and 1 are two labels.
    """
    if re.fullmatch(r"-\d+(?:\.\d+)?", label):
        return label
    return re.sub(r"[\W_]+", "", label.casefold()) or label


def distinct(columns: Iterable[pl.Series]) -> set[str]:
    """Every label that occurs in the columns."""
    return {value for column in columns for value in column.unique().drop_nulls()}


def is_unique(column: pl.Series) -> bool:
    """Whether no value of a column stands in two of its rows.

    Ids that were counted grow from row to row, which is seen at once: nothing has to be remembered.
    """
    return _grows(column) or column.n_unique() == len(column)


def _grows(column: pl.Series) -> bool:
    if column.has_nulls() or not (column.dtype == pl.String or column.dtype.is_integer()):
        return False
    is_more = column > column.shift(1)
    if column.dtype == pl.String:  # as text, 10 comes before 9
        length = column.str.len_bytes()
        is_more = (length > length.shift(1)) | ((length == length.shift(1)) & is_more)
    return is_more.all()


def _shortened(values: pl.Series) -> pl.Series:
    """Whole numbers without their `.0`, if all of them are."""
    is_whole = values.drop_nulls().str.contains(WHOLE_NUMBER).all()
    return values.str.replace(r"\.0+$", "") if is_whole else values


def _are_booleans(columns: list[pl.Series]) -> bool:
    """Whether one column says true and false, and the others that or 0 and 1."""
    seen = [{value.lower() for value in values.drop_nulls()} for values in columns]
    is_said = any(values and values <= {"true", "false"} for values in seen)
    return is_said and all(values <= BOOLEANS.keys() for values in seen)


def _respelt(column: pl.Series, values: pl.Series, spelt: pl.Series) -> pl.Series:
    """A column with its values spelt anew; most files need nothing of it, and labels are few."""
    if column.dtype == pl.String and values.equals(spelt, null_equal=True):
        return column
    return column.replace_strict(values, spelt, return_dtype=pl.String)
