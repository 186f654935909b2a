"""Opening 300 runs × 5,000 examples: cold, again, and with one run more.

python benchmarks/reopening.py [ROUNDS] [RUNS] [ROWS]
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import diagnostics

LABELS = [f"intent {index}" for index in range(20)]


def make(folder: Path, runs: int, rows: int) -> None:
    random = np.random.default_rng(0)
    truth = random.integers(0, len(LABELS), rows)
    base = random.normal(size=(rows, len(LABELS)))
    base[np.arange(rows), truth] += 2
    for number in range(runs):
        scores = np.exp(base + random.normal(size=base.shape) * (0.3 + number / runs))
        diagnostics.record(
            folder / f"run-{number}",
            true_label=np.array(LABELS)[truth],
            probabilities=scores / scores.sum(axis=1, keepdims=True),
            labels=LABELS,
            content=[f"example number {index}" for index in range(rows)],
            fold=np.arange(rows) % 5,
            parameters={"C": number},
        )


def command(folder: Path) -> float:
    """Wall seconds of `errata summary`, a process of its own."""
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "diagnostics", "summary", str(folder)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - started


def library(folder: Path) -> tuple[float, int]:
    """Seconds of opening it inside of a program, and how many folders were read for it."""
    read: list[str] = []
    started = time.perf_counter()
    diagnostics.open_workspace(folder, progress=read.append)
    return time.perf_counter() - started, len(read)


def main() -> None:
    """Read once, then reopen and add a run in turn."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    rows = int(sys.argv[3]) if len(sys.argv) > 3 else 5_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, runs, rows)
        print(f"{runs} runs × {rows:,} examples, read for the first time: {command(folder):.1f} s")
        again, inside, added, folders = [], [], [], set()
        for number in range(rounds):
            again.append(command(folder))
            inside.append(library(folder)[0])
            shutil.copytree(folder / "run-0", folder / f"more-{number}")
            taken, read = library(folder)
            added.append(taken)
            folders.add(read)
        print(f"errata summary, unchanged       {statistics.median(again):6.2f} s")
        print(f"open_workspace, unchanged       {statistics.median(inside):6.2f} s")
        print(f"open_workspace, one run more    {statistics.median(added):6.2f} s, read {folders}")


if __name__ == "__main__":
    main()
