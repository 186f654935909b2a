"""Several models' answers side by side, and the columns that are two halves of one answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from diagnostics.readers.prediction_table.columns import names as names_of
from diagnostics.readers.prediction_table.columns.class_columns import shared_out
from diagnostics.readers.prediction_table.columns.evidence import may_answer, shares_of
from diagnostics.readers.prediction_table.columns.names import is_named, key
from diagnostics.readers.prediction_table.columns.roles import AnswerColumns, Search
from diagnostics.readers.prediction_table.columns.score_columns import is_share
from diagnostics.readers.prediction_table.columns.steps import VALUES, Step
from diagnostics.readers.prediction_table.values.bijections import is_cut, translation
from diagnostics.readers.prediction_table.values.labels import labels

#: So is a column called that holds a score cut at a threshold: `Predicted_Binary`.
CUT = (
    r"(?:\w+_)?(?:binary|binarized|class|label|flag|decision|hard|cut|thresholded|call|bool|int"
    r"|category|status|outcome|yes_no|discrete)(?:_\w+)?"
)
#: Without such a name this many rows must be cut by one threshold.
MANY = 50


def code_columns(search: Search, names: Sequence[str]) -> dict[str, str]:
    """Of columns with the same answer the one with numbers, by the one with names."""
    codes: dict[str, str] = {}
    flat = [name for name in names if not search.sample[name].dtype.is_nested()]
    numeric = [n for n in flat if search.is_number(n) and n not in search.told_columns()]
    for name in (name for name in flat if not search.is_number(name)):
        for code in numeric:
            if code not in codes.values() and _is_code(search, code, name):
                codes[name] = code
                break
    return codes


def code_beside(search: Search, name: str) -> str | None:
    """The free column with the numbers of the labels in `name`: of the same model, or of none."""
    model = names_of.model_in(name)
    numeric = [n for n in search.numeric() if n != name]
    called = names_of.best(numeric, names_of.PREDICTION)
    own = [n for n in numeric if model and names_of.model_in(n) == model] if model else called
    return code_columns(search, [name, *own]).get(name)


def models_beside(search: Search, known: set[str], *, beside: str | None) -> list[AnswerColumns]:
    """Prediction columns of several models, `rf_pred` and `svm_pred`, each with its labels.

    A number and a name of one model's answer are one answer, and so are a score and the label
    that comes of cutting it.
    """
    by_model: dict[str, list[str]] = {}
    for name, model in called_after_models(search).items():
        if name != beside and _may_be_a_models(search, name, model):
            by_model.setdefault(model, []).append(name)

    def is_answer(name: str) -> bool:
        is_probability = beside is None and search.is_number(name)
        return not known or is_probability or bool(search.values(name) & known)

    answers = []
    for model, columns in by_model.items():
        codes = code_columns(search, columns)
        whole = [n for n in columns if n not in codes.values()]
        for name in whole:
            if is_answer(name) or (name in codes and is_answer(codes[name])):
                answers.append(AnswerColumns(model, name, codes.get(name)))
    return _one_a_model(search, _with_their_scores(search, answers))


def called_after_models(search: Search) -> dict[str, str]:
    """The columns that may be answers of a model by their names, with the model."""
    called = {name: names_of.model_in(name) for name in search.scalars()}
    of_classes = shared_out(search.sample, search.numeric()) if any(called.values()) else set()
    return {name: model for name, model in called.items() if model and name not in of_classes}


def _with_their_scores(search: Search, answers: Sequence[AnswerColumns]) -> list[AnswerColumns]:
    """The answers, where a score and its cut label are one of them."""
    kept = list(answers)
    for scored in answers:
        name = scored.predicted or ""
        if not is_share(search.sample[name]):
            continue
        cut = [entry for entry in kept if _is_cut_of(search, entry, scored)]
        if len(cut) == 1:
            kept = [entry for entry in kept if entry not in (scored, cut[0])]
            kept.append(replace(cut[0], confidence=name))
            why = f"{cut[0].predicted!r} is {name!r} cut at a threshold"
            search.decide(Step("confidence", name, VALUES, why, is_assumed=False))
    return kept


def _is_cut_of(search: Search, entry: AnswerColumns, scored: AnswerColumns) -> bool:
    name = entry.predicted or ""
    if entry == scored or entry.confidence or is_share(search.sample[name]):
        return False
    spelt = labels(search.sample[name])[0]
    known = spelt.drop_nulls().unique().sort()
    if len(known) != 2 or spelt.has_nulls():
        return False
    is_one = (spelt == known[1]).to_numpy()
    is_called_so = entry.model == scored.model or re.fullmatch(CUT, key(entry.model)) is not None
    is_sure = is_called_so or len(spelt) >= MANY
    return is_sure and is_cut(shares_of(search.sample[scored.predicted or ""]), is_one)


def _one_a_model(search: Search, answers: Iterable[AnswerColumns]) -> list[AnswerColumns]:
    """Only the last column of a model, unless it is a score beside labels."""
    by_model: dict[str, AnswerColumns] = {}
    for entry in answers:
        earlier = by_model.get(entry.model)
        is_score = entry.predicted is not None and is_share(search.sample[entry.predicted])
        if earlier is None or not is_score:
            by_model[entry.model] = entry
    return list(by_model.values())


def _may_be_a_models(search: Search, name: str, model: str) -> bool:
    is_a_score = is_named(name, *names_of.SCORE[:3]) or _is_word(model, names_of.SCORE_WORDS)
    is_a_kind = _is_word(model, names_of.LABEL_WORDS)
    return not is_a_score and not is_a_kind and may_answer(search, name)


def _is_word(model: str, pattern: str) -> bool:
    return re.fullmatch(pattern, key(model)) is not None


def _is_code(search: Search, code: str, name: str) -> bool:
    column = search.sample[code]
    if is_share(column):
        return False
    numbered, named = labels(column)[0], labels(search.sample[name])[0]
    return translation(numbered, named) is not None
