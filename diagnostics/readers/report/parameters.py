"""Parameters and scores that lie beside results: params.yaml, config.yaml, metrics.json."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from diagnostics.readers import Folder
from diagnostics.readers.splits import SPLIT_WORDS
from diagnostics.workspace import Problem, Score

PARAMETER_FILES = (
    "params.yaml",
    "params.yml",
    "params.json",
    "config.yaml",
    "config.yml",
    "config.json",
)
SCORE_FILES = ("metrics.json", "metrics.yaml", "scores.json")

#: A parameter file is small; what is larger is something else of that name.
MOST_BYTES = 1_000_000
#: Deeper is no parameter; YAML can also nest a mapping in itself.
DEEPEST = 6


def parameters_beside(folder: Folder) -> tuple[dict[str, Any], dict[str, str], list[Problem]]:
    """The scalars of the parameter files, as values, as the files write them, and what is wrong.

    Nested names are joined with dots. The first file to name a parameter wins; lists are left out.
    """
    values: dict[str, Any] = {}
    texts: dict[str, str] = {}
    problems = []
    for name in PARAMETER_FILES:
        if name not in folder.names:
            continue
        try:
            parsed, raw = _loaded(folder, name), _loaded(folder, name, as_text=True)
        except (ValueError, OSError, RecursionError) as error:
            problems.append(_unreadable(folder, name, error))
            continue
        values = dict(_scalars(parsed)) | values
        texts = {key: str(text) for key, text in _scalars(raw)} | texts
    return values, texts, problems


def scores_beside(folder: Folder) -> tuple[list[Score], list[Problem]]:
    """The numbers of the score files; the first file to name a score wins."""
    scores: dict[tuple[str, str], Score] = {}
    problems = []
    for name in SCORE_FILES:
        if name not in folder.names:
            continue
        try:
            found = scores_in(_loaded(folder, name))
        except (ValueError, OSError, RecursionError) as error:
            problems.append(_unreadable(folder, name, error))
            continue
        for score in found:
            scores.setdefault((score.metric, score.split), score)
    return list(scores.values()), problems


def scores_in(content: Any) -> list[Score]:
    """The finite numbers in a mapping as scores; `train_f1` is the metric f1 of the split train.

    What is no score by its form is left out: lists, texts, and reports' lines per class.
    """
    if not isinstance(content, Mapping):
        return []
    numbers = {key: value for key, value in content.items() if not _is_report(value)}
    return [
        Score(metric, float(value), split)
        for key, value in _scalars(numbers)
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        for metric, split in [_metric_and_split(key)]
    ]


def _metric_and_split(key: str) -> tuple[str, str]:
    for separator in (".", "_", "/"):
        prefix, found, metric = key.partition(separator)
        if found and metric and prefix.casefold() in SPLIT_WORDS:
            return metric, SPLIT_WORDS[prefix.casefold()]
    return key, "test"


def _is_report(value: Any) -> bool:
    """Whether a value is a report, or a line of one: it has figures of a class somewhere."""
    if not isinstance(value, Mapping):
        return False
    return "support" in value or any(
        isinstance(v, Mapping) and "support" in v for v in value.values()
    )


def _scalars(value: Any, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and depth < DEEPEST:
        for key, inner in value.items():
            yield from _scalars(inner, f"{prefix}.{key}" if prefix else str(key), depth + 1)
    elif prefix and not isinstance(value, Mapping | list | tuple | set):
        yield prefix, value


def _loaded(folder: Folder, name: str, *, as_text: bool = False) -> Any:
    """The content, or the same with every scalar as the file writes it."""
    import yaml

    path = folder.path / name
    if path.stat().st_size > MOST_BYTES:
        raise ValueError("it is larger than a file of parameters is")
    text = path.read_text(encoding="utf-8-sig")
    if name.endswith(".json"):
        as_it_is: dict[str, Any] = {"parse_int": str, "parse_float": str, "parse_constant": str}
        return json.loads(text, **(as_it_is if as_text else {}))
    try:
        # BaseLoader, like the safe one, makes texts, lists and mappings only.
        return yaml.load(text, yaml.BaseLoader) if as_text else yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(str(error).splitlines()[0]) from error


def _unreadable(folder: Folder, name: str, error: Exception) -> Problem:
    return Problem(
        "parameters-unreadable",
        folder.where(name),
        f"{name} could not be read as parameters or scores: {error}.",
        "Correct the file; the run is shown without what it says.",
    )
