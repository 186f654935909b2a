"""Long labels and texts in little room."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.widgets.labels import fitted, lines_of, named, told_apart

LONG = "Please remove my order completely. I do not want to change it, I want it gone for good"


def test_a_text_that_fits_stays_whole() -> None:
    assert fitted("does a gift card work", width=140) == "does a gift card work"


def test_a_long_text_ends_after_a_whole_word() -> None:
    shown = fitted(LONG, width=140)
    assert shown.endswith("…")
    assert LONG.startswith(shown.removesuffix("…"))
    assert LONG.removeprefix(shown.removesuffix("…"))[0] in " .,"


@pytest.mark.parametrize(
    "text",
    [
        LONG,
        LONG.upper(),
        "https://example.org/" + "path/" * 30,
        "注文が届いていません。" * 8,
        "mW" * 60,
    ],
    ids=["words", "capitals", "one word", "ideographs", "broad letters"],
)
@pytest.mark.parametrize("lines", [1, 3])
def test_what_is_left_fits_with_its_ellipsis(text: str, lines: int) -> None:
    shown = fitted(text, width=140, lines=lines)
    assert shown.endswith("…")
    assert len(shown) > 4 * lines
    assert len(lines_of(shown, width=140)) <= lines


def test_wide_letters_have_less_room() -> None:
    assert len(fitted("注文" * 40, width=140)) < len(fitted("iljt" * 40, width=140))


def test_line_breaks_become_blanks() -> None:
    assert fitted("one\ntwo\n\nthree", width=140) == "one two three"


@pytest.mark.parametrize("text", ["", "  \n"])
def test_nothing_stays_nothing(text: str) -> None:
    assert fitted(text, width=140) == ""


def test_labels_that_are_missing_stay_so_and_blank_ones_are_named() -> None:
    frame = pd.DataFrame({"true_label": ["cat", "", "  ", None], "n": range(4)})
    shown = named(frame)["true_label"]
    assert shown[:3].tolist() == ["cat", "(empty)", "(empty)"]
    assert pd.isna(shown[3])


def test_labels_that_differ_in_the_middle_are_cut_around_it() -> None:
    labels = [f"a rather long class name number {at:04d} of something" for at in (7, 80)]
    short = told_apart([*labels, "short"], 24)
    assert short["short"] == "short"
    assert all("00" in short[label] and len(short[label]) <= 24 for label in labels)
    assert len(set(short.values())) == 3


def test_labels_that_differ_at_their_ends_are_cut_as_ever() -> None:
    short = told_apart(["x" * 30 + "a", "x" * 30 + "b"], 11)
    assert list(short.values()) == ["xxxxx…xxxxa", "xxxxx…xxxxb"]


@example(["bbaaabbbb", "a", "bbaaaabbb"], 8)
@given(st.lists(st.text("ab", min_size=1, max_size=40), max_size=8), st.integers(8, 24))
def test_no_two_labels_come_out_the_same(labels: list[str], longest: int) -> None:
    short = told_apart(labels, longest)
    assert list(short) == list(dict.fromkeys(labels))
    assert len(set(short.values())) == len(short)
