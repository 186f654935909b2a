from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import diagnostics
from diagnostics import Filter
from diagnostics.examples.attributes import NoValues
from diagnostics.examples.contrast import mistakes_in_common
from diagnostics.examples.contrast_tests import (
    contrast_table,
    haldane_ratio,
    mantel_haenszel,
    stratified_p,
)
from diagnostics.statistics.multiple_testing import benjamini_hochberg

TEXTS = [
    *["my Refund, refund!", "refund now", "a refund today"],
    *["where is it", "where is that", "hello it is", "it is me", "that is it", "refund it"],
]


def recorded(folder: Path, **given_columns: Any) -> tuple[Any, Any]:
    """One run with what was given, as the only one of its experiment."""
    diagnostics.record(folder / "results" / "one", experiment="all", **given_columns)
    (experiment,) = diagnostics.open_workspace(folder / "results").experiments
    return experiment, experiment.runs[0]


def cell(a: float, b: float, n1: float, n0: float) -> tuple[np.ndarray, ...]:
    return tuple(np.array([value], float) for value in (a, b, n1, n0))


def test_words_are_counted_once_for_each_example(tmp_path: Path) -> None:
    answers = ["b"] * 3 + ["a"] * 6
    experiment, run = recorded(
        tmp_path, content=TEXTS, true_label=["a"] * 9, predicted_label=answers
    )
    found = mistakes_in_common(run, Filter(true_label="a", predicted_label="b"), experiment)
    assert (found.mistakes, found.right, found.true_labels) == (3, 6, 1)
    assert found.method == "Fisher's exact test"
    row = found.items.iloc[0]
    assert (row["item"], row["kind"], row["column"]) == ("refund", "word", "text")
    assert (row["mistakes"], row["right"]) == (3, 1)
    assert (row["mistake_share"], row["right_share"]) == (1.0, pytest.approx(1 / 6))
    assert set(found.items["item"]) == {"refund", "it", "is"}  # the others are in too few


@settings(max_examples=60)
@given(st.integers(1, 30), st.integers(1, 30), st.data())
def test_of_one_class_it_is_fishers_exact_test(n1: int, n0: int, data: st.DataObject) -> None:
    from scipy.stats import fisher_exact

    a, b = data.draw(st.integers(0, n1)), data.draw(st.integers(0, n0))
    p = stratified_p(np.zeros(1, int), *cell(a, b, n1, n0), 1)
    assert p[0] == pytest.approx(fisher_exact([[a, b], [n1 - a, n0 - b]]).pvalue, rel=1e-6)


def test_over_classes_all_outcomes_as_improbable_are_added() -> None:
    rng = np.random.default_rng(3)
    n1, n0, has = np.array([4, 6, 3]), np.array([9, 5, 8]), np.array([5, 4, 6])
    a = np.array([3, 3, 2])
    item = np.zeros(3, int)
    p = stratified_p(item, a.astype(float), (has - a).astype(float), n1 * 1.0, n0 * 1.0, 1)
    draws = sum(rng.hypergeometric(n1, n0, has, size=(200_000, 3)).T)
    share = np.bincount(draws, minlength=14) / len(draws)
    expected = share[share <= share[a.sum()] * 1.02].sum()
    assert p[0] == pytest.approx(expected, abs=0.005)


def test_where_counts_vary_enough_it_is_that_of_cochran_mantel_and_haenszel() -> None:
    from statsmodels.stats.contingency_tables import StratifiedTable

    tables = np.array([[[60, 140], [90, 410]], [[40, 160], [80, 420]]], float)
    a, b = tables[:, 0, 0], tables[:, 1, 0]
    n1, n0 = tables[:, 0].sum(axis=1), tables[:, 1].sum(axis=1)
    p = stratified_p(np.zeros(2, int), a, b, n1, n0, 1)
    kept = StratifiedTable([table for table in tables])
    assert p[0] == pytest.approx(kept.test_null_odds(correction=True).pvalue, rel=1e-9)


def test_the_common_ratio_and_its_interval_are_those_of_statsmodels() -> None:
    from statsmodels.stats.contingency_tables import StratifiedTable

    tables = np.array([[[6, 14], [9, 41]], [[0, 16], [8, 42]], [[3, 4], [1, 20]]], float)
    kept = StratifiedTable([table for table in tables])
    n1, n0 = tables[:, 0].sum(axis=1), tables[:, 1].sum(axis=1)
    ratio, low, high = mantel_haenszel(
        np.zeros(3, int), tables[:, 0, 0], tables[:, 1, 0], n1, n0, 1
    )
    assert ratio[0] == pytest.approx(kept.oddsratio_pooled)
    assert (low[0], high[0]) == pytest.approx(kept.oddsratio_pooled_confint())


