"""What a candidate of a recorded search is called, where it is kept, and what it was made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from diagnostics.recording.folder import folder_name
from diagnostics.recording.listeners import Watch
from diagnostics.workspace.parameters import short_names
from diagnostics.workspace.plain_values import parameters_of, value_text
from diagnostics.workspace.search_format import CANDIDATE_FORMAT, SEARCH_VERSION

#: A longer name says no more to the eye.
NAME_LENGTH = 100
VALUE_LENGTH = 40


@dataclass(frozen=True)
class Candidate:
    """A candidate's name, its folder below the search's, and what its `candidate.json` says.

    `parameters` are those that the search set, as they are.
    """

    name: str
    folder: str
    description: dict[str, Any]
    parameters: Mapping[str, Any] | None = None


def candidate_of(watch: Watch, estimator: Any, arguments: Mapping[str, Any]) -> Candidate:
    """The candidate that is fitted with these arguments of scikit-learn's fit-and-score.

    Every process that fits it on another fold finds the same name and folder.
    """
    parameters: Mapping[str, Any] | None = arguments.get("parameters")
    progress = arguments.get("candidate_progress")
    number = watch.offset + (int(progress[0]) if progress is not None else 0)
    resource = len(arguments["train"]) if watch.kind == "learning_curve" else watch.resource
    named = watch.recorder.name
    name = named(parameters or _own_parameters(estimator)) if named else _name(parameters)
    name = name or f"{_last_step(estimator)} {number + 1}"
    if watch.kind == "learning_curve":
        name = f"{name}, {resource:,} rows"
    if watch.iteration is not None:
        name = f"{name}, iteration {watch.iteration}"
    kept = parameters_of(parameters, estimator)
    text = {key: value_text(value) for key, value in (parameters or kept).items()}
    description = {
        "format": CANDIDATE_FORMAT,
        "version": SEARCH_VERSION,
        "number": number,
        "name": name,
        "parameters": kept,
        "parameters_text": text,
        "iteration": watch.iteration,
        "resource": resource,
        "splits": watch.splits,
    }
    return Candidate(name, _folder(watch, number, name), description, parameters)


def _folder(watch: Watch, number: int, name: str) -> str:
    """By number and name; calls of several processes may have the same of both."""
    folder = folder_name(number, name)
    if not watch.call:
        return folder
    return f"{folder}-{blake2b(f'{watch.call} {name}'.encode(), digest_size=4).hexdigest()}"


def _own_parameters(estimator: Any) -> Mapping[str, Any]:
    """What an estimator was made with, for a call that sets nothing, such as `cross_validate`."""
    return estimator.get_params() if hasattr(estimator, "get_params") else {}


def _name(parameters: Mapping[str, Any] | None) -> str:
    """The parameters with their values, the names as short as they are clear."""
    if not parameters:
        return ""
    names = short_names(list(parameters))
    said = [f"{names[name]}={_short(value)}" for name, value in parameters.items()]
    text = ", ".join(said)
    return text if len(text) <= NAME_LENGTH else f"{text[: NAME_LENGTH - 1]}…"


def _short(value: Any) -> str:
    text = f"{value:.4g}" if isinstance(value, float) else value_text(value)
    return text if len(text) <= VALUE_LENGTH else f"{text[: VALUE_LENGTH - 1]}…"


def _last_step(estimator: Any) -> str:
    steps = getattr(estimator, "steps", None)
    return type(steps[-1][1] if steps else estimator).__name__
