"""Errata's library: reads folders of evaluation results and answers questions about them.

The one public door. Names are loaded when they are first used, so that importing the package, and
every command that does not need them, costs no time for the libraries behind them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from diagnostics.assumptions.judge import judge_assumptions
    from diagnostics.comparison.agreement import consensus, run_agreement, suspects
    from diagnostics.comparison.compare import compare_predictions, compare_runs
    from diagnostics.comparison.comparison import Comparison
    from diagnostics.comparison.voting import vote_gains
    from diagnostics.confidence.risk_coverage import risk_coverage_curve
    from diagnostics.confidence.selective_counts import selective_counts
    from diagnostics.confidence.thresholds import (
        cheapest_threshold,
        guaranteed_threshold,
        observed_threshold,
    )
    from diagnostics.confusion.matrix import (
        ConfusionMatrix,
        class_report,
        confused_pairs,
        confusion_counts,
        confusion_matrix,
        matrix_of,
    )
    from diagnostics.errors import DiagnosticsError
    from diagnostics.examples.answers import answers_of_all_runs, wrong_run_counts
    from diagnostics.examples.contrast import mistakes_in_common
    from diagnostics.examples.filters import Filter
    from diagnostics.examples.rankings import Ranking, rank_examples, top_examples
    from diagnostics.models.explanation.explain import explain_example
    from diagnostics.models.explanation.explanation import Explanation
    from diagnostics.models.importance.run_importance import run_importance
    from diagnostics.predictions.aligned_runs import AlignedAnswers, aligned_answers, aligned_frame
    from diagnostics.readers.opening import open_workspace
    from diagnostics.recording.record import record
    from diagnostics.recording.recorder import Recorder
    from diagnostics.runs.leaderboard import run_leaderboard
    from diagnostics.runs.run_table import run_table
    from diagnostics.statistics.metrics import summary_metrics
    from diagnostics.workspace import Evidence, Experiment, Problem, Run, Score, Workspace
    from diagnostics.workspace.tables import predictions_frame

_HOMES = {
    "AlignedAnswers": "predictions.aligned_runs",
    "Comparison": "comparison.comparison",
    "ConfusionMatrix": "confusion.matrix",
    "DiagnosticsError": "errors",
    "Evidence": "workspace",
    "Experiment": "workspace",
    "Explanation": "models.explanation.explanation",
    "Filter": "examples.filters",
    "Problem": "workspace",
    "Ranking": "examples.rankings",
    "Recorder": "recording.recorder",
    "Run": "workspace",
    "Score": "workspace",
    "Workspace": "workspace",
    "aligned_answers": "predictions.aligned_runs",
    "aligned_frame": "predictions.aligned_runs",
    "answers_of_all_runs": "examples.answers",
    "cheapest_threshold": "confidence.thresholds",
    "class_report": "confusion.matrix",
    "compare_predictions": "comparison.compare",
    "compare_runs": "comparison.compare",
    "confused_pairs": "confusion.matrix",
    "confusion_counts": "confusion.matrix",
    "confusion_matrix": "confusion.matrix",
    "consensus": "comparison.agreement",
    "explain_example": "models.explanation.explain",
    "guaranteed_threshold": "confidence.thresholds",
    "judge_assumptions": "assumptions.judge",
    "matrix_of": "confusion.matrix",
    "mistakes_in_common": "examples.contrast",
    "observed_threshold": "confidence.thresholds",
    "open_workspace": "readers.opening",
    "predictions_frame": "workspace.tables",
    "rank_examples": "examples.rankings",
    "record": "recording.record",
    "risk_coverage_curve": "confidence.risk_coverage",
    "run_agreement": "comparison.agreement",
    "run_importance": "models.importance.run_importance",
    "run_leaderboard": "runs.leaderboard",
    "run_table": "runs.run_table",
    "selective_counts": "confidence.selective_counts",
    "summary_metrics": "statistics.metrics",
    "suspects": "comparison.agreement",
    "top_examples": "examples.rankings",
    "vote_gains": "comparison.voting",
    "wrong_run_counts": "examples.answers",
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
