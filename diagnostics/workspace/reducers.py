"""Plans that turn predictions of any size, on any engine, into small additive tables.

Every plan takes a frame that narwhals knows (pandas, Polars, PyArrow, DuckDB, PySpark, …) with the
columns of the canonical predictions table, and stays within the operations that all engines
share: no `top_k`, no `unpivot`, sums cast afterwards, null order stated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import narwhals.stable.v2 as nw

from diagnostics.errors import DiagnosticsError

if TYPE_CHECKING:
    import pyarrow as pa

By = Literal["confident-mistakes", "uncertain", "nearly-right", "confident-correct", "all", "moved"]
Measure = Literal["margin", "entropy", "confidence"]

RANKINGS: tuple[By, ...] = get_args(By)
#: Rankings of all answers: those that have no number to rank them by stand at the end.
THROUGHOUT: tuple[By, ...] = ("all", "moved")
#: Bins of the calibration cube; any number of bins that divides it can be made from it exactly.
BINS = 1000


def lazy(predictions: Any, needed: Sequence[str]) -> nw.LazyFrame[Any]:
    """Any frame as a lazy narwhals frame.

    Raises
    ------
    DiagnosticsError
        If it is not a frame, or lacks one of the columns `needed`.
    """
    try:
        frame: nw.LazyFrame[Any] = nw.from_native(predictions).lazy()
    except TypeError:
        raise DiagnosticsError(
            f"predictions must be a dataframe, not {type(predictions).__name__}."
        ) from None
    columns = frame.collect_schema().names()
    missing = [name for name in needed if name not in columns]
    if missing:
        raise DiagnosticsError(
            f"Column {missing[0]!r} not found in the predictions.",
            hint=f"They have: {', '.join(columns)}.",
        )
    return frame


def present(frame: nw.LazyFrame[Any], names: Sequence[str]) -> list[str]:
    """Those of `names` that the frame has."""
    columns = frame.collect_schema().names()
    return [name for name in names if name in columns]


def collect(plan: nw.LazyFrame[Any]) -> pa.Table:
    """Run the plan where its data lives and bring the small result here."""
    return plan.collect(backend="pyarrow").to_native()


def is_wrong() -> nw.Expr:
    """True where there is a truth and the answer is another."""
    return nw.col("true_label") != nw.col("predicted_label")


def is_right() -> nw.Expr:
    """True where there is a truth and the answer is the same."""
    return nw.col("true_label") == nw.col("predicted_label")


def known(column: str) -> nw.Expr:
    """True where a number is there: neither null nor NaN."""
    return ~nw.col(column).is_null() & ~nw.col(column).is_nan()


def confusion(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """`run`, `split`, `fold` (those present), `true_label`, `predicted_label` → `n`."""
    keys = [*present(frame, ["run", "split", "fold"]), "true_label", "predicted_label"]
    return _counted(frame.group_by(keys).agg(nw.len().alias("n")))


def calibration(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """`run`, `split`, `predicted_label`, `bin`, `correct` → `n` and sums of the confidence.

    Bins are (lower, upper], the first includes 0. The product is rounded at nine digits first:
    0.07 × 1000 is a little more than 70 in floating point, yet belongs to the bin that ends there.
    """
    keys = [*present(frame, ["run", "split"]), "predicted_label", "bin", "correct"]
    position = (nw.col("confidence") * BINS).round(9).ceil().clip(1, BINS) - 1
    rows = frame.filter(known("confidence"), ~nw.col("true_label").is_null()).with_columns(
        bin=position.cast(nw.Int32),
        correct=is_right(),
        square=nw.col("confidence") * nw.col("confidence"),
    )
    sums = rows.group_by(keys).agg(
        nw.len().alias("n"),
        nw.col("confidence").sum().alias("sum_confidence"),
        nw.col("square").sum().alias("sum_squares"),
    )
    return _counted(sums)


def _counted(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Counts as whole numbers of one type: DuckDB's sums arrive as decimals, others as 32 bits."""
    whole = present(frame, ["n", "wrong", "runs"])
    return frame.with_columns(nw.col(whole).cast(nw.Int64))


