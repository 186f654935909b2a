"""The one number that an explanation takes apart: asked of a model, for one label or two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnostics.errors import DiagnosticsError
from diagnostics.models.explanation.explanation import Scale
from diagnostics.models.model import Model
from diagnostics.models.pipelines.linear import final_step

Figures = NDArray[np.float64]


@dataclass(frozen=True)
class ExplainedOutput:
    """`ask` gives one figure a row: a label's probability or score, less another's if named."""

    scale: Scale
    ask: Callable[[Any], Figures]


def explained_output(model: Model, label: str, against: str | None) -> ExplainedOutput:
    """What to ask a model about a label: its probability, else its decision value.

    Raises
    ------
    DiagnosticsError
        If the model gives nothing but answers.
    """
    if model.has_probabilities:
        return probability_output(model, label, against)
    if _has_one_value_per_label(model):
        return decision_output(model, label, against)
    raise DiagnosticsError(
        f"{type(final_step(model.estimator)).__name__} gives answers, and no figure for each "
        "label: what makes an answer more or less likely cannot be seen.",
        hint="Use a model with probabilities, or wrap it in CalibratedClassifierCV.",
    )


def probability_output(model: Model, label: str, against: str | None) -> ExplainedOutput:
    """A label's probability, less another's."""
    figure = _difference(model, label, against)
    return ExplainedOutput("probability", lambda rows: figure(model.probabilities(rows)))


def decision_output(model: Model, label: str, against: str | None) -> ExplainedOutput:
    """A label's decision value, less another's; with two labels the first one's is 0."""
    figure = _difference(model, label, against)
    return ExplainedOutput("margin", lambda rows: figure(_decisions(model, rows)))


def _difference(model: Model, label: str, against: str | None) -> Callable[[Figures], Figures]:
    own = model.labels.index(label)
    other = None if against is None else model.labels.index(against)
    return lambda values: values[:, own] if other is None else values[:, own] - values[:, other]


def _has_one_value_per_label(model: Model) -> bool:
    if not hasattr(model.estimator, "decision_function"):
        return False
    # One against one there is a value for each pair of labels.
    shape = getattr(final_step(model.estimator), "decision_function_shape", "ovr")
    return len(model.labels) == 2 or shape == "ovr"


def _decisions(model: Model, rows: Any) -> Figures:
    """Rows × labels; with two labels the first one's value is 0."""
    values = np.asarray(model.estimator.decision_function(rows), float)
    if values.ndim == 1:
        values = np.column_stack([np.zeros_like(values), values])
    return values
