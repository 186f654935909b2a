"""What a model was fed of examples that nobody kept any words or columns of, such as pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from diagnostics.errors import DiagnosticsError
from diagnostics.examples.images import image_bytes, image_size
from diagnostics.workspace.model_inputs import TEXT, read_inputs

if TYPE_CHECKING:
    import polars as pl

    from diagnostics.workspace import Run

#: Features that are looked at, the first ones of a model that takes more.
MOST_FEATURES = 600


def fed_features(
    run: Run, root: Path | None, content: pl.DataFrame, image: str | None
) -> pl.DataFrame | None:
    """The features that a run's model was fed, a row for each example; None if they are not kept.

    The columns are those of a frame, or of an array named by their places: `row 3, column 4` of
    the pictures in the column `image` where the array has a number for each dot, `feature 0` else.
    """
    import polars as pl

    if root is None or run.inputs in ("", TEXT):
        return None
    try:
        rows = read_inputs(root / run.inputs, content["example"].to_list())
    except DiagnosticsError:
        return None
    if hasattr(rows, "columns"):
        return pl.from_pandas(rows.iloc[:, :MOST_FEATURES])
    size = image_size(image_bytes(content[image][0], root) or b"") if image else None
    names = _names(rows.shape[1:], size)[:MOST_FEATURES]
    if hasattr(rows, "tocsc"):
        flat = rows.tocsc()[:, : len(names)].toarray()
    else:
        flat = rows.reshape(len(rows), -1)[:, : len(names)]
    return pl.DataFrame({name: np.ascontiguousarray(flat[:, at]) for at, name in enumerate(names)})


def _names(shape: Sequence[int], picture: tuple[int, int] | None) -> list[str]:
    if picture is not None and int(np.prod(shape)) == picture[0] * picture[1]:
        shape = picture
    if len(shape) == 1:
        return [f"feature {at}" for at in range(shape[0])]
    words = {2: ("row", "column"), 3: ("row", "column", "channel")}
    parts = words.get(len(shape), tuple(f"axis {number}" for number in range(1, len(shape) + 1)))
    return [
        ", ".join(f"{part} {at + 1}" for part, at in zip(parts, place, strict=True))
        for place in np.ndindex(*shape)
    ]


__all__ = ["MOST_FEATURES", "fed_features"]
