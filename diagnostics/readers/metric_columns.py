"""What a column of a table of runs says by its name: which metric, which figure of it, on what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from diagnostics.readers.splits import SPLIT_WORDS
from diagnostics.statistics.metric_table import (
    KnownMetric,
    camel_words_of,
    exact_metric,
    metric_words_of,
)
from diagnostics.workspace.run import Spread

#: The metric itself, something that says how far it spreads, or an interval as a text.
Statistic = Literal["value", "interval", "rank", "other", Spread]


@dataclass(frozen=True)
class Figure:
    """What a column holds; `metric` is "" and `known` None where the name has no metric.

    `soft` is whether nothing but cross-validation is said of what it was measured on.
    """

    metric: str
    known: KnownMetric | None
    statistic: Statistic = "value"
    split: str = "test"
    fold: int | None = None
    soft: bool = False

    @property
    def key(self) -> str:
        """Equal for columns of one metric: `logLoss` and `log_loss` are one."""
        return re.sub(r"[^a-z0-9.]", "", self.metric)

    @property
    def is_plain(self) -> bool:
        """Whether the metric's name is a word that columns of other tables bear, too."""
        return self.known is None or self.known.is_plain


SPLITS = {**SPLIT_WORDS, **dict.fromkeys(("holdout", "eval"), "test")}
_SOFT = {"cv", "oof", "internal", "crossval", "crossvalidated"}
_STATISTICS: dict[str, Statistic] = {
    **dict.fromkeys(("mean", "avg", "average", "median", "best", "final"), "value"),
    **dict.fromkeys(("std", "stdev", "stddev", "sd", "deviation"), "std"),
    **dict.fromkeys(("se", "sem", "stderr"), "standard_error"),
    **dict.fromkeys(("min", "minimum", "lowest", "worst"), "lowest"),
    **dict.fromkeys(("max", "maximum", "highest"), "highest"),
    **dict.fromkeys(("low", "lower", "lo", "lwr", "lcl", "lb", "2.5"), "interval_low"),
    **dict.fromkeys(("high", "upper", "hi", "upr", "ucl", "ub", "97.5"), "interval_high"),
    **dict.fromkeys(("ci", "interval"), "interval"),
    "rank": "rank",
    **dict.fromkeys(("var", "variance", "iqr", "range"), "other"),
}
_UNITS = {"pct", "percent", "percentage", "in"}
#: What a column of values is called whose metric another column names.
_VALUES = {"value", "values", "score", "metric", "estimate", "result", "figure", "measure"}
_PHRASES = (
    (re.compile(r"\bstandard deviation\b|\bstd dev\b"), "std"),
    (re.compile(r"\b(standard|std) err(or)?\b"), "se"),
    (re.compile(r"\b(confidence|conf) (interval|int|level)\b|\bconf\b|\bci ?9[059]\b"), "ci"),
    (re.compile(r"\b9[059] ?ci\b|\b9[059]( percent)? ci\b|\bcredible interval\b"), "ci"),
    (re.compile(r"\b(lower|upper) (bound|limit)\b"), r"\1"),
    (re.compile(r"\b(ci)(low|lower|high|upper)\b"), r"\1 \2"),
)
_FOLD = re.compile(r"\b(?:fold|split|run|seed|repeat|rep) ?(\d+)\b")
#: How pandas tells a second column of a name apart.
_AGAIN = re.compile(r"(?<=[A-Za-z])\.\d+$")
_SPREAD_AT_END = re.compile(r"(.+?)[ _.]?(SD|Sd|SE|STD|Std)")


@lru_cache(maxsize=4096)
def figure(column: str) -> Figure | None:
    """The figure that a column is called like; None where its name has no metric.

    As few words as possible are taken from the ends of the name: `mean_per_class_error` is a
    metric, `mean_auc` one and how it was got.
    """
    name = column.replace("±", " std ").replace("+/-", " std ")
    for words in (_words(metric_words_of(name)), _words(camel_words_of(name))):
        if found := _of_words(words):
            return found
    if ends := _SPREAD_AT_END.fullmatch(name):
        of = figure(ends[1])
        statistic = _STATISTICS[ends[2].lower()]
        if of and of.statistic == "value":
            return Figure(of.metric, of.known, statistic, of.split, of.fold, of.soft)
    return None


def bare_figure(column: str) -> Figure | None:
    """The figure of a column that names no metric but says what it is of one: `std`, `ci_low`."""
    once = _AGAIN.sub("", column)
    words = _words(metric_words_of(once.replace("±", " std ")))
    fold, words = _without_fold(words)
    rest = [word for word in words if word not in _VALUES]
    is_named = bool(words) or fold is not None
    if not is_named or not _are_marks(rest) or words == ["metric"]:
        return None
    return _figure(rest, "", None, fold)


def is_error_format(column: str) -> bool:
    """Whether it is AutoGluon's `metric_error_test`: of whatever the metric is, less is better."""
    return metric_words_of(column)[:2] == ["metric", "error"]


def normal_name(column: str) -> str:
    """A column's name as that of a metric: small letters, words joined by underscores."""
    return re.sub(r"[\s_-]+", "_", column.strip().lower()).strip("_")


def _words(words: Sequence[str]) -> list[str]:
    text = " ".join(words)
    for phrase, instead in _PHRASES:
        text = phrase.sub(instead, text)
    return text.split()


def _without_fold(words: Sequence[str]) -> tuple[int | None, list[str]]:
    text = " ".join(words)
    found = _FOLD.search(text)
    if found is None:
        return None, list(words)
    return int(found[1]), (text[: found.start()] + text[found.end() :]).split()


def _of_words(words: Sequence[str]) -> Figure | None:
    fold, words = _without_fold(words)
    for removed in range(len(words)):
        for left in range(removed, -1, -1):
            end = len(words) - (removed - left)
            core, rest = words[left:end], [*words[:left], *words[end:]]
            known = exact_metric(core)
            if known is not None and _are_marks(rest):
                return _figure(rest, "_".join(core), known, fold)
    return None


def _are_marks(words: Sequence[str]) -> bool:
    marks = (_STATISTICS, SPLITS, _SOFT, _UNITS)
    return all(any(word in known for known in marks) for word in words)


def _figure(
    rest: Sequence[str], metric: str, known: KnownMetric | None, fold: int | None
) -> Figure:
    statistics = [_STATISTICS[word] for word in rest if word in _STATISTICS]
    # `mean ci low`: what is farthest from the metric itself counts.
    spreads = [one for one in statistics if one not in ("value", "interval")]
    statistic = next(iter(spreads), "interval" if "interval" in statistics else "value")
    if statistic == "lowest" and "interval" in statistics:
        statistic = "interval_low"
    if statistic == "highest" and "interval" in statistics:
        statistic = "interval_high"
    splits = [SPLITS[word] for word in rest if word in SPLITS]
    soft = any(word in _SOFT for word in rest) and not splits
    return Figure(metric, known, statistic, next(iter(splits), "test"), fold, soft)
