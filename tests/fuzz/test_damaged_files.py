"""Whatever is damaged in a file: nothing escapes, hangs, or shows what cannot be."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.places import ROOT


@pytest.mark.parametrize("seed", [1, 2])
def test_a_thousand_damaged_folders_are_read_or_refused_in_words(seed: int) -> None:
    # A process of its own: what kills it, and what memory it takes, is seen from outside.
    asked = ["-m", "tests.fuzz", "--cases", "1000", "--seed", str(seed)]
    ran = subprocess.run(
        [sys.executable, *asked], cwd=ROOT, capture_output=True, text=True, timeout=900, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
