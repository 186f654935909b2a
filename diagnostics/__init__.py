"""Errata's library: reads folders of evaluation results and answers questions about them.

The one public door. Names are loaded when they are first used, so that importing the package, and
every command that does not need them, costs no time for the libraries behind them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from diagnostics.confusion import (
        ConfusionMatrix,
        class_report,
        confused_pairs,
        confusion_counts,
        confusion_matrix,
        matrix_of,
    )
    from diagnostics.errors import DiagnosticsError
    from diagnostics.examples import (
        Filter,
        Ranking,
        answers_of_all_runs,
        rank_examples,
        top_examples,
        wrong_run_counts,
    )
    from diagnostics.grid import run_table
    from diagnostics.metrics import summary_metrics
    from diagnostics.opening import open_workspace
    from diagnostics.recorder import Recorder
    from diagnostics.recording import record
    from diagnostics.tables import predictions_frame
    from diagnostics.workspace import Evidence, Experiment, Problem, Run, Score, Workspace

_HOMES = {
    "ConfusionMatrix": "confusion",
    "DiagnosticsError": "errors",
    "Evidence": "workspace",
    "Experiment": "workspace",
    "Filter": "examples",
    "Problem": "workspace",
    "Ranking": "examples",
    "Recorder": "recorder",
    "Run": "workspace",
    "Score": "workspace",
    "Workspace": "workspace",
    "answers_of_all_runs": "examples",
    "class_report": "confusion",
    "confused_pairs": "confusion",
    "confusion_counts": "confusion",
    "confusion_matrix": "confusion",
    "matrix_of": "confusion",
    "open_workspace": "opening",
    "predictions_frame": "tables",
    "rank_examples": "examples",
    "record": "recording",
    "run_table": "grid",
    "summary_metrics": "metrics",
    "top_examples": "examples",
    "wrong_run_counts": "examples",
}

__all__ = [
    "ConfusionMatrix",
    "DiagnosticsError",
    "Evidence",
    "Experiment",
    "Filter",
    "Problem",
    "Ranking",
    "Recorder",
    "Run",
    "Score",
    "Workspace",
    "answers_of_all_runs",
    "class_report",
    "confused_pairs",
    "confusion_counts",
    "confusion_matrix",
    "matrix_of",
    "open_workspace",
    "predictions_frame",
    "rank_examples",
    "record",
    "run_table",
    "summary_metrics",
    "top_examples",
    "wrong_run_counts",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
