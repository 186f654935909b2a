"""Metrics by name: one table says what each measures, which way is up and how far it reaches."""

from __future__ import annotations

import math

import pytest

from diagnostics.statistics.metric_names import direction_by_name, rises_by_name
from diagnostics.statistics.metric_table import METRICS, known_metric
from tests.made.metric_table import metric_table, written_table

FALLING = (
    "logloss", "log_loss", "mlogloss", "LogLoss", "cross_entropy", "crossentropy", "nll",
    "hinge", "brier", "eer", "fpr", "fnr", "far", "frr", "misclassification", "error_rate",
    "mean_per_class_error", "hamming", "perplexity", "MAE", "RMSE", "val_loss", "test_error",
    "valid_multi_logloss", "test-merror-mean", "binaryCrossentropy", "mean_absolute_error",
    "Hamming_Loss", "negative_log_likelihood", "my_loss", "intent_error",
)  # fmt: skip
RISING = (
    "aucpr", "auprc", "pr_auc", "average_precision", "roc_auc", "auroc", "gini", "ks", "lift",
    "kappa", "mcc", "jaccard", "iou", "top_k", "top_5_accuracy", "top5_acc", "neg_log_loss",
    "neg_mean_squared_error", "R2", "f_beta", "f0.5", "F2", "specificity", "sensitivity",
    "youden", "gmean", "iba", "Prec.", "Acc@1", "recall@10", "mIoU", "F-measure",
    "macro_avg_f1", "AUC(OvR)", "score", "test_score", "conversation_accuracy", "Cohen's_kappa",
)  # fmt: skip


@pytest.mark.parametrize("name", FALLING)
def test_of_these_less_is_better(name: str) -> None:
    assert direction_by_name(name) is False
    assert direction_by_name(name.replace("_", " ")) is False


@pytest.mark.parametrize("name", RISING)
def test_of_these_more_is_better(name: str) -> None:
    assert direction_by_name(name) is True


@pytest.mark.parametrize("name", ["foo", "latency", "std_auc", "AccuracySD", "p_1", "f", ""])
def test_of_others_nothing_is_known(name: str) -> None:
    assert direction_by_name(name) is None
    assert rises_by_name(name)


def test_no_two_metrics_have_a_name_in_common() -> None:
    for metric in METRICS:
        for name in (metric.name, *metric.aliases):
            assert known_metric(name) == metric, name


def test_what_is_turned_round_reaches_the_other_way() -> None:
    turned = known_metric("neg_brier_score")
    assert turned is not None
    assert (turned.rises, turned.low, turned.high) == (True, -2.0, -0.0)
    loss = known_metric("neg_log_loss")
    assert loss is not None
    assert loss.low == -math.inf


def test_the_document_has_the_table() -> None:
    assert written_table() == metric_table()
