"""The metrics that are known by name: what each measures, which way is up, how far it reaches."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

Family = Literal[
    "right answers", "agreement", "ranking", "loss", "mistakes", "calibration", "regression"
]
_INF = math.inf


@dataclass(frozen=True)
class KnownMetric:
    """A metric with its other names; `rises` is whether more is better.

    `is_plain` ones are words that columns of other tables bear, too: alone they tell nothing.
    """

    name: str
    family: Family
    rises: bool
    low: float
    high: float
    aliases: tuple[str, ...] = ()
    is_plain: bool = False


def _share(name: str, *aliases: str, family: Family = "right answers", low: float = 0.0,
           is_plain: bool = False) -> KnownMetric:  # fmt: skip
    return KnownMetric(name, family, True, low, 1.0, aliases, is_plain)


def _falls(name: str, *aliases: str, family: Family = "loss", low: float = 0.0,
           high: float = _INF, is_plain: bool = False) -> KnownMetric:  # fmt: skip
    return KnownMetric(name, family, False, low, high, aliases, is_plain)


#: Every metric that is known, in the order of the docs.
METRICS: tuple[KnownMetric, ...] = (
    _share("accuracy", "acc", "accuracy_score", "classification_accuracy", "subset_accuracy"),
    _share("exact_match", "em", "ca", "correct", "percent_correct", is_plain=True),
    _share("balanced_accuracy", "bacc", "bal_acc", "bal_accuracy", "balanced_acc", "uar"),
    _share("top_k_accuracy", "top_k", "top_k_acc", "topk_categorical_accuracy", "acc_k",
           "accuracy_k", "hits_k", "hit_k"),
    _share("precision", "prec", "ppv", "pos_pred_value", "positive_predictive_value",
           "precision_k"),
    _share("recall", "sensitivity", "tpr", "true_positive_rate", "recall_k", "hit_rate"),
    _share("specificity", "tnr", "true_negative_rate", "selectivity"),
    _share("sens", "spec", is_plain=True),
    _share("npv", "neg_pred_value", "negative_predictive_value"),
    _share("f1", "f_measure", "f_meas", "f_score", "f1_measure", "f1_score", "dice"),
    _share("f_beta", "f_beta_k", "f_beta_score", "fbeta", "f_measure_k"),
    _share("f_k", is_plain=True),
    _share("gmean", "g_mean", "geometric_mean"),
    _share("iba", "index_balanced_accuracy"),
    _share("jaccard", "iou", "jaccard_index", "jaccard_similarity", "mean_iou", "miou",
           "threat_score", "csi"),
    _share("youden", "youden_j", "youdens_j", "youden_index", "j_index", "j_statistic",
           "informedness", family="agreement", low=-1.0),
    _share("markedness", family="agreement", low=-1.0),
    _share("kappa", "cohen_kappa", "cohens_kappa", "kap", "weighted_kappa", "qwk",
           "quadratic_weighted_kappa", family="agreement", low=-1.0),
    _share("mcc", "matthews", "matthews_correlation", "matthews_corrcoef",
           "matthews_correlation_coefficient", "phi_coefficient", family="agreement", low=-1.0),
    _share("roc_auc", "auc", "auroc", "auc_roc", "roc_area", "area_under_roc", "area_under_curve",
           "auc_k", "c_statistic", "concordance", "c_index", family="ranking"),
    _share("roc", family="ranking", is_plain=True),
    _share("pr_auc", "aucpr", "auprc", "average_precision", "avg_precision", "prc_area",
           "auc_prc", "area_under_prc", family="ranking"),
    _share("map", "ap", "mean_average_precision", "map_k", family="ranking", is_plain=True),
    _share("mrr", "mean_reciprocal_rank", family="ranking"),
    _share("ndcg", "ndcg_k", family="ranking"),
    _share("gini", "normalized_gini", "gini_norm", family="ranking", low=-1.0, is_plain=True),
    _share("ks", "ks_statistic", "ks_stat", "kolmogorov_smirnov", family="ranking", is_plain=True),
    KnownMetric("lift", "ranking", True, 0.0, _INF, ("lift_score", "lift_k"), is_plain=True),
    _falls("log_loss", "mlogloss", "multi_logloss", "binary_logloss", "multiclass_logloss",
           "mn_log_loss", "cross_entropy", "binary_crossentropy", "categorical_crossentropy",
           "sparse_categorical_crossentropy", "cross_entropy_loss", "bce", "xent", "xentropy",
           "nll", "negative_log_likelihood", "neg_log_likelihood", "logistic_loss"),
    _falls("hinge", "hinge_loss", "mean_hinge_loss", "squared_hinge"),
    _falls("focal_loss"),
    _falls("deviance", is_plain=True),
    _falls("perplexity", "ppl", low=1.0, is_plain=True),
    _falls("loss", is_plain=True),
    _falls("error", "err", family="mistakes", is_plain=True),
    _falls("error_rate", "misclassification", "misclassification_rate",
           "misclassification_error", "misclassified", "classification_error", "merror",
           "zero_one_loss", "01_loss", "incorrect", family="mistakes", high=1.0),
    _falls("mean_per_class_error", "per_class_error", "balanced_error_rate", "ber",
           "balanced_error", family="mistakes", high=1.0),
    _falls("hamming", "hamming_loss", family="mistakes", high=1.0),
    _falls("eer", "equal_error_rate", "hter", family="mistakes", high=1.0),
    _falls("fpr", "false_positive_rate", "fall_out", "false_alarm_rate", family="mistakes",
           high=1.0),
    _falls("fnr", "false_negative_rate", "miss_rate", family="mistakes", high=1.0),
    _falls("far", "false_acceptance_rate", "false_accept_rate", family="mistakes", high=1.0,
           is_plain=True),
    _falls("frr", "false_rejection_rate", "false_reject_rate", family="mistakes", high=1.0),
    _falls("fdr", "false_discovery_rate", "false_omission_rate", family="mistakes", high=1.0),
    _falls("wer", "cer", "word_error_rate", "character_error_rate", family="mistakes"),
    _falls("brier", "brier_score", "brier_loss", "brier_score_loss", "brier_class",
           family="calibration", high=2.0),
    _falls("ece", "expected_calibration_error", "calibration_error", "mce",
           "maximum_calibration_error", "max_calibration_error", family="calibration", high=1.0),
    _falls("mae", "mean_absolute_error", "mean_abs_error", "median_absolute_error", "medae",
           "max_error", family="regression"),
    _falls("mse", "mean_squared_error", "mean_square_error", "msle", "mean_squared_log_error",
           family="regression"),
    _falls("rmse", "root_mean_squared_error", "root_mean_square_error", "rmsle",
           "root_mean_squared_log_error", family="regression"),
    _falls("mape", "smape", "mean_absolute_percentage_error", "wape", family="regression"),
    _falls("mean_poisson_deviance", "mean_gamma_deviance", "mean_tweedie_deviance",
           "mean_residual_deviance", "pinball_loss", "mean_pinball_loss", "quantile_loss",
           "huber_loss", family="regression"),
    KnownMetric("r2", "regression", True, -_INF, 1.0,
                ("r_squared", "r_square", "rsq", "rsquared", "adjusted_r2", "explained_variance")),
    KnownMetric("pearson", "regression", True, -1.0, 1.0,
                ("pearsonr", "spearman", "spearmanr", "pearson_correlation",
                 "spearman_correlation")),
    KnownMetric("score", "right answers", True, -_INF, _INF, is_plain=True),
)  # fmt: skip

#: Words beside a metric that say over what it was averaged, and nothing of what it is.
_AVERAGES = {"macro", "micro", "weighted", "samples", "binary", "multiclass", "multilabel"}
_SAID_ANYWAY = {"score", "metric", "ovr", "ovo", "overall", "total", "handtill", "beta"}
#: Words of a name that say on what, or of how many, it was measured.
_AROUND = {"mean", "avg", "average", "best", "final", "cv", "oof", "eval", "test", "train", "dev",
           "training", "val", "valid", "validation", "holdout", "internal"}  # fmt: skip
_PARTED = re.compile(r"[^A-Za-z0-9.]+|(?<!\d)\.|\.(?!\d)")
_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+(?:\.\d+)?")


def _alias(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


_BY_ALIAS = {_alias(name): metric for metric in METRICS for name in (metric.name, *metric.aliases)}


def metric_words_of(name: str) -> list[str]:
    """The words of a name in small letters, parted by whatever is no letter, digit or decimal."""
    return [word.lower() for word in _PARTED.split(name) if word]


def camel_words_of(name: str) -> list[str]:
    """The words of a name where capitals and digits begin new ones: `AccuracySD`, `logLoss`."""
    return [word.lower() for word in _CAMEL.findall(name)]


def exact_metric(words: Sequence[str]) -> KnownMetric | None:
    """The metric that these words name, its average apart; None if they name none.

    Numbers stand for those that metrics take: `top 5 accuracy`, `f0.5`, `recall@10`. `neg` before
    one turns it round, as scikit-learn does.
    """
    base = _named(words)
    if base is None and words and words[0] in ("neg", "negative", "negated"):
        base = _named(words[1:])
        return base and replace(base, rises=not base.rises, low=-base.high, high=-base.low)
    return base


def _named(words: Sequence[str]) -> KnownMetric | None:
    averaged = any(word in _AVERAGES for word in words)
    kept = [w for w in words if w not in _AVERAGES and not (averaged and w in ("avg", "average"))]
    for form in (list(words), kept, [w for w in kept if w not in _SAID_ANYWAY]):
        found = _BY_ALIAS.get(_alias("".join(form))) or _BY_ALIAS.get(_numberless(form))
        if form and found:
            return found
    return None


def _numberless(words: Sequence[str]) -> str:
    return _alias(re.sub(r"\d+(\.\d+)?", "k", "_".join(words)))


@lru_cache(maxsize=4096)
def known_metric(name: str) -> KnownMetric | None:
    """What is known of a metric by its name; None if nothing is."""
    for words in (metric_words_of(name), camel_words_of(name)):
        for form in (words, [word for word in words if word not in _AROUND]):
            if found := exact_metric(form):
                return found
    return None
