"""Long labels in little room."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from app.widgets.told_apart import told_apart


def test_labels_that_differ_in_the_middle_are_cut_around_it() -> None:
    labels = [f"a rather long class name number {at:04d} of something" for at in (7, 80)]
    found = told_apart([*labels, "short"], 24)
    assert found["short"] == "short"
    assert all("00" in found[label] and len(found[label]) <= 24 for label in labels)
    assert len(set(found.values())) == 3


def test_labels_that_differ_at_their_ends_are_cut_as_ever() -> None:
    found = told_apart(["x" * 30 + "a", "x" * 30 + "b"], 11)
    assert list(found.values()) == ["xxxxx…xxxxa", "xxxxx…xxxxb"]


@example(["bbaaabbbb", "a", "bbaaaabbb"], 8)
@given(st.lists(st.text("ab", min_size=1, max_size=40), max_size=8), st.integers(8, 24))
def test_no_two_labels_come_out_the_same(labels: list[str], longest: int) -> None:
    found = told_apart(labels, longest)
    assert list(found) == list(dict.fromkeys(labels))
    assert len(set(found.values())) == len(found)
