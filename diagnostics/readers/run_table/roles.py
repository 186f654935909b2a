"""Which columns of a table of runs are metrics, which are parameters, and which say nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, cast, get_args

from diagnostics.readers.cv_results.files import Columns, number
from diagnostics.readers.search_tables import is_metric
from diagnostics.statistics.metric_names import rises_by_name

#: What a column can be. Of metrics the rising ones are better when larger.
Role = Literal["parameter", "metric", "metric-falling", "name", "fold", "seconds", "left-out"]
ROLES: tuple[Role, ...] = get_args(Role)

_NAMES = re.compile(
    r"|unnamed: 0|(model|run|candidate|classifier|estimator|algorithm|method|experiment|config)"
    r"([\s_-]?(name|id))?|name",
    re.IGNORECASE,
)
_SECONDS = re.compile(
    r"(mean[\s_])?(fit|train(ing)?)[\s_]?(time|seconds)(\s*\(.*\))?", re.IGNORECASE
)
_SPREAD = re.compile(
    r"(.*[\s_])?(std|stdev|stderr|se|var|rank|support|count)([\s_].*)?", re.IGNORECASE
)
# `TT (Sec)` is PyCaret's time of training.
_OTHER_TIME = re.compile(
    r"(.*[\s_])?(time|seconds|date|datetime|timestamp|duration|tt)(\s*\(.*\))?", re.IGNORECASE
)
_FOLD = re.compile(r"(cv[\s_]?)?(fold|split|seed|repeat)([\s_]?(id|number|nr|no))?", re.IGNORECASE)


def guessed_roles(columns: Columns) -> dict[str, Role]:
    """A role for every column, by its name and its values; a person may know better.

    Metrics are known by their names and hold numbers. One column may name the runs, if its values
    are texts and all different. What differs in every row and is called an id is left out, and so
    are spreads, ranks and dates; all the rest are parameters.
    """
    roles = {name: _guess(name, values) for name, values in columns.items()}
    named = [name for name, role in roles.items() if role == "name"]
    for name in named[1:]:
        roles[name] = "parameter"
    return roles


def _guess(name: str, values: list[Any]) -> Role:
    numbers = [number(value) for value in values]
    is_numeric = all(value is not None for value in numbers)
    if is_numeric and is_metric(name):
        return "metric" if rises_by_name(name) else "metric-falling"
    if is_numeric and _SECONDS.fullmatch(name):
        return "seconds"
    if _FOLD.fullmatch(name) and len(set(values)) > 1:
        return "fold"
    if _SPREAD.fullmatch(name) or _OTHER_TIME.fullmatch(name):
        return "left-out"
    differ = len({str(value) for value in values}) == len(values)
    if _NAMES.fullmatch(name) and differ and not is_numeric:
        return "name"
    if name == "" or (differ and len(values) > 1 and _is_id(name)):
        return "left-out"
    return "parameter"


def _is_id(name: str) -> bool:
    return (
        re.fullmatch(r"(.*[\s_-])?(id|uuid|hash|index|unnamed: 0)", name, re.IGNORECASE) is not None
    )


def known_roles(given: Mapping[str, Any]) -> dict[str, Role]:
    """Those of the given roles that there are."""
    return {str(name): cast("Role", role) for name, role in given.items() if role in ROLES}
