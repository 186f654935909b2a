from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import diagnostics
from diagnostics import DiagnosticsError, Filter
from diagnostics.assumptions.assumption import assumption
from diagnostics.assumptions.examples_of_group import examples_of_group
from diagnostics.examples.attributes import Attribute
from diagnostics.examples.contrast import mistakes_in_common, slice_of
from diagnostics.examples.selection import answers_where
from diagnostics.examples.slices import Slice, parse_slice, range_text

N = 120


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """Texts, numbers, a truth value and a value with signs of the compact form in it."""
    rng = np.random.default_rng(2)
    content = pd.DataFrame(
        {
            "text": [
                ["a refund, please", "they refunded me", "I don't know", "so don is it"][n % 4]
                for n in range(N)
            ],
            "age": np.arange(N) / 3,
            "is_new": np.arange(N) % 3 == 0,
            "when": pd.date_range("2020-01-01", periods=N),
            "land": [["fr", "a:b,c%", "3..7", "with"][n % 4] for n in range(N)],
        }
    )
    wrong = rng.random(N) < np.where(np.arange(N) % 4 == 0, 0.7, 0.2)
    folder = tmp_path_factory.mktemp("slices") / "results"
    answers = {"true_label": ["a"] * N, "predicted_label": np.where(wrong, "b", "a")}
    ids = [f"e{n}" for n in range(N)]
    diagnostics.record(folder / "one", experiment="x", example=ids, content=content, **answers)
    diagnostics.record(folder / "two", experiment="x", example=ids, **answers)
    (experiment,) = diagnostics.open_workspace(folder).experiments
    return experiment, experiment.run("one")


def listed(recorded: tuple[Any, Any], text: str) -> list[int]:
    experiment, run = recorded
    found = answers_where(run, Filter(having=text), experiment).collect()
    return sorted(int(name[1:]) for name in found["example"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("word:refund", [n for n in range(N) if n % 4 == 0]),
        ("word:refund:without", [n for n in range(N) if n % 4]),
        ("word:don", [n for n in range(N) if n % 4 == 3]),
        ("word:don't", [n for n in range(N) if n % 4 == 2]),
        ("column:age:2..3", [6, 7, 8, 9]),
        ("column:age:2", [6]),
        ("column:age:some", []),
        ("column:is_new", [n for n in range(N) if n % 3 == 0]),
        ("column:is_new:false", [n for n in range(N) if n % 3]),
        ("column:land:with", [n for n in range(N) if n % 4 == 3]),
        ("column:land:3..7", [n for n in range(N) if n % 4 == 2]),
        ("column:land=fr", [n for n in range(N) if n % 4 == 0]),
        (Slice(Attribute("column", "land"), "a:b,c%").text, [n for n in range(N) if n % 4 == 1]),
        ("property:words:2..3", [n for n in range(N) if n % 4 in (0, 1, 2)]),
        ("property:question mark", []),
    ],
)
def test_exactly_the_examples_that_have_it_are_listed(
    recorded: tuple[Any, Any], text: str, expected: list[int]
) -> None:
    assert listed(recorded, text) == expected


@pytest.mark.parametrize("text", ["", "refund", "word:", "owner:x", "word:a:b:c", "word:?!"])
def test_what_names_nothing_is_refused(text: str) -> None:
    with pytest.raises(DiagnosticsError):
        parse_slice(text)


def test_a_column_that_is_not_there_is_named(recorded: tuple[Any, Any]) -> None:
    with pytest.raises(DiagnosticsError, match="No column of the examples is called “size”"):
        listed(recorded, "column:size:1..2")


def test_every_item_that_mistakes_share_lists_as_many_as_were_counted(
    recorded: tuple[Any, Any],
) -> None:
    experiment, run = recorded
    found = mistakes_in_common(run, Filter(), experiment)
    assert set(found.items["kind"]) == {"word", "range", "value"}
    for row in found.items.itertuples():
        text = slice_of(row.kind, row.column, row.value).text
        for correct, n in ((False, row.mistakes), (True, row.right)):
            where = Filter(having=text, correct=correct)
            assert len(answers_where(run, where, experiment).collect()) == n, text


@pytest.mark.parametrize(
    "given",
    [
        assumption("word", "refund", "matters"),
        assumption("column", "age", "matters"),
        assumption("column", "land", "matters"),
        assumption("column", "land=fr", "matters"),
        assumption("column", "when", "matters"),
        assumption("column", "is_new", "matters"),
        assumption("property", "characters", "matters"),
        assumption("property", "capitals", "matters"),
    ],
    ids=lambda given: given.text,
)
def test_every_group_of_an_assumption_lists_all_of_its_examples(
    recorded: tuple[Any, Any], given: Any
) -> None:
    experiment, run = recorded
    (found,) = diagnostics.judge_assumptions(experiment, run, [given])
    assert found.association is not None
    for group, n in found.association.groups[["group", "examples"]].itertuples(index=False):
        _, total, text = examples_of_group(experiment, run, given, group)
        assert text is not None
        assert len(listed(recorded, text)) == total == n


def test_of_a_run_without_content_that_of_another_is_looked_at(recorded: tuple[Any, Any]) -> None:
    experiment, _ = recorded
    found = mistakes_in_common(experiment.run("two"), Filter(having="word:refund"), experiment)
    assert found.mistakes + found.right == N // 4
    assert mistakes_in_common(experiment.run("two"), Filter(text="don't"), experiment).right > 3


def test_ranges_are_kept_to_the_last_digit_and_said_in_short() -> None:
    text = range_text(0.1 + 0.2, 7.0)
    assert text == "0.30000000000000004..7"
    assert Slice(Attribute("column", "age"), text).words == ("age", "0.3 to 7")
    odd = Slice(Attribute("column", "age: x"), text)
    assert parse_slice(odd.text) == odd


def test_what_examples_have_is_said_in_words() -> None:
    assert Slice(Attribute("word", "refund")).words == ("word", "refund")
    assert Slice(Attribute("word", "my refund"), "without").words == (
        "without the phrase",
        "my refund",
    )
    assert Slice(Attribute("property", "question mark"), "without").words == (
        "without",
        "question mark",
    )
    assert Slice(Attribute("column", "land"), "fr").words == ("land", "fr")
