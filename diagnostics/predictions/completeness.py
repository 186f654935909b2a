"""What a run's files tell of its answers: all of them, its mistakes alone, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnostics.workspace import Evidence
from diagnostics.workspace.experiment import same_supports

if TYPE_CHECKING:
    import polars as pl

    from diagnostics.workspace import Run


def has_answers(run: Run) -> bool:
    """Whether the run's label for each example is known, right answers included."""
    return run.task == "classification" and (
        run.has(Evidence.PREDICTIONS) or lists_only_mistakes(run)
    )


def kept_only_mistakes(run: Run) -> bool:
    """Whether right answers are not in the run's files, whatever its report says of them."""
    return run.has(Evidence.ERRORS) and not run.has(Evidence.PREDICTIONS)


def lists_only_mistakes(run: Run) -> bool:
    """Whether whatever the run does not list was answered rightly, as its report confirms."""
    return kept_only_mistakes(run) and run.confusion_is_exact


def implies_right_answers(run: Run, other: Run) -> bool:
    """Whether the run answered rightly whatever the other one has and this one does not list.

    So it is where the run kept only its mistakes, its report confirms that these are all, and
    both were evaluated on the same examples.
    """
    return lists_only_mistakes(run) and on_the_same_data(run, other)


def on_the_same_data(run: Run, other: Run) -> bool:
    """Whether the files say that both were evaluated on the same examples."""
    is_same = bool(run.fingerprint) and run.fingerprint == other.fingerprint
    return run is other or is_same or same_supports(run, other)


def knows_truth(run: Run) -> bool:
    """Whether answers can be judged; an empty list of mistakes judges them, too."""
    return run.has(Evidence.TRUTH) or kept_only_mistakes(run)


def rows_of(run: Run, split: str) -> pl.LazyFrame:
    """The run's rows in a split that it has, without vectors; labels as codes; lazy."""
    import polars as pl

    from diagnostics.workspace import stored_tables

    rows = stored_tables.scan(run).drop("probabilities")
    return rows if list(run.splits) == [split] else rows.filter(pl.col("split") == split)


__all__ = [
    "has_answers",
    "implies_right_answers",
    "kept_only_mistakes",
    "knows_truth",
    "lists_only_mistakes",
    "on_the_same_data",
    "rows_of",
]
