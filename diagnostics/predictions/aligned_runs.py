"""The answers of several runs side by side: one row a run, one column an example they all have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from diagnostics.errors import DiagnosticsError
from diagnostics.predictions.alignment import UNKNOWN, AlignedAnswers, Part, align
from diagnostics.predictions.completeness import (
    has_answers,
    lists_only_mistakes,
    on_the_same_data,
    rows_of,
)
from diagnostics.workspace import reducers
from diagnostics.workspace.asked_for import the_runs
from diagnostics.workspace.labels import natural_order

if TYPE_CHECKING:
    from diagnostics.workspace import Experiment, Run

#: Why a run is not laid beside others that might be.
UNLINKED = "one of the two lists mistakes only, and nothing says that both had the same examples"


def alignable_runs(
    experiment: Experiment, run: Run, *, split: str | None = None
) -> tuple[list[Run], dict[str, str]]:
    """The runs whose answers can be laid beside this run's, and why each other one cannot.

    They were given as much to learn from (`diagnostics.workspace.scores.peers`), kept their
    answers, or their mistakes with a report on the same test data as another of them, and were
    evaluated on the same split: that of the run unless told otherwise. Each of them has the same
    company.
    """
    from diagnostics.workspace.scores import peers

    chosen, equals = run.known_split(split), set(peers(experiment, run))
    runs = experiment.runs
    why = {other.run: _obstacle(other, chosen, is_peer=other.run in equals) for other in runs}
    linked = linked_runs(run, [other for other in runs if not why[other.run]])
    reasons = {name: text or UNLINKED for name, text in why.items() if name not in linked}
    return [other for other in runs if other.run in linked], reasons


def linked_runs(run: Run, others: Sequence[Run]) -> set[str]:
    """The names of the run, and of those that are laid beside it or beside one that is.

    A list of mistakes says what was right of the examples that it was tested on, and no others:
    whoever leaves out some of the others asks again, for they may be what linked the rest.
    """
    reached, rest = [run], [other for other in others if other.run != run.run]
    for one in reached:  # which grows
        near = [other for other in rest if _shares(one, other)]
        reached += near
        rest = [other for other in rest if other not in near]
    return {one.run for one in reached}


def _shares(run: Run, other: Run) -> bool:
    whole = not (lists_only_mistakes(run) or lists_only_mistakes(other))
    return whole or on_the_same_data(run, other)


def _obstacle(other: Run, split: str, *, is_peer: bool) -> str:
    if other.task != "classification":
        return "it gives no single label to an example"
    if not has_answers(other):
        return "its answers were not kept"
    if not is_peer:
        return "it lacks folds, or was given another amount to learn from"
    return "" if split in other.splits else f"it was not evaluated on the split {split}"


#: Answers that are aligned, or what they come from.
Alignable: TypeAlias = "AlignedAnswers | Sequence[Run] | Experiment"


def the_aligned(value: Alignable) -> AlignedAnswers:
    """Answers that are aligned, or those of runs or of an experiment, aligned now."""
    return value if isinstance(value, AlignedAnswers) else aligned_answers(value)


def aligned_answers(
    runs: Sequence[Run] | Experiment, *, split: str | None = None
) -> AlignedAnswers:
    """The answers of stored runs to one split, that of the first run unless told otherwise.

    An example is known by its id; where a run has it several times, in folds that repeat, by its id
    and fold. A run that kept only its mistakes (see `alignable_runs`) answered rightly what it
    does not list.

    Raises
    ------
    DiagnosticsError
        If there is no run, or one of them has no row of the split.
    """
    runs = the_runs(runs)
    if not runs:
        raise DiagnosticsError("There are no runs to align.")
    chosen = split or runs[0].split
    labels = natural_order({label for run in runs for label in run.labels})
    parts = [_stored(run, labels, chosen) for run in runs]
    aligned = align(parts, labels)
    if any(part.is_whole for part in parts):
        return aligned
    return _with_unlisted(aligned, runs[0], chosen)


def _stored(run: Run, labels: Sequence[str], split: str) -> Part:
    import polars as pl

    place = {label: code for code, label in enumerate(labels)}
    own = pl.Series([place[label] for label in run.labels], dtype=pl.Int32)
    columns = ["example", "fold", "true_label", "predicted_label", "confidence"]
    rows = rows_of(run, run.known_split(split)).select(columns).collect()
    coded = {
        name: own.gather(rows[column]).fill_null(UNKNOWN)
        for name, column in (("truth", "true_label"), ("answer", "predicted_label"))
    }
    rows_of_run = rows.select("example", "fold", "confidence").with_columns(**coded)
    return Part(run.run, rows_of_run, not lists_only_mistakes(run))


def aligned_frame(predictions: Any) -> AlignedAnswers:
    """The answers of any frame of predictions, the runs in the order in which they appear.

    Parameters
    ----------
    predictions
        Any frame that narwhals knows, lazy or not: `run`, `example`, `predicted_label`, and
        `true_label`, `confidence`, `fold` where there are any.

    Raises
    ------
    DiagnosticsError
        If it is no frame, a column is missing, or it has no rows.
    """
    import polars as pl

    frame = reducers.lazy(predictions, ["run", "example", "predicted_label"])
    optional = reducers.present(frame, ["true_label", "confidence", "fold"])
    plan = frame.select(["run", "example", "predicted_label", *optional])
    table = pl.DataFrame(pl.from_arrow(reducers.collect(plan)))
    types = {"run": pl.String, "example": pl.String, "fold": pl.Int32, "confidence": pl.Float64}
    types |= {"true_label": pl.String, "predicted_label": pl.String}
    rows = table.with_columns(
        (pl.col(name) if name in table.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in types.items()
    )
    if not len(rows):
        raise DiagnosticsError("There are no runs to align.")
    texts = pl.concat([rows["true_label"], rows["predicted_label"]]).drop_nulls().unique()
    labels = natural_order(set(texts))
    codes = pl.Series(range(len(labels)), dtype=pl.Int32)
    coded = rows.with_columns(
        pl.col(name).replace_strict(pl.Series(labels, dtype=pl.String), codes, default=UNKNOWN)
        .cast(pl.Int32).alias(short)
        for name, short in (("true_label", "truth"), ("predicted_label", "answer"))
    )  # fmt: skip
    by_run = coded.partition_by("run", as_dict=True, maintain_order=True)
    parts = [
        Part(str(name), part.sort("example", maintain_order=True))
        for (name,), part in by_run.items()
    ]
    return align(parts, labels)


def _with_unlisted(aligned: AlignedAnswers, run: Run, split: str) -> AlignedAnswers:
    """Of runs that list only mistakes: with the examples that none of them lists."""
    from diagnostics.confusion.matrix import confusion_matrix

    support = confusion_matrix(run, aligned.labels, split=split).support
    listed = np.bincount(aligned.truth, minlength=len(aligned.labels))
    unlisted = np.maximum(support - listed, 0)
    return replace(aligned, unlisted=unlisted, seen=aligned.seen + int(unlisted.sum()))


__all__ = [
    "UNKNOWN",
    "UNLINKED",
    "AlignedAnswers",
    "alignable_runs",
    "aligned_answers",
    "aligned_frame",
    "linked_runs",
]
