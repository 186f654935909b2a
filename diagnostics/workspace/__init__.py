"""The data model: what a folder of results holds, and what each run brought along."""

from __future__ import annotations

from diagnostics.workspace.experiment import Experiment, Workspace
from diagnostics.workspace.run import (
    INCOMPLETE,
    NO_PREDICTION,
    NOTHING,
    SPLITS,
    Evidence,
    Problem,
    Run,
    Score,
    Split,
    Task,
)

__all__ = [
    "INCOMPLETE",
    "NOTHING",
    "NO_PREDICTION",
    "SPLITS",
    "Evidence",
    "Experiment",
    "Problem",
    "Run",
    "Score",
    "Split",
    "Task",
    "Workspace",
]
