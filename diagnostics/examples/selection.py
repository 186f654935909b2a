"""Which answers a list is about: every number opens its examples through one of these.

A `Selection` is made once: it settles the split and the other runs, and refuses what the files do
not tell. Whoever has one can rank, count or write out its rows without asking again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from diagnostics.errors import DiagnosticsError
from diagnostics.examples.filters import Filter
from diagnostics.examples.slices import examples_in_slice
from diagnostics.predictions.completeness import (
    implies_right_answers,
    kept_only_mistakes,
    knows_truth,
    rows_of,
)
from diagnostics.predictions.matching import joint_labels, with_unlisted
from diagnostics.predictions.outcomes import (
    ACROSS,
    OUTCOMES,
    WITHOUT_TRUTH,
    Across,
    Outcome,
    across,
    against,
)
from diagnostics.workspace import Evidence

if TYPE_CHECKING:
    import polars as pl

    from diagnostics.workspace import Experiment, Run

#: Outcomes among which are right answers of the run, of the one it is held against, of both.
_RIGHT_HERE = ("fixed", "both-right", "agree", "disagree")
_RIGHT_THERE = ("broken", "both-right", "agree", "disagree")
_RIGHT_IN_BOTH = ("both-right", "agree")


@dataclass(frozen=True, eq=False)
class Selection:
    """The answers of a run that fit a filter; make one with `of`.

    `other` is the run that they are held against, `company` those that `where.across` is about.
    """

    run: Run
    where: Filter
    split: str
    other: Run | None = None
    company: tuple[Run, ...] = ()

    @classmethod
    def of(cls, run: Run, where: Filter, experiment: Experiment | None = None) -> Selection:
        """Settle what the filter is about.

        Raises
        ------
        DiagnosticsError
            If the split, the other run, or a name of an outcome does not exist; if `experiment` is
            needed and missing; if the files of the runs do not tell which answers fit.
        """
        split = run.known_split(where.split)
        if where.against is None and where.across is None:
            _refuse_outcome_alone(where)
            return cls(run, where, split)
        _refuse_unknown("outcome", where.outcome, OUTCOMES)
        _refuse_unknown("value of `across`", where.across, ACROSS)
        experiment = _with_counterparts(run, experiment)
        company: list[Run] = []
        if where.across is not None:
            company = comparable_runs(experiment, run, split)
        other = None
        if where.against is None:
            _refuse_outcome_alone(where)
        else:
            other = experiment.run(where.against)
            other.known_split(split)
            _refuse_unknowable(run, other, where.outcome)
        if where.across is not None:
            _refuse_unjudged([run, *company], where.across)
        return cls(run, where, split, other, tuple(company))

    @cached_property
    def rows(self) -> pl.LazyFrame:
        """The rows that fit, without vectors; labels as codes; lazy.

        With `other` there are `against_label` (text), `against_confidence` and `moved` (by how much
        the confidence differs), and `truth` and `their_answer`: codes into the labels of the run
        and then the other's (`diagnostics.predictions.matching.joint_labels`). Of a run that kept
        only its mistakes, right answers that another run shows are there too; their confidence is
        null.
        """
        import polars as pl

        if self.other is not None:
            outcome = self.where.outcome
            fits = pl.col("is_paired") & pl.col(outcome) if outcome else pl.col("is_paired")
            return self._laid_beside.lazy().filter(fits).drop("is_paired", *OUTCOMES)
        if self.company:
            return self._narrowed(self._completed().lazy())
        return self._narrowed(rows_of(self.run, self.split))

    @property
    def unpaired(self) -> int:
        """How many more would fit if the run that they are held against had answered them."""
        return 0 if self.other is None else int((~self._laid_beside["is_paired"]).sum())

    @property
    def _sources(self) -> list[Run]:
        """The other runs, each of which may know what this one does not."""
        return [*self.company, *([self.other] if self.other else [])]

    def _completed(self) -> pl.DataFrame:
        """The run's rows, those that only other runs show among them, before they are narrowed."""
        rows = rows_of(self.run, self.split).collect()
        if kept_only_mistakes(self.run):
            rows = with_unlisted(rows, self.run, self._sources, self.split)
        if self.where.across is None:
            return rows
        return across(rows, self.run, self.company, self.split, self.where.across)

    @cached_property
    def _laid_beside(self) -> pl.DataFrame:
        """The narrowed rows, paired with the other run's or not."""
        assert self.other is not None
        both = against(self._completed(), self.run, self.other, self.split)
        return self._narrowed(both.lazy()).collect()

    def _narrowed(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """The rows that fit what the runs tell of their answers, and of the examples."""
        import polars as pl

        where, other = self.where, self.other
        # A truth that only the other run tells may be a label that this one never heard of.
        labels = joint_labels(self.run, [other]) if other else self.run.labels
        truth = "truth" if other else "true_label"
        wanted = ((truth, where.true_label), ("predicted_label", where.predicted_label))
        for column, label in wanted:
            if label is not None:
                code = labels.index(label) if label in labels else -1
                rows = rows.filter(pl.col(column) == code)
        if where.correct is not None:
            right = pl.col(truth) == pl.col("predicted_label")
            rows = rows.filter(right if where.correct else ~right)
        rows = _within(rows, where.min_confidence, where.max_confidence)
        content = [self.run, *self._sources]
        if where.text:
            rows = rows.join(_containing(content, where.text), on="example", how="semi")
        if where.having:
            rows = rows.join(examples_in_slice(content, where.having), on="example", how="semi")
        return rows


def answers_where(run: Run, where: Filter, experiment: Experiment | None = None) -> pl.LazyFrame:
    """The run's rows that fit the filter, as `Selection.rows` without its codes of both runs.

    Raises
    ------
    DiagnosticsError
        As `Selection.of`.
    """
    rows = Selection.of(run, where, experiment).rows
    return rows.drop("truth", "their_answer", strict=False)


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


def _refuse_outcome_alone(where: Filter) -> None:
    if where.outcome is not None:
        raise DiagnosticsError(
            f"The outcome {where.outcome!r} is that of a comparison.",
            hint="Name the other run: `against`.",
        )


def _refuse_unknown(what: str, name: str | None, known: Sequence[str]) -> None:
    if name is not None and name not in known:
        raise DiagnosticsError(
            f"There is no {what} {name!r}.", hint=f"Use one of {', '.join(known)}."
        )


def _with_counterparts(run: Run, experiment: Experiment | None) -> Experiment:
    """The experiment, if the run's answers can be held against those of other runs in it."""
    if experiment is None:
        raise DiagnosticsError(
            "Other runs are not known without their experiment.", hint="Pass `experiment`."
        )
    if run.task != "classification":
        raise DiagnosticsError(
            f"Run {run.run!r} is about {run.task}.",
            hint="Only answers that are one label can be held against each other.",
        )
    return experiment


def _refuse_unknowable(run: Run, other: Run, outcome: Outcome | None) -> None:
    """Raise where the two runs' files do not tell which examples have the outcome."""
    for one in (run, other):
        if not one.has(Evidence.PREDICTIONS) and not one.has(Evidence.ERRORS):
            raise DiagnosticsError(
                f"The answers of run {one.run!r} are not in its files.", hint=_remedy(one)
            )
    if outcome is None:
        return
    if outcome not in WITHOUT_TRUTH and not (knows_truth(run) or knows_truth(other)):
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


def _refuse_unjudged(runs: Sequence[Run], wanted: Across) -> None:
    """Raise where the files of all runs do not tell what they were right about."""
    if wanted == "always-right" and all(map(kept_only_mistakes, runs)):
        raise DiagnosticsError(
            "All runs kept only their mistakes: what every run answered rightly is in no file.",
            hint=_remedy(runs[0]),
        )
    if not any(map(knows_truth, runs)):
        raise DiagnosticsError(
            "None of the runs has true labels.", hint="Keep them beside the answers."
        )


def _remedy(run: Run) -> str:
    if run.reader == "rasa":
        return "Run `rasa test` with --successes, and keep its report beside the lists."
    return "Record every answer with `diagnostics.record`, or lay a table of predictions here."


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

    from diagnostics.workspace import stored_tables

    different = {run.table("examples"): run for run in runs}
    parts = []
    for run in different.values():
        content = stored_tables.scan_examples(run)
        names = [name for name, dtype in content.collect_schema().items() if dtype == pl.String]
        words = [pl.col(name).str.to_lowercase() for name in names]
        has = [column.str.contains(text.lower(), literal=True) for column in words]
        parts.append(content.filter(pl.any_horizontal(has)).select("example"))
    return pl.concat(parts)


__all__ = ["Selection", "answers_where", "comparable_runs"]
