"""What a winner's score owes to luck: worked examples, a second way, and the winner's curse."""

from __future__ import annotations

import math

import numpy as np
import pytest

from diagnostics.runs.selection_bias import (
    RESAMPLED,
    Resampled,
    affordable_repetitions,
    bootstrap_selection,
    fold_selection,
    observed_scores,
    resampled_scores,
)
from diagnostics.statistics.metrics import summary_metrics
from diagnostics.statistics.resampling import resampled_metrics

#: Three candidates in five folds.
THREE = np.array(
    [[0.80, 0.82, 0.78], [0.76, 0.70, 0.79], [0.84, 0.83, 0.80], [0.79, 0.81, 0.75],
     [0.81, 0.77, 0.82]]
).T  # fmt: skip
LABELS = 5


def some_answers(runs: int, rows: int, share: float = 0.8, seed: int = 0) -> tuple[np.ndarray, ...]:
    random = np.random.default_rng(seed)
    truth = random.integers(0, LABELS, rows)
    guesses = random.integers(0, LABELS, (runs, rows))
    return truth, np.where(random.random((runs, rows)) < share, truth, guesses)


def test_folds_held_out_of_the_choice_give_the_worked_example() -> None:
    found = fold_selection(THREE)
    assert found.naive == pytest.approx(0.800)
    assert found.bound == pytest.approx(0.784)
    assert found.corrected == pytest.approx(0.800)
    assert found.shares.tolist() == [1, 0, 0]


def test_the_choice_without_a_fold_is_counted_for_the_run_that_it_falls_on() -> None:
    scores = [[1.0, 0.0, 0.0], [0.5, 0.5, 0.25]]
    found = fold_selection(scores)
    # Without the first fold the second run is ahead; without the second fold the first; without
    # the third they tie, and the earlier one is taken.
    assert found.shares.tolist() == pytest.approx([2 / 3, 1 / 3])
    assert found.corrected == pytest.approx((0.5 + 0 + 0) / 3)
    assert found.bound == pytest.approx(1.25 / 3 - (0.5 + 0 + 0) / 3)


def test_resamples_are_scored_as_a_plain_loop_would() -> None:
    truth, answers = some_answers(3, 40)
    found = resampled_scores(truth, answers, "accuracy", n_labels=LABELS, repetitions=7, seed=5)
    random = np.random.default_rng(5)
    picked = random.integers(0, 40, size=(7, 40))
    for row, places in enumerate(picked):
        rest = np.setdiff1d(np.arange(40), places)
        for run, given in enumerate(answers):
            right = given == truth
            assert found.drawn[row, run] == pytest.approx(right[places].mean())
            assert found.left_out[row, run] == pytest.approx(right[rest].mean())


@pytest.mark.parametrize("metric", RESAMPLED)
def test_every_metric_agrees_with_the_bootstrap_of_counted_cells(metric: str) -> None:
    truth, answers = some_answers(2, 60, share=0.6)
    found = resampled_scores(truth, answers, metric, n_labels=LABELS, repetitions=4, seed=1)
    picked = np.random.default_rng(1).integers(0, 60, size=(4, 60))
    weights = np.stack([np.bincount(places, minlength=60) for places in picked])
    for run, given in enumerate(answers):
        for rows, part in ((weights, found.drawn), (weights == 0, found.left_out)):
            expected = resampled_metrics(truth, given, np.asarray(rows, int), LABELS)[metric]
            np.testing.assert_allclose(part[:, run], expected, rtol=2e-6)


@pytest.mark.parametrize("metric", ["accuracy", "macro_f1"])
def test_every_row_once_is_the_metric_itself(metric: str) -> None:
    truth, answers = some_answers(1, 50)
    found = resampled_scores(truth, answers, metric, n_labels=LABELS, repetitions=400)
    counts = np.zeros((LABELS, LABELS), int)
    np.add.at(counts, (truth, answers[0]), 1)
    assert found.drawn.mean() == pytest.approx(summary_metrics(counts)[metric], abs=0.02)


