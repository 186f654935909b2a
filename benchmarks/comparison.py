"""Two runs of 500,000 examples × 77 classes compared: Errata, and pandas with statsmodels.

python benchmarks/comparison.py [ROUNDS] [ROWS]

Both start from what reading the folder left. Errata asks its tables; pandas merges two frames that
are in memory already, counts, calls statsmodels, and draws rows for the intervals. Of the 1,000
resamples pandas does ten, and its time is multiplied. Errata also exchanges the two runs' answers
1,000 times, for a p-value of every metric; pandas is spared that.
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
from queries import make

import diagnostics
from diagnostics import Experiment

#: Resamples that the row bootstrap does; Errata does 1,000.
DRAWN, WANTED = 10, 1_000


def counted(experiment: Experiment, names: list[str]) -> diagnostics.Comparison:
    """Fixed and broken, McNemar's test, each class with its test, which label became which."""
    found = diagnostics.compare_runs(experiment, *names)
    _ = found.outcomes, found.mcnemar_p, found.mcnemar_midp, found.classes, found.flow, found.mix
    return found


def whole(experiment: Experiment, names: list[str]) -> diagnostics.Comparison:
    """The same with an interval and a p-value for the difference of every metric."""
    found = counted(experiment, names)
    _ = found.metrics
    return found


def by_pandas(old: pd.DataFrame, new: pd.DataFrame) -> tuple[Any, ...]:
    """What `counted` answers, as a notebook would."""
    from statsmodels.stats.contingency_tables import SquareTable, mcnemar
    from statsmodels.stats.multitest import multipletests

    both = old.merge(new, on=["id", "label"], suffixes=("_a", "_b"))
    both["right_a"] = both["label"] == both["prediction_a"]
    both["right_b"] = both["label"] == both["prediction_b"]
    outcomes = quarters(both)
    p = mcnemar(outcomes, exact=True).pvalue
    in_class = [mcnemar(quarters(part), exact=True).pvalue for _, part in both.groupby("label")]
    flow = pd.crosstab(both["prediction_a"], both["prediction_b"])
    mix = SquareTable(flow).homogeneity()
    return outcomes, p, multipletests(in_class, method="fdr_bh")[1], flow, mix


def quarters(rows: pd.DataFrame) -> pd.DataFrame:
    """Right or wrong before and after; all four, also where one is empty."""
    found = pd.crosstab(rows["right_a"], rows["right_b"])
    return found.reindex(index=[False, True], columns=[False, True], fill_value=0)


def by_rows(old: pd.DataFrame, new: pd.DataFrame) -> list[float]:
    """Differences of accuracy and macro F1 over drawn rows, ten times."""
    from sklearn.metrics import f1_score

    both = old.merge(new, on=["id", "label"], suffixes=("_a", "_b"))
    columns = ("label", "prediction_a", "prediction_b")
    codes = pd.Categorical(both["label"]).categories
    truth, a, b = (pd.Categorical(both[name], categories=codes).codes for name in columns)
    random = np.random.default_rng(0)
    draws = []
    for _ in range(DRAWN):
        rows = random.integers(0, len(truth), len(truth))
        t, first, second = truth[rows], a[rows], b[rows]
        draws.append(float((t == second).mean() - (t == first).mean()))
        draws.append(f1_score(t, second, average="macro") - f1_score(t, first, average="macro"))
    return draws


def seconds(call: Callable[[], Any]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def main() -> None:
    """Make, read once, then ask in turn."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 500_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, rows, 2)
        (experiment,) = diagnostics.open_workspace(folder).experiments
        names = [run.run for run in experiment.runs]
        frames = [pd.read_parquet(folder / run / "predictions.parquet") for run in names]
        old, new = (frame[["id", "label", "prediction"]] for frame in frames)
        whole(experiment, names), by_pandas(old[:1000], new[:1000])  # imports
        sides: dict[str, list[float]] = {"counts": [], "all": [], "pandas": [], "rows": []}
        for _ in range(rounds):
            sides["counts"].append(seconds(lambda: counted(experiment, names)))
            sides["all"].append(seconds(lambda: whole(experiment, names)))
            sides["pandas"].append(seconds(lambda: by_pandas(old, new)))
            sides["rows"].append(seconds(lambda: by_rows(old, new)) * WANTED / DRAWN)
        mine, every, theirs, drawn = (statistics.median(values) for values in sides.values())
        print(f"two runs × {rows:,} rows, medians of {rounds} rounds")
        print(f"{'':38} {'errata':>9} {'pandas':>9} {'pandas ÷':>9}")
        print(f"{'counts, tests and classes':38} {mine:9.3f} {theirs:9.3f} {theirs / mine:9.1f}")
        both = theirs + drawn
        print(f"{'the same with 1,000 resamples':38} {every:9.3f} {both:9.1f} {both / every:9.0f}")


if __name__ == "__main__":
    main()
