"""Which columns of a table of runs are metrics, which are parameters, and what the others are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, cast, get_args

from diagnostics.readers.cv_results.files import Columns
from diagnostics.readers.metric_columns import (
    SPLITS,
    Figure,
    bare_figure,
    figure,
)
from diagnostics.readers.run_table.cells import bounds, cell, numeric
from diagnostics.readers.search_tables import IS_NAME, METRIC_NAME, names_metrics
from diagnostics.statistics.metric_table import metric_words_of
from diagnostics.workspace.run import SPREADS, Spread

#: What a column can be. Of metrics the rising ones are better when larger; a value is of the metric
#: that another column names.
Role = Literal[
    "parameter",
    "metric",
    "metric-falling",
    "name",
    "fold",
    "seconds",
    "score-seconds",
    "metric-name",
    "value",
    Spread,
    "interval",
    "experiment",
    "split",
    "about",
    "left-out",
]
ROLES: tuple[Role, ...] = get_args(Role)
#: Columns that say how far a metric of the same row spreads.
SPREAD_ROLES: tuple[Role, ...] = (*SPREADS, "interval")

_DATA = re.compile(
    r"(data[\s_]?set|data|task|corpus|target|benchmark|problem|domain)([\s_]?(name|id))?",
    re.IGNORECASE,
)
_FOLD = re.compile(
    r"(cv[\s_]?)?(fold|split|seed|repeat|repetition|resample|replicate)([\s_]?(id|number|nr|no))?",
    re.IGNORECASE,
)
_SPLIT = re.compile(
    r"(data[\s_]?)?(set|split|subset|partition|phase|part|source|stage|fold)|data|evaluated_on",
    re.IGNORECASE,
)
_SUMMARY = re.compile(
    r"(overall[ _]?)?(mean|avg|average|std|sd|stdev|se|sem|min|max|median|total|all|overall)",
    re.IGNORECASE,
)
#: Called so, whole numbers that return for every model are repeats; else they name the runs.
_REPEAT = re.compile(r"(run|trial|rep|iteration|iter)([\s_]?(id|number|nr|no))?", re.I)
_OF_FOLD = re.compile(r"[a-z]*[ _.-]?\d+(\.0)?([ _.-]?[a-z]+[ _.-]?\d+)?", re.IGNORECASE)
_NAMED_FOLD = re.compile(
    r"(fold|resample|repeat|rep|bootstrap|split|cv)[ _.-]?\d+.*", re.IGNORECASE
)
#: Where AutoGluon says what it scored by.
_AUTOGLUON = "eval_metric"
_UNNAMED = ("", "unnamed: 0")
_TIMES = {"time", "seconds", "sec", "secs", "duration", "elapsed", "runtime", "latency", "tt"}
_FITTING = {"fit", "fitting", "train", "training", "tt", "learning", "build"}
_ANSWERING = {"pred", "predict", "prediction", "score", "scoring", "inference", "test", "testing"}
#: Times of a part, of a row, or not of one run.
_NOT_WHOLE = {"std", "sd", "se", "stderr", "marginal", "per", "row", "cum", "cumulative", "total"}
_DATES = {"date", "datetime", "timestamp", "created", "started", "finished"}
#: What is known of a run and was not chosen for it: sizes, counts, the order of fitting.
_ABOUT_TEXT = re.compile(
    r"stack_level|can_infer|fit_order|\.estimator|\.config|generation|predecessor|parents|\w+_count",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"n|count|support|size|rows|samples|memory|flops|macs|params|parameters|"
    r"(n|num|number_of|no_of|#)[\s_]*(samples|rows|examples|observations|obs|folds|params|"
    r"parameters|weights|test|train|resamples)|"
    r"(data|test|train|model|training|test_set|file)[\s_]*(set[\s_]*)?size([\s_(]*[kmg]b\)?)?|"
    r"(params|parameters)[\s_(]*[mk]\)?",
    re.IGNORECASE,
)


def guessed_roles(columns: Columns) -> dict[str, Role]:
    """A role for every column, by its name and its values; a person may know better.

    Metrics are known by their names and hold numbers, and so are what says how far they spread,
    times and counts. Texts that tell the rows apart name the runs; what differs in every row and is
    called an id, ranks and dates are left out. All the rest are parameters.
    """
    roles = {name: _guess(name, values) for name, values in columns.items()}
    roles |= _long_form(columns, roles)
    roles |= _unattached(roles)
    roles |= _told_apart(columns, roles)
    return roles


def is_summary(fold: Any) -> bool:
    """Whether it stands for what the other folds come to: `Mean`, `Std`."""
    return bool(_SUMMARY.fullmatch(str(fold).strip()))


def is_autogluons(columns: Columns) -> bool:
    """Whether AutoGluon wrote the table: whatever it scores by, more is better."""
    own = {"stack_level", "fit_order", "can_infer", "pred_time_val", "pred_time_test"}
    return _AUTOGLUON in columns and bool(own & set(columns))


def placed_figure(column: str, *, is_long: bool) -> Figure | None:
    """What a column's name says of the figure it holds, its metric if no other column names it."""
    bare = bare_figure(re.sub("metric.error", "value", column, flags=re.IGNORECASE))
    return (bare or figure(column)) if is_long else (figure(column) or bare)


