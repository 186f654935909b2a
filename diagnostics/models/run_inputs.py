"""What a run's model takes, told from one row: its text, its picture, words for its columns."""

from __future__ import annotations

from math import isqrt
from pathlib import Path
from typing import Any

import numpy as np

from diagnostics.models.model import Model
from diagnostics.workspace import Experiment, Run

#: Numbers for each pixel: grey, colours, colours with transparency.
_CHANNELS = {1: ("",), 3: (", red", ", green", ", blue"),
             4: (", red", ", green", ", blue", ", opacity")}  # fmt: skip


def input_text(experiment: Experiment, run: Run, row: Any) -> tuple[str | None, str]:
    """The text that people see of an example, if it is what the model takes, and its column.

    The text is None if there is none; the column is "" where the row itself is the text.
    """
    if isinstance(row, list):
        return row[0], ""
    if not hasattr(row, "columns"):
        return None, ""
    from diagnostics.examples.content import content_columns, with_shared_content

    texts = {
        str(name): value
        for name, value in zip(row.columns, row.iloc[0].tolist(), strict=True)
        if isinstance(value, str)
    }
    if not texts:
        return None, ""
    column = content_columns(with_shared_content(experiment, run)).text
    return (texts[column], column) if column in texts else (None, "")


def picture_size(
    experiment: Experiment, run: Run, root: Path, example: str, row: Any
) -> tuple[int, int] | None:
    """Rows and columns of pixels, if the row's columns are those of the example's image."""
    if not isinstance(row, np.ndarray):
        return None
    size = _image_size(experiment, run, root, example)
    if size is None:
        return None
    if row.ndim > 2:
        return (row.shape[1], row.shape[2])
    height, width = size
    for channels in _CHANNELS:
        pixels, rest = divmod(row.shape[1], channels)
        rows = isqrt(pixels * height // width)
        if not rest and rows and pixels % rows == 0 and rows * width == pixels // rows * height:
            return rows, pixels // rows
    return None


def _image_size(
    experiment: Experiment, run: Run, root: Path, example: str
) -> tuple[int, int] | None:
    from diagnostics.examples.content import content_columns, content_of, with_shared_content
    from diagnostics.examples.images import image_bytes, image_size

    shared = with_shared_content(experiment, run)
    column = content_columns(shared).image
    data = image_bytes(content_of(shared, example).get(column), root) if column else None
    return image_size(data) if data else None


def input_names(model: Model, row: Any, picture: tuple[int, int] | None) -> tuple[str, ...]:
    """Words for the columns of a row, those of pixels say where they are; none for a text."""
    if isinstance(row, list):
        return ()
    if hasattr(row, "columns"):
        return tuple(str(name) for name in row.columns)
    size = int(np.prod(row.shape[1:]))
    if picture is not None:
        names = _CHANNELS[size // (picture[0] * picture[1])]
        return tuple(
            f"row {line + 1}, column {column + 1}{channel}"
            for line in range(picture[0])
            for column in range(picture[1])
            for channel in names
        )
    known = getattr(model.estimator, "feature_names_in_", ())
    if len(known) == size:
        return tuple(str(name) for name in known)
    return tuple(f"feature {at}" for at in range(size))
