"""Try it: typed and edited inputs asked of every run, changes, typos, robustness, batches."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from streamlit.testing.v1 import AppTest

from app.frame.jobs import works
from diagnostics import record
from tests.made import askers
from tests.made.runs import record_animals
from tests.models.whatif.test_edited_input import MIXED, mixed_model
from tests.places import MAIN

IDS = [f"t{at}" for at in range(len(askers.TEXTS))]
WRONG = ["refund", *askers.LABELS[1:]]
MODEL = askers.words()
Opened = Callable[..., AppTest]


class Foreign(LogisticRegression):  # type: ignore[misc]
    """A model of somebody's own: its file would run whatever that is."""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("workspace")
    given: dict[str, Any] = {"X": askers.TEXTS, "content": askers.TEXTS, "example": IDS}
    given |= {"true_label": WRONG, "keep_model": True}
    record(root / "texts/sure", model=MODEL, **given)
    record(root / "texts/unsure", model=askers.words(C=0.05), **given)
    record(root / "texts/without", model=MODEL, **{**given, "keep_model": False})
    record_animals(root / "bare/run")
    frame, labels = askers.table(60)
    numbers = frame[["age", "noise"]]
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(numbers, labels)
    more: dict[str, Any] = {"true_label": labels, "keep_model": True}
    record(root / "tables/linear", model=model, X=numbers, **more)
    forest = RandomForestClassifier(20, random_state=0).fit(numbers, labels)
    record(root / "tables/forest", model=forest, X=numbers, **more)
    pixels = np.random.default_rng(0).random((8, 12))
    pictures = LogisticRegression().fit(pixels, list("abababab"))
    record(
        root / "pictures/run", model=pictures, X=pixels, true_label=list("babababa"),
        content=pixels.reshape(8, 3, 4), keep_model=True,
    )  # fmt: skip
    record(
        root / "mixed/linear", model=mixed_model(LogisticRegression()), X=MIXED, example=IDS,
        true_label=WRONG, keep_model=True,
    )  # fmt: skip
    record(
        root / "mixed/near", model=mixed_model(KNeighborsClassifier(3)), X=MIXED, example=IDS,
        true_label=WRONG, keep_model=True,
    )  # fmt: skip
    record(root / "untrue/run", model=MODEL, **{**given, "true_label": None})
    record(root / "foreign/run", model=MODEL, **given)
    foreign = make_pipeline(CountVectorizer(), Foreign()).fit(askers.TEXTS, askers.LABELS)
    skops.io.dump(foreign, root / "foreign/run/model.skops")
    return root


