"""Small runs that tests record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import diagnostics

LABELS = ["cat", "dog", "owl"]
#: Six answers that can be counted by hand: two mistakes, one of them nearly right.
TRUE = ["cat", "cat", "dog", "dog", "owl", "owl"]
PROBABILITIES = np.array(
    [
        [0.8, 0.1, 0.1],
        [0.3, 0.6, 0.1],
        [0.1, 0.7, 0.2],
        [0.05, 0.9, 0.05],
        [0.9, 0.06, 0.04],
        [0.2, 0.2, 0.6],
    ]
)
TEXTS = ["a tabby", "a collie?", "a pug", "a poodle", "a snowy owl", "an eagle owl"]
IDS = [f"animal-{number}" for number in range(6)]


def record_animals(folder: Path, **changes: Any) -> Path:
    """The six answers as a run folder, with what a test wants to be different."""
    given: dict[str, Any] = {
        "true_label": TRUE,
        "probabilities": PROBABILITIES,
        "labels": LABELS,
        "example": IDS,
        "content": TEXTS,
        **changes,
    }
    return diagnostics.record(folder, **given)


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, our own cache left out."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".errata" not in path.parts
    }
