"""Two columns that say the same in other words: the number and the name of one label."""

from __future__ import annotations

import numpy as np
import polars as pl


def translation(codes: pl.Series, names: pl.Series) -> dict[str, str] | None:
    """Each label of the one column as the other says it; None unless that is one-to-one."""
    pairs = pl.DataFrame({"code": codes, "name": names}).drop_nulls().unique(maintain_order=True)
    if not len(pairs) or pairs["code"].is_duplicated().any() or pairs["name"].is_duplicated().any():
        return None
    if codes.is_null().ne(names.is_null()).any():
        return None
    return dict(zip(pairs["code"], pairs["name"], strict=True))


def is_cut(scores: np.ndarray, is_positive: np.ndarray) -> bool:
    """Whether one threshold separates the rows of two labels, either way round."""
    return bool(threshold(scores, is_positive) or threshold(scores, ~is_positive))


def threshold(scores: np.ndarray, is_positive: np.ndarray) -> tuple[float, float] | None:
    """The highest score of the others and the lowest of a label that lies above all of them."""
    usable = ~np.isnan(scores)
    upper, lower = scores[usable & is_positive], scores[usable & ~is_positive]
    if not len(upper) or not len(lower) or upper.min() <= lower.max():
        return None
    return float(lower.max()), float(upper.min())