def test_many_classes_of_one_mistake_each_do_not_make_a_ratio() -> None:
    """A word in 5 % of everything; one half added to every cell makes its ratio 6.6."""
    rng = np.random.default_rng(0)
    classes, repeats = 150, 40
    a = rng.binomial(1, 0.05, (repeats, classes)).ravel().astype(float)
    b = rng.binomial(100, 0.05, (repeats, classes)).ravel().astype(float)
    item = np.repeat(np.arange(repeats), classes)
    n1, n0 = np.full(len(a), 1.0), np.full(len(a), 100.0)
    ratio, low, high = mantel_haenszel(item, a, b, n1, n0, repeats)
    assert 0.85 < np.median(ratio) < 1.15
    assert ((low < 1) & (high > 1)).mean() >= 0.85


@pytest.mark.parametrize(("a", "b"), [([0], [4]), ([5], [3]), ([0, 2], [3, 7])])
def test_a_ratio_of_nothing_has_the_exact_end(a: list[int], b: list[int]) -> None:
    """The ends of `fisher.test` and `mantelhaen.test(exact = TRUE)`: one tail of 2.5 %."""
    from scipy.stats import nchypergeom_fisher

    own, rest = np.array([5, 6])[: len(a)], np.array([9, 7])[: len(a)]
    some, others = np.array(a, float), np.array(b, float)
    found = mantel_haenszel(np.zeros(len(a), int), some, others, own * 1.0, rest * 1.0, 1)
    ratio, low, high = (value[0] for value in found)
    is_fewest = bool(some[0] == 0)
    end = high if is_fewest else low
    assert (ratio, low if is_fewest else high) == ((0, 0) if is_fewest else (np.inf, np.inf))
    tail = np.prod(
        [
            nchypergeom_fisher(n1 + n0, x + y, n1, end).pmf(x)
            for x, y, n1, n0 in zip(a, b, own, rest, strict=True)
        ]
    )
    assert tail == pytest.approx(0.025, rel=1e-4)


def test_of_one_class_one_half_is_added_to_every_cell() -> None:
    from statsmodels.stats.contingency_tables import Table2x2

    table = Table2x2(np.array([[3.5, 0.5], [1.5, 6.5]]))
    found = [value[0] for value in haldane_ratio(*cell(3, 1, 3, 7))]
    assert found == pytest.approx([table.oddsratio, *table.oddsratio_confint()])


def test_a_class_with_more_mistakes_does_not_lend_them_its_words(tmp_path: Path) -> None:
    """Half of `hard` is wrong, whatever its texts say; only that class says `invoice`."""
    rng = np.random.default_rng(5)
    true = ["hard"] * 200 + ["easy"] * 800
    says = [label == "hard" and rng.random() < 0.9 for label in true]
    texts = ["invoice please" if said else "hello there" for said in says]
    wrong = [rng.random() < (0.5 if label == "hard" else 0.02) for label in true]
    answers = ["other" if bad else label for bad, label in zip(wrong, true, strict=True)]
    experiment, run = recorded(tmp_path, content=texts, true_label=true, predicted_label=answers)
    found = mistakes_in_common(run, Filter(), experiment)
    assert found.true_labels == 2
    assert found.items["p_adjusted"].min() > 0.2
    row = found.items.set_index("item").loc["invoice"]
    assert row["mistake_share"] > 3 * row["right_share"]  # what pooling would have believed
    assert row["low"] < 1 < row["high"]


def test_what_everybody_of_the_classes_has_gives_no_ratio(tmp_path: Path) -> None:
    true = ["a"] * 20 + ["b"] * 20
    answers = ["b"] * 5 + ["a"] * 20 + ["b"] * 15
    texts = [f"my {label}" for label in true]
    experiment, run = recorded(tmp_path, content=texts, true_label=true, predicted_label=answers)
    row = mistakes_in_common(run, None, experiment).items.set_index("item").loc["my"]
    assert np.isnan(row[["odds_ratio", "low", "high"]].to_numpy(float)).all()
    assert row["p"] == 1


