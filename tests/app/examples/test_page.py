from __future__ import annotations

import json
import sys
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from diagnostics import record
from tests.made.runs import PROBABILITIES, record_animals
from tests.places import MAIN, ROOT

RASA = ROOT / "tests/data/rasa"
ANSWERS = ["cat", "dog", "dog", "dog", "cat", "owl"]
EVIL = [
    "![x](http://evil/x.png)",
    "<img src=x onerror=alert(1)>",
    "$x$ and `code`",
    ":red[hi] :smile:",
    "=cmd()",
    "**bold** a->b\nnext line",
]
WORDY = "a very long word " * 20 + "at the end"
Opened = Callable[..., AppTest]


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workspace")
    labels: dict[str, Any] = {
        "predicted_label": ANSWERS,
        "probabilities": None,
        "labels": None,
    }
    record_animals(folder / "animals/best")
    record_animals(folder / "animals/same")
    record_animals(folder / "animals/worst", probabilities=PROBABILITIES[:, [1, 2, 0]])
    record_animals(folder / "one/run", split=["test"] * 4 + ["train"] * 2)
    record_animals(folder / "top/run", **labels, confidence=PROBABILITIES.max(axis=1))
    record_animals(folder / "labels/run", **labels)
    record_animals(folder / "untrue/run", true_label=None)
    record_animals(
        folder / "untrue-test/run",
        true_label=["cat", "dog", *[None] * 4],
        split=["train"] * 2 + ["test"] * 4,
    )
    record_animals(folder / "perfect/run", true_label=ANSWERS)
    record_animals(folder / "bare/run", content=None)
    record_animals(folder / "images/run", content=np.zeros((6, 8, 8)))
    record_animals(folder / "fields/run", content={"age": range(6), "town": list("abcdef")})
    record_animals(folder / "outside/run", content={"image": ["../../../x.png"] * 6})
    record(
        folder / "evil/run",
        true_label=EVIL,
        predicted_label=EVIL[::-1],
        confidence=[0.9] * 6,
        content=EVIL,
    )
    record(
        folder / "blank/run",
        true_label=["", "  ", "cat"],
        predicted_label=["cat"] * 3,
        confidence=[0.9, 0.8, 0.7],
        content=["one", "two", "three"],
    )
    record(folder / "wordy/run", true_label=["a"], predicted_label=["b"], content=[WORDY])
    n = 40
    record(
        folder / "long/run",
        true_label=["a"] * n,
        predicted_label=["b"] * n,
        confidence=np.linspace(0.9, 0.5, n),
        content=[f"text number {i}" for i in range(n)],
        example=[f"e{i:02d}" for i in range(n)],
    )
    return folder


