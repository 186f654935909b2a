"""Tables in a JSON document: by row, by column, by id, below a name; what is none is no table."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from diagnostics.readers.prediction_table.columns import names
from diagnostics.readers.prediction_table.columns.names import is_named, is_prediction_file, key

#: Rows, or columns by name.
Data = list[dict[str, Any]] | dict[str, list[Any]]
#: Names below which documents keep their rows.
WRAPPERS = (
    *("predictions", "prediction", "results", "result", "records", "rows", "data", "items"),
    *("examples", "samples", "instances", "outputs", "output", "responses", "documents", "test"),
)
#: Wrappers in wrappers: `{"data": {"predictions": [...]}}`.
DEEPEST = 3
ROLES = (
    *names.TRUTH, names.TRUTH_PREFIX, *names.PREDICTION, *names.SCORE, names.VECTOR,
    *names.IDENTITY, *names.TEXT, names.FOLD, names.SPLIT, *names.MODEL,
)  # fmt: skip
ANSWERS = (*names.PREDICTION, names.MODEL_PREDICTION, names.VECTOR)
TRUTH_STEM = r"(?:\w+_)?(?:y|labels?|targets?|truth|gold|answers?|solutions?|actuals?)(?:_\w+)?"
SPLITS = r"train(?:ing)?|test|val(?:id(?:ation)?)?|dev|eval"
#: Fewer entries than this, and an object of numbers is no column.
FEWEST = 3


def table_in(value: Any, stem: str, depth: int = DEEPEST) -> Data:
    """The rows or columns of a document, [] where it is no table of examples.

    An object is a table only where its names say so: configurations, metrics and reports are
    objects as well.
    """
    if isinstance(value, list):
        return _of_list(value, stem)
    if not isinstance(value, dict) or not depth:
        return []
    for shape in (_split, _columns_or_rows, _parallel, _by_id):
        if data := shape(value, stem):
            return data
    for name in WRAPPERS:
        if isinstance(value.get(name), list | dict) and (
            data := table_in(value[name], name, depth - 1)
        ):
            return data
    return []


def closed(text: str) -> str:
    """The beginning of a document made whole: what was cut off in the middle is left out."""
    stack: list[str] = []
    end, closers = 0, ""
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[{}\[\],]|[^\s{}\[\],"]+', text, re.DOTALL):
        sign = token[0]
        if sign in "{[":
            stack.append("}" if sign == "{" else "]")
        elif sign in "}]":
            if not stack or stack.pop() != sign:
                return ""
            end, closers = token.end(), "".join(reversed(stack))
        elif sign == ",":
            end, closers = token.start(), "".join(reversed(stack))
    return text[:end] + closers


def is_long_column(value: Any) -> bool:
    """Whether a cut document is in the middle of a long column, so that others may follow it."""
    if not isinstance(value, dict) or not value:
        return False
    last = list(value.values())[-1]
    entries = list(last.values()) if isinstance(last, dict) else last
    if not isinstance(entries, list) or len(entries) < 100:
        return False
    return not any(isinstance(entry, dict) for entry in entries[:20])


def _of_list(value: Sequence[Any], stem: str) -> Data:
    rows = [row for row in value if isinstance(row, dict)]
    if rows or not value:
        return rows
    is_called_so = is_prediction_file(stem)
    if all(isinstance(entry, list) for entry in value):
        if all(isinstance(inner, dict) for entry in value for inner in entry):
            return {"prediction": list(value)} if any(value) else []
        numbers = [inner for entry in value for inner in entry]
        has_shares = all(_is_number(n) for n in numbers) and any(n % 1 for n in numbers)
        is_scores = is_called_so or is_named(stem, names.VECTOR)
        return {"probabilities": list(value)} if is_scores and has_shares else []
    if len(value) >= FEWEST and all(_is_scalar(entry) for entry in value):
        return {"prediction" if is_called_so else stem: list(value)}
    return []


def _split(value: Mapping[str, Any], stem: str) -> Data:
    """`{"columns": [...], "data": [[...], ...]}`, perhaps with an `index`."""
    columns, data, index = (value.get(name) for name in ("columns", "data", "index"))
    if not isinstance(columns, list) or not isinstance(data, list) or not columns:
        return []
    titles = [str(name) for name in columns]
    rows = [row for row in data if isinstance(row, list) and len(row) == len(titles)]
    if len(rows) < len(data) or len(set(titles)) < len(titles):
        return []
    table = {name: [row[place] for row in rows] for place, name in enumerate(titles)}
    if isinstance(index, list) and len(index) == len(rows) and index != list(range(len(rows))):
        table.setdefault("index", index)
    return table


def _columns_or_rows(value: Mapping[str, Any], stem: str) -> Data:
    """Objects in an object: columns by index, or rows by id, whichever the names say."""
    if not value or not all(isinstance(inner, dict) for inner in value.values()):
        return []
    inner = list(dict.fromkeys(name for entry in value.values() for name in entry))
    is_even = all(len(entry) == len(inner) for entry in value.values())
    outer_named, inner_named = _named(value), _named(inner)
    is_called_so = is_prediction_file(stem)
    if is_even and len(inner) >= FEWEST and outer_named > inner_named:
        columns = {name: list(entry.values()) for name, entry in value.items()}
        keys = list(next(iter(value.values())))
        order = {name: [entry[k] for k in keys] for name, entry in value.items()}
        return _with_index(order, keys) if _has_answer(columns, stem) else []
    if inner_named and _has_answer(inner, stem):
        if groups := _groups(value):
            return groups
        if len(value) >= FEWEST:
            return _with_id([dict(entry) for entry in value.values()], list(value))
    if is_called_so and len(value) >= FEWEST and not inner_named and _are_numbers(value):
        return {"id": list(value), "prediction": list(value.values())}
    return []


def _groups(value: Mapping[str, Any]) -> Data:
    """`{"fold_1": {"y_true": [...], "y_pred": [...]}, ...}`: the same columns several times."""
    rows: list[dict[str, Any]] = []
    keys = [key(name) for name in value]
    is_fold = all(re.fullmatch(r"(?:cv_?)?(?:fold|split)?_?\d+", name) for name in keys)
    is_split = all(re.fullmatch(SPLITS, name) for name in keys)
    title = "fold" if is_fold else "split" if is_split else "model"
    for name, entry in value.items():
        columns = _even_lists(entry)
        if not _has_answer(columns, ""):
            return []
        size = len(next(iter(columns.values())))
        rows += [{title: name, **{k: v[row] for k, v in columns.items()}} for row in range(size)]
    return rows


def _parallel(value: Mapping[str, Any], stem: str) -> Data:
    """Lists of one length, one for each column; what else is said beside them is left out."""
    columns = _even_lists(value)
    # `labels` and `scores` of one text are no table of texts.
    is_vector = any(isinstance(entry[0], list | dict) for entry in columns.values())
    told = [name for name in columns if is_vector or not is_named(name, names.SCORE_WORDS)]
    return columns if told and _has_answer(told, stem) else []


def _even_lists(value: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The lists that are as long as the one which is called like an answer."""
    lists = {name: entry for name, entry in value.items() if isinstance(entry, list)}
    answers = [name for name in lists if is_named(name, *ANSWERS)]
    size = len(lists[answers[0]]) if answers else max((len(e) for e in lists.values()), default=0)
    if size < FEWEST:
        return {}
    same = {name: entry for name, entry in lists.items() if len(entry) == size}
    is_records = len(same) == 1 and all(isinstance(e, dict) for e in next(iter(same.values())))
    return {} if is_records else same


