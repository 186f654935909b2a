"""Contributions put together as the explanation of a question, and held against the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from diagnostics.models.explanation.explanation import (
    Contribution,
    Explanation,
    Method,
    Scale,
    Span,
    strongest_first,
    total,
)
from diagnostics.models.explanation.question import Question
from diagnostics.models.explanation.text_spans import laid_over
from diagnostics.models.pipelines.feature_origins import Listed, Origin, Origins
from diagnostics.models.pipelines.tracing import feature_origins

#: How far a sum may miss the model's own figure, as a share of its size (of 1 if it is smaller).
MISSED = 1e-6


def explanation_of(
    question: Question,
    base: float,
    contributions: list[Contribution],
    *,
    method: Method,
    scale: Scale,
    model_output: float | None,
    exact: bool = False,
    **more: Any,
) -> Explanation:
    """An `Explanation` of the question's labels whose output is the sum; `more` are its fields."""
    return Explanation(
        method=method,
        exact=exact,
        scale=scale,
        label=question.label,
        against=question.against,
        base=base,
        output=total(base, contributions),
        contributions=strongest_first(contributions),
        model_output=model_output,
        picture=question.picture,
        **more,
    )


def missed_by(explanation: Explanation) -> str | None:
    """How far the sum misses the model's own figure, as text; None where it does not."""
    error, own = explanation.error, explanation.model_output
    if error is None or own is None or not error > MISSED * max(1.0, abs(own)):
        return None
    return f"{error:.2g}"


def origins_of(question: Question, names: list[str]) -> Origins:
    """What the features of the model's last step are; by these names where it cannot be followed.

    There are as many as names, or the names are taken: a step that drops or makes features on the
    way would shift all that come after it.
    """
    try:
        origins = feature_origins(question.model.estimator, question.row, question.input_names)
    except Exception:  # noqa: BLE001 - steps of the user's own, which need not be as they are here
        origins = Listed(())
    return origins if origins.size == len(names) else Listed([Origin(name) for name in names])


def spans_of_features(
    question: Question, origins: Mapping[int, Origin], contributions: Mapping[int, float]
) -> tuple[tuple[Span, ...], float]:
    """What features added laid over the question's text, and the rest of it; by their numbers."""
    if question.text is None:
        return (), 0.0
    column = question.text_column
    shares = (
        (contributions[at], origin.places if origin.source == column else ())
        for at, origin in origins.items()
    )
    return laid_over(question.text, shares)
