"""Which columns hold a table's scores: one, one for each class, a list, or a ranking."""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl

from diagnostics.readers.prediction_table.columns import names
from diagnostics.readers.prediction_table.columns.class_columns import (
    ClassColumns,
    class_columns,
    sums_to_one,
    told_columns,
)
from diagnostics.readers.prediction_table.columns.names import best, is_measured, key
from diagnostics.readers.prediction_table.columns.roles import AnswerColumns, Search
from diagnostics.readers.prediction_table.values.labelled_scores import labelled_lists, told_lists
from diagnostics.readers.prediction_table.values.scores import is_list, numbers


def ranked_columns(search: Search) -> tuple[tuple[str, str | None], ...]:
    """Top-k columns in order of rank: (label, score); `Pred1`, `Pred1Score`, `Pred2`.

    `pred_1` and `pred_2` that agree somewhere are two models, not the first and second choice
    of one.
    """
    labelled: dict[int, str] = {}
    scored: dict[int, str] = {}
    for name in search.scalars():
        score = re.fullmatch(names.RANKED_SCORE, key(name))
        if score and search.is_number(name):
            scored[int(score["rank"] or score["bare"])] = name
        elif label := re.fullmatch(names.RANKED_LABEL, key(name)):
            labelled[int(label["rank"])] = name
    pairs = tuple((labelled[rank], scored.get(rank)) for rank in sorted(labelled))
    if not pairs or (len(pairs) == 1 and not pairs[0][1]):
        return ()
    columns = [search.sample[label].cast(pl.String) for label, _ in pairs]
    if any((a == b).any() for a, b in zip(columns, columns[1:], strict=False)):
        return ()
    return pairs if pairs[0][1] or not search.is_number(pairs[0][0]) else ()


def listed_scores(search: Search) -> tuple[str, str] | None:
    """The lists of labels and of their scores, taken; None if there are none.

    `errata.toml` tells them by both names, or by that of the column which held both.
    """
    free = search.sample.select(search.free)
    told = search.told.get("probabilities", ())
    pair = told_lists(free, told) if told else next(iter(labelled_lists(free)), None)
    search.take(*(pair or ()))
    return pair


def with_scores(
    search: Search, answer: AnswerColumns, truth: str | None, known: set[str], *, is_called_so: bool
) -> list[AnswerColumns]:
    """The only model's answer with its scores; [] if there is neither a label nor a score."""
    if answer.listed or answer.confidence:
        return [answer]
    classes, vector = _full_scores(search, known, is_called_so=is_called_so)
    search.take(vector, *(classes.stems if classes else ()))
    if classes or vector:
        confidence = search.chosen("confidence") if "confidence" in search.told else None
        return [replace(answer, classes=classes, vector=vector, confidence=confidence)]
    candidates = single_scores(search)
    if answer.predicted:
        candidates += _called_predictions(search)
        return [replace(answer, confidence=search.chosen("confidence", candidates))]
    if truth is None or not candidates or len(search.values(truth)) > 2:
        return []
    if key(truth) in ("label", "class") and tells_apart(search, truth, candidates[0]):
        return []
    return [AnswerColumns(confidence=search.chosen("confidence", candidates))]


def with_own_scores(search: Search, answer: AnswerColumns, known: set[str]) -> AnswerColumns:
    """One of several models' answers with the scores called like it: `rf_prob`, `prob_rf_cat`."""
    if answer.confidence:
        return answer
    model, words = key(answer.model), names.SCORE_WORDS
    numeric = search.numeric()
    if model:
        own = [n for n in numeric if re.search(rf"(?:^|_){re.escape(model)}(?:_|$)", key(n))]
        patterns = [rf"{model}_(?:pred_|prediction_)?{words}", rf"(?:pred_)?(?:{words}|p)_{model}"]
    else:
        own, patterns = [], list(names.SCORE)
    classes = class_columns(search.sample, own, known)
    single = None if classes else next(iter(best(numeric, patterns)), None)
    search.take(single, *(classes.stems if classes else ()))
    return replace(answer, classes=classes, confidence=single)