def _by_id(value: Mapping[str, Any], stem: str) -> Data:
    """`{"img_1": "cat", "img_2": "dog", ...}` in a file that is called like answers or truth."""
    is_called_so = is_prediction_file(stem)
    if len(value) < FEWEST or not (is_called_so or re.fullmatch(TRUTH_STEM, key(stem))):
        return []
    entries = list(value.values())
    title = "prediction" if is_called_so else "label"
    kinds = {type(entry) for entry in entries}
    if kinds <= {str} or kinds <= {int} or kinds <= {bool}:
        # All different: names of codes, or settings, and no answers.
        is_repeated = len(set(entries)) < len(entries)
        return {"id": list(value), title: entries} if is_repeated else []
    if is_called_so and kinds == {list}:
        if all(isinstance(inner, dict) for entry in entries for inner in entry):
            return {"id": list(value), "prediction": entries}
        if all(_is_number(inner) for entry in entries for inner in entry):
            return {"id": list(value), "probabilities": entries}
    return []


def _with_index(columns: dict[str, list[Any]], keys: Sequence[str]) -> Data:
    """The columns with their index, unless it is a plain count."""
    is_count = list(keys) == [str(number) for number in range(len(keys))]
    return columns if is_count or "index" in columns else {"index": list(keys), **columns}


def _with_id(rows: list[dict[str, Any]], keys: Sequence[str]) -> Data:
    is_count = list(keys) == [str(number) for number in range(len(keys))]
    if is_count or any(is_named(name, *names.IDENTITY[:2]) for name in rows[0]):
        return rows
    return [{"id": name, **row} for name, row in zip(keys, rows, strict=True)]


def names_an_answer(name: str) -> bool:
    """Whether a name speaks of a predicted label, or of scores."""
    return is_named(name, *ANSWERS)


def names_a_role(name: str) -> bool:
    """Whether a name speaks of a role in a table of predictions."""
    return is_named(name, *ROLES)


def _named(keys: Sequence[str] | Mapping[str, Any]) -> int:
    """How many names speak of a role, in a table of predictions."""
    return sum(map(names_a_role, keys))


def _has_answer(keys: Sequence[str] | Mapping[str, Any], stem: str) -> bool:
    """Whether a name says answer; a role, in a file that is called like answers."""
    is_answer = any(is_named(name, *ANSWERS) for name in keys)
    return bool(keys) and (is_answer or (is_prediction_file(stem) and _named(keys) > 0))


def _are_numbers(value: Mapping[str, Any]) -> bool:
    return all(_is_number(number) for entry in value.values() for number in entry.values())


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool)


def whole_value(text: str) -> Any:
    """The only value of a text; None if it is no JSON or another value follows."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
