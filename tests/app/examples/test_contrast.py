from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from app.examples import contrast
from app.examples.contrast import _assumed, _ratio
from diagnostics import record
from diagnostics.examples.slices import parse_slice
from tests.places import MAIN

N = 240


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`refund`, the country fr and a high age go with answering `b`; `refunded` does not."""
    rng = np.random.default_rng(1)
    number = np.arange(N)
    words = np.array(["refund now", "they refunded me", "hello there"])[number % 3]
    content = pd.DataFrame(
        {
            "text": [f"{word} number {n}" for n, word in enumerate(words)],
            "land": np.where(number % 3 == 0, "fr", "de"),
            "age": np.where(number % 3 == 0, 50, 0) + rng.random(N) * 40,
        }
    )
    wrong = rng.random(N) < np.where(number % 3 == 0, 0.7, 0.1)
    true = np.where(number % 6 < 3, "a", "c")
    folder = tmp_path_factory.mktemp("contrast") / "results"
    answers: dict[str, Any] = {"true_label": true, "confidence": rng.random(N)}
    said = np.where(wrong, "b", true)
    record(folder / "one", experiment="x", content=content, predicted_label=said, **answers)
    record(folder / "right", experiment="y", content=content, predicted_label=true, **answers)
    record(folder / "bare", experiment="z", predicted_label=said, **answers)
    return folder


@pytest.fixture
def page(results: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sys, "argv", ["main.py", str(results)])

    def opened(**choices: str) -> AppTest:
        at = AppTest.from_file(str(MAIN), default_timeout=60)
        at.session_state["contrast_open"] = True
        for key, value in choices.items():
            at.query_params[key] = value
        at.run()
        at.switch_page("../pages/examples.py").run()
        assert not at.exception
        assert at.title[0].value == "Examples"
        return at

    return opened


def said(at: AppTest) -> str:
    return "\n".join(str(entry.value) for entry in [*at.text, *at.caption, *at.markdown])


def items(at: AppTest) -> pd.DataFrame:
    """The table of what mistakes share: it alone has an odds ratio."""
    (found,) = [frame.value for frame in at.dataframe if "odds_ratio" in frame.value]
    return found.set_index("item")


def test_words_values_and_ranges_are_counted_on_both_sides(page: Any) -> None:
    at = page(experiment="x")
    found = items(at)
    assert {"refund", "land = fr"} <= set(found.index[:6])
    assert any(name.startswith("age: ") for name in found.index[:6])
    kept = at.dataframe[0].value
    assert len(kept)
    assert "More frequent among these mistakes: " in said(at)
    assert "an exact test within each of the 2 true classes" in said(at)


def test_a_cell_is_held_against_right_answers_of_its_class(page: Any) -> None:
    at = page(experiment="x", true="a", predicted="b")
    assert "Fisher's exact test" in said(at)


@pytest.mark.parametrize("item", ["refund", "land = fr", "age"])
def test_a_click_lists_exactly_as_many_mistakes_as_were_counted(
    page: Any, monkeypatch: pytest.MonkeyPatch, item: str
) -> None:
    at = page(experiment="x")
    found = items(at)
    name = next(name for name in found.index if name == item or name.startswith(f"{item}: "))
    row = list(found.index).index(name)
    listed = found[["kind", "column", "value"]].itertuples(index=False, name=None)
    clicked = {"table": {"selection": {"cells": [(row, "item")]}}}
    chosen: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(contrast.st, "session_state", clicked)
        patch.setattr(contrast.slices, "choose", chosen.append)
        contrast._picked("table", list(listed))
    at.query_params["having"] = chosen[0]
    at.run()
    assert not at.exception
    counted = found.loc[name, "mistakes"].split(" · ")[0]
    assert f"**{counted} examples**" in said(at)


def test_what_the_list_is_narrowed_to_can_be_cleared(page: Any) -> None:
    at = page(experiment="x", having="word:refund")
    assert "word</span> <bdi>refund" in " ".join(e.proto.body for e in at.get("html"))
    at.button(key="examples_clear_having").click().run()
    assert "having" not in at.query_params
    assert not any(e.key == "examples_clear_having" for e in at.button)


@pytest.mark.parametrize("having", ["nonsense", "word:", "column:gone:1..2", "x:y:z:w", "word:?"])
def test_a_link_that_means_nothing_says_so_and_can_be_cleared(page: Any, having: str) -> None:
    at = page(experiment="x", having=having)
    assert "names nothing" in said(at) or "No column" in said(at) or "is no word" in said(at)
    at.button(key="examples_clear_having").click().run()
    assert not at.exception
    assert len(at.dataframe)


def test_it_leads_to_an_assumption_that_is_filled_in(page: Any) -> None:
    at = page(experiment="x", having="word:refund", predicted="b")
    at.button(key="contrast_assume").click().run()
    assert at.title[0].value == "Assumptions"
    assert not at.exception
    assert at.text_input(key="assume_word").value == "refund"
    assert at.selectbox(key="assume_claim").value == "pushes-towards"
    assert at.selectbox(key="assume_label").value == "b"
    assert "draft" not in at.query_params


@pytest.mark.parametrize(
    ("having", "predicted", "expected"),
    [
        ("word:refund", None, "word:refund:matters"),
        ("word:refund:without", "b", "word:refund:pushes-towards:b"),
        ("column:land:fr", "b", "column:land=fr:pushes-towards:b"),
        ("column:age:1..2", "b", "column:age:matters"),
        ("property:words:3..4", "b", "property:words:matters"),
        ("property:question mark", "b", "property:question mark:matters"),
    ],
)
def test_the_assumption_is_about_what_the_list_has(
    having: str, predicted: str | None, expected: str
) -> None:
    assert _assumed(parse_slice(having), predicted).text == expected


def test_without_mistakes_a_sentence_says_so_or_nothing_is_offered(page: Any) -> None:
    assert "There are no mistakes here" in said(page(experiment="y", by="all"))
    assert not any(e.label == "What these have in common" for e in page(experiment="z").expander)


def test_ratios_are_said_in_few_digits() -> None:
    assert _ratio(2.3456, 1.0, 1234.5) == "2.3 (1 to 1,234)"
    assert _ratio(float("inf"), 1.94, float("inf")) == "∞ (1.9 to ∞)"
    assert _ratio(float("nan"), float("nan"), float("nan")) == "–"
