"""Nested rows made flat: objects, lists of labels with their scores, scores by label."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from diagnostics.readers.prediction_table.columns.names import LABEL_WORDS, SCORE_WORDS, key
from diagnostics.readers.prediction_table.shapes.literals import opens_like_a_literal, parsed
from diagnostics.readers.prediction_table.values.labelled_scores import labelled_lists
from diagnostics.readers.prediction_table.values.scores import is_list, listed_numbers

#: Objects inside objects; deeper ones stay as they are.
DEEPEST = 4
TOLERANCE = 1e-2
LABEL = rf"(?:{LABEL_WORDS}|intent|tag|topic|\w+_(?:name|label)|answer|prediction|predicted)"
SCORE = rf"(?:(?:\w+_)?{SCORE_WORDS}|p|value|weight|likelihood|percent|percentage)"
#: An object called so may hold one score for each label.
ANSWERS = (
    rf"{SCORE_WORDS}|(?:\w+_)?(?:preds?|predicted|predictions?|outputs?|results?|cats|distribution)"
    rf"|(?:\w+_)?{SCORE_WORDS}|ranking|classification"
)
#: An object called so holds scores whatever their range is.
SCORES = rf"(?:\w+_)?{SCORE_WORDS}|cats|distribution"
#: An object or a list called so may hold the true labels, or one answer.
PREDICTED = r"(?:\w+_)?(?:preds?|predictions?|predicted)(?:_labels?)?"
TRUTHS = (
    r"cats|(?:\w+_)?(?:labels?|gold|truth|true|targets?|annotations?|actual|expected|classes)"
    r"|y|y_true"
)
#: What other objects hold; no set of labels is mostly called so.
NO_LABELS = re.compile(
    rf"{SCORE}|{LABEL}|preds?|start|end|length|offset|x|y|z|width|height|left|top|right|bottom|lat|lon|"
    r"latency\w*|loss\w*|accuracy|precision|recall|f1\w*|support|count|time\w*|duration|tokens?|"
    r"\w+_(?:tokens|ms|seconds)|epoch|step|version|rank|margin|entropy"
)


def flat(frame: pl.DataFrame) -> pl.DataFrame:
    """The table without objects: `prediction.label`, `prediction.score`.

    A list of labels with their scores and an object from label to score become two list columns,
    of labels and of scores; an object with exactly one 1 becomes that label.
    """
    columns: dict[str, pl.Series] = {}
    for column in frame:
        # Polars takes `^…$` for a pattern, whichever way a column is asked for.
        name = f"{column.name} " if re.fullmatch(r"\^.*\$", column.name) else column.name
        for part in _parts(column.alias(name), DEEPEST):
            columns.setdefault(part.name, part)
    table = _with_parallel_lists(pl.DataFrame(list(columns.values())))
    paired = {name for pair in labelled_lists(table) for name in pair}
    return pl.DataFrame(
        [
            column
            if column.name in paired
            else _single(column, frame.get_column(column.name, default=None))
            for column in table
        ]
    )


def with_told_lists(frame: pl.DataFrame, told: Sequence[str]) -> pl.DataFrame:
    """The table with the two lists that `errata.toml` names, though nothing else tells them.

    Texts are opened, and fields of the objects that a column lists become columns.
    """
    if len(told) != 2:
        return frame
    found = [_told_list(frame, name) for name in told]
    return frame.with_columns(column for column in found if column is not None)


def _told_list(frame: pl.DataFrame, name: str) -> pl.Series | None:
    owner, _, field = name.rpartition(".")
    column = frame[name] if name in frame.columns else frame.get_column(owner, default=None)
    if column is not None and column.dtype == pl.String:
        column = listed_numbers(column) if is_list(column) else parsed(column)
    if column is None or name in frame.columns:
        return column
    kind = column.dtype.inner if isinstance(column.dtype, pl.List) else None
    if not isinstance(kind, pl.Struct) or field not in {own.name for own in kind.fields}:
        return None
    return column.list.eval(pl.element().struct.field(field)).alias(name)


def _parts(column: pl.Series, depth: int) -> list[pl.Series]:
    """The columns that one column becomes."""
    column = _unwrapped(column)
    if opens_like_a_literal(column):
        return _opened(column)
    if pair := _labelled(column):
        return list(pair)
    if not isinstance(column.dtype, pl.Struct):
        return [column]
    if depth == 0:
        return [column]
    if _is_one_hot(column):
        return [_labels_of(column)]
    if _is_score_dict(column):
        return list(_pair_of_dict(column))
    fields = list(column.struct.unnest())
    only = _only_answer(column, fields)
    inner = [
        field.alias(column.name if field.name == only else f"{column.name}.{field.name}")
        for field in fields
    ]
    return [part for field in inner for part in _parts(field, depth - 1)]


def _only_answer(column: pl.Series, fields: Sequence[pl.Series]) -> str | None:
    """The one object in an answer that has its label and score: `prediction.intent` of Rasa's."""
    if not re.fullmatch(f"{PREDICTED}|{ANSWERS}", key(column.name.split(".")[-1])):
        return None
    answers = [field.name for field in fields if _is_answer(field)]
    return answers[0] if len(answers) == 1 else None


