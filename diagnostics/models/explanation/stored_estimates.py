"""Estimates kept on disk by what they depend on, so that each is made once."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, get_args

from diagnostics.models.explanation import estimates
from diagnostics.models.explanation.explanation import Contribution, Explanation, Scale, Span
from diagnostics.models.explanation.question import Question
from diagnostics.models.jobs import Progress, no_progress
from diagnostics.workspace.stored_results import store_file, stored_file

#: Part of every key: raised when the same question comes to have another estimate.
VERSION = 2
#: Files that are kept at most; the oldest go first.
KEPT = 2_000


def estimate_once(
    method: estimates.Method, question: Question, *, progress: Progress = no_progress
) -> Explanation:
    """What was kept of a question, else its estimate, which is kept then.

    Raises
    ------
    DiagnosticsError
        As `estimate`; nothing is kept then.
    """
    kept = stored_estimate(method, question)
    if kept is not None:
        return kept
    found = estimates.estimate(method, question, progress=progress)
    if not found.exact:  # what is read off a model is there at once
        store_estimate(method, question, found)
    return found


def stored_estimate(method: estimates.Method, question: Question) -> Explanation | None:
    """What was kept of a question; None if there is nothing, or nothing that can be read."""
    try:
        content = json.loads(_path(method, question).read_text(encoding="utf-8"))
        return _explanation(content)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def store_estimate(method: estimates.Method, question: Question, found: Explanation) -> None:
    """Keep an estimate, complete or not at all; where nothing can be written, nothing is kept."""
    content = asdict(found)
    for entry in content["contributions"]:
        entry["value"] = _plain(entry["value"])
    with suppress(OSError):  # of a place that cannot be written at all
        store_file(_path(method, question), json.dumps(content).encode(), most=KEPT)


def _path(method: estimates.Method, question: Question) -> Path:
    """Named after the content of models and inputs, the question, and what makes the estimate."""
    key = [VERSION, *estimates.estimate_key(method, question), *map(_version, (method, "sklearn"))]
    digest = blake2b(json.dumps(key, default=str).encode(), digest_size=16)
    return stored_file(question.root, "estimate", digest.hexdigest())


def _version(package: str) -> str:
    try:
        return version({"sklearn": "scikit-learn"}.get(package, package))
    except PackageNotFoundError:
        return ""


def _plain(value: Any) -> Any:
    """As JSON has it; what it does not have as the text that is shown of it."""
    plain = value.item() if hasattr(value, "item") else value
    return plain if plain is None or isinstance(plain, bool | int | float | str) else str(plain)


def _explanation(content: dict[str, Any]) -> Explanation:
    """What was written, every part of the type that it has to be."""
    if content["method"] not in ("shap", "lime") or content["scale"] not in get_args(Scale):
        raise ValueError(content["method"], content["scale"])
    figures = ("model_output", "r2", "agreement")
    picture = content["picture"]
    return Explanation(
        method=content["method"],
        exact=False,
        scale=content["scale"],
        label=str(content["label"]),
        against=_text(content["against"]),
        base=float(content["base"]),
        output=float(content["output"]),
        contributions=tuple(_contribution(entry) for entry in content["contributions"]),
        spans=tuple(
            Span(int(entry["start"]), int(entry["end"]), float(entry["contribution"]))
            for entry in content["spans"]
        ),
        unplaced=float(content["unplaced"]),
        notes=tuple(map(str, content["notes"])),
        text=_text(content["text"]),
        picture=None if picture is None else (int(picture[0]), int(picture[1])),
        **{name: _number(content[name]) for name in figures},
    )


def _contribution(entry: dict[str, Any]) -> Contribution:
    place = entry["place"]
    return Contribution(
        str(entry["feature"]),
        _plain(entry["value"]),
        float(entry["contribution"]),
        None if place is None else int(place),
        bool(entry["stable"]),
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
