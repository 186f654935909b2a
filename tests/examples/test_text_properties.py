from __future__ import annotations

import re
from collections import Counter

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics import DiagnosticsError
from diagnostics.examples.text_properties import PROPERTIES, contains_word, derived, words_of

TEXTS = pl.Series(["Where's my REFUND? It was 3.50!", "", None, "你好。退款", "where's my refund"])
COUNTED = {
    "characters": [31, 0, None, 5, 17],
    "words": [7, 0, None, 2, 3],  # 3.50 is two
    "sentences": [2, 0, None, 2, 1],
    "digits": [3, 0, None, 0, 0],
    "capitals": [8 / 19, None, None, 0.0, 0.0],
    "punctuation": [4 / 31, None, None, 1 / 5, 1 / 17],
    "word length": [22 / 7, None, None, 2.0, 14 / 3],
    "rare words": [1.0, None, None, 1.0, 1.0],
    "question mark": [True, False, None, False, False],
    "other script": [False, False, None, True, False],
    "duplicate": [False, False, None, False, False],
}


@pytest.mark.parametrize("name", PROPERTIES)
def test_every_property_can_be_counted_by_hand(name: str) -> None:
    found = derived(TEXTS, name)
    assert found.name == name
    assert found.to_list() == pytest.approx(COUNTED[name])


def test_a_sentence_ends_before_a_space_and_not_within_a_number() -> None:
    texts = pl.Series(["It is 3.5 km. Really?! Yes", "...", "one\ntwo", "A. B. C.", "e.g. this"])
    assert derived(texts, "sentences").to_list() == [3, 0, 2, 3, 2]


def test_a_word_is_rare_up_to_two_texts_however_often_it_stands_in_one() -> None:
    texts = pl.Series(["a b b b", "a b", "a c", "A", None])
    assert derived(texts, "rare words").to_list() == [0.5, 0.5, 0.5, 0.0, None]


def test_duplicates_differ_in_capitals_and_spaces_at_most() -> None:
    texts = pl.Series(["Hi  there", "hi there ", "hi, there", None, None])
    assert derived(texts, "duplicate").to_list() == [True, True, False, None, None]


def test_question_marks_of_other_scripts_count() -> None:
    texts = pl.Series(["吗？", "هل؟", "τι;", "what;"])  # noqa: RUF001
    assert derived(texts, "question mark").to_list() == [True, True, False, False]


def test_a_word_is_found_whole_and_whatever_its_capitals() -> None:
    texts = pl.Series(["Refund, please", "refunded", "no_refund", "a REFUND", None, "re fund"])
    assert contains_word(texts, "refund").to_list() == [True, False, False, True, None, False]


def test_a_phrase_is_found_over_any_spaces_and_signs_are_no_patterns() -> None:
    texts = pl.Series(["gift \n card", "giftcard", "c++ is", "cxx is"])
    assert contains_word(texts, "Gift Card").to_list() == [True, False, False, False]
    assert contains_word(texts, "c++").to_list() == [False, False, True, False]


def test_in_scripts_without_spaces_a_word_stands_anywhere() -> None:
    assert contains_word(pl.Series(["我要退款吗", "退货"]), "退款").to_list() == [True, False]


def test_an_unknown_property_names_the_nearest() -> None:
    with pytest.raises(DiagnosticsError, match="wordz"):
        derived(TEXTS, "wordz")


@settings(max_examples=60)
@given(st.lists(st.text("abXY 1.?!'é\n", max_size=30), min_size=1, max_size=8))
def test_counts_agree_with_plain_python(texts: list[str]) -> None:
    series = pl.Series(texts, dtype=pl.String)
    words = [re.findall(r"\w+(?:['’]\w+)*", text) for text in texts]  # noqa: RUF001
    assert derived(series, "words").to_list() == list(map(len, words))
    assert derived(series, "digits").to_list() == [sum(map(str.isdigit, text)) for text in texts]
    lower = [{word.lower() for word in found} for found in words]
    texts_with = Counter(word for found in lower for word in found)
    rare = [
        sum(texts_with[word] <= 2 for word in found) / len(found) if found else None
        for found in lower
    ]
    assert derived(series, "rare words").to_list() == pytest.approx(rare)
    pairs = words_of(series)
    assert sorted(pairs.iter_rows()) == sorted(
        (row, word) for row, found in enumerate(lower) for word in found
    )
