"""Rows put together from evaluated rows and others, column by column, as a model takes them.

Of texts the other one is the text without its words, and a column is a word, all its occurrences
together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnostics.models.explanation.words import Piece, pieces_of, without
from diagnostics.models.pipelines.analysers import Reads
from diagnostics.models.row_forms import joined

#: Different words of a text that are told apart; the rest of a longer one stays as it is.
MOST_WORDS = 100
Places = NDArray[np.int64]
Masks = NDArray[np.bool_]


@dataclass(frozen=True)
class Mixtures:
    """Own rows and other rows that can be mixed.

    `players(row, other)` are the columns in which the two differ: only those can change an answer.
    `made(rows, others, keep)` are rows for the model, each with its own value in the columns that
    are kept (rows × columns) and the other's elsewhere. `values` (own rows × columns) are numbers,
    of texts how often the word is there; NaN where a value is none. `n_others` other rows there
    are; `left_out` counts the own rows of which something stays as it is.
    """

    names: tuple[str, ...]
    values: NDArray[np.float64]
    n_others: int
    players: Callable[[int, int], Places]
    made: Callable[[Places, Places, Masks], Any]
    left_out: int = 0


def mixtures(own: Any, others: Any, names: Sequence[str], reads: Reads) -> Mixtures:
    """Rows of one form, and others to mix them with; `others` is not looked at for texts.

    `reads` says which signs of a text the model reads: these are words, too.
    """
    if isinstance(own, list):
        return _of_texts(own, reads)
    if hasattr(own, "iloc"):
        return _of_frames(own, others, names)
    if hasattr(own, "tocsr"):
        return _of_sparse(own, others, names)
    return _of_arrays(own, others, names)


def _of_frames(own: Any, others: Any, names: Sequence[str]) -> Mixtures:
    import pandas as pd

    n, both = len(own), joined([own, others])
    columns = [both.iloc[:, at] for at in range(both.shape[1])]
    codes = np.column_stack(
        [pd.factorize(one, use_na_sentinel=False)[0] for one in columns]
    )  # missing is a value as any other
    values = np.column_stack([_numbers(one.iloc[:n]) for one in columns])

    def made(rows: Places, rest: Places, keep: Masks) -> Any:
        source = np.where(keep, rows[:, None], n + rest[:, None])
        frame = pd.DataFrame(
            {at: one.take(source[:, at]).array for at, one in enumerate(columns)},
        )
        frame.columns = both.columns
        return frame

    return Mixtures(tuple(names), values, len(others), _differing(codes, n), made)


def _numbers(column: Any) -> NDArray[np.float64]:
    if column.dtype.kind not in "biuf":
        return np.full(len(column), np.nan)
    return np.asarray(column.to_numpy(dtype=float, na_value=np.nan), float)


def _differing(values: NDArray[Any], n: int) -> Callable[[int, int], Places]:
    return lambda row, other: np.flatnonzero(values[row] != values[n + other])


def _of_arrays(own: Any, others: Any, names: Sequence[str]) -> Mixtures:
    n, shape = len(own), np.asarray(own).shape[1:]
    both = np.concatenate([np.asarray(own), np.asarray(others)]).reshape(n + len(others), -1)

    def made(rows: Places, rest: Places, keep: Masks) -> Any:
        return np.where(keep, both[rows], both[n + rest]).reshape(len(rows), *shape)

    return Mixtures(tuple(names), both[:n].astype(float), len(others), _differing(both, n), made)


def _of_sparse(own: Any, others: Any, names: Sequence[str]) -> Mixtures:
    """Only the columns that any of the rows has are kept in full."""
    from scipy.sparse import csr_array, vstack

    n, width = own.shape[0], own.shape[1]
    stacked = vstack([own, others], format="csc")
    used = np.flatnonzero(np.diff(stacked.indptr))
    both = stacked[:, used].toarray()

    def made(rows: Places, rest: Places, keep: Masks) -> Any:
        dense = np.where(keep, both[rows], both[n + rest])
        at_row, at_column = np.nonzero(dense)
        filled = (dense[at_row, at_column], (at_row, used[at_column]))
        return type(own.tocsr())(csr_array(filled, shape=(len(rows), width)))

    chosen = tuple(names[int(at)] for at in used)
    return Mixtures(chosen, both[:n].astype(float), others.shape[0], _differing(both, n), made)


def _of_texts(texts: Sequence[str], reads: Reads) -> Mixtures:
    cut = [pieces_of(text, most=max(len(text), 1), reads=reads) for text in texts]
    words = [
        [text[start:end].lower() for start, end in pieces]
        for text, pieces in zip(texts, cut, strict=True)
    ]
    apart = [list(dict.fromkeys(own))[:MOST_WORDS] for own in words]
    names = list(dict.fromkeys(word for own in apart for word in own))
    places = {name: at for at, name in enumerate(names)}
    values = np.zeros((len(texts), len(names)))
    for row, own in enumerate(words):
        for word in own:
            if word in places:
                values[row, places[word]] += 1
    columns = [np.array([places[word] for word in own], np.int64) for own in apart]
    kept_of = [_placed(pieces, own, set(some), places)
                 for pieces, own, some in zip(cut, words, apart, strict=True)]  # fmt: skip

    def made(rows: Places, rest: Places, keep: Masks) -> Any:  # noqa: ARG001 - there is but one
        found = []
        for at, row in enumerate(rows.tolist()):
            pieces, own = kept_of[row]
            found.append(without(texts[row], pieces, keep[at, own].tolist()))
        return found

    left_out = sum(len(set(own)) > MOST_WORDS for own in words)
    return Mixtures(tuple(names), values, 1, lambda row, other: columns[row], made, left_out)


def _placed(
    pieces: Sequence[Piece], words: Sequence[str], told: set[str], places: dict[str, int]
) -> tuple[list[Piece], Places]:
    kept = [(piece, places[word]) for piece, word in zip(pieces, words, strict=True)
            if word in told]  # fmt: skip
    return [piece for piece, _ in kept], np.array([at for _, at in kept], np.int64)