def _opened(column: pl.Series) -> list[pl.Series]:
    """What a text column holds, the column itself where it is nothing of a model's answer."""
    if not opens_like_a_literal(column):
        return [column]
    value = parsed(column)
    if value is None:
        return [column]
    value = _unwrapped(value)
    if value.dtype == pl.List(pl.String):
        is_label = re.fullmatch(
            rf"(?:\w+_)?(?:{LABEL}s?|classes|names|categories)", key(value.name)
        )
        return [value] if is_label else [column]
    parts = _parts(value, DEEPEST)
    return parts if _is_answer(value) or labelled_lists(pl.DataFrame(parts)) else [column]


def _is_answer(value: pl.Series) -> bool:
    """Whether objects are one answer each: a label with its score, or the only 1 among zeros."""
    if not isinstance(value.dtype, pl.Struct):
        return False
    fields = [key(field.name) for field in value.dtype.fields]
    has_both = all(any(re.fullmatch(word, name) for name in fields) for word in (LABEL, SCORE))
    return has_both or _is_one_hot(value)


def _unwrapped(column: pl.Series) -> pl.Series:
    """A list of one list, or of one object of scores, in every row, as what is in it."""
    while isinstance(column.dtype, pl.List) and isinstance(column.dtype.inner, pl.List):
        lengths = column.list.len().drop_nulls()
        if not len(lengths) or not (lengths == 1).all():
            return column
        column = column.list.first().alias(column.name)
    if isinstance(column.dtype, pl.List) and isinstance(column.dtype.inner, pl.Struct):
        first = column.list.first().alias(column.name)
        is_only = (column.list.len().drop_nulls() == 1).all()
        return first if is_only and _is_score_dict(first) else column
    return column


def _single(column: pl.Series, written: pl.Series | None) -> pl.Series:
    """`["pos"]` is `pos`, where truth or answer is a list of one label in every row.

    Other lists that were `written` as text stay that text: they are content.
    """
    if column.dtype != pl.List(pl.String):
        return column
    name = column.name.split(".")[-1]
    if not re.fullmatch(f"{TRUTHS}|{PREDICTED}", key(name)):
        return column if written is None or written.dtype != pl.String else written
    lengths = column.list.len().drop_nulls()
    is_one = len(lengths) > 1 and bool((lengths == 1).all())
    return column.list.first().alias(column.name) if is_one else column


def _labelled(column: pl.Series) -> tuple[pl.Series, pl.Series] | None:
    """The labels and the scores of a column of lists of `{label, score}`, None if it is none."""
    if not isinstance(column.dtype, pl.List) or not isinstance(column.dtype.inner, pl.Struct):
        return None
    fields = {field.name: field.dtype for field in column.dtype.inner.fields}
    label, score = _label_and_score(fields)
    if not label or not score:
        return None
    lists = {
        name: column.list.eval(pl.element().struct.field(name)).alias(f"{column.name}.{name}")
        for name in (label, score)
    }
    labels = lists[label].cast(pl.List(pl.String), strict=False)
    scores = lists[score].cast(pl.List(pl.Float64), strict=False)
    repeats = labels.list.len() != labels.list.n_unique()
    if int(repeats.sum() or 0) * 100 > len(column):  # words and boxes repeat, classes do not
        return None
    return labels, scores


def _label_and_score(fields: Mapping[str, Any]) -> tuple[str, str]:
    """The field with the label and the one with the score, "" where none can be told."""
    if any(dtype.is_nested() for dtype in fields.values()) or any(
        re.fullmatch(r"word|start|end|begin|offset|text|token|box|entity", key(name))
        for name in fields
    ):
        return "", ""
    scores = [n for n, kind in fields.items() if kind.is_numeric() and re.fullmatch(SCORE, key(n))]
    labels = _best_labels([name for name in fields if name not in scores], fields)
    if len(scores) == 1 and labels:
        return labels[0], scores[0]
    texts = [name for name, kind in fields.items() if kind == pl.String]
    floats = [name for name, kind in fields.items() if kind.is_float()]
    return (texts[0], floats[0]) if len(fields) == 2 and texts and floats else ("", "")


