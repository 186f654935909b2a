"""What would have to change: every change asked about, none needless, none missed."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from diagnostics.models.jobs import Cancelled
from diagnostics.models.whatif.counterfactual import (
    nearest_of_other_answers,
    with_moved_features,
    without_words,
)
from tests.made import askers

MODEL = askers.words()
ASKED = askers.of(MODEL)
SENTENCES = [
    "where is my parcel and my money",
    "please refund the parcel, it is late!",
    "delete the account and the money",
    "my account parcel money money",
    "track the refund",
]


def said(text: str) -> str:
    return str(MODEL.predict([text])[0])


@pytest.mark.parametrize("text", SENTENCES)
def test_the_smallest_changes_are_those_of_a_search_by_hand(text: str) -> None:
    found = without_words(ASKED, text)
    words = text.replace(",", " ").replace("!", " ").split()
    for size in (1, 2, 3):
        turned = [
            chosen
            for chosen in combinations(range(len(words)), size)
            if said(" ".join(word for at, word in enumerate(words) if at not in chosen))
            != said(text)
        ]
        if turned:
            break
    assert found.fewest == size
    reported = {tuple(move.place for move in change.moves) for change in found.changes}
    assert reported <= set(turned)
    assert len(reported) == min(len(turned), 10)
    assert found.all_up_to == size


@pytest.mark.parametrize("text", SENTENCES)
def test_each_change_is_what_the_model_says_to_the_changed_text(text: str) -> None:
    found = without_words(ASKED, text)
    assert found.label == said(text)
    remaining = []
    for change in found.changes:
        assert change.text is not None
        chances = dict(zip(MODEL.classes_, MODEL.predict_proba([change.text])[0], strict=True))
        assert change.label == said(change.text) != found.label
        assert change.confidence == pytest.approx(chances[change.label])
        assert change.remaining == pytest.approx(chances[found.label])
        remaining.append(change.remaining)
        for move in change.moves:
            assert move.after is None
    assert remaining == sorted(remaining)


def test_a_word_without_weight_is_never_advised() -> None:
    """The seed's recipe advised on a column that was constant and had no importance."""
    for text in SENTENCES:
        found = without_words(ASKED, f"unheard {text} zzz")
        assert found.changes
        moved = {move.feature for change in found.changes for move in change.moves}
        assert moved.isdisjoint({"unheard", "zzz"})


def test_the_same_question_has_the_same_answer() -> None:
    assert without_words(ASKED, SENTENCES[0]) == without_words(ASKED, SENTENCES[0])


def test_no_change_is_said_with_how_many_were_tried() -> None:
    found = without_words(ASKED, "zzz yyy xxx")
    assert (found.changes, found.fewest, found.tried, found.all_up_to) == ((), None, 7, 3)
    nothing = without_words(ASKED, "?!")
    assert (nothing.changes, nothing.tried, nothing.parts) == ((), 0, 0)


def test_many_words_are_taken_out_one_by_one_and_none_of_them_needlessly() -> None:
    text = " ".join(["parcel"] * 9 + ["money"] * 3 + [f"filler{n}" for n in range(20)])
    found = without_words(ASKED, text, most_asked=1200)
    assert found.all_up_to == 2  # 32 and 496 fit, 4960 do not
    (change,) = found.changes
    assert len(change.moves) > 2
    assert {move.feature for move in change.moves} == {"parcel"}
    words = text.split()
    gone = {move.place for move in change.moves}
    for place in gone:
        kept = " ".join(w for at, w in enumerate(words) if at not in gone or at == place)
        assert said(kept) == found.label


def test_the_cap_is_kept() -> None:
    text = " ".join(f"word{n}" for n in range(60)) + " parcel"
    found = without_words(ASKED, text, most_asked=100)
    assert found.tried <= 100
    found = without_words(ASKED, " ".join(f"word{n}" for n in range(60)), most_asked=100)
    assert (found.changes, found.tried, found.all_up_to) == ((), 60, 1)


def test_what_is_left_of_the_text_reads_well() -> None:
    found = without_words(ASKED, "Hello, my parcel isn't here; late!")
    texts = [change.text for change in found.changes]
    assert texts
    assert all(text == text.strip() and "  " not in text for text in texts if text is not None)
    assert "isn't" in {move.feature for change in found.changes for move in change.moves} | {
        word for text in texts if text for word in text.replace(";", "").split()
    }


