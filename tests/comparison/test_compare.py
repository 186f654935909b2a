"""Two runs on the same examples: counts, figures of each class, and what cannot be paired."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import precision_recall_fscore_support

from diagnostics import Comparison, DiagnosticsError, compare_predictions, summary_metrics
from diagnostics.comparison.comparison import verdict
from diagnostics.statistics.mcnemar import mcnemar_midp

#: Six examples that can be counted by hand: one fixed, two broken, one wrong twice, two right.
TRUE = ["cat", "cat", "dog", "dog", "owl", "owl"]
OLD = ["dog", "cat", "dog", "dog", "cat", "owl"]
NEW = ["cat", "owl", "cat", "dog", "cat", "owl"]
LABELS = st.sampled_from(["cat", "dog", "owl"])
ROWS = st.lists(st.tuples(LABELS, LABELS, LABELS), min_size=1, max_size=40)


def frame(answers: list[Any], **changes: Any) -> pd.DataFrame:
    given: dict[str, Any] = {
        "example": [f"e{number}" for number in range(len(answers))],
        "true_label": TRUE[: len(answers)],
        "predicted_label": answers,
        **changes,
    }
    return pd.DataFrame(given)


def compared(rows: list[tuple[str, str, str]]) -> Comparison:
    true, old, new = (list(column) for column in zip(*rows, strict=True))
    return compare_predictions(frame(old, true_label=true), frame(new, true_label=true))


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


def test_two_different_wrong_answers_are_told_from_the_same_one() -> None:
    found = compared([("cat", "dog", "owl"), ("cat", "dog", "dog"), ("cat", "owl", "owl")])
    assert (found.both_wrong_different, found.both_wrong_same, found.both_wrong) == (1, 2, 3)


def test_shares_of_nothing_are_unknown() -> None:
    found = compared([("cat", "dog", "cat")])
    assert found.backward_trust is None
    assert found.backward_error is None
    assert compared([("cat", "cat", "cat")]).backward_error is None


def as_lazy_polars(rows: pd.DataFrame) -> Any:
    return pl.from_pandas(rows).lazy()


def as_arrow(rows: pd.DataFrame) -> Any:
    return pl.from_pandas(rows).to_arrow()


def as_duckdb(rows: pd.DataFrame) -> Any:
    import duckdb

    return duckdb.from_arrow(as_arrow(rows))


@pytest.mark.parametrize("convert", [as_lazy_polars, as_arrow, as_duckdb])
def test_every_kind_of_frame_gives_the_same(convert: Callable[[pd.DataFrame], Any]) -> None:
    sides = [frame(answers).sample(frac=1, random_state=seed) for seed, answers in enumerate(
        ([*OLD[:5], None], NEW))]  # fmt: skip
    expected = compare_predictions(*sides)
    found = compare_predictions(*map(convert, sides))
    assert (found.outcomes, found.unpaired) == (expected.outcomes, expected.unpaired)
    assert expected.unpaired.without_answer == 1
    pd.testing.assert_frame_equal(found.classes, expected.classes)
    pd.testing.assert_frame_equal(found.flow, expected.flow)


@pytest.mark.parametrize("convert", [pd.DataFrame, as_lazy_polars, as_arrow, as_duckdb])
def test_every_kind_of_frame_leaves_out_what_is_there_twice(
    convert: Callable[[pd.DataFrame], Any],
) -> None:
    folds = {"example": ["1", "2", "3", "1", "2", "2"], "fold": [0, 0, 0, 1, 1, 1]}
    found = compare_predictions(convert(frame(OLD, **folds)), convert(frame(NEW, **folds)))
    assert (found.paired, found.unpaired.duplicated, found.unpaired.total) == (4, 1, 1)
    assert (found.fixed, found.broken, found.both_right) == (1, 2, 1)


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_outcomes_are_those_of_a_cross_tabulation(rows: list[tuple[str, str, str]]) -> None:
    found = compared(rows)
    true, old, new = np.array(rows).T
    right = pd.crosstab(pd.Series(old == true), pd.Series(new == true))
    cell = {
        (before, after): int(right.get(after, pd.Series()).get(before, 0))
        for before in (True, False)
        for after in (True, False)
    }
    assert (found.fixed, found.broken) == (cell[False, True], cell[True, False])
    assert (found.both_right, found.both_wrong) == (cell[True, True], cell[False, False])
    assert sum(found.outcomes.values()) == found.paired == len(rows)
    assert found.churn == pytest.approx((old != new).mean())
    gained = (new == true).mean() - (old == true).mean()
    assert found.positive_flip_rate - found.negative_flip_rate == pytest.approx(gained)


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_swapping_the_runs_swaps_the_signs(rows: list[tuple[str, str, str]]) -> None:
    here = compared(rows)
    there = compared([(true, new, old) for true, old, new in rows])
    assert (here.fixed, here.broken, here.net) == (there.broken, there.fixed, -there.net)
    assert (here.both_right, here.both_wrong_same) == (there.both_right, there.both_wrong_same)
    assert (here.mcnemar_p, here.mcnemar_midp) == (there.mcnemar_p, there.mcnemar_midp)
    np.testing.assert_allclose(here.metrics["difference"], -there.metrics["difference"])
    np.testing.assert_array_equal(here.flow_table, there.flow_table.T)
    np.testing.assert_allclose(here.mix.p, there.mix.p)
    np.testing.assert_array_equal(here.classes["p"], there.classes["p"])


@settings(max_examples=25, deadline=None)
@given(ROWS, st.permutations(["cat", "dog", "owl"]))
def test_other_names_for_the_labels_change_nothing(
    rows: list[tuple[str, str, str]], names: list[str]
) -> None:
    renamed = dict(zip(["cat", "dog", "owl"], names, strict=True))
    here = compared(rows)
    there = compared([tuple(renamed[label] for label in row) for row in rows])  # type: ignore[misc]
    assert (here.outcomes, here.mcnemar_midp) == (there.outcomes, there.mcnemar_midp)
    for name in ("a", "b", "difference"):
        np.testing.assert_allclose(here.metrics[name], there.metrics[name])
    classes = here.classes.assign(label=here.classes["label"].map(renamed))
    ordered = classes.sort_values("label", ignore_index=True)
    pd.testing.assert_frame_equal(ordered, there.classes, check_dtype=False)


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_every_row_twice_doubles_the_counts_and_keeps_the_metrics(
    rows: list[tuple[str, str, str]],
) -> None:
    once, twice = compared(rows), compared([*rows, *rows])
    assert twice.outcomes == {name: 2 * n for name, n in once.outcomes.items()}
    np.testing.assert_allclose(twice.metrics["difference"], once.metrics["difference"])
    assert twice.churn == once.churn
    assert twice.mcnemar_p <= once.mcnemar_p


def many_rows() -> list[tuple[str, str, str]]:
    random = np.random.default_rng(0)
    truth = random.choice(["cat", "dog", "owl", "pig"], 2_000, p=[0.5, 0.3, 0.15, 0.05])
    answers = [
        np.where(random.random(2_000) < right, truth, random.permutation(truth))
        for right in (0.6, 0.65)
    ]
    return list(zip(truth, *answers, strict=True))


def test_metrics_are_those_of_each_run_alone() -> None:
    found = compared(many_rows())
    metrics = found.metrics.set_index("metric")
    for side, counts in zip("ab", found.confusions, strict=True):
        assert metrics[side].to_dict() == summary_metrics(counts)
    np.testing.assert_allclose(metrics["difference"], metrics["b"] - metrics["a"])
    assert (metrics["low"] < metrics["difference"]).all()
    assert (metrics["difference"] < metrics["high"]).all()


def test_classes_are_those_of_pandas_and_scikit_learn() -> None:
    rows = many_rows()
    classes = compared(rows).classes.set_index("label")
    table = pd.DataFrame(rows, columns=["true", "old", "new"])
    for label, part in table.groupby("true"):
        right = [(part["true"] == part[side]) for side in ("old", "new")]
        fixed, broken = int((~right[0] & right[1]).sum()), int((right[0] & ~right[1]).sum())
        row = classes.loc[label]
        assert (row.support, row.fixed, row.broken) == (len(part), fixed, broken)
        assert row.net == fixed - broken
        assert row.p == mcnemar_midp(fixed, broken)
    for side, column in (("a", "old"), ("b", "new")):
        expected = precision_recall_fscore_support(table["true"], table[column])
        for name, values in zip(("precision", "recall", "f1"), expected[:3], strict=True):
            np.testing.assert_allclose(classes[f"{name}_{side}"], values)


def test_p_values_of_classes_are_adjusted_for_their_number() -> None:
    from statsmodels.stats.multitest import multipletests

    classes = compared(many_rows()).classes
    expected = multipletests(classes["p"], method="fdr_bh")[1]
    np.testing.assert_allclose(classes["p_adjusted"], expected)


def test_a_label_that_is_never_true_is_no_test() -> None:
    found = compared([("cat", "cat", "cat"), ("dog", "cat", "bat")]).classes.set_index("label")
    assert list(found.index) == ["bat", "cat", "dog"]
    assert np.isnan(found.loc["bat", ["p", "p_adjusted", "recall_a"]].astype(float)).all()


def test_flow_says_which_label_became_which() -> None:
    found = compare_predictions(frame(OLD), frame(NEW))
    expected = pd.crosstab(pd.Series(OLD), pd.Series(NEW))
    assert found.flow["n"].is_monotonic_decreasing
    for row in found.flow.itertuples():
        assert row.n == expected.loc[row.predicted_a, row.predicted_b]
        assert row.share_of_a == row.n / OLD.count(row.predicted_a)
    assert found.flow["n"].sum() == 6


def unlabelled() -> Comparison:
    sides = [frame(answers).drop(columns="true_label") for answers in (OLD, NEW)]
    return compare_predictions(*sides)


def test_without_truth_there_is_agreement() -> None:
    found = unlabelled()
    assert not found.has_truth
    assert (found.paired, found.fixed, found.unpaired.total) == (6, 0, 0)
    assert np.isnan([found.mcnemar_p, found.mcnemar_midp]).all()
    assert found.metrics.empty
    assert found.classes.empty
    assert (found.agreement.agree, found.agreement.disagree) == (3, 3)
    assert (found.churn, found.negative_flip_rate) == (0.5, None)
    assert found.agreement.low < 0.5 < found.agreement.high
    answered = found.answered.set_index("label")
    assert answered.loc["dog", ["n_a", "n_b", "agree", "disagree"]].tolist() == [3, 1, 1, 2]
    assert answered.loc["dog", "disagreement"] == pytest.approx(2 / 3)
    assert answered.loc["dog", "share_difference"] == pytest.approx(-2 / 6)


def test_a_column_of_missing_truths_is_no_truth() -> None:
    sides = [frame(answers, true_label=[None] * 6) for answers in (OLD, NEW)]
    assert not compare_predictions(*sides).has_truth


def test_a_truth_that_one_run_gives_counts_for_both() -> None:
    found = compare_predictions(frame(OLD), frame(NEW).drop(columns="true_label"))
    assert (found.fixed, found.broken) == (1, 2)
    note = "6 examples have a true label in one run only; it is taken for both."
    assert found.notes == (note,)


def test_what_cannot_be_paired_is_counted_by_its_reason() -> None:
    old = frame(OLD, example=["1", "2", "3", "4", "5", "only old"])
    truth = ["cat", "dog", "dog", None, "owl", "owl", "owl", "owl"]
    new = frame([*NEW[:4], None, "cat", "cat", "cat"], true_label=truth,
                example=["1", "2", "3", "4", "5", "only new", "twice", "twice"])  # fmt: skip
    old = pd.concat([old, frame(["cat"], example=["twice"], true_label=["owl"])])
    old.loc[3, "true_label"] = None
    found = compare_predictions(old, new)
    assert vars(found.unpaired) == {
        "only_a": 1,
        "only_b": 1,
        "truth_differs": 1,
        "without_truth": 1,
        "without_answer": 1,
        "duplicated": 1,
    }
    assert (found.paired, found.unpaired.total) == (2, 6)
    assert found.unpaired.reasons("old", "new")[:2] == [
        "1: only 'old' has an answer.",
        "1: only 'new' has an answer.",
    ]
    # Judged or not, two answers to one example agree or not.
    assert found.agreement.examples == 3


def test_examples_in_folds_that_repeat_are_paired_fold_by_fold() -> None:
    folds = {"example": ["1", "2", "1", "2"], "fold": [0, 0, 1, 1], "true_label": TRUE[:4]}
    found = compare_predictions(frame(OLD[:4], **folds), frame(NEW[:4], **folds).iloc[[3, 1, 0, 2]])
    assert (found.paired, found.fixed, found.broken) == (4, 1, 2)
    assert "not independent" in found.notes[0]


def test_folds_that_do_not_repeat_need_not_be_the_same() -> None:
    found = compare_predictions(frame(OLD, fold=[0, 1, 2] * 2), frame(NEW, fold=[0, 0, 1, 1, 2, 2]))
    assert (found.paired, found.fixed, found.broken, found.notes) == (6, 1, 2, ())


def test_a_split_can_be_chosen() -> None:
    split = ["test"] * 3 + ["train"] * 3
    found = compare_predictions(frame(OLD, split=split), frame(NEW, split=split), split="test")
    assert (found.paired, found.split) == (3, "test")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"example": list("uvwxyz")}, "'a' and 'b' share 0 of 6 examples, too few to compare them"),
        ({"example": ["e0", "e1", *"wxyz"]}, "share 2 of 6 examples"),
        ({"true_label": TRUE[::-1]}, "different true labels to 4 of 6 shared examples"),
        ({"example": ["e0"] * 6}, "with the same ids, each example once."),
    ],
    ids=["other ids", "few shared", "other truths", "one id"],
)
def test_runs_on_different_data_are_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(DiagnosticsError) as refused:
        compare_predictions(frame(OLD), frame(NEW, **change))
    assert says in str(refused.value)


def test_what_is_no_frame_of_predictions_is_refused() -> None:
    with pytest.raises(DiagnosticsError, match="Column 'predicted_label' not found"):
        compare_predictions(frame(OLD), frame(NEW).drop(columns="predicted_label"))
    with pytest.raises(DiagnosticsError, match="must be a dataframe, not list"):
        compare_predictions(frame(OLD), NEW)


def test_labels_may_be_numbers() -> None:
    sides = [
        pd.DataFrame({"example": [1, 2, 3], "true_label": [0, 1, 10], "predicted_label": answers})
        for answers in ([0, 0, 10], [0, 1, 0])
    ]
    found = compare_predictions(*sides)
    assert found.labels == ("0", "1", "10")
    assert (found.fixed, found.broken) == (1, 1)
    assert nw.from_native(found.flow)["n"].sum() == 3


def test_labels_beside_missing_ones_are_the_same_labels() -> None:
    old = frame([0, 1, None, 2, 1, 1], true_label=[0, 1, 1, 1, 1, None])
    found = compare_predictions(old, frame([0, 2, 1, 1, 1, 1], true_label=[0, 1, 1, 1, 1, 1]))
    assert found.labels == ("0", "1", "2")
    assert (found.fixed, found.broken, found.both_right) == (1, 1, 3)
    assert found.unpaired.without_answer == 1


def test_an_empty_text_is_a_label() -> None:
    assert compared([("", "", "cat"), ("cat", "", "cat")]).labels == ("", "cat")


def repeated(fixed: int, broken: int) -> Comparison:
    return compared([("cat", "dog", "cat")] * fixed + [("cat", "cat", "dog")] * broken)


@pytest.mark.parametrize(
    ("fixed", "broken", "says"),
    [
        (264, 257, "264 fixed, 257 broken, net +7: no evidence of a difference (p = 0.79)."),
        (257, 264, "257 fixed, 264 broken, net −7: no evidence of a difference (p = 0.79)."),
        (3, 3, "3 fixed, 3 broken, net 0: no evidence of a difference (p = 1)."),
        (296, 189, "296 fixed, 189 broken, net +107: 'b' is right more often than 'a' "
                   "(p = 1.4e-06)."),
        (189, 296, "189 fixed, 296 broken, net −107: 'a' is right more often than 'b' "
                   "(p = 1.4e-06)."),
    ],
)  # fmt: skip
def test_the_verdict_is_a_sentence(fixed: int, broken: int, says: str) -> None:
    assert verdict(repeated(fixed, broken)) == says


def test_the_verdict_without_truth_says_what_it_cannot_say() -> None:
    assert verdict(unlabelled()) == (
        "'a' and 'b' disagree on 3 of 6 examples (50.0%, 95 % interval 18.8% to 81.2%). Without "
        "true labels nothing says which is right more often."
    )


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame])
def test_frames_whose_ids_mean_other_texts_are_strangers(kind: Any) -> None:
    rows = {"example": list("abcd"), "true_label": ["x"] * 4, "predicted_label": ["x", "y"] * 2}
    first = kind({**rows, "text": ["one", "two", "three", "four"]})
    mended = kind({**rows, "text": ["one ", "two", "THREE", "four"]})
    assert compare_predictions(first, mended).paired == 4
    other = kind({**rows, "text": ["two", "three", "four", "one"]})
    with pytest.raises(DiagnosticsError, match="another 'text' in 4 of 4 examples"):
        compare_predictions(first, other)
