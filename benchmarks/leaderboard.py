"""Who cannot be told from the best of 300 runs × 5,000 examples: Errata, pandas and statsmodels.

python benchmarks/leaderboard.py [ROUNDS] [RUNS] [ROWS]

Both sides begin after reading: Errata with the opened folder, whose tables it still loads; pandas
with a frame for each run in memory. Marks are intervals, exact McNemar tests against the best and
Holm's correction; what the pick will score is asked of 1,000 bootstrap samples.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

import diagnostics
from diagnostics.runs.leaderboard import run_leaderboard

LABELS = np.array([f"intent_{index:02}" for index in range(25)])
REPETITIONS = 1000


def make(folder: Path, runs: int, rows: int) -> dict[str, pd.DataFrame]:
    """Runs that are right on mostly the same rows, four times out of five."""
    random = np.random.default_rng(0)
    truth = random.integers(0, len(LABELS), rows)
    hard = random.random(rows)
    frames = {}
    for number in range(runs):
        is_right = random.random(rows) * 0.4 + hard * 0.6 < 0.62 - 0.0002 * number
        answers = np.where(is_right, truth, (truth + 1) % len(LABELS))
        frame = pd.DataFrame(
            {
                "id": [f"example-{row:05}" for row in range(rows)],
                "label": LABELS[truth],
                "prediction": LABELS[answers],
            }
        )
        name = f"run-{number:03}"
        (folder / name).mkdir()
        frame.to_parquet(folder / name / "predictions.parquet")
        frames[name] = frame
    return frames


def marks_in_pandas(frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The obvious way: a merge, a cross-table and a test for every run."""
    right = {name: (f["label"] == f["prediction"]).mean() for name, f in frames.items()}
    best = max(right, key=lambda name: right[name])
    rows = []
    for name, frame in frames.items():
        low, high = proportion_confint(right[name] * len(frame), len(frame), method="wilson")
        p = np.nan
        if name != best:
            both = frames[best].merge(frame, on="id", suffixes=("", "_b"))
            table = pd.crosstab(
                both["label"] == both["prediction"], both["label"] == both["prediction_b"]
            )
            p = mcnemar(table, exact=True).pvalue
        rows.append((name, right[name], low, high, p))
    found = pd.DataFrame(rows, columns=["run", "score", "low", "high", "p"])
    tested = found["p"].notna()
    found.loc[tested, "p"] = multipletests(found.loc[tested, "p"], method="holm")[1]
    return found


def expected_in_pandas(frames: dict[str, pd.DataFrame]) -> float:
    """The same in a loop over resamples of a wide frame."""
    wide = pd.DataFrame({n: f["label"] == f["prediction"] for n, f in frames.items()})
    scores = []
    for seed in range(REPETITIONS):
        drawn = wide.sample(frac=1, replace=True, random_state=seed)
        best = drawn.mean().idxmax()
        scores.append(wide.drop(drawn.index.unique())[best].mean())
    return float(np.mean(scores))


def seconds(call: Callable[[], Any]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def main() -> None:
    """Make, read once, then ask in turn."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    rows = int(sys.argv[3]) if len(sys.argv) > 3 else 5_000
    with tempfile.TemporaryDirectory() as name:
        frames = make(Path(name), runs, rows)
        (experiment,) = diagnostics.open_workspace(name).experiments
        mine, theirs = run_leaderboard(experiment), marks_in_pandas(frames)
        ties = int((theirs["p"] > 0.05).sum())
        assert len(mine.ties) == ties
        print(f"{runs} runs × {rows:,} examples; {ties} cannot be told from the best, both say")
        both = {
            "marks": (
                lambda: run_leaderboard(experiment, selection=False),
                lambda: marks_in_pandas(frames),
            ),
            "marks and what the pick will score": (
                lambda: run_leaderboard(experiment),
                lambda: (marks_in_pandas(frames), expected_in_pandas(frames)),
            ),
        }
        print(f"{'':36} {'errata':>9} {'pandas':>9} {'ratio':>7}")
        for question, (ours, other) in both.items():
            sides = [(seconds(ours), seconds(other)) for _ in range(rounds)]
            a, b = (statistics.median(side) for side in zip(*sides, strict=True))
            print(f"{question:36} {a:9.3f} {b:9.3f} {b / a:7.1f}")


if __name__ == "__main__":
    main()
