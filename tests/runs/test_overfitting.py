"""The ladder on constructed runs, and what chance scores against scikit-learn."""

from __future__ import annotations

import math
import warnings
from pathlib import Path

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.metrics import get_scorer

from diagnostics import Evidence, Problem, Run, Score, open_workspace, record
from diagnostics.confusion.baseline import best_possible, chance_level, truth_counts
from diagnostics.runs.overfitting import train_metrics, train_value, training_points
from tests.made.trial_runs import experiment_of, folds_of, run_of

#: Half of the examples are of the most frequent class.
SUPPORTS = [50, 30, 20]


def trained(
    name: str, train: float | None, value: float, *, offsets: tuple[float, ...] = (-0.01, 0, 0.01)
) -> Run:
    """A run with three folds of which it learnt with `train` and answered with `value`."""
    scores = folds_of(value, offsets=offsets)
    if train is not None:
        scores += folds_of(train, "train")
    return run_of(name, value, scores=scores, examples=100)


def verdicts(*runs: Run, supports: list[int] | None = SUPPORTS) -> dict[str, str]:
    found = training_points(experiment_of(*runs), "accuracy", supports=supports)
    return dict(zip(found["run"], found["verdict"], strict=True))


def evidence(*runs: Run, supports: list[int] | None = SUPPORTS) -> str:
    found = training_points(experiment_of(*runs), "accuracy", supports=supports)
    return str(found["evidence"].iloc[0])


def test_each_rung_has_its_verdict() -> None:
    found = verdicts(
        trained("fine", 0.915, 0.9),
        trained("too much", 0.99, 0.8),
        trained("too little", 0.82, 0.81),
        trained("chance", 0.9, 0.505),
        trained("unsaid", None, 0.8),
    )
    assert found == {
        "fine": "fine",
        "too much": "generalisation",
        "too little": "capacity",
        "chance": "wiring",
        "unsaid": "unknown",
    }


def test_no_better_than_one_answer_for_all_is_wiring_and_says_so() -> None:
    said = evidence(trained("r", 0.51, 0.505))
    assert said == (
        "Held out 50.5%, and one answer for all gives 50.0%, which is within two standard errors; "
        "on training rows it is no better (51.0%)."
    )
    assert verdicts(trained("r", 0.51, 0.505), supports=None) == {"r": "fine"}


def test_one_true_class_is_no_yardstick() -> None:
    runs = trained("low", 0.61, 0.6), trained("all right", 1.0, 1.0, offsets=(0, 0, 0))
    assert verdicts(*runs, supports=[100]) == verdicts(*runs, supports=None)


def test_too_few_examples_to_tell_from_chance_are_not_judged() -> None:
    few = run_of("few", 0.7, scores=folds_of(0.95, "train"), examples=10)
    assert verdicts(few) == {"few": "unknown"}
    assert evidence(few) == (
        "Held out 70.0%: too few examples to tell that from the 50.0% of one answer for all."
    )


def test_a_failed_fit_is_wiring() -> None:
    problem = Problem("failed-fits", "a", "1 of 3 fits of a have no score: they failed.")
    failed = run_of("a", 0.9, problems=(problem,))
    assert verdicts(failed) == {"a": "wiring"}
    assert evidence(failed) == problem.what
    assert verdicts(run_of("nan", math.nan)) == {"nan": "wiring"}


def test_held_out_rows_far_above_training_rows_are_a_sign_of_a_mix_up() -> None:
    assert verdicts(trained("r", 0.7, 0.9)) == {"r": "wiring"}
    assert "mix-up" in evidence(trained("r", 0.7, 0.9))
    assert verdicts(trained("r", 0.89, 0.9)) == {"r": "fine"}


def test_a_run_that_learns_less_than_another_answers_unseen_lacks_capacity() -> None:
    weak, strong = trained("weak", 0.85, 0.84), trained("strong", 0.95, 0.94)
    assert verdicts(weak, strong)["weak"] == "capacity"
    assert evidence(weak, strong) == (
        "Its own training rows it answers worse (85.0%) than strong answers unseen ones (94.0%)."
    )
    near = trained("near", 0.935, 0.93)
    assert verdicts(near, strong)["near"] == "fine"


def test_alone_less_than_half_of_the_way_from_chance_lacks_capacity() -> None:
    assert verdicts(trained("r", 0.7, 0.69)) == {"r": "capacity"}
    assert "40% of the way from one answer for all (50.0%)" in evidence(trained("r", 0.7, 0.69))
    assert verdicts(trained("r", 0.8, 0.79)) == {"r": "fine"}


def test_a_gap_counts_in_units_of_the_spread_of_the_folds() -> None:
    steady = (-0.01, 0.0, 0.01)
    wild = (-0.1, 0.0, 0.1)
    assert verdicts(trained("r", 0.95, 0.9, offsets=steady)) == {"r": "generalisation"}
    assert verdicts(trained("r", 0.95, 0.9, offsets=wild)) == {"r": "fine"}
    said = evidence(trained("r", 0.95, 0.9, offsets=steady))
    assert said == "Train 95.0%, held out 90.0%: 5.0 points apart, 5 times the spread."


