"""The canonical tables: their columns, the columns derived once, and how they lie on disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from diagnostics.errors import DiagnosticsError
from diagnostics.workspace.labels import natural_order

#: One row per answer. In the files labels are codes into the run's label list.
PREDICTIONS: dict[str, Any] = {
    "example": pl.String,
    "split": pl.String,
    "fold": pl.Int32,
    "true_label": pl.Int32,
    "predicted_label": pl.Int32,
    "confidence": pl.Float64,
    "true_confidence": pl.Float64,
    "margin": pl.Float64,
    "entropy": pl.Float64,
    "true_rank": pl.Int32,
    "probabilities": pl.List(pl.Float32),
}
#: The columns that are read from the vectors.
FIGURES = ("confidence", "true_confidence", "margin", "entropy", "true_rank")
#: How often each true label got each answer.
CONFUSION: dict[str, Any] = {
    "split": pl.String,
    "fold": pl.Int32,
    "true_label": pl.Int32,
    "predicted_label": pl.Int32,
    "n": pl.Int64,
}
#: Confidence in 1,000 equal bins, (lower, upper]; the first one includes 0.
CALIBRATION: dict[str, Any] = {
    "split": pl.String,
    "predicted_label": pl.Int32,
    "bin": pl.Int32,
    "correct": pl.Boolean,
    "n": pl.Int64,
    "sum_confidence": pl.Float64,
    "sum_squares": pl.Float64,
}
#: Per-class figures that a tool wrote.
REPORT: dict[str, Any] = {
    "label": pl.Int32,
    "precision": pl.Float64,
    "recall": pl.Float64,
    "f1": pl.Float64,
    "support": pl.Int64,
}
IMPORTANCES: dict[str, Any] = {
    "feature": pl.String,
    "label": pl.String,
    "method": pl.String,
    "mean": pl.Float64,
    "std": pl.Float64,
}

#: Rows that are turned into derived columns at a time: bounds the memory of the sort.
CHUNK = 65_536
ROW_GROUP = 125_000


def empty(schema: dict[str, Any]) -> pl.DataFrame:
    """A frame with the columns of `schema` and no rows."""
    return pl.DataFrame(schema=schema)


def conform(frame: pl.DataFrame, schema: dict[str, Any]) -> pl.DataFrame:
    """`frame` with exactly the columns of `schema`; what it lacks is null."""
    return frame.select(
        pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in schema.items()
    )


def predictions_frame(
    *,
    example: Sequence[str] | pl.Series,
    true_label: Sequence[str | None] | pl.Series | None = None,
    predicted_label: Sequence[str | None] | pl.Series | None = None,
    confidence: Any = None,
    probabilities: Any = None,
    labels: Sequence[str] | None = None,
    split: str | Sequence[str] | pl.Series = "test",
    fold: Sequence[int | None] | pl.Series | None = None,
) -> tuple[pl.DataFrame, list[str]]:
    """The canonical predictions table and its label list, from columns as they come.

    Parameters
    ----------
    example
        One id per row; as text.
    true_label, predicted_label
        Labels as text, None where unknown. Without `predicted_label` it is the most
        probable label.
    confidence
        Probability of the predicted label, 0 to 1, NaN or None where unknown. Ignored where
        `probabilities` are given: then it is read from them.
    probabilities
        Array of shape (rows, len(labels)), aligned with `labels`; NaN rows are unknown.
    labels
        The columns of `probabilities`. Labels seen elsewhere are added.

    Returns
    -------
    The table with the columns of `PREDICTIONS`, sorted by `example`, and the label list that
    its codes point into, in natural order. `margin` is the difference between the two largest
    probabilities, `entropy` is in nats, `true_rank` is 1 plus the number of labels that are
    strictly more probable than the true one.

    Raises
    ------
    DiagnosticsError
        If lengths differ, or if there is neither `predicted_label` nor `probabilities`.
    """
    n = len(example)
    given = {"true_label": true_label, "predicted_label": predicted_label, "fold": fold}
    for name, column in [
        *given.items(),
        ("confidence", confidence),
        ("probabilities", probabilities),
    ]:
        if column is not None and len(column) != n:
            raise DiagnosticsError(f"{name} has {len(column)} rows, but there are {n} examples.")
    truth = pl.Series("true_label", true_label if true_label is not None else [None] * n, pl.String)
    if probabilities is not None and labels is None:
        raise DiagnosticsError("probabilities need labels, one for each column.")
    if probabilities is not None and labels is not None:
        _require_columns(np.asarray(probabilities), list(labels))
    if predicted_label is None:
        if probabilities is None or labels is None:
            raise DiagnosticsError("Neither predicted_label nor probabilities were given.")
        predicted_label = _most_probable(np.asarray(probabilities), list(labels))
    answer = pl.Series("predicted_label", predicted_label, pl.String)

    seen = set(truth.unique().drop_nulls()) | set(answer.unique().drop_nulls()) | set(labels or ())
    order = natural_order(seen)
    codes = pl.DataFrame(
        {"label": order, "code": range(len(order))}, schema={"label": pl.String, "code": pl.Int32}
    )
    frame = pl.DataFrame(
        {
            "example": pl.Series("example", example, pl.String),
            "split": pl.Series(
                "split", [split] * n if isinstance(split, str) else split, pl.String
            ),
            "fold": pl.Series("fold", fold if fold is not None else [None] * n, pl.Int32),
            "true_label": _coded(truth, codes),
            "predicted_label": _coded(answer, codes),
        }
    )
    if probabilities is not None and labels is not None:
        column = np.asarray([order.index(label) for label in labels])
        frame = frame.with_columns(**_derived(np.asarray(probabilities), column, len(order), frame))
    elif confidence is not None:
        known = pl.Series("confidence", np.asarray(confidence, dtype=float)).fill_nan(None)
        right = frame["true_label"] == frame["predicted_label"]
        frame = frame.with_columns(
            confidence=known, true_confidence=pl.select(pl.when(right).then(known)).to_series()
        )
    return conform(frame, PREDICTIONS).sort("example", maintain_order=True), order


def _require_columns(probabilities: np.ndarray, labels: list[str]) -> None:
    columns = probabilities.shape[1] if probabilities.ndim == 2 else 0
    if columns != len(labels) and len(probabilities):
        raise DiagnosticsError(
            f"There are {columns:,} columns of probabilities for {len(labels):,} labels."
        )


def _most_probable(probabilities: np.ndarray, labels: list[str]) -> list[str | None]:
    known = ~np.isnan(probabilities).any(axis=1)
    best = np.where(known, np.nan_to_num(probabilities).argmax(axis=1), -1)
    return [labels[code] if code >= 0 else None for code in best]


def _coded(values: pl.Series, codes: pl.DataFrame) -> pl.Series:
    joined = values.to_frame("label").join(codes, on="label", how="left", maintain_order="left")
    return joined["code"]


def _derived(
    probabilities: np.ndarray, column: np.ndarray, n_labels: int, frame: pl.DataFrame
) -> dict[str, pl.Series]:
    """Confidence and its relatives from the vectors; vectors re-ordered to the label list."""
    truth = frame["true_label"].fill_null(-1).to_numpy()
    answer = frame["predicted_label"].fill_null(-1).to_numpy()
    figures = {name: np.empty(len(frame)) for name in FIGURES}
    vectors = np.zeros((len(frame), n_labels), dtype=np.float32)
    for start in range(0, len(frame), CHUNK):
        rows = slice(start, start + CHUNK)
        p = np.zeros((len(truth[rows]), n_labels))
        p[:, column] = probabilities[rows]
        p[np.isnan(p).any(axis=1)] = np.nan  # half a vector is no evidence
        vectors[rows] = p
        for name, values in _figures(p, truth=truth[rows], answer=answer[rows]).items():
            figures[name][rows] = values
    known = ~np.isnan(vectors).any(axis=1)
    lists = (
        pl.Series("probabilities", vectors).cast(pl.List(pl.Float32))
        if n_labels and len(frame)
        else pl.Series("probabilities", [], pl.List(pl.Float32))
    )
    return {
        "confidence": pl.Series(figures["confidence"]).fill_nan(None),
        "true_confidence": pl.Series(figures["true_confidence"]).fill_nan(None),
        "margin": pl.Series(figures["margin"]).fill_nan(None),
        "entropy": pl.Series(figures["entropy"]).fill_nan(None).clip(0.0).abs(),
        "true_rank": pl.Series(figures["true_rank"]).fill_nan(None).cast(pl.Int32),
        "probabilities": pl.select(pl.when(pl.Series(known)).then(lists)).to_series()
        if len(frame)
        else lists,
    }


def _figures(p: np.ndarray, *, truth: np.ndarray, answer: np.ndarray) -> dict[str, np.ndarray]:
    """`FIGURES` of vectors (rows × labels), NaN where unknown; an unknown code is -1."""
    at = np.arange(len(p))
    of_answer = np.where(answer >= 0, p[at, answer], np.nan)
    of_truth = np.where(truth >= 0, p[at, truth], np.nan)
    top = np.partition(p, -2, axis=1)[:, -2:] if p.shape[1] > 1 else np.c_[np.zeros(len(p)), p]
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(p > 0, p * np.log(p), np.where(np.isnan(p), np.nan, 0.0))
        rank = np.where(np.isnan(of_truth), np.nan, 1 + (p > of_truth[:, None]).sum(axis=1))
    return {
        "confidence": of_answer,
        "true_confidence": of_truth,
        "margin": top[:, 1] - top[:, 0],
        "entropy": -terms.sum(axis=1),
        "true_rank": rank,
    }


def write(frame: pl.DataFrame, path: Path) -> None:
    """Write one table; the folder is the caller's, who publishes it whole."""
    frame.write_parquet(path, compression="zstd", row_group_size=ROW_GROUP, statistics=True)