@pytest.fixture
def opened(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    def open_page(case: str, **choices: str) -> AppTest:
        monkeypatch.setattr(sys, "argv", ["main.py", str(workspace / case)])
        at = AppTest.from_file(str(MAIN), default_timeout=60)
        for name, value in choices.items():
            at.query_params[name] = value
        at.run().switch_page("../pages/whatif.py").run()
        assert not at.exception
        assert at.title[0].value == "Try it"
        return at

    return open_page


def chips(at: AppTest) -> list[str]:
    bodies = [element.proto.body for element in at.get("html")]
    return [unescape(re.sub(r"<[^>]*>", "", body)) for body in bodies]


def texts(at: AppTest) -> str:
    return "\n".join(element.value for element in at.text)


def captions(at: AppTest) -> str:
    return " ".join(element.value for element in at.caption)


def frames(at: AppTest) -> list[pd.DataFrame]:
    return [element.value for element in at.dataframe]


def wait() -> None:
    """Until all work that was begun is over."""
    for key in list(works()._works):
        work = works().get(key)
        assert work is None or work.wait(60)


def test_an_example_is_asked_again_of_every_run_with_a_model(opened: Opened) -> None:
    at = opened("texts", run="sure", example="t0")
    assert at.text_area(key="text").value == askers.TEXTS[0]
    assert "sure" in texts(at)
    assert "unsure" in texts(at)
    assert texts(at).count("The same as recorded.") == 2
    assert chips(at).count("true was refund") == 2
    assert "1 run of this experiment kept no model" in captions(at)
    assert "Exact: the model is linear" in captions(at)


def test_an_edited_text_is_answered_anew_beside_what_was_recorded(opened: Opened) -> None:
    at = opened("texts", run="sure", example="t0")
    at.text_area(key="text").set_value("delete my account").run()
    assert any(chip.startswith("says account") for chip in chips(at))
    assert "Recorded: status" in texts(at)
    assert "The answer is another now." in texts(at)


def test_a_text_from_the_link_is_asked_about_as_it_stands(opened: Opened) -> None:
    at = opened("texts", run="sure", text="my <b>money</b> $x$")
    (share,) = MODEL.predict_proba(["my <b>money</b> $x$"])
    assert f"says refund {100 * share.max():.1f}%" in chips(at)
    assert "my <b>money</b> $x$" in chips(at)
    assert "Recorded" not in texts(at)


def test_without_a_text_mistakes_are_offered(opened: Opened) -> None:
    at = opened("texts", run="sure")
    assert "surest of and wrong" in captions(at)
    assert not chips(at)
    at.button(key="try_next").click().run()
    assert at.text_input(key="example").value == "t0"
    assert at.text_area(key="text").value == askers.TEXTS[0]
    at.button(key="try_empty").click().run()
    assert at.text_area(key="text").value == ""


def test_edits_can_be_undone_and_another_example_forgets_them(opened: Opened) -> None:
    at = opened("texts", run="sure", example="t3", text="something else")
    at.button(key="try_undo").click().run()
    assert at.text_area(key="text").value == askers.TEXTS[3]
    at.text_input(key="example").set_value("t5").run()
    assert at.text_area(key="text").value == askers.TEXTS[5]


def test_an_unknown_example_is_said(opened: Opened) -> None:
    assert "'nobody'" in texts(opened("texts", run="sure", example="nobody"))
    assert "'nobody'" in texts(opened("tables", run="linear", example="nobody"))


def test_a_run_without_a_model_borrows_the_form_of_one_that_has(opened: Opened) -> None:
    at = opened("texts", run="without", text="refund")
    assert "without kept no model to ask" in texts(at)
    assert any(chip.startswith("says refund") for chip in chips(at))


def test_without_any_model_the_page_says_what_brings_one(opened: Opened) -> None:
    for view in ("Ask", "Robustness", "Many at once"):
        at = opened("bare", try_view=view)
        assert "No run of this experiment kept its model" in texts(at)
        assert "keep_model=True" in texts(at)
        assert "Recorder(models=True)" in texts(at)


def test_the_way_to_an_experiment_that_has_models(opened: Opened) -> None:
    at = opened(".", experiment="bare")
    assert "tables has models: forest, linear" in texts(at)
    at.button(key="try_experiment_0").click().run()
    assert "No run of this experiment" not in texts(at)


@pytest.mark.parametrize("view", ["Ask", "What would change it", "Typed badly", "Many at once"])
def test_what_is_not_trusted_is_never_opened(
    opened: Opened, view: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def boom(*_: Any, **__: Any) -> None:
        raise AssertionError("opened")

    monkeypatch.setattr("skops.io.load", boom)
    at = opened("foreign", text="refund", try_view=view)
    if view == "Many at once":
        at.text_area(key="try_lines").set_value("refund").run()
    assert "holds types that are not trusted: tests.app.whatif.test_page.Foreign" in texts(at)
    assert "--trust-pickles" in texts(at)


def test_columns_are_edited_in_the_link(opened: Opened) -> None:
    at = opened("tables", run="linear", changed='{"age": "75"}')
    found = frames(at)[0]
    assert found.set_index("Column").loc["age", "Now"] == "75"
    assert any(chip.startswith("says old") for chip in chips(at))
    assert "linear" in texts(at)
    assert "forest" in texts(at)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ('{"age": "old"}', "age is a number, not 'old'. Write decimals with a point."),
        ("nonsense", 'That is not of the form {"column": "value"}.'),
        ("[1]", 'That is not of the form {"column": "value"}.'),
    ],
)
def test_values_that_cannot_be_are_one_sentence(opened: Opened, changed: str, message: str) -> None:
    assert message in texts(opened("tables", run="linear", changed=changed))


