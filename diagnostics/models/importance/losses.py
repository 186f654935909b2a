"""What answers lose: the loss of every row, and importances out of how much the losses rose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from diagnostics.errors import DiagnosticsError
from diagnostics.models.evaluated_inputs import Evaluated, Part
from diagnostics.models.importance.importances import Figures, Importances
from diagnostics.models.row_forms import taken

Metric = Literal["accuracy", "log loss"]
METRICS: tuple[Metric, ...] = ("accuracy", "log loss")
UNITS: dict[Metric, str] = {"accuracy": "drop in accuracy", "log loss": "rise in log loss"}
#: Rows that a model is asked about at a time.
CHUNK = 20_000
#: The least probability of the true label that log loss counts with.
LEAST_PROBABILITY = 1e-15
#: Of a normal distribution: what a 95 % interval is wide.
Z = 1.959963984540054


def metric_of(losses: Figures, metric: Metric) -> float:
    """The metric of so many losses."""
    mean = float(losses.mean())
    return 1 - mean if metric == "accuracy" else mean


def judged_parts(evaluated: Evaluated, metric: Metric) -> list[Part]:
    """The parts without the rows whose truth is unknown.

    Raises
    ------
    DiagnosticsError
        If no row has a truth, or the metric cannot be told of the models' answers.
    """
    parts = _with_truth(evaluated)
    _check(evaluated, parts, metric)
    return parts


def _with_truth(evaluated: Evaluated) -> list[Part]:
    parts = []
    for part in evaluated.parts:
        known = np.array([evaluated.true[at] is not None for at in part.places], bool)
        if known.all():
            parts.append(part)
        elif known.any():
            kept = np.flatnonzero(known)
            parts.append(Part(part.model, taken(part.rows, kept), part.places[kept]))
    return parts


def _check(evaluated: Evaluated, parts: Sequence[Part], metric: Metric) -> None:
    if not parts:
        raise DiagnosticsError(
            "No evaluated row has a true label.", hint="Importance is what answers lose."
        )
    if metric not in METRICS:
        raise DiagnosticsError(
            f"There is no metric {metric!r} here.", hint=f"Choose one of {', '.join(METRICS)}."
        )
    if metric == "log loss" and not evaluated.has_probabilities:
        raise DiagnosticsError(
            "Log loss needs probabilities, which the model does not give.", hint="Use accuracy."
        )


def loss_of(part: Part, rows: Any, evaluated: Evaluated, metric: Metric) -> Figures:
    """The loss of every row of a part, or of the same rows changed, one after another."""
    true = evaluated.true[part.places]
    n = _count(rows)
    true = np.tile(true, n // len(true))
    return losses_against(part, rows, true, metric)


def losses_against(part: Part, rows: Any, true: NDArray[np.object_], metric: Metric) -> Figures:
    """The loss of rows with these true labels, by the part's model."""
    if metric == "accuracy":
        answers = part.model.answers(rows)
        return np.array([float(a != b) for a, b in zip(answers, true, strict=True)])
    columns = {label: at for at, label in enumerate(part.model.labels)}
    chances = part.model.probabilities(rows)
    places = np.array([columns.get(label, -1) for label in true])
    own = np.where(places >= 0, chances[np.arange(len(true)), places], 0.0)
    return np.asarray(-np.log(np.clip(own, LEAST_PROBABILITY, 1)), float)


def _count(rows: Any) -> int:
    return int(rows.shape[0]) if hasattr(rows, "shape") else len(rows)


def loss_importances(
    names: tuple[str, ...],
    losses: NDArray[np.float32],
    by_repeat: Figures,
    true: NDArray[np.object_],
    evaluated: Evaluated,
    metric: Metric,
    notes: Sequence[str] = (),
) -> Importances:
    """Means with their intervals, over all rows and over those of each true label."""
    n, repeats = len(losses), len(by_repeat)
    mean = losses.mean(axis=0, dtype=float)
    rows = losses.var(axis=0, ddof=1, dtype=float) / n if n > 1 else np.full(len(names), np.nan)
    std = by_repeat.std(axis=0, ddof=1) if repeats > 1 else None
    shuffles = 0 if std is None else std**2 / repeats
    error = Z * np.sqrt(rows + shuffles)
    labels = tuple(label for label in evaluated.labels if (true == label).any())
    by_label = np.array([losses[true == label].mean(axis=0, dtype=float) for label in labels])
    return Importances(
        "permutation",
        names,
        mean,
        std,
        mean - error,
        mean + error,
        labels=labels,
        by_label=by_label.reshape(len(labels), len(names)),
        unit=UNITS[metric],
        source=f"{n:,} {evaluated.split} rows{_drawn(evaluated)}",
        notes=tuple(notes),
    )


def _drawn(evaluated: Evaluated) -> str:
    is_all = len(evaluated.examples) == evaluated.total
    return "" if is_all else f", drawn at random from {evaluated.total:,}"
