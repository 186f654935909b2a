"""Which answers a list is about: every number opens its examples through one of these."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from diagnostics.errors import DiagnosticsError
from diagnostics.examples.slices import examples_in_slice
from diagnostics.predictions.completeness import kept_only_mistakes, rows_of
from diagnostics.predictions.matching import joint_labels, with_unlisted
from diagnostics.predictions.outcomes import (
    ACROSS,
    OUTCOMES,
    Across,
    Outcome,
    across,
    against,
    comparable_runs,
    refuse_unknowable,
)

if TYPE_CHECKING:
    import polars as pl

    from diagnostics.workspace import Experiment, Run


@dataclass(frozen=True)
class Filter:
    """A predicate over answers; what is None does not restrict.

    `text` is looked for in every text column of the content, whatever its capitals. `correct`
    keeps right or wrong answers. The confidence lies in (`min_confidence`, `max_confidence`], as
    in the bins of all histograms; a minimum of 0 includes 0.

    `having` is a slice: a word, a value of a column or a range in the compact form of
    `diagnostics.examples.slices`, such as `word:refund` or `column:age:0..11`: exactly that, where
    `text` is found within longer words and in every column, too.

    `against` names another run of the experiment, the old one, and keeps the answers to examples
    that both have. `outcome` narrows them down to those that were `fixed` (the old answer wrong,
    this one right) or `broken`, are `both-wrong-same`, `both-wrong-different` or `both-right`, or
    `agree` or `disagree`, whatever the truth. `across` keeps examples of all runs, that they
    answered alike: `never-right`, `always-right`, `only-this-right`, `only-this-wrong`.
    """

    true_label: str | None = None
    predicted_label: str | None = None
    split: str | None = None
    correct: bool | None = None
    text: str | None = None
    min_confidence: float | None = None
    max_confidence: float | None = None
    against: str | None = None
    outcome: Outcome | None = None
    across: Across | None = None
    having: str | None = None


@dataclass(frozen=True, eq=False)
class Selection:
    """Answers that fit a filter, lazy, and how many more fit but for their lack of a counterpart in
    the run that they are held against.
    """  # noqa: D205

    rows: pl.LazyFrame
    unpaired: int = 0


def answers_where(run: Run, where: Filter, experiment: Experiment | None = None) -> pl.LazyFrame:
    """The run's rows that fit the filter, without vectors; labels as codes; lazy.

    With `where.against` there are `against_label` (text), `against_confidence` and `moved` (by how
    much the confidence differs) besides. Of a run that kept only its mistakes, right answers that
    another run shows are there too; their confidence is null.

    Raises
    ------
    DiagnosticsError
        If the split, the other run, or a name of an outcome does not exist; if `experiment` is
        needed and missing; if the files of the runs do not tell which answers fit.
    """
    rows = selected_answers(run, where, experiment).rows
    return rows.drop("truth", "their_answer", strict=False)


def selected_answers(run: Run, where: Filter, experiment: Experiment | None = None) -> Selection:
    """The same, with what could not be paired counted.

    With `where.against` there are `truth` and `their_answer`, too: codes into the labels of this
    run and then the other's (`diagnostics.predictions.matching.joint_labels`).
    """
    import polars as pl

    split = run.known_split(where.split)
    if where.against is None and where.across is None:
        _refuse_outcome_alone(where)
        return Selection(_narrowed(rows_of(run, split), where, run, [run]))
    others, other = _others(run, where, experiment, split)
    sources = [*others, *([other] if other else [])]
    rows = rows_of(run, split).collect()
    if kept_only_mistakes(run):
        rows = with_unlisted(rows, run, sources, split)
    if where.across is not None:
        rows = across(rows, run, others, split, where.across)
    if other is None:
        return Selection(_narrowed(rows.lazy(), where, run, [run, *sources]))
    held = against(rows, run, other, split)
    found = _narrowed(held.lazy(), where, run, [run, *sources], other).collect()
    fits = pl.col("is_paired") & pl.col(where.outcome) if where.outcome else pl.col("is_paired")
    unpaired = int((~found["is_paired"]).sum())
    return Selection(found.lazy().filter(fits).drop("is_paired", *OUTCOMES), unpaired)


def _refuse_outcome_alone(where: Filter) -> None:
    if where.outcome is not None:
        raise DiagnosticsError(
            f"The outcome {where.outcome!r} is that of a comparison.",
            hint="Name the other run: `against`.",
        )


def _others(
    run: Run, where: Filter, experiment: Experiment | None, split: str
) -> tuple[list[Run], Run | None]:
    """The runs that `across` is about, and the one that answers are held against."""
    _refuse_unknown("outcome", where.outcome, OUTCOMES)
    _refuse_unknown("value of `across`", where.across, ACROSS)
    if experiment is None:
        raise DiagnosticsError(
            "Other runs are not known without their experiment.", hint="Pass `experiment`."
        )
    if run.task != "classification":
        raise DiagnosticsError(
            f"Run {run.run!r} is about {run.task}.",
            hint="Only answers that are one label can be held against each other.",
        )
    others = comparable_runs(experiment, run, split) if where.across is not None else []
    if where.against is None:
        _refuse_outcome_alone(where)
        return others, None
    other = experiment.run(where.against)
    other.known_split(split)
    refuse_unknowable(run, other, where.outcome)
    return others, other


def _refuse_unknown(what: str, name: str | None, known: Sequence[str]) -> None:
    if name is not None and name not in known:
        raise DiagnosticsError(
            f"There is no {what} {name!r}.", hint=f"Use one of {', '.join(known)}."
        )


def _narrowed(
    rows: pl.LazyFrame,
    where: Filter,
    run: Run,
    content: Sequence[Run],
    other: Run | None = None,
) -> pl.LazyFrame:
    """The rows that fit what the run, and the `other` one beside it, tell of their answers.

    Words are looked for in what `content` kept.
    """
    import polars as pl

    # A truth that only the other run tells may be a label that this one never heard of.
    labels = joint_labels(run, [other] if other else [])
    truth = "truth" if other else "true_label"
    for column, label in ((truth, where.true_label), ("predicted_label", where.predicted_label)):
        if label is not None:
            code = labels.index(label) if label in labels else -1
            rows = rows.filter(pl.col(column) == code)
    if where.correct is not None:
        right = pl.col(truth) == pl.col("predicted_label")
        rows = rows.filter(right if where.correct else ~right)
    rows = _within(rows, where.min_confidence, where.max_confidence)
    if where.text:
        rows = rows.join(_containing(content, where.text), on="example", how="semi")
    if where.having:
        rows = rows.join(examples_in_slice(content, where.having), on="example", how="semi")
    return rows


def _within(rows: pl.LazyFrame, lower: float | None, upper: float | None) -> pl.LazyFrame:
    """Confidence in (lower, upper], to the same digit as the bins of `reducers.calibration`.

    0.1 + 0.2 is a little more than 0.3, and belongs to what ends there all the same.
    """
    import polars as pl

    from diagnostics.workspace.reducers import BINS

    def position(value: Any) -> Any:
        return (value * BINS).round(9)

    confidence = position(pl.col("confidence"))
    if lower is not None:
        above = confidence > position(pl.lit(lower, pl.Float64))
        rows = rows.filter(above if lower > 0 else confidence >= 0)
    if upper is not None:
        rows = rows.filter(confidence <= position(pl.lit(upper, pl.Float64)))
    return rows


def _containing(runs: Iterable[Run], text: str) -> pl.LazyFrame:
    """The examples whose content has the words, in any of the runs."""
    import polars as pl

    from diagnostics.workspace import run_tables

    different = {run.table("examples"): run for run in runs}
    found = []
    for run in different.values():
        content = run_tables.scan_examples(run)
        names = [name for name, dtype in content.collect_schema().items() if dtype == pl.String]
        words = [pl.col(name).str.to_lowercase() for name in names]
        has = [column.str.contains(text.lower(), literal=True) for column in words]
        found.append(content.filter(pl.any_horizontal(has)).select("example"))
    return pl.concat(found)
