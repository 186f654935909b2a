"""The paired permutation test on cells: it is that of the rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics

from diagnostics import compare_predictions
from diagnostics.comparison import paired_permutation
from diagnostics.comparison.paired_permutation import permutation_p
from diagnostics.comparison.pairing import Cells
from diagnostics.statistics.mcnemar import mcnemar_exact
from diagnostics.statistics.metrics import Counts
from tests.comparison.test_paired_bootstrap import random_cells

#: How scikit-learn computes what the table calls so.
ORACLES: dict[str, Any] = {
    "macro_f1": lambda true, said: metrics.f1_score(true, said, average="macro"),
    "macro_precision": lambda true, said: metrics.precision_score(
        true, said, average="macro", zero_division=0
    ),
    "weighted_f1": lambda true, said: metrics.f1_score(true, said, average="weighted"),
    "balanced_accuracy": lambda true, said: metrics.recall_score(
        true, said, average="macro", labels=np.unique(true)
    ),
    "matthews_correlation": metrics.matthews_corrcoef,
}


def cells_of(rows: np.ndarray) -> Cells:
    cells, n = np.unique(rows, axis=0, return_counts=True)
    true, a, b = cells.T.astype(np.int64)
    return Cells(true, a, b, n)


def rows_of(cells: Cells) -> list[Counts]:
    return [np.repeat(codes, cells.n) for codes in (cells.true, cells.predicted_a,
                                                    cells.predicted_b)]  # fmt: skip


@pytest.mark.parametrize("name", ORACLES)
def test_p_values_are_those_of_all_exchanges_of_rows(name: str) -> None:
    """SciPy goes through all 2⁶ exchanges of the six examples with two answers."""
    true = np.array([0, 0, 1, 1, 2, 2, 0, 1, 2, 2])
    a = np.array([1, 0, 0, 1, 0, 2, 0, 1, 2, 1])
    b = np.array([0, 1, 1, 1, 2, 1, 0, 1, 2, 0])
    differ = a != b

    def difference(old: np.ndarray, new: np.ndarray) -> float:
        first, second = a.copy(), b.copy()
        first[differ], second[differ] = old, new
        return float(ORACLES[name](true, second) - ORACLES[name](true, first))

    expected = stats.permutation_test(
        (a[differ], b[differ]), difference, permutation_type="samples", n_resamples=np.inf,
        alternative="two-sided", vectorized=False,
    )  # fmt: skip
    found = permutation_p(cells_of(np.stack([true, a, b], axis=1)), 3, repetitions=40_000)[name]
    assert found == pytest.approx(expected.pvalue, abs=0.01)


def test_half_a_thousand_rows_have_the_p_of_scipy() -> None:
    cells = random_cells(500, 3)
    true, a, b = rows_of(cells)

    def difference(old: np.ndarray, new: np.ndarray, axis: int = -1) -> np.ndarray:
        moved: np.ndarray = macro_f1(true, new) - macro_f1(true, old)
        return moved

    expected = stats.permutation_test(
        (a, b), difference, permutation_type="samples", n_resamples=4_000, vectorized=True,
        rng=np.random.default_rng(5),
    ).pvalue  # fmt: skip
    assert permutation_p(cells, 3, repetitions=4_000)["macro_f1"] == pytest.approx(
        expected, abs=0.03
    )


def macro_f1(true: np.ndarray, said: np.ndarray) -> np.ndarray:
    figures = [
        2 * ((said == label) & (true == label)).sum(axis=-1)
        / ((said == label).sum(axis=-1) + (true == label).sum(axis=-1))
        for label in range(3)
    ]  # fmt: skip
    result: np.ndarray = np.mean(figures, axis=0)
    return result


triples = st.lists(st.tuples(*[st.integers(0, 3)] * 3), min_size=1, max_size=60)


@settings(max_examples=40, deadline=None)
@given(rows=triples)
def test_swapping_the_runs_changes_no_p(rows: list[tuple[int, int, int]]) -> None:
    there = np.array(rows)
    found = permutation_p(cells_of(there), 4, repetitions=50)
    assert permutation_p(cells_of(there[:, [0, 2, 1]]), 4, repetitions=50) == found
    assert all(0 < p <= 1 for p in found.values())
    assert min(found["macro_f1"], found["matthews_correlation"]) >= 1 / 51


@settings(max_examples=40, deadline=None)
@given(rows=triples)
def test_accuracy_has_the_p_of_mcnemar(rows: list[tuple[int, int, int]]) -> None:
    true, a, b = np.array(rows).T
    p = float(mcnemar_exact(((a != true) & (b == true)).sum(), ((a == true) & (b != true)).sum()))
    found = permutation_p(cells_of(np.array(rows)), 4, repetitions=20)
    assert found["accuracy"] == found["weighted_recall"] == p


def test_drawn_exchanges_of_accuracy_come_near_mcnemar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paired_permutation, "_RIGHT_ANSWERS", ())
    cells = random_cells(300, 4)
    true, a, b = rows_of(cells)
    exact = float(
        mcnemar_exact(((a != true) & (b == true)).sum(), ((a == true) & (b != true)).sum())
    )
    assert permutation_p(cells, 4, repetitions=20_000)["accuracy"] == pytest.approx(exact, abs=0.01)


def test_runs_that_answer_alike_have_a_p_of_one() -> None:
    cells = random_cells(50, 3)
    alike = Cells(cells.true, cells.predicted_a, cells.predicted_a, cells.n)
    assert set(permutation_p(alike, 3, repetitions=10).values()) == {1.0}


def test_no_p_is_below_what_the_repetitions_can_tell() -> None:
    rows = np.tile([[0, 1, 0], [1, 0, 1]], (200, 1))
    assert permutation_p(cells_of(rows), 2, repetitions=99)["macro_f1"] == 0.01


def test_the_same_seed_gives_the_same_p_and_parts_of_the_exchanges_nearly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cells = random_cells(300, 3)
    whole = permutation_p(cells, 3, repetitions=2_000)
    assert permutation_p(cells, 3, repetitions=2_000) == whole
    assert permutation_p(cells, 3, repetitions=2_000, seed=1) != whole
    monkeypatch.setattr(paired_permutation, "_WORDS", 500)
    in_parts = permutation_p(cells, 3, repetitions=2_000)
    assert in_parts["macro_f1"] == pytest.approx(whole["macro_f1"], abs=0.05)


@pytest.mark.parametrize("n", [1, 63, 64, 65, 128, 1_000])
def test_words_have_a_bit_for_every_example(n: int) -> None:
    group, bits = paired_permutation._words(np.array([3, n, 1]))
    assert np.bincount(group, weights=np.bitwise_count(bits)).tolist() == [3, n, 1]


def test_a_comparison_has_the_p_of_every_metric() -> None:
    table = {"example": ["1", "2", "3"], "true_label": ["a", "b", "b"]}
    frames = [pd.DataFrame({**table, "predicted_label": list(said)}) for said in ("abb", "bab")]
    found = compare_predictions(*frames).metrics
    assert found["p"].between(1 / 1001, 1).all()
