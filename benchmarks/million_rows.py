"""One Parquet table of 1,000,000 predictions × 10 classes: Errata cold and warm against pandas.

python benchmarks/million_rows.py [ROUNDS] [ROWS]
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
import polars as pl

ROOT = Path(__file__).resolve().parents[1]
ROWS, LABELS = 1_000_000, [f"class_{index}" for index in range(10)]

ERRATA = """
import diagnostics
workspace = diagnostics.open_workspace({folder!r})
run = workspace.experiments[0].runs[0]
print(diagnostics.confusion_matrix(run).counts.trace())
print(diagnostics.top_examples(run, "confident-mistakes", k=10).examples["confidence"].iloc[-1])
"""
PEAK = """
import resource
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
PANDAS = """
import pandas as pd
frame = pd.read_parquet({file!r})
counts = pd.crosstab(frame["label"], frame["prediction"])
scores = frame.filter(like="prob_")
wrong = frame[frame["label"] != frame["prediction"]]
confidence = scores.loc[wrong.index].max(axis=1)
print(counts.to_numpy().trace())
print(confidence.sort_values(ascending=False).iloc[9])
"""


def make(file: Path, rows: int = ROWS) -> None:
    """Answers that are right three times out of four, with their probabilities."""
    random = np.random.default_rng(0)
    truth = random.integers(0, len(LABELS), rows)
    scores = random.normal(size=(rows, len(LABELS)))
    scores[np.arange(rows), truth] += 2.2
    shares = np.exp(scores)
    shares /= shares.sum(axis=1, keepdims=True)
    names = np.array(LABELS)
    pl.DataFrame(
        {
            "id": np.arange(rows),
            "label": names[truth],
            "prediction": names[shares.argmax(axis=1)],
            **{f"prob_{name}": shares[:, at].astype("f4") for at, name in enumerate(LABELS)},
        }
    ).write_parquet(file)


def timed(code: str) -> tuple[float, int]:
    """Wall seconds and peak megabytes of a fresh process."""
    started = time.perf_counter()
    answer = subprocess.run(
        [sys.executable, "-c", code + PEAK], check=True, capture_output=True, text=True, cwd=ROOT
    )
    return time.perf_counter() - started, int(answer.stdout.split()[-1])


def main() -> None:
    """Run all three in turn and print what each took."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else ROWS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "predictions.parquet"
        make(file, rows)
        seconds: dict[str, list[float]] = {"cold": [], "warm": [], "pandas": []}
        memory: dict[str, int] = {}
        for _ in range(rounds):
            shutil.rmtree(folder / ".errata", ignore_errors=True)
            for side in seconds:
                code = (
                    PANDAS.format(file=str(file))
                    if side == "pandas"
                    else ERRATA.format(folder=name)
                )
                taken, peak = timed(code)
                seconds[side].append(taken)
                memory[side] = max(memory.get(side, 0), peak)
    for side, values in seconds.items():
        ratios = [mine / other for mine, other in zip(values, seconds["pandas"], strict=True)]
        print(
            f"{side:8} {statistics.median(values):6.2f} s  {memory[side]:5} MB  "
            f"{statistics.median(ratios):5.2f} × pandas"
        )


if __name__ == "__main__":
    main()
