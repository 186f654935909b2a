"""Numbers with their nouns, and of how many of what a number is."""

from __future__ import annotations

from diagnostics import Run
from diagnostics.confusion.matrix import judged_examples
from diagnostics.workspace import SPLITS


def counted(n: int, noun: str, plural: str = "") -> str:
    """A number with its noun: `1 answer`, `2 answers`."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def known_split(split: str) -> str:
    """A split's name where Markdown is read: "" for one that is not ours."""
    return split if split in SPLITS else ""


def wrong_of(run: Run) -> str:
    """What the number of a run's mistakes is called: of how many examples of which split."""
    if run.task == "entities":
        return "Wrong sentences"
    unit = "stories" if run.task == "stories" else f"{known_split(run.split)} examples".strip()
    n = judged_examples(run)
    return f"Wrong of {n:,} {unit}" if n else "Wrong"
