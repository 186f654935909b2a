"""Rows put together from an example's own values and those of other rows, part by part.

What a part of an example does to an answer is found by asking the model about the example with
that part as it is in other rows. A part is a column of a table, a block of pixels, or what is left
of a table too wide to be asked about column by column. Of a column that the model reads as a text
each word is a part, and instead of another row's it is taken out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, prod, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnostics.models.explanation.question import Question
from diagnostics.models.explanation.words import Piece, pieces_of, without
from diagnostics.models.pipelines.analysers import signs_read_by
from diagnostics.models.pipelines.text_columns import text_columns

#: Parts that are told apart; of pixels, of columns, and of the words of a row's texts.
MOST_BLOCKS, MOST_COLUMNS, MOST_WORDS = 64, 100, 64
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Part:
    """Columns of a row that are changed together, what they are called and what they hold.

    `piece` is where a word stands in the text of its only column, None for what is no word.
    """

    name: str
    value: Any
    columns: tuple[int, ...]
    piece: Piece | None = None


@dataclass(frozen=True)
class PerturbedRows:
    """An example's parts, and rows made of its own and other values of each.

    `made` takes places (rows × parts): 0 for the example's own value, n for that of the nth other
    row; it gives rows of the form that the model takes. Columns that no part holds stay as they
    are: nothing differs in them. `bins` tells the values of a part apart (rows × parts, the first
    row is the example's): by quarters for numbers, by value for words.
    """

    parts: tuple[Part, ...]
    others: int
    made: Callable[[Places], Any]
    bins: Places
    grouping: str = ""

    @property
    def notes(self) -> list[str]:
        """What a reader must know of how the parts were made."""
        if not any(part.piece is not None for part in self.parts):
            return [self.grouping] if self.grouping else []
        taken = "Words were taken out of their text; columns got the values of other rows."
        return [taken, self.grouping] if self.grouping else [taken]


def perturbed_rows(question: Question, background: Any) -> PerturbedRows:
    """An example taken into parts, with the rows of `background` to take other values from."""
    if hasattr(question.row, "columns"):
        return _of_a_frame(question, background)
    return _of_an_array(question, background)


def _of_a_frame(question: Question, background: Any) -> PerturbedRows:
    import pandas as pd

    both = pd.concat([question.row, background], ignore_index=True)
    names, texts = question.input_names, _texts(question)
    whole = [at for at in range(both.shape[1]) if at not in {text.column for text in texts}]
    if whole:
        bins = np.column_stack([_bins(both.iloc[:, at]) for at in whole])
    else:
        bins = np.zeros((len(both), 0), np.intp)
    groups, grouping = _column_groups(bins)
    columns = [[whole[at] for at in group] for group in groups]
    parts = list(_parts(names, columns, lambda at: question.row.iloc[0, at]))
    ends = [len(parts)]
    for text in texts:
        parts += text.parts(names[text.column])
        ends.append(len(parts))

    def made(places: Places) -> Any:
        rows = np.zeros((len(places), both.shape[1]), int)
        for at, group in enumerate(columns):
            rows[:, group] = places[:, [at]]
        taken = {at: both.iloc[:, at].take(rows[:, at]).array for at in range(both.shape[1])}
        for text, start, end in zip(texts, ends, ends[1:], strict=False):
            kept = pd.Series(text.left(places[:, start:end] == 0))
            taken[text.column] = kept.astype(both.dtypes.iloc[text.column]).array
        frame = pd.DataFrame(taken)
        frame.columns = both.columns
        return frame

    words = np.zeros((len(both), ends[-1] - ends[0]), np.intp)
    words[1:] = 1
    bins = np.column_stack([_joined(bins, groups), words])
    return PerturbedRows(tuple(parts), len(background), made, bins, grouping)


@dataclass(frozen=True)
class _Text:
    """A row's column that is read as a text, and the words, or runs of words, in it."""

    column: int
    text: str
    pieces: list[Piece]

    def parts(self, name: str) -> list[Part]:
        """A part for each word, called as the features of a vectoriser of that column are."""
        return [
            Part(f"{name}: {self.text[start:end]}", 1, (self.column,), (start, end))
            for start, end in self.pieces
        ]

    def left(self, keep: NDArray[np.bool_]) -> list[str]:
        """For each row of the mask the text without the words that it does not keep."""
        kinds, of = np.unique(keep, axis=0, return_inverse=True)
        made = [without(self.text, self.pieces, kind) for kind in kinds.tolist()]
        return [made[at] for at in np.ravel(of)]


def _texts(question: Question) -> list[_Text]:
    row = question.row
    names = text_columns(question.model.estimator, row, question.text_column)
    reads = signs_read_by(question.model.estimator)
    texts = []
    for name in names:
        column = list(map(str, row.columns)).index(name)
        text = row.iloc[0, column]
        pieces = pieces_of(text, most=MOST_WORDS // len(names), reads=reads)
        if pieces:
            texts.append(_Text(column, text, pieces))
    return texts


def _of_an_array(question: Question, background: Any) -> PerturbedRows:
    is_sparse = hasattr(question.row, "tocsr")
    shape = question.row.shape[1:]
    flat = [
        (rows.toarray() if is_sparse else np.asarray(rows)).reshape(rows.shape[0], prod(shape))
        for rows in (question.row, background)
    ]
    both = np.concatenate(flat)
    bins = _quarters(both)
    if question.picture is not None:
        groups, grouping = _blocks(question.picture, both)
    else:
        groups, grouping = _column_groups(bins)
    parts = _parts(question.input_names, groups, lambda at: both[0, at])

    def made(places: Places) -> Any:
        rows = np.repeat(both[:1], len(places), axis=0)
        for at, group in enumerate(groups):
            rows[:, group] = both[places[:, [at]], group]
        if is_sparse:
            return type(question.row.tocsr())(rows)
        return rows.reshape(len(rows), *shape)

    return PerturbedRows(parts, len(both) - 1, made, _joined(bins, groups), grouping)


def _parts(
    names: Sequence[str], groups: Sequence[Sequence[int]], value: Callable[[int], Any]
) -> tuple[Part, ...]:
    parts = []
    for group in groups:
        if len(group) == 1:
            only = value(group[0])
            only = only.item() if hasattr(only, "item") else only
            parts.append(Part(names[group[0]], only, tuple(group)))
        else:
            parts.append(Part(f"{len(group):,} other columns", None, tuple(group)))
    return tuple(parts)


def _bins(column: Any) -> Places:
    """A column's values told apart: quarters of numbers, each other value by itself; missing -1."""
    import pandas as pd

    is_number = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    # Quarters of four numbers or fewer could only take different ones for the same.
    if is_number and column.nunique() > 4:
        numbers = column.to_numpy(dtype=float, na_value=np.nan)
        return _quarters(numbers[:, None])[:, 0]
    codes: Places = pd.factorize(column.astype(str).where(column.notna()), sort=False)[0]
    return codes.astype(np.intp)


def _quarters(values: NDArray[np.float64]) -> Places:
    """In which quarter of its column each value lies, 0 to 3; -1 where there is none."""
    bins = np.zeros(values.shape, np.intp)
    values = values.astype(float)
    is_missing = np.isnan(values)
    # numpy warns of quantiles of a column without any number.
    for at in np.flatnonzero(~is_missing.all(axis=0)):
        cuts = np.unique(np.nanquantile(values[:, at], [0.25, 0.5, 0.75]))
        bins[:, at] = np.searchsorted(cuts, values[:, at], side="left")
    bins[is_missing] = -1
    return bins


def _column_groups(bins: Places) -> tuple[list[list[int]], str]:
    """A part for each column; of a wide table for those whose value is rare, the rest as one."""
    size = bins.shape[1]
    if size <= MOST_COLUMNS:
        return [[at] for at in range(size)], ""
    is_same = (bins[1:] == bins[0]).mean(axis=0)
    order = np.argsort(is_same, kind="stable")
    single = sorted(order[: MOST_COLUMNS - 1].tolist())
    rest = sorted(order[MOST_COLUMNS - 1 :].tolist())
    said = (
        f"There are {size:,} columns: the {len(single)} in which this example is least like the "
        "others are told apart, the rest are one part."
    )
    return [*([at] for at in single), rest], said


def _blocks(picture: tuple[int, int], both: NDArray[Any]) -> tuple[list[list[int]], str]:
    """Pixels, or square blocks of them where there are many; without those that never differ."""
    rows, columns = picture
    channels = both.shape[1] // (rows * columns)
    side = ceil(sqrt(rows * columns / MOST_BLOCKS))
    places = np.arange(both.shape[1]).reshape(rows, columns, channels)
    groups = [
        places[top : top + side, left : left + side].ravel().tolist()
        for top in range(0, rows, side)
        for left in range(0, columns, side)
    ]
    differs = (both != both[0]).any(axis=0)
    said = f"Pixels were changed in blocks of {side} by {side}." if side > 1 else ""
    return [group for group in groups if differs[group].any()], said


def _joined(bins: Places, groups: Sequence[Sequence[int]]) -> Places:
    """The bins of parts: a part of several columns is the example's own, or it is not."""
    joined = np.zeros((len(bins), len(groups)), np.intp)
    for at, group in enumerate(groups):
        if len(group) == 1:
            joined[:, at] = bins[:, group[0]]
        else:
            joined[1:, at] = 1
    return joined
