"""The configuration that a run was trained with: its `.yml`, and what of it can be compared."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from diagnostics.readers import Folder
from diagnostics.readers.rasa.places import Place
from diagnostics.workspace import Problem
from diagnostics.workspace.safe_paths import resolved_inside

_LIMIT = 1_000_000
_SECTIONS = ("pipeline", "policies")


@dataclass(frozen=True)
class Config:
    """The text of the file, its comparable values, and what has to be said about it."""

    text: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def config_of(folder: Folder, place: Place) -> Config:
    """The nearest file of the run's name from the folder up to the root, else `config.yml`.

    `config.yml` is taken only for a folder without siblings: beside other results it can only
    be the configuration of one of them, and nothing says which.
    """
    for path in _candidates(folder, place):
        if not folder.use(path).is_file() or not _may_be_read(folder, path):
            continue
        config = _read(folder, path)
        if config.text or config.problems:
            return config
    return Config()


def _candidates(folder: Folder, place: Place) -> Iterator[Path]:
    levels = list(_up_to_root(folder))
    for level in levels:
        for ending in (".yml", ".yaml"):
            yield level / f"{place.config}{ending}"
            for beside in ("configs", "config"):
                yield level / beside / f"{place.config}{ending}"
    of_project = [level / "config.yml" for level in levels]
    if not place.tags and any(path.is_file() for path in of_project) and _is_alone(folder):
        yield from of_project


def _up_to_root(folder: Folder) -> Iterator[Path]:
    path = folder.path
    while path != folder.root and path.is_relative_to(folder.root):
        yield path
        path = path.parent
    yield folder.root


def _is_alone(folder: Folder) -> bool:
    if folder.path == folder.root:
        return True
    reports = folder.path.parent.glob("*/intent_report.json")
    beside = next((report for report in reports if report.parent != folder.path), None)
    folder.use(beside or folder.path.parent)
    return beside is None


def _may_be_read(folder: Folder, path: Path) -> bool:
    inside = resolved_inside(path, folder.root)
    return inside is not None and path.stat().st_size <= _LIMIT


def _read(folder: Folder, path: Path) -> Config:
    import yaml

    where = path.relative_to(folder.root).as_posix()
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, OSError, RecursionError) as error:
        what = f"{path.name} is not valid YAML: {' '.join(str(error).split())[:120]}."
        hint = "Its values are missing from the table of runs; the results were read."
        return Config(problems=(Problem("unreadable-file", where, what, hint),))
    if not isinstance(content, dict) or not any(section in content for section in _SECTIONS):
        return Config()
    note = f"The configuration is {where} as it is now; it may have changed since the test."
    return Config(text, _parameters(content), (note,) if path.name == "config.yml" else ())


def _parameters(content: Mapping[object, object]) -> dict[str, object]:
    """Language, the components in order, and every component's own plain values."""
    pipeline: dict[str, object] = {}
    if isinstance(content.get("language"), str):
        pipeline["language"] = content["language"]
    values: dict[str, object] = {}
    for section in _SECTIONS:
        names = []
        for name, options in _components(content.get(section)):
            names.append(name)
            values |= {f"{name}.{key}": value for key, value in _plain(options)}
        if names:
            pipeline[section] = ", ".join(names)
    return pipeline | values


def _components(section: object) -> Iterator[tuple[str, Mapping[object, object]]]:
    """Names and options; a name that repeats is numbered. A template's name (1.x) is a name."""
    entries = section if isinstance(section, list) else [section] if section else []
    seen: Counter[str] = Counter()
    for entry in entries:
        options = entry if isinstance(entry, dict) else {"name": entry}
        name = str(options.get("name", "?")).rpartition(".")[2]
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name} {seen[name]}", options


def _plain(options: Mapping[object, object]) -> Iterator[tuple[str, object]]:
    """Scalars as they are, flat lists as JSON; deeper values stay in the text alone."""
    for key, value in options.items():
        if key == "name":
            continue
        if value is None or isinstance(value, bool | int | float | str):
            yield str(key), value
        elif isinstance(value, list) and all(isinstance(v, int | float | str) for v in value):
            yield str(key), json.dumps(value, ensure_ascii=False)