def test_a_picture_is_moved_and_explained_where_it_went(opened: Opened) -> None:
    at = opened("pictures", shift="left")
    assert at.get("image")
    assert "says" in " ".join(chips(at))
    assert "Exact" in captions(at)
    assert "Base" in texts(at)


def test_the_changes_that_were_found_are_the_model_s(opened: Opened) -> None:
    at = opened("texts", run="sure", text="my parcel and money", try_view="What would change it")
    assert "The answer changes with" in texts(at)
    without = [chip for chip in chips(at) if chip.startswith("without ")]
    assert without
    assert "of what is shown nothing can be left out" in captions(at)
    at.button(key="try_take_0").click().run()
    assert at.text_area(key="text").value != "my parcel and money"


def test_a_long_text_is_not_claimed_to_have_been_tried(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.frame.jobs.PATIENCE", 60)  # a busy machine answers late
    at = opened("texts", run="sure", text="parcel " * 5001, try_view="What would change it")
    assert "There are 5,001 words, too many to ask about each" in texts(at)
    assert "stayed the same" not in texts(at)
    typed = opened("texts", run="sure", text="parcel " * 5001, try_view="Typed badly")
    assert frames(typed)[0].set_index("change").loc["typos", "draws"] == 14
    assert "made 14 times" in captions(typed)


def test_no_small_change_is_said_with_how_many_were_tried(opened: Opened) -> None:
    at = opened("texts", run="sure", text="zzz xxx", try_view="What would change it")
    assert "No small change was found: 3 changes were asked about" in texts(at)
    assert "every word alone, every pair among them" in texts(at)


def test_features_are_moved_to_another_example_s_values(opened: Opened) -> None:
    at = opened("tables", run="forest", try_view="What would change it")
    assert "The answer changes with" in texts(at)
    assert "nearest examples" in captions(at)
    at.button(key="try_take_0").click().run()
    assert json.loads(str(at.text_input(key="changed").value))


def test_a_text_beside_columns_is_edited_in_its_own_box(opened: Opened) -> None:
    at = opened("mixed", run="linear", example="t0")
    assert at.text_area[0].value == askers.TEXTS[0]
    assert frames(at)[0]["Column"].tolist() == ["town", "age"]
    at.text_area[0].set_value("delete my account").run()
    assert json.loads(str(at.text_input(key="changed").value)) == {"text": "delete my account"}
    assert any(chip.startswith("says account") for chip in chips(at))
    at.text_area[0].set_value("").run()
    assert json.loads(str(at.text_input(key="changed").value)) == {"text": ""}
    assert "Recorded" in texts(at)
    at.text_area[0].set_value(askers.TEXTS[0]).run()
    assert at.text_input(key="changed").value == ""


def test_its_words_are_left_out_and_mistyped(opened: Opened) -> None:
    given = {"run": "linear", "example": "t0", "changed": '{"text": "my parcel and money"}'}
    at = opened("mixed", try_view="What would change it", **given)
    assert any(chip.startswith("without ") for chip in chips(at))
    at.button(key="try_take_0").click().run()
    assert json.loads(str(at.text_input(key="changed").value))["text"] != "my parcel and money"
    values = opened("mixed", try_view="What would change it", may_change="Values", **given)
    assert "nearest examples" in captions(values)
    typed = opened("mixed", try_view="Typed badly", typo_rate="30%", **given)
    assert frames(typed)[-1]["text"].str.len().max() > 5


def test_what_the_model_never_saw_is_said_and_asked_about(opened: Opened) -> None:
    at = opened("mixed", run="linear", example="t0", changed='{"town": "Genf", "zip": "1"}')
    assert "This run has no column 'zip'." in texts(at)
    assert "No row has 'Genf' as town, only Bern, Chur." in texts(at)
    assert sum(chip.startswith("says ") for chip in chips(at)) == 2


def test_trees_are_explained_at_once_and_other_models_on_request(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = opened("tables", run="forest", changed='{"age": "75"}')
    assert "SHAP, exact for trees" in captions(at)
    assert not any(str(button.key).startswith("try_begin") for button in at.button)
    monkeypatch.setattr("diagnostics.models.explanation.lime_surrogate.SAMPLES", 50)
    at = opened("mixed", run="near", example="t0", changed='{"text": "refund please"}')
    assert "could be taken apart" in texts(at)
    at.button(key="try_begin_lime").click().run()
    wait()
    at.run()
    assert "LIME: an estimate" in captions(at)
    assert at.button(key="try_begin_shap").label.startswith("Ask SHAP")


def test_what_was_stopped_is_said_and_can_be_begun_again(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = []

    def slow(*_: Any, progress: Callable[[float], None], **__: Any) -> Any:
        begun.append(1)
        while True:
            progress(0.5)
            time.sleep(0.02)

    monkeypatch.setattr("app.whatif.robustness.robustness", slow)
    at = opened("texts", run="sure", try_view="Robustness", seed="77")
    at.button(key="try_begin").click().run()
    at.button(key="try_stop").click().run()
    wait()
    at.run()
    assert "Stopped before the end: nothing of it was kept." in texts(at)
    at.button(key="try_begin").click().run()
    assert len(begun) == 2
    at.button(key="try_stop").click().run()


def test_without_truth_only_changed_answers_are_shown(opened: Opened) -> None:
    at = opened("untrue", try_view="Robustness", typo_rate="30%")
    at.button(key="try_begin").click().run()
    wait()
    at.run()
    assert "No true labels are known: only whether answers changed can be said." in texts(at)
    assert "No right answer was broken" not in texts(at)
    assert not {"interval", "broken", "fixed"} & set(frames(at)[0])
    assert "Wilson" not in captions(at)


def test_one_sentence_is_typed_badly(opened: Opened) -> None:
    at = opened(
        "texts", run="sure", text="refund my money", try_view="Typed badly", typo_rate="30%"
    )
    found = frames(at)[0].set_index("change")
    assert found.loc["typos", "draws"] == 100
    assert found.loc["lower case", "share"] == 100
    assert found.loc["typos", "share"] < 100
    assert "variants got another answer" in texts(at)


def test_robustness_is_asked_for_kept_and_opens_what_flipped(opened: Opened) -> None:
    at = opened("texts", run="sure", try_view="Robustness", seed="3")
    assert "asked about all 12 evaluated examples" in captions(at)
    at.button(key="try_begin").click().run()
    wait()
    at.run()
    assert "of 12 test answers are right" in texts(at)
    assert "Holm" in captions(at)
    assert at.selectbox(key="change").options[0] == "typos"
    works()._works.clear()
    again = opened("texts", run="sure", try_view="Robustness", seed="3", change="a blank less")
    assert "of 12 test answers are right" in texts(again)
    assert again.selectbox(key="change").value == "a blank less"


def test_many_lines_are_answered_at_once(opened: Opened) -> None:
    at = opened("texts", run="sure", try_view="Many at once")
    at.text_area(key="try_lines").set_value("refund my money\n\nmy account").run()
    assert "2 rows answered." in texts(at)
    assert frames(at)[0]["line"].tolist() == [1, 3]
    assert frames(at)[0]["label"].tolist() == ["refund", "account"]
    at.multiselect(key="batch_runs").set_value(["sure", "unsure"]).run()
    assert "label (unsure)" in frames(at)[0]


def test_pasted_rows_need_the_model_s_columns(opened: Opened) -> None:
    at = opened("tables", run="linear", try_view="Many at once")
    at.text_area(key="try_lines").set_value("age,town\n30,Bern").run()
    assert "The model takes columns that are not there: noise." in texts(at)
    at.text_area(key="try_lines").set_value("age,noise\n75,0\n20,0").run()
    assert frames(at)[0]["label"].tolist() == ["old", "young"]


def test_an_example_s_card_leads_here(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["main.py", str(workspace / "texts")])
    at = AppTest.from_file(str(MAIN), default_timeout=60)
    at.query_params.update({"run": "sure", "example": "t5"})
    at.switch_page("../pages/examples.py").run()
    at.button(key="card_try").click().run()
    assert not at.exception
    assert at.title[0].value == "Try it"
    assert at.text_input(key="example").value == "t5"
    assert at.text_area(key="text").value == askers.TEXTS[5]
