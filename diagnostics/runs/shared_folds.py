"""The scores of runs in the folds that they share, and how large those folds are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diagnostics.workspace import Evidence
from diagnostics.workspace.scores import fold_values

if TYPE_CHECKING:
    from diagnostics.workspace import Experiment, Run

#: More folds than these are rather a few that were repeated, where nothing tells.
USUAL = 10


@dataclass(frozen=True)
class FoldDesign:
    """How many rows are held out for every row learnt from, and how that is known.

    `ratio` is NaN where the folds hold out the same examples every time: then they say nothing of
    other examples. `repeats` is whether examples come in more than one fold.
    """

    ratio: float
    repeats: bool
    said: str


@dataclass(frozen=True, eq=False)
class SharedFolds:
    """Runs × folds of one metric, as the files have it; the runs were given the same splits.

    `obstacles` says of every other run that was asked for why it is not among them.
    """

    runs: tuple[str, ...]
    folds: tuple[int, ...]
    values: NDArray[np.float64]
    design: FoldDesign
    obstacles: dict[str, str]

    def of(self, run: str) -> NDArray[np.float64]:
        """The scores of one run."""
        scores: NDArray[np.float64] = self.values[self.runs.index(run)]
        return scores


def shared_folds(experiment: Experiment, names: Sequence[str], metric: str) -> SharedFolds | None:
    """The scores by fold of those of `names` that have the folds of the first one.

    None if the first has fewer than two. Folds are the same if they have the same numbers in one
    experiment, and, where a search wrote down its splits, if those are the same too.
    """
    first = experiment.run(names[0])
    asked = fold_values(first, metric)
    if len(asked) < 2:
        return None
    kept, rows, obstacles = [], [], {}
    for name in names:
        run = experiment.run(name)
        scores = fold_values(run, metric)
        why = _obstacle(first, run, list(asked), list(scores))
        if why:
            obstacles[name] = why
        else:
            kept.append(name)
            rows.append(list(scores.values()))
    design = fold_design(first, list(asked))
    return SharedFolds(tuple(kept), tuple(asked), np.array(rows), design, obstacles)


def _obstacle(first: Run, run: Run, asked: list[int], found: list[int]) -> str:
    if not found:
        return "its scores by fold are not known"
    splits = [one.tags.get("splits_fingerprint", "") for one in (first, run)]
    if run.split != first.split or found != asked or (all(splits) and len(set(splits)) > 1):
        return "its folds are not those of the best"
    return ""


def fold_design(run: Run, folds: Sequence[int]) -> FoldDesign:
    """What is held out against what is learnt from, counted in the run's answers where it has any.

    Whatever a fold does not hold out was learnt from, as in all cross-validation. Without answers
    that are told apart by fold, as many folds as there are, up to ten, are one cross-validation;
    more are repetitions of the largest number of folds up to ten that divides them.
    """
    if run.has(Evidence.PREDICTIONS):
        counted = _counted(run, folds)
        if counted is not None:
            return counted
    return _assumed(len(folds))


def _counted(run: Run, folds: Sequence[int]) -> FoldDesign | None:
    import polars as pl

    from diagnostics.workspace import stored_tables

    answers = stored_tables.scan(run).filter(pl.col("split") == run.split)
    rows = answers.select("example", "fold").collect()
    if sorted(rows["fold"].drop_nulls().unique()) != list(folds) or rows["fold"].has_nulls():
        return None
    held_out, distinct = len(rows) / len(folds), rows["example"].n_unique()
    if held_out >= distinct:
        return FoldDesign(math.nan, True, f"every fold evaluates the same {distinct:,} examples")
    said = f"each of {len(folds):,} folds holds out {held_out:,.0f} of {distinct:,} examples"
    return FoldDesign(held_out / (distinct - held_out), len(rows) > distinct, said)


def _assumed(folds: int) -> FoldDesign:
    parts = folds
    if folds > USUAL:
        parts = next((k for k in range(USUAL, 1, -1) if folds % k == 0), folds)
    if parts == folds:
        said = f"assuming one cross-validation of {folds:,} folds"
    else:
        said = f"assuming {folds // parts:,} repetitions of {parts:,} folds"
    return FoldDesign(1 / (parts - 1), parts < folds, said)
