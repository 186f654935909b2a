"""What parameters did to the score, against closed forms, statsmodels and plain counting."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from diagnostics import Experiment, Problem
from diagnostics.runs.parameters.effects import (
    importance,
    joined,
    marginal_means,
    noise_share,
    pair_means,
    run_values,
)
from diagnostics.runs.parameters.search_edges import Edge, edges, is_seed
from diagnostics.runs.parameters.surrogate import surrogate
from diagnostics.runs.parameters.trials import coarse, families, given_amounts, trials
from diagnostics.runs.parameters.variance_shares import full_grid, variance_shares
from tests.made.trial_runs import experiment_of, grid_of, run_of

FIVE = (-1.0, -0.5, 0.0, 0.5, 1.0)


def shares(found: Any) -> dict[str, float]:
    return dict(zip(found.shares["name"], found.shares["share"], strict=True))


def closed_form() -> Experiment:
    """2a + b + ac on five values of each."""
    points = [dict(zip("abc", point, strict=True)) for point in product(FIVE, repeat=3)]
    return grid_of([2 * p["a"] + p["b"] + p["a"] * p["c"] for p in points], points)


def random_points(n: int = 120) -> Experiment:
    random = np.random.default_rng(0)
    points = [dict(zip("abc", row, strict=True)) for row in random.uniform(-1, 1, (n, 3)).tolist()]
    return grid_of([2 * p["a"] + p["b"] + p["a"] * p["c"] for p in points], points)


def test_shares_of_a_full_grid_are_those_of_the_closed_form() -> None:
    found = importance(trials(closed_form(), "accuracy"))
    assert found.method == "grid"
    known = shares(found)
    assert known["a"] == pytest.approx(2 / 2.75)
    assert known["b"] == pytest.approx(0.5 / 2.75)
    assert known["c"] == pytest.approx(0.0, abs=1e-12)
    first = found.pairs.iloc[0]
    assert {first["first"], first["second"]} == {"a", "c"}
    assert first["share"] == pytest.approx(0.25 / 2.75)
    assert found.pairs["share"].iloc[1:].abs().max() < 1e-12
    assert found.rest == pytest.approx(0.0, abs=1e-12)


def test_shares_are_the_sums_of_squares_of_a_balanced_analysis_of_variance() -> None:
    import statsmodels.formula.api as smf
    from statsmodels.stats.anova import anova_lm

    scores = np.random.default_rng(1).normal(size=(3, 4, 2))
    cells = [(*place, value) for place, value in np.ndenumerate(scores)]
    frame = pd.DataFrame(cells, columns=["a", "b", "c", "y"])
    model = smf.ols("y ~ C(a) * C(b) + C(a) * C(c) + C(b) * C(c)", frame).fit()
    squares = anova_lm(model)["sum_sq"]
    expected = [squares[name] / ((scores - scores.mean()) ** 2).sum() for name in (
        "C(a)", "C(b)", "C(c)", "C(a):C(b)", "C(a):C(c)", "C(b):C(c)")]  # fmt: skip
    assert variance_shares(scores)["share"].tolist() == pytest.approx(expected)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(-5, 5), min_size=12, max_size=12),
    st.floats(0.1, 9),
    st.floats(-3, 3),
)
def test_shares_are_between_0_and_1_and_do_not_know_the_unit(
    values: list[float], scale: float, shift: float
) -> None:
    scores = np.array(values).reshape(2, 3, 2)
    if np.ptp(scores) < 1e-3:
        return
    shares = variance_shares(scores)["share"]
    assert (shares >= 0).all()
    assert shares.sum() <= 1 + 1e-9
    assert variance_shares(scores * scale + shift)["share"].tolist() == pytest.approx(
        shares.tolist(), abs=1e-9
    )


def test_equal_scores_have_no_shares() -> None:
    assert variance_shares(np.full((2, 2), 0.7))["share"].isna().all()
    found = importance(trials(grid_of([0.7] * 3, [{"C": n} for n in range(3)]), "accuracy"))
    assert found.reason == "All of these runs have the same score."


def test_parameters_that_were_not_varied_independently_are_one_block() -> None:
    kinds = [
        {"analyzer": "word", "n": 1},
        {"analyzer": "word", "n": 2},
        {"analyzer": "char", "n": 4},
    ]
    points = [{**kind, "C": C} for kind in kinds for C in (1, 10)]
    found = importance(trials(grid_of([1, 2, 1, 2, 3, 4], points), "accuracy"))
    assert found.method == "grid"
    assert set(shares(found)) == {"analyzer + n", "C"}
    assert sum(shares(found).values()) == pytest.approx(1.0)


def test_a_grid_with_a_hole_is_no_full_grid_and_repeats_are_averaged() -> None:
    points = [{"a": a, "b": b} for a in (1, 2) for b in (1, 2)]
    assert full_grid(trials(grid_of([1, 2, 3], points[:3]), "accuracy")) is None
    grid = full_grid(trials(grid_of([1, 2, 3, 4, 6], [*points, points[3]]), "accuracy"))
    assert grid is not None
    assert grid.scores.tolist() == [[1, 2], [3, 5]]


def test_a_forest_ranks_random_points_as_they_were_made() -> None:
    found = importance(trials(random_points(), "accuracy"))
    assert found.method == "forest"
    assert found.r2 > 0.9
    weights = shares(found)
    # The reference on 120 such points is .840, .108 and .052.
    assert [weights[name] for name in "abc"] == pytest.approx([0.84, 0.11, 0.05], abs=0.05)
    assert sum(weights.values()) == pytest.approx(1.0)


def test_a_forest_is_the_same_each_time() -> None:
    found = trials(random_points(60), "accuracy")
    assert surrogate(found).weights == surrogate(found).weights


def test_a_forest_that_predicts_nothing_is_not_believed() -> None:
    random = np.random.default_rng(3)
    points = [{"a": a, "b": b} for a, b in random.uniform(size=(60, 2)).tolist()]
    found = importance(trials(grid_of(random.uniform(size=60).tolist(), points), "accuracy"))
    assert found.method == "none"
    assert "cannot predict their scores" in found.reason
    assert "0.3 is the least" in found.reason


def test_few_runs_that_are_no_grid_are_refused() -> None:
    found = importance(trials(random_points(8), "accuracy"))
    assert found.method == "none"
    assert found.reason.startswith("These 8 runs are no full grid")


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ([{"C": 1}], "3 runs with a score are needed, and 1 can be compared."),
        ([{"C": 1}] * 3, "No parameter differs between these runs."),
        (
            [{"C": 1}, {"C": 2}, {"C": 3}],
            "Only one parameter differs between these runs: the spread is its own and chance's.",
        ),
    ],
)
def test_why_there_is_no_importance_is_said(
    parameters: Sequence[Mapping[str, Any]], reason: str
) -> None:
    values = [0.1 * n for n in range(len(parameters))]
    assert importance(trials(grid_of(values, parameters), "accuracy")).reason == reason


def test_values_are_in_order_and_what_looks_alike_is_told_apart() -> None:
    given = [10, 1.5, "10", True, None, math.nan, "auto", False]
    runs = [run_of(f"r{n}", 0.5, {"x": value}) for n, value in enumerate(given)]
    (factor,) = trials(experiment_of(*runs, run_of("without", 0.5)), "accuracy").factors
    assert factor.values == (
        *("1.5", "10", "False", "True", "'10'", "auto", "None", "nan", "(not set)"),
    )
    assert factor.written[1] == factor.written[4] == {"10"}
    assert not factor.is_numeric


def test_long_numbers_are_cut_where_that_still_tells_them_apart() -> None:
    def values(*numbers: float) -> tuple[str, ...]:
        runs = grid_of([0.5] * len(numbers), [{"C": n} for n in numbers])
        return trials(runs, "accuracy").factors[0].values

    assert values(0.123456789, 2.5) == ("0.1235", "2.5")
    assert values(0.123456789, 0.123456788) == ("0.123456788", "0.123456789")


@pytest.mark.parametrize(
    ("numbers", "is_log"),
    [
        ([0.1, 1, 10], True),
        ([1, 2, 4, 8, 16], True),
        ([1, 2, 3, 4], False),
        ([0, 1, 10], False),
        ([1, 10], False),
    ],
)
def test_values_spaced_by_a_factor_are_recognised(numbers: list[float], is_log: bool) -> None:
    runs = grid_of([0.5] * len(numbers), [{"C": n} for n in numbers])
    assert trials(runs, "accuracy").factors[0].is_log == is_log


def test_only_runs_that_may_be_compared_are_tried() -> None:
    lacking = (Problem("unfinished-run", "d", "2 of 3 folds are there."),)
    runs = experiment_of(
        run_of("a", 0.5, {"C": 1}, resource=10.0),
        run_of("b", 0.6, {"C": 2}, resource=10.0),
        run_of("c", 0.7, {"C": 2}, resource=20.0),
        run_of("d", 0.8, {"C": 3}, resource=10.0, problems=lacking),
        run_of("e", math.nan, {"C": 4}, resource=10.0),
    )
    assert given_amounts(runs, "accuracy") == {10.0: 2, 20.0: 1}
    assert trials(runs, "accuracy", amount=10.0).runs == ("a", "b")
    assert trials(runs, "accuracy", amount=10.0, names=["b", "c"]).runs == ("b",)


def test_a_parameter_of_some_runs_is_judged_where_it_is_and_they_are_a_family() -> None:
    linear = [run_of(f"linear {C}", C / 10, {"model": "linear", "C": C}) for C in (1, 2, 3)]
    bayes = [run_of("bayes", 0.9, {"model": "bayes", "alpha": 1})]
    found = trials(experiment_of(*bayes, *linear), "accuracy")
    means = marginal_means(found, "C")
    assert means["value"].tolist() == ["1", "2", "3"]
    assert means["n"].sum() == 3
    largest, other = families(found)
    assert largest.runs == ("linear 1", "linear 2", "linear 3")
    assert largest.own == ("C",)
    assert other.own == ("alpha",)


def test_means_at_a_value_have_the_interval_of_student() -> None:
    points = [{"C": C, "g": g} for C in (1, 10) for g in range(4)]
    values = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 1.0]
    means = marginal_means(trials(grid_of(values, points), "accuracy"), "C")
    second = means.iloc[1]
    low, high = student.interval(
        0.95, 3, np.mean(values[4:]), np.std(values[4:], ddof=1) / math.sqrt(4)
    )
    assert (second["mean"], second["std"]) == pytest.approx((0.7, np.std(values[4:], ddof=1)))
    assert (second["low"], second["high"]) == pytest.approx((low, high))
    assert (second["lowest"], second["highest"], second["best_run"]) == (0.5, 1.0, "run 7")
    assert len(run_values(trials(grid_of(values, points), "accuracy"), "C")) == 8


def test_many_numbers_are_put_into_parts_with_about_as_many_runs() -> None:
    found = trials(random_points(), "accuracy")
    parts = coarse(found.factor("a"))
    assert len(parts.values) == 6
    assert np.bincount(parts.codes).tolist() == [20] * 6
    assert sum(map(len, parts.written)) == 120
    assert list(parts.numbers) == sorted(parts.numbers)


def test_many_texts_keep_the_usual_ones() -> None:
    points = [{"x": f"t{n % 30}"} for n in range(40)]
    parts = coarse(trials(grid_of([0.5] * 40, points), "accuracy").factor("x"))
    assert len(parts.values) == 12
    assert parts.values[-1] == "(others)"
    assert set(parts.values[:10]) == {f"t{n}" for n in range(10)}


def test_pairs_have_the_mean_of_their_runs() -> None:
    points = [{"a": a, "b": b, "c": c} for a in (1, 2) for b in (1, 2) for c in (1, 2)]
    cells = pair_means(trials(grid_of(list(range(8)), points), "accuracy"), "a", "b")
    assert cells["mean"].tolist() == [0.5, 2.5, 4.5, 6.5]
    assert cells["n"].tolist() == [2] * 4
    assert cells["best_run"].tolist() == ["run 1", "run 3", "run 5", "run 7"]


def edges_of(values: Sequence[float], parameters: Sequence[Mapping[str, Any]]) -> list[Edge]:
    found = trials(grid_of(values, parameters), "accuracy")
    return edges(found, importance(found))


def edge_of(values: Sequence[float], tried: Sequence[Any], name: str = "C") -> list[str]:
    found = edges_of(values, [{name: value} for value in tried])
    return [f"{edge.end} {edge.value}" for edge in found]


RISING = (0.1, 0.2, 0.3)


@pytest.mark.parametrize(
    ("tried", "name", "expected"),
    [
        ((0.1, 1, 10), "C", ["largest 10"]),
        ((10, 1, 0.1), "C", ["smallest 0.1"]),
        ((0.1, 10), "C", []),
        ((1.0, 0.5, 0.0), "l1_ratio", []),
        ((0.0, 0.5, 1.0), "l1_ratio", []),
        ((0.0, 0.5, 0.9), "l1_ratio", ["largest 0.9"]),
        ((5, 3, 1), "n_neighbors", []),
        ((5, 3, 2), "clf__min_samples_split", []),
        ((1, 2, 3), "random_state", []),
        ((False, True, None), "flag", []),
    ],
)
def test_an_edge_is_where_the_best_value_is_an_end_that_nature_did_not_set(
    tried: Sequence[Any], name: str, expected: list[str]
) -> None:
    assert edge_of(RISING[: len(tried)], tried, name) == expected


def test_no_limit_is_beyond_the_largest_number() -> None:
    assert edge_of((0.1, 0.2, 0.4, 0.3), (5, 10, 20, None), "max_depth") == []


def test_a_lucky_run_at_the_end_is_no_edge() -> None:
    points = [{"C": C, "g": g} for C in (1, 2, 3) for g in (1, 2)]
    assert edges_of([0.1, 0.1, 0.5, 0.6, 0.2, 0.9], points) == []
    found = edges_of([0.1, 0.1, 0.5, 0.6, 0.3, 0.9], points)
    assert [(edge.name, edge.inner) for edge in found] == [("C", "2")]


def test_a_tie_inside_the_range_is_no_edge() -> None:
    points = [{"C": C, "g": g} for C in (1, 2, 3) for g in (1, 2)]
    assert edges_of([0.1, 0.1, 0.2, 0.9, 0.8, 0.9], points) == []


def test_a_parameter_that_explains_nothing_has_no_edge() -> None:
    points = [{"C": C, "g": g} for C in (1, 2, 3) for g in (1, 2)]
    assert edges_of([0.1, 0.9, 0.1, 0.9, 0.1001, 0.9001], points) == []


def test_where_importance_is_unknown_an_end_must_stand_out_of_the_spread() -> None:
    points = [{"C": C, "g": g} for C in (1, 2, 3) for g in (1, 2)]
    holed = [*points[:4], *points[5:], {"C": 3, "g": 3}]
    assert edges_of([0.1, 0.7, 0.1, 0.7, 0.1, 0.75], holed) == []
    assert [edge.name for edge in edges_of([0.1, 0.2, 0.3, 0.4, 0.8, 0.9], holed)] == ["C"]


def test_of_losses_the_lowest_is_the_best() -> None:
    from diagnostics import Score

    runs = [
        run_of(f"r{C}", None, {"C": C}, scores=(Score("log_loss", loss, "test", None, False),))
        for C, loss in ((1, 0.9), (2, 0.5), (3, 0.2))
    ]
    found = trials(experiment_of(*runs), "log_loss")
    (edge,) = edges(found, importance(found))
    assert (edge.end, edge.value) == ("largest", "3")


def test_noise_is_one_minus_the_reliability_of_the_means() -> None:
    import statsmodels.formula.api as smf
    from statsmodels.stats.anova import anova_lm

    folds = np.random.default_rng(2).normal(size=(6, 5)) + np.arange(6)[:, None]
    frame = pd.DataFrame(
        [(row, fold, value) for (row, fold), value in np.ndenumerate(folds)],
        columns=["run", "fold", "y"],
    )
    squares = anova_lm(smf.ols("y ~ C(run) + C(fold)", frame).fit())["mean_sq"]
    assert noise_share(folds) == pytest.approx(squares["Residual"] / squares["C(run)"])
    assert math.isnan(noise_share(folds[:1]))
    assert math.isnan(noise_share(np.ones((3, 3))))


def test_seeds_are_known_by_name() -> None:
    assert is_seed("clf__random_state")
    assert is_seed("DIETClassifier.random_seed")
    assert not is_seed("speed")


def test_names_are_listed_as_people_do() -> None:
    assert joined(["C"]) == "C"
    assert joined(["a", "b", "c"]) == "a, b and c"
