"""What a summary says of runs is computed once, and again when a run has changed."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

import diagnostics
from diagnostics.runs import stored_standings
from diagnostics.runs.stored_standings import Judged, judged_runs
from diagnostics.workspace.stored_results import store_file, stored_file
from tests.made.runs import PROBABILITIES, record_animals


def same(one: Judged, other: Judged) -> bool:
    """Whether they say the same; what is not known is not equal to itself."""
    return repr(one) == repr(other)


@pytest.fixture
def animals(tmp_path: Path) -> Path:
    record_animals(tmp_path / "first")
    record_animals(tmp_path / "second", probabilities=PROBABILITIES[:, [1, 0, 2]])
    return tmp_path


def judged(root: Path) -> Judged:
    return judged_runs(diagnostics.open_workspace(root).experiments[0], root)


def test_runs_are_judged_once(animals: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = judged(animals)
    assert first.standings[0].run == "first"
    assert not math.isnan(first.standings[0].interval.low)
    assert first.said
    assert first.test
    monkeypatch.setattr(stored_standings, "_judged", lambda _: pytest.fail("judged again"))
    assert same(judged(animals), first)


def test_a_run_that_has_changed_is_judged_again(animals: Path) -> None:
    first = judged(animals)
    record_animals(animals / "second", overwrite=True)
    again = judged(animals)
    assert not same(again, first)
    assert [standing.score for standing in again.standings] == pytest.approx([4 / 6, 4 / 6])


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"standings": [{}]}', b"\xff"])
def test_what_cannot_be_read_is_judged_again(animals: Path, content: bytes) -> None:
    first = judged(animals)
    (kept,) = (animals / ".errata" / "cache").glob("standings-*.json")
    kept.write_bytes(content)
    assert same(judged(animals), first)
    assert json.loads(kept.read_bytes())["said"] == first.said


def test_a_folder_that_cannot_be_written_is_judged_all_the_same(
    animals: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = judged(animals)

    def unwritable(*_: object) -> Path:
        raise PermissionError

    monkeypatch.setattr(stored_standings, "stored_file", unwritable)
    assert same(judged(animals), first)


def test_the_newest_files_of_a_kind_stay(tmp_path: Path) -> None:
    other = stored_file(tmp_path, "other", "x")
    store_file(other, b"{}", most=1)
    for number in range(4):
        store_file(stored_file(tmp_path, "kind", str(number)), b"%d" % number, most=2)
    names = sorted(path.name for path in other.parent.glob("*.json"))
    assert names == ["kind-2.json", "kind-3.json", "other-x.json"]


def test_an_unchanged_grid_is_summarised_without_any_library_of_numbers(animals: Path) -> None:
    code = (
        "import sys; from diagnostics.command.main import app\n"
        "app(['summary', sys.argv[1], '--json'], standalone_mode=False)\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    words = [sys.executable, "-c", code, str(animals)]
    subprocess.run(words, check=True, capture_output=True)
    again = subprocess.run(words, check=True, capture_output=True, text=True)
    assert {"numpy", "pandas", "polars", "scipy"} & set(again.stderr.split()) == set()
    (experiment,) = json.loads(again.stdout)["experiments"]
    assert [run["indistinguishable_from_best"] for run in experiment["runs"]] == [True, True]


def test_what_a_killed_writer_left_goes_after_a_while(animals: Path) -> None:
    diagnostics.open_workspace(animals)
    folder = animals / ".errata" / "cache"
    old, new = folder / "writing-old.json", folder / "writing-new.json"
    for path in (old, new):
        path.write_text("{")
    os.utime(old, (0, 0))
    record_animals(animals / "third")
    diagnostics.open_workspace(animals)
    assert not old.exists()
    assert new.exists()
