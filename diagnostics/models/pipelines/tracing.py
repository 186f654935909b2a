"""A row followed through the steps of a pipeline, to what each feature at its end is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from diagnostics.models.pipelines.aligned_text import untouched
from diagnostics.models.pipelines.feature_origins import (
    Chosen,
    Joined,
    Listed,
    Origin,
    Origins,
    TextColumn,
    one_hot,
    same_columns,
    terms,
)
from diagnostics.models.pipelines.linear import final_step
from diagnostics.models.pipelines.text_columns import column_places


@dataclass(frozen=True)
class Followed:
    """One row between two steps: its data as the next step takes it, and what it is made of."""

    data: Any
    of: Origins | TextColumn

    @property
    def columns(self) -> Origins:
        """Its columns; of a text that is treated as a column, that one."""
        if isinstance(self.of, TextColumn):
            return Listed([Origin(self.of.source or "text", self.of.text.text)])
        return self.of


def feature_origins(model: Any, row: Any, input_names: Sequence[str]) -> Origins:
    """What each feature that a model's last step sees is made of.

    Parameters
    ----------
    model
        A fitted classifier, alone or after any steps that transform.
    row
        One row as it takes it: a list of one text, a frame, an array or a sparse matrix.
    input_names
        Words for the row's columns; none for a text.

    Returns
    -------
    As many origins as there are features. Those of steps that cannot be followed have the names
    that the steps give, and no places.
    """
    at = _start(row, input_names)
    last = final_step(model)
    while model is not last:
        if hasattr(model, "best_estimator_"):
            model = model.best_estimator_
        else:
            for _, step in model.steps[:-1]:
                at = _after(step, at)
            model = model.steps[-1][1]
    return at.columns


def _start(row: Any, names: Sequence[str]) -> Followed:
    if isinstance(row, list):
        return Followed(row, TextColumn(untouched(row[0])))
    pairs = zip(names, _row_values(row), strict=True)
    shown = [Origin(name, value, at) for at, (name, value) in enumerate(pairs)]
    return Followed(row, Listed(shown))


def _row_values(row: Any) -> list[Any]:
    if hasattr(row, "iloc"):
        return [_plain(value) for value in row.iloc[0].tolist()]
    dense = row.toarray() if hasattr(row, "toarray") else np.asarray(row)
    values: list[Any] = dense.reshape(-1).tolist()
    return values


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _after(step: Any, at: Followed) -> Followed:
    """The row after a step of any kind."""
    if step is None or isinstance(step, str):  # passed through
        return at
    if hasattr(step, "steps"):
        for _, inner in step.steps:
            at = _after(inner, at)
        return at
    made = step.transform(at.data)
    if hasattr(step, "transformers_"):
        return Followed(made, _of_column_transformer(step, at, made))
    if hasattr(step, "transformer_list"):
        return Followed(made, _of_union(step, at, made))
    text = _text_after(step, at, made)
    return Followed(made, text or _columns_after(step, at, made))


def _of_column_transformer(step: Any, at: Followed, made: Any) -> Origins:
    parts: list[tuple[int, Origins]] = []
    for name, transformer, columns in step.transformers_:
        where = step.output_indices_.get(name)
        if where is None or where.start == where.stop:
            continue
        inner = _after(transformer, _selected(at, columns))
        size = where.stop - where.start
        parts.append((where.start, _of_size(inner.columns, size, name)))
    parts.sort(key=lambda part: part[0])
    return _of_size(Joined([part for _, part in parts]), _width(made), "feature")


def _selected(at: Followed, columns: Any) -> Followed:
    """The columns that one part of a ColumnTransformer takes; a single name means a series."""
    data, names = at.data, [str(n) for n in getattr(at.data, "columns", ())]
    places = column_places(columns, names, at.columns.size)
    if isinstance(columns, str | int | np.integer):
        (place,) = places
        return _single(data.iloc[:, place] if names else data[:, place], at, place)
    return Followed(data.iloc[:, places] if names else data[:, places], Chosen(at.columns, places))


def _single(values: Any, at: Followed, place: int) -> Followed:
    origin = at.columns.at(place)
    if isinstance(origin.value, str):
        return Followed(values, TextColumn(untouched(origin.value), origin.name))
    return Followed(values, Listed([origin]))


def _of_union(step: Any, at: Followed, made: Any) -> Origins:
    parts = []
    for _, transformer in step.transformer_list:
        if isinstance(transformer, str) and transformer == "drop":
            continue
        parts.append(_after(transformer, at).columns)
    return _of_size(Joined(parts), _width(made), "feature")


def _of_size(origins: Origins, size: int, name: str) -> Origins:
    """The origins, or plain numbers where there are more or fewer features than were followed."""
    if origins.size == size:
        return origins
    return Listed([Origin(f"{name} {number}") for number in range(size)])


def _text_after(step: Any, at: Followed, made: Any) -> TextColumn | None:
    """The text that a step made, of a text or of a frame's columns; None if it made no text."""
    texts = made if isinstance(made, list) else getattr(made, "tolist", list)()
    if len(texts) != 1 or not isinstance(texts[0], str):
        return None
    if isinstance(at.of, TextColumn):
        became = at.of.text.became(texts[0])
        return TextColumn(became, at.of.source) if became else None
    for place in range(at.of.size):
        origin = at.of.at(place)
        if origin.value == texts[0]:
            return TextColumn(untouched(texts[0]), origin.name)
    return None