def _best_labels(names: Sequence[str], fields: Mapping[str, Any]) -> list[str]:
    """Fields called like a label, texts before numbers, names before codes."""
    named = [name for name in names if re.fullmatch(LABEL, key(name))]
    return sorted(
        named,
        key=lambda name: (
            fields[name] != pl.String,
            re.fullmatch(r"(?:\w+_)?(?:id|idx|index|code|value)", key(name)) is not None,
        ),
    )


def _is_numeric_object(column: pl.Series) -> bool:
    """Whether a column holds objects of numbers, two or more, called like labels may be."""
    if not isinstance(column.dtype, pl.Struct) or len(column.dtype.fields) < 2:
        return False
    kinds = [field.dtype for field in column.dtype.fields]
    names = [key(field.name) for field in column.dtype.fields]
    is_plain = all(kind.is_numeric() or kind in (pl.Boolean, pl.Null) for kind in kinds)
    if not is_plain or any(re.fullmatch(SCORE_WORDS, name) for name in names):
        return False
    return sum(NO_LABELS.fullmatch(name) is not None for name in names) * 2 <= len(names)


def _numbers(column: pl.Series) -> pl.DataFrame:
    inner = column.struct.unnest()
    return inner.select(pl.all().cast(pl.Float64, strict=False).fill_nan(None))


def _is_score_dict(column: pl.Series) -> bool:
    """Whether a column holds objects from label to score: by its name, or because they sum to 1."""
    if not _is_numeric_object(column):
        return False
    name = key(column.name.split(".")[-1])
    values = _numbers(column)
    known = values.filter(pl.any_horizontal(pl.all().is_not_null()))
    if not len(known):
        return False
    if re.fullmatch(SCORES, name):
        return True
    is_share = bool(known.select(pl.all_horizontal(pl.all().is_between(0, 1))).to_series().all())
    return is_share and (re.fullmatch(ANSWERS, name) is not None or _sum_up(known))


def _sum_up(values: pl.DataFrame) -> bool:
    share = ((values.sum_horizontal() - 1).abs() <= TOLERANCE).mean()
    is_fraction = bool((values.max_horizontal() < 1).any())
    return isinstance(share, float) and share > 0.9 and is_fraction


def _is_one_hot(column: pl.Series) -> bool:
    """Whether a column holds objects of 0 and 1 alone and is called like truth or answer."""
    name = key(column.name.split(".")[-1])
    if not _is_numeric_object(column) or not re.fullmatch(f"{TRUTHS}|{PREDICTED}", name):
        return False
    values = _numbers(column)
    return bool(values.select(pl.all_horizontal(pl.all().is_in([0.0, 1.0]))).to_series().all())


def _pair_of_dict(column: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The labels and the scores that each row's object has."""
    values = _numbers(column)
    listed = [
        pl.when(pl.col(name).is_not_null()).then(pl.struct(label=pl.lit(name), score=pl.col(name)))
        for name in values.columns
    ]
    lists = values.select(v=pl.concat_list(listed).list.drop_nulls()).to_series()
    return (
        lists.list.eval(pl.element().struct.field("label")).alias(f"{column.name}.label"),
        lists.list.eval(pl.element().struct.field("score")).alias(f"{column.name}.score"),
    )


def _labels_of(column: pl.Series) -> pl.Series:
    """The label that is 1 in each row; lists of labels where several are, or none is."""
    values = _numbers(column)
    picked = [pl.when(pl.col(name) == 1).then(pl.lit(name)) for name in values.columns]
    lists = values.select(v=pl.concat_list(picked).list.drop_nulls()).to_series()
    is_known = values.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    lengths = lists.list.len().filter(is_known)
    if (lengths == 1).all():
        return lists.list.first().alias(column.name)
    return lists.alias(column.name)


def _with_parallel_lists(frame: pl.DataFrame) -> pl.DataFrame:
    """The table with the texts that hold the scores of a list of labels as lists, too."""
    if not any(column.dtype == pl.List(pl.String) for column in frame):
        return frame
    texts = [column.name for column in frame if column.dtype == pl.String and is_list(column)]
    opened = frame.with_columns(listed_numbers(frame[name]).alias(name) for name in texts)
    used = {name for pair in labelled_lists(opened) for name in pair}
    return frame.with_columns(opened[name] for name in texts if name in used)
