"""Shapley values of scikit-learn's trees by shap's TreeExplainer, where those are right.

Lundberg et al. 2020, "From local explanations to global understanding with explainable AI for
trees"; without a background: over the paths that the trees' own training rows took.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnostics.errors import DiagnosticsError
from diagnostics.models.explanation.explained_output import (
    ModelFigure,
    decision_figure,
    probability_figure,
)
from diagnostics.models.explanation.explanation import (
    Contribution,
    Explanation,
    Scale,
    Span,
    strongest_first,
    total,
)
from diagnostics.models.explanation.question import Question
from diagnostics.models.explanation.text_spans import laid_over
from diagnostics.models.model import Model
from diagnostics.models.pipelines.feature_origins import Listed, Origin, Origins
from diagnostics.models.pipelines.linear import final_step
from diagnostics.models.pipelines.tracing import feature_origins
from diagnostics.models.random_state import undisturbed

#: Whose leaves hold probabilities, and whose hold log-odds.
_FORESTS = frozenset(
    {"DecisionTreeClassifier", "ExtraTreeClassifier", "RandomForestClassifier",
     "ExtraTreesClassifier"}
)  # fmt: skip
_BOOSTED = frozenset({"GradientBoostingClassifier", "HistGradientBoostingClassifier"})
#: How far a sum may miss the model's own figure, as a share of its size (of 1 if it is smaller).
MISSED = 1e-6
Figures = NDArray[np.float64]


class NoTrees(DiagnosticsError):  # noqa: N818 - says what the model is, not what went wrong
    """The model is not made of trees, or of ones that TreeExplainer gets wrong."""


def why_no_trees(model: Model) -> str:
    """Why TreeExplainer is not to be used for a model, in a sentence; "" where it is right.

    Histogram boosting with categorical columns is where it is silently wrong: its sums miss the
    model's by several log-odds, and its own check does not notice (shap's issue 3436).
    """
    trees = final_step(model.estimator)
    name = type(trees).__name__
    is_of_sklearn = type(trees).__module__.startswith("sklearn.")
    if not is_of_sklearn or name not in _FORESTS | _BOOSTED:
        return f"{name} is not made of trees that TreeExplainer is known to get right."
    if np.ndim(getattr(trees, "n_classes_", 0)) or getattr(trees, "n_outputs_", 1) > 1:
        return "TreeExplainer takes trees with one answer each."
    if name == "GradientBoostingClassifier" and len(trees.classes_) > 2:
        return "TreeExplainer takes gradient boosting with two labels only."
    if name == "GradientBoostingClassifier" and not _begins_with_the_prior(trees):
        return "TreeExplainer takes gradient boosting only if it begins with the labels' shares."
    categorical = getattr(trees, "is_categorical_", None)
    if categorical is not None and np.any(categorical):
        return "TreeExplainer is silently wrong for histogram boosting with categorical columns."
    return ""


def _begins_with_the_prior(trees: Any) -> bool:
    begin: Any = getattr(trees, "init_", None)
    return type(begin).__name__ == "DummyClassifier" and begin.strategy == "prior"


def tree_explanation(question: Question) -> Explanation:
    """What each feature that the trees see added, on the scale of their leaves.

    The steps of a pipeline before the trees are done first; features are named in the words of the
    example where those can be followed.

    Raises
    ------
    NoTrees
        If the model is none that TreeExplainer gets right, or the sum misses the model's own
        figure.
    """
    reason = why_no_trees(question.model)
    if reason:
        raise NoTrees(reason, hint="Permutations and lime ask the model itself.")
    seen = rows_of_trees(question.model.estimator, question.row)
    figure = _figure(question)
    bases, values = _shapley(final_step(question.model.estimator), seen)
    own = question.model.labels.index(question.label)
    other = None if question.against is None else question.model.labels.index(question.against)
    base = float(bases[own] if other is None else bases[own] - bases[other])
    added = values[:, own] if other is None else values[:, own] - values[:, other]
    origins = _origins(question, len(added))
    named = {int(at): origins.at(int(at)) for at in np.flatnonzero(added)}
    found = [
        Contribution(
            origin.name,
            float(seen[0, at]) if origin.value is None else origin.value,
            float(added[at]),
            origin.place,
        )
        for at, origin in named.items()
    ]
    output, said = total(base, found), float(figure.ask(question.row)[0])
    if abs(output - said) > MISSED * max(1.0, abs(said)):
        raise NoTrees(
            f"TreeExplainer's sum misses the model's own figure by {abs(output - said):.2g}, "
            "so it is not shown."
        )
    spans, unplaced = _over_the_text(question, named, added)
    return Explanation(
        method="shap",
        exact=True,
        scale=figure.scale,
        label=question.label,
        against=question.against,
        base=base,
        output=output,
        contributions=strongest_first(found),
        model_output=said,
        spans=spans,
        unplaced=unplaced,
        notes=(*question.notes, "The base is what the trees say of their own training rows."),
        text=question.text,
        picture=question.picture,
    )


def rows_of_trees(model: Any, rows: Any) -> Figures:
    """The rows as the trees at the end of a model see them: rows × features.

    Raises
    ------
    NoTrees
        If they are not numbers.
    """
    last = final_step(model)
    while model is not last:
        if hasattr(model, "best_estimator_"):
            model = model.best_estimator_
        else:
            rows = model[:-1].transform(rows) if len(model.steps) > 1 else rows
            model = model.steps[-1][1]
    try:
        return np.asarray(rows.toarray() if hasattr(rows, "toarray") else rows, float)
    except (TypeError, ValueError) as error:
        raise NoTrees("TreeExplainer takes numbers only.") from error


def _figure(question: Question) -> ModelFigure:
    asked = (question.model, question.label, question.against)
    if type(final_step(question.model.estimator)).__name__ in _FORESTS:
        return probability_figure(*asked)
    figure = decision_figure(*asked)
    is_alone = question.against is None and len(question.model.labels) > 2
    scale: Scale = "margin" if is_alone else "log-odds"
    return ModelFigure(scale, figure.ask)


def values_of_trees(trees: Any, seen: Figures) -> tuple[Figures, Figures]:
    """TreeExplainer's values, rows × features × labels, and the base of every label.

    With two labels, boosted trees have one figure, that of the second against the first: rows ×
    features.

    Raises
    ------
    NoTrees
        If shap is not there, or does not take the trees.
    """
    with undisturbed():
        try:
            import shap

            explainer = shap.TreeExplainer(trees)
            values = np.asarray(explainer.shap_values(seen, check_additivity=False), float)
            return values, np.ravel(np.asarray(explainer.expected_value, float))
        except Exception as error:  # its own kinds, asserts, and what numpy raises beneath it
            said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
            raise NoTrees(f"TreeExplainer does not take the model: {said}") from error


def _shapley(trees: Any, seen: Figures) -> tuple[Figures, Figures]:
    """The base of every label, and features × labels, of the first row."""
    values, bases = values_of_trees(trees, seen)
    if values.ndim == 2:
        values, bases = np.stack([0 * values, values], axis=2), np.r_[0.0, bases[-1:]]
    return bases, values[0]


def _origins(question: Question, size: int) -> Origins:
    try:
        found = feature_origins(question.model.estimator, question.row, question.input_names)
    except Exception:  # noqa: BLE001 - steps of the user's own, which need not be as they are here
        found = Listed(())
    return found if found.size == size else Listed([Origin(f"feature {at}") for at in range(size)])


def _over_the_text(
    question: Question, named: Mapping[int, Origin], added: Figures
) -> tuple[tuple[Span, ...], float]:
    if question.text is None:
        return (), 0.0
    return laid_over(question.text, _shares(question, named, added))


def _shares(
    question: Question, named: Mapping[int, Origin], added: Figures
) -> Iterable[tuple[float, Any]]:
    for at, origin in named.items():
        is_there = origin.source == question.text_column
        yield float(added[at]), origin.places if is_there else ()
