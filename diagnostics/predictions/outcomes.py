"""What became of an answer: against that of another run, and across all runs of an experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from diagnostics.errors import DiagnosticsError
from diagnostics.predictions.completeness import implies_right_answers, kept_only_mistakes
from diagnostics.predictions.matching import Rows, joint_labels
from diagnostics.workspace import Evidence
from diagnostics.workspace.labels import as_text

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from diagnostics.predictions.aligned_runs import AlignedAnswers
    from diagnostics.workspace import Experiment, Run

Outcome = Literal[
    "fixed", "broken", "both-wrong-same", "both-wrong-different", "both-right", "agree", "disagree"
]
Across = Literal["never-right", "always-right", "only-this-right", "only-this-wrong"]

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
ACROSS: tuple[Across, ...] = get_args(Across)
#: Outcomes that need no true label.
WITHOUT_TRUTH: tuple[Outcome, ...] = ("agree", "disagree")
#: Outcomes among which are right answers of the run, of the one it is held against, of both.
_RIGHT_HERE = ("fixed", "both-right", "agree", "disagree")
_RIGHT_THERE = ("broken", "both-right", "agree", "disagree")
_RIGHT_IN_BOTH = ("both-right", "agree")


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
    theirs = Rows(rows, run, split, labels).answers_of(other)
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


def knows_truth(run: Run) -> bool:
    """Whether answers can be judged; an empty list of mistakes judges them, too."""
    return run.has(Evidence.TRUTH) or kept_only_mistakes(run)


def refuse_unknowable(run: Run, other: Run, outcome: Outcome | None) -> None:
    """Raise a DiagnosticsError where the runs' files do not tell which examples these are."""
    for one in (run, other):
        if not one.has(Evidence.PREDICTIONS) and not one.has(Evidence.ERRORS):
            raise DiagnosticsError(
                f"The answers of run {one.run!r} are not in its files.", hint=_remedy(one)
            )
    is_judged = knows_truth(run) or knows_truth(other)
    if outcome is not None and outcome not in WITHOUT_TRUTH and not is_judged:
        raise DiagnosticsError(
            f"Runs {run.run!r} and {other.run!r} have no true labels.",
            hint=f"Without them only {' and '.join(WITHOUT_TRUTH)} are known.",
        )
    if outcome in _RIGHT_IN_BOTH and kept_only_mistakes(run) and kept_only_mistakes(other):
        raise DiagnosticsError(
            f"Runs {run.run!r} and {other.run!r} kept only their mistakes: what both answered "
            "rightly is in neither's files.",
            hint=_remedy(run),
        )
    for one, second, outcomes in ((run, other, _RIGHT_HERE), (other, run, _RIGHT_THERE)):
        if outcome in outcomes and kept_only_mistakes(one):
            _refuse_doubtful(one, second)


def _refuse_doubtful(run: Run, other: Run) -> None:
    if not implies_right_answers(run, other):
        raise DiagnosticsError(
            f"Run {run.run!r} kept only its mistakes, and no report says that it was tested on "
            f"the examples of {other.run!r}: what it answered rightly is not known.",
            hint=_remedy(run),
        )


def _remedy(run: Run) -> str:
    if run.reader == "rasa":
        return "Run `rasa test` with --successes, and keep its report beside the lists."
    return "Record every answer with `diagnostics.record`, or lay a table of predictions here."


def comparable_runs(experiment: Experiment, run: Run, split: str) -> list[Run]:
    """The other runs that an example is looked for in: those that `alignable_runs` names.

    Raises
    ------
    DiagnosticsError
        If there is none; it says why.
    """
    from diagnostics.predictions.aligned_runs import alignable_runs

    kept, reasons = alignable_runs(experiment, run, split=split)
    if run.run in reasons:
        raise DiagnosticsError(
            f"Run {run.run!r} cannot be laid beside others: {reasons[run.run]}.", hint=_remedy(run)
        )
    others = [other for other in kept if other.run != run.run]
    if not others:
        why = next((f": {name!r}, {reason}" for name, reason in reasons.items()), "")
        raise DiagnosticsError(
            f"No other run can be laid beside {run.run!r}{why}.",
            hint="Compare runs that kept every answer to the same examples.",
        )
    return others


def across(
    rows: pl.DataFrame, run: Run, others: list[Run], split: str, wanted: Across
) -> pl.DataFrame:
    """The rows whose examples all runs answered as `wanted`.

    They are among the examples that all of the runs have
    (`diagnostics.predictions.aligned_runs.aligned_answers`); those without a true label, or whose
    true label differs between runs, are not. Where another run alone gives the true label it stands
    in `true_label`.

    Raises
    ------
    DiagnosticsError
        If it is about right answers and the files do not tell which these are.
    """
    from diagnostics.predictions.aligned_runs import aligned_answers

    _refuse_unlisted(run, others, wanted)
    if not any(map(knows_truth, [run, *others])):
        raise DiagnosticsError(
            "None of the runs has true labels.", hint="Keep them beside the answers."
        )
    answers = aligned_answers([run, *others], split=split)
    judged = answers.truth >= 0
    right = answers.right
    times, runs = right.sum(axis=0), len(right)
    found = {
        "never-right": times == 0,
        "always-right": times == runs,
        "only-this-right": right[0] & (times == 1),
        "only-this-wrong": ~right[0] & (times == runs - 1),
    }
    return _kept(rows, run, answers, judged & found[wanted])


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
    found = keys.join(known, on=keys.columns, how="left", maintain_order="left")
    is_first = keys.select(pl.struct(pl.all()).is_first_distinct()).to_series()
    place = {label: code for code, label in enumerate(run.labels)}
    codes = pl.Series([place.get(label) for label in answers.labels], dtype=pl.Int32)
    theirs = codes.gather(found["truth"])
    theirs = theirs.cast(rows.schema["true_label"])
    frame = rows.with_columns(true_label=pl.coalesce("true_label", theirs))
    return frame.filter(found["truth"].is_not_null() & is_first)


def _refuse_unlisted(run: Run, others: list[Run], wanted: Across) -> None:
    if wanted == "always-right" and all(map(kept_only_mistakes, [run, *others])):
        raise DiagnosticsError(
            "All runs kept only their mistakes: what every run answered rightly is in no file.",
            hint=_remedy(run),
        )
