from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import diagnostics
from diagnostics.examples.entities import (
    Piece,
    Span,
    entities_of_all_runs,
    in_words,
    parse_spans,
    pieces,
    span_differences,
)
from tests.places import DATA

TEXT = "fly to Berlin tomorrow"
CITY = Span(7, 13, "city")
DAY = Span(14, 22, "date")


def test_pieces_are_the_text_with_its_entities_named() -> None:
    assert pieces(TEXT, [CITY, DAY]) == [
        Piece("fly to "),
        Piece("Berlin", ("city",)),
        Piece(" "),
        Piece("tomorrow", ("date",)),
    ]


def test_overlapping_entities_are_named_together() -> None:
    found = pieces("new york city", [Span(0, 8, "city"), Span(4, 13, "place")])
    assert [(piece.text, piece.label) for piece in found] == [
        ("new ", "city"),
        ("york", "city + place"),
        (" city", "place"),
    ]


@given(st.text(), st.lists(st.tuples(st.integers(-5, 30), st.integers(-5, 30)), max_size=6))
def test_whatever_the_offsets_the_pieces_are_the_text(text: str, ends: Any) -> None:
    spans = [Span(start, end, "x") for start, end in ends]
    assert "".join(piece.text for piece in pieces(text, spans)) == text
    span_differences(text, spans, spans[:2])
    in_words(text, spans)


@pytest.mark.parametrize(
    "cell", [None, "", "no json", "{}", "[1, null]", '[{"start": "0", "end": 1}]', '[{"start": 1}]']
)
def test_what_is_no_span_is_left_out(cell: object) -> None:
    assert parse_spans(cell) == []


def test_roles_and_groups_are_part_of_the_name() -> None:
    cell = json.dumps([{"start": 7, "end": 13, "entity": "city", "role": "to", "group": "1"}])
    assert parse_spans(cell)[0].name == "city (to, 1)"


def test_equal_entities_do_not_differ() -> None:
    assert span_differences(TEXT, [CITY, DAY], [DAY, CITY]).empty


def test_every_difference_is_called_what_it_is() -> None:
    gold = [Span(0, 3, "verb"), CITY, DAY]
    predicted = [Span(7, 13, "name", confidence=0.9), Span(14, 16, "date"), Span(4, 6, "verb")]
    found = span_differences(TEXT, gold, predicted)
    assert found.drop(columns="confidence").to_records(index=False).tolist() == [
        ("missed", "fly", "verb", ""),
        ("spurious", "to", "", "verb"),
        ("other type", "Berlin", "city", "name"),
        ("other extent", "to", "date", "date"),
    ]
    assert found["confidence"].tolist()[2] == 0.9


def test_spans_are_said_in_words() -> None:
    assert in_words(TEXT, [CITY, DAY]) == "city: Berlin · date: tomorrow"
    assert in_words(TEXT, [Span(90, 99, "city", value="Rome")]) == "city: Rome"
    assert in_words(TEXT, []) == "nothing"


def test_every_run_says_what_it_found_in_a_sentence() -> None:
    grid = DATA / "rasa/grid"
    for experiment in diagnostics.open_workspace(grid).experiments:
        if experiment.task == "entities":
            found = entities_of_all_runs(experiment, "nobody")
            assert found["run"].tolist() == [run.run for run in experiment.runs]
            assert not found["is_listed"].any()
