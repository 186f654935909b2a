"""The answer of a linear model taken apart into its own terms: nothing is sampled."""

from __future__ import annotations

from typing import Any

import numpy as np

from diagnostics.models.explanation.explanation import Contribution, Explanation
from diagnostics.models.explanation.question import Question
from diagnostics.models.explanation.summed import explanation_of, origins_of, spans_of_features
from diagnostics.models.model import Model
from diagnostics.models.pipelines.feature_origins import Origin
from diagnostics.models.pipelines.linear import LinearScores, linear_scores


def exact_explanation(question: Question) -> Explanation:
    """Each feature's weight times its value, for one label or against another.

    Returns
    -------
    An `Explanation` whose base is the intercept and whose contributions are of every feature that
    is not 0 in the row; in the words of the example where the pipeline can be followed. Over a text
    every occurrence of a word has an equal share of its contribution.

    Raises
    ------
    NotLinear
        If the model is no linear one.
    """
    model, label, against = question.model, question.label, question.against
    scores = linear_scores(model.estimator, question.row)
    base, _ = scores.pull(label, against)
    terms = scores.contributions(0, label, against)
    origins = origins_of(question, list(scores.features))
    named = {at: origins.at(at) for at in terms}
    spans, unplaced = spans_of_features(question, named, terms)
    return explanation_of(
        question,
        base,
        [_contribution(named[at], scores, at, term) for at, term in terms.items()],
        method="exact",
        exact=True,
        scale=scores.scale_of(against),
        model_output=own_output(model, question.row, label, against),
        spans=spans,
        unplaced=unplaced,
        notes=question.notes,
        text=question.text,
    )


def _contribution(
    origin: Origin, scores: LinearScores, at: int, contribution: float
) -> Contribution:
    value = origin.value
    if value is None:
        value = float(scores.values[0, at])
    return Contribution(origin.name, value, contribution, origin.place)


def own_output(model: Model, row: Any, label: str, against: str | None) -> float | None:
    """What the model itself says: the difference of its decision values, or of its log-chances."""
    own, estimator = model.labels.index(label), model.estimator
    other = None if against is None else model.labels.index(against)
    if hasattr(estimator, "decision_function"):
        scores = np.asarray(estimator.decision_function(row), float)[0]
        if np.ndim(scores) == 0 or np.size(scores) == 1:
            scores = np.array([0.0, float(np.ravel(scores)[0])])
    elif hasattr(estimator, "predict_log_proba") and other is not None:
        scores = np.asarray(estimator.predict_log_proba(row), float)[0]
    else:
        return None
    return float(scores[own]) if other is None else float(scores[own] - scores[other])
