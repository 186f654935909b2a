"""Which label became which between two runs, and the examples behind it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from diagnostics.examples.filters import Filter
from diagnostics.examples.selection import answers_where

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics.comparison.comparison import Comparison
    from diagnostics.workspace import Experiment, Run


_LABELS = ("old_label", "new_label")


def changed_answers(comparison: Comparison) -> pd.DataFrame:
    """Each pair of different labels that the old and the new run gave to one example.

    Returns
    -------
    One row per pair, the most frequent first, ties in the order of the labels: `old_label`,
    `new_label`, `n`, `share_of_old` (of what the old run answered so), `fixed` (the new label is
    the true one) and `broken` (the old one was). Examples without a truth are in `n` alone.
    """
    flow = comparison.flow[comparison.flow["predicted_a"] != comparison.flow["predicted_b"]]
    flow = flow.rename(
        columns={
            "predicted_a": "old_label",
            "predicted_b": "new_label",
            "share_of_a": "share_of_old",
        }
    )
    place = {label: code for code, label in enumerate(comparison.labels)}
    rows, columns = (
        flow[name].map(place).to_numpy(np.int64) for name in ("old_label", "new_label")
    )
    cells, size = comparison.judged, len(comparison.labels)
    for name, truth in (("fixed", cells.predicted_b), ("broken", cells.predicted_a)):
        counts = np.zeros((size, size), dtype=np.int64)
        hits = cells.true == truth
        np.add.at(counts, (cells.predicted_a[hits], cells.predicted_b[hits]), cells.n[hits])
        flow = flow.assign(**{name: counts[rows, columns]})
    return flow.reset_index(drop=True)


def examples_that_changed(
    experiment: Experiment,
    new: Run,
    old: str,
    *,
    old_label: str | None = None,
    new_label: str | None = None,
    where: Filter | None = None,
    k: int = 50,
) -> tuple[pd.DataFrame, int]:
    """The examples that two runs gave these labels, and how many there are.

    Parameters
    ----------
    old_label, new_label
        What the old run `old` and the new one said; None does not restrict, but unless both are the
        same label only different answers count.
    where
        Keeps answers of the new run, as in `compare_runs`.

    Returns
    -------
    The first `k`, those whose confidence moved most first, ties by example, as rows that
    `diagnostics.examples.content.with_content` takes; and the number of all.

    Raises
    ------
    DiagnosticsError
        If a run or the split does not exist, or the files do not tell the answers.
    """
    import polars as pl

    wanted = replace(where or Filter(), against=old, outcome=None)
    if old_label is None or old_label != new_label:
        wanted = replace(wanted, outcome="disagree")
    contradicts = new_label is not None and wanted.predicted_label not in (None, new_label)
    if new_label is not None:
        wanted = replace(wanted, predicted_label=new_label)
    rows = answers_where(new, wanted, experiment)
    if old_label is not None:
        rows = rows.filter(pl.col("against_label") == old_label)
    if contradicts:
        rows = rows.head(0)
    found = rows.sort("moved", "example", descending=[True, False], nulls_last=True).collect()
    return found.head(k).to_pandas(), len(found)


__all__ = ["changed_answers", "examples_that_changed"]
