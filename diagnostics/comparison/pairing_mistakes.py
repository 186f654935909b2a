"""Pairs of runs of which at least one kept only its mistakes, and a report that counts the rest.

What such a run does not list it answered rightly. That is exact as long as both were evaluated on
the same examples, so what can be checked of that is checked first.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import numpy as np

from diagnostics.comparison.pairing import Cells, Counts, Pairs, Unpaired, sorted_out
from diagnostics.errors import DiagnosticsError
from diagnostics.workspace import Evidence
from diagnostics.workspace.labels import natural_order

if TYPE_CHECKING:
    import polars as pl

    from diagnostics.examples.filters import Filter
    from diagnostics.workspace import Run

#: Stands in a list of mistakes for the examples that are not on it.
_RIGHT = -2


def pairs_of_mistakes(first: Run, second: Run, split: str, where: Filter | None) -> Pairs:
    """The pairs of two runs, `first` the old one, of which one or both list only their mistakes.

    Raises
    ------
    DiagnosticsError
        If their reports count different examples, if the lists do not fit them, or if `where` asks
        for what is unknown of right answers.
    """
    _refuse_unknowable(where, first, second)
    labels = tuple(natural_order({*first.labels, *second.labels}))
    support = _common_support(first, second, labels, split)
    rows = _joined(first, second, labels, split)
    listed = np.bincount(rows["true"], minlength=len(labels))
    both_list = not (first.has(Evidence.PREDICTIONS) or second.has(Evidence.PREDICTIONS))
    if (listed > support).any() if both_list else (listed != support).any():
        raise _not_the_same(first, second)
    right = np.flatnonzero(support - listed)
    table = {
        name: np.concatenate([rows[of], right])
        for name, of in (("predicted_a", "a"), ("predicted_b", "b"), ("true_a", "true"))
    }
    table["true_b"] = table["true_a"]
    table["n"] = np.concatenate([np.ones(len(rows["true"]), np.int64), (support - listed)[right]])
    pairs = sorted_out(labels, table, Unpaired())
    return replace(pairs, cells=_fitting(pairs.cells, labels, where), notes=(_note(first, second),))


def _note(first: Run, second: Run) -> str:
    names = [repr(run.run) for run in (first, second) if not run.has(Evidence.PREDICTIONS)]
    keeps = "kept only its" if len(names) == 1 else "kept only their"
    return f"{' and '.join(names)} {keeps} mistakes: what is not listed was answered rightly."


def _refuse_unknowable(where: Filter | None, first: Run, second: Run) -> None:
    known = ("true_label", "predicted_label", "correct", "split")
    asked = [f.name for f in fields(where) if getattr(where, f.name) is not None] if where else []
    unknown = [name for name in asked if name not in known]
    if unknown:
        lister = first if not first.has(Evidence.PREDICTIONS) else second
        raise DiagnosticsError(
            f"Run {lister.run!r} kept only its mistakes. Of its right answers only the label is "
            f"known, so the comparison cannot be restricted by {unknown[0].replace('_', ' ')}.",
            hint="Restrict it by a label, or keep all answers.",
        )


def _common_support(first: Run, second: Run, labels: tuple[str, ...], split: str) -> Counts:
    """Examples of each class, which both runs must count alike."""
    from diagnostics.confusion.matrix import confusion_matrix

    supports = [confusion_matrix(run, labels, split=split).support for run in (first, second)]
    differing = np.flatnonzero(supports[0] != supports[1])
    if len(differing):
        place = differing[0]
        raise DiagnosticsError(
            f"{first.run!r} and {second.run!r} were not evaluated on the same data: of "
            f"{labels[place]!r} there are {supports[0][place]:,} and {supports[1][place]:,} "
            "examples.",
            hint="Evaluate both on the same data.",
        )
    return supports[0]


def _not_the_same(first: Run, second: Run) -> DiagnosticsError:
    return DiagnosticsError(
        f"The examples that {first.run!r} and {second.run!r} list are not of the same data.",
        hint="Evaluate both on the same data, or keep all answers of both.",
    )


def _joined(first: Run, second: Run, labels: tuple[str, ...], split: str) -> dict[str, Counts]:
    """`true`, `a`, `b` of every example that a run lists; the code -1 stands for no answer."""
    import polars as pl

    old, new = (_coded(run, labels, split, side) for run, side in ((first, "a"), (second, "b")))
    rows = old.join(new, on="example", how="full", coalesce=True).with_columns(
        true=pl.coalesce("true_a", "true_b")
    )
    clashing = (pl.col("true_a") != pl.col("true_b")).fill_null(False)
    if rows.select((clashing | pl.col("true").is_null()).any()).item():
        raise _not_the_same(first, second)
    answers = {side: pl.col(f"predicted_{side}") for side in ("a", "b")}
    rows = rows.select(
        "true",
        *(
            pl.when(pl.col(f"true_{side}").is_null()).then("true").otherwise(answer).alias(side)
            for side, answer in answers.items()
        ),
    )
    return {name: rows[name].fill_null(-1).to_numpy().astype(np.int64) for name in rows.columns}


def _coded(run: Run, labels: tuple[str, ...], split: str, side: str) -> pl.DataFrame:
    """The rows that a run lists, each example once, coded by `labels`."""
    import polars as pl

    from diagnostics.workspace import stored_tables

    place = {label: code for code, label in enumerate(labels)}
    own = pl.Series([place[label] for label in run.labels], dtype=pl.Int64)
    rows = stored_tables.scan(run).filter(pl.col("split") == split)
    listed = rows.select("example", "true_label", "predicted_label").collect()
    if not listed["example"].is_unique().all():
        raise DiagnosticsError(
            f"Run {run.run!r} lists an example more than once, so its mistakes cannot be paired.",
            hint="Give every example its own id.",
        )
    return listed.select(
        "example",
        own.gather(listed["true_label"]).alias(f"true_{side}"),
        own.gather(listed["predicted_label"]).alias(f"predicted_{side}"),
    )


def _fitting(cells: Cells, labels: tuple[str, ...], where: Filter | None) -> Cells:
    """The cells that the filter keeps, by the truth and the new run's answer."""
    if where is None:
        return cells
    kept = np.ones(len(cells.n), dtype=bool)
    for asked, codes in (
        (where.true_label, cells.true),
        (where.predicted_label, cells.predicted_b),
    ):
        if asked is not None:
            kept &= codes == (labels.index(asked) if asked in labels else -1)
    if where.correct is not None:
        kept &= (cells.predicted_b == cells.true) == where.correct
    return cells[kept]