def test_it_can_be_stopped() -> None:
    def stop(share: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        without_words(ASKED, "where is my parcel", progress=stop)


def test_texts_in_a_column_are_asked_about_in_their_row() -> None:
    frame = pd.DataFrame({"text": askers.TEXTS, "length": [len(text) for text in askers.TEXTS]})
    from sklearn.feature_extraction.text import CountVectorizer

    columns = make_column_transformer((CountVectorizer(), "text"), remainder="passthrough")
    model = make_pipeline(columns, LogisticRegression(max_iter=2000)).fit(frame, askers.LABELS)
    found = without_words(
        askers.of(model),
        "refund my parcel money",
        make_rows=lambda texts: pd.DataFrame({"text": texts, "length": 20}),
    )
    assert found.changes
    for change in found.changes:
        row = pd.DataFrame({"text": [change.text], "length": 20})
        assert model.predict(row)[0] == change.label


@pytest.fixture(scope="module")
def tree() -> Any:
    frame, labels = askers.table(200)
    columns = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["town"]), remainder="passthrough"
    )
    return make_pipeline(columns, DecisionTreeClassifier(random_state=0)).fit(frame, labels)


def test_features_move_to_the_values_of_an_example_that_is_answered_otherwise(tree: Any) -> None:
    frame, _ = askers.table(200)
    answers = tree.predict(frame)
    row = frame.iloc[[0]]
    near = nearest_of_other_answers(row, frame, answers, answers[0], most=4)
    assert len(near) == 4
    assert all(answers[at] != answers[0] for at in near)
    ids = [f"e{at}" for at in near]
    donors = frame.iloc[near].reset_index(drop=True)
    found = with_moved_features(askers.of(tree), row, list(frame), donors, ids)
    assert found.label == answers[0]
    assert found.changes
    for change in found.changes:
        made = row.copy()
        donor = frame.iloc[[near[ids.index(change.example or "")]]]
        for move in change.moves:
            assert (move.before, move.after) == (
                row[move.feature].tolist()[0],
                donor[move.feature].tolist()[0],
            )
            made[move.feature] = donor[move.feature].tolist()
        assert tree.predict(made)[0] == change.label != found.label
        assert {move.feature for move in change.moves} <= {"age", "town"}
    sizes = [len(change.moves) for change in found.changes]
    assert sizes == sorted(sizes)


def test_types_of_columns_stay_when_features_move(tree: Any) -> None:
    frame, _ = askers.table(5)
    from diagnostics.models.whatif.counterfactual import _mixed

    frame["town"] = frame["town"].astype("category")
    mixed = _mixed(frame.iloc[[0]], frame.iloc[[1]], [0, 1, 2], [(), (0,), (1, 2)])
    assert mixed.dtypes.tolist() == frame.dtypes.tolist()
    assert mixed.iloc[0].tolist() == frame.iloc[0].tolist()
    assert mixed.iloc[1].tolist() == [frame["age"][1], *frame.iloc[0].tolist()[1:]]
    assert mixed.iloc[2].tolist() == [
        frame["age"][0], frame["noise"][1], frame["town"][1], frame["same"][0]
    ]  # fmt: skip


def test_pixels_move_too() -> None:
    random = np.random.default_rng(0)
    rows = random.normal(size=(80, 6))
    labels = np.where(rows[:, 2] > 0, "a", "b")
    model = make_pipeline(StandardScaler(), LogisticRegression(C=100)).fit(rows, labels)
    answers = model.predict(rows)
    near = nearest_of_other_answers(rows[:1], rows, answers, answers[0], most=2)
    names = [f"feature {at}" for at in range(6)]
    found = with_moved_features(askers.of(model), rows[:1], names, rows[near], ["x", "y"])
    assert [move.feature for move in found.changes[0].moves] == ["feature 2"]


def test_without_an_example_of_another_answer_nothing_is_found() -> None:
    rows = np.zeros((3, 2))
    model = LogisticRegression().fit([[0.0, 0], [9, 9]], ["a", "b"])
    near = nearest_of_other_answers(rows[:1], rows, ["a"] * 3, "a")
    assert near == []
    found = with_moved_features(askers.of(model), rows[:1], ["x", "y"], rows[near], [])
    assert (found.label, found.changes, found.tried) == ("a", (), 0)


def test_the_nearest_are_near_in_standard_deviations_and_missing_is_a_value() -> None:
    rows = pd.DataFrame(
        {"small": [0.0, 1, 2, np.nan, 0], "large": [0.0, 9000, 0, 0, 1000],
         "word": ["x", "x", "y", "x", None]}
    )  # fmt: skip
    answers = ["a", "b", "b", "b", "b"]
    assert nearest_of_other_answers(rows.iloc[[0]], rows, answers, "a") == [3, 4, 2, 1]
