"""The definitions of a word: where they agree, where they differ, and what their module says."""

from __future__ import annotations

import re

import polars as pl
import pytest

from diagnostics.examples import words
from diagnostics.examples.words import COUNTED, PIECE, SIGN, TOKEN, TYPED, between_edges, with_edges

TEXT = "a don't e-mail 我们"
DEFINITIONS = {
    "COUNTED": (COUNTED, ["a", "don't", "e", "mail", "我们"]),
    "TOKEN": (TOKEN, ["don", "mail", "我们"]),
    "PIECE": (PIECE, ["a", "don", "t", "e", "mail", "我", "们"]),
    "SIGN": (SIGN, ["'", "-"]),
    "TYPED": (TYPED, ["a", "don't", "e-mail", "我们"]),
}


@pytest.mark.parametrize("name", DEFINITIONS)
def test_each_definition_finds_what_its_module_says(name: str) -> None:
    pattern, expected = DEFINITIONS[name]
    assert [match.group() for match in re.finditer(pattern, TEXT)] == expected
    assert f"`{name}`" in (words.__doc__ or "")
    assert re.search(rf"`{name}` +{re.escape(', '.join(expected))} ", words.__doc__ or "")


@pytest.mark.parametrize("name", [name for name in DEFINITIONS if name != "SIGN"])
def test_they_agree_on_words_between_blanks(name: str) -> None:
    assert re.findall(DEFINITIONS[name][0], "where is my parcel, it was sent") == [
        "where", "is", "my", "parcel", "it", "was", "sent",
    ]  # fmt: skip


def test_polars_counts_the_words_that_python_does() -> None:
    assert pl.Series([TEXT]).str.extract_all(COUNTED).to_list() == [re.findall(COUNTED, TEXT)]


@pytest.mark.parametrize(
    ("text", "is_there"),
    [("don't", False), ("Don, please", True), ("'don'", True), ("a don", True), ("a_don", False)],
)
def test_whole_words_are_found_and_taken_out_alike(text: str, is_there: bool) -> None:
    assert pl.Series([text.lower()]).str.contains(with_edges("don")).to_list() == [is_there]
    assert (between_edges("don").search(text) is not None) is is_there


def test_a_word_of_a_script_without_blanks_is_taken_out_wherever_it_stands() -> None:
    assert between_edges("退货").sub(" ", "我要退货吗 退货").split() == ["我要", "吗"]
    assert between_edges("go").sub(" ", "gone go").split() == ["gone"]
