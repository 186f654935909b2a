"""The command as scripts and people use it: exit codes, JSON, one line on stderr."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from diagnostics.command.main import COMMANDS, app, main
from tests.made.runs import IDS, PROBABILITIES, record_animals


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("workspace")
    record_animals(path / "a", parameters={"C": 1})
    record_animals(path / "b", probabilities=PROBABILITIES[:, [2, 1, 0]])
    return path


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    main([str(word) for word in words])
    return json.loads(capsys.readouterr().out)


def failure(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as stopped:
        main([str(word) for word in words])
    assert stopped.value.code == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    return captured.err


def test_summary_has_its_keys(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = answer(capsys, "summary", str(folder), "--json")
    (experiment,) = content["experiments"]
    assert content["problems"] == []
    assert experiment["name"] == folder.name
    assert experiment["task"] == "classification"
    assert experiment["labels"] == ["cat", "dog", "owl"]
    assert experiment["examples"] == 6
    run = experiment["runs"][0]
    assert (run["run"], run["reader"], run["path"]) == ("a", "errata", "a")
    assert run["evidence"] == ["predictions", "truth", "confidence", "probabilities", "content"]
    assert run["parameters"] == {"C": 1}
    assert (run["examples"], run["errors"], run["problems"]) == (6, 2, [])
    assert run["metrics"]["accuracy"] == pytest.approx(4 / 6)
    assert {"macro_f1", "weighted_f1"} <= set(run["metrics"])


def test_confusion_has_the_truth_in_its_rows(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer(capsys, "confusion", str(folder), "--run", "a", "--json") == {
        "run": "a",
        "labels": ["cat", "dog", "owl"],
        "counts": [[1, 1, 0], [0, 2, 0], [1, 0, 1]],
        "exact": True,
    }


def test_confusion_names_the_pairs_and_says_what_is_not_known(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["confusion", str(folder), "--run", "a"])
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "true predicted n of the true class" in lines
    assert "cat dog 1 50.0%" in lines
    scores = {"precision": 0.5, "recall": 0.5, "f1-score": 0.5, "support": 4}
    report = {"a": scores, "b": scores, "accuracy": 0.5, "macro avg": scores}
    (tmp_path / "report.json").write_text(json.dumps(report))
    main(["confusion", str(tmp_path), "--run", tmp_path.name])
    assert capsys.readouterr().out.startswith("Only the diagonal is known")


def test_top_lists_examples_with_their_content(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("top", str(folder), "--run", "a", "--by", "confident-mistakes", "-k", "1", "--json")
    content = answer(capsys, *words)
    assert (content["run"], content["by"]) == ("a", "confident-mistakes")
    assert (content["total"], content["excluded"]) == (2, 0)
    (example,) = content["examples"]
    assert (example["example"], example["text"]) == (IDS[4], "a snowy owl")
    assert (example["true_label"], example["predicted_label"]) == ("owl", "cat")
    assert example["confidence"] == 0.9
    assert {"margin", "entropy"} <= set(example)


def test_top_takes_filters(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = (
        "top",
        str(folder),
        "--run",
        "a",
        "--by",
        "confident-correct",
        "--true",
        "dog",
        "--json",
    )
    content = answer(capsys, *words)
    assert [row["example"] for row in content["examples"]] == [IDS[3], IDS[2]]


def test_top_holds_a_run_against_another(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("top", str(folder), "--run", "b", "--by", "moved", "--against", "a")
    fixed = answer(capsys, *words, "--outcome", "fixed", "--json")
    assert (fixed["against"], fixed["total"], fixed["unpaired"]) == ("a", 1, 0)
    (example,) = fixed["examples"]
    assert (example["example"], example["against_label"]) == (IDS[4], "cat")
    never = answer(capsys, *words, "--across", "never-right", "--json")
    assert [row["example"] for row in never["examples"]] == [IDS[1]]
    main([*words, "--outcome", "broken"])
    shown = capsys.readouterr().out
    assert "b: 2 of 2" in shown
    assert "old run" in shown


@pytest.mark.parametrize(
    "words",
    [("summary",), ("confusion", "--run", "a"), ("top", "--run", "a", "--by", "uncertain")],
    ids=lambda words: words[0],
)
def test_people_get_a_table(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    main([words[0], str(folder), *words[1:]])
    assert "accuracy" in (out := capsys.readouterr().out) or "true" in out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("summary", "nowhere"), "There is no folder nowhere"),
        (("nowhere",), "There is no folder nowhere"),
        (("confusion", "{folder}", "--run", "aa"), "No run 'aa'. Did you mean: a."),
        (("top", "{folder}", "--run", "a", "--by", "worst"), "There is no ranking 'worst'"),
        (("top", "{folder}", "--run", "a", "--by", "uncertain", "--split", "x"), "no split 'x'"),
        (("top", "{folder}", "--run", "a"), "Missing option '--by'"),
        (("top", "{folder}", "--run", "a", "--by", "moved"), "Name the other run: `against`."),
        (
            ("top", "{folder}", "--run", "a", "--by", "all", "--against", "b", "--outcome", "x"),
            "There is no outcome 'x'",
        ),
        (("confusion", "{folder}", "--run", "a", "--experiment", "x"), "No experiment 'x'"),
        (("summary", "{folder}", "--yaml"), "No such option: --yaml"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_bad_input_is_one_line_that_says_what_to_do(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str
) -> None:
    assert says in failure(capsys, *(word.format(folder=folder) for word in words))


def test_what_is_no_number_is_null_in_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record_animals(tmp_path / "a", labels=None, probabilities=None, predicted_label=["cat"] * 6)
    words = ("top", str(tmp_path), "--run", "a", "--by", "confident-mistakes", "--json")
    found = answer(capsys, *words)
    assert {row["confidence"] for row in found.pop("examples")} == {None}
    assert found == {
        "run": "a",
        "by": "confident-mistakes",
        "total": 4,
        "excluded": 0,
    }


def test_what_nothing_can_rank_is_listed_by_id(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record_animals(tmp_path / "a", labels=None, probabilities=None, predicted_label=["cat"] * 6)
    main(["top", str(tmp_path), "--run", "a", "--by", "confident-mistakes"])
    out = capsys.readouterr().out
    assert "a: 4 of 4" in out
    assert "Nothing to rank them by: listed by id." in out


def test_an_empty_ranking_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record_animals(tmp_path / "a", true_label=None)
    main(["top", str(tmp_path), "--run", "a", "--by", "confident-mistakes"])
    assert "the run has no true labels" in capsys.readouterr().out


def test_a_text_cannot_steer_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record_animals(tmp_path / "a", content=["\x1b[2J[bold]gone[/bold]\n:smile:"] * 6)
    main(["top", str(tmp_path), "--run", "a", "--by", "uncertain"])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "[bold]gone[/bold] :smile:" in out


def test_every_command_is_known_to_the_short_form() -> None:
    assert {command.callback.__name__ for command in app.registered_commands} == set(COMMANDS)


def test_a_terminal_that_knows_only_ascii_gets_an_answer(tmp_path: Path) -> None:
    labels = ["แมว", "หมา", "นก"]
    record_animals(tmp_path / "a", labels=labels, true_label=[labels[0]] * 6)
    command = [sys.executable, "-m", "diagnostics", "confusion", str(tmp_path), "--run", "a"]
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    for more in ([], ["--json"]):
        done = subprocess.run([*command, *more], env=ascii_only, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
    assert set(json.loads(done.stdout)["labels"]) == set(labels)
