"""Tables of runs written into a folder and read back, each score with what is known of it."""

from __future__ import annotations

from pathlib import Path

import diagnostics
from diagnostics import Experiment, Run


def read_back(folder: Path, table: str, name: str = "results.csv") -> Experiment:
    """The only experiment of a folder that holds this table alone."""
    (experiment,) = written(folder, table, name).experiments
    assert {run.reader for run in experiment.runs} == {"run tables"}
    return experiment


def written(folder: Path, table: str, name: str = "results.csv") -> diagnostics.Workspace:
    """The workspace of a folder that holds this table alone."""
    (folder / name).write_text(table, newline="")
    return diagnostics.open_workspace(folder)


def values(run: Run) -> dict[tuple[str, str], float]:
    """The scores of a run by metric and split, without those of folds."""
    return {(s.metric, s.split): s.value for s in run.scores if s.fold is None}


def spreads(run: Run, metric: str) -> dict[str, float]:
    """What is said of the spread of a metric on the split that speaks for the run."""
    (score,) = (s for s in run.scores if s.metric == metric and s.split == run.split)
    return dict(score.spread)
