"""What is taken out of a text: every word, and every sign that the model reads."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from diagnostics.models.explanation.lime_surrogate import lime_explanation
from diagnostics.models.explanation.shap_values import shap_explanation
from diagnostics.models.explanation.words import pieces_of, without
from diagnostics.models.pipelines.analysers import reads_all, signs_read_by
from tests.made.questions import question_of

MOODS = [
    "great 😡",
    "fine 😡",
    "good day 😀",
    "bad day 😀",
    "great 😀",
    "bad 😡",
    "day!!!",
    "fine day",
]
FELT = ["neg", "neg", "pos", "pos", "pos", "neg", "neg", "pos"]


def words(text: str, reads: Any = reads_all, most: int = 100) -> list[str]:
    return [text[start:end] for start, end in pieces_of(text, most=most, reads=reads)]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("great 😡!", ["great", "😡", "!"]),
        ("no!!! it's", ["no", "!!!", "it", "'", "s"]),
        ("👩‍👩‍👧 👍🏽 🇩🇪🇫🇷 ❤️", ["👩‍👩‍👧", "👍🏽", "🇩🇪", "🇫🇷", "❤️"]),
        ("我们😀😀", ["我", "们", "😀😀"]),
        (" \n", []),
    ],
)
def test_a_sign_is_a_piece_of_its_own_with_all_that_belongs_to_it(
    text: str, pieces: list[str]
) -> None:
    assert words(text) == pieces


@given(st.text(max_size=60), st.integers(1, 8))
def test_pieces_follow_each_other_and_cover_all_but_blanks(text: str, most: int) -> None:
    pieces = pieces_of(text, most=most, reads=reads_all)
    assert len(pieces) <= most
    ends = [0, *(end for _, end in pieces)]
    gaps = [*zip(ends, (start for start, _ in pieces), strict=False), (ends[-1], len(text))]
    assert all(not text[start:end].strip() for start, end in gaps)
    assert without(text, pieces, [True] * len(pieces)) == text
    assert not without(text, pieces, [False] * len(pieces)).strip()


@pytest.mark.parametrize(
    ("vectoriser", "read"),
    [
        (CountVectorizer(), []),
        (CountVectorizer(token_pattern=r"\S+"), ["'", "!", "😡"]),
        (CountVectorizer(token_pattern=r"\w+|[^\w\s]"), ["'", "!", "😡"]),
        (TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 2)), ["'", "!", "😡"]),
        (CountVectorizer(tokenizer=str.split, token_pattern=None), ["'", "!", "😡"]),
        (CountVectorizer(analyzer=lambda text: [w for w in text.split() if w == "😡"]), ["😡"]),
    ],
    ids=["letters", "blanks", "signs", "pieces", "tokenizer", "own"],
)
def test_only_signs_that_the_vectoriser_reads_are_taken_out(
    vectoriser: Any, read: list[str]
) -> None:
    model = make_pipeline(vectoriser, LogisticRegression()).fit(MOODS, FELT)
    text = "don't go! 😡"
    found = words(text, signs_read_by(model))
    assert [word for word in found if not word.isalnum()] == read
    assert {"don", "t", "go"} <= {*found}


def test_of_a_model_that_cannot_be_looked_into_every_sign_is_taken_out() -> None:
    assert "!" in words("no!", signs_read_by(LogisticRegression()))


def test_a_vectoriser_that_fails_on_a_text_reads_it() -> None:
    def fails(_: str) -> list[str]:
        raise ValueError("no")

    assert signs_read_by(make_pipeline(CountVectorizer(analyzer=fails)))("a!", 1, 2)


@pytest.mark.parametrize("explain", [lime_explanation, shap_explanation])
def test_the_sign_that_decides_comes_first(explain: Any) -> None:
    model = make_pipeline(CountVectorizer(token_pattern=r"\S+"), LogisticRegression(C=10))
    question = question_of(model.fit(MOODS, FELT), "great 😡", "neg", "pos")
    first = explain(question).contributions[0]
    assert first.feature == "😡"
    assert first.contribution > 0
    alone = question_of(model, "😡", "neg", "pos")
    assert [entry.feature for entry in explain(alone).contributions] == ["😡"]