def _columns_after(step: Any, at: Followed, made: Any) -> Origins:
    size = _width(made)
    if isinstance(at.of, TextColumn) and hasattr(step, "build_analyzer"):
        origins: Origins | None = terms(step, at.of)
        if origins is not None and origins.size == size:
            return origins
    before = at.columns
    if _is_one_to_one(step, at.data, made) and before.size == size:
        return before
    if hasattr(step, "get_support"):
        kept = np.flatnonzero(step.get_support())
        if len(kept) == size:
            return Chosen(before, kept.tolist())
    if hasattr(step, "categories_") and hasattr(step, "drop_idx_"):
        origins = one_hot(step, before)
        if origins is not None and origins.size == size:
            return origins
    return _by_name(step, before, made, size)


def _is_one_to_one(step: Any, data: Any, made: Any) -> bool:
    """Whether each column that came out is the one that went in, scaled or filled or as it was."""
    from sklearn.base import OneToOneFeatureMixin
    from sklearn.feature_extraction.text import TfidfTransformer

    if isinstance(step, TfidfTransformer | OneToOneFeatureMixin):
        return True
    if hasattr(step, "func"):
        told = getattr(step, "feature_names_out", None) == "one-to-one"
        if told or step.func is None or isinstance(step.func, np.ufunc):
            return True
    return same_columns(data, made)


def _by_name(step: Any, before: Origins, made: Any, size: int) -> Origins:
    """By the names that a step gives: those that went in are the columns that they were."""
    given = getattr(step, "feature_names_in_", None)
    names = [f"x{at}" for at in range(before.size)] if given is None else [str(n) for n in given]
    known = {name: at for at, name in enumerate(names)}
    try:
        came_out = [str(name) for name in step.get_feature_names_out(given)]
    except (AttributeError, TypeError, ValueError):
        came_out = [str(name) for name in getattr(made, "columns", ())]
    if len(came_out) != size:
        came_out = [f"{_word_for(step)} {number}" for number in range(size)]
    return Listed([before.at(known[name]) if name in known else Origin(name) for name in came_out])


def _word_for(step: Any) -> str:
    """What a step that names nothing is called: by its function, if that has a name."""
    name = getattr(getattr(step, "func", None), "__name__", "")
    return name if name.isidentifier() else type(step).__name__


def _width(made: Any) -> int:
    return int(made.shape[1]) if getattr(made, "ndim", 1) == 2 else 1
