"""Answers counted by their confidence: what every threshold is judged by."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from diagnostics.statistics.metrics import Counts, Figures
from diagnostics.workspace import NO_PREDICTION, reducers

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw

    from diagnostics.workspace import Run

#: Predicted labels that are no answer, whatever else is chosen.
NO_ANSWER = ("", NO_PREDICTION)
#: Stand in the place of a confidence where there is none: far below every real one.
_ABSTAINED, _UNKNOWN = -1e300, -2e300
#: How far a probability may lie outside 0 to 1 for having been computed in few digits.
ROUNDING = 1e-6


@dataclass(frozen=True, eq=False)
class SelectiveCounts:
    """Answers at each distinct confidence, the highest first: arrays of equal length.

    `n` answers have this `confidence`, `wrong` of them are wrong, `outside` of the wrong ones
    belong to no class that should be answered (out of scope): to withhold those is right.
    `abstained` more examples got no answer from the model itself, `abstained_outside` of them
    rightly. `left_out` answers have no truth or no confidence and are counted nowhere else.
    """

    confidence: Figures
    n: Counts
    wrong: Counts
    outside: Counts
    abstained: int = 0
    abstained_outside: int = 0
    left_out: int = 0

    @cached_property
    def answered(self) -> Counts:
        """How many are answered with each confidence as the threshold."""
        answered: Counts = np.cumsum(self.n)
        return answered

    @cached_property
    def wrong_answered(self) -> Counts:
        """How many of `answered` are wrong."""
        wrong: Counts = np.cumsum(self.wrong)
        return wrong

    @cached_property
    def outside_answered(self) -> Counts:
        """How many of `wrong_answered` are out of scope."""
        outside: Counts = np.cumsum(self.outside)
        return outside

    @property
    def candidates(self) -> int:
        """Answers that a threshold decides about."""
        return int(self.n.sum())

    @property
    def errors(self) -> int:
        """How many of these are wrong."""
        return int(self.wrong.sum())

    @property
    def is_probability(self) -> bool:
        """Whether every confidence lies between 0 and 1, but for rounding."""
        inside = (self.confidence >= -ROUNDING) & (self.confidence <= 1 + ROUNDING)
        return bool(inside.all())

    @property
    def total(self) -> int:
        """All examples with a truth: the candidates and those without an answer."""
        return self.candidates + self.abstained

    def threshold(self, position: int) -> float:
        """The shortest decimal that answers down to `confidence[position]`; 0 to answer all.

        Every number above the next lower confidence, up to this one, answers the same.
        """
        if position == len(self.confidence) - 1 and self.confidence[position] >= 0:
            return 0.0
        lower = self.confidence[position + 1] if position + 1 < len(self.confidence) else -np.inf
        return shortest_decimal(float(lower), float(self.confidence[position]))


def selective_counts(predictions: Any, *, none_labels: Collection[Any] = ()) -> SelectiveCounts:
    """The answers of any frame of predictions by their confidence.

    Parameters
    ----------
    predictions
        Any frame that narwhals knows, lazy or not: `true_label`, `predicted_label`,
        `confidence`. All its rows are counted together: filter by run and split before.
    none_labels
        Labels that mean "no answer", such as `out_of_scope`: predicted, they are an abstention;
        as the truth they make every answer wrong and every abstention right. A predicted
        label that is missing, empty or `(no prediction)` always is an abstention.

    Raises
    ------
    DiagnosticsError
        If it is no frame or a column is missing.
    """
    frame = reducers.lazy(predictions, ["true_label", "predicted_label", "confidence"])
    is_coded = frame.collect_schema()["predicted_label"].is_numeric()
    silent = [*none_labels] if is_coded else [*NO_ANSWER, *none_labels]
    return _counts(frame, none=list(none_labels), silent=silent)


def selective_counts_of_run(
    run: Run,
    *,
    split: str | None = None,
    none_labels: Collection[str] = (),
    predicted_label: str | None = None,
) -> SelectiveCounts:
    """A run's answers by their confidence, on one split (its held-out one if None).

    As `selective_counts`; with `predicted_label` only the answers with this label.

    Raises
    ------
    DiagnosticsError
        If the run has no such split.
    """
    import polars as pl

    rows = rows_of_split(run, split)
    if predicted_label is not None:
        code = run.labels.index(predicted_label) if predicted_label in run.labels else -1
        rows = rows.filter(pl.col("predicted_label") == code)
    return _counts(reducers.lazy(rows, []), **label_codes(run, none_labels))


def rows_of_split(run: Run, split: str | None, *more: str) -> Any:
    """The run's true labels, answers, confidences and `more` on one split; codes; lazy."""
    import polars as pl

    from diagnostics.workspace import stored_tables

    split = run.known_split(split)
    rows = stored_tables.scan(run)
    if list(run.splits) != [split]:
        rows = rows.filter(pl.col("split") == split)
    return rows.select("true_label", "predicted_label", "confidence", *more)


