"""Answers of a table whose rows list labels with their scores, each row in its own order."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import cast

import numpy as np
import polars as pl

from diagnostics.readers.prediction_table.answers.model import model_answers
from diagnostics.readers.prediction_table.answers.spelt import Answers, say_score
from diagnostics.readers.prediction_table.choices import Choice, mapping_entry
from diagnostics.readers.prediction_table.columns.roles import AnswerColumns
from diagnostics.readers.prediction_table.values.labelled_scores import (
    MOST_CELLS,
    LabelledScores,
    is_whole,
    labelled_scores,
)
from diagnostics.readers.prediction_table.values.labels import distinct, labels
from diagnostics.readers.prediction_table.values.measurements import (
    NotClassification,
    require_labels,
)
from diagnostics.readers.prediction_table.values.one_score import one_score
from diagnostics.readers.prediction_table.values.scores import Kind, probabilities
from diagnostics.readers.prediction_table.values.spellings import (
    renamed,
    respelt_as,
    said,
    spelt_as_one,
)
from diagnostics.workspace.labels import natural_order


@dataclass(frozen=True)
class _Found:
    """What the rows list, labels spelt as those of the truth and of the prediction."""

    scores: LabelledScores
    truth: pl.Series | None
    predicted: pl.Series | None
    first: pl.DataFrame
    names: tuple[str, str]
    notes: tuple[str, ...] = ()

    @property
    def answer(self) -> pl.Series:
        """The table's own prediction, else the label with the highest score."""
        return self.first["label"] if self.predicted is None else self.predicted


def labelled_answers(
    frame: pl.DataFrame, columns: AnswerColumns, truth: pl.Series | None, choice: Choice
) -> Answers:
    """Full vectors where each row lists all labels, or sums to 1 without the rest; else a ranking.

    The answer is the table's own prediction, else the label with the highest score, of equal ones
    the first that the row lists.

    Raises
    ------
    NotClassification
        If the labels are none, or the scores speak of several labels at once.
    """
    listed = _listed(frame, columns, truth, choice)
    require_labels(listed.answer.alias(columns.predicted or listed.names[0]), truth)
    lengths = listed.scores.table.group_by("row").len()["len"]
    if columns.predicted is None and len(lengths) and lengths.max() == 1:
        answers = _single(listed, choice)
    else:
        answers = _vectors(listed, choice) or _ranking(listed, choice)
    _say_rows(answers, listed, columns)
    return answers


def _listed(
    frame: pl.DataFrame, columns: AnswerColumns, truth: pl.Series | None, choice: Choice
) -> _Found:
    pair = cast("tuple[str, str]", columns.listed)
    scores = labelled_scores(frame[pair[0]], frame[pair[1]])
    given = [None if columns.predicted is None else frame[columns.predicted], truth]
    spelt = labels(scores.table["label"], *(column for column in given if column is not None))
    rest = iter(spelt[1:])
    predicted, true = [None if column is None else next(rest) for column in given]
    beside = [column for column in (true, predicted) if column is not None]
    respelt = respelt_as(distinct([spelt[0]]), distinct(beside[:1])) if choice.join_labels else {}
    if choice.join_labels and true is not None and predicted is not None:
        predicted = spelt_as_one(predicted, true).predicted
    table = scores.table.with_columns(renamed(spelt[0], respelt).alias("label"))
    scores = LabelledScores(table, scores.rows, scores.uneven, scores.twice)
    notes = (said(respelt),) if respelt else ()
    return _Found(scores, true, predicted, scores.first(), pair, notes)


def _single(listed: _Found, choice: Choice) -> Answers:
    """One label a row with its score: as a table with a column for each of them."""
    name, score = listed.names
    frame = listed.first.select(pl.col("label").alias(name), pl.col("score").alias(score))
    columns = AnswerColumns(predicted=name, confidence=score)
    answers = model_answers(frame, columns, listed.truth, choice)
    answers.mapping = {k: v for k, v in answers.mapping.items() if k != "confidence"}
    return answers


