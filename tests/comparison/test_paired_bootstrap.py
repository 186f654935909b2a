"""The paired bootstrap on cells: it is the bootstrap of the rows."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from diagnostics.comparison import paired_bootstrap
from diagnostics.comparison.paired_bootstrap import difference_intervals, poisson_drawn
from diagnostics.comparison.pairing import Cells


def random_cells(rows: int, labels: int, seed: int = 0) -> Cells:
    random = np.random.default_rng(seed)
    truth = random.integers(0, labels, rows)
    answers = [
        np.where(random.random(rows) < right, truth, random.integers(0, labels, rows))
        for right in (0.7, 0.75)
    ]
    cells, n = np.unique(np.stack([truth, *answers]), axis=1, return_counts=True)
    return Cells(cells[0], cells[1], cells[2], n)


@pytest.mark.parametrize("counts", [[5, 1, 1, 3], [1] * 40, [900, 40, 65, 3, 1, 2], [2_000, 1]])
def test_cells_are_drawn_as_rows_are(counts: list[int]) -> None:
    cells = np.array(counts)
    total = cells.sum()
    drawn = poisson_drawn(cells, 10_000, np.random.default_rng(1))
    assert (drawn.sum(axis=0) == total).all()
    assert drawn.min() >= 0
    share = cells / total
    expected = total * (np.diag(share) - np.outer(share, share))
    error = np.sqrt(expected.diagonal() / drawn.shape[1])
    assert (np.abs(drawn.mean(axis=1) - cells) < 4.5 * error).all()
    spread = np.sqrt(np.outer(expected.diagonal(), expected.diagonal()) / drawn.shape[1])
    kurtosis = 1 + 1 / np.minimum(expected.diagonal(), 1)  # of the rarest cells
    bound = 6 * spread * np.sqrt(np.outer(kurtosis, kurtosis))
    assert (np.abs(np.cov(drawn) - expected) < bound).all()


def test_one_cell_has_the_binomial_distribution() -> None:
    cells = np.array([3, 400, 97])
    drawn = poisson_drawn(cells, 20_000, np.random.default_rng(2))
    for cell in (0, 2):
        seen = np.bincount(drawn[cell], minlength=501)
        expected = stats.binom.pmf(np.arange(501), 500, cells[cell] / 500) * 20_000
        common = expected > 20
        observed, wanted = seen[common], expected[common]
        rest = [20_000 - observed.sum()], [20_000 - wanted.sum()]
        test = stats.chisquare(np.r_[observed, rest[0]], np.r_[wanted, rest[1]])
        assert test.pvalue > 1e-4


def test_intervals_are_those_of_resampled_rows() -> None:
    cells = random_cells(400, 3)
    found = difference_intervals(cells, 3, repetitions=4_000)
    rows = [np.repeat(column, cells.n) for column in (cells.true, cells.predicted_a,
                                                      cells.predicted_b)]  # fmt: skip

    def accuracy(true: np.ndarray, a: np.ndarray, b: np.ndarray) -> float:
        return float((true == b).mean() - (true == a).mean())

    def macro_f1(true: np.ndarray, a: np.ndarray, b: np.ndarray) -> float:
        figures = [
            np.mean([2 * ((true == k) & (said == k)).sum() / ((true == k).sum() + (said == k).sum())
                     for k in range(3)])
            for said in (a, b)
        ]  # fmt: skip
        return float(figures[1] - figures[0])

    for name, statistic in (("accuracy", accuracy), ("macro_f1", macro_f1)):
        expected = stats.bootstrap(
            rows, statistic, paired=True, vectorized=False, n_resamples=1_500,
            method="percentile", rng=np.random.default_rng(3),
        ).confidence_interval  # fmt: skip
        width = expected.high - expected.low
        assert found[name] == pytest.approx((expected.low, expected.high), abs=0.1 * width)


def test_swapping_the_runs_swaps_the_bounds_and_their_signs() -> None:
    cells = random_cells(3_000, 5)
    swapped = Cells(cells.true, cells.predicted_b, cells.predicted_a, cells.n)
    order = np.lexsort((swapped.predicted_b, swapped.predicted_a, swapped.true))
    here = difference_intervals(cells, 5)
    there = difference_intervals(swapped[order], 5)
    for name, (low, high) in here.items():
        assert there[name] == pytest.approx((-high, -low), abs=1e-12)


def test_many_cells_are_drawn_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = random_cells(3_000, 12)
    here = difference_intervals(cells, 12, repetitions=3_000)
    monkeypatch.setattr(paired_bootstrap, "_MANY", 0)
    there = difference_intervals(cells, 12, repetitions=3_000)
    assert here != there
    for name, (low, high) in here.items():
        assert there[name] == pytest.approx((low, high), abs=0.06 * (high - low))


def test_the_same_seed_gives_the_same_bounds() -> None:
    cells = random_cells(500, 3)
    assert difference_intervals(cells, 3) == difference_intervals(cells, 3)
    assert difference_intervals(cells, 3) != difference_intervals(cells, 3, seed=1)


def test_more_rows_of_the_same_make_the_interval_narrower() -> None:
    cells = random_cells(500, 3)
    four = Cells(cells.true, cells.predicted_a, cells.predicted_b, 4 * cells.n)
    widths = [np.diff(difference_intervals(part, 3)["accuracy"])[0] for part in (cells, four)]
    assert widths[1] == pytest.approx(widths[0] / 2, rel=0.1)


def test_runs_that_answer_alike_do_not_differ() -> None:
    cells = random_cells(300, 3)
    same = Cells(cells.true, cells.predicted_a, cells.predicted_a, cells.n)
    assert set(difference_intervals(same, 3).values()) == {(0.0, 0.0)}
