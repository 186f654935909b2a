from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import diagnostics
from diagnostics import DiagnosticsError
from diagnostics.examples.attributes import (
    Attribute,
    NoValues,
    alternatives,
    attribute_values,
    column_meant,
    column_names,
    escaped,
    with_content_of,
)
from diagnostics.examples.text_properties import PROPERTIES
from tests.made.runs import record_animals

CONTENT = pd.DataFrame(
    {
        "text": ["a tabby", "a collie?", "a pug", "a poodle", "a snowy owl", "an eagle owl"],
        "age": [1, 2, 2, 3, 4, 5],
        "is_wild": [False, False, False, False, True, True],
        "town": ["Bonn", "Köln", None, "Bonn", "Bonn", "Köln"],
        "slept": [timedelta(seconds=number) for number in range(6)],
    }
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("attributes") / "results"
    record_animals(folder / "one", content=CONTENT)
    (experiment,) = diagnostics.open_workspace(folder).experiments
    return experiment.runs[0]


def values(run: Any, kind: str, subject: str) -> list[Any]:
    frame = attribute_values(run, Attribute.checked(kind, subject))
    assert frame.columns == ["example", "value"]
    return frame.sort("example")["value"].to_list()


def test_spaces_go_and_words_are_in_small_letters() -> None:
    assert Attribute.checked("word", "  My \n Refund ") == Attribute("word", "my refund")
    assert Attribute.checked("column", " Age  in years ") == Attribute("column", "Age in years")
    assert Attribute.checked("property", "words ") == Attribute("property", "words")


@pytest.mark.parametrize(
    ("kind", "subject", "message"),
    [
        ("thing", "a", "There is no kind 'thing'. Use word, property or column."),
        ("word", " ", "The word is missing. Say what you assume it of."),
        ("column", "", "The column is missing. Say what you assume it of."),
        ("property", "colour", f"There is no property 'colour'. Use {alternatives(PROPERTIES)}."),
        ("word", "?!", "'?!' is no word. A word has letters or digits."),
        ("word", "a" * 201, "That is longer than 200 characters. Shorten it."),
    ],
    ids=["kind", "no word", "no column", "property", "signs", "long"],
)
def test_what_is_no_attribute_is_refused(kind: str, subject: str, message: str) -> None:
    with pytest.raises(DiagnosticsError) as refused:
        Attribute.checked(kind, subject)
    assert str(refused.value) == message


def test_two_hundred_characters_are_no_slip() -> None:
    assert Attribute.checked("column", "a" * 200).subject == "a" * 200


def test_attributes_read_as_people_say_them() -> None:
    assert Attribute("word", "refund").named == "the word “refund”"
    assert Attribute("word", "my refund").named == "the phrase “my refund”"
    assert Attribute("column", "age in years").named == "the column “age in years”"
    assert Attribute("property", "words").named == "the number of words"


@given(st.text())
def test_what_is_escaped_has_no_sign_that_stands_between_parts(text: str) -> None:
    assert not set(escaped(text)) & set(":,")
    assert Attribute("column", text).text == f"column:{escaped(text)}"


def test_attributes_are_alike_and_sort_by_what_they_say() -> None:
    entries = [Attribute("word", "b"), Attribute("word", "a"), Attribute("column", "z")]
    assert sorted([*entries, Attribute("word", "a")]) == [
        Attribute("column", "z"),
        Attribute("word", "a"),
        Attribute("word", "a"),
        Attribute("word", "b"),
    ]
    assert len({*entries, Attribute("word", "a")}) == 3


@pytest.mark.parametrize(
    ("kind", "subject", "expected"),
    [
        ("word", "owl", [False, False, False, False, True, True]),
        ("word", "a snowy", [False, False, False, False, True, False]),
        ("property", "words", [2, 2, 2, 2, 3, 3]),
        ("column", "age", [1, 2, 2, 3, 4, 5]),
        ("column", "AGE", [1, 2, 2, 3, 4, 5]),
        ("column", "age=2", [False, True, True, False, False, False]),
        ("column", "is_wild=True", [False, False, False, False, True, True]),
        ("column", "town = Bonn", [True, False, None, True, True, False]),
    ],
)
def test_values_are_those_of_the_examples(
    run: Any, kind: str, subject: str, expected: list[Any]
) -> None:
    assert values(run, kind, subject) == expected


def test_durations_are_numbers(run: Any) -> None:
    slept = values(run, "column", "slept")
    assert [number / slept[1] for number in slept] == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("subject", "message"),
    [
        (
            "size",
            "No column of the examples is called “size”. "
            "They have: text, age, is_wild, town, slept.",
        ),
        ("age=old", "“old” is no number, and “age” holds numbers."),
    ],
)
def test_a_column_that_cannot_be_asked_about_says_why(run: Any, subject: str, message: str) -> None:
    with pytest.raises(NoValues) as refused:
        values(run, "column", subject)
    assert str(refused.value) == message


def test_columns_are_all_but_the_text(run: Any) -> None:
    assert column_names(run) == ["age", "is_wild", "town", "slept"]


def test_a_name_with_an_equals_sign_is_a_column_first() -> None:
    assert column_meant(["a=b", "a"], "a=b") == ("a=b", None)
    assert column_meant(["a=b", "a"], "a=b=c") == ("a", "b=c")
    with pytest.raises(NoValues, match=r"^No column of the examples is called “a”\. They have no"):
        column_meant(["example"], "a")


def test_content_without_a_text_has_no_words(tmp_path: Path) -> None:
    record_animals(tmp_path / "results" / "one", content=CONTENT[["age", "is_wild"]])
    (experiment,) = diagnostics.open_workspace(tmp_path / "results").experiments
    with pytest.raises(NoValues, match=r"^The examples have no text\. Assume something of a col"):
        attribute_values(experiment.runs[0], Attribute("word", "owl"))


def test_without_any_content_there_is_nothing_to_ask_about(tmp_path: Path) -> None:
    record_animals(tmp_path / "results" / "one", content=None)
    (experiment,) = diagnostics.open_workspace(tmp_path / "results").experiments
    with pytest.raises(NoValues) as refused:
        with_content_of(experiment, experiment.runs[0])
    assert str(refused.value) == (
        "Nothing was kept of the examples but their answers. Record the run with its content."
    )