def label_codes(run: Run, none_labels: Collection[str]) -> dict[str, list[int]]:
    """The codes of the labels that need no answer, `none`, and of those that are none, `silent`."""
    none = [code for code, label in enumerate(run.labels) if label in none_labels]
    silent = [code for code, label in enumerate(run.labels) if label in NO_ANSWER]
    return {"none": none, "silent": [*none, *silent]}


def rows_with_levels(
    frame: nw.LazyFrame[Any], *, none: Sequence[Any], silent: Sequence[Any]
) -> nw.LazyFrame[Any]:
    """The judged rows with `level` (the confidence, or what stands for it), `wrong`, `outside`."""
    import narwhals.stable.v2 as nw

    one, zero = nw.lit(1), nw.lit(0)
    answer, truth = nw.col("predicted_label"), nw.col("true_label")
    abstains = answer.is_null()
    if silent:
        abstains = abstains | answer.is_in(silent)
    outside = truth.is_in(none) if none else nw.lit(False)
    found = nw.when(reducers.known("confidence")).then(nw.col("confidence").cast(nw.Float64))
    rows: nw.LazyFrame[Any] = frame.filter(~truth.is_null()).with_columns(
        level=nw.when(abstains).then(nw.lit(_ABSTAINED)).otherwise(found.otherwise(_UNKNOWN)),
        wrong=nw.when(reducers.is_right()).then(zero).otherwise(one),
        outside=nw.when(outside).then(one).otherwise(zero),
    )
    return rows


def _counts(
    frame: nw.LazyFrame[Any], *, none: Sequence[Any], silent: Sequence[Any]
) -> SelectiveCounts:
    import narwhals.stable.v2 as nw

    grouped = added_up(rows_with_levels(frame, none=none, silent=silent), "level")
    counts = counts_of_levels(*(grouped[name] for name in ("level", "n", "wrong", "outside")))
    unjudged = frame.filter(nw.col("true_label").is_null()).select(n=nw.len())
    left_out = counts.left_out + int(reducers.collect(unjudged)["n"][0].as_py())
    return replace(counts, left_out=left_out)


def added_up(rows: nw.LazyFrame[Any], *keys: str) -> dict[str, Any]:
    """`n`, `wrong` and `outside` of the rows with equal `keys`, sorted by these; arrays by name.

    Where nearly every row has a confidence of its own, to sort costs Polars a third of grouping;
    other engines group where the rows are.
    """
    import narwhals.stable.v2 as nw

    sums = ("wrong", "outside")
    if not rows.implementation.is_polars():
        plan = rows.group_by(*keys).agg(nw.len().alias("n"), *(nw.col(name).sum() for name in sums))
        table = reducers.collect(plan.sort(*keys))
        return {name: table[name].to_numpy() for name in (*keys, "n", *sums)}
    table = reducers.collect(rows.select(*keys, *sums).sort(keys[-1]))
    columns = {name: table[name].to_numpy() for name in (*keys, *sums)}
    for key in keys[-2::-1]:  # by one column Polars sorts four times as fast as by two
        order = np.argsort(_narrow(columns[key]), kind="stable")
        columns = {name: column[order] for name, column in columns.items()}
    is_new = np.zeros(len(table), bool)
    for key in keys:
        is_new |= np.diff(columns[key], prepend=np.nan) != 0
    starts = np.flatnonzero(is_new)
    found = {key: columns[key][starts] for key in keys}
    found["n"] = np.diff(starts, append=len(table))
    for name in sums:
        column = columns[name].astype(np.int64)
        found[name] = np.add.reduceat(column, starts) if len(starts) else column
    return found


def _narrow(codes: Any) -> Any:
    """Codes in 16 bits where they fit, which NumPy sorts in linear time."""
    fits = not len(codes) or codes.max() <= np.iinfo(np.int16).max
    return codes.astype(np.int16) if fits else codes


def counts_of_levels(level: Any, n: Any, wrong: Any, outside: Any) -> SelectiveCounts:
    """The counts of rows as `added_up` groups them: by rising `level`, each once."""
    level = np.asarray(level, float)[::-1]
    n, wrong, outside = (np.asarray(part)[::-1].astype(np.int64) for part in (n, wrong, outside))
    real = level > _ABSTAINED
    silent = level == _ABSTAINED
    return SelectiveCounts(
        level[real],
        n[real],
        wrong[real],
        outside[real],
        abstained=int(n[silent].sum()),
        abstained_outside=int(outside[silent].sum()),
        left_out=int(n[level == _UNKNOWN].sum()),
    )


def shortest_decimal(lower: float, upper: float) -> float:
    """The number in (lower, upper] with the fewest decimals, the largest of these."""
    for digits in range(1, 17):
        scale = 10.0**digits
        candidate = float(np.floor(upper * scale) / scale)
        if lower < candidate <= upper:
            return candidate
    return upper


__all__ = [
    "NO_ANSWER",
    "SelectiveCounts",
    "added_up",
    "counts_of_levels",
    "label_codes",
    "rows_of_split",
    "rows_with_levels",
    "selective_counts",
    "selective_counts_of_run",
    "shortest_decimal",
]
