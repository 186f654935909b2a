"""What people shall see of recorded examples: texts, fields or images, as one table."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from diagnostics.errors import DiagnosticsError

if TYPE_CHECKING:
    import polars as pl


def showable(X: Any) -> Any:
    """`X` if people can read it: texts or a frame."""
    if X is None or hasattr(X, "columns"):
        return X
    if isinstance(X, list | tuple) and X and isinstance(X[0], str):
        return X
    return X if getattr(getattr(X, "dtype", None), "kind", "") in "OUT" and _is_text(X) else None


def _is_text(values: Any) -> bool:
    return (
        getattr(values, "ndim", 1) == 1 and len(values) > 0 and isinstance(next(iter(values)), str)
    )


def content_table(content: Any, ids: list[str]) -> pl.DataFrame | None:
    """The examples' table: one row per id, `text`, `image` or the columns that were given."""
    import polars as pl

    if content is None:
        return None
    kept = {}
    for name, values in columns_of(content):  # one at a time: as lists they are large
        if len(values) != len(ids):
            raise DiagnosticsError(
                f"content column {name!r} has {len(values)} rows, not {len(ids)}."
            )
        if name != "example":
            kept[name] = _storable(values)
    frame = pl.DataFrame({"example": ids, **kept}, strict=False)
    return frame.unique("example", keep="first", maintain_order=True).sort("example")


def columns_of(content: Any) -> Iterator[tuple[str, Any]]:
    """The columns of a frame or mapping; texts, images and plain arrays get names of their own."""
    if hasattr(content, "columns"):
        yield from ((str(name), _series(content[name])) for name in content.columns)
    elif isinstance(content, Mapping):
        yield from ((str(name), list(values)) for name, values in content.items())
    elif isinstance(content, np.ndarray) and content.ndim in (3, 4):
        yield "image", [_png(image) for image in content]
    elif isinstance(content, np.ndarray) and content.ndim == 2:
        yield from ((f"feature {index}", column) for index, column in enumerate(content.T))
    else:
        yield "text", [None if value is None else str(value) for value in content]


def _storable(values: Any) -> Any:
    """A column that a table can hold; one of mixed, nested or unheard-of values as their texts."""
    import polars as pl

    if isinstance(values, np.ndarray):
        return pl.Series(values, nan_to_null=True)
    is_number = all(value is None or isinstance(value, int | float) for value in values)
    try:
        column = pl.Series(values, strict=not is_number)
        if column.dtype != pl.Object and not column.dtype.is_nested():
            return column
    except (TypeError, ValueError, pl.exceptions.PolarsError):
        pass
    return [None if value is None else str(value) for value in values]


def _series(column: Any) -> Any:
    if isinstance(getattr(column, "dtype", None), np.dtype) and column.dtype.kind in "iufb":
        return column.to_numpy()
    values = column.tolist() if hasattr(column, "tolist") else column.to_list()
    return [None if isinstance(value, float) and math.isnan(value) else value for value in values]


def _png(image: np.ndarray) -> bytes:
    import io

    from PIL import Image

    if image.ndim == 3 and image.shape[2] == 1:
        image = image[:, :, 0]
    pixels = (
        image if image.dtype == np.uint8 else (np.clip(image, 0, 1) * 255).round().astype(np.uint8)
    )
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "png", optimize=True)
    return buffer.getvalue()