def _vectors(listed: _Found, choice: Choice) -> Answers | None:
    """Full vectors, None if rows leave out labels that have a share of the probability."""
    order = natural_order(distinct([listed.scores.table["label"]]))
    if not order or len(order) * listed.scores.rows > MOST_CELLS:
        return None
    raw = listed.scores.matrix(order)
    is_listed = ~np.isnan(raw)
    is_partial = is_listed.any(axis=1) & ~is_listed.all(axis=1)
    absent = 0
    if is_partial.any():
        total = next((total for total in (1.0, 100.0) if is_whole(raw, total=total)), None)
        if total is None:
            return None
        absent = int(is_partial.sum())
        raw[is_listed.any(axis=1)] = np.nan_to_num(raw[is_listed.any(axis=1)])
    converted = probabilities(raw, told=_told(choice), name=listed.names[1])
    is_judged = listed.truth is not None or listed.predicted is not None
    if not is_judged and converted.off * 2 > listed.scores.rows:
        raise NotClassification(
            f"The scores in {listed.names[1]!r} do not sum to 1 and no label is given: they look "
            "like several labels at once."
        )
    answers = Answers(listed.truth, listed.answer, vectors=converted.values, labels=order)
    answers.mapping["scores"] = mapping_entry(converted.kind, converted.done)
    if converted.kind != "probability":
        what = f"The scores in {listed.names[1]!r} look like {converted.kind}"
        answers.notes.append(f"{what}: {converted.done}.")
    if converted.off:
        what = f"The probabilities of {converted.off:,} rows do not sum to 1"
        answers.notes.append(f"{what}; they were kept as they are.")
    if absent:
        answers.notes.append(f"In {absent:,} rows labels that are not listed got probability 0.")
    return answers


def _ranking(listed: _Found, choice: Choice) -> Answers:
    """The first few labels of each row: the answer's own score, the place of the truth."""
    places = listed.scores.places()
    score = one_score(_answers_score(listed), told=_told(choice))
    most = int(cast(int, places["place"].max() or 0))
    answers = Answers(listed.truth, listed.answer, confidence=score.values)
    answers.labels = natural_order(distinct([places["label"]]))
    say_score(answers, score)
    if most > 1:
        answers.rank = _rank(listed, places, most)
        answers.margin = _margin(places, listed.scores.rows)
    answers.notes.append(
        f"The rows list up to {most} labels each, which are no full probabilities; a true label "
        f"that is not among them has rank {most + 1}."
    )
    return answers


def _answers_score(listed: _Found) -> pl.Series:
    """The score that a row gives to its answer."""
    answer = pl.DataFrame([listed.answer.alias("label")]).with_row_index("row")
    joined = answer.join(
        listed.scores.table, on=["row", "label"], how="left", maintain_order="left"
    )
    return joined["score"].alias(listed.names[1])


def _rank(listed: _Found, places: pl.DataFrame, most: int) -> pl.Series | None:
    if listed.truth is None:
        return None
    true = pl.DataFrame([listed.truth.alias("label")]).with_row_index("row")
    joined = true.join(places, on=["row", "label"], how="left", maintain_order="left")
    rank = pl.col("place").fill_null(most + 1).cast(pl.Int32)
    return joined.select(pl.when(pl.col("label").is_not_null()).then(rank)).to_series()


def _margin(places: pl.DataFrame, rows: int) -> pl.Series:
    by_row = (
        places.filter(pl.col("place") <= 2)
        .group_by("row")
        .agg(first=pl.col("score").max(), second=pl.col("score").min(), n=pl.len())
    )
    every = pl.DataFrame({"row": pl.Series(range(rows), dtype=pl.UInt32)})
    joined = every.join(by_row, on="row", how="left", maintain_order="left")
    gap = pl.when(pl.col("n") == 2).then(pl.col("first") - pl.col("second"))
    return joined.select(gap).to_series()


def _say_rows(answers: Answers, listed: _Found, columns: AnswerColumns) -> None:
    names = json.dumps(list(listed.names), ensure_ascii=False)
    lead = "" if columns.predicted else "the label with the highest score"
    answers.mapping["predicted_label"] = mapping_entry(columns.predicted or "", lead)
    answers.mapping["probabilities"] = mapping_entry(names, "labels and their scores, row by row")
    if listed.predicted is not None:
        # Equal scores are no contradiction: the row's best is as high as the answer's own.
        own = _answers_score(listed)
        differ = int(((listed.first["score"] > own) | own.is_null()).sum())
        if differ:
            what = f"In {differ:,} rows the predicted label is not the one with the highest score"
            answers.notes.append(f"{what}; the table's prediction counts.")
    answers.notes += listed.notes
    if listed.scores.twice:
        what = f"{listed.scores.twice:,} rows name a label twice"
        answers.notes.append(f"{what}; the higher score counts.")
    if listed.scores.uneven:
        what = f"In {listed.scores.uneven:,} rows there are more labels than scores, or fewer."
        hint = "These rows count as unanswered. Write as many scores as labels."
        answers.oddities.append(("uneven-lists", what, hint))


def _told(choice: Choice) -> Kind | None:
    return cast("Kind", choice.scores) if choice.scores else None
