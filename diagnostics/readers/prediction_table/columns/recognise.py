"""Which column of a table is the truth, the prediction, the score, the example."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from diagnostics.readers.prediction_table.aside import set_aside
from diagnostics.readers.prediction_table.columns import names as names_of
from diagnostics.readers.prediction_table.columns.assignment import truth_and_answers
from diagnostics.readers.prediction_table.columns.names import (
    best,
    is_named,
    is_prediction_file,
)
from diagnostics.readers.prediction_table.columns.other_tables import is_other_table, several_labels
from diagnostics.readers.prediction_table.columns.roles import Roles, Search
from diagnostics.readers.prediction_table.columns.steps import LEFT_OVER, Step
from diagnostics.readers.prediction_table.columns.unnamed import (
    is_wordy,
    only_column_left,
    truth_by_values,
)
from diagnostics.readers.prediction_table.columns.verdicts import verdict_column


def recognise(
    sample: pl.DataFrame,
    stem: str,
    told: Mapping[str, tuple[str, ...]],
    *,
    has_header: bool,
    has_truth_file: bool,
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
    is_judged = has_truth_file or "true_label" in told
    search.verdict = None if is_judged else verdict_column(search)
    search.take(search.verdict)
    if search.told_column("verdict") is None:
        search.not_found += search.told.get("verdict", ())
    truth, answers = truth_and_answers(search, is_called_so=is_called_so)
    if not answers:
        truth, answers = only_column_left(
            search, truth, is_called_so=is_called_so, has_header=has_header
        )
    if not answers:
        return None
    if not has_header:
        why = "the table has no header: the columns were told apart by their values"
        search.decide(Step("header", "", LEFT_OVER, why, is_assumed=True))
    if has_truth_file:
        truth = None
    elif truth is None and search.verdict is None:
        truth = truth_by_values(search, answers)
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
        group=_group_column(search),
        verdict=search.verdict,
        steps=tuple(search.steps),
        **aside,
        not_found=tuple(search.not_found),
        refusal=several_labels(sample, truth, answers),
    )


def _index_columns(search: Search) -> tuple[str, ...]:
    """Columns that pandas wrote for its index, unless `errata.toml` gives them a role."""
    told = search.told_columns()
    named = [name for name in search.scalars() if is_named(name, names_of.INDEX)]
    index = [name for name in named if name not in told]
    search.take(*index)
    return tuple(index)


def _group_column(search: Search) -> str | None:
    """Whose rows come several times; the column stays free, for it is shown as well."""
    if told := search.told_column("group"):
        return told
    search.not_found += search.told.get("group", ())
    return next(iter(search.groups()), None)


def _model_columns(search: Search) -> tuple[str, ...]:
    told = search.told.get("model")
    if told is None:
        named = best(search.scalars(), names_of.MODEL)
        # A name of its own in every row is no model's: variants of a gene, say.
        columns = tuple(name for name in named if not search.is_unique(name))
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
