from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics import DiagnosticsError, open_workspace, record
from diagnostics.confidence.risk_coverage import (
    dividing_decimal,
    evenly,
    operating_point,
    risk_coverage_curve,
    selective_figures,
)
from diagnostics.confidence.selective_counts import (
    SelectiveCounts,
    selective_counts,
    selective_counts_of_run,
    shortest_decimal,
)
from diagnostics.workspace import NO_PREDICTION

CONFIDENCE = [0.9, 0.8, 0.7, 0.6, 0.5]
WRONG = [False, False, True, False, True]


def frame(confidence: Any, wrong: Any) -> pl.DataFrame:
    answers = ["b" if is_wrong else "a" for is_wrong in wrong]
    columns = {"true_label": ["a"] * len(answers), "predicted_label": answers}
    return pl.DataFrame({**columns, "confidence": pl.Series(confidence, dtype=pl.Float64)})


def counts_of(confidence: Any, wrong: Any) -> SelectiveCounts:
    return selective_counts(frame(confidence, wrong))


answers = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0]), st.booleans()),
    min_size=1,
    max_size=40,
)


def test_five_answers_have_the_published_figures() -> None:
    figures = selective_figures(counts_of(CONFIDENCE, WRONG))
    assert figures.aurc == pytest.approx(0.1966667, abs=5e-8)
    assert figures.augrc == pytest.approx(0.16)
    assert figures.best_aurc == pytest.approx(0.13)
    assert figures.auroc == pytest.approx(5 / 6)
    assert figures.risk == 0.4


