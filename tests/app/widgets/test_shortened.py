from __future__ import annotations

import pandas as pd
import pytest

from app.widgets.labels import fitted, lines_of, named

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
