"""The set-up: what it installs, when it does not, and what it says where it cannot."""

from __future__ import annotations

import os
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from tests.places import ROOT


@pytest.fixture
def develop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """develop.py in a checkout of its own that has a usable .venv; nothing is installed."""
    spec = spec_from_file_location("develop", ROOT / "develop.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv/bin/python")
    monkeypatch.setattr(module, "CONSTRAINTS", tmp_path / "constraints.txt")
    monkeypatch.setattr(module, "is_usable", lambda: True)
    monkeypatch.setattr(module, "installed", [], raising=False)
    monkeypatch.setattr(module, "install", module.installed.append)
    (tmp_path / ".venv").mkdir()
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    (tmp_path / "constraints.txt").write_text("pip==26.3\n")
    return module


def script(path: Path, prints: str) -> str:
    """A program that prints a line and nothing else, whatever it is asked."""
    path.write_text(f"#!/bin/sh\n{prints}\n")
    path.chmod(0o755)
    return str(path)


def test_a_second_call_installs_nothing(develop: ModuleType) -> None:
    develop.set_up("dev")
    develop.set_up("dev")
    assert develop.installed == ["dev"]


@pytest.mark.parametrize("changed", ["pyproject.toml", "constraints.txt", ".venv/pyvenv.cfg"])
def test_a_change_of_what_it_is_made_from_installs_again(develop: ModuleType, changed: str) -> None:
    develop.set_up("dev")
    (develop.ROOT / changed).write_text("another line\n")
    develop.set_up("dev")
    assert develop.installed == ["dev", "dev"]


def test_the_tools_include_what_the_dashboard_needs(develop: ModuleType) -> None:
    develop.set_up("dev")
    develop.set_up("runtime")
    assert develop.installed == ["dev"]


def test_the_dashboard_needs_no_tools(develop: ModuleType) -> None:
    develop.set_up("runtime")
    develop.set_up("runtime")
    develop.set_up("dev")
    assert develop.installed == ["runtime", "dev"]


def test_an_interrupted_installation_is_done_again(
    develop: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    develop.set_up("dev")
    develop.CONSTRAINTS.write_text("pip==26.4\n")

    def interrupted(level: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(develop, "install", interrupted)
        with pytest.raises(KeyboardInterrupt):
            develop.set_up("dev")
    develop.CONSTRAINTS.write_text("pip==26.3\n")  # as it was: the old stamp would fit again
    develop.set_up("dev")
    assert develop.installed == ["dev", "dev"]


def test_a_step_that_fails_ends_it_with_a_sentence(develop: ModuleType) -> None:
    with pytest.raises(SystemExit, match="The installation did not finish; the reason is above"):
        develop.attempt([sys.executable, "-c", "raise SystemExit(1)"])


@pytest.mark.skipif(os.name == "nt", reason="The stand-ins for Python are shell scripts.")
def test_a_supported_python_is_found_behind_one_that_does_not_run(
    develop: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", script(tmp_path / "python3", "echo 3 10"))
    script(tmp_path / "python3.13", "exit 127")
    expected = script(tmp_path / "python3.12", "echo 3 12")
    script(tmp_path / "python3.11", "echo 3 11")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin")
    assert develop.find_python() == expected


def test_without_a_supported_python_it_says_which_are(
    develop: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(develop, "version_of", lambda python: (3, 14))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11, 3\.12 or 3\.13\. This is "):
        develop.find_python()


def test_without_a_way_to_make_environments_it_says_what_to_install(
    develop: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(develop, "is_importable", lambda python, module: False)
    with pytest.raises(SystemExit, match=r"apt-get install python3-venv"):
        develop.create_environment()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ["sample_runs"]),
        (["--port", "9000"], ["sample_runs", "--port", "9000"]),
        (["results", "--port", "9000"], ["results", "--port", "9000"]),
    ],
    ids=["nothing", "options", "folder and options"],
)
def test_opening_names_the_folder_in_full(
    develop: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    expected: list[str],
) -> None:
    monkeypatch.chdir(develop.ROOT)
    folder, *options = develop.folder_and_options(arguments)
    assert [str(Path(folder).relative_to(develop.ROOT)), *options] == expected


def test_all_checks_run_and_the_failed_are_named(
    develop: ModuleType, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(develop, "PYTHON", sys.executable)
    monkeypatch.setattr(
        develop, "CHECKS", {"first": ["no_such_module"], "second": ["this"], "third": ["no_such"]}
    )
    assert develop.check() == 1
    assert capfd.readouterr().out.endswith("Failed: first, third.\n")


def test_an_unknown_command_prints_the_usage(
    develop: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert develop.main(["opne"]) == 2
    assert "python3 develop.py open [FOLDER]" in capsys.readouterr().err