def _guess(name: str, values: Sequence[Any]) -> Role:
    words = metric_words_of(name)
    is_numeric = numeric(values)
    if time := _time(words, is_numeric=is_numeric):
        return time
    named = figure(name)
    if named is not None and (is_numeric or _are_bounds(values)):
        return _of_figure(replace(named, statistic="value") if _have_spread(values) else named)
    if "rank" in words or (_DATES & set(words)):
        return "left-out"
    if _ABOUT_TEXT.fullmatch(name) or (is_numeric and _COUNT.fullmatch(name)):
        return "about"
    bare = bare_figure(name)
    if bare is not None and is_numeric and bare.statistic != "value":
        return _of_figure(bare)
    if bare is not None and _are_bounds(values):
        return "interval"
    if _SPLIT.fullmatch(name) and _are_splits(values):
        return "split"
    if _FOLD.fullmatch(name) and len(set(values)) > 1 and _are_folds(values):
        return "fold"
    if re.fullmatch(r"id\d?", name) and all(_NAMED_FOLD.fullmatch(str(v)) for v in values):
        return "fold"
    return "parameter"


def _have_spread(values: Sequence[Any]) -> bool:
    """Whether numbers stand there with how far they spread: `0.93 ± 0.02`."""
    return any(one.spread for value in values if (one := cell(value)) is not None)


def _of_figure(found: Figure) -> Role:
    if found.statistic == "value":
        return "metric" if found.known is None or found.known.rises else "metric-falling"
    if found.statistic in ("rank", "other"):
        return "left-out"
    return cast("Role", found.statistic)


def _time(words: Sequence[str], *, is_numeric: bool) -> Role | Literal[""]:
    """Whole times of fitting and of answering; other times are facts about the run."""
    there = set(words)
    if not there & _TIMES or there & _DATES:
        return ""
    if not is_numeric or there & _NOT_WHOLE:
        return "about"
    if there & _FITTING:
        return "seconds"
    return "score-seconds" if there & _ANSWERING else "about"


def _are_bounds(values: Sequence[Any]) -> bool:
    there = [value for value in values if str(value).strip()]
    return bool(there) and all(bounds(value) is not None for value in there)


def _are_splits(values: Sequence[Any]) -> bool:
    return bool(values) and all(str(value).strip().lower() in SPLITS for value in values)


def _are_folds(values: Sequence[Any]) -> bool:
    """Numbers, or words with numbers: `3`, `Fold03`, `Fold1.Rep2`; `20_80` is a share of rows.

    Rows below them may sum them up.
    """
    texts = [str(value).strip() for value in values if not is_summary(value)]
    return bool(texts) and all(map(_OF_FOLD.fullmatch, texts))


def _long_form(columns: Columns, roles: Mapping[str, Role]) -> dict[str, Role]:
    """The column that names a metric in each row, and those that hold its values."""
    named = [
        name
        for name in columns
        if METRIC_NAME.fullmatch(name)
        and (names_metrics(name, columns[name]) or (is_autogluons(columns) and name == _AUTOGLUON))
    ]
    numbers = [name for name in columns if numeric(columns[name])]
    figures = {name: placed_figure(name, is_long=True) for name in numbers}
    values = [
        name
        for name, found in figures.items()
        if found
        and found.statistic == "value"
        and not found.metric
        and roles[name] in ("parameter", "metric", "metric-falling")
    ]
    if not named or not values:
        return {}
    return {named[0]: "metric-name", **dict.fromkeys(values, "value")}


def _unattached(roles: Mapping[str, Role]) -> dict[str, Role]:
    """What says how far a metric spreads that the table does not have, or may be of several."""
    owned = owners(roles)
    lost = [name for name, role in roles.items() if role in SPREAD_ROLES and name not in owned]
    changed: dict[str, Role] = {
        name: "about" if figure(name) is None else "left-out" for name in lost
    }
    alone = [name for name in lost if roles[name] in ("lowest", "highest")]
    if len(alone) == 1 and (found := figure(alone[0])) and found.known and not found.is_plain:
        changed[alone[0]] = "metric" if found.known.rises else "metric-falling"
    return changed


def owners(roles: Mapping[str, Role]) -> dict[str, str]:
    """The column of a metric that each column of spreads belongs to, where that is clear.

    It is the one of the same name, else the only one, else the one to the left of it where another
    stands to its right.
    """
    is_long = "value" in roles.values()
    figures = {name: placed_figure(name, is_long=is_long) for name in roles}
    centres = {
        name: figures[name] or Figure(name, None)
        for name, role in roles.items()
        if role in ("metric", "metric-falling", "value")
    }
    owned = {}
    for name, role in roles.items():
        found = figures[name]
        if role in SPREAD_ROLES and found is not None:
            owner = _owner(found, centres) or ("" if found.metric else _neighbour(name, roles))
            if owner:
                owned[name] = owner
    return owned