def pairs(first: nw.LazyFrame[Any], second: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Rows of two runs joined on `example`: `true_label`, `predicted_a`, `predicted_b` → `n`.

    Only examples whose truth agrees are paired; labels must be coded alike in both.
    """
    keys = [
        "example",
        *[name for name in present(first, ["fold"]) if name in present(second, ["fold"])],
    ]
    if "fold" in keys:
        first, second = (
            side.with_columns(nw.col("fold").fill_null(-1)) for side in (first, second)
        )
    columns = [*keys, "true_label", "predicted_label"]
    left = first.select(columns).rename({"predicted_label": "predicted_a"})
    right = second.select(columns).rename(
        {"predicted_label": "predicted_b", "true_label": "truth_b"}
    )
    joined = left.join(right, on=keys, how="inner").filter(
        nw.col("true_label") == nw.col("truth_b")
    )
    cells = joined.group_by(["true_label", "predicted_a", "predicted_b"])
    return _counted(cells.agg(nw.len().alias("n")))


def matches(
    first: nw.LazyFrame[Any], second: nw.LazyFrame[Any], keys: Sequence[str]
) -> nw.LazyFrame[Any]:
    """Rows of two runs joined on `keys`, whatever their truths: `true_a`, `predicted_a`, `true_b`,
    `predicted_b` → `n`. Each run may have its own codes.
    """  # noqa: D205
    sides = []
    for frame, side in ((first, "a"), (second, "b")):
        labels = [nw.col(f"{name}_label").alias(f"{name}_{side}") for name in ("true", "predicted")]
        sides.append(frame.select(*keys, *labels))
    joined = sides[0].join(sides[1], on=list(keys), how="inner")
    cells = joined.group_by(["true_a", "predicted_a", "true_b", "predicted_b"])
    return _counted(cells.agg(nw.len().alias("n")))


def repeated(frame: nw.LazyFrame[Any], keys: Sequence[str]) -> nw.LazyFrame[Any]:
    """The values of `keys` that more than one row has."""
    counts = frame.group_by(list(keys)).agg(nw.len().alias("n"))
    return counts.filter(nw.col("n") > 1).select(list(keys))


def wrong_runs(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """`example` → `wrong`, its rows that were answered wrongly, and `runs`, how many it has."""
    rows = frame.filter(~nw.col("true_label").is_null()).with_columns(
        is_wrong=nw.when(is_wrong()).then(nw.lit(1)).otherwise(nw.lit(0))
    )
    counts = rows.group_by("example").agg(
        nw.col("is_wrong").sum().alias("wrong"), nw.len().alias("runs")
    )
    return _counted(counts)


@dataclass(frozen=True, eq=False)
class Pool:
    """The rows that a ranking is about, and what ranks them: `known` of the `total` have it."""

    by: By
    rows: nw.LazyFrame[Any]
    column: str
    descending: bool
    known: int
    total: int

    def first(self, k: int) -> pa.Table:
        """The first `k` of those that have a number; in `THROUGHOUT` the others at the end."""
        if self.by in THROUGHOUT:
            return collect(ranked_throughout(self.rows, self.column, k=k))
        return collect(ranked(self.rows, self.column, descending=self.descending, k=k))

    def first_by_id(self, k: int) -> pa.Table:
        """The first `k` of all, in the order of their ids."""
        ties = ["example", *present(self.rows, ["fold"])]
        return collect(self.rows.sort(*ties, nulls_last=True).head(k))


def pool(predictions: Any, by: By, measure: Measure) -> Pool:
    """What a ranking is about; where nothing has the `measure`, the confidence ranks.

    Raises
    ------
    DiagnosticsError
        If there is no such ranking, or the frame lacks what it needs.
    """
    if by not in RANKINGS:
        raise DiagnosticsError(
            f"There is no ranking {by!r}.", hint=f"Use one of {', '.join(RANKINGS)}."
        )
    frame = lazy(predictions, ["example", "predicted_label", "confidence", *_needed(by)])
    rows = ranking_pool(frame, by)
    column, descending = ranking_measure(by, measure, frame.collect_schema().names())
    n_known, total = _sizes(rows, column)
    if not n_known and column not in ("confidence", "moved"):
        column, descending = "confidence", False
        n_known, total = _sizes(rows, column)
    return Pool(by, rows, column, descending, n_known, total)


def _needed(by: By) -> list[str]:
    if by in ("uncertain", "all"):
        return []
    if by == "moved":
        return ["moved"]
    return ["true_label", "margin", "true_rank"] if by == "nearly-right" else ["true_label"]


def _sizes(rows: nw.LazyFrame[Any], column: str) -> tuple[int, int]:
    """Rows that have the number, and rows in all."""
    flagged = rows.select(has=nw.when(known(column)).then(nw.lit(1)).otherwise(nw.lit(0)))
    plan = flagged.select(
        total=nw.col("has").sum().cast(nw.Int64), everything=nw.len().cast(nw.Int64)
    )
    row = collect(plan).to_pylist()[0]
    return int(row["total"] or 0), int(row["everything"])


def ranking_measure(by: By, measure: Measure, columns: Sequence[str]) -> tuple[str, bool]:
    """The column that ranks, and whether it descends, given what the frame has."""
    if by in ("confident-mistakes", "confident-correct", "all"):
        return "confidence", True
    if by == "moved":
        return "moved", True
    if by == "nearly-right":
        return "margin", False
    name = measure if measure in columns else "confidence"
    return name, name == "entropy"


def ranking_pool(frame: nw.LazyFrame[Any], by: By) -> nw.LazyFrame[Any]:
    """The rows that a ranking is about, whatever their confidence."""
    if by == "confident-mistakes":
        return frame.filter(is_wrong())
    if by == "confident-correct":
        return frame.filter(is_right())
    if by == "nearly-right":
        return frame.filter(is_wrong(), nw.col("true_rank") <= 2)
    return frame


def ranked(frame: nw.LazyFrame[Any], column: str, *, descending: bool, k: int) -> nw.LazyFrame[Any]:
    """The first `k` rows by `column`; ties by example id, then fold: the same on every engine."""
    ties = ["example", *present(frame, ["fold"])]
    return (
        _up_to(frame.filter(known(column)), column, descending=descending, k=k)
        .sort(column, *ties, descending=[descending, *[False] * len(ties)], nulls_last=True)
        .head(k)
    )


def ranked_throughout(frame: nw.LazyFrame[Any], column: str, *, k: int) -> nw.LazyFrame[Any]:
    """The first `k` rows by `column` descending, those without it last; ties as in `ranked`."""
    ties = ["example", *present(frame, ["fold"])]
    number = nw.when(known(column)).then(nw.col(column))
    edge = _edge(frame.filter(known(column)), column, descending=True, k=k)
    near = frame if edge is None else frame.filter((nw.col(column) >= edge) | ~known(column))
    return (
        near.with_columns(_number=number)
        .sort("_number", *ties, descending=[True, *[False] * len(ties)], nulls_last=True)
        .head(k)
        .drop("_number")
    )


def _up_to(frame: nw.LazyFrame[Any], column: str, *, descending: bool, k: int) -> nw.LazyFrame[Any]:
    """The rows that can be among the first `k`: up to the value of the k-th, and all that tie.

    With Polars one column is looked at first, and the others are read for those few rows only: a
    list of half a million answers costs a third. Elsewhere the frame as it is.
    """
    edge = _edge(frame, column, descending=descending, k=k)
    if edge is None:
        return frame
    return frame.filter(nw.col(column) >= edge if descending else nw.col(column) <= edge)


def _edge(frame: nw.LazyFrame[Any], column: str, *, descending: bool, k: int) -> Any:
    """The value of the k-th row; None if there is none, or where looking would not save time."""
    if not frame.implementation.is_polars():
        return None
    import polars as pl

    values = pl.col(column)
    last = values.top_k(k).min() if descending else values.bottom_k(k).max()
    return frame.to_native().select(last).collect().item()
