from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.assumptions import cached as assumptions_cached
from diagnostics import record
from diagnostics.assumptions.assumption import assumption, link_text
from diagnostics.assumptions.store import AssumptionStore
from tests.places import MAIN

REFUND = assumption("word", "refund", "matters")
#: Words that Markdown would turn into something else.
UGLY = assumption("word", "**x** :red[y]", "pushes-towards", "# $a$")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    texts = [f"{'refund' if rng.random() < 0.4 else 'hello'} number {n}" for n in range(300)]
    wrong = [rng.random() < (0.6 if "refund" in text else 0.1) for text in texts]
    said = ["b" if bad else "a" for bad in wrong]
    for name in ("one", "two"):
        record(
            tmp_path / "results" / name,
            true_label=["a"] * 300,
            predicted_label=said,
            confidence=rng.random(300),
            content=texts,
        )
    return tmp_path / "results"


@pytest.fixture
def page(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sys, "argv", ["main.py", str(folder)])

    def opened(name: str = "assumptions", **choices: str) -> AppTest:
        at = AppTest.from_file(str(MAIN), default_timeout=60)
        for key, value in choices.items():
            at.query_params[key] = value
        at.run()
        at.switch_page(f"../pages/{name}.py").run()
        assert not at.exception
        assert at.title[0].value == name.capitalize()
        return at

    return opened


def said(at: AppTest) -> str:
    return "\n".join(str(entry.value) for entry in [*at.text, *at.caption])


def chips(at: AppTest) -> str:
    return " ".join(entry.proto.body for entry in at.get("html"))


def test_an_empty_list_says_what_the_page_is_for(page: Any) -> None:
    at = page()
    assert "Nothing is assumed yet." in said(at)
    assert not at.dataframe


def test_what_is_written_down_is_kept_judged_and_in_the_link(page: Any, folder: Path) -> None:
    at = page()
    at.text_input(key="assume_word").input(" Refund ")
    at.text_input(key="assume_who").input("Ada")
    at.button(key="assume_add").click().run()
    assert not at.exception
    (entry,) = AssumptionStore.of(folder).kept()
    assert (entry.assumption, entry.who) == (REFUND, "Ada")
    matrix = at.dataframe[0].value
    assert matrix["0"].tolist() == ["The word “refund” matters"]
    assert matrix["1"].tolist() == matrix["2"].tolist() == ["✓ holds"]
    assert at.query_params["assume"] == "word:refund:matters"
    assert "Written by \u2068Ada\u2069" in said(at)
    assert "answers are wrong; without it, " in said(at)
    assert at.text_input(key="assume_word").value == ""
    assert "Wrong answers: a clear difference" in said(at)


def test_runs_stay_in_their_places_when_another_is_chosen(page: Any, folder: Path) -> None:
    AssumptionStore.of(folder).add(REFUND)
    at = page(run="two")
    columns = at.dataframe[0].proto.columns
    at.session_state["run"] = "one"
    at.run()
    assert at.dataframe[0].proto.columns == columns
    assert "run</span> <bdi>one" in chips(at)


def test_what_cannot_be_meant_is_refused_in_a_sentence(page: Any, folder: Path) -> None:
    at = page()
    at.button(key="assume_add").click().run()
    assert "The word is missing." in said(at)
    assert AssumptionStore.of(folder).kept() == []


def test_both_sides_show_their_examples(page: Any, folder: Path) -> None:
    AssumptionStore.of(folder).add(REFUND)
    at = page()
    left, right = (frame.value for frame in at.dataframe[1:3])
    assert all("refund" in text for text in left["content: text"])
    assert all("hello" in text for text in right["content: text"])
    chart = json.loads(at.get("vega_lite_chart")[0].proto.spec)
    sort = chart["layer"][-1]["encoding"]["y"]["sort"]
    assert [name.split(" · ")[0] for name in sort] == ["with it", "without it"]


def test_a_link_brings_its_assumptions_and_they_can_be_kept(page: Any, folder: Path) -> None:
    at = page(assume=f"{link_text([REFUND])},nonsense")
    assert at.dataframe[0].value["0"].tolist() == ["The word “refund” matters (from the link)"]
    assert "1 of the link's assumptions cannot be read." in said(at)
    assert AssumptionStore.of(folder).kept() == []
    at.button(key="assume_keep").click().run()
    assert [entry.assumption for entry in AssumptionStore.of(folder).kept()] == [REFUND]
    assert at.dataframe[0].value["0"].tolist() == ["The word “refund” matters"]


def test_to_withdraw_takes_it_off_the_page_and_out_of_the_link(page: Any, folder: Path) -> None:
    store = AssumptionStore.of(folder)
    store.add(REFUND)
    at = page()
    assert at.query_params["assume"] == "word:refund:matters"
    at.button(key="assume_withdraw").click().run()
    assert "Nothing is assumed yet." in said(at)
    assert "assume" not in at.query_params
    assert len(store.path.read_text().splitlines()) == 2


def test_the_one_in_the_link_is_looked_at_and_words_stay_words(page: Any, folder: Path) -> None:
    for given in (REFUND, UGLY):
        AssumptionStore.of(folder).add(given)
    at = page(assumption=UGLY.text)
    assert "**x** :red[y]" in chips(at)
    assert not any("**x**" in entry.value for entry in [*at.markdown, *at.caption])
    assert "The run knows no label “# $a$”." in said(at)


def test_a_list_of_mistakes_says_what_they_share(page: Any) -> None:
    at = page("examples", run="one")
    assert not any("More frequent" in entry.value for entry in at.text)
    at.session_state["contrast_open"] = True
    at.run()
    assert not at.exception
    (sentence,) = [e.value for e in at.text if e.value.startswith("More frequent")]
    assert sentence == "More frequent among these mistakes: refund. Less frequent: hello."
    assert "Fisher's exact test" in said(at)


def test_a_name_from_right_to_left_leaves_the_date_as_it_is(page: Any, folder: Path) -> None:
    AssumptionStore.of(folder).add(REFUND, who="\u202ex")
    (written,) = [line for line in said(page()).splitlines() if line.startswith("Written")]
    assert written.startswith("Written by \u2068\u202ex\u2069 20")


def test_many_assumptions_are_judged_once(
    page: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(90):
        AssumptionStore.of(folder).add(assumption("word", f"w{number}", "matters"))
    at = page()
    asked: list[int] = []
    monkeypatch.setattr(assumptions_cached, "judge_assumptions", lambda *_, **__: asked.append(1))
    at.run()
    assert not at.exception
    assert asked == []
