"""What it takes to start: --help, a summary of one small folder, and of Rasa's files.

python benchmarks/startup.py [ROUNDS] [FOLDER]

FOLDER holds what `rasa test` wrote, by default the configs in sample_runs. It is copied; a plain
Python loop that only parses the same JSON files runs in turn with the summary.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import diagnostics

SAMPLES = Path(__file__).resolve().parents[1] / "sample_runs"
LOOP = """
import json, pathlib, sys
for path in pathlib.Path(sys.argv[1]).rglob("*.json"):
    json.loads(path.read_text(encoding="utf-8"))
"""


def seconds(words: Sequence[str]) -> float:
    """Wall seconds of a fresh Python with these words."""
    started = time.perf_counter()
    subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> None:
    """All in turn, round by round."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    source = Path(sys.argv[2]) if len(sys.argv) > 2 else SAMPLES / "helpdesk_rasa"
    with tempfile.TemporaryDirectory() as name:
        small, rasa = Path(name, "small"), Path(name, "rasa")
        diagnostics.record(small / "run", true_label=["a", "b"], predicted_label=["a", "a"])
        shutil.copytree(source, rasa, ignore=shutil.ignore_patterns(".errata"))
        summary = ["-m", "diagnostics", "summary"]
        asked = {
            "errata --help": ["-m", "diagnostics", "--help"],
            "summary of a small folder, first time": [*summary, str(small)],
            "summary of a small folder, again": [*summary, str(small)],
            "json.loads of Rasa's files": ["-c", LOOP, str(rasa)],
            "summary of Rasa's files, first time": [*summary, str(rasa)],
            "summary of Rasa's files, again": [*summary, str(rasa)],
        }
        taken: dict[str, list[float]] = {what: [] for what in asked}
        for _ in range(rounds):
            for folder in (small, rasa):
                shutil.rmtree(folder / ".errata", ignore_errors=True)
            for what, words in asked.items():
                taken[what].append(seconds(words))
    loop = taken["json.loads of Rasa's files"]
    for what, values in taken.items():
        ratio = statistics.median(mine / plain for mine, plain in zip(values, loop, strict=True))
        print(f"{what:40} {statistics.median(values):6.2f} s   {ratio:5.1f} × the loop")


if __name__ == "__main__":
    main()
