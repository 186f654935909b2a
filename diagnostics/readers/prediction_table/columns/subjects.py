"""What a score is called after: `churn` beside `churn_probability`, or models, as `rf_prob`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from diagnostics.readers.prediction_table.columns.class_columns import (
    class_columns,
    groups,
    told_columns,
)
from diagnostics.readers.prediction_table.columns.names import SCORE_WORDS, key, model_in
from diagnostics.readers.prediction_table.columns.roles import AnswerColumns, Search
from diagnostics.readers.prediction_table.columns.score_columns import is_share
from diagnostics.readers.prediction_table.columns.steps import FAMILY, Step

_SUBJECTS = (
    rf"(?:oof_|pred_|predicted_)?(?:p|{SCORE_WORDS})_(?:of_)?(\w+)",
    rf"(\w+?)_(?:pred_|predicted_|prediction_)?{SCORE_WORDS}",
)
#: What stands before a subject and says nothing of it: `is_fraud` beside `fraud_score`.
_IS = r"^(?:is|has|was|will|did)_"
#: What is said of a score, and is no model.
_NO_MODEL = rf"\d+|{SCORE_WORDS}|max|min|mean|avg|top|best|raw|pred|calibrated"


def scored_column(search: Search) -> tuple[str, str] | None:
    """The only column of two labels that a score is called after, and that score."""
    pairs = []
    for score in search.numeric():
        matches = (re.fullmatch(pattern, key(score)) for pattern in _SUBJECTS)
        subjects = {re.sub(_IS, "", match[1]) for match in matches if match}
        if subjects and is_share(search.sample[score]):
            pairs += [(name, score) for name in search.scalars() if _bare(name) in subjects]
    pairs = [pair for pair in pairs if len(search.values(pair[0])) == 2]
    return pairs[0] if len(pairs) == 1 else None


def models_by_scores(search: Search, truth: str) -> list[AnswerColumns]:
    """Scores of one kind, each called after something else, a model then: `rf_prob`, `svm_prob`.

    What is called after a label, or after what is asked, is no model's.
    """
    told = search.told.get("confidence", ("",))[0]
    if "*" in told:
        return _taken(search, told_columns(search.numeric(), told).stems)
    if "confidence" in search.told or class_columns(
        search.sample, search.numeric(), search.values(truth)
    ):
        return []
    shares = [name for name in search.numeric() if is_share(search.sample[name])]
    known = {*map(key, search.values(truth)), _bare(truth)}
    for group in groups(shares):
        stems = {key(stem) for stem in group.stems.values()}
        is_plain = any(re.fullmatch(_NO_MODEL, stem) for stem in stems)
        if len(stems) == len(group.stems) and not known & stems and not is_plain:
            why = "these scores are called after models"
            search.decide(Step("confidence", group.pattern, FAMILY, why, is_assumed=True))
            return _taken(search, group.stems)
    return []


def _taken(search: Search, stems: Mapping[str, str]) -> list[AnswerColumns]:
    search.take(*stems)
    return [AnswerColumns(model=model, confidence=name) for name, model in stems.items()]


def _bare(name: str) -> str:
    return "" if model_in(name) else re.sub(_IS, "", key(name))
