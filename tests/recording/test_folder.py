"""What a recorded search leaves in its folder: whole files, once, and never mixed."""

from __future__ import annotations

import json
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import GridSearchCV

import diagnostics
from diagnostics.recording import fit
from tests.made.searches import grid, recorded, wine

SLOW_SEARCH = """
import sys, time
import numpy as np
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
import diagnostics
class Slow(GaussianNB):
    def fit(self, X, y):
        time.sleep(0.02)
        return super().fit(X, y)
X = np.random.default_rng(0).normal(size=(60, 3))
candidates = {"var_smoothing": np.logspace(-9, 0, 48)}
recorder = diagnostics.Recorder(sys.argv[1], scoring="accuracy")
GridSearchCV(Slow(), candidates, scoring=recorder, cv=5).fit(X, np.arange(60) % 2)
"""


def codes(workspace: diagnostics.Workspace) -> list[str]:
    return [problem.code for problem in workspace.all_problems]


def test_a_killed_search_opens_with_what_was_finished(tmp_path: Path) -> None:
    folder = tmp_path / "search"
    process = subprocess.Popen([sys.executable, "-c", SLOW_SEARCH, str(folder)])
    deadline = time.monotonic() + 60
    while len(list(folder.glob("*/fold-*.parquet"))) < 23 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    there = len(list(folder.glob("*/fold-*.parquet")))
    workspace = diagnostics.open_workspace(folder)
    (experiment,) = workspace.experiments
    kept = experiment.predictions().collect().select("run", "fold").unique()
    assert len(kept) == there
    problem = next(p for p in workspace.all_problems if p.code == "unfinished-search")
    assert problem.what == (
        f"Of the search {there} of 240 fits are there: it was stopped, or is still running."
    )
    partial = [run for run in experiment.runs if run.examples != 60]
    assert [p.code for run in partial for p in run.problems] == ["unfinished-run"] * len(partial)


def test_a_search_that_goes_on_is_read_again(tmp_path: Path) -> None:
    _, before = recorded(tmp_path / "search", grid, *wine())
    taken = next((tmp_path / "search").glob("*/fold-002.parquet"))
    content = taken.read_bytes()
    taken.unlink()
    assert codes(diagnostics.open_workspace(tmp_path / "search")) == ["unfinished-run"]
    taken.write_bytes(content)
    after = diagnostics.open_workspace(tmp_path / "search")
    assert codes(after) == []
    assert [run.metrics for run in after.experiments[0].runs] == [
        run.metrics for run in before.experiments[0].runs
    ]


def test_a_second_search_on_the_same_rows_joins_the_first(tmp_path: Path) -> None:
    folder = tmp_path / "results" / "grid"
    recorder = diagnostics.Recorder(folder, scoring="accuracy")
    X, y = wine()
    grid(recorder).fit(X, y)
    grid(recorder).fit(X, y)
    recorded(folder, grid, X, y)
    found = diagnostics.open_workspace(tmp_path / "results").experiments
    assert [(entry.name, len(entry.runs)) for entry in found] == [("grid", 6)]


def test_a_search_that_ends_before_its_first_fit_says_why(tmp_path: Path) -> None:
    recorder = diagnostics.Recorder(tmp_path / "search", scoring="accuracy")
    with pytest.raises(ValueError, match="n_splits=500"):
        GridSearchCV(DummyClassifier(), {}, scoring=recorder, cv=500).fit(*wine())
    problem = diagnostics.open_workspace(tmp_path / "search").all_problems[0]
    assert problem.what.startswith("The search was ended before its first fit by ValueError: ")


def test_what_travels_to_other_processes_is_light(tmp_path: Path) -> None:
    X, y = wine()
    images = np.zeros((178, 64, 64))
    recorder = diagnostics.Recorder(tmp_path / "search", scoring="accuracy", content=images)
    search = grid(recorder)
    assert len(pickle.dumps(recorder.begin_search(search, X, y))) < 3_000