def test_a_run_that_fits_less_and_answers_better_is_named() -> None:
    wild, mild = trained("wild", 1.0, 0.8), trained("mild", 0.92, 0.9)
    said = training_points(experiment_of(wild, mild), "accuracy", supports=SUPPORTS)
    assert (
        said["evidence"]
        .iloc[0]
        .endswith(
            " mild fits its training rows less (92.0%) and answers unseen ones better (90.0%)."
        )
    )


def test_runs_that_were_given_other_amounts_are_no_yardstick() -> None:
    from dataclasses import replace

    weak = replace(trained("weak", 0.85, 0.84), resource=10.0)
    strong = replace(trained("strong", 0.95, 0.94), resource=1000.0)
    assert verdicts(weak, strong)["weak"] == "fine"


def test_losses_count_downwards() -> None:
    def run(name: str, train: float, value: float) -> Run:
        scores = [
            Score("log_loss", v + offset, split, fold, False)
            for split, v in (("test", value), ("train", train))
            for fold, offset in enumerate((-0.01, 0.0, 0.01))
        ]
        return run_of(name, None, scores=tuple(scores))

    found = training_points(
        experiment_of(run("over", 0.05, 0.4), run("fine", 0.31, 0.3), run("chance", 1.0, 1.1)),
        "log_loss",
        supports=SUPPORTS,
    )
    assert found["verdict"].tolist() == ["generalisation", "fine", "wiring"]
    assert found["gap"].iloc[0] == pytest.approx(0.35)


def test_train_scores_are_as_said_else_the_mean_of_the_folds_else_counted(tmp_path: Path) -> None:
    folds = run_of("a", 0.8, scores=folds_of(0.9, "train"))
    assert train_value(folds, "accuracy") == pytest.approx(0.9)
    whole = run_of("a", 0.8, scores=(*folds_of(0.9, "train"), Score("accuracy", 0.7, "train")))
    assert train_value(whole, "accuracy") == 0.7
    assert math.isnan(train_value(run_of("a", 0.8), "accuracy"))
    record(
        tmp_path / "run",
        true_label=["a", "b", "a", "b", "a", "b"],
        predicted_label=["a", "b", "a", "a", "b", "b"],
        split=["train"] * 4 + ["test"] * 2,
    )
    (experiment,) = open_workspace(tmp_path).experiments
    assert train_value(experiment.runs[0], "accuracy") == 0.75
    assert "accuracy" in train_metrics(experiment)


def test_only_metrics_with_a_held_out_score_are_offered() -> None:
    run = run_of("a", 0.8, scores=(Score("accuracy", 0.9, "train"), Score("f1", 0.9, "train")))
    assert train_metrics(experiment_of(run)) == ["accuracy"]


SCORERS = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced_accuracy",
    "macro_f1": "f1_macro",
    "f1_macro": "f1_macro",
    "weighted_f1": "f1_weighted",
    "micro_f1": "f1_micro",
    "macro_precision": "precision_macro",
    "weighted_precision": "precision_weighted",
    "macro_recall": "recall_macro",
    "weighted_recall": "recall_weighted",
    "matthews_correlation": "matthews_corrcoef",
    "neg_log_loss": "neg_log_loss",
}


@pytest.mark.parametrize("metric", SCORERS)
def test_chance_is_what_scikit_learn_gives_a_model_without_features(metric: str) -> None:
    truth = np.repeat([0, 1, 2], SUPPORTS)
    strategy = "prior" if metric == "neg_log_loss" else "most_frequent"
    model = DummyClassifier(strategy=strategy).fit(np.zeros((100, 1)), truth)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = get_scorer(SCORERS[metric])(model, np.zeros((100, 1)), truth)
    assert chance_level(metric, SUPPORTS) == pytest.approx(expected)


def test_chance_of_unknown_metrics_is_unknown() -> None:
    assert chance_level("my_own", SUPPORTS) is None
    assert chance_level("accuracy", None) is None
    assert chance_level("roc_auc_ovr", None) == 0.5
    assert chance_level("log_loss", [1, 1]) == pytest.approx(math.log(2))
    assert best_possible("f1_macro") == 1.0
    assert best_possible("neg_log_loss") == 0.0
    assert best_possible("my_own") is None


def test_the_truth_is_counted_where_a_run_has_it(tmp_path: Path) -> None:
    record(tmp_path / "a", true_label=["x", "y", "x"], predicted_label=["x", "x", "x"])
    (experiment,) = open_workspace(tmp_path).experiments
    assert truth_counts(experiment) == [2, 1]
    assert truth_counts(experiment_of(run_of("a", 0.5))) is None
    assert Evidence.TRUTH in experiment.evidence
