from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from diagnostics.readers import rasa
from diagnostics.readers.walking import listed
from tests.made.rasa_folder import (
    SIX,
    folder_with,
    found_in,
    intent_files,
    label_report,
    only_run,
    write,
)

F1 = label_report(SIX)["weighted avg"]["f1-score"]
CONFIG = """
language: en
pipeline:
  - name: WhitespaceTokenizer
  - name: CountVectorsFeaturizer
  - name: CountVectorsFeaturizer
    analyzer: char_wb
  - name: rasa.nlu.classifiers.DIETClassifier
    epochs: 100
    hidden_layers_sizes: {text: [256, 128]}
    ranges: [1, 2]
policies:
  - name: RulePolicy
"""


def comparison(root: Path, places: list[str], results: Any = None) -> None:
    for place in places:
        write(root / "out" / place, intent_files(SIX))
    if results is not None:
        write(root / "out", {"results.json": results})


BOTH = ["run_1/0%_exclusion/light_report", "run_1/50%_exclusion/light_report"]


def test_a_run_of_a_comparison_is_called_by_config_and_percentage(tmp_path: Path) -> None:
    comparison(tmp_path, BOTH, {"light": [[F1, F1]]})
    run = only_run(listed(tmp_path / "out" / BOTH[1], tmp_path))
    assert (run.run, run.siblings) == ("light 50%", "out/run_1")
    tags = {"config": "light", "exclusion_percent": "50", "repeat": "1"}
    assert run.tags.items() >= tags.items()


def test_with_one_percentage_the_config_is_name_enough(tmp_path: Path) -> None:
    comparison(tmp_path, BOTH[:1])
    assert only_run(listed(tmp_path / "out" / BOTH[0], tmp_path)).run == "light"


def test_repeats_draw_other_examples_of_the_same_sizes(tmp_path: Path) -> None:
    places = [*BOTH, "run_2/0%_exclusion/light_report"]
    comparison(tmp_path, places)
    prints = [
        only_run(listed(tmp_path / "out" / place, tmp_path)).examples_fingerprint
        for place in places
    ]
    assert prints[0] == prints[1] != prints[2]


def test_shares_of_old_versions_are_explained(tmp_path: Path) -> None:
    comparison(tmp_path, BOTH)
    write(tmp_path / "out" / "run_1", {"test.md": "## intent:greet"})
    run = only_run(listed(tmp_path / "out" / BOTH[1], tmp_path))
    assert run.notes[0].startswith("The folder says that 50 % of the training data")


def codes(root: Path) -> list[str]:
    return [problem.code for problem in found_in(listed(root / "out", root))[1]]


def test_a_table_that_agrees_with_its_reports_is_no_problem(tmp_path: Path) -> None:
    comparison(tmp_path, BOTH, {"light": [[F1, F1]]})
    assert rasa.matches(listed(tmp_path / "out", tmp_path))
    assert codes(tmp_path) == []


def test_a_zero_without_a_report_is_a_crash(tmp_path: Path) -> None:
    comparison(tmp_path, BOTH, {"light": [[F1, F1]], "heavy": [[0.0, F1]]})
    write(tmp_path / "out/run_1/50%_exclusion/heavy_report", intent_files(SIX))
    [problem] = found_in(listed(tmp_path / "out", tmp_path))[1]
    assert problem.code == "crashed-training"
    assert problem.what == (
        "The 0.0 of 'heavy' in run_1 is no score: no report is in 0%_exclusion."
    )


def test_a_zero_with_a_report_of_zero_is_a_score(tmp_path: Path) -> None:
    wrong = [(text, truth, "none", 0.5) for text, truth, _, _ in SIX]
    comparison(tmp_path, [], {"light": [[0.0]]})
    write(tmp_path / "out" / BOTH[0], intent_files(wrong))
    assert codes(tmp_path) == []


def test_figures_that_no_report_has_are_a_problem(tmp_path: Path) -> None:
    comparison(tmp_path, BOTH, {"light": [[F1, 0.123]]})
    [problem] = found_in(listed(tmp_path / "out", tmp_path))[1]
    assert problem.code == "results-differ"
    assert problem.what.startswith("0.123 of 'light' in run_1")


