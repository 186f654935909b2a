"""Examples as vectors: texts, images and rows of fields, each in a form that can be compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

#: From rows of content to one vector each.
Encoder = Callable[["pl.DataFrame"], Any]

#: Characters of a text that are looked at.
TEXT_START = 2_000
#: Text fields with at most so many values are compared.
FEW_VALUES = 20
#: Grey values of an image, on each side.
SIDE = 16


def text_encoder(name: str, texts: Sequence[str]) -> tuple[Encoder, Any]:
    """TF-IDF weights of words and of parts of words, rows of length 1; and those of `texts`."""
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import TfidfVectorizer

    shapes = (
        {"analyzer": "char_wb", "ngram_range": (2, 4), "max_features": 100_000},
        {"analyzer": "word", "token_pattern": r"(?u)\b\w+\b"},
    )
    fitted = []
    for shape in shapes:
        vectorizer = TfidfVectorizer(sublinear_tf=True, dtype=np.float32, **shape)
        try:
            fitted.append((vectorizer, vectorizer.fit_transform(texts)))
        except ValueError:  # nothing in the texts has this shape
            continue

    def encode(content: pl.DataFrame) -> Any:
        asked = [str(text or "")[:TEXT_START] for text in content[name]]
        parts = [vectorizer.transform(asked) for vectorizer, _ in fitted]
        return _unit_rows(hstack(parts).tocsr()) if parts else np.zeros((len(asked), 1))

    vectors = _unit_rows(hstack([matrix for _, matrix in fitted]).tocsr()) if fitted else None
    return encode, vectors if vectors is not None else np.zeros((len(texts), 1))


def _unit_rows(matrix: Any) -> Any:
    from sklearn.preprocessing import normalize

    return normalize(matrix, copy=False)


def image_encoder(name: str, root: Path) -> Encoder:
    """Grey values around their mean, rows of length 1; zeros where there is no image."""
    from diagnostics.examples.images import grey_pixels, image_bytes

    def encode(content: pl.DataFrame) -> Any:
        vectors = np.zeros((len(content), SIDE * SIDE), dtype=np.float32)
        for row, value in enumerate(content[name]):
            data = image_bytes(value, root)
            pixels = grey_pixels(data, side=SIDE) if data else None
            if pixels is not None:
                vectors[row] = pixels.ravel() - pixels.mean()
        return _unit_rows(vectors)

    return encode


def field_encoder(frame: pl.DataFrame, fields: Sequence[str]) -> Encoder:
    """Numbers by their distance from the mean in standard deviations, few texts as 0 or 1.

    A missing number stands at the mean; a missing text has no value in common with any.
    """
    import polars as pl

    scales: dict[str, tuple[float, float]] = {}
    values: dict[str, list[str]] = {}
    for name in fields:
        dtype = frame.schema[name]
        if dtype.is_numeric() or dtype == pl.Boolean:
            column = frame[name].cast(pl.Float64).fill_nan(None)
            scales[name] = (float(column.mean() or 0), float(column.std() or 0) or 1.0)  # type: ignore[arg-type]
        elif dtype == pl.String and frame[name].n_unique() <= FEW_VALUES:
            values[name] = sorted(frame[name].drop_nulls().unique())

    def encode(content: pl.DataFrame) -> Any:
        numbers = [
            ((content[name].cast(pl.Float64).fill_nan(None) - mean) / spread).fill_null(0)
            for name, (mean, spread) in scales.items()
        ]
        flags = [
            (content[name] == value).fill_null(value=False).cast(pl.Float64)
            for name, known in values.items()
            for value in known
        ]
        columns = [series.to_numpy() for series in (*numbers, *flags)]
        return np.stack(columns, axis=1) if columns else np.zeros((len(content), 1))

    return encode
