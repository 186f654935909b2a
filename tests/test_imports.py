"""What may import what: the floors of the house, held by reading every import in it."""

from __future__ import annotations

from tests.imports import arrows, circles

#: Modules that still stand in a circle. This list only ever gets shorter.
CIRCLES: list[list[str]] = []


def test_no_modules_import_each_other() -> None:
    assert circles(arrows()) == CIRCLES


def test_a_circle_is_seen_however_long() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set(), "e": {"f"}, "f": {"e", "a"}}
    assert circles(graph) == [["a", "b", "c"], ["e", "f"]]