def single_scores(search: Search) -> list[str]:
    """The columns that may be the one score, best first."""
    numeric = search.numeric()
    numeric = [n for n in numeric if not is_measured(n, search.sample.columns)]
    of_label = best(numeric, [names.SCORE_OF_LABEL])
    return [*best(numeric, names.SCORE), *(n for n in of_label if is_share(search.sample[n]))]


def _called_predictions(search: Search) -> list[str]:
    """Shares under a name of predictions: scores, where another column has the labels."""
    free = [n for n in search.numeric() if not is_measured(n, search.sample.columns)]
    named = [name for name in free if names.model_in(name)]
    called = dict.fromkeys([*best(free, names.PREDICTION), *named])
    return [name for name in called if is_share(search.sample[name])]


def is_share(column: pl.Series) -> bool:
    """Whether a column holds fractions from 0 to 1 and not just 0 and 1."""
    values = numbers(column).drop_nulls()
    return len(values) > 0 and bool(values.is_between(0, 1).all() and (values % 1 != 0).any())


def _full_scores(
    search: Search, known: set[str], *, is_called_so: bool
) -> tuple[ClassColumns | None, str | None]:
    """The columns with one score for each class, or the one with a list of them."""
    told = search.told.get("probabilities")
    if told and told != ("*",):
        return _told_scores(search, told)
    lists = [name for name in search.free if is_list(search.sample[name])]
    if vector := next(iter(best(lists, [names.VECTOR])), None):
        return None, vector
    classes = class_columns(search.sample, search.numeric(), known)
    if classes is None and is_called_so:
        classes = _numbered(search) if known else _all_that_is_left(search)
    return classes, None


def _told_scores(search: Search, told: tuple[str, ...]) -> tuple[ClassColumns | None, str | None]:
    """Told by a list of columns, a list column, a pattern with `*`, or a prefix."""
    there = [name for name in told if name in search.sample.columns]
    if len(told) == 1 and there:
        return None, told[0]
    if len(told) > 1:
        search.not_found += [name for name in told if name not in there]
        return (ClassColumns("*", {name: name for name in there}) if there else None), None
    pattern = told[0] if "*" in told[0] else f"{told[0]}*"
    numeric = search.numeric()
    classes = told_columns(numeric, pattern)
    if not classes.stems:
        search.not_found.append(told[0])
        return None, None
    return classes, None


def _all_that_is_left(search: Search) -> ClassColumns | None:
    """All columns but the id, if they sum to 1: a submission with one column for each class."""
    identity = search.identities()[:1]
    rest = [name for name in search.free if name not in identity]
    is_numeric = len(rest) > 1 and all(search.is_number(name) for name in rest)
    if is_numeric and sums_to_one(search.sample, rest):
        return ClassColumns("*", {name: name for name in rest})
    return None


def _numbered(search: Search) -> ClassColumns | None:
    """Shares that sum to 1 under one name with a number, whatever it says: `Blend_0`, `Blend_1`."""
    by_name: dict[str, dict[str, str]] = {}
    for name in search.numeric():
        match = re.fullmatch(r"(.*?\D)(\d+)", name)
        if match and is_share(search.sample[name]):
            by_name.setdefault(match[1], {})[name] = match[2]
    for before, stems in by_name.items():
        if len(stems) > 1 and sums_to_one(search.sample, list(stems)):
            return ClassColumns(f"{before}*", stems)
    return None


def tells_apart(search: Search, label: str, score: str) -> bool:
    """Whether `label` is what the score decides, an answer then: at least 0.5, or cut by it."""
    values = numbers(search.sample[score])
    if (values >= 0.5).all():
        return True
    ranges = (
        pl.DataFrame({"label": search.sample[label].cast(pl.String), "score": values})
        .drop_nulls()
        .group_by("label")
        .agg(low=pl.col("score").min(), high=pl.col("score").max())
        .sort("low")
    )
    return len(ranges) == 2 and bool(ranges["high"][0] <= ranges["low"][1])
