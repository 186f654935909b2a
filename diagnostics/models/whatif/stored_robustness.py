"""Robustness kept by what it was computed from, so that it is computed once."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

from diagnostics.models.whatif.robustness import Robustness
from diagnostics.workspace.stored_results import store_file, stored_file

#: Reports that stay; the oldest go first.
MOST_KEPT = 200
_TABLES = ("changes", "classes", "flips")


def stored_robustness(root: Path, key: str) -> Robustness | None:
    """What was kept under a key; None if there is nothing that can be read."""
    import pandas as pd

    try:
        content = json.loads(_path(root, key).read_text(encoding="utf-8"))
        tables = {
            name: pd.DataFrame(content[name]["rows"], columns=content[name]["columns"])
            for name in _TABLES
        }
        figures: dict[str, Any] = {
            name: float("nan") if value is None else value for name, value in content.items()
        }
        return Robustness(**{**figures, **{name: _figures(tables[name]) for name in _TABLES}})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def store_robustness(root: Path, key: str, found: Robustness) -> None:
    """Keep it, complete or not at all; a folder that cannot be written is left as it is."""
    content: dict[str, Any] = {}
    for entry in fields(Robustness):
        value = getattr(found, entry.name)
        if entry.name in _TABLES:
            rows = [[_plain(cell) for cell in row] for row in value.itertuples(index=False)]
            value = {"columns": list(value.columns), "rows": rows}
        content[entry.name] = value if isinstance(value, dict | str) else _plain(value)
    written = json.dumps(content, ensure_ascii=False, allow_nan=False)
    with suppress(OSError):  # of a place that cannot be written at all
        store_file(_path(root, key), written.encode(), most=MOST_KEPT)


def _path(root: Path, key: str) -> Path:
    return stored_file(root, "robustness", key)


def _plain(value: Any) -> Any:
    """As JSON has it: no types of NumPy, and nothing for what is not known."""
    plain = value.item() if hasattr(value, "item") else value
    return None if isinstance(plain, float) and plain != plain else plain


def _figures(table: Any) -> Any:
    """Columns that may be empty are numbers again, where they are numbers."""
    texts = {"change", "words", "label", "example", "true_label", "before", "after", "input"}
    return table.astype({name: float for name in table if name not in texts}).astype(
        {
            name: int
            for name in table
            if name in ("n", "changed", "flipped", "broken", "fixed", "support")
        }
    )
