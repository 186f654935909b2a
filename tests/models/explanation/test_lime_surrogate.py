"""LIME agrees with the exact method where there is one, says how far it fits, and never crashes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits, load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import NearestCentroid
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from diagnostics import DiagnosticsError
from diagnostics.models.explanation.exact import exact_explanation
from diagnostics.models.explanation.lime_surrogate import lime_explanation
from diagnostics.models.explanation.repeated import Repeated
from tests.made.questions import question_of
from tests.models.explanation.test_shap_values import (
    FLOWERS,
    FRAME,
    INTENTS,
    IRIS,
    STAYS,
    TEXTS,
    of_frames,
)

WORDS = make_pipeline(TfidfVectorizer(), LogisticRegression(C=10)).fit(TEXTS, INTENTS)
TEXT = "please cancel, my refund is where?"


def test_the_strongest_words_are_those_of_the_exact_method() -> None:
    question = question_of(WORDS, TEXT, "cancel", "refund")
    estimated, exact = lime_explanation(question), exact_explanation(question)
    strongest = [
        [entry.feature for entry in found.contributions[:3]] for found in (estimated, exact)
    ]
    assert set(strongest[0]) == set(strongest[1])
    signs = [
        {entry.feature: entry.contribution > 0 for entry in found.contributions[:3]}
        for found in (estimated, exact)
    ]
    assert signs[0] == signs[1]


def test_it_says_how_well_it_fits_and_what_the_model_says() -> None:
    found = lime_explanation(question_of(WORDS, TEXT, "cancel", "refund"))
    chances = dict(zip(WORDS.classes_, WORDS.predict_proba([TEXT])[0], strict=True))
    assert found.model_output == pytest.approx(chances["cancel"] - chances["refund"])
    assert found.output == pytest.approx(
        found.base + sum(entry.contribution for entry in found.contributions)
    )
    assert found.error is not None
    assert found.error < 0.1
    assert found.r2 is not None
    assert found.r2 > 0.8
    assert (found.method, found.exact, found.scale) == ("lime", False, "probability")


def test_a_label_against_another_is_the_difference_of_the_two() -> None:
    one, other, both = (
        lime_explanation(question_of(WORDS, TEXT, *labels))
        for labels in (("cancel",), ("refund",), ("cancel", "refund"))
    )
    alone = [{e.feature: e.contribution for e in found.contributions} for found in (one, other)]
    for entry in both.contributions:
        expected = alone[0][entry.feature] - alone[1][entry.feature]
        assert entry.contribution == pytest.approx(expected, abs=1e-9)


def test_every_occurrence_of_a_word_is_shaded_alike() -> None:
    found = lime_explanation(question_of(WORDS, "refund the refund", "refund", "track"))
    assert found.text is not None
    shaded = {(found.text[s.start : s.end], round(s.contribution, 9)) for s in found.spans}
    assert [word for word, _ in sorted(shaded)] == ["refund", "the"]
    (twice,) = [entry for entry in found.contributions if entry.feature == "refund"]
    assert twice.value == 2


@pytest.mark.parametrize(
    "text", ["", " \n", "?!…", "退款", "refund", "Refund refund", "don't", "x" * 5000]
)
def test_no_text_is_too_strange(text: str) -> None:
    found = lime_explanation(question_of(WORDS, text, "refund", "track"))
    assert found.model_output is not None
    assert np.isfinite(found.output)


def test_texts_of_thousands_of_words_are_taken_out_in_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("diagnostics.models.explanation.lime_surrogate.SAMPLES", 400)
    text = " ".join(f"w{at}" for at in range(1000)) + " refund"
    found = lime_explanation(question_of(WORDS, text, "refund", "track"))
    assert len(found.contributions) <= 300
    assert found.contributions[0].feature.endswith("refund")


@pytest.mark.parametrize("at", [0, 2, 3])
def test_frames_with_words_gaps_and_constants_are_no_error(at: int) -> None:
    rows = FRAME.assign(same="x", nothing=np.nan)
    model = of_frames(RandomForestClassifier(5, random_state=0))
    model[0].transformers[0] = ("o", model[0].transformers[0][1], ["plan", "same"])
    model.fit(rows, STAYS)
    found = lime_explanation(question_of(model, rows[at : at + 1], "no", "yes"), background=rows)
    assert {entry.feature for entry in found.contributions} == {
        "plan", "age", "seats", "same", "nothing",
    }  # fmt: skip


def test_the_columns_that_decide_are_found() -> None:
    rows = pd.DataFrame(np.random.default_rng(0).random((300, 5)), columns=list("abcde"))
    model = LogisticRegression(C=100).fit(rows, (rows["c"] > 0.5).astype(int))
    row = rows[rows["c"] > 0.8][:1]
    found = lime_explanation(question_of(model, row, "1", "0"), background=rows[:100])
    assert found.contributions[0].feature == "c"
    assert found.contributions[0].contribution > 0
    assert found.contributions[0].value == row["c"].iloc[0]


def test_pictures_are_explained_pixel_by_pixel_on_the_scale_that_there_is() -> None:
    pixels, digits = load_digits(return_X_y=True)
    model = SVC().fit(pixels[:300], digits[:300])
    question = question_of(model, pixels[400:401], "4", "9", picture=(8, 8))
    found = lime_explanation(question, background=pixels[:60])
    assert found.scale == "margin"
    assert found.picture == (8, 8)
    assert all(entry.place is not None for entry in found.contributions)


def test_the_same_seed_gives_the_same_weights_and_leaves_numpy_alone() -> None:
    question = question_of(WORDS, TEXT, "cancel", "refund", seed=5)
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    assert lime_explanation(question) == lime_explanation(question)
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


def test_features_whose_sign_changes_are_marked() -> None:
    estimates = Repeated(np.array([[1.0, 0.1, 0.0], [2.0, -0.1, 1e-12], [3.0, 0.1, 0.0]]))
    assert estimates.is_stable.tolist() == [True, False, True]
    assert estimates.agreement == pytest.approx(2 / 3)
    assert estimates.mean.tolist() == pytest.approx([2.0, 0.1 / 3, 0.0])


def test_words_whose_sign_changes_are_named() -> None:
    text = "refund " + " ".join(f"w{at}" for at in range(40))
    found = lime_explanation(question_of(WORDS, text, "refund", "track"))
    unstable = {entry.feature for entry in found.contributions if not entry.stable}
    assert unstable
    assert found.agreement == pytest.approx(1 - len(unstable) / 41)
    assert any(note.startswith("Not to be relied on") for note in found.notes)


def test_models_that_only_answer_are_refused() -> None:
    class Answers(NearestCentroid):
        decision_function = predict_proba = predict_log_proba = property()  # type: ignore[assignment]

    with pytest.raises(DiagnosticsError, match=r"^Answers gives answers, and no figure "):
        lime_explanation(question_of(Answers().fit(IRIS, FLOWERS), IRIS[:1], "0"))


def test_without_rows_of_the_run_a_table_is_not_explained() -> None:
    model: Any = GaussianNB().fit(*load_iris(return_X_y=True))
    with pytest.raises(DiagnosticsError, match="kept no rows to hold 'example' against"):
        lime_explanation(question_of(model, IRIS[:1], "0"))
