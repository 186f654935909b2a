"""Words are found where they stand in the text, whatever a vectoriser makes of it first."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer

from diagnostics.models.pipelines.aligned_text import untouched
from diagnostics.models.pipelines.token_places import term_places

LETTERS = st.text(alphabet="aAbB éÉßİΣσçñ\u0301'.-\n\t字漢0", max_size=40)


def strip_tags(text: str) -> str:
    return re.sub(r"<[^>]*>", " ", text).lower()


def stems(text: str) -> list[str]:
    return [re.sub(r"(ies|s)$", "", word) for word in text.split()]


def letters_in_order(text: str) -> list[str]:
    return [letter for letter in text if letter.strip()]


VECTORISERS = [
    CountVectorizer(),
    TfidfVectorizer(ngram_range=(1, 3), stop_words="english"),
    TfidfVectorizer(ngram_range=(2, 2), lowercase=False),
    CountVectorizer(strip_accents="unicode"),
    CountVectorizer(strip_accents="ascii", analyzer="char", ngram_range=(1, 3)),
    CountVectorizer(analyzer="char_wb", ngram_range=(2, 4)),
    CountVectorizer(analyzer="char_wb", ngram_range=(1, 5), strip_accents="unicode"),
    CountVectorizer(token_pattern=r"(?u)(\w)\w*"),
    CountVectorizer(token_pattern=r"\S"),
    HashingVectorizer(n_features=8),
    CountVectorizer(preprocessor=strip_tags),
    CountVectorizer(tokenizer=stems, token_pattern=None),
    CountVectorizer(analyzer=letters_in_order),
    CountVectorizer(analyzer=stems),
]


def shown(vectoriser: Any, text: str) -> dict[str, list[list[str]]]:
    """The pieces of the text under each occurrence of each term."""
    return {
        term: [[text[start:end] for start, end in place] for place in places]
        for term, places in term_places(vectoriser, untouched(text)).items()
    }


@settings(max_examples=60, deadline=None)
@given(text=LETTERS, vectoriser=st.sampled_from(VECTORISERS))
def test_every_term_has_as_many_places_as_it_counts(text: str, vectoriser: Any) -> None:
    places = term_places(vectoriser, untouched(text))
    counted = Counter(vectoriser.build_analyzer()(text))
    assert {term: len(found) for term, found in places.items()} == counted
    for found in places.values():
        for place in found:
            assert all(0 <= start < end <= len(text) for start, end in place)


@settings(max_examples=60, deadline=None)
@given(text=LETTERS)
def test_words_lie_over_themselves_when_capitals_and_accents_go(text: str) -> None:
    vectoriser = CountVectorizer(strip_accents="unicode", token_pattern=r"(?u)\w+")
    prepare = vectoriser.build_preprocessor()
    for term, places in term_places(vectoriser, untouched(text)).items():
        for ((start, end),) in filter(None, places):
            assert term.casefold() in prepare(text[start:end]).casefold()


def test_pairs_lie_over_both_words_and_not_between_them() -> None:
    found = shown(CountVectorizer(ngram_range=(1, 2)), "Reset  my Password")
    assert found["reset"] == [["Reset"]]
    assert found["my password"] == [["my", "Password"]]


def test_stop_words_are_stepped_over() -> None:
    vectoriser = CountVectorizer(ngram_range=(2, 2), stop_words=["of", "the"])
    assert shown(vectoriser, "top of the list") == {"top list": [["top", "list"]]}


def test_accents_that_are_letters_of_their_own_belong_to_theirs() -> None:
    text = "cafe\u0301 İstanbul ß"
    found = shown(CountVectorizer(strip_accents="unicode"), text)
    assert found == {"cafe": [["cafe\u0301"]], "istanbul": [["İstanbul"]]} or found["istanbul"] == [
        ["İstanbul"]
    ]


def test_pieces_at_a_words_edge_cover_its_letters_only() -> None:
    found = shown(CountVectorizer(analyzer="char_wb", ngram_range=(3, 3)), "to do")
    assert found[" to"] == [["to"]]
    assert found["do "] == [["do"]]
    assert shown(CountVectorizer(analyzer="char_wb", ngram_range=(5, 5)), "to") == {
        " to ": [["to"]]
    }


def test_runs_of_blanks_are_one_blank() -> None:
    found = shown(CountVectorizer(analyzer="char", ngram_range=(3, 3)), "a \n b")
    assert found == {"a b": [["a \n b"]]}


def test_what_a_function_takes_out_is_followed() -> None:
    found = shown(CountVectorizer(preprocessor=strip_tags), "<p>Give it</p> <b>BACK</b>")
    assert found == {"give": [["Give"]], "it": [["it"]], "back": [["BACK"]]}


def test_a_stem_lies_over_its_word() -> None:
    vectoriser = CountVectorizer(tokenizer=stems, token_pattern=None)
    assert shown(vectoriser, "Parties refunds") == {"part": [["Part"]], "refund": [["refund"]]}
    lemmas = CountVectorizer(tokenizer=lambda t: ["be" if w == "was" else w for w in t.split()])
    assert shown(lemmas, "it was") == {"it": [["it"]], "be": [["was"]]}


def test_words_without_blanks_between_them_are_found_in_order() -> None:
    cut = CountVectorizer(analyzer=lambda text: [text[0:2], text[2:3], text[3:]])
    assert shown(cut, "我们退款吧") == {"我们": [["我们"]], "退": [["退"]], "款吧": [["款吧"]]}


def test_what_cannot_be_followed_has_no_place() -> None:
    backwards = CountVectorizer(analyzer=lambda text: [" ".join(text.split()[::-1]), "it"])
    found = term_places(backwards, untouched("look at it"))
    assert found == {"it at look": [()], "it": [((8, 10),)]}


@pytest.mark.parametrize("text", ["", " ", "\n", "?!"])
def test_texts_without_words_have_none(text: str) -> None:
    assert term_places(TfidfVectorizer(), untouched(text)) == {}
