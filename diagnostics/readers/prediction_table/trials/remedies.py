"""The lines of `errata.toml` that a problem offers: each is another way to read the table."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from diagnostics.workspace import Problem

#: What a click may settle: these say all by themselves.
KEYS = (
    "positive_label",
    "predicted_label",
    "true_label",
    "labels",
    "shown",
    "model",
    "join_labels",
)
_TEXT = r'"(?:[^"\\]|\\.)*"'
_VALUE = rf"{_TEXT}|\[{_TEXT}(?:, {_TEXT})*\]|false"
_LINE = re.compile(rf"\b(?P<key>{'|'.join(KEYS)}) = (?P<value>{_VALUE})(?P<more>(?:, or {_TEXT})*)")


def remedies(problem: Problem) -> list[dict[str, Any]]:
    """Sections without a file, one for each line that the problem's hint has in full.

    A hint writes lines as TOML; where a person has to fill something in, it has `…`.
    """
    return [section for line in _LINE.finditer(problem.hint) for section in _sections(line)]


def _sections(line: re.Match[str]) -> Iterator[dict[str, Any]]:
    for value in (line["value"], *re.findall(_TEXT, line["more"])):
        try:
            section = tomllib.loads(f"{line['key']} = {value}")
        except tomllib.TOMLDecodeError:
            continue
        if "…" not in value:
            yield section
