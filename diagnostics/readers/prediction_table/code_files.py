"""Files that give codes names: `labels.txt`, `class_indices.json`, a model's `config.json`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from diagnostics.readers import Folder
from diagnostics.readers.prediction_table.columns.names import key
from diagnostics.readers.prediction_table.files import read_table
from diagnostics.readers.prediction_table.table import UnreadableTable
from diagnostics.readers.prediction_table.values.labels import texts
from diagnostics.workspace.safe_paths import file_inside

_THING = r"(?:label|class|category|target|intent)"
_THINGS = r"(?:labels?|class(?:es)?|categor(?:y|ies)|targets?|intents?)"
_CODE = r"(?:id|idx|index|code|int|num|number|key|name)"
NAMES_FILE = (
    rf"{_THINGS}(?:_?(?:names?|list|map|maps|mapping|mappings|indices|indexes|index|idx|ids?"
    rf"|codes?|dict|dictionary|encoder|encoding|lookup|vocab))*"
    rf"|(?:{_THINGS}|{_CODE})_?(?:to|2)_?(?:{_THINGS}|{_CODE})|imagenet_class_index|names|coco"
)
SUFFIXES = (".json", ".txt", ".names", ".csv", ".tsv")
#: `0 cat`, `0: cat`, `cat 0`.
LINES = (r"(?P<code>\d+)[\s:,;=]+(?P<name>.+)", r"(?P<name>.+?)[\s:,;=]+(?P<code>\d+)")
#: Of larger files nobody expects names.
LARGEST = 4_000_000
CODE = rf"(?:{_THING}_?)?(?:code|id|idx|index|number|num|no|nr|key|value|int|encoded|y)"
NAME = rf"(?:{_THING}_?)?(?:names?|labels?|class|category|title|description|text|string)"

#: What Hugging Face saves beside a model; everything else in it is of no interest here.
MODEL_CONFIG = "config.json"
Names = Mapping[str, str]


def code_files(folder: Folder) -> Iterator[list[tuple[Path, str]]]:
    """The files that may give names, and how `errata.toml` calls them: beside, then above."""
    beside = [file.name for file in folder.files if _may_name(file.name)]
    yield [(folder.path / name, name) for name in beside]
    if folder.path != folder.root:
        above = sorted(path.name for path in folder.path.parent.iterdir() if _may_name(path.name))
        inside = [(file_inside(folder.path.parent / name, folder.root), name) for name in above]
        yield [(path, f"../{name}") for path, name in inside if path is not None]


def names_in(path: Path) -> list[Names]:
    """The names of codes that a file gives, [] if it gives none.

    Several where the file does not say whether it counts from 0 or from 1: those of 0 first.
    """
    try:
        if path.stat().st_size > LARGEST:
            return []
        if path.suffix.lower() in (".csv", ".tsv"):
            return _in_table(path)
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix.lower() != ".json":
            return _in_lines(text)
        content = json.loads(text)
        return _of_model(content) if path.name == MODEL_CONFIG else _in_json(content)
    except (OSError, ValueError, RecursionError, UnreadableTable):
        return []


def _may_name(name: str) -> bool:
    stem, suffix = Path(name).stem, Path(name).suffix.lower()
    if name == MODEL_CONFIG:
        return True
    return suffix in SUFFIXES and re.fullmatch(NAMES_FILE, key(stem)) is not None


def _in_json(content: Any) -> list[Names]:
    if isinstance(content, list):
        return _listed(content)
    if not isinstance(content, dict):
        return []
    if of_model := _of_model(content):
        return of_model
    for value in content.values():
        if isinstance(value, list) and len(content) == 1 and len(value) > 1:
            return _listed(value)
    return _pairs(content)


def _of_model(content: Any) -> list[Names]:
    """The names in a model's settings, unless they are those that stand there before any are."""
    for inner in ("id2label", "label2id"):
        if isinstance(content, dict) and isinstance(content.get(inner), dict):
            pairs = _pairs(content[inner])
            is_plain = all(re.fullmatch(r"LABEL_\d+", n) for names in pairs for n in names.values())
            return [] if is_plain else pairs
    return []


def _listed(entries: Sequence[Any]) -> list[Names]:
    """Names in order, or objects with a code and a name."""
    if all(isinstance(entry, str) for entry in entries):
        return _counted(list(entries))
    pairs: dict[str, str] = {}
    for entry in entries:
        if not isinstance(entry, dict):
            return []
        codes = [v for k, v in entry.items() if re.fullmatch(CODE, key(k)) and _is_code(v)]
        names = [v for k, v in entry.items() if re.fullmatch(NAME, key(k)) and isinstance(v, str)]
        if not codes or not names:
            return []
        pairs[str(codes[0])] = names[0]
    return [pairs] if len(pairs) == len(entries) else []


def _pairs(content: Mapping[str, Any]) -> list[Names]:
    """Code to name, or name to code: the codes are the side of whole numbers."""
    values = [
        value[-1] if isinstance(value, list) and value else value for value in content.values()
    ]
    if not values or any(not isinstance(value, str | int) for value in values):
        return []
    is_by_code = all(map(_is_code, content))
    if is_by_code is all(map(_is_code, values)):
        return []
    if is_by_code:
        return [dict(zip(content, map(str, values), strict=True))]
    # Two names with one code: a mapping that says nothing, and that is to be said.
    return [dict(zip(map(str, values), content, strict=True)) if _differ(values) else {}]


def _in_lines(text: str) -> list[Names]:
    """A name a line, or a code and a name."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for pattern in (
        r"(?P<code>\d+)(?:\s*[:,;=\t]\s*|\s+)(?P<name>.+)",
        r"(?P<name>.+?)[\s:,;=]+(?P<code>\d+)",
    ):
        matches = [re.fullmatch(pattern, line) for line in lines]
        if all(matches) and _differ([match["code"] for match in matches if match]):
            return [{match["code"]: match["name"].strip() for match in matches if match}]
    return _counted(lines)


def _counted(names: Sequence[str]) -> list[Names]:
    if len(names) < 2 or all(map(_is_code, names)):
        return []
    return [{str(place): name for place, name in enumerate(names, first)} for first in (0, 1)]


def _in_table(path: Path) -> list[Names]:
    """A column of different whole numbers beside one of different names."""
    frame = read_table(path).frame
    columns = {
        name: texts(frame[name]) for name in frame.columns if not frame[name].dtype.is_nested()
    }
    full = {
        n: c.to_list() for n, c in columns.items() if not c.has_nulls() and _differ(c.to_list())
    }
    codes = [name for name, values in full.items() if all(map(_is_code, values))]
    names = [name for name, values in full.items() if not any(map(_is_code, values))]
    named = [name for name in names if re.fullmatch(NAME, key(name))] or names
    if frame.width > 4 or len(codes) != 1 or not named or len(frame) < 2:
        return []
    return [dict(zip(full[codes[0]], full[named[0]], strict=True))]


def _is_code(value: object) -> bool:
    return re.fullmatch(r"-?\d+", str(value)) is not None and not isinstance(value, bool)


def _differ(values: Sequence[object]) -> bool:
    return len({str(value) for value in values}) == len(values)
