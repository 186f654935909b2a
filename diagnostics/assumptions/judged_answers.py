"""A run's answers as assumptions judge them: wrong or not, one for each example."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from diagnostics.examples.attributes import NoValues
from diagnostics.predictions.completeness import kept_only_mistakes, rows_of
from diagnostics.workspace import Evidence
from diagnostics.workspace.labels import as_text

if TYPE_CHECKING:
    import polars as pl

    from diagnostics.workspace import Run


def judged_answers(run: Run, *, needs_truth: bool = True) -> pl.DataFrame:
    """The held-out answers of a run, one row an example, sorted by it.

    Those whose truth is known; all where `needs_truth` is false.

    Columns: `example`, `wrong` (of an example that was evaluated several times: in half of its
    answers or more), `predicted_label` (its first answer, as text; null if it gave none).

    Raises
    ------
    NoValues
        If the run is not about labels, kept only its mistakes, or knows no truth that is needed.
    """
    import polars as pl

    if run.task != "classification":
        raise NoValues(f"The run is about {run.task}, not about one label for each example.")
    if kept_only_mistakes(run):
        raise NoValues(
            "The run kept only its mistakes: what it was right about is not in its files.",
            hint="Keep all answers; `rasa test nlu` does with --successes.",
        )
    if not run.has(Evidence.PREDICTIONS):
        raise NoValues("The run kept no answers to single examples, only figures.")
    if needs_truth and not run.has(Evidence.TRUTH):
        raise NoValues("The run has no answers whose truth is known.", hint="Add true labels.")
    names = ["example", "true_label", "predicted_label"]
    rows = rows_of(run, run.split).select(names)
    if needs_truth:
        rows = rows.filter(pl.col("true_label").is_not_null())
    wrong = pl.col("true_label").ne_missing(pl.col("predicted_label"))
    frame = rows.select(
        "example", as_text("predicted_label", run.labels), wrong.alias("wrong")
    ).collect()
    if frame["example"].is_duplicated().any():
        frame = frame.group_by("example", maintain_order=True).agg(
            pl.col("wrong").mean() >= 0.5, pl.col("predicted_label").first()
        )
    return frame.sort("example")


def beside(answers: pl.DataFrame, values: pl.DataFrame) -> pl.Series:
    """The value of each answer's example, in the order of the answers."""
    joined = answers.select("example").join(values, on="example", how="left", maintain_order="left")
    return joined["value"]


def outcomes(answers: pl.DataFrame, label: str | None) -> np.ndarray:
    """For each answer whether it was wrong, or with a label whether it was that one."""
    if label is None:
        return answers["wrong"].to_numpy().astype(bool)
    return (answers["predicted_label"] == label).fill_null(value=False).to_numpy().astype(bool)


__all__ = ["beside", "judged_answers", "outcomes"]