@pytest.fixture
def opened(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    def open_page(case: str, *, within: Path = workspace, **choices: str) -> AppTest:
        monkeypatch.setattr(sys, "argv", ["main.py", str(within / case)])
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
    """The texts of our own HTML, as a reader sees them."""
    import re

    return [unescape(re.sub(r"<[^>]*>", "", body)) for body in html(at)]


def texts(at: AppTest) -> list[str]:
    return [element.value for element in at.text]


def captions(at: AppTest) -> str:
    return " ".join(element.value for element in at.caption)


def the_list(at: AppTest) -> Any:
    return next(d.value for d in at.dataframe if "example" in d.value)


def test_blank_labels_are_named_in_the_list_and_on_the_card(opened: Opened) -> None:
    at = opened("blank")
    assert the_list(at)["true_label"].tolist() == ["(empty)", "(empty)"]
    assert {"true (empty)", "predicted cat"} <= set(plain(at))


def test_a_long_text_ends_in_a_word_in_the_list_and_is_whole_on_the_card(opened: Opened) -> None:
    at = opened("wordy")
    shown = the_list(at)["content: text"].iloc[0]
    assert shown.endswith(" very…")
    assert WORDY in plain(at)


def test_the_most_confident_mistake_is_open_at_first(opened: Opened) -> None:
    at = opened("animals", run="best")
    assert the_list(at)["example"].tolist() == ["animal-4", "animal-1"]
    assert "a snowy owl" in plain(at)
    assert {"true owl", "predicted cat", "split test"} <= set(plain(at))
    assert "1 of 2" in texts(at)
    assert "**2 examples**" in [m.value for m in at.markdown]
    assert "Wrong answers, the most confident first." in captions(at)


def test_the_card_says_where_the_true_label_stood(opened: Opened) -> None:
    at = opened("animals", run="best", example="animal-1")
    assert "60.0% sure; the true label came second with 30.0%, 30 points behind." in texts(at)
    assert len(at.get("vega_lite_chart")) == 1


def test_next_and_previous_walk_the_list_and_the_link(opened: Opened) -> None:
    at = opened("animals", run="best")
    assert at.button(key="examples_previous").disabled
    at.button(key="examples_next").click().run()
    assert at.query_params["example"] == "animal-1"
    assert "2 of 2" in texts(at)
    assert at.button(key="examples_next").disabled
    at.button(key="examples_previous").click().run()
    assert "a snowy owl" in plain(at)


def test_steps_have_keys(opened: Opened) -> None:
    at = opened("animals")
    shortcuts = [at.button(key=f"examples_{name}").proto.shortcut for name in ("previous", "next")]
    assert [key.upper() for key in shortcuts] == ["K", "J"]


def test_everything_chosen_is_in_the_link(opened: Opened) -> None:
    link = {"by": "uncertain", "true": "owl", "q": "OWL", "measure": "entropy"}
    at = opened("animals", run="best", example="animal-5", **link)
    assert the_list(at)["example"].tolist() == ["animal-5", "animal-4"]
    assert "All answers, the most evenly spread probabilities first." in captions(at)
    assert {"true owl", "contains OWL"} <= set(plain(at))
    assert "1 of 2" in texts(at)
    for name, value in link.items():
        assert at.query_params[name] == value


def test_a_ranking_is_chosen_by_hand(opened: Opened) -> None:
    at = opened("animals", run="best", example="animal-1")
    at.get("button_group")[0].set_value("nearly-right").run()
    assert at.query_params["by"] == "nearly-right"
    assert "example" not in at.query_params
    assert the_list(at)["example"].tolist() == ["animal-1"]
    at.get("button_group")[0].set_value("confident-mistakes").run()
    assert at.query_params.get("by", "confident-mistakes") == "confident-mistakes"


def test_the_usual_ranking_stays_in_a_link_that_names_it(opened: Opened) -> None:
    """Taking it out would be a second step back: the first press would seem to do nothing."""
    at = opened("animals", run="best", by="confident-mistakes")
    assert at.query_params["by"] == "confident-mistakes"


def test_nonsense_in_the_link_falls_back(opened: Opened) -> None:
    at = opened("animals", run="nobody", by="x", true="unicorn", split="moon", measure="luck")
    assert "1 of" in " ".join(texts(at))
    assert "true" not in at.query_params


def test_each_filter_is_a_chip_that_can_be_cleared(opened: Opened) -> None:
    at = opened("animals", run="best", true="cat", q="collie")
    assert the_list(at)["example"].tolist() == ["animal-1"]
    at.button(key="examples_clear_q").click().run()
    at.button(key="examples_clear_true").click().run()
    assert the_list(at)["example"].tolist() == ["animal-4", "animal-1"]
    assert "q" not in at.query_params
    assert "true" not in at.query_params


def test_an_example_outside_the_list_opens_and_says_so(opened: Opened) -> None:
    at = opened("animals", run="best", example="animal-0")
    assert "not in this list" in texts(at)
    assert "a tabby" in plain(at)


def test_an_unknown_example_is_said_to_be_unknown(opened: Opened) -> None:
    at = opened("animals", run="best", example="**nobody**")
    assert "This run has no example **nobody**." in texts(at)


def test_the_other_runs_answer_the_same_example(opened: Opened) -> None:
    at = opened("animals", run="best")
    assert "Wrong in 2 of 3 runs." in texts(at)
    runs = next(d.value for d in at.dataframe if "run" in d.value)
    assert set(runs["run"]) == {"best", "same", "worst"}


def test_neighbours_are_shown_with_their_labels_and_the_method(opened: Opened) -> None:
    at = opened("animals", run="best")
    near = next(d.value for d in at.dataframe if "similarity" in d.value)
    assert near["content: text"].iloc[0] == "an eagle owl"
    assert near["true_label"].iloc[0] == "owl"
    assert "TF-IDF" in captions(at)


def test_the_split_is_chosen_and_named(opened: Opened) -> None:
    at = opened("one")
    assert "split test" in plain(at)
    assert the_list(at)["example"].tolist() == ["animal-1"]
    train = opened("one", split="train")
    assert "split train" in plain(train)
    assert the_list(train)["example"].tolist() == ["animal-4"]


def test_a_long_list_is_paged_and_the_page_follows_the_example(opened: Opened) -> None:
    at = opened("long", example="e20")
    assert "21 of 40" in texts(at)
    shown = the_list(at)["example"].tolist()
    assert shown[0] == "e18"
    assert "e20" in shown


def test_without_vectors_the_top_answer_is_shown_and_what_would_bring_the_rest(
    opened: Opened,
) -> None:
    at = opened("top")
    assert "90.0% sure." in texts(at)
    assert not at.get("vega_lite_chart")
    assert "This run kept only the confidence of its answer." in captions(at)


def test_without_confidence_mistakes_are_listed_by_id(opened: Opened) -> None:
    at = opened("labels")
    assert "No confidence in this run: its 2 mistakes are listed by id." in captions(at)
    assert the_list(at)["example"].tolist() == ["animal-1", "animal-4"]


def test_without_truth_only_uncertainty_is_offered_with_the_reason(opened: Opened) -> None:
    at = opened("untrue")
    group = at.get("button_group")[0]
    assert [option.content for option in group.proto.options] == ["Uncertain", "All"]
    assert "the run has no true labels" in group.proto.help
    assert the_list(at)["example"].tolist()[0] == "animal-1"
    assert not any(text.startswith("true ") for text in plain(at))


def test_no_mistakes_are_a_pleasure(opened: Opened) -> None:
    at = opened("perfect")
    assert "No mistakes in the test split: every answer was right." in texts(at)


def test_a_split_without_true_labels_is_not_praised(opened: Opened) -> None:
    at = opened("untrue-test")
    assert "No true label is known in the test split." in texts(at)
    assert not any("every answer was right" in text for text in texts(at))


def test_nothing_that_fits_says_how_to_go_on(opened: Opened) -> None:
    at = opened("animals", q="zebra")
    assert "Nothing fits." in texts(at)


def test_without_content_the_id_and_the_answer_are_left(opened: Opened) -> None:
    at = opened("bare")
    assert "No content was kept of this example, only its id." in texts(at)
    assert "q" not in [box.key for box in at.text_input]


def test_images_are_shown_and_none_from_outside(opened: Opened) -> None:
    at = opened("images")
    assert len(at.image) == 1
    assert the_list(at)["content: image"].iloc[0].startswith("data:image/png;base64,")
    outside = opened("outside")
    assert not outside.image
    assert any("is not an image below the opened folder" in text for text in texts(outside))


def test_fields_are_a_table_of_two_columns(opened: Opened) -> None:
    at = opened("fields")
    fields = next(d.value for d in at.dataframe if "Field" in d.value)
    assert fields.to_numpy().tolist() == [["age", "4"], ["town", "e"]]
    assert "scaled by its spread" in captions(at)


@pytest.mark.parametrize("text", EVIL, ids=range(len(EVIL)))
def test_words_of_the_files_are_shown_letter_for_letter(opened: Opened, text: str) -> None:
    at = opened("evil", example=str(EVIL.index(text)), true=text, q=text)
    assert text in plain(at)
    assert f"true {text}" in plain(at)
    assert f"contains {text}" in plain(at) or "\n" in text
    written = " ".join(e.value for kind in ("markdown", "caption") for e in getattr(at, kind))
    assert text not in written
    assert not any("<img" in body or "<script" in body for body in html(at))


def test_exports_are_offered_and_nothing_is_made_before_the_click(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("exported without a click")

    monkeypatch.setattr("app.examples.view.exported_examples", fail)
    at = opened("animals")
    assert len(at.get("download_button")) == 2


def test_sentences_are_shown_as_annotated_and_as_found(opened: Opened) -> None:
    at = opened("flat", within=RASA, experiment="entities: RegexEntityExtractor")
    assert {"Annotated", "Found"} <= {element.value for element in at.caption}
    differences = next(d.value for d in at.dataframe if "kind" in d.value)
    assert len(differences) > 0


def test_runs_without_examples_say_why(opened: Opened) -> None:
    at = opened("stories", within=RASA, experiment="stories")
    assert any("there are no examples to look at" in text for text in texts(at))


def broken_link(**more: str) -> dict[str, str]:
    return {"run": "worst", "against": "best", "outcome": "broken", **more}


def test_what_broke_since_another_run_stands_beside_its_answer(opened: Opened) -> None:
    at = opened("animals", **broken_link())
    shown = the_list(at)
    assert shown["example"].tolist() == ["animal-0", "animal-2", "animal-3", "animal-5"]
    assert "against_confidence" in shown
    assert "against_label" not in shown  # it is the true one throughout
    assert "broken since best" in plain(at)
    assert "first those whose confidence differs most" in captions(at)
    for name, value in broken_link().items():
        assert at.query_params[name] == value


def test_a_chip_takes_the_other_run_away_again(opened: Opened) -> None:
    at = opened("animals", **broken_link(by="moved"))
    at.button(key="examples_clear_against").click().run()
    assert not {"against", "outcome", "by"} & set(at.query_params)
    assert "against_confidence" not in the_list(at)
    assert not at.exception


def test_bounds_of_the_confidence_are_one_chip(opened: Opened) -> None:
    at = opened("animals", run="best", by="all", above="0.6", below="0.8")
    assert the_list(at)["example"].tolist() == ["animal-0", "animal-2"]
    assert "confidence over 60% up to 80%" in plain(at)
    at.button(key="examples_clear_above").click().run()
    assert not {"above", "below"} & set(at.query_params)
    assert len(the_list(at)) == 6


def test_what_one_run_alone_gets_right_is_listed(opened: Opened) -> None:
    at = opened("animals", run="worst", across="only-this-right")
    assert the_list(at)["example"].tolist() == ["animal-4", "animal-1"]
    assert "right only in this run" in plain(at)
    alone = opened("one", across="only-this-right")
    assert "right only in this run" not in plain(alone)


def test_runs_that_have_no_say_in_what_all_get_wrong_are_counted(
    opened: Opened, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        record_animals(tmp_path / "animals" / name)
    record_animals(tmp_path / "animals" / "three", split="validation")
    at = opened("animals", within=tmp_path, run="one", across="never-right")
    assert the_list(at)["example"].tolist() == ["animal-4", "animal-1"]
    assert "Of the 2 other runs 1 can be laid beside this one and are asked." in captions(at)


def test_unknown_restrictions_in_the_link_do_not_restrict(opened: Opened) -> None:
    at = opened(
        "animals", run="best", against="nobody", outcome="x", across="y", above="z", below="2"
    )
    assert the_list(at)["example"].tolist() == ["animal-4", "animal-1"]
    assert not [chip for chip in plain(at) if "confidence" in chip or "since" in chip]
    same = opened("animals", run="best", against="best", outcome="fixed")
    assert the_list(same)["example"].tolist() == ["animal-4", "animal-1"]
    without = opened("animals", run="best", outcome="fixed")
    assert the_list(without)["example"].tolist() == ["animal-4", "animal-1"]


def test_an_empty_list_says_which_filter_to_clear(opened: Opened) -> None:
    at = opened("animals", **broken_link(below="0.1"))
    assert "Nothing fits." in texts(at)
    assert "Clear “confidence up to 10%” to see 4 examples." in texts(at)
    other = opened("animals", **broken_link(by="confident-correct"))
    hint = "Choose All above: this ranking has none of the answers that fit."
    assert hint in texts(other)


def test_another_experiment_forgets_the_other_run(opened: Opened, tmp_path: Path) -> None:
    for name in ("best", "worst"):
        changed = {} if name == "best" else {"probabilities": PROBABILITIES[:, [1, 2, 0]]}
        record_animals(tmp_path / "animals" / name, **changed)
        record_animals(tmp_path / "others" / name, true_label=ANSWERS)
    at = opened(".", within=tmp_path, experiment="animals", **broken_link(above="0.2"))
    assert "broken since best" in plain(at)
    at.selectbox(key="experiment").set_value("others").run()
    assert not {"against", "outcome", "above"} & set(at.query_params)
    assert not at.exception


def test_another_experiment_forgets_the_split(opened: Opened, tmp_path: Path) -> None:
    splits = {"split": ["test"] * 4 + ["train"] * 2}
    for name in ("best", "worst"):
        record_animals(tmp_path / "animals" / name, **splits)
        record_animals(tmp_path / "others" / name, true_label=ANSWERS, **splits)
    at = opened(".", within=tmp_path, experiment="animals", split="train")
    assert at.query_params["split"] == "train"
    at.selectbox(key="experiment").set_value("others").run()
    assert "split" not in at.query_params


def test_another_run_that_is_the_old_one_itself_is_held_against_none(opened: Opened) -> None:
    at = opened("animals", **broken_link())
    at.selectbox(key="run").set_value("best").run()
    assert not at.exception
    assert "broken since best" not in plain(at)


def test_lists_of_mistakes_show_what_was_fixed_and_refuse_what_nobody_kept(opened: Opened) -> None:
    link = {"experiment": "intents", "run": "config-a", "against": "config-b"}
    fixed = opened("grid", within=RASA, **link, outcome="fixed")
    assert "what they leave out was right" in captions(fixed)
    assert "Not among the mistakes of this run." in texts(fixed)
    agree = opened("grid", within=RASA, **link, outcome="agree")
    assert any("kept only their mistakes" in text for text in texts(agree))
    assert "the same answer as in config-b" in plain(agree)


def test_the_export_has_what_the_list_has(opened: Opened) -> None:
    from app.examples.choices import Choice
    from app.examples.view import _exported
    from app.frame.workspaces import Place
    from diagnostics import Filter, open_workspace
    from diagnostics.examples.export import to_jsonl

    at = opened("animals", **broken_link())
    experiment = open_workspace(Path(sys.argv[1])).experiments[0]
    place = Place(sys.argv[1], "", experiment.name, "worst")
    choice = Choice("moved", Filter(against="best", outcome="broken"), "margin", place)
    lines = _exported(experiment, experiment.run("worst"), choice, to_jsonl).decode().splitlines()
    assert [json.loads(line)["example"] for line in lines] == the_list(at)["example"].tolist()
    assert {json.loads(line)["against"] for line in lines} == {"best"}


def test_an_exports_name_says_what_became_of_the_answers(
    monkeypatch: pytest.MonkeyPatch, opened: Opened
) -> None:
    from app.examples import view
    from app.examples.choices import Choice
    from app.frame.workspaces import Place
    from diagnostics import Filter, open_workspace

    opened("animals")
    experiment = open_workspace(Path(sys.argv[1])).experiments[0]
    monkeypatch.setattr(view.session, "experiment", lambda: experiment)
    run, place = experiment.run("worst"), Place(sys.argv[1], "", experiment.name, "worst")
    words = [
        view._file_words(run, Choice("moved", where, "margin", place))
        for where in (Filter(), Filter(against="best"), Filter(against="best", outcome="broken"))
    ]
    same = [experiment.name, "worst", "moved"]
    assert words == [same, [*same, "against", "best"], [*same, "broken", "best"]]
