"""The bootstrap on counted cells: the metrics, and that it is the bootstrap of the rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.statistics.metrics import summary_metrics
from diagnostics.statistics.resampling import (
    multinomial_weights,
    percentile_interval,
    resampled_metrics,
)

cells = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 9)), min_size=1, max_size=20
)


@given(cells=cells, seed=st.integers(0, 9))
def test_every_resample_has_the_metrics_of_its_own_confusion(
    cells: list[tuple[int, int, int]], seed: int
) -> None:
    true, predicted, counts = np.array(cells).T
    weights = multinomial_weights(counts, 5, seed)
    assert (weights.sum(axis=1) == counts.sum()).all()
    found = resampled_metrics(true, predicted, weights, 5)
    for at, drawn in enumerate(weights):
        matrix = np.zeros((5, 5), np.int64)
        np.add.at(matrix, (true, predicted), drawn)
        expected = summary_metrics(matrix)
        assert set(found) == set(expected)
        assert {name: found[name][at] for name in found} == pytest.approx(expected, abs=1e-12)


def test_cells_are_drawn_as_rows_would_be() -> None:
    random = np.random.default_rng(1)
    true, predicted = random.integers(0, 3, (2, 400))
    predicted = np.where(random.random(400) < 0.6, true, predicted)
    cells, counts = np.unique(np.c_[true, predicted], axis=0, return_counts=True)
    by_cells = resampled_metrics(*cells.T, multinomial_weights(counts, 4000), 3)["macro_f1"]
    rows = random.integers(0, 400, (4000, 400))
    weights = np.array([np.bincount(drawn, minlength=400) for drawn in rows])
    by_rows = resampled_metrics(true, predicted, weights, 3)["macro_f1"]
    assert by_cells.mean() == pytest.approx(by_rows.mean(), abs=0.003)
    assert percentile_interval(by_cells) == pytest.approx(percentile_interval(by_rows), abs=0.006)


def test_the_same_seed_gives_the_same_resamples() -> None:
    counts = [5, 3, 9]
    assert (multinomial_weights(counts, 20) == multinomial_weights(counts, 20)).all()
    assert (multinomial_weights(counts, 20) != multinomial_weights(counts, 20, seed=1)).any()


def test_nothing_gives_nothing() -> None:
    assert multinomial_weights([0, 0], 3).tolist() == [[0, 0]] * 3
    assert np.isnan(percentile_interval([np.nan])).all()
