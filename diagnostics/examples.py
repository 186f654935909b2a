"""The examples behind the numbers: ranked lists, and everything that is known of one example."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from diagnostics import reducers
from diagnostics.errors import DiagnosticsError
from diagnostics.filters import Filter, answers_where, selected_answers
from diagnostics.kept_answers import implies_right_answers, kept_only_mistakes
from diagnostics.reducers import RANKINGS, By, Measure
from diagnostics.workspace import Evidence

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from diagnostics.workspace import Experiment, Run

#: What a list shows of every answer, before the content's own columns. The last three are there
#: where the answers are held against those of another run.
COLUMNS = (
    "example",
    "split",
    "fold",
    "true_label",
    "predicted_label",
    "confidence",
    "true_confidence",
    "margin",
    "entropy",
    "true_rank",
    "against_label",
    "against_confidence",
    "moved",
)
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

    Without `where.split` the run's held-out split is ranked. The frame has `COLUMNS`, labels as
    labels, and then the content's own columns; it is empty where the run lacks the evidence.
    `experiment` is needed where `where` names other runs.

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


def with_content(
    run: Run, rows: pd.DataFrame, experiment: Experiment | None = None
) -> pd.DataFrame:
    """Rows of the predictions table with labels for codes and their content joined on, in order.

    Columns of the content that are called like one of `COLUMNS` get ` (content)` behind. What the
    run did not keep, because it was right, has the content that other runs of `experiment` kept.
    """
    import pandas as pd

    shown = rows[[name for name in COLUMNS if name in rows]].copy()
    for name in ("true_label", "predicted_label"):
        shown[name] = [run.labels[int(code)] if pd.notna(code) else None for code in shown[name]]
    for name in ("fold", "true_rank"):
        shown[name] = shown[name].astype("Int64")
    content = _content(run, list(shown["example"].unique()), experiment)
    clashing = {name: f"{name} (content)" for name in content.columns if name in COLUMNS[1:]}
    return shown.merge(content.rename(clashing).to_pandas(), on="example", how="left")


def _content(run: Run, wanted: list[str], experiment: Experiment | None) -> pl.DataFrame:
    """The content of the examples, a row each; of those that are in any table."""
    import polars as pl

    from diagnostics import run_tables

    found: list[pl.DataFrame] = []
    for one in [run, *(experiment.runs if experiment and kept_only_mistakes(run) else ())]:
        missing = pl.Series(wanted, dtype=pl.String).implode()
        rows = run_tables.scan_examples(one).filter(pl.col("example").is_in(missing)).collect()
        found.append(rows.unique("example", maintain_order=True))
        known = set(rows["example"])
        wanted = [example for example in wanted if example not in known]
        if not wanted:
            break
    return pl.concat(found, how="diagonal_relaxed")


def answer(run: Run, example: str, *, split: str | None = None) -> dict[str, Any] | None:
    """One example's row in one run, labels as labels; None if the run has no row for it.

    With several rows (folds that repeat) the first one; `probabilities` is a list or None.
    """
    import polars as pl

    from diagnostics import run_tables

    rows = run_tables.labelled_predictions([run]).filter(pl.col("example") == example)
    if split is not None:
        rows = rows.filter(pl.col("split") == split)
    found = rows.head(1).collect().to_dicts()
    return found[0] if found else None


def content_of(run: Run, example: str, experiment: Experiment | None = None) -> dict[str, Any]:
    """One example's content by column; empty if none was kept.

    Of a run that kept only its mistakes it may be the content that another of `experiment` kept.
    """
    rows = _content(run, [example], experiment)
    row = rows.to_dicts()[0] if len(rows) else {}
    return {name: value for name, value in row.items() if name != "example"}


def answers_of_all_runs(experiment: Experiment, example: str) -> pd.DataFrame:
    """What every run of the experiment said about one example.

    Returns
    -------
    One row per run that answered: `run`, `true_label`, `predicted_label`, `confidence`, `correct`
    (None without truth). A run that kept only its mistakes and was evaluated on the same examples
    answered rightly what it does not list: its `confidence` is then NaN, and `derived` is True.
    """
    import pandas as pd

    found = _answers_by_run(experiment, example)
    truth = next((row["true_label"] for row in found.values() if row["true_label"]), None)
    table = []
    for run in experiment.runs:
        if run.run in found:
            row = found[run.run]
            known = row["true_label"] is not None
            right = row["true_label"] == row["predicted_label"] if known else None
            table.append({**row, "correct": right, "derived": False})
        elif truth is not None and _was_right(run, found, experiment):
            table.append(
                {
                    "run": run.run,
                    "true_label": truth,
                    "predicted_label": truth,
                    "confidence": None,
                    "correct": True,
                    "derived": True,
                }
            )
    names = ["run", "true_label", "predicted_label", "confidence", "correct", "derived"]
    frame = pd.DataFrame(table, columns=names)
    return frame.astype({"confidence": "float64"})


def _answers_by_run(experiment: Experiment, example: str) -> dict[str, dict[str, Any]]:
    """Each run's first held-out row for the example; one scan, however many runs there are."""
    import polars as pl

    runs = {str(run.table("predictions")): run for run in experiment.runs}
    files = [path for path in runs if Path(path).is_file()]
    if not files:
        return {}
    columns = ["path", "true_label", "predicted_label", "confidence"]
    rows = (
        pl.scan_parquet(files, include_file_paths="path", glob=False)
        .filter(pl.col("example") == example, pl.col("split") != "train")
        .select(columns)
        .unique("path", keep="first", maintain_order=True)
        .collect()
    )
    found = {}
    for path, *codes, confidence in rows.iter_rows():
        run = runs[path]
        true_label, predicted_label = (None if code is None else run.labels[code] for code in codes)
        found[run.run] = {
            "run": run.run,
            "true_label": true_label,
            "predicted_label": predicted_label,
            "confidence": confidence,
        }
    return found


def _was_right(run: Run, found: dict[str, Any], experiment: Experiment) -> bool:
    """Whether the run answered rightly what others list and it does not."""
    listing = [other for other in experiment.runs if other.run in found]
    return any(implies_right_answers(run, other) for other in listing)


def wrong_run_counts(runs: Sequence[Run]) -> pd.DataFrame:
    """`example`, `wrong`, `runs`: in how many of the runs each example was answered wrongly.

    Only examples that a run lists are there: those that were right everywhere may be missing where
    runs kept nothing but their mistakes. Sorted by `wrong` descending, then by example.
    """
    import polars as pl

    from diagnostics import run_tables

    frame = pl.concat(
        [
            run_tables.scan(run)
            .filter(pl.col("split") == run.split)
            .select("example", "true_label", "predicted_label")
            for run in runs
        ]
    )
    counts = reducers.wrong_runs(reducers.lazy(frame, []))
    ordered = counts.sort("wrong", "example", descending=[True, False])
    return reducers.collect(ordered).to_pandas(ignore_metadata=True)


__all__ = [
    "COLUMNS",
    "DEFINITIONS",
    "NEEDS",
    "Filter",
    "Ranking",
    "answer",
    "answers_of_all_runs",
    "answers_where",
    "content_of",
    "rank_examples",
    "refuse_moved_alone",
    "top_examples",
    "with_content",
    "wrong_run_counts",
]
