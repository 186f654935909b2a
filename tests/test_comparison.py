"""Two runs on the same examples: counts, tests, intervals, and what cannot be paired."""

from __future__ import annotations

import pandas as pd

from diagnostics import compare_predictions

#: Six examples that can be counted by hand: one fixed, two broken, one wrong twice, two right.
TRUE = ["cat", "cat", "dog", "dog", "owl", "owl"]
OLD = ["dog", "cat", "dog", "dog", "cat", "owl"]
NEW = ["cat", "owl", "cat", "dog", "cat", "owl"]


def frame(answers: list[str | None], **changes: object) -> pd.DataFrame:
    given: dict[str, object] = {
        "example": [f"e{number}" for number in range(len(answers))],
        "true_label": TRUE[: len(answers)],
        "predicted_label": answers,
        **changes,
    }
    return pd.DataFrame(given)


def test_outcomes_are_those_counted_by_hand() -> None:
    found = compare_predictions(frame(OLD), frame(NEW))
    assert found.outcomes == {
        "fixed": 1,
        "broken": 2,
        "both-wrong-same": 1,
        "both-wrong-different": 0,
        "both-right": 2,
    }
    assert (found.paired, found.net, found.unpaired.total) == (6, -1, 0)
    assert found.mcnemar_p == 1.0
    assert found.churn == 3 / 6
    assert (found.negative_flip_rate, found.positive_flip_rate) == (2 / 6, 1 / 6)
    assert (found.backward_trust, found.backward_error) == (2 / 4, 1 / 3)
