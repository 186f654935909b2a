from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import (
    average_precision_score,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)

from diagnostics import DiagnosticsError, Run, open_workspace, record
from diagnostics.confidence.curves import (
    answer_points,
    average_areas,
    average_precision,
    class_areas,
    correctness_counts,
    macro_points,
    precision_recall_points,
    roc_auc,
    roc_points,
)
from diagnostics.confidence.one_vs_rest import (
    bin_of,
    bin_scores,
    from_confidence,
    n_bins,
    one_vs_rest,
    pooled,
    score_counts,
)
from diagnostics.confidence.selective_counts import selective_counts

N, LABELS = 400, ["a", "b", "c", "never"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Four labels, of which one never occurs; many ties; two rows without a vector."""
    random = np.random.default_rng(0)
    true = random.integers(0, 3, N)
    z = random.normal(size=(N, 4))
    z[np.arange(N), true] += 1.5
    p = np.exp(np.round(z, 1))
    p /= p.sum(axis=1, keepdims=True)
    p[:2] = np.nan
    folder: Path = tmp_path_factory.mktemp("curves")
    record(
        folder / "run", true_label=np.array(LABELS)[true], probabilities=p, labels=LABELS,
        predicted_label=np.array(LABELS)[np.nan_to_num(p).argmax(axis=1)],
    )  # fmt: skip
    return open_workspace(folder).experiments[0].runs[0]


def rows_of(run: Run) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Truth one-hot, vectors and answers of the rows that have both."""
    rows = pl.read_parquet(run.table("predictions")).drop_nulls("probabilities")
    truth = rows["true_label"].to_numpy()
    return np.eye(4)[truth], np.array(rows["probabilities"].to_list()), truth


scores = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.2, 0.5, 0.9, 1.0]), st.booleans()),
    min_size=2,
    max_size=30,
).filter(lambda rows: len({positive for _, positive in rows}) == 2)


@settings(max_examples=60, deadline=None)
@given(scores)
def test_areas_and_curves_are_those_of_scikit_learn(rows: list[tuple[float, bool]]) -> None:
    score, positive = zip(*rows, strict=True)
    counts = score_counts(score, positive)
    assert roc_auc(counts).value == pytest.approx(roc_auc_score(positive, score))
    expected = average_precision_score(positive, score)
    assert average_precision(counts).value == pytest.approx(expected)
    fpr, tpr, _ = roc_curve(positive, score, drop_intermediate=False)
    points = roc_points(counts)
    assert points["x"].to_numpy() == pytest.approx(fpr)
    assert points["y"].to_numpy() == pytest.approx(tpr)
    precision, recall, _ = precision_recall_curve(positive, score)
    # Theirs starts at the lowest score and ends with an added (0, 1); ours drops repeated recalls.
    by_recall: dict[float, float] = {}
    for at, value in zip(recall[:-1], precision[:-1], strict=True):
        if at > 0:
            by_recall[round(at, 9)] = max(value, by_recall.get(round(at, 9), 0.0))
    start, ours = precision_recall_points(counts).iloc[0], precision_recall_points(counts).iloc[1:]
    assert (start["x"], start["y"]) == (0, ours["y"].iloc[0])
    assert ours["x"].round(9).tolist() == sorted(by_recall)
    assert ours["y"].to_numpy() == pytest.approx([by_recall[at] for at in sorted(by_recall)])


@settings(max_examples=20, deadline=None)
@given(scores, st.randoms(use_true_random=False))
def test_neither_order_nor_copies_move_a_curve(rows: list[tuple[float, bool]], random: Any) -> None:
    shuffled = rows * 2
    random.shuffle(shuffled)
    one, other = (score_counts(*zip(*given_rows, strict=True)) for given_rows in (rows, shuffled))
    assert roc_points(one).equals(roc_points(other))
    assert roc_auc(one).value == pytest.approx(roc_auc(other).value)
    assert average_precision(one).value == pytest.approx(average_precision(other).value)


def test_without_positives_or_negatives_there_is_no_area() -> None:
    only = score_counts([0.1, 0.2], [True, True])
    assert np.isnan(roc_auc(only).value)
    assert average_precision(only).value == 1
    assert roc_points(only).empty
    none = score_counts([0.1], [False])
    assert np.isnan(average_precision(none).value)
    assert precision_recall_points(none).empty
    assert roc_points(score_counts([], [])).empty


def test_scores_must_be_numbers_with_a_truth_each() -> None:
    with pytest.raises(DiagnosticsError, match="There are 2 scores, but 1 truths"):
        score_counts([0.1, 0.2], [True])
    with pytest.raises(DiagnosticsError, match="NaN"):
        score_counts([float("nan")], [True])


