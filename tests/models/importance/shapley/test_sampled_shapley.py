"""Shapley values of a sample of rows of any model, held against shap's and plain sums."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder
from sklearn.svm import SVC

from diagnostics import DiagnosticsError
from diagnostics.models.explanation.shap_values import _permutations
from diagnostics.models.importance.contributions import beeswarm
from diagnostics.models.importance.shapley.mixtures import MOST_WORDS
from diagnostics.models.importance.shapley.sampled_shapley import sampled_contributions
from diagnostics.models.importance.shapley.sampling_plan import Plan, plan_for
from diagnostics.models.jobs import Cancelled
from tests.made.evaluated_models import evaluated_of

ROWS, TRUTH = load_iris(return_X_y=True, as_frame=True)
NAMES = [f"kind {code}" for code in TRUTH]
SOME = ROWS[::10].reset_index(drop=True)
NEAREST = KNeighborsClassifier(7).fit(ROWS, NAMES)
TEXTS = ["pay the bill now", "cancel it", "pay pay now", "cancel the bill", "", "now"] * 3
PAID = ["p", "c", "p", "c", "c", "p"] * 3
#: The answer is whether the first two differ; the third column says nothing.
CORNERS = np.array([[0.0, 0, 0], [0, 1, 1], [1, 0, 0], [1, 1, 1]])
WORDS = make_pipeline(CountVectorizer(), KNeighborsClassifier(3)).fit(TEXTS, PAID)


def only_together(rows: np.ndarray) -> np.ndarray:
    """The first two columns."""
    return rows[:, :2]


def test_many_orders_come_to_what_shap_says() -> None:
    evaluated = evaluated_of(NEAREST, SOME, NAMES[::10])
    found = sampled_contributions(evaluated, plan=Plan(4, 15, 0), rounds=40)
    exact = np.array([by_shap(row) for row in SOME.to_numpy()[found.places]])
    ours = np.zeros(exact.shape)
    ours[found.row, found.column] = found.added
    assert ours == pytest.approx(exact, abs=0.02)
    sizes = np.abs(exact).mean(axis=0).T
    assert found.importances().by_label == pytest.approx(sizes, abs=0.02)
    assert found.importances().mean == pytest.approx(sizes.mean(axis=0), abs=0.02)


def by_shap(row: np.ndarray) -> np.ndarray:
    """Columns × labels, by shap: ten orders both ways, each against all rows."""

    def game(masks: np.ndarray) -> np.ndarray:
        mixed = np.where(masks[:, None], row, SOME.to_numpy()[None])
        chances = NEAREST.predict_proba(pd.DataFrame(mixed.reshape(-1, 4), columns=SOME.columns))
        return np.asarray(chances.reshape(len(masks), len(SOME), 3).mean(axis=1))

    masks, _ = _permutations(4, 90, 0)
    chances = game(masks)
    return np.column_stack([_permutations(4, 90, 0, chances[:, at])[1] for at in range(3)])


def test_a_rows_contributions_add_up_to_its_own_figure_less_the_others_mean() -> None:
    evaluated = evaluated_of(NEAREST, SOME, NAMES[::10])
    found = sampled_contributions(evaluated, plan=Plan(15, 15, 0), seed=3)
    sums = np.zeros((15, 3))
    np.add.at(sums, found.row, found.added)
    chances = NEAREST.predict_proba(SOME)
    assert sums == pytest.approx(chances[found.places] - chances.mean(axis=0), abs=1e-6)


def test_words_of_a_text_are_told_apart_as_by_all_orders() -> None:
    evaluated = evaluated_of(WORDS, TEXTS[:3], PAID[:3])
    found = sampled_contributions(evaluated, plan=Plan(3, 8, 0), rounds=100)
    row, word = list(found.places).index(0), found.names.index("pay")
    here = (found.row == row) & (found.column == word)

    def chance(words: list[str]) -> float:
        kept = [one for one in ["pay", "the", "bill", "now"] if one in words]
        return float(WORDS.predict_proba([" ".join(kept)])[0, 1])

    orders = list(permutations(["pay", "the", "bill", "now"]))
    gains = [
        chance([*order[: order.index("pay") + 1]]) - chance([*order[: order.index("pay")]])
        for order in orders
    ]
    assert found.added[here][0, 1] == pytest.approx(np.mean(gains), abs=0.03)
    again = (found.row == list(found.places).index(2)) & (found.column == word)
    assert found.value[again] == [2.0]  # it is there twice, and taken out as one


def test_the_noise_told_is_that_of_other_seeds() -> None:
    rows = ROWS.to_numpy()[::3]
    evaluated = evaluated_of(GaussianNB().fit(rows, NAMES[::3]), rows, NAMES[::3])
    every = []
    for seed in range(8):
        found = sampled_contributions(evaluated, plan=Plan(50, 10, 0), seed=seed)
        signed = np.zeros((50, 4, 3))
        signed[found.row, found.column] = found.added
        every.append(signed[np.argsort(found.places)])
    spread = np.std(every, axis=0, ddof=1).mean(axis=0).T * np.sqrt(2 / np.pi)
    assert found.noise.mean(axis=0) == pytest.approx(spread.mean(axis=0), rel=0.35)


def test_what_may_be_luck_is_counted() -> None:
    odd = FunctionTransformer(only_together)
    model = make_pipeline(odd, KNeighborsClassifier(1)).fit(CORNERS, ["a", "b", "b", "a"])
    many = np.tile(CORNERS, (20, 1))
    found = sampled_contributions(evaluated_of(model, many, model.predict(many)))
    said = found.importances().notes[0]
    assert "Shapley values by permutations of 80 of 80 rows, each against 25 others." in said
    assert "features may be" not in said
    assert found.importances().mean[2] == 0


def test_the_same_seed_says_the_same_and_another_something_else() -> None:
    evaluated = evaluated_of(NEAREST, SOME, NAMES[::10])
    first, again, other = (
        sampled_contributions(evaluated, plan=Plan(6, 5, 0), seed=seed).importances().mean
        for seed in (0, 0, 1)
    )
    assert first == pytest.approx(again, abs=0)
    assert not np.allclose(first, other)


def test_scores_take_the_place_of_probabilities_and_answers_that_of_scores() -> None:
    margins = SVC().fit(ROWS, NAMES)
    pairs = SVC(decision_function_shape="ovo").fit(ROWS, NAMES)
    for model, scale in ((margins, "margin"), (pairs, "answer")):
        found = sampled_contributions(evaluated_of(model, SOME, NAMES[::10]), plan=Plan(3, 15, 0))
        sums = np.zeros((3, 3))
        np.add.at(sums, found.row, found.added)
        if scale == "margin":
            figures = model.decision_function(SOME)
        else:
            figures = (model.predict(SOME)[:, None] == model.classes_[None]).astype(float)
        assert found.scale == scale
        assert sums == pytest.approx(figures[found.places] - figures.mean(axis=0), abs=1e-5)


def test_words_in_columns_gaps_and_sparse_rows_are_mixed() -> None:
    frame = pd.DataFrame(
        {"town": ["x", "y", None, "x", "z", "y"] * 4, "age": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0] * 4}
    )
    truth = ["o" if age > 3 else "n" for age in frame["age"]]
    encoder = ColumnTransformer(
        [("town", OneHotEncoder(handle_unknown="ignore"), ["town"])], remainder="passthrough"
    )
    model = make_pipeline(encoder, KNeighborsClassifier(3)).fit(frame, truth)
    evaluated = evaluated_of(model, frame, truth)
    found = sampled_contributions(evaluated, plan=Plan(8, 8, 0))
    assert found.importances().table()["feature"][0] == "age"
    dots = beeswarm(found.pushes(evaluated, "o"), evaluated, ["age", "town"])
    assert (dots.loc[dots["feature"] == "town", "level"] == 0.5).all()
    dense = np.zeros((12, 5000))
    dense[np.arange(12), np.arange(12) % 3] = 1
    truth = [str(at % 3) for at in range(12)]
    model = KNeighborsClassifier(1).fit(csr_array(dense), truth)
    found = sampled_contributions(evaluated_of(model, csr_array(dense), truth))
    assert len(found.names) == 3  # columns in which nothing differs can add nothing
    assert found.importances().mean.min() > 0.1


def test_each_rows_own_answer_is_what_is_pushed_towards() -> None:
    evaluated = evaluated_of(NEAREST, SOME, NAMES[::10])
    found = sampled_contributions(evaluated, plan=Plan(15, 15, 0))
    own, of_one = found.pushes(evaluated), found.pushes(evaluated, "kind 1")
    feature = "petal length (cm)"
    table, other = own.of(feature, evaluated), of_one.of(feature, evaluated)
    both = table.merge(other, on="example")
    is_same = both["predicted_label_x"] == "kind 1"
    assert is_same.any()
    assert (both["contribution_x"] == both["contribution_y"])[is_same].all()
    assert (both["contribution_x"] != both["contribution_y"])[~is_same].any()
    assert table["value"].tolist() == [
        SOME[feature][int(evaluated.examples.index(example))] for example in table["example"]
    ]


def test_what_is_asked_about_stays_within_its_limits() -> None:
    wide = np.random.default_rng(0).normal(size=(60, 784))
    truth = [str(at % 2) for at in range(60)]
    plan = plan_for(evaluated_of(KNeighborsClassifier().fit(wide, truth), wide, truth))
    assert plan.rows >= 15
    assert plan.asked <= 200_000
    wide = np.random.default_rng(0).normal(size=(20, 4000))
    model = KNeighborsClassifier().fit(wide, truth[:20])
    with pytest.raises(DiagnosticsError, match="differ in about 4,000 columns: too many"):
        plan_for(evaluated_of(model, wide, truth[:20]))


def test_long_texts_are_told_of() -> None:
    long = " ".join(f"w{at}" for at in range(MOST_WORDS + 50))
    found = sampled_contributions(evaluated_of(WORDS, [long, "pay"], PAID[:2]), plan=Plan(2, 2, 0))
    assert len(found.names) == MOST_WORDS + 1
    assert "Of 1 long texts only the first words are told apart" in found.importances().notes[-1]


def test_it_can_be_stopped_between_rows() -> None:
    def stop(share: float, name: str) -> None:
        if share > 0.4:
            raise Cancelled

    evaluated = evaluated_of(NEAREST, SOME, NAMES[::10])
    with pytest.raises(Cancelled):
        sampled_contributions(evaluated, plan=Plan(10, 5, 0), progress=stop)
