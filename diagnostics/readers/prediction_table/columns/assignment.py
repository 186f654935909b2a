"""Truth, answers and scores of a table: the assignment of columns for which most speaks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from diagnostics.readers.prediction_table.columns.class_columns import told_columns
from diagnostics.readers.prediction_table.columns.evidence import (
    Candidate,
    answer_candidates,
    either_way,
    strongest,
    truth_candidates,
    unnamed_answers,
)
from diagnostics.readers.prediction_table.columns.models import (
    called_after_models,
    code_beside,
    code_columns,
    models_beside,
)
from diagnostics.readers.prediction_table.columns.roles import AnswerColumns, Search
from diagnostics.readers.prediction_table.columns.score_columns import (
    listed_scores,
    ranked_columns,
    tells_apart,
    with_own_scores,
    with_scores,
)
from diagnostics.readers.prediction_table.columns.scores_beside import ScoresBeside, scores_beside
from diagnostics.readers.prediction_table.columns.steps import EXACT, FAMILY, LEFT_OVER, Step
from diagnostics.readers.prediction_table.columns.subjects import models_by_scores, scored_column
from diagnostics.readers.prediction_table.columns.unnamed import alike_answer


def truth_and_answers(
    search: Search, *, is_called_so: bool
) -> tuple[str | None, list[AnswerColumns]]:
    """The column of the truth and those of each model's answers; taken, and the reasons kept."""
    listed = listed_scores(search)  # first: a list of labels is no answer of several labels
    ranked = () if listed else _ranked(search)
    beside = scores_beside(search)
    answers = [] if ranked else answer_candidates(search)
    codes = code_columns(search, [entry.column for entry in answers])
    answers = [entry for entry in answers if entry.column not in codes.values()]
    named = [*(entry.column for entry in answers), *codes.values()]
    truths = truth_candidates(search, named, beside, is_called_so=is_called_so)
    if not (answers or ranked or listed or "predicted_label" in search.told):
        answers = _less_clear(search, truths, beside, is_called_so=is_called_so)
    if not (truths or answers or ranked or listed):
        truths, answers = _scored(search)
    if search.verdict:
        answers, truths = answers or either_way(search, truths), []
    truth, answer = strongest(search, truths, answers, codes)
    column = search.chosen("true_label", [truth.column if truth else None])
    _keep(search, truths, truth, column, "true_label")
    if ranked:
        search.take(*(name for pair in ranked for name in pair))
        search.decide(Step("predicted_label", ranked[0][0], EXACT, "the columns are ranked"))
        return column, [AnswerColumns(ranked=ranked)]
    own = _answers(search, column, answers, answer, codes, listed, is_called_so=is_called_so)
    return column, own


def _scored(search: Search) -> tuple[list[Candidate], list[Candidate]]:
    """The truth, or the answer, that a score is called after: `churn` beside `churn_probability`.

    It is the answer where it says no more than the score does: all above a threshold.
    """
    pair = scored_column(search)
    if pair is None or "true_label" in search.told:
        return [], []
    column, score = pair
    reason = f"{score!r} is called like a score of it"
    candidate = Candidate(column, FAMILY, reason, is_assumed=True)
    return ([], [candidate]) if tells_apart(search, column, score) else ([candidate], [])


def _less_clear(
    search: Search, truths: Sequence[Candidate], beside: ScoresBeside, *, is_called_so: bool
) -> list[Candidate]:
    """Answers that no name gives away: by the scores beside them, or by the truth's labels."""
    if called_after_models(search):
        return []
    either = either_way(search, truths) if beside or len(truths) > 1 else []
    unnamed = unnamed_answers(search, beside, truths) if beside else []
    if not unnamed and truths and (is_called_so or beside):
        unnamed = [
            Candidate(name, LEFT_OVER, f"{name!r} holds the labels of the truth", is_assumed=True)
            for name in alike_answer(search, truths[0].column)
        ]
    return [*either, *unnamed]


def _answers(
    search: Search,
    truth: str | None,
    candidates: Sequence[Candidate],
    answer: Candidate | None,
    codes: dict[str, str],
    listed: tuple[str, str] | None,
    *,
    is_called_so: bool,
) -> list[AnswerColumns]:
    predicted, models = _told_predictions(search, answer.column if answer else None)
    _keep(search, candidates, answer, predicted, "predicted_label")
    own = codes.get(predicted or "") or (code_beside(search, predicted) if predicted else None)
    search.take(own)
    known = search.values(truth, predicted, own, *(entry.predicted for entry in models))
    is_told = "predicted_label" in search.told
    if not models and not (predicted and (is_told or (answer and answer.is_assumed))):
        models = models_beside(search, known, beside=predicted)
    search.take(predicted, own, *(name for entry in models for name in entry.columns))
    known |= search.values(*(entry.predicted for entry in models))
    first = [AnswerColumns(predicted=predicted, codes=own)] if predicted else []
    answers = [*first, *models]
    for entry in models[:1] if not first else []:
        why = "the columns are called like models' predictions"
        search.decide(Step("predicted_label", entry.predicted or "", FAMILY, why))
    if len(answers) > 1:
        return [with_own_scores(search, entry, known) for entry in answers]
    if not (answers or listed) and truth and (by_scores := models_by_scores(search, truth)):
        return by_scores
    only = replace(answers[0] if answers else AnswerColumns(), model="", listed=listed)
    return with_scores(search, only, truth, known, is_called_so=is_called_so)


def _ranked(search: Search) -> tuple[tuple[str, str | None], ...]:
    """Top-k columns, unless `errata.toml` names another column as the prediction."""
    ranked = ranked_columns(search)
    told = search.told.get("predicted_label")
    return ranked if ranked and (told is None or told[0] == ranked[0][0]) else ()


def _told_predictions(search: Search, guess: str | None) -> tuple[str | None, list[AnswerColumns]]:
    """The prediction column, or those of several models where `errata.toml` has a pattern."""
    told = search.told.get("predicted_label", ("",))[0]
    if "*" in told and (stems := told_columns(search.free, told).stems):
        return None, [
            AnswerColumns(model=stem, predicted=name, codes=code_beside(search, name))
            for name, stem in stems.items()
        ]
    return search.chosen("predicted_label", [guess]), []


def _keep(
    search: Search,
    candidates: Iterable[Candidate],
    winner: Candidate | None,
    column: str | None,
    role: str,
) -> None:
    """Note why a column has the role, and which other one could have it."""
    if column is None:
        return
    others = [entry for entry in candidates if entry.column != column]
    second = max(others, key=lambda entry: entry.strength, default=None)
    if winner is not None and winner.column == column:
        search.decide(winner.step(role, second.column if second else ""))
    else:
        search.decide(Step(role, column, EXACT, "errata.toml says so"))