def test_overwriting_removes_recorded_searches_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "grid"
    X, y = wine()
    for _ in range(2):
        recorded(folder, grid, X, y)
    (folder / "notes.txt").write_text("mine")
    (folder / "search-2" / "notes.txt").write_text("mine too")
    diagnostics.Recorder(folder, overwrite=True)
    assert not list(folder.rglob("*.parquet")) or all(
        ".errata" in path.parts for path in folder.rglob("*.parquet")
    )
    assert (folder / "notes.txt").read_text() == "mine"
    assert (folder / "search-2" / "notes.txt").read_text() == "mine too"
    _, workspace = recorded(folder, grid, X, y)
    assert [entry.name for entry in workspace.experiments] == ["grid"]


def test_content_is_kept_once(tmp_path: Path) -> None:
    texts = [f"text number {index}" for index in range(178)]
    _, y = wine()
    _, workspace = recorded(tmp_path / "search", grid, texts, y)
    (table,) = (tmp_path / "search").rglob("examples.parquet")
    for run in workspace.experiments[0].runs:
        assert run.table("examples").resolve() == table
        shown = diagnostics.top_examples(run, "uncertain", k=1).examples
        assert shown["text"][0] == texts[int(shown["example"][0])]


def test_without_content_there_are_only_ids(tmp_path: Path) -> None:
    _, y = wine()
    _, workspace = recorded(tmp_path / "search", grid, ["a secret"] * 178, y, content=False)
    assert not list((tmp_path / "search").rglob("examples.parquet"))
    run = workspace.experiments[0].runs[0]
    assert not run.has(diagnostics.Evidence.CONTENT)
    for path in (tmp_path / "search").rglob("*"):
        assert path.is_dir() or b"a secret" not in path.read_bytes()


def test_images_are_kept_on_request(tmp_path: Path) -> None:
    digits = load_digits()
    images = digits.images[:178] / 16
    X, y = digits.data[:178], digits.target[:178]
    _, workspace = recorded(tmp_path / "search", grid, X, y, content=images)
    shown = diagnostics.top_examples(workspace.experiments[0].runs[0], "uncertain", k=1)
    assert shown.examples["image"][0].startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("options", "vectors", "confidence"),
    [
        ({}, 178, 178),
        ({"probabilities": False}, 0, 178),
        ({"probabilities": False, "confidence": False}, 0, 0),
    ],
)
def test_what_is_kept_of_the_confidence_can_be_chosen(
    options: dict[str, bool], vectors: int, confidence: int, tmp_path: Path
) -> None:
    _, workspace = recorded(tmp_path / "search", grid, *wine(), **options)
    run = workspace.experiments[0].runs[0]
    kept = workspace.experiments[0].predictions(run.run).collect()
    assert kept["probabilities"].count() == vectors
    assert kept["confidence"].count() == confidence


def test_probabilities_can_be_rounded(tmp_path: Path) -> None:
    _, workspace = recorded(tmp_path / "search", grid, *wine(), digits=2)
    kept = workspace.experiments[0].predictions().collect()
    values = np.array(kept["probabilities"].to_list())
    assert np.allclose(values, values.round(2), atol=1e-7)


def test_nothing_is_written_without_a_recorder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    diagnostics.Recorder(tmp_path / "search", scoring="accuracy")
    monkeypatch.chdir(tmp_path)
    grid("accuracy").fit(*wine())
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_does_not_end_the_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(fit, "write_fit", refuse)
    with pytest.warns(fit.RecordingWarning, match="No space left on device"):
        found, workspace = recorded(tmp_path / "search", grid, *wine())
    assert found.best_score_ > 0
    assert codes(workspace) == ["unfinished-run", "unfinished-run"]


