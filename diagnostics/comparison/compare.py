"""Laying two runs side by side: from an experiment, or from two data frames, to a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from diagnostics.comparison.comparison import Comparison
from diagnostics.comparison.pairing import (
    Cells,
    Pairs,
    Unpaired,
    matched,
    refuse_strangers,
    sorted_out,
)
from diagnostics.errors import DiagnosticsError
from diagnostics.examples.content import TEXT_NAMES
from diagnostics.predictions.completeness import has_answers, on_the_same_data, rows_of
from diagnostics.workspace import SPLITS, Evidence, reducers
from diagnostics.workspace.asked_for import the_experiment
from diagnostics.workspace.labels import natural_order

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw
    import polars as pl

    from diagnostics.examples.filters import Filter
    from diagnostics.workspace import Experiment, Run, Workspace


def compare_runs(
    experiment: Experiment,
    old: str,
    new: str,
    *,
    split: str | None = None,
    where: Filter | None = None,
) -> Comparison:
    """Run `old` (called a) against run `new` (called b) on the examples that both answered.

    Parameters
    ----------
    old, new
        Names of runs of the experiment.
    split
        The split; without it that of `where`, else the held-out one of both.
    where
        Keeps the examples whose answer by the *new* run fits the filter.

    Returns
    -------
    A `Comparison`. An example is known by its id; where a run has it several times, in folds that
    repeat, by its id and fold. A run that kept only its mistakes, with a report that counts all
    examples, answered rightly what it does not list.

    Raises
    ------
    DiagnosticsError
        If a run does not exist or has no answers per example, if the runs have no split in common,
        if they were evaluated on different data (most truths differ, or less than half of the
        smaller set is shared), or if the filter needs what a run that kept only its mistakes
        lacks.
    """
    experiment = the_experiment(experiment)
    first, second = experiment.run(old), experiment.run(new)
    for run in (first, second):
        _refuse_unfit(run)
    chosen = _common_split(first, second, split or (where.split if where else None))
    where = replace(where, split=chosen) if where is not None else None
    if first.has(Evidence.PREDICTIONS) and second.has(Evidence.PREDICTIONS):
        pairs = _of_rows(experiment, first, second, chosen, where)
    else:
        from diagnostics.comparison.pairing_mistakes import pairs_of_mistakes

        pairs = pairs_of_mistakes(first, second, chosen, where)
    notes = (*pairs.notes, *_about_the_runs(experiment, first, second))
    return Comparison(old, new, chosen, pairs.labels, pairs.cells, pairs.unpaired, notes)


def compare_predictions(
    frame_a: Any, frame_b: Any, *, a: str = "a", b: str = "b", split: str | None = None
) -> Comparison:
    """Two frames of predictions on the same examples, the first the old run.

    Parameters
    ----------
    frame_a, frame_b
        Any frames that narwhals knows, lazy or not, of the same kind: `example`,
        `predicted_label`, and `true_label`, `fold` and `split` where there are any.
    a, b
        What the runs are called.
    split
        Compares only the rows of this split; all rows without it.

    Raises
    ------
    DiagnosticsError
        If one is no frame or lacks a column, or if the two were evaluated on different data: most
        truths differ, too few ids are shared, or most of these have another text (`text`,
        `sentence`, … in both).
    """
    first, second = (_prepared(frame, split) for frame in (frame_a, frame_b))
    table, unpaired, notes = matched(first, second)
    names = ("true_a", "predicted_a", "true_b", "predicted_b")
    texts = {name: [_label(value) for value in table[name].to_pylist()] for name in names}
    labels = natural_order(
        {text for column in texts.values() for text in column if text is not None}
    )
    place: dict[str | None, int] = {label: code for code, label in enumerate(labels)}
    coded = {
        name: np.array([place.get(text, -1) for text in column], dtype=np.int64)
        for name, column in texts.items()
    }
    coded["n"] = table["n"].to_numpy().astype(np.int64)
    pairs = sorted_out(labels, coded, unpaired, *notes)
    refuse_strangers(pairs, a, b)
    _refuse_other_texts(frame_a, frame_b, a, b)
    return Comparison(a, b, split or "", pairs.labels, pairs.cells, pairs.unpaired, pairs.notes)


def _refuse_other_texts(frame_a: Any, frame_b: Any, a: str, b: str) -> None:
    """Raise a DiagnosticsError if most shared ids have another text in the other frame."""
    import narwhals.stable.v2 as nw

    frames = [reducers.lazy(frame, ["example"]) for frame in (frame_a, frame_b)]
    shown = [name for name in TEXT_NAMES if all(reducers.present(rows, [name]) for rows in frames)]
    if not shown:
        return
    first, second = (
        rows.select(nw.col("example").cast(nw.String), text=nw.col(shown[0]).cast(nw.String))
        .drop_nulls()
        .unique("example")
        for rows in frames
    )
    both = first.join(second, on="example", suffix="_other")
    is_other = nw.col("text").str.strip_chars() != nw.col("text_other").str.strip_chars()
    differs, shared = both.select(is_other.sum().alias("n"), nw.len().alias("all")).collect().row(0)
    if shared and differs * 2 > shared:
        raise DiagnosticsError(
            f"Under the same ids {a!r} and {b!r} have another {shown[0]!r} in {differs:,} of "
            f"{shared:,} examples: the ids do not mean the same examples.",
            hint="Give both frames ids that follow the example, not its place.",
        )


def shared_experiment(
    workspace: Workspace, a: str, b: str, experiment: str | None = None
) -> Experiment:
    """The experiment in which both runs are: the named one, else the only one.

    Of candidates that were evaluated for several tasks together it is the classification of most
    examples, as `Workspace.find` has it.

    Raises
    ------
    DiagnosticsError
        If a run does not exist, if they are one run, if they are in no common experiment or in
        several of different candidates.
    """
    if a == b:
        raise DiagnosticsError(f"{a!r} is one run.", hint="Name another one to compare it with.")
    if experiment is not None:
        chosen = workspace.experiment(experiment)
        for name in (a, b):
            chosen.run(name)
        return chosen
    homes = {
        name: [e for e in workspace.experiments if any(run.run == name for run in e.runs)]
        for name in (a, b)
    }
    for name, homes_of_run in homes.items():
        if not homes_of_run:
            workspace.find(name)  # says which there are
    common = [entry for entry in homes[a] if entry in homes[b]]
    if not common:
        raise _apart(workspace, a, b, homes[a][0].name, homes[b][0].name)
    if len({tuple(entry.run(name).siblings for name in (a, b)) for entry in common}) > 1:
        names = ", ".join(repr(entry.name) for entry in common)
        raise DiagnosticsError(
            f"Runs {a!r} and {b!r} are both in several experiments: {names}.",
            hint="Say which with --experiment.",
        )
    return max(common, key=lambda e: (e.task == "classification", e.examples or 0))


def _apart(workspace: Workspace, a: str, b: str, of_a: str, of_b: str) -> DiagnosticsError:
    """Why two runs are in different experiments, as far as reading the folder found out."""
    return DiagnosticsError(
        f"Run {a!r} is in the experiment {of_a!r} and {b!r} in {of_b!r}.",
        hint=_why_apart(*(workspace.experiment(e).run(r) for e, r in ((of_a, a), (of_b, b)))),
    )


def _why_apart(first: Run, second: Run) -> str:
    """What to do about two runs of different experiments."""
    usual = "Runs are compared on the same examples: evaluate both on the same data."
    if first.task != second.task or first.group != second.group:
        return usual
    if on_the_same_data(first, second) and first.experiment != second.experiment:
        names = " and ".join(repr(run.experiment) for run in (first, second) if run.experiment)
        return f"Both had the same examples, but not one name ({names}): record them under one."
    if not (first.has(Evidence.PREDICTIONS) and second.has(Evidence.PREDICTIONS)):
        return usual
    from diagnostics.workspace.shared_examples import why_strangers

    reason = why_strangers(first, second)
    if not reason:
        return "Both had the same examples: record them with one name of an experiment."
    return f"They are not on the same test data: {reason}."


def _label(value: object) -> str | None:
    """A label as text, None where it is missing.

    Beside a missing value pandas makes floats of whole numbers: 1.0 is the label 1.
    """
    if isinstance(value, float):
        return None if np.isnan(value) else f"{value:.0f}" if value.is_integer() else str(value)
    return None if value is None else str(value)


def _prepared(frame: Any, split: str | None) -> nw.LazyFrame[Any]:
    import narwhals.stable.v2 as nw

    rows = reducers.lazy(frame, ["example", "predicted_label", *(["split"] if split else [])])
    if split is not None:
        rows = rows.filter(nw.col("split") == split)
    if not reducers.present(rows, ["true_label"]):
        rows = rows.with_columns(true_label=nw.lit(None, nw.String))
    kept = ["example", *reducers.present(rows, ["fold"]), "true_label", "predicted_label"]
    prepared: nw.LazyFrame[Any] = rows.select(kept).with_columns(nw.col("example").cast(nw.String))
    return prepared


def _refuse_unfit(run: Run) -> None:
    if run.task != "classification":
        raise DiagnosticsError(
            f"Run {run.run!r} is about {run.task}.",
            hint="Runs are compared by the one label that they give to each example.",
        )
    if has_answers(run):
        return
    if run.has(Evidence.ERRORS):
        raise DiagnosticsError(
            f"Run {run.run!r} lists mistakes without a report that fits them, so nothing says what "
            "it answered rightly.",
            hint="Keep the report that was written with them.",
        )
    raise DiagnosticsError(
        f"Run {run.run!r} kept no answers, only figures.",
        hint="Keep its predictions, one row per example: with diagnostics.record, or as a csv.",
    )


def _common_split(first: Run, second: Run, asked: str | None) -> str:
    """The split that is compared: the one asked for, else the most held-out one of both."""
    shared = [split for split in first.splits if split in second.splits]
    if asked is not None and asked not in shared:
        lacking = first if asked not in first.splits else second
        raise DiagnosticsError(
            f"Run {lacking.run!r} has no split {asked!r}.",
            hint=f"It has: {', '.join(lacking.splits)}.",
        )
    if not shared:
        raise DiagnosticsError(
            f"{first.run!r} was evaluated on {', '.join(first.splits)}, {second.run!r} on "
            f"{', '.join(second.splits)}.",
            hint="Evaluate both on the same examples.",
        )
    return asked or next((split for split in SPLITS if split in shared), shared[0])


def _of_rows(
    experiment: Experiment, first: Run, second: Run, split: str, where: Filter | None
) -> Pairs:
    """The pairs of two runs that kept all their answers."""
    labels = natural_order({*first.labels, *second.labels})
    frames = [rows_of(run, split) for run in (first, second)]
    whole = _of_frames(first, second, labels, frames)
    refuse_strangers(whole, first.run, second.run)
    _refuse_other_content(first, second)
    if whole.unpaired.truth_differs:
        whole = replace(whole, notes=(*whole.notes, _whose_truth(first, second, split)))
    if where is None:
        return whole
    cells = _fitting(experiment, first, second, labels, where)
    return replace(whole, cells=cells)


def _refuse_other_content(first: Run, second: Run) -> None:
    if first.table("examples") == second.table("examples"):
        return
    from diagnostics.workspace.shared_examples import other_content

    if reason := other_content(first, second):
        raise DiagnosticsError(
            f"{first.run!r} and {second.run!r} are not on the same examples: {reason}.",
            hint="Give each example an id of its own that stays with it, in both runs.",
        )


def _whose_truth(first: Run, second: Run, split: str) -> str:
    """Which examples have two true labels, and where to look."""
    from diagnostics.workspace.shared_examples import differing_truths, named_truths

    rows = differing_truths(first, second, split=split)
    named = named_truths(rows, first.run, second.run)
    return f"True labels differ for {named}; see {first.path} and {second.path}."


def _fitting(
    experiment: Experiment, first: Run, second: Run, labels: Sequence[str], where: Filter
) -> Cells:
    """The cells of the new run's answers that fit: those that a list of examples shows."""
    from diagnostics.examples.filters import Filter
    from diagnostics.examples.selection import Selection, answers_where
    from diagnostics.predictions.matching import joint_labels

    wanted = where if where.against in (None, first.run) else Filter(split=where.split)
    rows = Selection.of(second, replace(wanted, against=first.run), experiment).rows
    if wanted is not where:
        key = ["example", "fold"]
        fitting = answers_where(second, where, experiment).select(key)
        rows = rows.join(fitting, on=key, how="semi", nulls_equal=True)
    columns = ["truth", "their_answer", "predicted_label"]
    table = rows.group_by(columns).len("n").collect()
    place = {label: code for code, label in enumerate(labels)}
    own = np.array([*(place[label] for label in joint_labels(second, [first])), -1])
    true, old, new = (own[table[name].fill_null(-1).to_numpy()] for name in columns)
    sides = {"true_a": true, "true_b": true, "predicted_a": old, "predicted_b": new}
    n = table["n"].to_numpy().astype(np.int64)
    return sorted_out(labels, {**sides, "n": n}, Unpaired()).cells


