"""Rows of several runs put in the order of the same examples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from diagnostics.errors import unknown_name

if TYPE_CHECKING:
    import polars as pl

Codes = NDArray[np.int32]

#: Code of a label that is not known.
UNKNOWN = -1
#: Code of an answer that a run does not list because it was right: it keeps only its mistakes.
_RIGHT = -2


@dataclass(frozen=True, eq=False)
class AlignedAnswers:
    """What `runs` answered to the examples that all of them have.

    `answers` (runs × examples) and `truth` (examples) are codes into `labels`, `truth` is -1 where
    no run knows it; `confidence` (runs × examples) is NaN where unknown. `example` holds the ids,
    and where one comes several times `fold` what tells them apart, -1 for none.

    Where all runs kept nothing but their mistakes, examples that none of them lists were answered
    rightly by all: `unlisted` counts them by label. `seen` is how many examples any of the runs
    has, `conflicting` how many of these are left out because the runs' truths differ.
    """

    runs: tuple[str, ...]
    labels: tuple[str, ...]
    example: pl.Series
    truth: Codes
    answers: Codes
    confidence: NDArray[np.float32]
    unlisted: NDArray[np.int64]
    seen: int
    conflicting: int = 0
    fold: pl.Series | None = None

    @property
    def common(self) -> int:
        """How many examples all runs answered."""
        return len(self.truth) + int(self.unlisted.sum())

    @property
    def judged(self) -> int:
        """How many of the common ones have a truth."""
        return int((self.truth >= 0).sum()) + int(self.unlisted.sum())

    @property
    def right(self) -> NDArray[np.bool_]:
        """Runs × examples: whether the answer is the truth; False where there is none."""
        right: NDArray[np.bool_] = self.answers == self.truth
        return right

    def of(self, runs: Sequence[str]) -> AlignedAnswers:
        """The same examples with some of the runs only, in the order given.

        Raises
        ------
        DiagnosticsError
            If one of the runs is not among them.
        """
        for name in runs:
            if name not in self.runs:
                raise unknown_name("run", name, list(self.runs))
        rows = [self.runs.index(name) for name in runs]
        return replace(
            self,
            runs=tuple(runs),
            answers=self.answers[rows],
            confidence=self.confidence[rows],
        )


@dataclass(frozen=True)
class Part:
    """One run's rows: `example`, `fold`, `truth`, `answer`, `confidence`, sorted by the first two;
    `is_whole` unless it lists mistakes only.
    """  # noqa: D205

    run: str
    rows: pl.DataFrame
    is_whole: bool = True


def align(parts: Sequence[Part], labels: Sequence[str]) -> AlignedAnswers:
    """The parts, each put in the order of the same keys; what one of them lacks is left out."""
    keys = _keys(parts)
    parts = [_once(part, keys) for part in parts]
    base = _base(parts, keys)
    truth = np.full(len(base), UNKNOWN, np.int32)
    answers = np.empty((len(parts), len(base)), np.int32)
    confidence = np.empty((len(parts), len(base)), np.float32)
    conflicting = np.zeros(len(base), bool)
    seen = base
    for row, part in enumerate(parts):
        rows = part.rows
        if not _is_aligned(rows, base, keys):
            rows = base.join(rows, on=keys, how="left", maintain_order="left")
            if part.is_whole:
                seen = _union([seen, part.rows], keys)
        absent = UNKNOWN if part.is_whole else _RIGHT
        answers[row] = rows["answer"].fill_null(absent).to_numpy()
        confidence[row] = rows["confidence"].cast(_float32()).fill_null(np.nan).to_numpy()
        theirs = rows["truth"].fill_null(UNKNOWN).to_numpy()
        conflicting |= (truth >= 0) & (theirs >= 0) & (truth != theirs)
        truth = np.where(truth < 0, theirs, truth)
    answers = np.where(answers == _RIGHT, truth, answers)
    kept = ~conflicting & (answers >= 0).all(axis=0)
    if not kept.all():
        base, truth = base.filter(kept), truth[kept]
        answers, confidence = answers[:, kept], confidence[:, kept]
    return AlignedAnswers(
        runs=tuple(part.run for part in parts),
        labels=tuple(labels),
        example=base["example"],
        truth=truth,
        answers=answers,
        confidence=confidence,
        unlisted=np.zeros(len(labels), np.int64),
        seen=len(seen),
        conflicting=int(conflicting.sum()),
        fold=base["fold"] if "fold" in keys else None,
    )


def _float32() -> Any:
    import polars as pl

    return pl.Float32


def _keys(parts: Iterable[Part]) -> list[str]:
    """What tells rows of a run apart: the example, with its fold where it comes several times."""
    return ["example", "fold"] if any(map(_repeats, parts)) else ["example"]


def _repeats(part: Part) -> bool:
    """Whether an example comes twice; rows are sorted, and neighbours are compared in no time."""
    example = part.rows["example"]
    return bool((example[1:] == example[:-1]).any())


def _once(part: Part, keys: list[str]) -> Part:
    """The rows with one for each key, in order; joins take a null for nothing, so folds get -1.

    A key that even so comes twice says nothing certain and is left out; of a list of mistakes that
    would call it right, so there the first counts.
    """
    import polars as pl

    if keys == ["example"]:
        return part
    rows = part.rows.with_columns(pl.col("fold").fill_null(-1))
    keep: Literal["none", "first"] = "none" if part.is_whole else "first"
    return Part(part.run, rows.unique(keys, keep=keep).sort(keys), part.is_whole)


def _base(parts: Sequence[Part], keys: list[str]) -> pl.DataFrame:
    """The keys that give the order: those of a run with all its answers, else of all lists."""
    whole = next((part for part in parts if part.is_whole), None)
    if whole is not None:
        return whole.rows.select(keys)
    return _union([part.rows for part in parts], keys)


def _union(frames: Iterable[pl.DataFrame], keys: list[str]) -> pl.DataFrame:
    import polars as pl

    return pl.concat([frame.select(keys) for frame in frames]).unique().sort(keys)


def _is_aligned(rows: pl.DataFrame, base: pl.DataFrame, keys: list[str]) -> bool:
    return len(rows) == len(base) and all(rows[key].equals(base[key]) for key in keys)


__all__ = ["UNKNOWN", "AlignedAnswers", "Part", "align"]