def test_a_damaged_fold_is_a_problem_and_the_others_are_read(tmp_path: Path) -> None:
    recorded(tmp_path / "search", grid, *wine())
    damaged = next((tmp_path / "search").glob("*/fold-001.parquet"))
    damaged.write_bytes(damaged.read_bytes()[:50])
    workspace = diagnostics.open_workspace(tmp_path / "search")
    assert codes(workspace).count("unreadable-file") == 1
    assert sorted(run.examples for run in workspace.experiments[0].runs)[1] == 178


@pytest.mark.parametrize("name", ["search.json", "candidate.json"])
def test_a_damaged_description_is_a_problem(name: str, tmp_path: Path) -> None:
    recorded(tmp_path / "search", grid, *wine())
    path = next((tmp_path / "search").rglob(name))
    path.write_text(path.read_text()[:-20])
    workspace = diagnostics.open_workspace(tmp_path / "search")
    (problem,) = workspace.all_problems
    assert problem.code == "unreadable-file"
    assert problem.what.startswith(f"{name} is not readable: ")


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    recorded(tmp_path / "search", grid, *wine())
    path = tmp_path / "search" / "search.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"version": 9}))
    (problem,) = diagnostics.open_workspace(tmp_path / "search").all_problems
    assert (problem.code, problem.what) == (
        "broken-search", "It has format version 9, and 1 is read.",
    )  # fmt: skip


def test_a_candidate_alone_says_where_its_examples_are(tmp_path: Path) -> None:
    recorded(tmp_path / "search", grid, *wine())
    alone = next((tmp_path / "search").glob("000*"))
    workspace = diagnostics.open_workspace(alone)
    assert workspace.experiments == ()
    assert workspace.problems[0].hint == "Open search."


def test_a_file_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "search").write_text("")
    with pytest.raises(diagnostics.DiagnosticsError, match="search is a file"):
        diagnostics.Recorder(tmp_path / "search")


def test_a_fitted_search_can_be_copied_and_sent(tmp_path: Path) -> None:
    found, _ = recorded(tmp_path / "search", grid, *wine())
    assert "_run_search" not in vars(found)
    again = pickle.loads(pickle.dumps(found))
    X, y = wine()
    assert again.score(X, y) == found.score(X, y)
    assert clone(found).fit(X, y).best_score_ == found.best_score_
    (experiment,) = diagnostics.open_workspace(tmp_path / "search").experiments
    assert len({run.search for run in experiment.runs}) == 2


def test_candidates_may_be_named(tmp_path: Path) -> None:
    _, workspace = recorded(
        tmp_path / "search",
        lambda scoring: grid(scoring, n_jobs=2),
        *wine(),
        name=lambda parameters: f"always {parameters['strategy']}",
    )
    names = [run.run for run in workspace.experiments[0].runs]
    assert names == ["always most_frequent", "always prior"]


def test_names_are_readable_and_folders_are_safe(tmp_path: Path) -> None:
    class Model(DummyClassifier):
        def __init__(self, choice: Any = None) -> None:
            super().__init__()
            self.choice = choice

    choices = [
        np.float64(0.1),
        "a/b:c*?",
        None,
        len,
        DummyClassifier(strategy="uniform"),
        "é" * 300,
    ]
    X, y = wine()
    _, workspace = recorded(
        tmp_path / "search",
        lambda scoring: GridSearchCV(Model(), {"choice": choices}, scoring=scoring, cv=2),
        X, y,
    )  # fmt: skip
    names = {run.run for run in workspace.experiments[0].runs}
    assert {
        "choice=0.1", "choice=a/b:c*?", "choice=None", "choice=len",
        "choice=DummyClassifier(strategy='uniform')",
    } < names  # fmt: skip
    values = {run.run: run.parameters["choice"] for run in workspace.experiments[0].runs}
    assert values["choice=0.1"] == 0.1
    assert values["choice=None"] is None
    assert all(path.name.isascii() for path in (tmp_path / "search").iterdir())
