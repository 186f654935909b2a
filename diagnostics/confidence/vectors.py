"""A run's whole probability vectors, a block at a time, with the truth and the part of each row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from diagnostics.confidence.histogram import chosen
from diagnostics.statistics.metrics import Counts, Figures

if TYPE_CHECKING:
    import polars as pl

    from diagnostics.workspace import Run

Parts = Literal["folds", "halves"]

#: Probabilities that are looked at in one go, 64 MB of them, and that are kept for another pass, in
#: 32 bits as they are stored: 128 MB.
BLOCK, KEPT = 8_000_000, 32_000_000
_NEEDED = ("true_label", "predicted_label", "probabilities")


@dataclass(frozen=True, eq=False)
class Vectors:
    """Some rows: `probabilities` (rows × labels), the codes of the `truth` and of the `answer`, the
    `part` that each belongs to, and a `mark` between 0 and 1 that is drawn from its example's id.
    """  # noqa: D205

    probabilities: Figures
    truth: Counts
    answer: Counts
    part: Counts
    mark: Figures

    def where(self, rows: NDArray[Any]) -> Vectors:
        """Some of the rows."""
        columns = (self.probabilities, self.truth, self.answer, self.part, self.mark)
        return Vectors(*[column[rows] for column in columns])


class VectorTable:
    """The answers of a split that have a truth and a whole vector, in blocks.

    Parts are the folds where there are several; else the halves that `halves` makes, so that rows
    of one example are never in both. Read again for each pass, unless there are few enough to keep.

    Parameters
    ----------
    split
        The held-out one if None; `DiagnosticsError` if the run has no such split.
    """

    def __init__(self, run: Run, split: str | None = None) -> None:
        import polars as pl

        from diagnostics.workspace import stored_tables

        mine = stored_tables.scan(run).filter(chosen(run, split, None))
        known = [pl.col(name).is_not_null() for name in _NEEDED]
        self._lazy = mine.filter(*known).select("example", "fold", *_NEEDED)
        self.n_labels = len(run.labels)
        # Whether a vector is there is known only when it is read: that is done once, if it can be.
        at_most = int(mine.filter(known[:-1]).select(pl.len()).collect().item())
        if at_most * self.n_labels <= KEPT:
            self._lazy = self._lazy.collect().lazy()
        facts = self._lazy.select(pl.len(), pl.col("fold").n_unique()).collect().row(0)
        self.rows = int(facts[0])
        self.parts: Parts = "folds" if facts[1] > 1 else "halves"
        self._kept: list[Vectors] | None = None

    def __iter__(self) -> Iterator[Vectors]:
        """The blocks, in the order of the file."""
        if self._kept is not None:
            blocks: Iterator[Vectors] = iter(self._kept)
        elif self.rows * self.n_labels > KEPT:
            blocks = self._blocks()
        else:
            self._kept = list(self._blocks())
            self._lazy = self._lazy.clear()
            blocks = iter(self._kept)
        for block in blocks:
            yield replace(block, probabilities=block.probabilities.astype(float))

    def _blocks(self) -> Iterator[Vectors]:
        size = max(BLOCK // max(self.n_labels, 1), 1)
        # One pass over the file: a slice of it would be looked for from its beginning.
        for batch in self._lazy.collect_batches(chunk_size=size, maintain_order=True):
            for rows in batch.iter_slices(size):
                yield self._block(rows)

    def _block(self, rows: pl.DataFrame) -> Vectors:
        marks = example_marks(rows["example"].to_list())
        folds = rows["fold"].fill_null(-1).to_numpy().astype(np.int64)
        return Vectors(
            probabilities=_matrix(rows["probabilities"], self.n_labels),
            truth=rows["true_label"].to_numpy().astype(np.int64),
            answer=rows["predicted_label"].to_numpy().astype(np.int64),
            part=folds if self.parts == "folds" else halves(marks),
            mark=marks,
        )


def _matrix(lists: pl.Series, width: int) -> NDArray[Any]:
    return lists.explode(empty_as_null=False).to_numpy().reshape(-1, width)


def example_marks(examples: Sequence[str]) -> Figures:
    """A number between 0 and 1 for each id: the same for the same id, anywhere and always."""
    codes = np.fromiter((crc32(name.encode()) for name in examples), np.uint64, len(examples))
    # A checksum alone keeps patterns of the ids: numbered ones would alternate.
    mixed = (codes * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(11)
    marks: Figures = mixed / 2.0**53
    return marks


def halves(marks: Figures) -> Counts:
    """0 or 1 by the example's mark."""
    # Not by the mark's size, which `temperature` samples by.
    return (np.floor(marks * 2**20).astype(np.int64) % 2).astype(np.int64)
