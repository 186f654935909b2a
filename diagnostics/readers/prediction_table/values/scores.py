"""Scores as people write them, made probabilities: percent, logits, log-probabilities, lists."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import polars as pl

from diagnostics.readers.prediction_table.values.labels import texts

Kind = Literal["probability", "logit", "log-probability", "percent"]
KINDS: tuple[str, ...] = get_args(Kind)
#: How far from 1 the probabilities of an example may sum: files carry two or three digits.
TOLERANCE = 1e-2
NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?(?:inf|nan)"
#: What is done to full vectors of each kind.
DONE: dict[str, str] = {
    "probability": "taken as they are",
    "percent": "divided by 100",
    "logit": "softmax applied",
    "log-probability": "exponential applied",
}


@dataclass(frozen=True)
class Probabilities:
    """Converted scores, one row per example; NaN where unknown."""

    values: np.ndarray
    kind: Kind
    off: int = 0

    @property
    def done(self) -> str:
        """What was done to the scores, in words."""
        return DONE[self.kind]


def numbers(column: pl.Series) -> pl.Series:
    """A column as float64, null where it holds no number; `93%` is 0.93 and `0,93` is 0.93."""
    if not (column.dtype.is_numeric() or column.dtype in (pl.String, pl.Boolean)):
        return pl.Series(column.name, [None] * len(column), pl.Float64)
    if column.dtype != pl.String:
        return column.cast(pl.Float64, strict=False).fill_nan(None)
    fast = column.cast(pl.Float64, strict=False)
    if fast.null_count() == column.null_count():
        return fast.fill_nan(None)
    text = pl.col("text")
    bare = text.str.strip_suffix("%").str.strip_chars()
    # A score needs no thousands: its one comma is the decimal point of half of Europe.
    point = bare.str.replace(r"^([-+]?\d*),(\d+)$", "$1.$2")
    value = point.cast(pl.Float64, strict=False).fill_nan(None)
    share = pl.when(text.str.ends_with("%")).then(value / 100).otherwise(value)
    return texts(column).alias("text").to_frame().select(share).to_series().alias(column.name)


def is_list(column: pl.Series) -> bool:
    """Whether a column holds lists of numbers: real ones, JSON, Python's or NumPy's way."""
    if isinstance(column.dtype, pl.List | pl.Array):
        return column.dtype.inner.is_numeric() or column.dtype.inner == pl.Null
    if column.dtype != pl.String:
        return False
    first = next((value for value in column.head(20).to_list() if value), "[")
    if "[" not in first:  # most columns: known without a look at the others
        return False
    known = column.drop_nulls().head(20)
    opening = rf"^\s*(?:\w+\()?\[+\s*(?:[\w.]+\()?(?:{NUMBER})"
    return len(known) > 0 and bool(known.str.contains(opening).all())


def vectors(column: pl.Series) -> np.ndarray:
    """A list column as an array (rows, length); rows of another length than most are NaN."""
    lists = listed_numbers(column) if column.dtype == pl.String else column
    if isinstance(lists.dtype, pl.Array):
        lists = lists.arr.to_list()
    lists = lists.cast(pl.List(pl.Float64), strict=False)
    lengths = lists.list.len()
    usual = lengths.drop_nulls().mode().max()
    if not isinstance(usual, int) or usual == 0:
        return np.full((len(column), 0), np.nan)
    same = lists.to_frame("v").select(pl.when(lengths == usual).then("v")).to_series()
    return np.column_stack(
        [same.list.get(place, null_on_oob=True).to_numpy().astype(float) for place in range(usual)]
    )


def listed_numbers(column: pl.Series) -> pl.Series:
    """Numbers out of `[0.1, 0.9]`, `[0.1 0.9]` or `[np.float64(0.1)]`; not of a cut `[0.1 ...]`."""
    try:
        return column.str.json_decode(pl.List(pl.Float64))
    except pl.exceptions.PolarsError:
        bare = column.str.replace_all(r"(?:np|numpy)\.\w+\(|dtype=\w+|device=\S+", "")
        # Of more than a thousand numbers NumPy prints both ends and `...`: such a row is unknown.
        whole = ~bare.str.contains("...", literal=True)
        printed = bare.str.extract_all(NUMBER).cast(pl.List(pl.Float64), strict=False)
        return printed.to_frame("v").select(pl.when(whole).then("v")).to_series()


def matrix(frame: pl.DataFrame, columns: list[str]) -> np.ndarray:
    """Score columns as an array (rows, columns), NaN where there is no number."""
    return np.column_stack([numbers(frame[name]).to_numpy().astype(float) for name in columns])


def probabilities(scores: np.ndarray, *, told: Kind | None = None, name: str = "") -> Probabilities:
    """Full score vectors as probabilities.

    Parameters
    ----------
    scores
        Shape (rows, classes); a row with a NaN is unknown.
    told
        What the scores are; judged by their values if None: log-probabilities are never
        positive and their exponentials sum to 1, logits leave the range 0 to 1.
    name
        The column's name: `logit_…` inside 0 to 1 that does not sum to 1 is a logit too.

    Returns
    -------
    Values as probabilities; they are not rescaled. `off` counts the rows that do not sum to 1.
    """
    known = scores[~np.isnan(scores).any(axis=1)]
    kind = told or _kind(known, name)
    if kind == "logit":
        values = _softmax(scores)
    elif kind == "log-probability":
        values = np.exp(scores)
    else:
        values = scores / 100 if kind == "percent" else scores
    sums = values[~np.isnan(values).any(axis=1)].sum(axis=1)
    off = int((np.abs(sums - 1) > TOLERANCE).sum())
    return Probabilities(np.clip(values, 0.0, 1.0), kind, off)


def _softmax(scores: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):  # a row of infinities is unknown
        shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def _kind(known: np.ndarray, name: str) -> Kind:
    if not known.size:
        return "probability"
    sums, lowest, highest = known.sum(axis=1), known.min(), known.max()
    if highest <= 1e-9 and _mostly(np.abs(np.exp(known).sum(axis=1) - 1) <= TOLERANCE):
        return "log-probability"
    if lowest >= -1e-6 and highest <= 1 + 1e-6:
        is_called_logit = re.search("logit", name, re.IGNORECASE) is not None
        sums_up = _mostly(np.abs(sums - 1) <= TOLERANCE)
        return "logit" if is_called_logit and not sums_up else "probability"
    if lowest >= 0 and highest <= 100 and _mostly(np.abs(sums - 100) <= 100 * TOLERANCE):
        return "percent"
    return "logit"


def _mostly(rows: np.ndarray) -> bool:
    return bool(rows.mean() > 0.95)
