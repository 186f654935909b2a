"""Two runs' answers to the same examples, as counted cells, and what could not be paired."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from diagnostics.errors import DiagnosticsError
from diagnostics.workspace import reducers
from diagnostics.workspace.shared_examples import differs_on_most, shares_too_few

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw
    import pyarrow as pa

Counts = NDArray[np.int64]

#: Code of a label that is not known.
UNKNOWN = -1


@dataclass(frozen=True, eq=False)
class Cells:
    """How many examples have this truth and got these two answers: arrays of one entry a cell.

    The labels are codes; `true` is -1 where no run knows it.
    """

    true: Counts
    predicted_a: Counts
    predicted_b: Counts
    n: Counts

    def __getitem__(self, kept: NDArray[np.bool_]) -> Cells:
        """The cells where `kept` is True."""
        return Cells(self.true[kept], self.predicted_a[kept], self.predicted_b[kept], self.n[kept])

    @property
    def total(self) -> int:
        """How many examples there are."""
        return int(self.n.sum())


@dataclass(frozen=True)
class Unpaired:
    """How many examples were left out of a comparison, by the reason.

    `only_a` and `only_b` have no answer of the other run, `truth_differs` have two true labels,
    `without_truth` none, `without_answer` no predicted label in one of the runs, and `duplicated`
    come more than once in one of them. With folds that repeat, an example in a fold counts as one.
    """

    only_a: int = 0
    only_b: int = 0
    truth_differs: int = 0
    without_truth: int = 0
    without_answer: int = 0
    duplicated: int = 0

    @property
    def total(self) -> int:
        """All of them; each example has one reason."""
        return sum(vars(self).values())

    def reasons(self, a: str, b: str) -> list[str]:
        """A sentence for each reason that applies; `a` and `b` are the names of the runs."""
        sentences = {
            "only_a": f"only {a!r} has an answer",
            "only_b": f"only {b!r} has an answer",
            "truth_differs": "the two runs give different true labels",
            "without_truth": "no true label is known",
            "without_answer": "one of the runs gave no answer",
            "duplicated": "the example comes more than once in a run",
        }
        counts = vars(self)
        return [f"{counts[name]:,}: {why}." for name, why in sentences.items() if counts[name]]


@dataclass(frozen=True, eq=False)
class Pairs:
    """The cells of two runs, coded by `labels`, what was left out, and what a reader must know."""

    labels: tuple[str, ...]
    cells: Cells
    unpaired: Unpaired
    notes: tuple[str, ...] = ()


def sorted_out(
    labels: Sequence[str], table: dict[str, Counts], unpaired: Unpaired, *notes: str
) -> Pairs:
    """The pairs among matched rows: those with two answers whose truths do not contradict.

    Parameters
    ----------
    table
        `true_a`, `predicted_a`, `true_b`, `predicted_b` as codes into `labels`, -1 where unknown,
        and `n`.
    """
    answered = (table["predicted_a"] >= 0) & (table["predicted_b"] >= 0)
    agrees = (table["true_a"] == table["true_b"]) | (table["true_a"] < 0) | (table["true_b"] < 0)
    kept = answered & agrees
    cells = _added_up(
        np.maximum(table["true_a"], table["true_b"])[kept],
        table["predicted_a"][kept],
        table["predicted_b"][kept],
        table["n"][kept],
    )
    judged = cells[cells.true >= 0].total
    unpaired = replace(
        unpaired,
        truth_differs=int(table["n"][answered & ~agrees].sum()),
        without_truth=cells.total - judged if judged else 0,
        without_answer=int(table["n"][~answered].sum()),
    )
    one_sided = kept & ((table["true_a"] < 0) != (table["true_b"] < 0))
    if n := int(table["n"][one_sided].sum()):
        notes += (f"{n:,} examples have a true label in one run only; it is taken for both.",)
    return Pairs(tuple(labels), cells, unpaired, notes)


def _added_up(true: Counts, a: Counts, b: Counts, n: Counts) -> Cells:
    """Each combination once, in order."""
    combinations, place = np.unique(np.stack([true, a, b]), axis=1, return_inverse=True)
    sums = np.bincount(place.ravel(), weights=n, minlength=combinations.shape[1])
    return Cells(combinations[0], combinations[1], combinations[2], sums.astype(np.int64))


def refuse_strangers(pairs: Pairs, a: str, b: str) -> None:
    """Raise a DiagnosticsError unless the runs share enough to be compared."""
    left = pairs.unpaired
    shared = pairs.cells.total + left.truth_differs + left.without_answer
    if differs_on_most(left.truth_differs, shared):
        raise DiagnosticsError(
            f"{a!r} and {b!r} give different true labels to {left.truth_differs:,} of "
            f"{shared:,} shared examples.",
            hint="Evaluate both on the same data.",
        )
    smaller = shared + min(left.only_a, left.only_b)
    if not pairs.cells.total or shares_too_few(shared, smaller):
        raise DiagnosticsError(
            f"{a!r} and {b!r} share {shared:,} of {smaller + left.duplicated:,} examples, "
            "too few to compare them.",
            hint="Evaluate both on the same examples, with the same ids"
            + (", each example once." if left.duplicated else "."),
        )


def matched(
    first: nw.LazyFrame[Any], second: nw.LazyFrame[Any]
) -> tuple[pa.Table, Unpaired, list[str]]:
    """The cells of `reducers.matches` as they lie in the frames, what has no partner, and notes.

    An example is known by its id; where a run has it several times, in folds that repeat, by its id
    and fold. What even so comes several times on one side is left out and counted.
    """
    side_by_side = _side_by_side(first, second)
    if side_by_side is not None:
        return side_by_side, Unpaired(), []
    sizes = [_size(side) for side in (first, second)]
    keys, duplicated, notes = ["example"], 0, []
    if any(size.rows > size.examples for size in sizes):
        first, second, keys = _with_folds(first, second)
        first, second, duplicated = _without_duplicates(first, second, keys)
        sizes = [_size(side) for side in (first, second)]
    table = reducers.collect(reducers.matches(first, second, keys))
    n = sum(table["n"].to_pylist())
    if any(size.rows > size.examples for size in sizes):
        notes.append(
            "Examples come in several folds and count once in each: these rows are not independent "
            "of each other, so the p-values are smaller and the intervals narrower than they "
            "should be."
        )
    left = Unpaired(sizes[0].rows - n, sizes[1].rows - n, duplicated=duplicated)
    return table, left, notes


def _side_by_side(first: nw.LazyFrame[Any], second: nw.LazyFrame[Any]) -> pa.Table | None:
    """The cells of two frames with the same examples, each once and in order; None of others.

    Stored runs mostly are so, and need no join: a third of the time. Only with Polars.
    """
    if not (first.implementation.is_polars() and second.implementation.is_polars()):
        return None
    columns = ["example", "true_label", "predicted_label"]
    a, b = (side.select(columns).to_native().collect() for side in (first, second))
    example = a["example"]
    is_once = example.is_sorted() and bool((example != example.shift(1)).all())
    if not (is_once and example.equals(b["example"])):
        return None
    names = {"true_label": "true_a", "predicted_label": "predicted_a"}
    rows = a.rename(names).with_columns(
        b["true_label"].alias("true_b"), b["predicted_label"].alias("predicted_b")
    )
    return rows.group_by("true_a", "predicted_a", "true_b", "predicted_b").len("n").to_arrow()


class _Size(NamedTuple):
    rows: int
    examples: int


def _size(frame: nw.LazyFrame[Any]) -> _Size:
    import narwhals.stable.v2 as nw

    plan = frame.select(rows=nw.len(), examples=nw.col("example").n_unique())
    row = reducers.collect(plan).to_pylist()[0]
    return _Size(int(row["rows"]), int(row["examples"]))


def _with_folds(
    first: nw.LazyFrame[Any], second: nw.LazyFrame[Any]
) -> tuple[nw.LazyFrame[Any], nw.LazyFrame[Any], list[str]]:
    """Both frames with their folds as part of what tells rows apart, if both have any."""
    import narwhals.stable.v2 as nw

    if not (reducers.present(first, ["fold"]) and reducers.present(second, ["fold"])):
        return first, second, ["example"]
    # Joins take a null for nothing: rows outside of folds get a number too.
    first, second = (side.with_columns(nw.col("fold").fill_null(-1)) for side in (first, second))
    return first, second, ["example", "fold"]


def _without_duplicates(
    first: nw.LazyFrame[Any], second: nw.LazyFrame[Any], keys: list[str]
) -> tuple[nw.LazyFrame[Any], nw.LazyFrame[Any], int]:
    """Both frames without the keys that one of them has several times, and how many those are."""
    import narwhals.stable.v2 as nw

    several = nw.concat([reducers.repeated(side, keys) for side in (first, second)]).unique(keys)
    n = int(reducers.collect(several.select(n=nw.len()))["n"][0].as_py())
    if not n:
        return first, second, 0
    rest = [side.join(several, on=keys, how="anti") for side in (first, second)]
    return rest[0], rest[1], n


__all__ = ["UNKNOWN", "Cells", "Pairs", "Unpaired", "matched", "refuse_strangers", "sorted_out"]
