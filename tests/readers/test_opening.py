from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import diagnostics
from diagnostics import DiagnosticsError
from diagnostics.readers import load_readers
from diagnostics.readers.opening import workspace_fingerprint
from tests.made.runs import IDS, TRUE, files_of, record_animals


def read_folders(folder: Path) -> list[str]:
    """What is read when the folder is opened; empty if all came from the cache."""
    seen: list[str] = []
    diagnostics.open_workspace(folder, progress=seen.append)
    return seen


def test_an_unchanged_workspace_is_not_read_again(tmp_path: Path) -> None:
    record_animals(tmp_path / "a")
    assert read_folders(tmp_path) == ["a"]
    assert read_folders(tmp_path) == []


def test_a_new_run_is_the_only_one_that_is_read(tmp_path: Path) -> None:
    for name in ("a", "b"):
        record_animals(tmp_path / name)
    read_folders(tmp_path)
    record_animals(tmp_path / "c")
    assert read_folders(tmp_path) == ["c"]
    assert len(diagnostics.open_workspace(tmp_path).experiments[0].runs) == 3


def test_a_changed_run_is_read_again_and_a_removed_one_is_gone(tmp_path: Path) -> None:
    for name in ("a", "b"):
        record_animals(tmp_path / name)
    read_folders(tmp_path)
    record_animals(tmp_path / "a", true_label=["dog"] * 6, overwrite=True)
    shutil.rmtree(tmp_path / "b")
    workspace = diagnostics.open_workspace(tmp_path)
    (run,) = workspace.experiments[0].runs
    assert (run.run, run.errors) == ("a", 3)


def test_what_comes_from_the_cache_equals_what_was_read(tmp_path: Path) -> None:
    record_animals(tmp_path / "a", parameters={"C": 1, "kernel": None}, fold=[0, 0, 0, 1, 1, 1])
    assert diagnostics.open_workspace(tmp_path) == diagnostics.open_workspace(tmp_path)


def test_the_results_are_not_changed(tmp_path: Path) -> None:
    record_animals(tmp_path / "a")
    before = files_of(tmp_path)
    diagnostics.open_workspace(tmp_path)
    assert files_of(tmp_path) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [".errata", "a"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_opens_through_the_users_cache(tmp_path: Path) -> None:
    record_animals(tmp_path / "a")
    tmp_path.chmod(0o555)
    try:
        assert read_folders(tmp_path) == ["a"]
        assert read_folders(tmp_path) == []
    finally:
        tmp_path.chmod(0o755)


def test_without_room_beside_the_results_the_users_cache_is_used(tmp_path: Path) -> None:
    record_animals(tmp_path / "a")
    (tmp_path / ".errata").write_text("a file where the folder would be", encoding="utf-8")
    assert read_folders(tmp_path) == ["a"]
    assert read_folders(tmp_path) == []


@pytest.mark.parametrize("damage", ["", "{", '{"version": "0"}', '{"version": "1"}', "[]"])
def test_a_damaged_index_is_made_anew(tmp_path: Path, damage: str) -> None:
    record_animals(tmp_path / "a")
    read_folders(tmp_path)
    (tmp_path / ".errata" / "cache" / "index.json").write_text(damage, encoding="utf-8")
    assert read_folders(tmp_path) == ["a"]


def test_lost_tables_are_made_anew(tmp_path: Path) -> None:
    record_animals(tmp_path / "a")
    read_folders(tmp_path)
    for entry in (tmp_path / ".errata" / "cache").iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
    assert read_folders(tmp_path) == ["a"]


def test_the_fingerprint_changes_with_the_files_only(tmp_path: Path) -> None:
    record_animals(tmp_path / "a")
    diagnostics.open_workspace(tmp_path)
    first = workspace_fingerprint(tmp_path)
    assert workspace_fingerprint(tmp_path) == first
    record_animals(tmp_path / "b")
    assert workspace_fingerprint(tmp_path) != first


def test_links_to_elsewhere_are_not_followed(tmp_path: Path) -> None:
    outside = record_animals(tmp_path / "outside" / "secret")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "linked").symlink_to(outside)
    (inside / "run.json").symlink_to(outside / "run.json")
    workspace = diagnostics.open_workspace(inside)
    assert workspace.experiments == ()


