"""What always giving the same answer would score: the least that a model has to beat."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from diagnostics.workspace import Evidence, Experiment

#: For the most frequent class's share p among k classes.
_LEVELS: dict[str, Callable[[float, int], float]] = {
    **dict.fromkeys(("accuracy", "micro_f1", "micro_precision", "micro_recall"), lambda p, k: p),
    "weighted_recall": lambda p, k: p,
    "weighted_precision": lambda p, k: p**2,
    "weighted_f1": lambda p, k: 2 * p**2 / (1 + p),
    "balanced_accuracy": lambda p, k: 1 / k,
    "macro_recall": lambda p, k: 1 / k,
    "macro_precision": lambda p, k: p / k,
    "macro_f1": lambda p, k: 2 * p / (1 + p) / k,
    **dict.fromkeys(("matthews_correlation", "mcc", "cohen_kappa", "kappa"), lambda p, k: 0.0),
}


def chance_level(metric: str, supports: Sequence[int] | None) -> float | None:
    """What the most frequent label, given to every example, scores; None if it is not known.

    `supports` are the examples of each class, None if unknown: then only metrics that need none
    have a level. Of log loss it is that of always giving the classes' shares as probabilities.
    scikit-learn's names (`f1_macro`, `neg_log_loss`) mean the same as ours.
    """
    if metric.startswith("roc_auc"):
        return 0.5
    name = _our_name(metric)
    counts = [n for n in supports or () if n > 0]
    if name in ("log_loss", "neg_log_loss"):
        loss = -math.fsum(n / sum(counts) * math.log(n / sum(counts)) for n in counts)
        return None if not counts else loss if name == "log_loss" else -loss
    level = _LEVELS.get(name)
    if level is None or (not counts and name not in ("matthews_correlation", "mcc")):
        return None
    return level(max(counts) / sum(counts), len(counts)) if counts else 0.0


def best_possible(metric: str) -> float | None:
    """The score of answers that are all right; None if the metric is not known."""
    if metric.startswith("roc_auc") or _our_name(metric) in _LEVELS:
        return 1.0
    return 0.0 if metric in ("log_loss", "neg_log_loss") else None


def truth_counts(experiment: Experiment) -> list[int] | None:
    """How many examples of each class the runs were judged on; None if no run says."""
    from diagnostics.confusion.matrix import confusion_matrix

    for run in experiment.runs:
        knows = run.confusion_is_exact or run.has(Evidence.REPORT)
        if run.task == "classification" and knows:
            matrix = confusion_matrix(run)
            if matrix.total:
                return [int(n) for n in matrix.support]
    return None


def _our_name(metric: str) -> str:
    figure, _, average = metric.rpartition("_")
    if average in ("macro", "micro", "weighted") and figure in ("f1", "precision", "recall"):
        return f"{average}_{figure}"
    return metric
