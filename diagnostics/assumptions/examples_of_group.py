"""The examples on each side of an assumption: those that have it, and those that do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from diagnostics.assumptions.judged_answers import beside, judged_answers
from diagnostics.errors import DiagnosticsError
from diagnostics.examples.attributes import attribute_values, with_content_of
from diagnostics.examples.content import with_content
from diagnostics.examples.slices import Slice, group_text
from diagnostics.predictions.completeness import rows_of
from diagnostics.statistics.association import grouping

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics.assumptions.assumption import Assumption
    from diagnostics.workspace import Experiment, Run


def examples_of_group(
    experiment: Experiment, run: Run, assumed: Assumption, group: str, *, k: int = 6
) -> tuple[pd.DataFrame, int, str | None]:
    """The first `k` examples of a group that a judgement names, how many there are, and the filter.

    The filter is what `diagnostics.Filter.having` takes to list all of them; None of a group that
    has several values put together.

    Those with the outcome come first (a wrong answer, or of `pushes-towards` the label), the most
    confident first, then by id. Columns as `diagnostics.examples.rankings.top_examples` has them.

    Raises
    ------
    DiagnosticsError
        If the run's files do not tell, or there is no such group.
    """
    import polars as pl

    answers = judged_answers(run, needs_truth=assumed.label is None)
    values = beside(answers, attribute_values(with_content_of(experiment, run), assumed.attribute))
    groups = grouping(values)
    if group not in groups.names:
        raise DiagnosticsError(f"There is no group {group!r}.")
    own = answers.filter(pl.Series(groups.place == groups.names.index(group)))
    has = pl.col("wrong") if assumed.label is None else pl.col("predicted_label") == assumed.label
    wanted = own.select("example", outcome=has.fill_null(value=False))
    rows = rows_of(run, run.split).unique("example", keep="first").join(wanted.lazy(), on="example")
    order = pl.col("outcome"), pl.col("confidence"), pl.col("example")
    first = rows.sort(*order, descending=[True, True, False], nulls_last=True).head(k).collect()
    kept = with_content_of(experiment, run)
    frame = with_content(kept, first.drop("outcome").to_pandas(), experiment)
    picked = group_text(values, groups, group)
    having = Slice(assumed.attribute, picked).text if picked is not None else None
    return frame, int(np.sum(groups.place == groups.names.index(group))), having


__all__ = ["examples_of_group"]
