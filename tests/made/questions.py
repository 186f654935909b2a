"""Questions about single rows, for tests of methods that need no run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from diagnostics import Evidence, Experiment, Run
from diagnostics.models.explanation.question import Question
from diagnostics.models.model import Model

RUN = Run("run", "test", "run", "classification", Evidence.MODEL)
EXPERIMENT = Experiment("experiment", "classification", (RUN,))


def model_of(estimator: Any) -> Model:
    """A fitted classifier as one that came with a run."""
    return Model(estimator, tuple(map(str, estimator.classes_)))


def question_of(
    estimator: Any, row: Any, label: str, against: str | None = None, **more: Any
) -> Question:
    """Why a label for a row: a text (or a list of one), a frame's row, an array of one row."""
    row = [row] if isinstance(row, str) else row
    names = tuple(map(str, getattr(row, "columns", ())))
    if not names and not isinstance(row, list):
        names = tuple(f"feature {at}" for at in range(row.shape[1]))
    given = {"input_names": names, "text": row[0] if isinstance(row, list) else None, **more}
    return Question(
        EXPERIMENT, RUN, Path(), "example", label, against, model_of(estimator), row, **given
    )
