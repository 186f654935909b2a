"""What the README shows is so: its commands run as they stand there."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.places import ROOT, SAMPLES

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.partition("#")[0].strip()
    for line in re.findall(r"^    (errata [a-z]+ sample_runs.*)$", README, re.MULTILINE)
    if not line.startswith("errata serve")
]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample runs of which the README speaks."""
    path = tmp_path_factory.mktemp("checkout")
    shutil.copytree(SAMPLES / "tumours", path / "sample_runs" / "tumours")
    return path


def test_the_readme_shows_commands_that_can_be_pasted() -> None:
    assert len(COMMANDS) >= 8


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme_answers(command: str, checkout: Path) -> None:
    words = [sys.executable, "-m", "diagnostics", *shlex.split(command)[1:]]
    done = subprocess.run(
        words,
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout
