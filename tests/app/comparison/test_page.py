from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from app.comparison.all_runs import vote_reading
from app.comparison.changed_answers import reading as flow_reading
from app.comparison.choices import opponents
from app.comparison.classes import by_movement, outcome_of
from app.comparison.classes import reading as classes_reading
from app.comparison.suspects import suspicion
from app.comparison.words import left_out, p_text, verdict
from diagnostics import compare_predictions, compare_runs, open_workspace, record
from diagnostics.comparison.changed_answers import changed_answers
from diagnostics.comparison.voting import vote_gains
from diagnostics.predictions.aligned_runs import aligned_answers
from tests.places import MAIN, ROOT

TRUE = "aaaabbbbcccc"
OLD = "aaabbbbbbccc"  # 2 wrong
NEW = "aaaabbbaaaaa"  # 5 wrong: fixes e3, breaks e7, e9, e10 and e11; e8 is wrong in both
OTHER = "aaabbbbbaccc"


def keep(folder: Path, answers: str, **changes: Any) -> None:
    given: dict[str, Any] = {
        "true_label": list(TRUE[: len(answers)]),
        "predicted_label": list(answers),
        "confidence": np.linspace(0.5, 0.9, len(answers)),
        "example": [f"e{number}" for number in range(len(answers))],
        "content": [f"text {number}" for number in range(len(answers))],
        "experiment": folder.parent.name,
    }
    record(folder, **{**given, **changes})


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workspace")
    for name, answers in (("old", OLD), ("new", NEW), ("other", OTHER)):
        keep(folder / "three" / name, answers)
        keep(folder / "untrue" / name, answers, true_label=None)
        keep(folder / "alike" / name, NEW)
    keep(folder / "two/a", TRUE)
    keep(folder / "two/b", TRUE[:9], confidence=None)
    keep(folder / "one/alone", OLD)
    for run in range(2):
        keep(folder / f"**x**/:red[{run}] $y$", NEW)
    report = folder / "report/one/classification_report.json"
    report.parent.mkdir(parents=True)
    figures = {"precision": 0.75, "recall": 0.75, "f1-score": 0.75, "support": 4}
    report.write_text(json.dumps({"cat": figures, "dog": figures, "accuracy": 0.75}))
    shutil.copytree(ROOT / "tests/data/rasa/grid", folder / "rasa")
    return folder


@pytest.fixture
def page(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sys, "argv", ["main.py", str(workspace)])

    def opened(experiment: str, **choices: str) -> AppTest:
        at = AppTest.from_file(str(MAIN), default_timeout=60)
        at.query_params["experiment"] = experiment
        for name, value in choices.items():
            at.query_params[name] = value
        at.run()
        at.switch_page("../pages/comparison.py").run()
        assert not at.exception
        assert at.title[0].value == "Compare"
        return at

    return opened


def cards(at: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in at.metric}


def texts(at: AppTest) -> str:
    return "\n".join(element.value for kind in (at.text, at.caption) for element in kind)


def table(at: AppTest, column: str) -> Any:
    return next(frame.value for frame in at.dataframe if column in frame.value)


