"""What models said when they were asked for importances, kept by what it was computed from.

A compressed archive of NumPy in the workspace's cache, without pickles: no code runs when it is
opened.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, fields
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from diagnostics.models.importance.feature_groups import Group
from diagnostics.models.importance.importances import Importances
from diagnostics.models.importance.permutation import Permutation
from diagnostics.models.importance.shapley.sampled_shapley import SampledContributions
from diagnostics.models.input_digest import input_digest
from diagnostics.workspace import Experiment, Run
from diagnostics.workspace.stored_results import store_file, stored_file

#: Part of every key: raised when the same settings come to mean something else.
VERSION = 2
#: Archives that stay; the oldest go first.
MOST_KEPT = 200

Result = Permutation | SampledContributions
_KINDS: dict[str, type[Any]] = {
    "permutation": Permutation,
    "contributions": SampledContributions,
}
_TUPLES = ("features", "labels", "notes", "names")


def importance_key(experiment: Experiment, run: Run, root: Path, **settings: Any) -> str:
    """A name for what was asked: the content of models, inputs and answers, and the settings."""
    return input_digest(
        experiment, run, root, kind="importance", version=VERSION, asked=sorted(settings.items())
    )


def stored_result(root: Path, key: str) -> Result | None:
    """What was kept under a key; None if there is nothing that can be read."""
    try:
        with _path(root, key).open("rb") as file, np.load(file, allow_pickle=False) as archive:
            about = json.loads(str(archive["about"]))
            figures = {name: archive[name] for name in archive.files if name != "about"}
        found: Result = _KINDS[about.pop("kind")](**_filled(about, figures))
        return found
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile):
        return None


def _filled(about: dict[str, Any], figures: dict[str, Any]) -> dict[str, Any]:
    inner = about.pop("importances", None)
    own = {name: value for name, value in figures.items() if "." not in name}
    found = {**{name: _typed(name, value) for name, value in about.items()}, **own}
    if inner is not None:
        inside = {name[12:]: value for name, value in figures.items() if "." in name}
        inner = {name: _typed(name, value) for name, value in inner.items()}
        found["importances"] = Importances(**{**inner, **inside})
    return found


def _typed(name: str, value: Any) -> Any:
    if name == "groups":
        return tuple(
            Group(one["name"], tuple(one["columns"]), tuple(one["members"])) for one in value
        )
    return tuple(value) if name in _TUPLES else value


def store_result(root: Path, key: str, result: Result) -> None:
    """Keep it, complete or not at all; a folder that cannot be written is left as it is."""
    kind = next(name for name, cls in _KINDS.items() if isinstance(result, cls))
    about, figures = _taken_apart(result)
    if isinstance(result, Permutation):
        about["groups"] = [asdict(group) for group in result.groups]
        about["importances"], inner = _taken_apart(result.importances)
        figures |= {f"importances.{name}": value for name, value in inner.items()}
    said = json.dumps({"kind": kind, **about}, allow_nan=True)
    archive = BytesIO()
    np.savez_compressed(archive, about=np.array(said), **figures)
    with suppress(OSError):  # of a place that cannot be written at all
        store_file(_path(root, key), archive.getvalue(), most=MOST_KEPT)


def _taken_apart(found: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What JSON holds, and arrays; nothing of what is not known."""
    values = {entry.name: getattr(found, entry.name) for entry in fields(found)}
    plain = {
        name: value.item() if isinstance(value, np.generic) else value
        for name, value in values.items()
        if not isinstance(value, np.ndarray | Importances | type(None)) and name != "groups"
    }
    return plain, {name: value for name, value in values.items() if isinstance(value, np.ndarray)}


def _path(root: Path, key: str) -> Path:
    return stored_file(root, "importance", key, ".npz")
