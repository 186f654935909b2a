"""Experiments of runs that only have parameters and scores, as tests of searches want them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from diagnostics import Evidence, Experiment, Run, Score

FOLD_OFFSETS = (-0.01, 0.0, 0.01)


def run_of(
    name: str, value: float | None, parameters: Mapping[str, Any] | None = None, **more: Any
) -> Run:
    """A run with an accuracy, the same for its files as for ours."""
    given = dict(parameters or {})
    scores = () if value is None else (Score("accuracy", value, "test", None, True),)
    more["scores"] = (*scores, *more.get("scores", ()))
    return Run(
        run=name,
        reader="test",
        path=name,
        task="classification",
        evidence=Evidence.SCORES,
        parameters=given,
        parameters_text={key: str(v) for key, v in given.items()},
        splits=("test",),
        **more,
    )


def folds_of(
    value: float, split: str = "test", offsets: Sequence[float] = FOLD_OFFSETS
) -> tuple[Score, ...]:
    """Scores of folds around a value."""
    return tuple(
        Score("accuracy", value + offset, split, fold, True) for fold, offset in enumerate(offsets)
    )


def experiment_of(*runs: Run) -> Experiment:
    """The runs as an experiment."""
    return Experiment("search", "classification", runs)


def grid_of(values: Sequence[float], parameters: Sequence[Mapping[str, Any]]) -> Experiment:
    """One run for each set of parameters."""
    pairs = zip(values, parameters, strict=True)
    return experiment_of(*(run_of(f"run {n}", v, p) for n, (v, p) in enumerate(pairs)))