def test_a_missing_folder_and_a_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DiagnosticsError, match="There is no folder .*nowhere"):
        diagnostics.open_workspace(tmp_path / "nowhere")
    (tmp_path / "file.csv").write_text("x", encoding="utf-8")
    with pytest.raises(DiagnosticsError, match=r"file\.csv is a file\. Open its folder"):
        diagnostics.open_workspace(tmp_path / "file.csv")


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    (problem,) = diagnostics.open_workspace(tmp_path).problems
    assert problem.code == "nothing-found"
    assert "run.json" in problem.hint


def test_thousands_of_unrelated_files_are_no_problem(tmp_path: Path) -> None:
    for number in range(1500):
        suffix = ("txt", "png", "csv", "json", "py")[number % 5]
        (tmp_path / f"file{number}.{suffix}").write_bytes(b"\x00garbage\xff" * (number % 7))
    record_animals(tmp_path / "run")
    workspace = diagnostics.open_workspace(tmp_path)
    assert [run.run for run in workspace.experiments[0].runs] == ["run"]


def test_runs_on_the_same_examples_are_one_experiment_wherever_they_lie(tmp_path: Path) -> None:
    record_animals(tmp_path / "monday" / "run")
    record_animals(tmp_path / "tuesday" / "run")
    (experiment,) = diagnostics.open_workspace(tmp_path).experiments
    assert [run.run for run in experiment.runs] == ["monday/run", "tuesday/run"]


def test_a_declared_experiment_groups_runs_and_keeps_others_out(tmp_path: Path) -> None:
    for number, name in enumerate(["first", "second", "first"]):
        record_animals(tmp_path / f"place{number}" / "run", experiment=name)
    found = diagnostics.open_workspace(tmp_path).experiments
    assert [(entry.name, len(entry.runs)) for entry in found] == [("first", 2), ("second", 1)]


def test_a_corrected_label_stays_in_the_experiment_and_is_named(tmp_path: Path) -> None:
    record_animals(tmp_path / "a")
    record_animals(tmp_path / "b", true_label=["owl", *TRUE[1:]])
    workspace = diagnostics.open_workspace(tmp_path)
    assert [len(experiment.runs) for experiment in workspace.experiments] == [2]
    (problem,) = workspace.all_problems
    assert (problem.code, problem.path) == ("different-truth", "b")
    assert problem.what == (
        "Run 'b' gives another true label than 'a' to 1 example: "
        "'animal-0' ('cat' in 'a', 'owl' in 'b')."
    )


def test_runs_with_another_truth_are_another_experiment(tmp_path: Path) -> None:
    record_animals(tmp_path / "a")
    record_animals(tmp_path / "b", true_label=["owl", "owl", "cat", "cat", "owl", "owl"])
    workspace = diagnostics.open_workspace(tmp_path)
    assert [len(experiment.runs) for experiment in workspace.experiments] == [1, 1]
    (problem,) = workspace.all_problems
    assert problem.code == "different-test-data"
    assert "the truth of 4 of 6 shared examples differs" in problem.what


def test_a_run_on_most_of_the_examples_stays_and_is_marked(tmp_path: Path) -> None:
    record_animals(tmp_path / "a")
    part = {name: value[:4] for name, value in (("true_label", TRUE), ("example", IDS))}
    diagnostics.record(tmp_path / "b", predicted_label=["cat"] * 4, **part)
    workspace = diagnostics.open_workspace(tmp_path)
    (experiment,) = workspace.experiments
    assert [run.run for run in experiment.runs] == ["a", "b"]
    assert [problem.code for problem in workspace.all_problems] == ["different-examples"]