@pytest.fixture
def left_for(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Where a click on the page leads."""
    opened: dict[str, Any] = {}

    def go(name: str, **choices: str | None) -> None:
        given = {key: value for key, value in choices.items() if value is not None}
        opened.update(page=name, **given)

    monkeypatch.setattr("app.frame.session.go", go)
    return opened


@pytest.mark.parametrize(
    ("choices", "count"),
    [
        ({"compare_view": "All runs", "compare_likeness": "Cohen's kappa"}, "only-this-wrong"),
        ({"against": "other", "compare_true": "b", "compare_from": "b"}, "broken"),
    ],
)
def test_the_way_back_from_the_examples_restores_what_was_chosen(
    page: Any, choices: dict[str, str], count: str
) -> None:
    at = page("three", run="new", **choices)
    link = dict(at.query_params)
    at.button(key=f"compare_open_{count}").click().run()
    assert at.title[0].value == "Examples"
    at.switch_page("../pages/comparison.py").run()
    assert not at.exception
    assert dict(at.query_params) == link
    assert {name: at.session_state[name] for name in choices} == choices


def test_the_counts_are_those_of_the_two_runs(page: Any) -> None:
    assert cards(page("three", run="new", against="old")) == {
        "Fixed": "1",
        "Broken": "4",
        "Both wrong, same answer": "0",
        "Both wrong, differently": "1",
        "Both right": "6",
    }


def test_the_best_run_is_held_against_the_runner_up_and_others_against_the_best(
    page: Any,
) -> None:
    assert page("three").selectbox(key="against").value == "other"
    assert page("three", run="new").selectbox(key="against").value == "old"


def test_a_selected_run_is_the_first_opponent(page: Any) -> None:
    at = page("three", run="old", selected="new")
    assert at.selectbox(key="against").value == "new"


def test_selected_runs_are_those_of_the_matrix(page: Any) -> None:
    at = page("three", compare_view="All runs", selected=["new", "other"])
    spec = json.loads(at.get("vega_lite_chart")[2].proto.spec)
    assert spec["layer"][0]["encoding"]["y"]["scale"]["domain"] == ["new", "other"]
    assert "The matrix has the 2 selected runs" in texts(at)


def test_the_picked_run_cannot_be_its_own_opponent(page: Any) -> None:
    at = page("three", run="old", against="old")
    assert at.selectbox(key="against").value == "other"


def test_a_run_that_becomes_the_new_one_is_no_longer_the_old_one(page: Any) -> None:
    at = page("three", run="new", against="old")
    at.selectbox(key="run").set_value("old").run()
    assert not at.exception
    assert at.selectbox(key="against").value == "other"


@pytest.mark.parametrize("outcome", ["fixed", "both-wrong-different"])
def test_a_count_opens_its_examples(page: Any, left_for: dict[str, Any], outcome: str) -> None:
    at = page("three", run="new", against="old")
    at.button(key=f"compare_open_{outcome}").click().run()
    assert left_for == {
        "page": "examples.py",
        "against": "old",
        "outcome": outcome,
        "by": "moved",
    }


def test_a_count_of_nothing_opens_nothing(page: Any) -> None:
    at = page("three", run="new", against="old")
    assert at.button(key="compare_open_both-wrong-same").disabled


def test_examples_can_be_restricted_and_what_opens_is_restricted_too(
    page: Any, left_for: dict[str, Any]
) -> None:
    at = page("three", run="new", against="old", compare_true="b", compare_words="text")
    assert cards(at)["Broken"] == "1"
    assert "4 test examples that fit the restrictions and that both runs answered." in texts(at)
    at.button(key="compare_open_broken").click().run()
    assert (left_for["true"], left_for["q"]) == ("b", "text")


def test_restrictions_that_leave_nothing_are_said_to(page: Any) -> None:
    at = page("three", run="new", against="old", compare_words="nowhere")
    assert "None of the examples that both runs answered fits the restrictions." in texts(at)
    assert not at.metric


def test_a_label_of_an_old_link_restricts_nothing_and_is_not_counted(page: Any) -> None:
    at = page("three", compare_true="gone")
    assert "that fit the restrictions" not in texts(at)
    assert [block.proto.popover.label for block in at.get("popover")] == ["All examples"]
    at = page("three", compare_true="a")
    assert [block.proto.popover.label for block in at.get("popover")] == ["1 restriction"]


def test_an_empty_value_in_a_link_is_none(page: Any) -> None:
    at = page("three", compare_view="All runs", compare_likeness="")
    assert len(at.get("vega_lite_chart")) == 3


def test_restrictions_by_confidence_are_passed_on(page: Any, left_for: dict[str, Any]) -> None:
    at = page("three", run="new", against="old")
    at.slider(key="compare_confidence").set_value((0.5, 0.8)).run()
    assert cards(at)["Broken"] == "1"
    at.button(key="compare_open_broken").click().run()
    assert (left_for["above"], left_for["below"]) == ("0.5", "0.8")


def test_classes_are_listed_with_the_largest_net_first(page: Any) -> None:
    classes = table(page("three", run="new", against="old"), "p_adjusted")
    assert classes["label"].tolist() == ["c", "a", "b"]
    assert classes["net"].tolist() == [-3, 1, -1]


@pytest.mark.parametrize(("cell", "outcome"), [((0, "fixed"), "fixed"), ((0, "label"), "broken")])
def test_a_class_opens_what_was_clicked_or_whichever_there_is_more_of(
    page: Any, left_for: dict[str, Any], cell: tuple[int, str], outcome: str
) -> None:
    at = page("three", run="new", against="old")
    at.session_state["compare_classes"] = {
        "selection": {"rows": [], "columns": [], "cells": [cell]}
    }
    at.run()
    assert (left_for["outcome"], left_for["true"]) == (outcome, "ca"[cell[0]])


def test_a_bar_of_a_class_opens_its_examples(page: Any, left_for: dict[str, Any]) -> None:
    at = page("three", run="new", against="old")
    clicked = {"selection": {"change": [{"label": "c", "outcome": "broken"}]}}
    at.session_state["compare_class_bars"] = clicked
    at.run()
    assert (left_for["outcome"], left_for["true"]) == ("broken", "c")


def test_pairs_say_which_label_became_which(page: Any) -> None:
    pairs = table(page("three", run="new", against="old"), "old_label")
    first = pairs.iloc[0]
    assert (first["old_label"], first["new_label"], first["n"]) == ("b", "a", 3)
    assert (first["fixed"], first["broken"]) == (1, 1)


def test_the_examples_of_a_pair_are_listed_and_open(page: Any, left_for: dict[str, Any]) -> None:
    at = page("three", run="new", against="old", compare_from="c", compare_to="a")
    listed = table(at, "against_confidence")
    assert sorted(listed["example"]) == ["e10", "e11", "e9"]
    at.session_state["compare_examples"] = {
        "selection": {"rows": [], "columns": [], "cells": [(0, "true_label")]}
    }
    at.run()
    assert left_for["example"] == listed["example"].iloc[0]
    assert (left_for["outcome"], left_for["predicted"]) == ("disagree", "a")


def test_what_could_not_be_paired_is_counted_and_explained(page: Any) -> None:
    at = page("two", run="a")
    assert "Not compared: 3 examples. 3: only 'a' has an answer." in texts(at)


def test_without_truth_the_runs_agree_or_not(page: Any, left_for: dict[str, Any]) -> None:
    at = page("untrue", run="new", against="old")
    assert cards(at) == {"Different answers": "6", "Equal answers": "6"}
    assert at.subheader[0].value.endswith("No true labels: how far the runs agree")
    at.button(key="compare_open_disagree").click().run()
    assert (left_for["outcome"], left_for["by"]) == ("disagree", "all")


def test_one_run_says_what_would_bring_a_comparison(page: Any) -> None:
    at = page("one")
    assert "alone is the only run on these examples" in texts(at)
    assert not at.metric


def test_figures_alone_say_what_is_missing(page: Any) -> None:
    assert "kept no answers to single examples, only figures" in texts(page("report"))


def test_a_vote_of_few_that_does_as_well_as_all_is_said_to() -> None:
    votes = pd.DataFrame(
        {
            "k": [1, 2, 3],
            "run": ["a", "b", "c"],
            "right": [8, 9, 9],
            "accuracy": [0.8, 0.9, 0.9],
            "ceiling": [0.8, 0.9, 1.0],
            "fixed": [0, 1, 1],
            "broken": [0, 0, 0],
        }
    )
    said = vote_reading(votes)
    assert "The best 2 are enough for that." in said
    assert "the most of any number" not in said


def test_names_are_shown_letter_for_letter(page: Any) -> None:
    at = page("**x**")
    assert ":red[0] $y$ and :red[1] $y$ answer" in texts(at)
    markdown = [element.value for kind in (at.markdown, at.caption) for element in kind]
    assert not any(":red[0]" in words for words in markdown)


def test_lists_of_mistakes_are_compared_and_what_is_in_no_file_does_not_open(page: Any) -> None:
    at = page("rasa/intents")
    assert "kept only" in texts(at)
    assert sum(int(value) for value in cards(at).values()) == 30
    button = at.button(key="compare_open_both-right")
    assert button.disabled
    assert button.label == "In no file"
    assert "which these are is in no file" in button.help
    label = table(at, "old_label")["old_label"].iloc[0]
    at.selectbox(key="compare_from").select(label)
    at.selectbox(key="compare_to").select(label).run()
    assert "Of equal answers only the wrong ones can be listed" in texts(at)


def test_what_the_files_do_not_tell_is_said_and_not_guessed(page: Any) -> None:
    at = page("rasa/intents", compare_words="hi")
    assert "the comparison cannot be restricted by text" in texts(at)
    assert not at.metric


def test_all_runs_are_a_view_of_three_or_more(page: Any) -> None:
    at = page("three", compare_view="All runs")
    assert cards(at) == {
        "Never right": "1",
        "Always right": "6",
        "Right in all but one": "4",
        "Right in one only": "1",
        "Ceiling": "11",
    }
    assert "3 runs on the 12 test examples that all of them answered." in texts(at)
    at = page("two", compare_view="All runs")
    assert "Fixed" in cards(at)


@pytest.mark.parametrize("across", ["always-right", "only-this-wrong"])
def test_what_all_runs_share_opens_its_examples(
    page: Any, left_for: dict[str, Any], across: str
) -> None:
    at = page("three", run="new", compare_view="All runs")
    at.button(key=f"compare_open_{across}").click().run()
    assert left_for["across"] == across
    assert left_for["by"] == "all"  # which leaves out no answer for the lack of a confidence
    assert "split" not in left_for


def test_a_runs_own_rights_and_wrongs_open_in_that_run(page: Any, left_for: dict[str, Any]) -> None:
    at = page("three", compare_view="All runs")
    alone = table(at, "only_this_wrong")
    row = alone["run"].tolist().index("new")
    at.session_state["compare_lonely"] = {
        "selection": {"rows": [], "columns": [], "cells": [(row, "only_this_wrong")]}
    }
    at.run()
    assert (left_for["run"], left_for["across"]) == ("new", "only-this-wrong")


def test_without_truth_all_runs_are_only_alike_or_not(page: Any) -> None:
    at = page("untrue", compare_view="All runs")
    assert not at.metric
    assert "Without true labels nothing is right or wrong" in texts(at)
    (chart,) = at.get("vega_lite_chart")
    assert json.loads(chart.proto.spec)["layer"][0]["mark"]["type"] == "rect"


def test_suspects_are_listed_as_suspects(page: Any, left_for: dict[str, Any]) -> None:
    at = page("alike", compare_view="All runs")
    assert (
        "5 examples have the same wrong label from all 3 runs. The true label may be the mistake: "
        "suspects, to be read and decided one by one"
    ) in texts(at)
    listed = table(at, "predicted_label")
    assert listed["example"].tolist() == ["e11", "e10", "e9", "e8", "e7"]
    at.session_state["compare_suspects"] = {
        "selection": {"rows": [], "columns": [], "cells": [(0, "true_label")]}
    }
    at.run()
    assert (left_for["across"], left_for["example"]) == ("never-right", listed["example"].iloc[0])


@pytest.mark.parametrize(
    ("n", "is_all", "split", "words"),
    [
        (0, True, "test", "There is no example to which all 3 runs gave the same wrong label."),
        (1, False, "test", "1 example has the same wrong label from each of the best 3 runs. "),
        (2, True, "train", "These are training examples: a model may have learnt a wrong label"),
    ],
)
def test_a_sentence_says_what_suspects_are(n: int, is_all: bool, split: str, words: str) -> None:
    assert words in suspicion(n, 3, is_all=is_all, split=split)


def compared(true: str, old: str, new: str) -> Any:
    import pandas as pd

    frames = [
        pd.DataFrame(
            {
                "example": range(len(true)),
                "true_label": list(true),
                "predicted_label": list(answers),
            }
        )
        for answers in (old, new)
    ]
    return compare_predictions(*frames, a="A", b="B")


@pytest.mark.parametrize(
    ("old", "new", "side", "headline"),
    [
        ("b" * 10, "a" * 10, "better", "Evidence that the new run is better"),
        ("a" * 10, "b" * 10, "worse", "Evidence that the new run is worse"),
        ("ab" * 5, "ba" * 5, "open", "No evidence that either run is better"),
        ("a" * 10, "a" * 10, "open", "No difference"),
    ],
)
def test_a_verdict_is_evidence_or_not(old: str, new: str, side: str, headline: str) -> None:
    said = verdict(compared("a" * 10, old, new))
    assert (said.side, said.headline) == (side, headline)


def test_too_few_examples_are_said_to_be_too_few() -> None:
    said = verdict(compared("aaaa", "bbaa", "aaaa"))
    assert said.sentence == (
        "B answers 2 more of 4 examples rightly than A: 2 fixed, 0 broken. Only 2 examples tell "
        "the runs apart: fewer than 6 cannot be evidence, even if all speak for one run."
    )
    assert "McNemar's exact test: p = 0.50; mid-p: p = 0.25." in said.figures


def test_five_in_one_direction_are_indeed_no_evidence_and_six_are() -> None:
    assert verdict(compared("a" * 5, "b" * 5, "a" * 5)).side == "open"
    assert verdict(compared("a" * 6, "b" * 6, "a" * 6)).side == "better"


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.787, "p = 0.79"), (0.0123, "p = 0.012"), (0.00037, "p = 0.0004"), (1e-9, "p < 0.0001")],
)
def test_p_values_are_written_short(p: float, text: str) -> None:
    assert p_text(p) == text


def test_a_sentence_says_how_many_classes_are_left_after_adjusting() -> None:
    found = compared(
        "a" * 9 + "b" * 9 + "c" * 2, "b" * 9 + "b" * 9 + "cc", "a" * 9 + "b" * 9 + "cb"
    )
    said = classes_reading(found.classes)
    assert said.startswith("3 classes tested, each with McNemar's mid-p on its own examples: 1 ")
    assert by_movement(found.classes)["label"].tolist() == ["a", "c", "b"]
    row = by_movement(found.classes).iloc[0]
    assert [outcome_of(name, row) for name in ("broken", "net")] == ["broken", "fixed"]


def test_a_sentence_says_how_many_answers_changed() -> None:
    found = compared("aab", "aab", "abb")
    assert flow_reading(changed_answers(found), found).startswith(
        "1 of 3 answers changed (33.3%), in one pair."
    )
    same = compared("aab", "aab", "aab")
    assert flow_reading(changed_answers(same), same) == (
        "The two runs gave the same answer to all 3 examples."
    )


def test_a_sentence_says_what_a_vote_gains(workspace: Path) -> None:
    experiment = open_workspace(workspace).experiment("three")
    votes = vote_gains(aligned_answers(experiment.runs), ["old", "other", "new"])
    assert vote_reading(votes).startswith("All 3 runs together reach 83.3%, +0.0 points")
    assert vote_reading(votes).endswith("No choice among their answers can exceed 91.7%.")


def test_opponents_that_compare_as_equals_come_first(workspace: Path) -> None:
    experiment = open_workspace(workspace).experiment("three")
    assert opponents(experiment, experiment.run("new")) == ["old", "other"]


def test_notes_and_reasons_are_a_line_each(workspace: Path) -> None:
    experiment = open_workspace(workspace).experiment("two")
    lines = left_out(compare_runs(experiment, "b", "a"))
    assert lines == ["Not compared: 3 examples. 3: only 'a' has an answer."]
