"""Which column of a table is the truth, the prediction, the score, the example."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from diagnostics.readers.prediction_table.aside import set_aside
from diagnostics.readers.prediction_table.columns import names as names_of
from diagnostics.readers.prediction_table.columns.class_columns import told_columns
from diagnostics.readers.prediction_table.columns.names import (
    best,
    is_named,
    is_prediction_file,
    key,
)
from diagnostics.readers.prediction_table.columns.other_tables import is_other_table, several_labels
from diagnostics.readers.prediction_table.columns.roles import AnswerColumns, Roles, Search
from diagnostics.readers.prediction_table.columns.score_columns import (
    listed_scores,
    ranked_columns,
    with_own_scores,
    with_scores,
)
from diagnostics.readers.prediction_table.columns.unnamed import (
    is_wordy,
    only_column_left,
    truth_by_values,
)
from diagnostics.readers.prediction_table.values.scores import is_list


def recognise(
    sample: pl.DataFrame,
    stem: str,
    told: Mapping[str, tuple[str, ...]],
    *,
    has_header: bool = True,
    has_truth_file: bool = False,
) -> Roles | None:
    """The roles of a table's columns, from their names and first values.

    Parameters
    ----------
    sample
        Some hundred rows.
    stem
        The file's name without its ending; in a file called like predictions the only column
        that is left is the predicted label.
    told
        The columns that `errata.toml` fixes for a role; the rest is recognised.
    has_header
        Whether the names are the file's own.
    has_truth_file
        Whether the true labels come from another file; then `true_label` is a column of it.

    Returns
    -------
    None if nothing in the table is, or implies, a predicted label.
    """
    if has_truth_file:
        told = {role: names for role, names in told.items() if role != "true_label"}
    if not sample.width or (not told and is_other_table(sample)):
        return None
    search = Search(sample, told, list(sample.columns))
    aside = set_aside(search)
    index = _index_columns(search)
    fold = search.chosen("fold", best(search.scalars(), [names_of.FOLD]))
    split = search.chosen("split", best(search.scalars(), [names_of.SPLIT]))
    is_called_so = is_prediction_file(stem)
    truth, answers = _truth_and_answers(search, is_called_so=is_called_so)
    if not answers:
        truth, answers = only_column_left(
            search, truth, is_called_so=is_called_so, has_header=has_header
        )
    if not answers:
        return None
    guessed = set() if has_header else {"header"}
    if has_truth_file:
        truth = None
    elif truth is None and (truth := truth_by_values(search, answers)):
        guessed.add("true_label")
    identity = search.chosen("id", search.identities())
    return Roles(
        answers=tuple(answers),
        true_label=truth,
        id=identity,
        model=_model_columns(search),
        text=search.chosen("text", _text_names(search)),
        image=_image_column(search, identity),
        fold=fold,
        split=split,
        index=index,
        **aside,
        is_guessed=frozenset(guessed),
        not_found=tuple(search.not_found),
        refusal=several_labels(sample, truth, answers),
    )


def _index_columns(search: Search) -> tuple[str, ...]:
    """Columns that pandas wrote for its index, unless `errata.toml` gives them a role."""
    told = {name for names in search.told.values() for name in names}
    named = [name for name in search.scalars() if is_named(name, names_of.INDEX)]
    index = [name for name in named if name not in told]
    search.take(*index)
    return tuple(index)


def _truth_and_answers(
    search: Search, *, is_called_so: bool
) -> tuple[str | None, list[AnswerColumns]]:
    listed = listed_scores(search)  # first: a list of labels is no answer of several labels
    ranked = () if listed else _ranked(search)
    predictions = [] if ranked else _prediction_candidates(search)
    truths = _truth_candidates(search, predictions)
    truth, predicted = _best_pair(search, truths, predictions)
    truth = search.chosen("true_label", [truth])
    if ranked:
        search.take(*(name for pair in ranked for name in pair))
        return truth, [AnswerColumns(ranked=ranked)]
    predicted, models = _told_predictions(search, predicted)
    known = search.values(truth, predicted, *models.values())
    if not models and (predicted is None or "predicted_label" not in search.told):
        models = _models(search, known, beside=predicted)
    search.take(predicted, *models.values())
    known |= search.values(*models.values())
    answers = [AnswerColumns(predicted=predicted)] if predicted else []
    answers += [AnswerColumns(model=model, predicted=name) for model, name in models.items()]
    if len(answers) > 1:
        return truth, [with_own_scores(search, answer, known) for answer in answers]
    only = replace(answers[0], model="") if answers else AnswerColumns()
    only = replace(only, listed=listed)
    return truth, with_scores(search, only, truth, known, is_called_so=is_called_so)


def _ranked(search: Search) -> tuple[tuple[str, str | None], ...]:
    """Top-k columns, unless `errata.toml` names another column as the prediction."""
    ranked = ranked_columns(search)
    told = search.told.get("predicted_label")
    return ranked if ranked and (told is None or told[0] == ranked[0][0]) else ()


def _prediction_candidates(search: Search) -> list[str]:
    flat = [name for name in search.scalars() if not is_list(search.sample[name])]
    named = best(flat, names_of.PREDICTION)
    several = [name for name in search.free if isinstance(search.sample[name].dtype, pl.List)]
    listed = best(several, names_of.PREDICTION)
    return named or [name for name in listed if _holds_texts(search, name)]


def _holds_texts(search: Search, name: str) -> bool:
    dtype = search.sample[name].dtype
    return isinstance(dtype, pl.List) and dtype.inner == pl.String


def _truth_candidates(search: Search, predictions: Sequence[str]) -> list[str]:
    scores = best(search.scalars(), [names_of.SCORE_WORDS])
    free = [name for name in search.scalars() if name not in (*predictions, *scores)]
    named = best(free, names_of.TRUTH)
    return [*named, *best([n for n in free if n not in named], [names_of.TRUTH_PREFIX])]


def _best_pair(
    search: Search, truths: Sequence[str], predictions: Sequence[str]
) -> tuple[str | None, str | None]:
    """The truth and the prediction that speak of the same labels; names before numbers."""
    if not truths or not predictions:
        return next(iter(truths), None), next(iter(predictions), None)

    def merit(pair: tuple[str, str]) -> tuple[bool, int, int]:
        named = sum("name" in key(name).split("_") for name in pair)
        places = truths.index(pair[0]) + predictions.index(pair[1])
        return bool(search.values(pair[0]) & search.values(pair[1])), named, -places

    return max(((true, answer) for true in truths for answer in predictions), key=merit)


def _told_predictions(search: Search, guess: str | None) -> tuple[str | None, dict[str, str]]:
    """The prediction column, or those of several models where `errata.toml` has a pattern."""
    told = search.told.get("predicted_label", ("",))[0]
    if "*" in told and (stems := told_columns(search.free, told).stems):
        return None, {stem: name for name, stem in stems.items()}
    return search.chosen("predicted_label", [guess]), {}


def _models(search: Search, known: set[str], *, beside: str | None) -> dict[str, str]:
    """Prediction columns of several models, `rf_pred` and `svm_pred`: model → column."""
    models: dict[str, str] = {}
    for name in search.scalars():
        model = names_of.model_in(name)
        if model and not is_named(name, *names_of.SCORE[:3]) and name != beside:
            models[model] = name

    def is_answer(name: str) -> bool:
        is_probability = beside is None and search.is_number(name)
        return not known or is_probability or bool(search.values(name) & known)

    return {model: name for model, name in models.items() if is_answer(name)}


def _model_columns(search: Search) -> tuple[str, ...]:
    told = search.told.get("model")
    if told is None:
        columns = tuple(best(search.scalars(), names_of.MODEL))
    else:
        columns = tuple(name for name in told if name in search.sample.columns)
        search.not_found += [name for name in told if name not in columns]
    search.take(*columns)
    return columns


def _text_names(search: Search) -> list[str]:
    """Columns called like a text, then the wordiest."""
    wordy = [name for name in search.scalars() if is_wordy(search.sample[name])]
    lengths = {name: search.sample[name].str.len_chars().sum() for name in wordy}
    named = best(search.scalars(), names_of.TEXT)
    return [*named, *sorted(wordy, key=lambda name: -lengths[name])]


def _image_column(search: Search, identity: str | None) -> str | None:
    """The column that names image files, which may be the id as well."""
    if told := search.chosen("image"):
        return told
    for name in best([*search.scalars(), *filter(None, [identity])], [names_of.IMAGE]):
        paths = search.sample[name].cast(pl.String).drop_nulls()
        if paths.str.contains(r"(?i)\.(?:png|jpe?g|gif|webp|bmp)$").any():
            search.take(name)
            return name
    return None
