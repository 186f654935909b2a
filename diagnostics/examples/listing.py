"""What a person browses: a ranking, or a plain list where nothing can be ranked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from diagnostics.examples.content import with_content
from diagnostics.examples.filters import Filter, selected_answers
from diagnostics.examples.rankings import Ranking, rank_examples, refuse_moved_alone
from diagnostics.workspace import Evidence, reducers
from diagnostics.workspace.reducers import RANKINGS, By, Measure

if TYPE_CHECKING:
    import polars as pl

    from diagnostics.workspace import Experiment, Run

#: The measure of a list that is in the order of its ids.
UNRANKED = ""


def offered_rankings(run: Run) -> dict[By, str]:
    """Every ranking, with the reason why the run cannot be looked at by it; "" if it can.

    A run without any confidence can still be listed, so its mistakes and right answers are there.
    `moved` is for answers that are held against those of another run.
    """
    truth = "" if run.has(Evidence.TRUTH) else "the run has no true labels"
    confidence = "" if run.has(Evidence.CONFIDENCE) else "the run has no confidence"
    reasons = dict.fromkeys(RANKINGS, truth) | {
        "uncertain": confidence,
        "all": "",
        "moved": confidence,
    }
    if not truth:
        if not run.has(Evidence.PROBABILITIES):
            reasons["nearly-right"] = "the run does not say which label came second"
        if not run.has(Evidence.PREDICTIONS):
            reasons["confident-correct"] = "the run kept only its mistakes"
    return reasons


def listed_examples(
    run: Run,
    by: By,
    *,
    k: int,
    where: Filter | None = None,
    measure: Measure = "margin",
    experiment: Experiment | None = None,
) -> Ranking:
    """The first `k` answers to look at, with their content, as `top_examples` has them.

    Where answers belong to the list and none has a number to rank it by, they come in the order
    of their ids: `measure` is then `UNRANKED`, `total` counts them all and `excluded` is 0.
    Entities are not ranked by label: their wrong sentences come by the confidence of what was
    found wrongly, the highest first, then those without one.
    """
    ranking = listed_answers(run, by, k=k, where=where, measure=measure, experiment=experiment)
    return replace(ranking, examples=with_content(run, ranking.examples, experiment))


def listed_answers(
    run: Run,
    by: By,
    *,
    k: int,
    where: Filter | None = None,
    measure: Measure = "margin",
    experiment: Experiment | None = None,
) -> Ranking:
    """The same without content, which may be large, and with labels as codes."""
    where = where or Filter()
    refuse_moved_alone(by, where)
    selection = selected_answers(run, where, experiment)
    rows = selection.rows
    if run.task == "entities":
        return _sentences(run, rows, k)
    ranking = replace(rank_examples(rows, by, k=k, measure=measure), unpaired=selection.unpaired)
    if by in reducers.THROUGHOUT and not ranking.examples[ranking.measure].notna().any():
        return replace(ranking, measure=UNRANKED)  # the known ones would come first
    if ranking.total or not ranking.excluded:
        return ranking
    pool = reducers.ranking_pool(reducers.lazy(rows, []), by)
    first = reducers.collect(pool.sort("example", "fold", nulls_last=True).head(k)).to_pandas()
    return replace(ranking, measure=UNRANKED, total=ranking.excluded, excluded=0, examples=first)


def _sentences(run: Run, rows: pl.LazyFrame, k: int) -> Ranking:
    import polars as pl

    total = int(rows.select(pl.len()).collect().item())
    first = rows.sort("confidence", "example", descending=[True, False], nulls_last=True).head(k)
    measure = "confidence" if run.has(Evidence.CONFIDENCE) else UNRANKED
    return Ranking("confident-mistakes", measure, total, 0, first.collect().to_pandas())
