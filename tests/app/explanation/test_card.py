"""Why on the example card: the words in place, the labels in the link, what is missing."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import AdaBoostClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from streamlit.testing.v1 import AppTest

from app.explanation.figure import shaded
from app.explanation.view import ALONE
from app.explanation.words import has_columns, warnings
from diagnostics import record
from diagnostics.charts import colours
from diagnostics.models.explanation.explanation import Contribution, Explanation, Span
from tests.made.runs import record_animals
from tests.places import MAIN

TEXTS = ["my money <b>back</b>", "where is $money$", "send it back", "is it there", "late again"]
LABELS = ["refund", "status", "return", "status", "refund"]
TRUE = ["return", *LABELS[1:]]
IDS = list("12345")
Opened = Callable[..., AppTest]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("workspace")
    words = make_pipeline(TfidfVectorizer(), LogisticRegression(C=99)).fit(TEXTS, LABELS)
    given: dict[str, Any] = {"model": words, "X": TEXTS, "content": TEXTS, "example": IDS}
    record(root / "words/with", **given, true_label=TRUE, keep_model=True)
    record(root / "words/without", **given, true_label=TRUE)
    record_animals(root / "bare/run")
    frame = pd.DataFrame({"age": [20.0, 40, 60, 80], "rooms": [1.0, 4, 2, 5]})
    columns = make_pipeline(StandardScaler(), LogisticRegression()).fit(frame, list("abab"))
    record(root / "columns/run", model=columns, X=frame, true_label=list("baab"), keep_model=True)
    pixels = np.random.default_rng(0).random((6, 12))
    pictures = LogisticRegression().fit(pixels, list("ababab"))
    record(
        root / "pixels/run", model=pictures, X=pixels, true_label=list("bababa"),
        content=pixels.reshape(6, 3, 4), keep_model=True,
    )  # fmt: skip
    boosted = AdaBoostClassifier(n_estimators=2).fit(frame, list("abab"))
    record(root / "boosted/run", model=boosted, X=frame, true_label=list("aaab"), keep_model=True)
    return root


@pytest.fixture
def opened(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    def open_page(case: str, **choices: str) -> AppTest:
        monkeypatch.setattr(sys, "argv", ["main.py", str(workspace / case)])
        at = AppTest.from_file(str(MAIN), default_timeout=60)
        for name, value in choices.items():
            at.query_params[name] = value
        at.switch_page("../pages/examples.py").run()
        assert not at.exception
        assert at.title[0].value == "Examples"
        return at

    return open_page


def html(at: AppTest) -> list[str]:
    return [element.proto.body for element in at.get("html")]


def plain(at: AppTest) -> list[str]:
    return [unescape(re.sub(r"<[^>]*>", "", body)) for body in html(at)]


def texts(at: AppTest) -> str:
    return "\n".join(element.value for element in at.text)


def captions(at: AppTest) -> str:
    return " ".join(element.value for element in at.caption)


def charts(at: AppTest) -> list[dict[str, Any]]:
    return [json.loads(element.proto.spec) for element in at.get("vega_lite_chart")]


def test_words_are_shaded_where_they_stand_and_escaped(opened: Opened) -> None:
    at = opened("words", run="with", example="1")
    (body,) = [body for body in html(at) if "money" in body]
    assert plain(at).count(TEXTS[0]) == 1
    assert "&lt;b&gt;" in body
    assert re.search(rf"background:{colours.TOWARDS}[0-9a-f]{{2}}[^>]*>money</span>", body)
    assert re.search(rf"background:{colours.AWAY}[^>]*dotted[^>]*title=\"-[^>]*>back</span>", body)
    assert {"speaks for refund", "speaks for return"} <= set(plain(at))
    assert "Exact: the model is linear, and each word added its weight times its value" in (
        captions(at)
    )
    assert "In log-odds" in captions(at)
    assert "the model's own figure" in captions(at)


def test_the_labels_are_in_the_link(opened: Opened) -> None:
    at = opened("words", run="with", example="1", why="status", against_label="refund")
    assert {"speaks for status", "speaks for refund"} <= set(plain(at))
    at.selectbox(key="against_label").set_value(ALONE).run()
    assert {"speaks for status", "speaks against it"} <= set(plain(at))
    assert "the label with the highest wins" in captions(at)
    assert at.query_params["why"] in ("status", ["status"])


def test_a_label_that_the_link_invents_falls_back_to_the_answer(opened: Opened) -> None:
    at = opened("words", run="with", example="1", why="nothing", against_label="such")
    assert {"speaks for refund", "speaks for return"} <= set(plain(at))


def test_words_that_say_nothing_are_named(opened: Opened) -> None:
    assert "Unknown to the model, or left out by it: b." in texts(
        opened("words", run="with", example="1")
    )


def test_without_a_model_the_way_to_another_run_is_shown(opened: Opened) -> None:
    at = opened("words", run="without", example="2")
    assert "This run kept no model to ask; with did." in texts(at)
    at.button(key="explanation_other_run").click().run()
    assert at.selectbox(key="run").value == "with"
    assert {"speaks for status"} <= set(plain(at))


def test_without_any_model_one_sentence_says_what_brings_it(opened: Opened) -> None:
    at = opened("bare")
    assert "This run kept no model to ask." in captions(at)
    assert "keep_model=True" in captions(at)
    assert "why" not in [element.key for element in at.selectbox]


def test_columns_lead_from_the_base_to_the_output(opened: Opened) -> None:
    spec = charts(opened("columns"))[-1]
    (names,) = {
        layer["encoding"]["y"]["axis"]["labelExpr"]
        for layer in spec["layer"]
        if "y" in layer["encoding"]
    }
    assert names.startswith('["base", ')
    assert re.search(r'"age = [24680]+"', names)
    assert names.endswith('"output"][datum.value]')


def test_pixels_are_a_heat_map_over_the_picture(opened: Opened) -> None:
    at = opened("pixels")
    assert [layer["mark"]["type"] for layer in charts(at)[-1]["layer"]] == ["image", "rect"]
    assert re.search(r"Base [+-].*, all pixels [+-].*, together [+-]", texts(at))


def test_what_is_not_linear_says_what_can_be_asked_for(opened: Opened) -> None:
    assert "AdaBoostClassifier is not linear" in texts(opened("boosted"))


def test_grounds_are_as_strong_as_what_was_added() -> None:
    found = Explanation(
        "exact", True, "margin", "a", "b", 0.0, 1.0, (),
        spans=(Span(0, 1, 4.0), Span(2, 3, -2.0), Span(3, 4, -2.0), Span(4, 5, 1e-9)),
        text="a bcd e",
    )  # fmt: skip
    pieces = shaded(found)
    assert [piece.text for piece in pieces] == ["a", " ", "bc", "d", " e"]
    assert [piece.is_dotted for piece in pieces] == [False, False, True, False, False]
    assert pieces[0].strength > pieces[2].strength > pieces[3].strength == 0
    assert pieces[2].words == "-4"


def test_words_whose_sign_is_not_certain_are_grey() -> None:
    found = Explanation(
        "lime", False, "probability", "a", "b", 0.0, 1.0,
        (Contribution("Yes", 1, 1.0), Contribution("no", 1, -0.5, stable=False)),
        spans=(Span(0, 3, 1.0), Span(4, 6, -0.5)), text="Yes no",
    )  # fmt: skip
    assert [piece.colour for piece in shaded(found)] == [colours.TOWARDS, "", colours.OTHER]
    assert "not certain" in shaded(found)[2].words


def test_words_of_a_tables_text_are_grey_by_their_name_without_the_columns() -> None:
    found = Explanation(
        "lime", False, "probability", "a", "b", 0.0, 1.0,
        (Contribution("note: Yes", 1, 1.0), Contribution("note: no", 1, -0.5, stable=False),
         Contribution("age", 30, 0.25, place=0)),
        spans=(Span(0, 3, 1.0), Span(4, 6, -0.5)), unplaced=0.25, text="Yes no",
    )  # fmt: skip
    assert [piece.colour for piece in shaded(found)] == [colours.TOWARDS, "", colours.OTHER]
    assert has_columns(found)
    assert warnings(found) == ["+0.25 of it is not of the text but of columns."]
    assert not has_columns(replace(found, contributions=found.contributions[:2]))


def test_what_has_no_place_in_the_text_is_told_from_what_columns_added() -> None:
    found = Explanation(
        "exact", True, "log-odds", "a", "b", 0.0, 1.0,
        (Contribution("note: yes", 0, 0.5), Contribution("age", 30, -0.25, place=0)),
        unplaced=0.25, text="no",
    )  # fmt: skip
    assert warnings(found) == [
        "-0.25 of it is not of the text but of columns.",
        "+0.5 of it has no place in this text.",
    ]