def test_runs_on_other_examples_are_another_experiment(tmp_path: Path) -> None:
    record_animals(tmp_path / "a")
    record_animals(tmp_path / "b", example=[f"plant-{number}" for number in range(6)])
    assert len(diagnostics.open_workspace(tmp_path).experiments) == 2


def test_a_reader_that_fails_is_a_problem_and_the_others_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from diagnostics.readers import opening, run_folder

    class Failing:
        NAME, LOOKS_FOR, VERSION = "failing", "trouble", 1

        @staticmethod
        def matches(folder: object) -> bool:
            return True

        @staticmethod
        def read(folder: object) -> object:
            raise RuntimeError("boom")

    monkeypatch.setattr(opening, "load_readers", lambda: ([Failing, run_folder], []))
    record_animals(tmp_path / "a")
    workspace = diagnostics.open_workspace(tmp_path)
    assert [run.run for run in workspace.experiments[0].runs] == ["a"]
    assert "RuntimeError: boom" in workspace.problems[0].what


@pytest.mark.parametrize("name", ["C=[1]", "a*b", "what?", "{x}", "two words\tand a tab", "ü 🔎"])
def test_folders_may_be_called_anything(tmp_path: Path, name: str) -> None:
    root = tmp_path / name
    record_animals(root / name)
    (root / "tables").mkdir()
    table = root / "tables" / f"{name}.csv"
    table.write_text("id,actual,predicted\n1,a,b\n2,a,a\n", encoding="utf-8")
    for _ in ("read", "from the cache"):
        workspace = diagnostics.open_workspace(root)
        assert workspace.all_problems == []
        runs = [run for experiment in workspace.experiments for run in experiment.runs]
        assert [run.run for run in runs] == [name, name]
        assert sorted(run.errors or 0 for run in runs) == [1, 2]
        for run in runs:
            assert diagnostics.confusion_matrix(run).total == run.examples
            assert diagnostics.top_examples(run, "confident-mistakes", k=1).total == run.errors


def test_a_name_that_is_not_utf8_is_left_out_and_named(tmp_path: Path) -> None:
    record_animals(tmp_path / "good")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9")).mkdir()
    for _ in ("read", "from the cache"):
        workspace = diagnostics.open_workspace(tmp_path)
        assert [run.run for run in workspace.experiments[0].runs] == ["good"]
        (problem,) = workspace.all_problems
        assert problem.code == "name-not-utf8"
        assert "café" in problem.what


def test_our_readers_are_known_by_name_and_version_before_they_are_imported() -> None:
    readers, problems = load_readers()
    assert problems == []
    lazy = [reader for reader in readers if type(reader).__name__ == "_LazyReader"]
    assert {reader.NAME for reader in lazy} >= {"rasa", "errata", "recorder", "cv_results"}
    for reader in lazy:
        module = reader._entry.load()
        assert (reader.NAME, reader.VERSION) == (module.NAME, module.VERSION)
        assert reader.LOOKS_FOR == module.LOOKS_FOR
        assert hasattr(reader, "owns_tree") == hasattr(module, "owns_tree")


HEAVY = {"polars", "numpy", "pandas", "sklearn", "scipy", "streamlit", "altair", "narwhals"}


@pytest.mark.parametrize(
    "code",
    [
        "import diagnostics",
        "import diagnostics.__main__",
        "from diagnostics.__main__ import main; main(['summary', {folder!r}])",
        "from diagnostics.__main__ import main; main(['summary', {folder!r}, '--json'])",
    ],
)
def test_nothing_heavy_is_imported_before_it_is_used(code: str, tmp_path: Path) -> None:
    record_animals(tmp_path / "animals")
    diagnostics.open_workspace(tmp_path)
    names = "print(*sys.modules, file=sys.stderr)"
    script = f"{code.format(folder=str(tmp_path))}; import sys; {names}"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert HEAVY & set(done.stderr.split()) == set()
