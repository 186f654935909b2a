"""Errata's library: reads folders of evaluation results and answers questions about them.

The one public door. Names are loaded when they are first used, so that importing the package, and
every command that does not need them, costs no time for the libraries behind them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from diagnostics.agreement import consensus, run_agreement, suspects
    from diagnostics.aligned import AlignedAnswers, aligned_answers, aligned_frame
    from diagnostics.answers_by_confidence import selective_counts
    from diagnostics.assumptions import judge_assumptions
    from diagnostics.comparing import compare_predictions, compare_runs
    from diagnostics.comparison import Comparison
    from diagnostics.confusion import (
        ConfusionMatrix,
        class_report,
        confused_pairs,
        confusion_counts,
        confusion_matrix,
        matrix_of,
    )
    from diagnostics.contrast import mistakes_in_common
    from diagnostics.errors import DiagnosticsError
    from diagnostics.example_answers import answers_of_all_runs, wrong_run_counts
    from diagnostics.examples import Ranking, rank_examples, top_examples
    from diagnostics.explaining import explain_example
    from diagnostics.explanation import Explanation
    from diagnostics.feature_importance import run_importance
    from diagnostics.filters import Filter
    from diagnostics.grid import run_table
    from diagnostics.leaderboard import run_leaderboard
    from diagnostics.metrics import summary_metrics
    from diagnostics.opening import open_workspace
    from diagnostics.recorder import Recorder
    from diagnostics.recording import record
    from diagnostics.risk_coverage import risk_coverage_curve
    from diagnostics.tables import predictions_frame
    from diagnostics.thresholds import (
        cheapest_threshold,
        guaranteed_threshold,
        observed_threshold,
    )
    from diagnostics.voting import vote_gains
    from diagnostics.workspace import Evidence, Experiment, Problem, Run, Score, Workspace

_HOMES = {
    "AlignedAnswers": "aligned",
    "Comparison": "comparison",
    "ConfusionMatrix": "confusion",
    "DiagnosticsError": "errors",
    "Evidence": "workspace",
    "Experiment": "workspace",
    "Explanation": "explanation",
    "Filter": "filters",
    "Problem": "workspace",
    "Ranking": "examples",
    "Recorder": "recorder",
    "Run": "workspace",
    "Score": "workspace",
    "Workspace": "workspace",
    "aligned_answers": "aligned",
    "aligned_frame": "aligned",
    "answers_of_all_runs": "example_answers",
    "cheapest_threshold": "thresholds",
    "class_report": "confusion",
    "compare_predictions": "comparing",
    "compare_runs": "comparing",
    "confused_pairs": "confusion",
    "confusion_counts": "confusion",
    "confusion_matrix": "confusion",
    "consensus": "agreement",
    "explain_example": "explaining",
    "guaranteed_threshold": "thresholds",
    "judge_assumptions": "assumptions",
    "matrix_of": "confusion",
    "mistakes_in_common": "contrast",
    "observed_threshold": "thresholds",
    "open_workspace": "opening",
    "predictions_frame": "tables",
    "rank_examples": "examples",
    "record": "recording",
    "risk_coverage_curve": "risk_coverage",
    "run_agreement": "agreement",
    "run_importance": "feature_importance",
    "run_leaderboard": "leaderboard",
    "run_table": "grid",
    "selective_counts": "answers_by_confidence",
    "summary_metrics": "metrics",
    "suspects": "agreement",
    "top_examples": "examples",
    "vote_gains": "voting",
    "wrong_run_counts": "example_answers",
}

__all__ = [
    "AlignedAnswers",
    "Comparison",
    "ConfusionMatrix",
    "DiagnosticsError",
    "Evidence",
    "Experiment",
    "Explanation",
    "Filter",
    "Problem",
    "Ranking",
    "Recorder",
    "Run",
    "Score",
    "Workspace",
    "aligned_answers",
    "aligned_frame",
    "answers_of_all_runs",
    "cheapest_threshold",
    "class_report",
    "compare_predictions",
    "compare_runs",
    "confused_pairs",
    "confusion_counts",
    "confusion_matrix",
    "consensus",
    "explain_example",
    "guaranteed_threshold",
    "judge_assumptions",
    "matrix_of",
    "mistakes_in_common",
    "observed_threshold",
    "open_workspace",
    "predictions_frame",
    "rank_examples",
    "record",
    "risk_coverage_curve",
    "run_agreement",
    "run_importance",
    "run_leaderboard",
    "run_table",
    "selective_counts",
    "summary_metrics",
    "suspects",
    "top_examples",
    "vote_gains",
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