def test_a_long_curve_is_thinned_and_keeps_its_ends() -> None:
    random = np.random.default_rng(0)
    positive = random.random(20_000) < 0.3
    counts = score_counts(random.normal(size=20_000) + positive, positive)
    for points in (roc_points(counts), precision_recall_points(counts)):
        assert len(points) <= 1000
        assert points["x"].is_monotonic_increasing
        assert points["x"].iloc[-1] == 1
    thin = roc_points(counts)
    assert np.trapezoid(thin["y"], thin["x"]) == pytest.approx(roc_auc(counts).value, abs=1e-4)


def test_every_class_of_a_run_has_the_areas_of_scikit_learn(run: Run) -> None:
    truth, vectors, _ = rows_of(run)
    found = one_vs_rest(run)
    assert found.is_exact
    assert (found.examples, found.left_out) == (N - 2, 2)
    areas = class_areas(found).set_index("label")
    for code, label in enumerate("abc"):
        auc = roc_auc_score(truth[:, code], vectors[:, code])
        assert areas.loc[label, "auc"] == pytest.approx(auc, abs=1e-12)
        precision = average_precision_score(truth[:, code], vectors[:, code])
        assert areas.loc[label, "average_precision"] == pytest.approx(precision, abs=1e-12)
    assert np.isnan(areas.loc["never", "auc"])
    assert areas.index[-1] == "never"
    assert areas["auc"].iloc[:3].is_monotonic_increasing


def test_averages_are_those_of_scikit_learn_over_the_classes_that_occur(run: Run) -> None:
    truth, vectors, _ = rows_of(run)
    found = one_vs_rest(run)
    averages = average_areas(found, class_areas(found))
    for name in ("macro", "weighted"):
        auc = roc_auc_score(truth[:, :3], vectors[:, :3], average=name)
        precision = average_precision_score(truth[:, :3], vectors[:, :3], average=name)
        assert averages[name]["auc"] == pytest.approx(auc, abs=1e-12)
        assert averages[name]["average_precision"] == pytest.approx(precision, abs=1e-12)
    micro = roc_auc_score(truth.ravel(), vectors.ravel())
    assert averages["micro"]["auc"] == pytest.approx(micro, abs=1e-12)
    precision = average_precision_score(truth.ravel(), vectors.ravel())
    assert averages["micro"]["average_precision"] == pytest.approx(precision, abs=1e-12)


def test_binned_areas_are_off_by_no_more_than_they_say(run: Run) -> None:
    exact, binned = (class_areas(one_vs_rest(run, exact=flag)) for flag in (True, False))
    exact, binned = (table.set_index("label").loc[list("abc")] for table in (exact, binned))
    for value, error in (("auc", "auc_error"), ("average_precision", "precision_error")):
        assert (exact[error] == 0).all()
        assert ((binned[value] - exact[value]).abs() <= binned[error] + 1e-12).all()
    assert (binned["auc_error"] < 0.01).all()


@pytest.mark.parametrize("bits", [5, 7])
def test_bins_rise_with_the_score_and_are_narrow_at_both_ends(bits: int) -> None:
    ends = np.array([0, 1e-45, 2.0**-126, 0.4999999, 0.5, 1 - 2.0**-24, 1], "f4")
    drawn = np.random.default_rng(0).random(20_000, dtype=np.float32) ** 6
    score = np.sort(np.concatenate([ends, drawn, 1 - drawn]))
    bins = bin_of(score, bits)
    assert (np.diff(bins) >= 0).all()
    assert (bins[0], bins[-1]) == (0, n_bins(bits) - 1)
    stand_in = bin_scores(bits)
    assert (np.diff(stand_in) > 0).all()
    assert len(stand_in) == n_bins(bits)
    distance = np.minimum(score, 1 - score).astype(float)
    assert (np.abs(stand_in[bins] - score) <= np.maximum(distance / 2**bits, 1.3e-38)).all()


def test_pooled_counts_add_up_equal_scores() -> None:
    parts = [score_counts([0.9, 0.5], [True, False]), score_counts([0.5, 0.1], [True, False])]
    whole = pooled(parts)
    assert whole.score.tolist() == [0.9, 0.5, 0.1]
    assert whole.positives.tolist() == [1, 1, 0]
    assert whole.negatives.tolist() == [0, 1, 1]


