"""Pairs of parameters that a forest sees to interact, against asking its trees everywhere."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.ensemble import RandomForestRegressor

from app.runs.parameters.words import importance_sentences
from diagnostics.charts.parameters import importance_table
from diagnostics.runs.parameters.effects import importance
from diagnostics.runs.parameters.interactions import _levels, _Parts, _ranks
from diagnostics.runs.parameters.surrogate import _columns, surrogate
from diagnostics.runs.parameters.trials import Trials, trials
from tests.made.trial_runs import grid_of

Point = dict[str, Any]


def searched(score: Callable[[Point], float], points: list[Point], noise: float = 0.0) -> Trials:
    random = np.random.default_rng(1)
    values = [score(point) + noise * random.normal() for point in points]
    return trials(grid_of(values, points), "accuracy")


def drawn(n: int, seed: int = 0) -> list[Point]:
    random = np.random.default_rng(seed)
    return [
        {
            "C": float(random.uniform(-1, 1)),
            "depth": [2, 4, 8, None][random.integers(4)],
            "kind": "abc"[random.integers(3)],
            "rate": float(random.uniform(-1, 1)),
        }
        for _ in range(n)
    ]


def test_parts_of_a_tree_are_those_of_asking_it_everywhere() -> None:
    found = searched(lambda p: p["C"] * p["rate"] + (p["kind"] == "a"), drawn(60))
    columns = [_columns(factor) for factor in found.factors]
    levels = [_levels(factor, own) for factor, own in zip(found.factors, columns, strict=True)]
    assert [len(level.shares) for level in levels] == [24, 4, 3, 24]
    owner = np.repeat(np.arange(4), [own.shape[1] for own in columns])
    forest = RandomForestRegressor(2, random_state=0, min_samples_leaf=2)
    tree = forest.fit(np.hstack(columns), found.scores).estimators_[1]
    parts = _Parts(tree.tree_, levels, owner)

    places = np.indices([len(level.shares) for level in levels]).reshape(4, -1)
    rows = np.hstack([level.rows[place] for level, place in zip(levels, places, strict=True)])
    shape = [len(level.shares) for level in levels]
    answers = tree.predict(rows).reshape(shape)
    weights = [level.shares for level in levels]

    def mean_at(*kept: int) -> Any:
        axes = "ijkl"
        others = [n for n in range(4) if n not in kept]
        spec = (
            ",".join(["ijkl", *(axes[n] for n in others)]) + "->" + "".join(axes[n] for n in kept)
        )
        return np.einsum(spec, answers, *(weights[n] for n in others))

    assert parts.mean == pytest.approx(float(mean_at()))
    for i, main in enumerate(parts.mains):
        assert main == pytest.approx(mean_at(i) - parts.mean)
    for i, j in combinations(range(4), 2):
        beyond = mean_at(i, j) - parts.mean - parts.mains[i][:, None] - parts.mains[j][None]
        assert parts.pair(i, j) == pytest.approx(beyond, abs=1e-12)


def test_a_pair_that_interacts_is_found_among_random_points() -> None:
    # The closed form's share of the product is 0.25 / 2.75 of the variance on five values, and
    # (1/9) / (4/3 + 1/3 + 1/9) of uniform ones.
    random = np.random.default_rng(0)
    rows = random.uniform(-1, 1, (300, 3)).tolist()
    points = [dict(zip("abc", row, strict=True)) for row in rows]
    found = importance(searched(lambda p: 2 * p["a"] + p["b"] + p["a"] * p["c"], points))
    assert found.method == "forest"
    (pair,) = found.pairs.to_dict("records")
    assert {pair["first"], pair["second"]} == {"a", "c"}
    assert pair["share"] == pytest.approx(1 / 16, abs=0.02)
    words = importance_sentences(found, "accuracy", 300)
    assert words[1].startswith("a and c interact: which value of one is best depends on the other.")
    assert words[1].endswith("more of the spread of unseen runs than each alone.")
    assert list(importance_table(found)["kind"]) == ["one"] * 3


def test_numbers_none_and_texts_can_interact() -> None:
    found = importance(
        searched(lambda p: p["C"] + 2.0 * p["C"] * (p["depth"] is None), drawn(200), noise=0.1)
    )
    assert [{p["first"], p["second"]} for p in found.pairs.to_dict("records")] == [{"C", "depth"}]


@pytest.mark.parametrize("seed", range(3))
def test_where_every_parameter_adds_its_own_no_pair_is_named(seed: int) -> None:
    points = drawn(60, seed)
    found = importance(
        searched(
            lambda p: np.exp(2 * p["C"]) + 3 * p["rate"] ** 2 + (p["kind"] == "b"), points, 0.5
        )
    )
    assert found.method == "forest"
    assert found.paired == 6
    assert not len(found.pairs)
    assert importance_sentences(found, "accuracy", 60)[1].startswith(
        "No two parameters are seen to interact: taking any of 6 pairs"
    )


def test_parameters_that_rose_together_are_no_pair() -> None:
    random = np.random.default_rng(0)
    points = [{"a": a, "b": a + random.normal() / 9, "c": random.normal()}
              for a in random.normal(size=300).tolist()]  # fmt: skip
    found = surrogate(searched(lambda p: p["a"] + p["b"] ** 2, points, noise=0.2))
    assert {(pair.first, pair.second) for pair in found.pairs} == {("a", "c"), ("b", "c")}
    assert not any(pair.is_seen for pair in found.pairs)


def test_a_parameter_that_only_some_name_is_in_no_pair() -> None:
    points = [{**p, "gamma": p["rate"]} if p["kind"] == "a" else p for p in drawn(80)]
    found = surrogate(searched(lambda p: p["C"] * p["rate"] + p.get("gamma", 0.5), points))
    names = {name for pair in found.pairs for name in (pair.first, pair.second)}
    assert "gamma" not in names
    assert {"C", "rate"} <= names


def test_ranks_are_those_of_scipy() -> None:
    random = np.random.default_rng(0)
    one, other = random.integers(0, 5, (2, 40))
    known = np.corrcoef(_ranks(one), _ranks(other))[0, 1]
    assert known == pytest.approx(spearmanr(one, other).statistic)