def _of_frames(
    first: Run, second: Run, labels: Sequence[str], frames: Sequence[pl.LazyFrame]
) -> Pairs:
    lazy = [reducers.lazy(frame, []) for frame in frames]
    table, unpaired, notes = matched(*lazy)
    coded = {"n": table["n"].to_numpy().astype(np.int64)}
    place = {label: code for code, label in enumerate(labels)}
    for run, side in ((first, "a"), (second, "b")):
        own = np.array([*(place[label] for label in run.labels), -1], dtype=np.int64)
        for name in (f"true_{side}", f"predicted_{side}"):
            codes = table[name].fill_null(-1).to_numpy()
            coded[name] = own[codes]
    return sorted_out(labels, coded, unpaired, *notes)


def _about_the_runs(experiment: Experiment, first: Run, second: Run) -> list[str]:
    """What a reader must know of the runs before trusting the comparison."""
    notes = [
        f"{run.run!r} has not all the folds that its search planned."
        for run in (first, second)
        if not run.is_complete
    ]
    if first.resource != second.resource:
        given = [
            "an unknown amount" if run.resource is None else f"{run.resource:g}"
            for run in (first, second)
        ]
        notes.append(
            f"{first.run!r} was given {given[0]} to learn from and {second.run!r} {given[1]}: they "
            "are not compared as equals."
        )
    return notes


__all__ = ["compare_predictions", "compare_runs", "shared_experiment"]
