"""The answer of a linear model taken apart into its own terms: nothing is sampled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from diagnostics.models.explanation.explanation import (
    Contribution,
    Explanation,
    Span,
    strongest_first,
    total,
)
from diagnostics.models.explanation.question import Question
from diagnostics.models.explanation.text_spans import laid_over
from diagnostics.models.model import Model
from diagnostics.models.pipelines.feature_origins import Listed, Origin, Origins
from diagnostics.models.pipelines.linear import LinearScores, linear_scores
from diagnostics.models.pipelines.tracing import feature_origins


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
    found = scores.contributions(0, label, against)
    origins = _origins(question, scores)
    named = {at: origins.at(at) for at in found}
    contributions = [
        _contribution(named[at], scores, at, contribution) for at, contribution in found.items()
    ]
    spans, unplaced = _over_the_text(question, named, found)
    return Explanation(
        method="exact",
        exact=True,
        scale=scores.scale_of(against),
        label=label,
        against=against,
        base=base,
        output=total(base, contributions),
        contributions=strongest_first(contributions),
        model_output=model_figure(model, question.row, label, against),
        spans=spans,
        unplaced=unplaced,
        notes=question.notes,
        text=question.text,
        picture=question.picture,
    )


def _origins(question: Question, scores: LinearScores) -> Origins:
    """What the features are; by the names of the pipeline's steps where it cannot be followed."""
    try:
        found = feature_origins(question.model.estimator, question.row, question.input_names)
    except Exception:  # noqa: BLE001 - steps of the user's own, which need not be as they are here
        found = Listed(())
    if found.size == len(scores.features):
        return found
    return Listed([Origin(name) for name in scores.features])


def _contribution(
    origin: Origin, scores: LinearScores, at: int, contribution: float
) -> Contribution:
    value = origin.value
    if value is None:
        value = float(scores.values[0, at])
    return Contribution(origin.name, value, contribution, origin.place)


def _over_the_text(
    question: Question, named: Mapping[int, Origin], found: Mapping[int, float]
) -> tuple[tuple[Span, ...], float]:
    if question.text is None:
        return (), 0.0
    return laid_over(question.text, _shares(question.text_column, named, found))


def _shares(
    column: str, named: Mapping[int, Origin], found: Mapping[int, float]
) -> Iterable[tuple[float, Any]]:
    for at, contribution in found.items():
        origin = named[at]
        yield contribution, origin.places if origin.source == column else ()


def model_figure(model: Model, row: Any, label: str, against: str | None) -> float | None:
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