def test_digits_have_the_published_figures() -> None:
    from sklearn.datasets import load_digits
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.naive_bayes import GaussianNB

    x, y = load_digits(return_X_y=True)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    model = GaussianNB(var_smoothing=1e-3)
    p = cross_val_predict(model, x, y, cv=folds, method="predict_proba")
    confidence, right = p.max(axis=1), p.argmax(axis=1) == y
    figures = selective_figures(counts_of(confidence, ~right))
    assert figures.aurc == pytest.approx(0.0244895, abs=5e-8)
    assert figures.auroc == pytest.approx(0.84375, abs=5e-6)
    assert figures.auroc == pytest.approx(roc_auc_score(right, confidence), abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(answers)
def test_figures_are_the_mean_over_random_orders_of_ties(rows: list[tuple[float, bool]]) -> None:
    confidence, wrong = (np.array(column) for column in zip(*rows, strict=True))
    expected = np.array([wrong[confidence == level].mean() for level in confidence])
    order = np.argsort(-confidence, kind="stable")
    losses, ranks = np.cumsum(expected[order]), np.arange(1, len(rows) + 1)
    figures = selective_figures(counts_of(confidence, wrong))
    assert figures.aurc == pytest.approx((losses / ranks).mean())
    assert figures.augrc == pytest.approx((losses / len(rows)).mean())
    assert figures.best_aurc <= figures.aurc + 1e-12


@settings(max_examples=30, deadline=None)
@given(answers)
def test_augrc_follows_from_auroc_for_many_copies(rows: list[tuple[float, bool]]) -> None:
    confidence, wrong = (np.array(column) for column in zip(*rows, strict=True))
    single = counts_of(confidence, wrong)
    copies = 10_000
    many = SelectiveCounts(
        single.confidence, single.n * copies, single.wrong * copies, single.outside
    )
    figures, accuracy = selective_figures(many), 1 - wrong.mean()
    if np.isfinite(figures.auroc):
        limit = (1 - figures.auroc) * accuracy * (1 - accuracy) + (1 - accuracy) ** 2 / 2
        assert figures.augrc == pytest.approx(limit, abs=1e-4)


def test_all_right_and_all_wrong_have_no_auroc() -> None:
    assert np.isnan(selective_figures(counts_of(CONFIDENCE, [False] * 5)).auroc)
    wrong = selective_figures(counts_of(CONFIDENCE, [True] * 5))
    assert np.isnan(wrong.auroc)
    assert wrong.aurc == wrong.best_aurc == 1
    assert np.isnan(selective_figures(counts_of([], [])).aurc)


@settings(max_examples=40, deadline=None)
@given(answers, st.floats(-0.1, 1.1))
def test_an_operating_point_counts_what_a_loop_counts(
    rows: list[tuple[float, bool]], threshold: float
) -> None:
    confidence, wrong = zip(*rows, strict=True)
    point = operating_point(counts_of(confidence, wrong), threshold)
    kept = [is_wrong for level, is_wrong in rows if level >= threshold]
    assert (point.answered, point.wrong) == (len(kept), sum(kept))
    assert point.withheld == len(rows) - len(kept)
    assert point.withheld_right == sum(
        not is_wrong for level, is_wrong in rows if level < threshold
    )


@settings(max_examples=30, deadline=None)
@given(answers, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing_and_copies_leave_the_curve(
    rows: list[tuple[float, bool]], random: Any
) -> None:
    shuffled = rows.copy()
    random.shuffle(shuffled)
    curves = [
        risk_coverage_curve(counts_of(*zip(*given_rows, strict=True)))
        for given_rows in (rows, shuffled, rows * 3)
    ]
    pd.testing.assert_frame_equal(curves[0], curves[1])
    shape = ["threshold", "coverage", "risk"]
    pd.testing.assert_frame_equal(curves[0][shape], curves[2][shape])
    assert curves[0]["coverage"].is_monotonic_increasing
    assert curves[0]["coverage"].iloc[-1] == 1


def test_a_curve_to_draw_keeps_its_ends_and_values() -> None:
    random = np.random.default_rng(0)
    counts = counts_of(random.random(5000), random.random(5000) < 0.3)
    whole, drawn = risk_coverage_curve(counts, points=10**6), risk_coverage_curve(counts)
    assert len(whole) == 5000
    assert len(drawn) <= 1000
    assert drawn.iloc[[0, -1]].equals(whole.iloc[[0, -1]].set_axis([0, len(drawn) - 1]))
    assert set(drawn["threshold"]) <= set(whole["threshold"])
    assert drawn["coverage"].diff().max() < 0.003


def test_few_points_are_all_kept() -> None:
    assert evenly(np.array([1, 2, 9]), 3).tolist() == [0, 1, 2]


MIXED: dict[str, list[Any]] = {
    "true_label": ["a", "oos", "oos", "a", "a", None, "b", "b", "oos"],
    "predicted_label": ["a", "a", "oos", "oos", "b", "a", NO_PREDICTION, None, "b"],
    "confidence": [0.9, 0.4, 0.8, 0.7, 0.3, 0.6, None, None, 0.95],
}


def test_an_out_of_scope_example_is_best_left_without_an_answer() -> None:
    counts = selective_counts(pl.DataFrame(MIXED), none_labels=["oos"])
    assert counts.confidence.tolist() == [0.95, 0.9, 0.4, 0.3]
    assert counts.wrong.tolist() == [1, 0, 1, 1]
    assert counts.outside.tolist() == [1, 0, 1, 0]
    assert (counts.abstained, counts.abstained_outside, counts.left_out) == (4, 1, 1)
    point = operating_point(counts, 0.5)
    assert (point.total, point.answered, point.wrong, point.withheld) == (8, 2, 1, 6)
    assert (point.withheld_right, point.outside, point.outside_withheld) == (0, 3, 2)
    assert (point.coverage, point.risk, point.accuracy) == (0.25, 0.5, 0.5)


def test_without_chosen_labels_they_are_classes_like_others() -> None:
    counts = selective_counts(pl.DataFrame(MIXED))
    assert counts.abstained == 2
    assert counts.candidates == 6
    assert counts.outside.sum() == 0


def test_an_answer_without_confidence_is_left_out() -> None:
    counts = counts_of([0.9, None, float("nan")], [False, False, True])
    assert (counts.candidates, counts.left_out) == (1, 2)


@pytest.mark.parametrize("backend", ["pandas", "pyarrow", "lazy", "duckdb"])
def test_every_engine_counts_alike(backend: str) -> None:
    table = pl.DataFrame({**MIXED, "confidence": pl.Series(MIXED["confidence"], dtype=pl.Float64)})
    arrow: pa.Table = table.to_arrow()
    if backend == "duckdb":
        duckdb = pytest.importorskip("duckdb")
        connection = duckdb.connect()
        connection.register("answers", arrow)
        given: Any = connection.sql("select * from answers")
    else:
        given = {"pandas": table.to_pandas(), "pyarrow": arrow, "lazy": table.lazy()}[backend]
    counted = selective_counts(given, none_labels=["oos"])
    expected = selective_counts(table, none_labels=["oos"])
    for name, value in vars(expected).items():
        assert np.array_equal(getattr(counted, name), value), name


def test_coded_labels_are_counted_too() -> None:
    coded = pl.DataFrame(
        {"true_label": [0, 1], "predicted_label": [0, 0], "confidence": [0.9, 0.8]}
    )
    assert selective_counts(coded, none_labels=[1]).outside.tolist() == [0, 1]


def test_a_missing_column_is_named() -> None:
    with pytest.raises(DiagnosticsError, match="Column 'confidence' not found"):
        selective_counts(pl.DataFrame({"true_label": ["a"], "predicted_label": ["a"]}))


def test_a_stored_run_counts_like_its_rows(tmp_path: Path) -> None:
    record(
        tmp_path / "run",
        true_label=["a", "oos", "oos", "a", "a", None, "b", "b", "oos"],
        predicted_label=["a", "a", "oos", "oos", "b", "a", "a", "b", "b"],
        confidence=[0.9, 0.4, 0.8, 0.7, 0.3, 0.6, 0.2, 0.1, 0.95],
        split=["test"] * 8 + ["train"],
    )
    experiment = open_workspace(tmp_path).experiments[0]
    (run,) = experiment.runs
    rows = experiment.predictions().filter(pl.col("split") == "test")
    stored = selective_counts_of_run(run, none_labels=["oos"])
    expected = selective_counts(rows, none_labels=["oos"])
    for name, value in vars(expected).items():
        assert np.array_equal(getattr(stored, name), value), name
    assert selective_counts_of_run(run, predicted_label="b").confidence.tolist() == [0.3, 0.1]
    assert selective_counts_of_run(run, predicted_label="none such").candidates == 0
    assert selective_counts_of_run(run, split="train").candidates == 1
    with pytest.raises(DiagnosticsError, match="has no split 'validation'"):
        selective_counts_of_run(run, split="validation")


@settings(max_examples=100, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1))
def test_the_shortest_decimal_lies_between(one: float, other: float) -> None:
    low, high = sorted((one, other))
    found = shortest_decimal(low, high)
    assert low < found <= high or (low == high == found)


def test_the_shortest_decimal_is_short() -> None:
    assert shortest_decimal(0.8231, 0.8312) == 0.83
    assert shortest_decimal(0.4, 0.5) == 0.5


@settings(max_examples=60, deadline=None)
@given(answers, st.sampled_from([0.0, 0.1, 0.2, 0.25, 0.5, 0.9, 1.0]))
def test_the_bound_of_a_link_divides_like_the_threshold(
    rows: list[tuple[float, bool]], threshold: float
) -> None:
    counts = counts_of(*zip(*rows, strict=True))
    bound = dividing_decimal(counts, threshold)
    answered = operating_point(counts, threshold).answered
    assert sum(level > bound for level, _ in rows) == answered


def test_every_level_can_be_named_by_a_threshold() -> None:
    counts = counts_of([0.91234, 0.9, 0.9, 0.5], [False] * 4)
    assert [counts.threshold(at) for at in range(3)] == [0.91, 0.9, 0.0]
    for at in range(3):
        assert operating_point(counts, counts.threshold(at)).answered == counts.answered[at]
