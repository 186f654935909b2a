"""Shapley values of one row by antithetic permutations, for all labels at once.

A row's columns are put into another row one after another, in a random order and in its reverse;
what a column adds on the way is averaged (Mitchell, Cooper, Frank and Holmes 2022).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnostics.errors import DiagnosticsError
from diagnostics.models.evaluated_inputs import Evaluated
from diagnostics.models.importance.importances import Figures
from diagnostics.models.importance.shapley.mixtures import Mixtures, Places
from diagnostics.models.model import Model
from diagnostics.models.pipelines.linear import final_step

#: Figures in the rows of one call of the model.
CELLS = 4_000_000
Ask = Callable[[Any], Figures]


def added_by_columns(
    mixed: Mixtures,
    row: int,
    turns: Places,
    ask: Ask,
    random: np.random.Generator,
) -> tuple[Figures, Figures, int]:
    """Sums and sums of squares over the turns (columns × labels), and the rows asked about."""
    width = len(mixed.names)
    orders = [random.permutation(mixed.players(row, int(other))) for other in turns]
    masks = [_prefixes(order, width) for order in orders]
    sums: Figures | None = None
    squares: Figures | None = None
    asked = start = 0
    while start < len(turns):
        end, cells = start + 1, len(masks[start]) * width
        while end < len(turns) and cells + len(masks[end]) * width <= CELLS:
            cells += len(masks[end]) * width
            end += 1
        keep = np.concatenate(masks[start:end])
        others = np.repeat(turns[start:end], [len(one) for one in masks[start:end]])
        figures = ask(mixed.made(np.full(len(keep), row), others, keep))
        asked += len(keep)
        if sums is None or squares is None:
            sums, squares = np.zeros((2, width, figures.shape[1]))
        at = 0
        for order in orders[start:end]:
            size = len(order)
            steps = figures[at : at + 2 * size + 2]
            at += 2 * size + 2
            there, back = np.diff(steps[: size + 1], axis=0), np.diff(steps[size + 1 :], axis=0)
            gained = (there + back[::-1]) / 2
            sums[order] += gained
            squares[order] += gained**2
        start = end
    if sums is None or squares is None:
        raise DiagnosticsError("There are no rows to hold the evaluated ones against.")
    return sums, squares, asked


def _prefixes(order: Places, width: int) -> NDArray[np.bool_]:
    """None of the columns kept, then one more each time to all of them; and in reverse order."""
    size = len(order)
    triangle = np.tri(size + 1, size, -1, dtype=bool)
    masks = np.zeros((2 * size + 2, width), bool)
    masks[: size + 1, order] = triangle
    masks[size + 1 :, order[::-1]] = triangle
    return masks


def scale_of(evaluated: Evaluated) -> str:
    """What the models are asked for: `probability`, else `margin`, else `answer`."""
    if evaluated.has_probabilities:
        return "probability"
    return "margin" if all(_has_margins(part.model) for part in evaluated.parts) else "answer"


def _has_margins(model: Model) -> bool:
    if not hasattr(model.estimator, "decision_function"):
        return False
    # One against one there is a value for each pair of labels.
    shape = getattr(final_step(model.estimator), "decision_function_shape", "ovr")
    return len(model.labels) == 2 or shape == "ovr"


def figures_of(model: Model, labels: Sequence[str], scale: str) -> Ask:
    """Rows to rows × labels on the scale; 0 for a label that the model does not know."""
    places = [labels.index(label) for label in model.labels]

    def ask(rows: Any) -> Figures:
        found = _asked(model, rows, scale)
        figures = np.zeros((len(found), len(labels)))
        figures[:, places] = found
        return figures

    return ask


def _asked(model: Model, rows: Any, scale: str) -> Figures:
    if scale == "probability":
        return model.probabilities(rows)
    if scale == "margin":
        values = np.asarray(model.estimator.decision_function(rows), float)
        return np.column_stack([-values, values]) if values.ndim == 1 else values
    given = np.array(model.answers(rows), object)
    return np.asarray(given[:, None] == np.array(model.labels, object)[None, :], float)
