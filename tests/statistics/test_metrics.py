from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

from diagnostics.statistics.metrics import class_figures, summary_metrics

THREE = np.array([[8, 2, 0], [3, 6, 1], [0, 1, 9]])
#: "ghost" and "wraith" are only ever answered.
TRUE_LABELS = ("cat", "dog", "owl", "accuracy")
ANSWERS = (*TRUE_LABELS, "ghost", "wraith")
LABELS = sorted(ANSWERS)

answered = st.lists(
    st.tuples(st.sampled_from(TRUE_LABELS), st.sampled_from(ANSWERS)), min_size=1, max_size=40
)


def counts_of(pairs: list[tuple[str, str]]) -> np.ndarray:
    truth, answers = zip(*pairs, strict=True)
    return sklearn_metrics.confusion_matrix(truth, answers, labels=LABELS)


def test_figures_of_three_classes_are_those_counted_by_hand() -> None:
    figures = class_figures(THREE)
    assert figures.precision.tolist() == pytest.approx([8 / 11, 6 / 9, 9 / 10])
    assert figures.recall.tolist() == pytest.approx([0.8, 0.6, 0.9])
    assert figures.f1.tolist() == pytest.approx([0.7619048, 0.6315789, 0.9], abs=1e-7)
    assert figures.support.tolist() == [10, 10, 10]
    assert figures.predicted.tolist() == [11, 9, 10]
    found = summary_metrics(THREE)
    assert found["accuracy"] == pytest.approx(23 / 30)
    assert found["macro_f1"] == pytest.approx(0.7644946, abs=1e-7)


def test_what_is_undefined_is_not_a_number_and_counts_as_zero_in_the_averages() -> None:
    counts = np.array([[2, 1, 0], [0, 0, 0], [0, 0, 0]])
    figures = class_figures(counts)
    assert np.isnan(figures.precision).tolist() == [False, False, True]
    assert np.isnan(figures.recall).tolist() == [False, True, True]
    assert np.isnan(figures.f1).tolist() == [False, False, True]
    found = summary_metrics(counts)
    assert found["macro_recall"] == pytest.approx((2 / 3 + 0) / 2)
    assert found["balanced_accuracy"] == pytest.approx(2 / 3)


def test_an_empty_matrix_has_no_metrics() -> None:
    assert summary_metrics(np.zeros((3, 3), dtype=int)) == {}


@settings(max_examples=40)
@given(answered)
def test_the_metrics_are_those_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    truth, answers = zip(*pairs, strict=True)
    report = sklearn_metrics.classification_report(
        truth, answers, output_dict=True, zero_division=0
    )
    expected = {"accuracy": sklearn_metrics.accuracy_score(truth, answers)}
    with warnings.catch_warnings():  # that there is one class, that an answer never was the truth
        warnings.simplefilter("ignore", UserWarning)
        expected["balanced_accuracy"] = sklearn_metrics.balanced_accuracy_score(truth, answers)
        expected["matthews_correlation"] = sklearn_metrics.matthews_corrcoef(truth, answers)
    for average in ("macro", "weighted"):
        for name in ("precision", "recall", "f1"):
            key = {"f1": "f1-score"}.get(name, name)
            expected[f"{average}_{name}"] = report[f"{average} avg"][key]
    assert summary_metrics(counts_of(pairs)) == pytest.approx(expected, abs=1e-12)


@settings(max_examples=40)
@given(answered)
def test_each_class_has_the_figures_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    truth, answers = zip(*pairs, strict=True)
    found = class_figures(counts_of(pairs))
    expected = sklearn_metrics.precision_recall_fscore_support(
        truth, answers, labels=LABELS, zero_division=np.nan
    )
    for name, values in zip(("precision", "recall", "f1", "support"), expected, strict=True):
        occurs = (found.support + found.predicted) > 0
        assert getattr(found, name)[occurs] == pytest.approx(values[occurs], nan_ok=True), name


@given(answered, st.permutations(range(len(LABELS))))
def test_the_order_of_the_classes_does_not_matter(
    pairs: list[tuple[str, str]], order: list[int]
) -> None:
    counts = counts_of(pairs)
    assert summary_metrics(counts[np.ix_(order, order)]) == pytest.approx(summary_metrics(counts))


@given(answered)
def test_classes_that_never_occur_change_nothing(pairs: list[tuple[str, str]]) -> None:
    counts = counts_of(pairs)
    assert summary_metrics(np.pad(counts, (0, 2))) == pytest.approx(summary_metrics(counts))
