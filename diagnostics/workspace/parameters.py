"""Parameters of runs side by side: which differ, which do not, and how their values are written."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from diagnostics.workspace.experiment import Experiment
from diagnostics.workspace.run import Run

_SEPARATOR = re.compile(r"(__|\.|/)")
_MISSING = ("missing",)


def parameter_names(experiment: Experiment) -> list[str]:
    """Every parameter that any run names, in the order in which the files name them."""
    return list(dict.fromkeys(name for run in experiment.runs for name in _names(run)))


def differing_parameters(experiment: Experiment) -> list[str]:
    """The parameters that do not have the same value in all runs; to have none is a value, too.

    1 and 1.0 are the same however a file writes them; True is not 1, and None, NaN, the text
    "None" and a parameter that a run does not name are four different things.
    """
    return [name for name in parameter_names(experiment) if len(_identities(experiment, name)) > 1]


def constant_parameters(experiment: Experiment) -> dict[str, str]:
    """The parameters that have one value in all runs, with that value as it is written."""
    differing = set(differing_parameters(experiment))
    first = experiment.runs[0]
    return {
        name: parameter_text(first, name) or ""
        for name in parameter_names(experiment)
        if name not in differing
    }


def parameter_text(run: Run, name: str) -> str | None:
    """A parameter's value as its file writes it, else as Python does; None if the run has none."""
    if name in run.parameters_text:
        return run.parameters_text[name]
    return str(run.parameters[name]) if name in run.parameters else None


def parameter_texts(experiment: Experiment, name: str) -> list[str | None]:
    """One parameter's values, a text for each run; None where a run has none.

    Different values are written differently: a text is quoted where it would look like a number,
    a truth value or None of another run.
    """
    texts = [parameter_text(run, name) for run in experiment.runs]
    if len(_identities(experiment, name)) <= len(set(texts)):
        return texts
    return [repr(_value(run, name)) if _has(run, name) else None for run in experiment.runs]


def parameter_numbers(experiment: Experiment, name: str) -> list[float | int | None] | None:
    """One parameter's values as numbers, None where a run has none; None if one is no number."""
    values = [_value(run, name) if _has(run, name) else None for run in experiment.runs]
    present = [_value(run, name) for run in experiment.runs if _has(run, name)]
    return values if present and all(map(_is_number, present)) else None


def short_names(names: Sequence[str], *, taken: Collection[str] = ()) -> dict[str, str]:
    """The last parts of nested names, as many as tell them apart and from those `taken`.

    `clf__C` becomes `C`; `word__ngram_range` and `char__ngram_range` stay what they are.
    """
    return {name: _short(name, names, taken) for name in names}


def _short(name: str, names: Iterable[str], taken: Collection[str]) -> str:
    for suffix in _suffixes(name):
        others = [other for other in names if other != name and suffix in _suffixes(other)]
        if suffix not in taken and not others:
            return suffix
    return name


def _suffixes(name: str) -> list[str]:
    """`a__b.c` as `c`, `b.c`, `a__b.c`; a name with an empty part only as a whole."""
    parts = _SEPARATOR.split(name)
    if not all(parts):
        return [name]
    return ["".join(parts[start:]) for start in range(len(parts) - 1, -1, -2)]


def _names(run: Run) -> dict[str, None]:
    return dict.fromkeys([*run.parameters, *run.parameters_text])


def _has(run: Run, name: str) -> bool:
    return name in run.parameters or name in run.parameters_text


def _value(run: Run, name: str) -> Any:
    return run.parameters.get(name, run.parameters_text.get(name))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _identities(experiment: Experiment, name: str) -> set[tuple[Any, ...]]:
    return {
        value_identity(_value(run, name)) if _has(run, name) else _MISSING
        for run in experiment.runs
    }


def value_identity(value: Any) -> tuple[Any, ...]:
    """A value that is equal for equal values: NaN equals itself, True is not 1, and 1 is 1.0."""
    if isinstance(value, float) and math.isnan(value):
        return ("nan",)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return ("number", value)
    return (type(value).__name__, repr(value))
