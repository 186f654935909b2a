"""Typos: near the text, on the keyboard, by a seed; and every other way to write the same."""

from __future__ import annotations

from random import Random
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics import DiagnosticsError
from diagnostics.models.whatif.keyboards import ROWS, Keyboard, neighbours
from diagnostics.models.whatif.typos import FIXED, Slip, mistyped, perturbations, typos

KEYBOARDS = get_args(Keyboard)
SENTENCE = "Where's my café order, please? It was due on May 23rd."


def distance(one: str, other: str) -> int:
    """Damerau and Levenshtein's (optimal string alignment), by the book."""
    table = [
        [i + j if not i * j else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)
    ]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            table[i][j] = min(
                table[i - 1][j] + 1,
                table[i][j - 1] + 1,
                table[i - 1][j - 1] + (one[i - 1] != other[j - 1]),
            )
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


@pytest.mark.parametrize("keyboard", KEYBOARDS)
def test_a_key_is_beside_those_that_are_beside_it(keyboard: Keyboard) -> None:
    beside = neighbours(keyboard)
    assert set(beside) == set("".join(ROWS[keyboard]))
    for key, others in beside.items():
        assert others
        assert key not in others
        assert all(key in beside[other] for other in others)
        assert all(other.isdigit() == key.isdigit() for other in others)


def test_the_keyboards_differ_where_they_do() -> None:
    assert set(neighbours("QWERTY")["s"]) == set("awedxz")
    assert "y" in neighbours("QWERTY")["t"]
    assert "z" in neighbours("QWERTZ")["t"]
    assert set(neighbours("AZERTY")["a"]) == set("zq")
    assert "ö" in neighbours("QWERTZ")["l"]


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(max_size=40),
    rate=st.floats(0, 1),
    keyboard=st.sampled_from(KEYBOARDS),
    seed=st.integers(0, 99),
)
def test_typos_are_as_far_from_the_text_as_there_are_slips(
    text: str, rate: float, keyboard: Keyboard, seed: int
) -> None:
    typed, slips = mistyped(text, Random(seed), rate=rate, keyboard=keyboard)
    assert distance(text, typed) <= slips <= sum(sign.isalnum() for sign in text)


@settings(max_examples=20, deadline=None)
@given(text=st.text(max_size=60), seed=st.integers())
def test_a_rate_of_zero_changes_nothing(text: str, seed: int) -> None:
    assert mistyped(text, Random(seed), rate=0) == (text, 0)
    assert typos(0)(text, seed=seed) == text


def test_a_rate_of_one_hits_every_letter_or_its_pair() -> None:
    typed, slips = mistyped("abc 12", Random(0), rate=1, slips=["double"])
    assert (typed, slips) == ("aabbcc 1122", 5)
    assert mistyped("abcd", Random(0), rate=1, slips=["swap"]) == ("badc", 2)
    assert mistyped("ab, c!", Random(0), rate=1, slips=["drop"]) == (", !", 3)


def test_a_slip_hits_the_key_beside_in_the_same_case() -> None:
    for seed in range(30):
        typed, slips = mistyped("Ä", Random(seed), rate=1, keyboard="QWERTZ", slips=["neighbour"])
        assert slips == 1
        assert typed.isupper()
        assert typed.lower() in neighbours("QWERTZ")["ä"]


def test_letters_that_no_key_has_are_not_hit_beside() -> None:
    assert mistyped("где", Random(0), rate=1, slips=["neighbour"]) == ("где", 0)


def test_the_rate_is_the_share_of_letters() -> None:
    text = "abcdefghij" * 400
    _, slips = mistyped(text, Random(1), rate=0.05, slips=["double"])
    assert 150 <= slips <= 250  # 200 expected, four standard deviations are 55


def test_the_same_seed_gives_the_same_and_another_draw_another() -> None:
    change = typos(0.2)
    assert change(SENTENCE, seed=3) == change(SENTENCE, seed=3)
    assert len({change(SENTENCE, seed=3, draw=draw) for draw in range(20)}) > 15
    assert change(SENTENCE, seed=3) != change(SENTENCE, seed=4)


def test_what_is_not_random_does_not_depend_on_the_seed() -> None:
    for change in FIXED:
        variants = {change(SENTENCE, seed=seed) for seed in range(12)}
        assert (len(variants) == 1) != change.is_random


def test_each_change_does_what_it_says() -> None:
    done = {change.name: change(SENTENCE) for change in FIXED}
    assert done["lower case"] == SENTENCE.lower()
    assert done["upper case"] == SENTENCE.upper()
    assert done["mixed case"].lower() == SENTENCE.lower()
    assert done["no punctuation"] == "Where s my café order please It was due on May 23rd"
    assert done["no accents"] == SENTENCE.replace("é", "e")
    assert done["more blanks"].split() == SENTENCE.split()
    assert done["a blank less"].replace(" ", "") == SENTENCE.replace(" ", "")
    assert len(done["a blank less"]) == len(SENTENCE) - 1
    assert done["other ending"].rstrip("!?.") == SENTENCE.rstrip(".")
    assert done["other ending"] != SENTENCE


def test_marks_of_other_scripts_are_no_accents() -> None:
    change = next(one for one in FIXED if one.name == "no accents")
    assert change("Müller й हिन्दी 한국어") == "Muller й हिन्दी 한국어"


@pytest.mark.parametrize("text", ["", " ", "?!", "日本語", "a"])
def test_no_text_is_too_odd(text: str) -> None:
    for change in perturbations(0.5):
        assert isinstance(change(text), str)


def test_a_rate_or_a_kind_that_cannot_be_is_refused() -> None:
    with pytest.raises(DiagnosticsError, match="share from 0 to 1, not 5"):
        mistyped("a", Random(0), rate=5)
    kinds: list[Slip] = ["slide"]  # type: ignore[list-item]
    with pytest.raises(DiagnosticsError, match="no kind of typo 'slide'"):
        mistyped("a", Random(0), slips=kinds)
