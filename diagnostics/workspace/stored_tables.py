"""The tables of a run, read from where they lie."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from diagnostics.workspace.labels import label_expression
from diagnostics.workspace.run import Run
from diagnostics.workspace.tables import CONFUSION, PREDICTIONS, empty


def scan(run: Run) -> pl.LazyFrame:
    """The run's predictions as they lie in the file: labels as codes; empty if it has none."""
    path = run.table("predictions")
    return pl.scan_parquet(path, glob=False) if path.is_file() else pl.LazyFrame(schema=PREDICTIONS)


def load(run: Run, name: str, schema: dict[str, Any]) -> pl.DataFrame:
    """One of the run's small tables, empty if it was not kept."""
    path = run.table(name)
    return pl.read_parquet(path, glob=False) if path.is_file() else empty(schema)


def scan_examples(run: Run) -> pl.LazyFrame:
    """The content of the run's examples: `example` and whatever columns it has; lazy."""
    path = run.table("examples")
    return (
        pl.scan_parquet(path, glob=False)
        if path.is_file()
        else pl.LazyFrame(schema={"example": pl.String})
    )


def supports(run: Run) -> dict[str, int]:
    """How many examples of each label the run was evaluated on, in all of its splits."""
    counted = load(run, "confusion", CONFUSION).drop_nulls("true_label")
    sums = counted.group_by("true_label").agg(pl.col("n").sum())
    return {run.labels[code]: n for code, n in sums.iter_rows()}


def labelled_predictions(runs: Sequence[Run]) -> pl.LazyFrame:
    """The rows of several runs with a column `run` and labels as labels; lazy."""
    frames = [
        scan(run).select(
            pl.lit(run.run).alias("run"),
            *(
                label_expression(name, run.labels) if name.endswith("_label") else pl.col(name)
                for name in PREDICTIONS
            ),
        )
        for run in runs
    ]
    if not frames:
        return pl.LazyFrame(
            schema={
                "run": pl.String,
                **PREDICTIONS,
                "true_label": pl.String,
                "predicted_label": pl.String,
            }
        )
    return pl.concat(frames)
