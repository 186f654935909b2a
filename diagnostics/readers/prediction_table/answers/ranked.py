"""Answers of a table that ranks its first few labels: `Pred1, Pred1Score, Pred2, …`."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from diagnostics.readers.prediction_table.answers.spelt import Answers, say_score, spelt_alike
from diagnostics.readers.prediction_table.choices import Choice, mapping_entry
from diagnostics.readers.prediction_table.columns.roles import AnswerColumns
from diagnostics.readers.prediction_table.values.labels import distinct, labels
from diagnostics.readers.prediction_table.values.one_score import one_score
from diagnostics.readers.prediction_table.values.scores import numbers
from diagnostics.readers.prediction_table.values.spellings import renamed, respelt_as, said
from diagnostics.workspace.labels import natural_order


def ranked_answers(
    frame: pl.DataFrame, columns: AnswerColumns, truth: pl.Series | None, choice: Choice
) -> Answers:
    """The first label is the answer; `rank` is the place of the truth, k + 1 where it is absent.

    Raises
    ------
    NotClassification
        If the columns hold no labels.
    """
    names = [name for name, _ in columns.ranked]
    first_spelt = spelt_alike(frame[names[0]], truth, choice)
    spelt = labels(*(frame[name] for name in names), *([] if truth is None else [truth]))
    places, true = spelt[: len(names)], None if truth is None else spelt[-1]
    respelt: dict[str, str] = {}
    if first_spelt.respelt and true is not None:
        respelt = respelt_as(distinct(places), distinct([true]))
        places = [renamed(place, respelt) for place in places]
    answers = Answers(true, places[0], labels=natural_order(distinct(places)))
    if respelt:
        answers.notes.append(said(respelt))
    several = f"the first of {len(names)} ranked labels" if len(names) > 1 else ""
    answers.mapping["predicted_label"] = mapping_entry(names[0], several)
    if first := columns.ranked[0][1]:
        score = one_score(frame[first])
        answers.confidence = score.values
        answers.mapping["confidence"] = mapping_entry(first, "confidence of the predicted label")
        say_score(answers, score)
    if len(names) > 1:
        answers.rank = None if true is None else _rank(true, places)
        answers.margin = _margin(frame, columns)
        answers.notes.append(
            f"The table ranks {len(names)} labels a row, which are no full probabilities; a true "
            f"label that is not among them has rank {len(names) + 1}."
        )
    return answers


def _rank(true: pl.Series, places: Sequence[pl.Series]) -> pl.Series:
    named = [column.alias(str(place)) for place, column in enumerate(places, start=1)]
    table = pl.DataFrame([true.alias("true"), *named])
    rank = pl.lit(len(places) + 1, dtype=pl.Int32)
    for place in range(len(places), 0, -1):
        is_here = (pl.col(str(place)) == pl.col("true")).fill_null(value=False)
        rank = pl.when(is_here).then(pl.lit(place, dtype=pl.Int32)).otherwise(rank)
    return table.select(pl.when(pl.col("true").is_not_null()).then(rank)).to_series()


def _margin(frame: pl.DataFrame, columns: AnswerColumns) -> pl.Series | None:
    scores = [score for _, score in columns.ranked[:2] if score]
    return numbers(frame[scores[0]]) - numbers(frame[scores[1]]) if len(scores) == 2 else None