def _owner(spread: Figure, centres: Mapping[str, Figure]) -> str:
    wholes = {name: one for name, one in centres.items() if one.fold is None}
    if spread.metric:
        same = [name for name, one in wholes.items() if one.key == spread.key]
        same_split = [name for name in same if wholes[name].split == spread.split]
        alike = [name for name in same_split if wholes[name].soft == spread.soft]
        return next(iter(alike or same_split), same[0] if len(same) == 1 else "")
    bare = {name: one for name, one in wholes.items() if not one.metric} or wholes
    same_split = [name for name, one in bare.items() if one.split == spread.split]
    if len(same_split) == 1:
        return same_split[0]
    return next(iter(bare)) if len(bare) == 1 else ""


def _neighbour(name: str, roles: Mapping[str, Role]) -> str:
    """The metric before a column of spreads, if another metric follows, or each has one behind."""
    metrics = [n for n, role in roles.items() if role in ("metric", "metric-falling")]
    order = list(roles)
    alike = [n for n, role in roles.items() if role == roles[name] and not figure(n)]
    before = {n: [m for m in metrics if order.index(m) < order.index(n)] for n in alike}
    left = {n: found[-1] if found else "" for n, found in before.items()}
    is_followed = len(before[name]) < len(metrics)
    each_has_one = len(set(left.values())) == len(alike) == len(metrics)
    return left[name] if is_followed or each_has_one else ""


def _told_apart(columns: Columns, roles: Mapping[str, Role]) -> dict[str, Role]:
    """Data sets, names and repeats: what they are shows by how their values return."""
    known = dict(roles)
    changed: dict[str, Role] = {}
    free = [name for name, role in known.items() if role == "parameter"]
    named = [name for name in free if IS_NAME.fullmatch(name) and not numeric(columns[name])]
    named.sort(key=lambda name: name.lower() in _UNNAMED)
    data = [name for name in free if _DATA.fullmatch(name) and _returns(columns, name, named)]
    if data:
        changed[data[0]] = known[data[0]] = "experiment"
    within = [name for name, role in known.items()
              if role in ("experiment", "metric-name", "split", "fold")]  # fmt: skip
    for name in free:
        others = [*within, *(n for n in free if n != name and known[n] == "parameter")]
        if _REPEAT.fullmatch(name) and named and _are_repeats(columns, name, others):
            changed[name] = known[name] = "fold"
            within.append(name)
    for name in named:
        if _unique(columns, [*within, name]):
            changed[name] = known[name] = "name"
            break
    for name in free:
        if known[name] == "parameter" and _is_left_out(name, columns[name]):
            changed[name] = known[name] = "left-out"
    changed |= _needed(columns, known)
    if not {"parameter", "name", "fold"} & set(known.values()):
        ids = [name for name in free if _is_id(name) and _unique(columns, [*within, name])]
        changed |= dict.fromkeys(ids[:1], "name")
    return changed


def _are_repeats(columns: Columns, name: str, others: Sequence[str]) -> bool:
    """Whether all that tells rows apart otherwise returns equally often, with another number."""
    counts = Counter(zip(*(map(str, columns[other]) for other in others), strict=True))
    return (
        _are_folds(columns[name])
        and len(set(counts.values())) == 1
        and min(counts.values()) > 1
        and _unique(columns, [*others, name])
    )


def _needed(columns: Columns, roles: Mapping[str, Role]) -> dict[str, Role]:
    """A count or configuration that alone tells rows apart was chosen: a size of training data."""
    telling = ("parameter", "name", "experiment", "metric-name", "split", "fold")
    within = [name for name, role in roles.items() if role in telling]
    about = [name for name, role in roles.items() if role == "about"]
    if not within or _unique(columns, within):
        return {}
    return {
        name: "parameter"
        for name in about
        if (_COUNT.fullmatch(name) or name == ".config") and _unique(columns, [*within, name])
    }


def _returns(columns: Columns, name: str, named: Sequence[str]) -> bool:
    """Whether a few data sets return for every model."""
    values = [str(value) for value in columns[name]]
    if len(set(values)) < 2 or not all(values):
        return False
    if not named:
        return 2 * len(set(values)) <= len(values)
    models: dict[str, set[str]] = {}
    for model, value in zip(columns[named[0]], values, strict=True):
        models.setdefault(str(model), set()).add(value)
    return any(len(seen) > 1 for seen in models.values())


def _unique(columns: Columns, names: Sequence[str]) -> bool:
    """Whether no two rows have the same values in these columns."""
    keys = list(zip(*(map(str, columns[name]) for name in names), strict=True))
    return len(set(keys)) == len(keys)


def _is_left_out(name: str, values: Sequence[Any]) -> bool:
    differ = len({str(value) for value in values}) == len(values)
    return name.lower() in _UNNAMED or (differ and len(values) > 1 and _is_id(name))


def _is_id(name: str) -> bool:
    return (
        re.fullmatch(r"(.*[\s_-])?(id|uuid|hash|index|unnamed: 0)", name, re.IGNORECASE) is not None
    )


def known_roles(given: Mapping[str, Any]) -> dict[str, Role]:
    """Those of the given roles that there are."""
    return {str(name): cast("Role", role) for name, role in given.items() if role in ROLES}
