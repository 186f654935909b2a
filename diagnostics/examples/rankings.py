"""The examples behind the numbers: ranked lists of a run's answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from diagnostics.errors import DiagnosticsError
from diagnostics.examples.content import with_content
from diagnostics.examples.filters import Filter, selected_answers
from diagnostics.workspace import Evidence, reducers
from diagnostics.workspace.reducers import RANKINGS, By, Measure

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from diagnostics.workspace import Experiment, Run

#: What each ranking is, in a sentence; pages and the command say the same.
DEFINITIONS: dict[By, str] = {
    "confident-mistakes": "Wrong answers, the most confident first.",
    "uncertain": "All answers, the smallest margin between the two most probable labels first.",
    "nearly-right": "Wrong answers with the true label second, the smallest margin first.",
    "confident-correct": "Right answers, the most confident first.",
    "all": "All answers, the most confident first, those without a confidence last.",
    "moved": "All answers, first those whose confidence differs most between the two runs, last "
    "those without one in both.",
}
#: What each ranking needs of a run.
NEEDS: dict[By, Evidence] = {
    "confident-mistakes": Evidence.TRUTH | Evidence.CONFIDENCE,
    "uncertain": Evidence.CONFIDENCE,
    "nearly-right": Evidence.TRUTH | Evidence.CONFIDENCE,
    "confident-correct": Evidence.TRUTH | Evidence.CONFIDENCE | Evidence.PREDICTIONS,
    "all": Evidence(0),
    "moved": Evidence.CONFIDENCE,
}


@dataclass(frozen=True)
class Ranking:
    """A ranked list. `total` answers were ranked, of which `examples` holds the first; `excluded`
    more belong to the list but have no number to rank them by. `unpaired` would be on it if the run
    that they are held against had answered them.
    """  # noqa: D205

    by: By
    measure: str
    total: int
    excluded: int
    examples: pd.DataFrame
    unpaired: int = 0


def rank_examples(
    predictions: Any, by: By = "confident-mistakes", *, k: int = 10, measure: Measure = "margin"
) -> Ranking:
    """The first `k` answers of a ranking, from any frame of predictions.

    Parameters
    ----------
    predictions
        Any frame that narwhals knows, lazy or not: `example`, `predicted_label`, `confidence`, and
        `true_label` (for mistakes and right answers), `margin`, `entropy`, `true_rank` where
        known, and for `moved` a column `moved`: by how much the confidence differs from another's.
    by
        `confident-mistakes`, `uncertain`, `nearly-right`, `confident-correct`, `all` (by confidence
        descending) or `moved` (by `moved` descending), both with those that have none at the end.
    measure
        What `uncertain` goes by: `margin` ascending, `entropy` descending or `confidence`
        ascending. Where the column is missing or empty, `confidence`.

    Returns
    -------
    A `Ranking` whose frame has the columns that came in. Ties are broken by example id, then
    fold. Rows whose measure is null or NaN are counted in `excluded`.

    Raises
    ------
    DiagnosticsError
        If `by` is unknown or a column is missing.
    """
    if by not in RANKINGS:
        raise DiagnosticsError(
            f"There is no ranking {by!r}.", hint=f"Use one of {', '.join(RANKINGS)}."
        )
    frame = reducers.lazy(predictions, ["example", "predicted_label", "confidence", *_needed(by)])
    pool = reducers.ranking_pool(frame, by)
    column, descending = reducers.ranking_measure(by, measure, frame.collect_schema().names())
    total, everything = _sizes(pool, column)
    if by in reducers.THROUGHOUT:
        rows = reducers.collect(reducers.ranked_throughout(pool, column, k=k))
        return Ranking(by, column, everything, 0, rows.to_pandas(ignore_metadata=True))
    if not total and column not in ("confidence", "moved"):
        column, descending = "confidence", False
        total, everything = _sizes(pool, column)
    rows = reducers.collect(reducers.ranked(pool, column, descending=descending, k=k))
    return Ranking(by, column, total, everything - total, rows.to_pandas(ignore_metadata=True))


def _needed(by: By) -> list[str]:
    if by in ("uncertain", "all"):
        return []
    if by == "moved":
        return ["moved"]
    return ["true_label", "margin", "true_rank"] if by == "nearly-right" else ["true_label"]


def _sizes(pool: Any, column: str) -> tuple[int, int]:
    """Rows that have the number, and rows in all."""
    import narwhals.stable.v2 as nw

    flagged = pool.select(has=nw.when(reducers.known(column)).then(nw.lit(1)).otherwise(nw.lit(0)))
    plan = flagged.select(
        total=nw.col("has").sum().cast(nw.Int64), everything=nw.len().cast(nw.Int64)
    )
    row = reducers.collect(plan).to_pylist()[0]
    return int(row["total"] or 0), int(row["everything"])


def top_examples(
    run: Run,
    by: By = "confident-mistakes",
    *,
    k: int = 10,
    where: Filter | None = None,
    measure: Measure = "margin",
    experiment: Experiment | None = None,
) -> Ranking:
    """The first `k` answers of a run in a ranking, with their content.

    Without `where.split` the run's held-out split is ranked. The frame has
    `diagnostics.examples.content.COLUMNS`, labels as labels, and then the content's own columns; it
    is empty where the run lacks the evidence. `experiment` is needed where `where` names other
    runs.

    Raises
    ------
    DiagnosticsError
        If the ranking, the split or the other run does not exist, or cannot be told from the files.
    """
    where = where or Filter()
    refuse_moved_alone(by, where)
    selection = selected_answers(run, where, experiment)
    rows = selection.rows
    if run.task == "entities":
        rows = _as_mistakes(rows)
    ranking = rank_examples(rows, by, k=k, measure=measure)
    found = ranking.examples
    if run.task == "entities":
        found = found.assign(true_label=None, predicted_label=None)
    shown = with_content(run, found, experiment)
    return replace(ranking, examples=shown, unpaired=selection.unpaired)


def refuse_moved_alone(by: By, where: Filter) -> None:
    """Raise a DiagnosticsError if a ranking of two runs is asked for with one."""
    if by == "moved" and where.against is None:
        raise DiagnosticsError(
            "How far the confidence moved is between two runs.",
            hint="Name the other run: `against`.",
        )


def _as_mistakes(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Sentences of an extractor have no single label, and only those with a mistake are kept."""
    import polars as pl

    return rows.with_columns(true_label=pl.lit(0, pl.Int32), predicted_label=pl.lit(1, pl.Int32))


__all__ = [
    "DEFINITIONS",
    "NEEDS",
    "Ranking",
    "rank_examples",
    "refuse_moved_alone",
    "top_examples",
]
