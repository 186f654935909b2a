"""What may import what: the floors of the house, held by reading every import in it."""

from __future__ import annotations

from tests.imports import arrows, circles

#: Modules that still stand in a circle. This list only ever gets shorter.
CIRCLES = [
    [
        "diagnostics.assumed_values",
        "diagnostics.content",
        "diagnostics.examples",
        "diagnostics.filters",
        "diagnostics.having",
    ],
    ["diagnostics.assumption_words", "diagnostics.findings"],
    [
        "diagnostics.readers.prediction_table.delimited",
        "diagnostics.readers.prediction_table.files",
    ],
    [
        "diagnostics.recorder",
        "diagnostics.search_candidate",
        "diagnostics.search_fit",
        "diagnostics.search_hooks",
        "diagnostics.watching",
    ],
]


def test_no_modules_import_each_other() -> None:
    assert circles(arrows()) == CIRCLES


def test_a_circle_is_seen_however_long() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set(), "e": {"f"}, "f": {"e", "a"}}
    assert circles(graph) == [["a", "b", "c"], ["e", "f"]]
