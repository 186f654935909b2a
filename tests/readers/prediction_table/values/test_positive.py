from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from diagnostics.readers.prediction_table.values.positive import positive_of, rank_area

LABELS = pl.Series(["left", "right"] * 10)
#: High where the label is `left`.
SCORES = np.where(LABELS == "left", 0.8, 0.3) + np.linspace(0, 0.1, 20)


@pytest.mark.parametrize(
    ("known", "hint", "positive"),
    [
        (["0", "1"], "score", "1"),
        (["no", "yes"], "", "yes"),
        (["ham", "spam"], "spam_prob", "spam"),
        (["ham", "spam"], "p_ham", "ham"),
        (["True", "False"], "", "True"),
        (["-1", "1"], "score", "1"),
        (["churn", "no churn"], "p_no_churn", "no churn"),
        (["churn", "no churn"], "p_churn", "churn"),
        (["left", "right"], "", "right"),
    ],
)
def test_the_positive_label_is_the_one_that_is_named(
    known: list[str], hint: str, positive: str
) -> None:
    assert positive_of(known, np.array([0.5]), None, hints=[hint]).label == positive


@pytest.mark.parametrize(
    ("scores", "told", "label", "why"),
    [
        (SCORES, "", "left", "truth"),
        (1 - SCORES, "", "right", "truth"),
        (SCORES, "right", "right", "told"),
        (np.full(20, 0.5), "", "right", "sorted"),
    ],
)
def test_where_no_name_tells_the_higher_scores_do(
    scores: np.ndarray, told: str, label: str, why: str
) -> None:
    chosen = positive_of(["left", "right"], scores, LABELS, hints=["score"], told=told)
    assert (chosen.label, chosen.why) == (label, why)


def test_a_usual_name_is_kept_and_reversed_only_where_the_truth_is_clear() -> None:
    truth = pl.Series(["0", "1"] * 10)
    reversed_ = positive_of(["0", "1"], SCORES, truth, hints=["score"])
    assert (reversed_.label, reversed_.why, reversed_.is_reversed) == ("1", "usual", True)
    assert not positive_of(["0", "1"], 1 - SCORES, truth, hints=["score"]).is_reversed


def test_the_area_is_the_one_of_the_roc_curve_ties_and_gaps_included() -> None:
    rng = np.random.default_rng(3)
    scores, positive = rng.integers(0, 8, 300) / 8, rng.random(300) < 0.4
    scores[:20] = np.nan
    area, z = rank_area(scores, positive, np.ones(300))
    assert area == pytest.approx(roc_auc_score(positive[20:], scores[20:]))
    assert abs(z) < 3
