from __future__ import annotations

import polars as pl
import pytest

from diagnostics.readers.prediction_table.values.spellings import respelt_as, spelt_as_one


@pytest.mark.parametrize(
    ("answers", "truths", "respelt"),
    [
        ({"LABEL_0", "LABEL_1"}, {"0", "1"}, {"LABEL_0": "0", "LABEL_1": "1"}),
        ({"LABEL_0"}, {"0", "1"}, {"LABEL_0": "0"}),
        ({"0", "1"}, {"LABEL_0", "LABEL_1"}, {"0": "LABEL_0", "1": "LABEL_1"}),
        ({"__label__a", "__label__b"}, {"a", "b"}, {"__label__a": "a", "__label__b": "b"}),
        ({"C1", "C3"}, {"1", "2", "3"}, {"C1": "1", "C3": "3"}),
        ({"class_1", "class_2"}, {"1", "2"}, {"class_1": "1", "class_2": "2"}),
        ({"Cat", "dog"}, {"cat", "dog"}, {"Cat": "cat"}),
        ({"in situ", "normal"}, {"in_situ", "normal"}, {"in situ": "in_situ"}),
        ({"0", "1"}, {"-1", "1"}, {"0": "-1"}),
        ({"-1", "1"}, {"0", "1"}, {"-1": "0"}),
        ({"0"}, {"-1", "1"}, {"0": "-1"}),
        ({"0", "1"}, {"no", "yes"}, {"0": "no", "1": "yes"}),
        ({"Yes", "No"}, {"0", "1"}, {"Yes": "1", "No": "0"}),
        ({"pos", "neg"}, {"positive", "negative"}, {"pos": "positive", "neg": "negative"}),
        ({"y", "n"}, {"true", "false"}, {"y": "true", "n": "false"}),
        ({"1"}, {"yes"}, {"1": "yes"}),
        ({"1", "0"}, {"good", "bad"}, {}),
        ({"1", "yes"}, {"yes", "no"}, {}),
        ({"0", "1", "2"}, {"no", "yes"}, {}),
        # What would lose something, or is another label, stays as it is.
        ({"US", "us", "it"}, {"us", "it"}, {}),
        ({"a", "b"}, {"A", "a"}, {}),
        ({"a"}, {"a", "b"}, {}),
        ({"family car", "sports car"}, {"family", "sport"}, {}),
        ({"cat", "cats"}, {"dog", "dogs"}, {}),
        ({"1", "2"}, {"-1", "-2"}, {}),
        ({"C1", "C4"}, {"1", "2"}, {}),
    ],
)
def test_answers_are_spelt_as_the_truth_where_that_loses_nothing(
    answers: set[str], truths: set[str], respelt: dict[str, str]
) -> None:
    assert respelt_as(answers, truths) == respelt


@pytest.mark.parametrize(
    ("predicted", "truth", "labels"),
    [
        (["1:no", "2:yes"], ["2:yes", "2:yes"], (["no", "yes"], ["yes", "yes"])),
        (["1:no", "2:yes"], ["1:?", "1:?"], (["no", "yes"], [None, None])),
        (["1:no", "2:yes"], ["yes", "no"], (["no", "yes"], ["yes", "no"])),
        (["1:0", "2:1"], ["2:1", "1:0"], (["0", "1"], ["1", "0"])),
        (["10:00", "11:00"], ["10:00", "10:00"], (["10:00", "11:00"], ["10:00", "10:00"])),
        (["2:1", "1:2"], ["2:1", "2:1"], (["2:1", "1:2"], ["2:1", "2:1"])),
        (["a", "b"], ["a", "?"], (["a", "b"], ["a", None])),
        (["a", "?"], ["a", "?"], (["a", "?"], ["a", "?"])),
    ],
)
def test_places_before_names_are_taken_off_and_question_marks_are_unknown(
    predicted: list[str], truth: list[str], labels: tuple[list[str], list[str | None]]
) -> None:
    spelt = spelt_as_one(pl.Series("p", predicted), pl.Series("t", truth))
    assert spelt.truth is not None
    assert (spelt.predicted.to_list(), spelt.truth.to_list()) == labels


def test_answers_counted_from_another_number_are_asked_about() -> None:
    truth = pl.Series([1, 2, 1, 2, 1, 2]).cast(pl.String)
    spelt = spelt_as_one(pl.Series([0, 1, 0, 1, 0, 0]).cast(pl.String), truth)
    assert spelt.predicted.to_list() == ["1", "2", "1", "2", "1", "1"]
    assert spelt.doubt == (
        "Answers are counted from 0, the truth from 1, so that 0 was read as 1: 83% right. "
        "As they stand: 0%."
    )
    worse = pl.Series([1, 0, 1, 0, 1, 1]).cast(pl.String)
    assert spelt_as_one(worse, truth).predicted.to_list() == worse.to_list()
