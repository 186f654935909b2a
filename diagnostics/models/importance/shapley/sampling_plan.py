"""How many rows can be explained by asking models about mixtures of them, within a cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diagnostics.errors import DiagnosticsError
from diagnostics.models.evaluated_inputs import Evaluated
from diagnostics.models.importance.shapley.mixtures import mixtures
from diagnostics.models.pipelines.analysers import signs_read_by
from diagnostics.models.row_forms import taken

#: Rows and texts that the models are asked about at most, about.
MOST_ROWS, MOST_TEXTS = 200_000, 30_000
#: Evaluated rows that are explained, and other rows that each is held against, at most.
EXPLAINED, OTHERS = 200, 25
#: Orders of the words of a text: it is held against itself without them, so fewer will do.
ORDERS = 8
#: Rows and orders together that are worth looking at, and figures that are held in memory.
LEAST, MOST_FIGURES = 60, 20_000_000


@dataclass(frozen=True, eq=False)
class Plan:
    """So many rows explained, each against so many others, in about so many rows asked about."""

    rows: int
    others: int
    asked: int


def plan_for(evaluated: Evaluated, *, seed: int = 0) -> Plan:
    """How many rows can be explained within what the models are asked about at most.

    Raises
    ------
    DiagnosticsError
        If the rows differ in so many columns that hardly any could be.
    """
    is_text = evaluated.form == "texts"
    width = _mean_width(evaluated, seed)
    each = 2 * width + 2
    games = int((MOST_TEXTS if is_text else MOST_ROWS) / each)
    if games < LEAST:
        raise DiagnosticsError(
            f"Rows differ in about {width:,.0f} columns: too many to be asked about one by one.",
            hint="Permutation importance asks less.",
        )
    n = len(evaluated.examples)
    held = int(MOST_FIGURES / max(width * len(evaluated.labels), 1))
    most = max(min(EXPLAINED, n, held), 1)
    if is_text:
        rows = min(most, max(games // ORDERS, LEAST // 2))
        others = max(min(games // rows, ORDERS), 1)
    else:
        rows = min(most, max(int(np.sqrt(4 * games)), games // OTHERS))
        others = max(min(games // rows, OTHERS), 1)
    return Plan(rows, others, int(rows * others * each))


def _mean_width(evaluated: Evaluated, seed: int) -> float:
    """In how many columns two rows differ, or how many words a text has, on average."""
    random = np.random.default_rng(seed)
    part = max(evaluated.parts, key=lambda one: len(one.places))
    reads = signs_read_by(part.model.estimator)
    some = random.permutation(len(part.places))[:40]
    if evaluated.form == "texts":
        texts = taken(part.rows, some)
        mixed = mixtures(texts, None, (), reads)
        return float(np.mean([len(mixed.players(at, 0)) for at in range(len(texts))]))
    half = max(len(some) // 2, 1)
    first, last = (taken(part.rows, places) for places in (some[:half], some[-half:]))
    mixed = mixtures(first, last, evaluated.names, reads)
    return float(np.mean([len(mixed.players(at, at)) for at in range(half)]))