def test_the_order_of_the_labels_changes_nothing() -> None:
    truth, answers = some_answers(2, 50)
    renamed = np.array([3, 0, 4, 1, 2])
    one = resampled_scores(truth, answers, "macro_f1", n_labels=LABELS, repetitions=20)
    two = resampled_scores(
        renamed[truth], renamed[answers], "macro_f1", n_labels=LABELS, repetitions=20
    )
    np.testing.assert_allclose(one.drawn, two.drawn, rtol=1e-5)


def test_rows_of_one_example_are_drawn_together() -> None:
    truth, answers = some_answers(2, 30)
    once = resampled_scores(truth, answers, "accuracy", n_labels=LABELS, repetitions=9)
    thrice = resampled_scores(
        np.tile(truth, 3), np.tile(answers, 3), "accuracy", n_labels=LABELS,
        example=np.tile(np.arange(30), 3), repetitions=9,
    )  # fmt: skip
    np.testing.assert_allclose(once.drawn, thrice.drawn, rtol=1e-6)
    np.testing.assert_allclose(once.left_out, thrice.left_out, rtol=1e-6)


def test_the_picked_run_is_scored_on_what_it_was_not_picked_by() -> None:
    drawn = np.array([[0.9, 0.8], [0.7, 0.8], [0.6, 0.6], [0.9, 0.1]])
    left_out = np.array([[0.5, 0.3], [0.6, 0.3], [0.7, 0.1], [np.nan, np.nan]])
    found = bootstrap_selection(Resampled(drawn, left_out), [0.6, 0.5])
    # Picked are the first, the second and, as they tie, the first; left out the best scores 0.6.
    assert found.corrected == pytest.approx((0.5 + 0.3 + 0.7) / 3)
    assert found.optimism == pytest.approx(0.6 - 0.5)
    assert found.shares.tolist() == pytest.approx([2 / 3, 1 / 3])
    assert found.repetitions == 3


def test_what_few_examples_cost_a_macro_average_is_not_called_luck() -> None:
    truth, answers = some_answers(1, 30, share=0.5)
    alone = resampled_scores(truth, answers, "macro_f1", n_labels=LABELS)
    score = observed_scores(truth, answers, "macro_f1", n_labels=LABELS)
    assert abs(alone.left_out.mean() - score[0]) > 0.01
    assert bootstrap_selection(alone, score).optimism == pytest.approx(0, abs=1e-9)


def test_of_one_example_nothing_is_left_to_score() -> None:
    resampled = resampled_scores([0], [[0], [1]], "accuracy", n_labels=2)
    found = bootstrap_selection(resampled, [1.0, 0.0])
    assert math.isnan(found.corrected)
    assert found.repetitions == 0


def test_the_winner_s_curse_is_taken_away() -> None:
    naive, corrected = [], []
    for seed in range(25):
        truth, answers = some_answers(20, 200, share=0.75, seed=seed)  # 0.8 with lucky guesses
        scores = (answers == truth).mean(axis=1)
        drawn = resampled_scores(truth, answers, "accuracy", n_labels=LABELS, repetitions=100)
        found = bootstrap_selection(drawn, scores)
        naive.append(found.naive)
        corrected.append(found.corrected)
    # 20 equal candidates: the largest of 20 normal deviates is 1.8675 on average.
    spread = math.sqrt(0.8 * 0.2 / 200)
    assert np.mean(naive) - 0.8 == pytest.approx(1.8675 * spread, abs=0.01)
    assert np.mean(corrected) == pytest.approx(0.8, abs=0.01)


def test_many_runs_and_rows_get_fewer_resamples() -> None:
    assert affordable_repetitions(300, 5_000) == 1000
    assert affordable_repetitions(20, 250_000) == 400
    assert affordable_repetitions(300, 500_000) == 200


def test_a_metric_that_cannot_be_resampled_is_refused() -> None:
    with pytest.raises(ValueError, match=r"metric must be one of accuracy, .* not 'log_loss'\."):
        resampled_scores([0], [[0]], "log_loss", n_labels=1)
