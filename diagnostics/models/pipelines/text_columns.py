"""The columns of a frame that a model reads as texts, word by word, and not as categories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from diagnostics.models.pipelines.analysers import within


def text_columns(estimator: Any, row: Any, shown: str = "") -> list[str]:
    """Which columns of a frame's only row hold texts whose words the model tells apart.

    Parameters
    ----------
    estimator
        A fitted classifier, alone or at the end of a pipeline.
    row
        One row as it takes it, with `columns`.
    shown
        The column that people read as the example's text. It counts also where it cannot be seen
        how the model takes it, unless that is as a category.

    Returns
    -------
    Their names, in the order of the columns.
    """
    names = [str(name) for name in row.columns]
    values = row.iloc[0].tolist()
    return [
        name
        for at, name in enumerate(names)
        if isinstance(values[at], str) and _is_read(estimator, names, at, is_shown=name == shown)
    ]


def _is_read(estimator: Any, names: Sequence[str], at: int, *, is_shown: bool) -> bool:
    split = next(within(estimator, "transformers_"), None)
    if split is None:
        return is_shown
    try:
        takers = [
            transformer
            for _, transformer, columns in split.transformers_
            if at in column_places(columns, names, len(names))
            and not (isinstance(transformer, str) and transformer == "drop")
        ]
    except ValueError:  # a step before it gave the columns other names
        return is_shown
    if any(_has(taker, "build_analyzer") for taker in takers):
        return True
    return is_shown and bool(takers) and not any(_has(taker, "categories_") for taker in takers)


def column_places(columns: Any, names: Sequence[str], size: int) -> list[int]:
    """Where the columns stand that one part of a ColumnTransformer takes.

    Parameters
    ----------
    columns
        As its `transformers_` have them: a name or a place, several, a slice or a mask.
    names
        Those of the columns; none for an array.
    size
        How many columns there are.
    """
    if isinstance(columns, str):
        return [names.index(columns)]
    if isinstance(columns, int | np.integer):
        return [int(columns) % size]
    if isinstance(columns, slice):
        return _places_of_slice(columns, names, size)
    wanted = list(columns)
    if wanted and isinstance(wanted[0], str):
        return [names.index(name) for name in wanted]
    if wanted and isinstance(wanted[0], bool | np.bool_):
        return [place for place, keep in enumerate(wanted) if keep]
    return [int(place) % size for place in wanted]


def _places_of_slice(columns: slice, names: Sequence[str], size: int) -> list[int]:
    if not isinstance(columns.start or columns.stop, str):
        return list(range(size))[columns]
    first = names.index(columns.start) if columns.start else 0
    last = names.index(columns.stop) if columns.stop else size - 1
    return list(range(first, last + 1))


def _has(estimator: Any, attribute: str) -> bool:
    return next(within(estimator, attribute), None) is not None
