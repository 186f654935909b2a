"""Shapley values of many rows at once, for trees that shap's TreeExplainer gets right.

They are on the scale of the leaves: probabilities of forests, log-odds of boosted trees. The sums
are held against the model's own figures, and values that miss them are refused.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnostics.errors import DiagnosticsError
from diagnostics.models.evaluated_inputs import Part
from diagnostics.models.model import Model
from diagnostics.models.pipelines.linear import final_step
from diagnostics.models.row_forms import taken

#: Rows of all parts together that are explained: unlimited trees take 0.1 s a row.
TREE_ROWS = 300
#: How far a sum may miss the model's own figure, as a share of its size (of 1 if it is smaller).
MISSED = 1e-6
Figures = NDArray[np.float64]


def trees_can_be_explained(model: Model) -> bool:
    """Whether the model ends in trees that TreeExplainer gets right."""
    from diagnostics.models.explanation.shap_values import trees_are_right

    return trees_are_right(model)


def some_of(part: Part, parts: int, seed: int = 0) -> Part:
    """The part's share of `TREE_ROWS` rows, drawn with the seed."""
    most = max(1, TREE_ROWS // parts)
    n = len(part.places)
    if n <= most:
        return part
    kept = np.sort(np.random.default_rng(seed).choice(n, most, replace=False))
    return Part(part.model, taken(part.rows, kept), part.places[kept])


def tree_contributions(part: Part) -> tuple[Figures, Figures]:
    """What each feature added in each row: rows × features × labels, and the rows as seen.

    Raises
    ------
    DiagnosticsError
        If shap does not take the trees, or its sums miss the model's own figures.
    """
    from diagnostics.models.explanation.tree_shap import rows_of_trees, values_of_trees
    from diagnostics.models.random_state import undisturbed

    trees = final_step(part.model.estimator)
    seen = rows_of_trees(part.model.estimator, part.rows)
    values, bases = values_of_trees(trees, seen)
    if values.ndim == 2:  # two labels of boosted trees: the second against the first
        values, bases = np.stack([-values, values], axis=2), np.r_[-bases[-1], bases[-1]]
    with undisturbed():  # trees warn of rows without names
        _check(trees, seen, values, bases)
    return values, seen


def _check(trees: Any, seen: Figures, values: Figures, bases: Figures) -> None:
    sums = values.sum(axis=1) + bases
    chances = np.asarray(trees.predict_proba(seen), float)
    if "Boosting" in type(trees).__name__:
        own = np.asarray(trees.decision_function(seen), float)
        own = np.column_stack([-own, own]) if own.ndim == 1 else own
    else:
        own = chances
    missed = float(np.abs(sums - own).max() / max(1.0, float(np.abs(own).max())))
    if missed > MISSED:
        raise DiagnosticsError(
            f"TreeExplainer's sums miss the model's own figures by {missed:.2g}, so they are not "
            "shown."
        )
