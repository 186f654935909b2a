"""What became of an answer: against that of another run, and across all runs of an experiment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, get_args

from diagnostics.predictions.matching import counterparts, joint_labels
from diagnostics.workspace.labels import as_text

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from diagnostics.predictions.aligned_runs import AlignedAnswers
    from diagnostics.workspace import Run

Outcome = Literal[
    "fixed", "broken", "both-wrong-same", "both-wrong-different", "both-right", "agree", "disagree"
]
Across = Literal["never-right", "always-right", "only-this-right", "only-this-wrong"]

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
ACROSS: tuple[Across, ...] = get_args(Across)
#: Outcomes that need no true label.
WITHOUT_TRUTH: tuple[Outcome, ...] = ("agree", "disagree")


def against(rows: pl.DataFrame, run: Run, other: Run, split: str) -> pl.DataFrame:
    """The rows of a run with the other run's answer beside each.

    Returns
    -------
    The rows with `against_label` (text), `against_confidence`, `moved` (by how much the confidence
    differs), `is_paired`, and a column for each of `OUTCOMES`, null where it is not known. Paired
    are two answers to one example whose true labels do not contradict each other; where only one
    run has a true label it counts for both, and stands in `true_label`. `truth` and `their_answer`
    are codes into the `joint_labels` of both runs.
    """
    import polars as pl

    labels = joint_labels(run, [other])
    theirs = counterparts(rows, run, other, split, labels)
    frame = rows.with_columns(
        truth=pl.select(pl.coalesce(rows["true_label"], theirs["true_label"])).to_series(),
        their_truth=theirs["true_label"],
        their_answer=theirs["predicted_label"],
        against_label=theirs.select(as_text("predicted_label", labels)).to_series(),
        against_confidence=theirs["confidence"],
        is_there=theirs["is_there"],
    )
    truth = pl.col("truth")
    answers = pl.col("predicted_label").is_not_null() & pl.col("their_answer").is_not_null()
    agrees = (pl.col("true_label") == pl.col("their_truth")).fill_null(value=True)
    return frame.with_columns(
        is_paired=pl.col("is_there") & answers & agrees,
        moved=(pl.col("confidence") - pl.col("against_confidence")).abs(),
        true_label=pl.when(truth < len(run.labels)).then(truth),
        **_outcomes(truth),
    ).drop("their_truth", "is_there")


def _outcomes(truth: pl.Expr) -> dict[str, pl.Expr]:
    """Each outcome of the two answers, given the truth."""
    import polars as pl

    answer, theirs = pl.col("predicted_label"), pl.col("their_answer")
    right, was_right, same = answer == truth, theirs == truth, answer == theirs
    both_wrong = ~right & ~was_right
    return {
        "fixed": right & ~was_right,
        "broken": ~right & was_right,
        "both-wrong-same": both_wrong & same,
        "both-wrong-different": both_wrong & ~same,
        "both-right": right & was_right,
        "agree": same,
        "disagree": ~same,
    }


def across(
    rows: pl.DataFrame, run: Run, others: Sequence[Run], split: str, wanted: Across
) -> pl.DataFrame:
    """The rows whose examples all runs answered as `wanted`.

    They are among the examples that all of the runs have
    (`diagnostics.predictions.aligned_runs.aligned_answers`); those without a true label, or whose
    true label differs between runs, are not. Where another run alone gives the true label it stands
    in `true_label`.
    """
    from diagnostics.predictions.aligned_runs import aligned_answers

    answers = aligned_answers([run, *others], split=split)
    judged = answers.truth >= 0
    right = answers.right
    times, runs = right.sum(axis=0), len(right)
    fits = {
        "never-right": times == 0,
        "always-right": times == runs,
        "only-this-right": right[0] & (times == 1),
        "only-this-wrong": ~right[0] & (times == runs - 1),
    }
    return _kept(rows, run, answers, judged & fits[wanted])


def _kept(
    rows: pl.DataFrame, run: Run, answers: AlignedAnswers, kept: NDArray[np.bool_]
) -> pl.DataFrame:
    """The rows of these examples, with the truth that any run knows."""
    import polars as pl

    truth = pl.Series("truth", answers.truth[kept])
    known = pl.DataFrame([answers.example.filter(kept), truth])
    keys = rows.select("example")
    if answers.fold is not None:
        known = known.with_columns(answers.fold.filter(kept).alias("fold"))
        keys = rows.select("example", pl.col("fold").fill_null(-1))
    truths = keys.join(known, on=keys.columns, how="left", maintain_order="left")
    is_first = keys.select(pl.struct(pl.all()).is_first_distinct()).to_series()
    place = {label: code for code, label in enumerate(run.labels)}
    codes = pl.Series([place.get(label) for label in answers.labels], dtype=pl.Int32)
    theirs = codes.gather(truths["truth"])
    theirs = theirs.cast(rows.schema["true_label"])
    frame = rows.with_columns(true_label=pl.coalesce("true_label", theirs))
    return frame.filter(truths["truth"].is_not_null() & is_first)
