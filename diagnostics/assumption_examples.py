"""The examples on each side of an assumption: those that have it, and those that do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from diagnostics.association import grouping
from diagnostics.assumed_values import assumed_values, beside, judged_answers, with_content_of
from diagnostics.beside import rows_of
from diagnostics.errors import DiagnosticsError
from diagnostics.examples import with_content

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics.statements import Assumption
    from diagnostics.workspace import Experiment, Run


def examples_of_group(
    experiment: Experiment, run: Run, given: Assumption, group: str, *, k: int = 6
) -> tuple[pd.DataFrame, int]:
    """The first `k` examples of a group that a judgement names, and how many there are.

    Those with the outcome come first (a wrong answer, or of `pushes-towards` the label), the most
    confident first, then by id. Columns as `diagnostics.examples.top_examples` has them.

    Raises
    ------
    DiagnosticsError
        If the run's files do not tell, or there is no such group.
    """
    import polars as pl

    answers = judged_answers(run, needs_truth=given.label is None)
    found = grouping(beside(answers, assumed_values(with_content_of(experiment, run), given)))
    if group not in found.names:
        raise DiagnosticsError(f"There is no group {group!r}.")
    own = answers.filter(pl.Series(found.place == found.names.index(group)))
    has = pl.col("wrong") if given.label is None else pl.col("predicted_label") == given.label
    wanted = own.select("example", outcome=has.fill_null(value=False))
    rows = rows_of(run, run.split).unique("example", keep="first").join(wanted.lazy(), on="example")
    order = pl.col("outcome"), pl.col("confidence"), pl.col("example")
    first = rows.sort(*order, descending=[True, True, False], nulls_last=True).head(k).collect()
    kept = with_content_of(experiment, run)
    frame = with_content(kept, first.drop("outcome").to_pandas(), experiment)
    return frame, int(np.sum(found.place == found.names.index(group)))


__all__ = ["examples_of_group"]
