"""Every view's question to 20 runs × 500,000 rows × 77 classes: Errata, pandas, and the floor.

python benchmarks/queries.py [ROUNDS] [ROWS] [RUNS]

Errata asks the tables that reading the folder left; pandas asks the files as people write them,
with labels as texts; the floor reads the columns that the question needs, and does nothing.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

import diagnostics
from diagnostics import Experiment, Filter, Run
from diagnostics.workspace import reducers, stored_tables, tables
from diagnostics.workspace.reducers import By

LABELS = [f"intent_{index:02}" for index in range(77)]
CODED = ["true_label", "predicted_label"]
WRITTEN = ["label", "prediction"]


@dataclass(frozen=True)
class Question:
    """One question three ways; `columns` are what it needs of our tables, of how many runs."""

    name: str
    errata: Callable[[list[Run]], Any]
    pandas: Callable[[list[Path]], Any]
    columns: tuple[str, ...]
    runs: int


def make(folder: Path, rows: int, runs: int) -> None:
    """Runs that are right four times out of five and surer when they are."""
    random = np.random.default_rng(0)
    truth = random.integers(0, len(LABELS), rows)
    names = np.array(LABELS)
    ids = [f"example-{index:07}" for index in range(rows)]
    for number in range(runs):
        is_right = random.random(rows) < 0.8
        answer = np.where(is_right, truth, random.integers(0, len(LABELS), rows))
        confidence = np.where(is_right, random.beta(8, 2, rows), random.beta(4, 3, rows))
        place = folder / f"run-{number:02}"
        place.mkdir()
        pl.DataFrame(
            {
                "id": ids,
                "label": names[truth],
                "prediction": names[answer],
                "confidence": confidence,
            }
        ).write_parquet(place / "predictions.parquet")


def read(paths: Iterable[Path], columns: list[str]) -> Iterable[pd.DataFrame]:
    """The files one after the other, as a notebook would."""
    return (pd.read_parquet(path, columns=columns) for path in paths)


def wrong(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["label"] != frame["prediction"]]


def confusions(paths: list[Path]) -> list[pd.Series]:
    return [frame.groupby(WRITTEN).size() for frame in read(paths, WRITTEN)]


def class_reports(paths: list[Path]) -> list[pd.DataFrame]:
    """Precision and recall of every class, by counting."""
    reports = []
    for frame in read(paths, WRITTEN):
        right = frame.loc[frame["label"] == frame["prediction"], "label"].value_counts()
        reports.append(
            pd.DataFrame(
                {
                    "precision": right / frame["prediction"].value_counts(),
                    "recall": right / frame["label"].value_counts(),
                }
            )
        )
    return reports


def histogram(path: Path) -> pd.Series:
    frame = pd.read_parquet(path, columns=[*WRITTEN, "confidence"])
    bins = (frame["confidence"] * 20).clip(upper=19.999).astype(int)
    return frame.groupby([bins, frame["label"] == frame["prediction"]]).size()


def moved(first: Path, second: Path) -> pd.Series:
    """Fixed and broken between two runs."""
    one, other = (pd.read_parquet(path, columns=["id", *WRITTEN]) for path in (first, second))
    both = one.merge(other, on="id", suffixes=("", "_b"))
    right = both["label"] == both["prediction"]
    return pd.crosstab(right, both["label"] == both["prediction_b"]).stack()


def most_moved(paths: list[Path]) -> pd.DataFrame:
    """What the second run broke, by how far the confidence moved."""
    one, other = (answers(path) for path in paths[:2])
    both = one.merge(other, on="id", suffixes=("", "_b"))
    right = both["label"] == both["prediction"]
    broken = both[right & (both["label"] != both["prediction_b"])]
    moved = (broken["confidence"] - broken["confidence_b"]).abs()
    return broken.assign(moved=moved).sort_values(["moved", "id"], ascending=[False, True])[:100]


def alone(paths: list[Path]) -> pd.DataFrame:
    counts = wrong_runs(paths)
    mistakes = wrong(answers(paths[0]))
    return top(mistakes[mistakes["id"].isin(counts.index[counts == 1])], ascending=False)


def wrong_runs(paths: list[Path]) -> pd.Series:
    rows = pd.concat(read(paths, ["id", *WRITTEN]))
    return (rows["label"] != rows["prediction"]).groupby(rows["id"]).sum()


def top(frame: pd.DataFrame, *, ascending: bool) -> pd.DataFrame:
    return frame.sort_values(["confidence", "id"], ascending=[ascending, True]).head(100)


def answers(path: Path) -> pd.DataFrame:
    return pd.read_parquet(path, columns=["id", *WRITTEN, "confidence"])


def one_cell(path: Path) -> pd.DataFrame:
    frame = answers(path)
    cell = (frame["label"] == LABELS[3]) & (frame["prediction"] == LABELS[5])
    return top(frame[cell], ascending=False)


def counted(run: Run) -> Any:
    return reducers.collect(reducers.confusion(reducers.lazy(stored_tables.scan(run), [])))


def pair(runs: list[Run]) -> Any:
    first, second = (reducers.lazy(stored_tables.scan(run), []) for run in runs[:2])
    return reducers.collect(reducers.pairs(first, second))


def compared(run: Run, runs: list[Run], by: By, where: Filter) -> Any:
    experiment = Experiment("all", "classification", tuple(runs))
    return diagnostics.top_examples(run, by, k=100, where=where, experiment=experiment)


def broken(runs: list[Run]) -> Any:
    return compared(runs[1], runs, "moved", Filter(against=runs[0].run, outcome="broken"))


def mistakes_alone(runs: list[Run]) -> Any:
    return compared(runs[0], runs, "all", Filter(across="only-this-wrong"))


RANKED = ("example", *CODED, "confidence")
CELL = Filter(true_label=LABELS[3], predicted_label=LABELS[5])
QUESTIONS = (
    Question(
        "confusion of all runs",
        lambda runs: [diagnostics.confusion_matrix(run) for run in runs],
        confusions, tuple(CODED), 0,
    ),
    Question(
        "confusion of all runs, from rows",
        lambda runs: [counted(run) for run in runs],
        confusions, tuple(CODED), 0,
    ),
    Question(
        "precision and recall by class, all runs",
        lambda runs: [diagnostics.class_report(diagnostics.confusion_matrix(r)) for r in runs],
        class_reports, tuple(CODED), 0,
    ),
    Question(
        "confused pairs of one run",
        lambda runs: diagnostics.confused_pairs(diagnostics.confusion_matrix(runs[0])),
        lambda paths: wrong(pd.read_parquet(paths[0], columns=WRITTEN))
        .groupby(WRITTEN).size().sort_values(ascending=False),
        tuple(CODED), 1,
    ),
    Question(
        "100 most confident mistakes",
        lambda runs: diagnostics.top_examples(runs[0], "confident-mistakes", k=100),
        lambda paths: top(wrong(answers(paths[0])), ascending=False), RANKED, 1,
    ),
    Question(
        "100 least sure answers",
        lambda runs: diagnostics.top_examples(runs[0], "uncertain", k=100),
        lambda paths: top(answers(paths[0]), ascending=True), RANKED, 1,
    ),
    Question(
        "most confident mistakes of one cell",
        lambda runs: diagnostics.top_examples(runs[0], "confident-mistakes", k=100, where=CELL),
        lambda paths: one_cell(paths[0]), RANKED, 1,
    ),
    Question(
        "confidence of right and wrong answers",
        lambda runs: stored_tables.load(runs[0], "calibration", tables.CALIBRATION),
        lambda paths: histogram(paths[0]), (*CODED, "confidence"), 1,
    ),
    Question(
        "fixed and broken between two runs", pair,
        lambda paths: moved(*paths[:2]), ("example", *CODED), 2,
    ),
    Question(
        "100 broken answers that moved most", broken, most_moved,
        RANKED, 2,
    ),
    Question(
        "100 mistakes that this run alone makes", mistakes_alone, alone,
        ("example", *CODED), 0,
    ),
    Question(
        "in how many runs each example is wrong",
        diagnostics.wrong_run_counts,
        wrong_runs, ("example", *CODED), 0,
    ),
)  # fmt: skip


def floor(runs: list[Run], columns: tuple[str, ...]) -> None:
    for run in runs:
        pl.read_parquet(run.table("predictions"), columns=list(columns))


def seconds(call: Callable[[], Any]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def main() -> None:
    """Make, read once, then ask in turn."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 500_000
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 20
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, rows, count)
        started = time.perf_counter()
        (experiment,) = diagnostics.open_workspace(folder).experiments
        print(f"{count} runs × {rows:,} rows read in {time.perf_counter() - started:.1f} s")
        runs = list(experiment.runs)
        paths = [folder / run.run / "predictions.parquet" for run in runs]
        header = f"{'question':42} {'errata':>9} {'pandas':>9} {'floor':>9} {'pandas ÷':>9}"
        print(f"{header} {'÷ floor':>8}")
        for question in QUESTIONS:
            asked = runs[: question.runs or None]
            sides: dict[str, list[float]] = {"errata": [], "pandas": [], "floor": []}
            for _ in range(rounds):
                sides["errata"].append(seconds(lambda: question.errata(runs)))  # noqa: B023
                sides["pandas"].append(seconds(lambda: question.pandas(paths)))  # noqa: B023
                sides["floor"].append(seconds(lambda: floor(asked, question.columns)))  # noqa: B023
            mine, theirs, least = (statistics.median(values) for values in sides.values())
            print(
                f"{question.name:42} {mine:9.4f} {theirs:9.4f} {least:9.4f} "
                f"{theirs / mine:9.1f} {mine / least:8.2f}"
            )


if __name__ == "__main__":
    main()
