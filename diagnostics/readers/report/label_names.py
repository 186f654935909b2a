"""Names of classes that lie beside a matrix without any: classes.txt, class_indices.json."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from diagnostics.readers import Folder
from diagnostics.readers.report.printed.lines import decoded

_NAMES = re.compile(
    r"(labels?|class(es)?|categories|(class|label|target)[_-]?(names?|labels?|list|index|indices)"
    r"|(label|class|idx|id)[_-]?(map|mapping|to[_-]?(label|class|name))|label[_-]?encoder"
    r"|config)\.(txt|json|csv)",
    re.IGNORECASE,
)
_MOST_BYTES = 1_000_000
_NUMBERED = re.compile(r"(\d+)\s*[:,;\t ]\s*(\S.*)")
_BEHIND = re.compile(r"(\S.*?)\s*[:,;\t ]\s*(\d+)")
_KEYS = ("id2label", "idx2label", "idx_to_class", "labels", "classes", "class_names")


def label_names(folder: Folder, n: int) -> tuple[tuple[str, ...], str]:
    """The names of `n` classes in order and the file that has them; () and "" if none has."""
    for file in folder.files:
        if not _NAMES.fullmatch(file.name) or file.size > _MOST_BYTES:
            continue
        try:
            names = _read(folder, file.name)
        except (ValueError, OSError, RecursionError):
            continue
        if len(names) == n and len(set(names)) == n:
            return tuple(names), file.name
    return (), ""


def _read(folder: Folder, name: str) -> list[str]:
    text = decoded((folder.path / name).read_bytes())
    if name.lower().endswith(".json"):
        return _in_json(json.loads(text))
    lines = [line.strip().strip('"') for line in text.splitlines() if line.strip()]
    for pattern, at, named in ((_NUMBERED, 1, 2), (_BEHIND, 2, 1)):
        found = [pattern.fullmatch(line) for line in lines]
        numbered = {int(match[at]): match[named].strip() for match in found if match}
        has_header = len(numbered) == len(lines) - 1 and not re.search(r"\d", lines[0])
        if not has_header and len(numbered) != len(lines):
            continue
        if sorted(numbered) == list(range(len(numbered))):
            return [numbered[place] for place in range(len(numbered))]
    return lines


def _in_json(content: Any) -> list[str]:
    if isinstance(content, list):
        return [item for item in content if isinstance(item, str)]
    if not isinstance(content, Mapping):
        return []
    for key in _KEYS:
        if isinstance(content.get(key), Mapping | list):
            return _in_json(content[key])
    keys, values = [str(key) for key in content], list(content.values())
    if sorted(keys) == sorted(map(str, range(len(keys)))):  # 0 -> name
        return [str(content[str(place)]) for place in range(len(keys))]
    are_places = all(isinstance(value, int) and not isinstance(value, bool) for value in values)
    if are_places and sorted(values) == list(range(len(values))):  # name -> 0
        return [key for _, key in sorted(zip(values, keys, strict=True))]
    return []
