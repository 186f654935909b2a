"""Models beside the rows that they were evaluated on, for tests of methods that need no run."""

from __future__ import annotations

from typing import Any

import numpy as np

from diagnostics.models.evaluated_inputs import Evaluated, Part
from diagnostics.models.model import Model
from diagnostics.models.row_forms import form_of, taken


def evaluated_of(
    estimators: Any, rows: Any, true: Any, names: tuple[str, ...] | None = None
) -> Evaluated:
    """A model and all rows, or several models with every so many-th row each."""
    several = estimators if isinstance(estimators, list) else [estimators]
    n = rows.shape[0] if hasattr(rows, "shape") else len(rows)
    parts, predicted = [], np.empty(n, object)
    for fold, estimator in enumerate(several):
        places = np.arange(fold, n, len(several))
        model = Model(estimator, tuple(map(str, estimator.classes_)))
        parts.append(Part(model, taken(rows, places), places))
        predicted[places] = model.answers(parts[-1].rows)
    if names is None:
        columns = {"frame": list(getattr(rows, "columns", ())), "texts": []}.get(
            form_of(rows), range(int(np.prod(getattr(rows, "shape", (0, 0))[1:])))
        )
        names = tuple(n if isinstance(n, str) else f"feature {n}" for n in columns)
    truth = np.array([None if one is None else str(one) for one in true], object)
    ids = tuple(f"row-{at}" for at in range(n))
    return Evaluated(tuple(parts), ids, truth, predicted, form_of(rows), names, "test", n)
