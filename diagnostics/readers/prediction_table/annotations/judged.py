"""One example with what people and models said of it, and the label that people agree on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

#: How a label of several people came about.
Ruling = Literal["", "one", "majority", "disagreement"]


@dataclass(frozen=True)
class Said:
    """The labels that one person gave to an example, for one question."""

    labels: tuple[str, ...]
    is_ground_truth: bool = False


@dataclass(frozen=True)
class Guess:
    """The labels that a model suggested, for one question, with a score where it has one."""

    model: str
    labels: tuple[str, ...]
    score: float | None = None


@dataclass(frozen=True)
class Judged:
    """An example: what it shows, and for each question what people and models said."""

    id: str
    content: Mapping[str, Any]
    people: Mapping[str, Sequence[Said]] = field(default_factory=dict)
    models: Mapping[str, Sequence[Guess]] = field(default_factory=dict)


def ruled(people: Sequence[Said]) -> tuple[str | None, Ruling]:
    """The label that stands, and how it came about; None where there is none, or no majority.

    What is marked as ground truth counts alone; else the label that more than half of the people
    gave. Somebody who gave none has no voice.
    """
    voices = [said.labels[0] for said in people if said.labels and said.is_ground_truth]
    voices = voices or [said.labels[0] for said in people if said.labels]
    if not voices:
        return None, ""
    label, n = Counter(voices).most_common(1)[0]
    if n == len(voices):
        return label, "one"
    return (label, "majority") if 2 * n > len(voices) else (None, "disagreement")
