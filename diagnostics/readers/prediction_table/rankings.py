"""Answers of a table that ranks its first few labels: `Pred1, Pred1Score, Pred2, …`."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from diagnostics.readers.prediction_table.answers import Outcome, say_score, spelt_alike
from diagnostics.readers.prediction_table.choices import said
from diagnostics.readers.prediction_table.columns.roles import Answer
from diagnostics.readers.prediction_table.values.labels import distinct, labels
from diagnostics.readers.prediction_table.values.one_score import one_score
from diagnostics.readers.prediction_table.values.scores import numbers
from diagnostics.workspace.labels import natural_order


def ranking(frame: pl.DataFrame, answer: Answer, truth: pl.Series | None) -> Outcome:
    """The first label is the answer; `rank` is the place of the truth, k + 1 where it is absent.

    Raises
    ------
    NotClassification
        If the columns hold no labels.
    """
    names = [name for name, _ in answer.ranked]
    spelt_alike(frame[names[0]], truth)
    columns = labels(*(frame[name] for name in names), *([] if truth is None else [truth]))
    places, true = columns[: len(names)], None if truth is None else columns[-1]
    found = Outcome(true, places[0], labels=natural_order(distinct(places)))
    several = f"the first of {len(names)} ranked labels" if len(names) > 1 else ""
    found.mapping["predicted_label"] = said(names[0], several)
    if first := answer.ranked[0][1]:
        score = one_score(frame[first])
        found.confidence = score.values
        found.mapping["confidence"] = said(first, "confidence of the predicted label")
        say_score(found, score)
    if len(names) > 1:
        found.rank = None if true is None else _rank(true, places)
        found.margin = _margin(frame, answer)
        found.notes.append(
            f"The table ranks {len(names)} labels a row, which are no full probabilities; a true "
            f"label that is not among them has rank {len(names) + 1}."
        )
    return found


def _rank(true: pl.Series, places: Sequence[pl.Series]) -> pl.Series:
    named = [column.alias(str(place)) for place, column in enumerate(places, start=1)]
    table = pl.DataFrame([true.alias("true"), *named])
    rank = pl.lit(len(places) + 1, dtype=pl.Int32)
    for place in range(len(places), 0, -1):
        is_here = (pl.col(str(place)) == pl.col("true")).fill_null(value=False)
        rank = pl.when(is_here).then(pl.lit(place, dtype=pl.Int32)).otherwise(rank)
    return table.select(pl.when(pl.col("true").is_not_null()).then(rank)).to_series()


def _margin(frame: pl.DataFrame, answer: Answer) -> pl.Series | None:
    scores = [score for _, score in answer.ranked[:2] if score]
    return numbers(frame[scores[0]]) - numbers(frame[scores[1]]) if len(scores) == 2 else None