def test_what_was_planted_is_found_and_nothing_else(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    words = [f"word{number}" for number in range(40)]
    texts = [" ".join(rng.choice(words, 6)) for _ in range(600)]
    wrong = np.array([rng.random() < (0.6 if "word7" in text.split() else 0.1) for text in texts])
    experiment, run = recorded(
        tmp_path, content=texts, true_label=["a"] * 600, predicted_label=np.where(wrong, "b", "a")
    )
    items = mistakes_in_common(run, Filter(), experiment).items
    assert items["item"].iloc[0] == "word7"
    assert items.loc[items["p_adjusted"] < 0.01, "item"].tolist() == ["word7"]
    assert items["p_adjusted"].to_numpy() == pytest.approx(benjamini_hochberg(items["p"]))


def test_values_of_columns_and_ranges_of_numbers_are_items(tmp_path: Path) -> None:
    import pandas as pd

    content = pd.DataFrame(
        {"country": ["fr"] * 20 + ["de"] * 40, "age": np.arange(60.0), "name": map(str, range(60))}
    )
    answers = ["b"] * 20 + ["a"] * 40
    experiment, run = recorded(
        tmp_path, content=content, true_label=["a"] * 60, predicted_label=answers
    )
    items = mistakes_in_common(run, None, experiment).items.set_index("item")
    assert items.loc["country = fr", ["mistakes", "right"]].tolist() == [20, 0]
    assert items.loc["age: 0 to 11", "mistakes"] == 12
    assert items.loc["age: 0 to 11", "kind"] == "range"
    assert set(items["column"]) == {"country", "age"}


def test_right_answers_with_other_words_do_not_count_where_words_were_asked_for(
    tmp_path: Path,
) -> None:
    experiment, run = recorded(
        tmp_path,
        content=["refund a", "refund b", "refund c", "refund d", "refund e", "refund f", *"xyz"],
        true_label=["a"] * 9,
        predicted_label=["b"] * 3 + ["a"] * 6,
    )
    found = mistakes_in_common(run, Filter(text="refund"), experiment)
    assert (found.mistakes, found.right) == (3, 3)


@pytest.mark.parametrize(
    ("where", "said"),
    [
        (Filter(correct=True), "right answers only"),
        (Filter(predicted_label="a"), "no mistakes"),
        (Filter(text="where", predicted_label="b"), "no mistakes"),
    ],
)
def test_what_cannot_be_held_against_anything_says_why(
    tmp_path: Path, where: Filter, said: str
) -> None:
    answers = ["b"] * 3 + ["a"] * 6
    experiment, run = recorded(
        tmp_path, content=TEXTS, true_label=["a"] * 9, predicted_label=answers
    )
    with pytest.raises(NoValues, match=said):
        mistakes_in_common(run, where, experiment)


def test_without_content_the_message_says_what_would_bring_it(tmp_path: Path) -> None:
    experiment, run = recorded(
        tmp_path, true_label=["a"] * 9, predicted_label=["b"] * 3 + ["a"] * 6
    )
    with pytest.raises(NoValues, match="Record the run with its content"):
        mistakes_in_common(run, Filter(), experiment)


def test_no_items_make_an_empty_table_with_the_same_columns() -> None:
    content = pl.DataFrame({"row": [0, 1], "true_label": [0, 0], "is_mistake": [True, False]})
    items = pl.DataFrame(
        schema={"row": pl.Int64, "kind": pl.String, "column": pl.String, "value": pl.String}
    )
    found = contrast_table(content, items, least=3, most=10)
    assert len(found) == 0
    assert {"item", "mistakes", "right", "odds_ratio", "p_adjusted"} <= set(found.columns)


def test_of_pictures_what_the_model_was_fed_is_compared(tmp_path: Path) -> None:
    from sklearn.naive_bayes import GaussianNB

    rng = np.random.default_rng(4)
    X = rng.normal(size=(90, 4))
    X[:30, 2] += 4  # what is more here is answered as b
    model = GaussianNB().fit(X, ["b"] * 30 + ["a"] * 60)
    experiment, run = recorded(
        tmp_path,
        model=model,
        X=X,
        true_label=["a"] * 90,
        content={"image": [f"{n}.png" for n in range(90)]},
        keep_model=True,
    )
    with pytest.raises(NoValues, match="no words and no columns"):
        mistakes_in_common(run, None, experiment)
    items = mistakes_in_common(run, None, experiment, root=tmp_path / "results").items
    assert set(items["kind"]) == {"feature"}
    assert items["column"].iloc[0] == "feature 2"


def test_dots_of_a_picture_are_named_by_their_rows_and_columns() -> None:
    from diagnostics.examples.contrast_inputs import _names

    assert _names([4], (2, 2)) == [f"row {y}, column {x}" for y in (1, 2) for x in (1, 2)]
    assert _names([3], (2, 2)) == ["feature 0", "feature 1", "feature 2"]
    assert _names([1, 2], None) == ["row 1, column 1", "row 1, column 2"]
