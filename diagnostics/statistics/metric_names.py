"""What figures of merit are called, how they are written, and which way is up."""

from __future__ import annotations

import math
import re

from diagnostics.statistics.metric_table import known_metric

#: Written where there is no value.
MISSING = "–"

_WORDS = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "conversation_accuracy": "Stories gone right",
    "matthews_correlation": "Matthews correlation",
    "log_loss": "Log loss",
    "roc_auc": "ROC AUC",
    "score": "Score",
    "mcc": "Matthews correlation (mcc)",
    "sample_weighted_accuracy": "Accuracy by sample weight",
    "sample_weighted_balanced_accuracy": "Balanced accuracy by sample weight",
    "sample_weighted_macro_f1": "Macro F1 by sample weight",
}
_AVERAGES = {"macro": "Macro", "micro": "Micro", "weighted": "Weighted"}
_FIGURES = {"f1": "F1", "precision": "precision", "recall": "recall"}
#: What is left of names that the table of metrics does not have: these words fall, too.
_FALLING = re.compile(
    r"(^|[_ ])(loss|losses|error|errors|logloss|mse|rmse|mae|ece|brier|perplexity)($|[_ ])"
)
_RISING = re.compile(
    r"^(?!(std|sd|se|rank)_).*[_ ](accuracy|acc|f1|precision|recall|auc|mcc|score)$"
)


def is_known(metric: str) -> bool:
    """Whether the words for a metric are ours, and not a text from a file."""
    average, _, figure = metric.partition("_")
    return metric in _WORDS or (average in _AVERAGES and figure in _FIGURES)


def metric_words(metric: str) -> str:
    """The metric's name as people say it; one that we do not know keeps the name it has."""
    average, _, figure = metric.partition("_")
    if average in _AVERAGES and figure in _FIGURES:
        return f"{_AVERAGES[average]} {_FIGURES[figure]}"
    return _WORDS.get(metric, metric)


def in_a_sentence(metric: str) -> str:
    """The metric's name within a sentence: only abbreviations keep their capitals."""
    words = metric_words(metric)
    return words[0].lower() + words[1:] if words[1:2].islower() else words


def is_percentage(metric: str) -> bool:
    """Whether the metric is a share of examples, which is written in percent."""
    return metric.endswith("accuracy")


def metric_text(metric: str, value: float | None) -> str:
    """A value as it is written: shares in percent with one decimal, others with three decimals."""
    if value is None or math.isnan(value):
        return MISSING
    return f"{value:.1%}" if is_percentage(metric) else f"{value:.3f}"


def direction_by_name(metric: str) -> bool | None:
    """Whether more is better, as far as the name tells; None if it is not known at all."""
    found = known_metric(metric)
    if found is not None:
        return found.rises
    name = metric.lower()
    return False if _FALLING.search(name) else True if _RISING.search(name) else None


def rises_by_name(metric: str) -> bool:
    """Whether more is better, where a direction must be had: unknown ones are taken to rise.

    Whoever calls a run the best by one of those says so: see `direction_by_name`.
    """
    return direction_by_name(metric) is not False
