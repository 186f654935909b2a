"""The data model: what a folder holds, and what each run of it brought along."""

from diagnostics.run import (
    NO_PREDICTION,
    NOTHING,
    SPLITS,
    Evidence,
    Experiment,
    Problem,
    Run,
    Score,
    Task,
    Workspace,
)

__all__ = [
    "NOTHING",
    "NO_PREDICTION",
    "SPLITS",
    "Evidence",
    "Experiment",
    "Problem",
    "Run",
    "Score",
    "Task",
    "Workspace",
]
