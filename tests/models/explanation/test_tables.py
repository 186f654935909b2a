"""An explanation's rows and squares, counted by hand."""

from __future__ import annotations

import pytest

from diagnostics.models.explanation.explanation import (
    Contribution,
    Explanation,
    strongest_first,
    total,
)
from diagnostics.models.explanation.tables import contribution_table, named, pixel_table, visible


def explanation(*entries: Contribution, **more: object) -> Explanation:
    given = {
        "method": "exact", "exact": True, "scale": "log-odds", "label": "a", "against": "b",
        "base": 0.5, "output": total(0.5, list(entries)),
        "contributions": strongest_first(list(entries)), **more,
    }  # fmt: skip
    return Explanation(**given)  # type: ignore[arg-type]


WORDS = explanation(
    Contribution("back", 2, 3.0), Contribution("the", 1, -1.0), Contribution("is", 1, 0.25)
)


def test_words_begin_at_zero_and_the_base_comes_after_them() -> None:
    table = contribution_table(WORDS)
    assert table["name"].tolist() == ["back × 2", "the", "is", "base", "output"]
    assert table["start"].tolist() == [0] * 5
    assert table["end"].tolist() == [3, -1, 0.25, 0.5, 2.75]
    assert table["role"].tolist() == ["towards", "away", "towards", "base", "output"]
    assert table["figure"].tolist()[:2] == ["+3", "-1"]


def test_steps_lead_from_the_base_to_the_output() -> None:
    table = contribution_table(WORDS, strongest=1, cumulative=True)
    assert table["name"].tolist() == ["base", "back × 2", "2 others", "output"]
    assert table["start"].tolist() == [0, 0.5, 3.5, 0]
    assert table["end"].tolist() == [0.5, 3.5, 2.75, 2.75]


def test_what_changed_its_sign_when_repeated_is_told_apart() -> None:
    table = contribution_table(explanation(Contribution("back", 1, 2.0, stable=False)))
    assert table["role"].tolist() == ["unstable", "base", "output"]


def test_a_feature_called_base_is_no_base() -> None:
    table = contribution_table(explanation(Contribution("base", 1, -2.0)))
    assert table["role"].tolist() == ["away", "base", "output"]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (Contribution("age", 41.256789, 1.0, 0), "age = 41.26"),
        (Contribution("rooms", 3, 1.0, 0), "rooms = 3"),
        (Contribution("rooms", 1, 1.0, 0), "rooms = 1"),
        (Contribution("town = Rom", "Rom", 1.0, 2), "town = Rom"),
        (Contribution("town = Bern", "Rom", 1.0, 2), "town = Bern (is Rom)"),
        (Contribution("back", 1, 1.0), "back"),
        (Contribution("back", 0, 1.0), "back (absent)"),
        (Contribution("pca0", 0.5, 1.0), "pca0 = 0.5"),
        (Contribution("kept", None, 1.0), "kept"),
    ],
)
def test_values_stand_beside_names_where_they_say_more(entry: Contribution, words: str) -> None:
    assert named(entry) == words


def test_blanks_at_the_ends_of_pieces_of_words_are_seen() -> None:
    assert [visible(name) for name in (" re", "d ", "a b", "a\nb", "  ")] == [
        "␣re", "d␣", "a b", "a␣b", "␣␣",
    ]  # fmt: skip


def test_pixels_lie_where_their_places_are() -> None:
    found = explanation(
        Contribution("row 1, column 2", 3.0, 2.0, 1),
        Contribution("row 2, column 1", 1.0, -4.0, 3),
        picture=(2, 3),
    )
    table = pixel_table(found)
    assert table["contribution"].tolist() == [0, 2, 0, -4, 0, 0]
    assert table["share"].tolist() == [0, 0.5, 0, -1, 0, 0]
    assert table[["row", "column"]].values.tolist()[3] == [1, 0]


def test_large_pictures_and_colours_are_added_up() -> None:
    entries = [Contribution(f"row 1, column {at // 3 + 1}, {name}", 1.0, 1.0, at)
               for at in range(12) for name in [("red", "green", "blue")[at % 3]]]  # fmt: skip
    assert pixel_table(explanation(*entries, picture=(1, 4)))["contribution"].tolist() == [3.0] * 4
    halved = pixel_table(explanation(*entries, picture=(1, 4)), side=2)
    assert halved["contribution"].tolist() == [6.0, 6.0]
    assert pixel_table(WORDS).empty


def test_one_more_than_is_shown_is_shown_by_itself() -> None:
    entries = tuple(Contribution(f"w{at}", None, 4.0 - at) for at in range(4))
    found = Explanation("exact", True, "margin", "a", None, 0.0, 10.0, entries)
    assert contribution_table(found, strongest=3)["name"].tolist() == [
        "w0", "w1", "w2", "w3", "base", "output",
    ]  # fmt: skip
    assert "2 others" in contribution_table(found, strongest=2)["name"].tolist()


def test_rounding_is_shown_as_nothing() -> None:
    entries = (Contribution("a", None, 0.5), Contribution("b", None, -1e-17))
    found = Explanation("shap", False, "probability", "a", None, -0.5, -2e-17, entries)
    assert contribution_table(found)["figure"].tolist() == ["+0.5", "0", "-0.5", "0"]
