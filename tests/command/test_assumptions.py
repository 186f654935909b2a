"""`errata assumptions`: its table, its keys, and what it says of an empty list."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from diagnostics.__main__ import main
from diagnostics.assumptions.assumption import assumption
from diagnostics.assumptions.store import AssumptionStore
from tests.made.runs import record_animals

WORD = assumption("word", "owl", "pushes-towards", "owl")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    record_animals(tmp_path / "results" / "one")
    record_animals(tmp_path / "results" / "two")
    return tmp_path / "results"


def printed(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    main([str(word) for word in words])
    return capsys.readouterr().out


def test_every_assumption_is_judged_in_every_run(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    AssumptionStore.of(folder).add(WORD, who="Ada")
    found = json.loads(printed(capsys, "assumptions", folder, "--json"))
    assert [entry["run"] for entry in found] == ["one", "two"]
    first = found[0]
    assert first["assumption"] == "word:owl:pushes-towards:owl"
    assert first["verdict"] == "cannot be told"
    assert first["who"] == "Ada"
    assert first["missing"][0] == "Only 6 examples can be looked at; 20 are needed."
    assert first["evidence"] == []


def test_one_run_may_be_asked_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    AssumptionStore.of(folder).add(WORD)
    shown = printed(capsys, "assumptions", folder, "--run", "two")
    assert "two" in shown
    assert "one\n" not in shown
    assert "cannot be told" in shown


def test_an_empty_list_says_where_assumptions_are_written(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "The page Assumptions" in printed(capsys, "assumptions", folder)
    assert json.loads(printed(capsys, "assumptions", folder, "--json")) == []


def test_an_unknown_run_is_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["assumptions", str(folder), "--run", "three"])
    assert stopped.value.code == 2
    assert "three" in capsys.readouterr().err
