"""The examples behind the numbers: ranked lists of a run's answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from diagnostics.errors import DiagnosticsError
from diagnostics.examples.content import with_content
from diagnostics.examples.filters import Filter
from diagnostics.examples.selection import Selection
from diagnostics.workspace import Evidence, reducers
from diagnostics.workspace.asked_for import the_run
from diagnostics.workspace.reducers import RANKINGS, By, Measure

if TYPE_CHECKING:
    import pandas as pd

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
#: The measure of a list that is in the order of its ids.
UNRANKED = ""
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
    more belong to the list but have no number to rank them by. Where none has, all are there in the
    order of their ids and `measure` is `UNRANKED`. `unpaired` would be on it if the run that they
    are held against had answered them.
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
    return _ranking(reducers.pool(predictions, by, measure), k)


def _ranking(pool: reducers.Pool, k: int) -> Ranking:
    total = pool.total if pool.by in reducers.THROUGHOUT else pool.known
    first = pool.first(k).to_pandas(ignore_metadata=True)
    return Ranking(pool.by, pool.column, total, pool.total - total, first)


def _unranked(pool: reducers.Pool, k: int) -> Ranking:
    first = pool.first_by_id(k).to_pandas(ignore_metadata=True)
    return Ranking(pool.by, UNRANKED, pool.total, 0, first)


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
    `diagnostics.examples.content.COLUMNS`, labels as labels, and then the content's own columns.
    `experiment` is needed where `where` names other runs.

    Where answers belong to the list and none has a number to rank it by, they come in the order
    of their ids: `measure` is then `UNRANKED`, `total` counts them all and `excluded` is 0.
    Entities have no label to be wrong about: sentences with a mistake come by the confidence of
    what was found wrongly, the highest first, then those without one.

    Raises
    ------
    DiagnosticsError
        If the ranking, the split or the other run does not exist, or cannot be told from the files.
    """
    run = the_run(run)
    ranking = ranked_answers(run, by, k=k, where=where, measure=measure, experiment=experiment)
    return replace(ranking, examples=with_content(run, ranking.examples, experiment))


def ranked_answers(
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
    if by == "moved" and where.against is None:
        raise DiagnosticsError(
            "How far the confidence moved is between two runs.",
            hint="Name the other run: `against`.",
        )
    selection = Selection.of(run, where, experiment)
    # Without a label no sentence is wrong or right, and only those with a mistake are kept.
    order = "all" if run.task == "entities" and by == "confident-mistakes" else by
    pool = reducers.pool(selection.rows, order, measure)
    ranking = _unranked(pool, k) if pool.total and not pool.known else _ranking(pool, k)
    return replace(ranking, by=by, unpaired=selection.unpaired)


__all__ = [
    "DEFINITIONS",
    "NEEDS",
    "UNRANKED",
    "Ranking",
    "offered_rankings",
    "rank_examples",
    "ranked_answers",
    "top_examples",
]
