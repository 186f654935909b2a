"""Whatever is damaged in a file: nothing escapes, hangs, or shows what cannot be."""

from __future__ import annotations

import subprocess
import sys

from tests.places import ROOT


def test_two_thousand_damaged_folders_are_read_or_refused_in_words() -> None:
    # Processes of their own: what kills one, and what memory it takes, is seen from outside.
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz", "--cases", "1000", "--seed", seed],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for seed in ("1", "2")
    ]
    printed = [process.communicate(timeout=900)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0], "\n".join(printed)