def test_configs_of_an_earlier_comparison_are_named(tmp_path: Path) -> None:
    comparison(tmp_path, [*BOTH, "run_1/0%_exclusion/old_report"], {"light": [[F1, F1]]})
    assert codes(tmp_path) == ["left-over-config"]


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ({}, "empty-comparison"),
        (None, "unfinished-comparison"),
        ({"core": [[3, 4]]}, "not-read-yet"),
        ({"core": 1}, "unreadable-file"),
        ("{", "unreadable-file"),
    ],
    ids=["empty", "aborted", "dialogues", "something else", "cut off"],
)
def test_a_table_that_is_none(tmp_path: Path, results: Any, code: str) -> None:
    comparison(tmp_path, BOTH, results)
    assert codes(tmp_path) == [code]


@pytest.mark.parametrize(
    "place", ["grid/light.yml", "configs/light.yml", "config/light.yml", "grid/light/light.yaml"]
)
def test_the_config_of_the_same_name_is_shown(tmp_path: Path, place: str) -> None:
    write((tmp_path / place).parent, {Path(place).name: CONFIG})
    run = only_run(folder_with(tmp_path, intent_files(SIX), "grid/light"))
    assert run.config == CONFIG
    assert run.notes == []
    assert run.parameters == {
        "language": "en",
        "pipeline": (
            "WhitespaceTokenizer, CountVectorsFeaturizer, CountVectorsFeaturizer 2, DIETClassifier"
        ),
        "policies": "RulePolicy",
        "CountVectorsFeaturizer 2.analyzer": "char_wb",
        "DIETClassifier.epochs": 100,
        "DIETClassifier.ranges": "[1, 2]",
    }


def test_a_projects_config_belongs_to_its_only_results(tmp_path: Path) -> None:
    write(tmp_path, {"config.yml": CONFIG})
    run = only_run(folder_with(tmp_path, intent_files(SIX), "results"))
    assert run.config == CONFIG
    assert run.notes == [
        "The configuration is config.yml as it is now; it may have changed since the test."
    ]


def test_a_projects_config_belongs_to_none_of_several_results(tmp_path: Path) -> None:
    write(tmp_path, {"config.yml": CONFIG})
    write(tmp_path / "results_old", intent_files(SIX))
    assert only_run(folder_with(tmp_path, intent_files(SIX), "results")).config == ""


def test_files_outside_of_the_folder_are_noted(tmp_path: Path) -> None:
    write(tmp_path, {"light.yml": CONFIG})
    folder = folder_with(tmp_path, intent_files(SIX), "light")
    only_run(folder)
    assert tmp_path / "light.yml" in folder.used


@pytest.mark.parametrize(
    "text", ["pipeline: [", "pipeline: !!python/object/apply:os.getcwd []", "pipeline: \x00"]
)
def test_a_broken_config_is_a_problem_of_the_run(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"light.yml": text})
    run = only_run(folder_with(tmp_path, intent_files(SIX), "light"))
    assert [problem.code for problem in run.problems] == ["unreadable-file"]
    assert run.problems[0].path == "light.yml"
    assert run.config == ""


def test_a_file_that_is_no_config_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path, {"light.yml": "a: 1"})
    assert only_run(folder_with(tmp_path, intent_files(SIX), "light")).config == ""


def test_a_table_without_its_folders_says_what_it_has_and_what_is_missing(tmp_path: Path) -> None:
    table = {
        "light": [[0.75, 0.7], [0.77, 0.72]],
        "heavy": [[0.8, 0.0], [0.9, 0.5]],
        "short": [[0.8, 0.7, 0.6], [0.9, 0.5]],
    }
    comparison(tmp_path, [], table)
    place = listed(tmp_path / "out", tmp_path)
    assert rasa.matches(place)
    runs, [problem] = found_in(place)
    assert runs == []
    assert (problem.code, problem.path) == ("comparison-alone", "out/results.json")
    assert "'light' 0.760, 0.710; " in problem.what
    assert "'heavy' 0.850, 0.500 (1 of 0.0, a training that failed, left out); " in problem.what
    assert "'short' 0.850, 0.600, 0.600 (not every repeat has every step)." in problem.what


@pytest.mark.parametrize(
    "results", [{"light": [[12, 15]]}, {"points": [[3.5, 2.5]]}, [[0.5]], {"light": [0.5, 0.7]}]
)
def test_results_of_something_else_are_left_alone(tmp_path: Path, results: Any) -> None:
    comparison(tmp_path, [], results)
    assert not rasa.matches(listed(tmp_path / "out", tmp_path))
