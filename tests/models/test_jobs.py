"""Long work runs once, tells how far it is, can be stopped, and fails in one sentence."""

from __future__ import annotations

import subprocess
import sys
import threading

from diagnostics import DiagnosticsError
from diagnostics.models.jobs import Progress, Works
from tests.places import ROOT


def test_whoever_asks_for_the_same_shares_the_work() -> None:
    works, go, runs = Works(), threading.Event(), []

    def task(progress: Progress) -> str:
        runs.append(1)
        go.wait(5)
        return "done"

    one, other = works.start("key", task), works.start("key", task)
    go.set()
    assert one is other
    assert one.wait(5)
    assert works.start("key", task).result == "done"
    assert len(runs) == 1


def test_work_that_is_cancelled_stops_and_can_be_begun_again() -> None:
    works, begun = Works(), threading.Event()

    def task(progress: Progress) -> None:
        begun.set()
        while True:
            progress(0.5)

    work = works.start("key", task)
    assert begun.wait(5)
    work.cancel()
    assert work.wait(5)
    assert work.was_cancelled
    assert works.get("key") is None
    assert works.start("key", lambda progress: 7).wait(5)
    assert works.get("key").result == 7  # type: ignore[union-attr]


def test_what_does_not_stop_at_once_is_nobodys_and_can_be_begun_anew() -> None:
    works, go, begun = Works(), threading.Event(), threading.Event()

    def deaf(progress: Progress) -> str:
        begun.set()
        go.wait(5)
        progress(0.5)
        return "old"

    old = works.start("key", deaf)
    assert begun.wait(5)
    old.cancel()
    assert works.get("key") is None
    new = works.start("key", lambda progress: "new")
    assert new is not old
    assert new.wait(5)
    go.set()
    assert old.wait(5)
    assert works.get("key") is new
    assert (old.was_cancelled, new.result) == (True, "new")


def test_what_was_kept_is_remembered_unless_somebody_is_at_it() -> None:
    works, go = Works(), threading.Event()
    assert works.remember("key", 7) is works.get("key")
    assert works.start("key", lambda progress: 8).result == 7
    busy = works.start("other", lambda progress: go.wait(5))
    assert works.remember("other", 7) is busy
    go.set()
    assert busy.wait(5)


def test_work_that_waits_for_its_turn_can_be_cancelled() -> None:
    works, go = Works(at_once=1), threading.Event()
    first = works.start("first", lambda progress: go.wait(5))
    second = works.start("second", lambda progress: None)
    second.cancel()
    assert second.wait(5)
    assert second.was_cancelled
    go.set()
    assert first.wait(5)


def test_failures_are_one_sentence_and_tried_again() -> None:
    def refused(progress: Progress) -> None:
        raise DiagnosticsError("No.", hint="Yes.")

    def broken(progress: Progress) -> None:
        raise ValueError("two\nlines")

    works = Works()
    work = works.start(1, refused)
    assert work.wait(5)
    assert (work.failure, work.hint) == ("No.", "Yes.")
    work = works.start(1, broken)
    assert work.wait(5)
    assert work.failure == "The model could not be asked: ValueError: two lines"


def test_results_are_forgotten_oldest_first() -> None:
    works = Works(kept=2)
    for key in "abc":
        assert works.start(key, lambda progress: None).wait(5)
    works.start("d", lambda progress: None).wait(5)
    assert works.get("a") is None
    assert works.get("c") is not None


def test_lime_and_shap_are_loaded_when_they_are_used_and_not_before() -> None:
    code = (
        "import sys, diagnostics.models.explanation.shap_values, "
        "diagnostics.models.explanation.lime_surrogate, "
        "diagnostics.models.explanation.from_files; print(*sys.modules)"
    )
    root = ROOT
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, check=True, text=True
    )
    heavy = {"lime", "shap", "numba", "matplotlib", "scipy", "sklearn", "skimage", "pandas"}
    assert heavy & set(answer.stdout.split()) == set()
