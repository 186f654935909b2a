"""Shapley values of scikit-learn's trees by shap's TreeExplainer, where those are right.

Lundberg et al. 2020, "From local explanations to global understanding with explainable AI for
trees"; without a background: over the paths that the trees' own training rows took.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnostics.errors import DiagnosticsError
from diagnostics.models.explanation.explained_output import (
    ExplainedOutput,
    decision_output,
    probability_output,
)
from diagnostics.models.explanation.explanation import Contribution, Explanation, Scale
from diagnostics.models.explanation.question import Question
from diagnostics.models.explanation.summed import (
    explanation_of,
    missed_by,
    origins_of,
    spans_of_features,
)
from diagnostics.models.model import Model
from diagnostics.models.pipelines.feature_origins import Origin
from diagnostics.models.pipelines.linear import final_step
from diagnostics.models.random_state import undisturbed

#: Whose leaves hold probabilities, and whose hold log-odds.
_FORESTS = frozenset(
    {"DecisionTreeClassifier", "ExtraTreeClassifier", "RandomForestClassifier",
     "ExtraTreesClassifier"}
)  # fmt: skip
_BOOSTED = frozenset({"GradientBoostingClassifier", "HistGradientBoostingClassifier"})
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
    base, added = _added(question, seen)
    origins = origins_of(question, [f"feature {at}" for at in range(len(added))])
    named = {int(at): origins.at(int(at)) for at in np.flatnonzero(added)}
    spans, unplaced = spans_of_features(question, named, {at: float(added[at]) for at in named})
    explanation = explanation_of(
        question,
        base,
        [_contribution(origin, seen[0, at], added[at]) for at, origin in named.items()],
        method="shap",
        exact=True,
        scale=figure.scale,
        model_output=float(figure.ask(question.row)[0]),
        spans=spans,
        unplaced=unplaced,
        notes=(*question.notes, "The base is what the trees say of their own training rows."),
        text=question.text,
    )
    missed = missed_by(explanation)
    if missed is not None:
        raise NoTrees(
            f"TreeExplainer's sum misses the model's own figure by {missed}, so it is not shown."
        )
    return explanation


def _added(question: Question, seen: Figures) -> tuple[float, Figures]:
    """The base, and what each feature of the row added, of the label or against the other."""
    bases, values = _shapley(final_step(question.model.estimator), seen)
    own = question.model.labels.index(question.label)
    if question.against is None:
        return float(bases[own]), values[:, own]
    other = question.model.labels.index(question.against)
    return float(bases[own] - bases[other]), values[:, own] - values[:, other]


def _contribution(origin: Origin, seen: float, added: float) -> Contribution:
    value = float(seen) if origin.value is None else origin.value
    return Contribution(origin.name, value, float(added), origin.place)


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


def _figure(question: Question) -> ExplainedOutput:
    asked = (question.model, question.label, question.against)
    if type(final_step(question.model.estimator)).__name__ in _FORESTS:
        return probability_output(*asked)
    figure = decision_output(*asked)
    is_alone = question.against is None and len(question.model.labels) > 2
    scale: Scale = "margin" if is_alone else "log-odds"
    return ExplainedOutput(scale, figure.ask)


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
            # shap's own check lets wrong sums pass, see `why_no_trees`: callers hold them against
            # the model's own figure.
            values = np.asarray(explainer.shap_values(seen, check_additivity=False), float)
            return values, np.ravel(np.asarray(explainer.expected_value, float))
        except Exception as error:  # its own kinds, asserts, and what numpy raises beneath it
            reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
            raise NoTrees(f"TreeExplainer does not take the model: {reason}") from error


def _shapley(trees: Any, seen: Figures) -> tuple[Figures, Figures]:
    """The base of every label, and features × labels, of the first row."""
    values, bases = values_of_trees(trees, seen)
    if values.ndim == 2:
        values, bases = np.stack([0 * values, values], axis=2), np.r_[0.0, bases[-1:]]
    return bases, values[0]