def test_the_mean_curve_of_equal_classes_is_their_curve() -> None:
    counts = score_counts([0.9, 0.8, 0.7, 0.6], [True, False, True, False])
    roc = macro_points([counts, counts], "roc").set_index("x")["y"]
    assert roc[0.0] == 0.5
    assert roc[0.25] == 0.5
    assert roc[0.5] == roc[1.0] == 1
    pr = macro_points([counts, counts], "pr").set_index("x")["y"]
    assert pr[0.5] == 1
    assert pr[1.0] == pytest.approx(2 / 3)
    assert macro_points([score_counts([0.5], [True])], "roc").empty


def test_the_mean_curve_has_the_mean_area(run: Run) -> None:
    found = one_vs_rest(run)
    averages = average_areas(found, class_areas(found))
    mean = macro_points(found.counts, "roc")
    assert np.trapezoid(mean["y"], mean["x"]) == pytest.approx(averages["macro"]["auc"], abs=0.005)


def test_the_point_of_the_answers_is_recall_and_precision_of_the_class(run: Run) -> None:
    _, vectors, truth = rows_of(run)
    rows = pl.read_parquet(run.table("predictions"))
    truth, answer = rows["true_label"].to_numpy(), rows["predicted_label"].to_numpy()
    confidence = rows["confidence"].fill_null(0).to_numpy()
    for threshold in (None, 0.5):
        given_answers = confidence >= (threshold or 0)
        points = answer_points(run, threshold=threshold)
        for code, label in enumerate("abc"):
            named = (answer == code) & given_answers
            point = points[label]
            assert point.recall == pytest.approx(
                (truth[named] == code).sum() / (truth == code).sum()
            )
            assert point.precision == pytest.approx((truth[named] == code).mean())
            negatives = (truth != code).sum()
            assert point.false_positive_rate == pytest.approx(
                (truth[named] != code).sum() / negatives
            )
        right = (truth == answer) & given_answers
        assert points[""].recall == pytest.approx(right.mean())
        assert points[""].precision == pytest.approx(right.sum() / given_answers.sum())
    assert np.isnan(points["never"].recall)


def test_with_two_labels_the_answers_lie_on_the_curve(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    p = random.random(60)
    true = np.where(random.random(60) < p, "yes", "no")
    record(tmp_path / "run", true_label=true, probabilities=np.c_[1 - p, p], labels=["no", "yes"])
    (run,) = open_workspace(tmp_path).experiments[0].runs
    curve, point = roc_points(one_vs_rest(run).of("yes")), answer_points(run)["yes"]
    on_curve = np.isclose(curve["x"], point.false_positive_rate) & np.isclose(
        curve["y"], point.recall
    )
    assert on_curve.any()


def test_the_confidence_of_two_labels_is_as_good_as_their_vectors(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    p = random.random(60).astype("f4")
    true = np.where(random.random(60) < p, "yes", "no")
    vectors, labels = np.c_[1 - p, p], ["no", "yes"]
    record(tmp_path / "all", true_label=true, probabilities=vectors, labels=labels)
    answers = {"predicted_label": np.array(labels)[vectors.argmax(axis=1)]}
    record(tmp_path / "top", true_label=true, **answers, confidence=vectors.max(axis=1))
    whole, top = (run for run in open_workspace(tmp_path).experiments[0].runs)
    derived = from_confidence(top)
    assert derived is not None
    assert derived.examples == 60
    for label in labels:
        for area in (roc_auc, average_precision):
            ours, theirs = (area(scores.of(label)) for scores in (derived, one_vs_rest(whole)))
            assert ours.value == pytest.approx(theirs.value, abs=1e-6)


@pytest.mark.parametrize(
    ("answers", "confidence"),
    [(["a", "b", "c"], [0.9, 0.9, 0.9]), (["a", "b", "a"], [0.9, 0.4, 0.9])],
)
def test_nothing_is_derived_that_does_not_follow(
    tmp_path: Path, answers: list[str], confidence: list[float]
) -> None:
    truth = ["a", "a", "b"]
    record(tmp_path / "run", true_label=truth, predicted_label=answers, confidence=confidence)
    (run,) = open_workspace(tmp_path).experiments[0].runs
    assert from_confidence(run) is None


def test_top_one_confidence_has_the_curve_of_being_right() -> None:
    answers = pl.DataFrame(
        {
            "true_label": ["a"] * 5,
            "predicted_label": ["a", "a", "b", "a", "b"],
            "confidence": [0.9, 0.8, 0.7, 0.6, 0.5],
        }
    )
    counts = correctness_counts(selective_counts(answers))
    assert roc_auc(counts).value == pytest.approx(5 / 6)


def test_an_unknown_label_or_split_is_named(run: Run) -> None:
    with pytest.raises(DiagnosticsError, match="no label 'z'"):
        one_vs_rest(run).of("z")
    with pytest.raises(DiagnosticsError, match="no split 'train'"):
        one_vs_rest(run, split="train")
