"""Rows of two runs matched: which row of the one belongs to which of the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from diagnostics.predictions.completeness import implies_right_answers, rows_of
from diagnostics.workspace.labels import recoded

if TYPE_CHECKING:
    import polars as pl

    from diagnostics.workspace import Run


def counterparts(
    rows: pl.DataFrame, run: Run, other: Run, split: str, labels: Sequence[str]
) -> pl.DataFrame:
    """What the other run says of each row of this one, in their order.

    Rows belong together by the example's id; where the run has an example several times, in folds
    that repeat, by its id and fold. What even so comes several times has no counterpart.

    Parameters
    ----------
    labels
        Those of the run, then whatever the other one knows besides (`joint_labels`).

    Returns
    -------
    `is_there`, `true_label` and `predicted_label` (codes into `labels`), `confidence`. Where the
    other run kept only its mistakes, and that is certain, it answered rightly what it does not
    list; its confidence is then unknown.
    """
    import polars as pl

    names = ["example", "fold", "true_label", "predicted_label", "confidence"]
    theirs = rows_of(other, split).select(names).collect()
    answers = _matched(rows.select("example", "fold"), theirs).select(
        pl.col("is_there").fill_null(value=False),
        recoded("true_label", other.labels, labels),
        recoded("predicted_label", other.labels, labels),
        "confidence",
    )
    if not implies_right_answers(other, run):
        return answers
    unlisted = ~pl.col("is_there") & pl.col("truth").is_not_null()
    truth = pl.when(unlisted).then("truth")
    return answers.with_columns(truth=rows["true_label"]).select(
        pl.col("is_there") | unlisted,
        pl.coalesce(truth, "true_label").alias("true_label"),
        pl.coalesce(truth, "predicted_label").alias("predicted_label"),
        "confidence",
    )


def _matched(rows: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """The counterpart of each row, in their order; all null where there is none.

    The tables lie sorted by example: of runs on the same examples each row is where it belongs,
    which is seen at once, while a join of half a million ids takes a tenth of a second.
    """
    import polars as pl

    marked = theirs.with_columns(is_there=pl.lit(value=True))
    is_same = rows["example"].equals(theirs["example"])
    if not _repeats(rows["example"]) and (is_same or not _repeats(theirs["example"])):
        return marked if is_same else _joined(rows, marked, ["example"])
    keys = ["example", "fold"]
    matched = _joined(rows, marked.unique(keys, keep="none"), keys)
    several = rows.is_duplicated()
    return matched.with_columns(pl.when(~several).then(pl.all()).name.keep())


def with_unlisted(rows: pl.DataFrame, run: Run, others: Iterable[Run], split: str) -> pl.DataFrame:
    """The rows, and of a run that kept only its mistakes what `others` show it was right about.

    Such an answer is the truth; its confidence, and whatever else is not known of it, is null.
    """
    import polars as pl

    parts = []
    for other in others:
        if split in other.splits and implies_right_answers(run, other):
            truth = recoded("true_label", other.labels, run.labels)
            theirs = rows_of(other, split).select("example", "split", "true_label").collect()
            parts.append(theirs.with_columns(truth).filter(pl.col("true_label") >= 0))
    if not parts:
        return rows
    unlisted = pl.concat(parts).unique("example", keep="first", maintain_order=True)
    unlisted = unlisted.join(rows.select("example"), on="example", how="anti")
    derived = unlisted.with_columns(predicted_label="true_label")
    return pl.concat([rows, derived], how="diagonal")


def joint_labels(run: Run, others: Iterable[Run]) -> list[str]:
    """The labels of the run, whose codes stay as they are, then those that only others know."""
    labels = dict.fromkeys(run.labels)
    for other in others:
        labels |= dict.fromkeys(other.labels)
    return list(labels)


def _joined(rows: pl.DataFrame, theirs: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    # Folds may be null and are then alike; ids never are, and without the nulls it takes half.
    return rows.select(keys).join(
        theirs, on=keys, how="left", nulls_equal="fold" in keys, maintain_order="left"
    )


def _repeats(ids: pl.Series) -> bool:
    """Whether an id comes twice; neighbours tell where the ids are sorted."""
    return bool((ids == ids.shift()).any() if ids.is_sorted() else ids.is_duplicated().any())
