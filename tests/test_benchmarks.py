"""Every benchmark runs, at a size where its figures mean nothing."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.places import ROOT

BENCHMARKS = ROOT / "benchmarks"
#: Rounds and sizes that take a second or two.
SMALL = {
    "agreement": ["1", "4", "400"],
    "comparison": ["1", "4000"],
    "confidence": ["1", "3000"],
    "leaderboard": ["1", "4", "200"],
    "million_rows": ["1", "500"],
    "queries": ["1", "400", "2"],
    "recorder": ["1", "90", "kernels"],
    "reopening": ["1", "3", "50"],
    "startup": ["1"],
    "thresholds": ["1", "3000"],
}
#: Take most of a minute at any size: a browser, and what compiles itself when first asked.
LONG = {"explanations", "in_browser"}


def test_every_benchmark_is_here_and_in_its_readme() -> None:
    scripts = {path.stem for path in BENCHMARKS.glob("*.py")}
    assert scripts == set(SMALL) | LONG
    words = (BENCHMARKS / "README.md").read_text(encoding="utf-8")
    assert [name for name in scripts if f"`{name}.py`" not in words] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SMALL))
def test_a_benchmark_runs_and_prints_figures(name: str) -> None:
    ran = subprocess.run(
        [sys.executable, BENCHMARKS / f"{name}.py", *SMALL[name]],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONWARNINGS": "default"},
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert any(character.isdigit() for character in ran.stdout)
