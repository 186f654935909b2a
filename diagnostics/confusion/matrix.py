"""Which class was taken for which: the matrix, its most confused pairs, each class's figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from diagnostics.errors import DiagnosticsError
from diagnostics.statistics.metrics import Counts, Figures, class_figures
from diagnostics.workspace import Evidence, stored_tables, tables
from diagnostics.workspace.asked_for import the_run

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from diagnostics.workspace import Run


@dataclass(frozen=True, eq=False)
class ConfusionMatrix:
    """Counts with the truth in the rows, aligned with `labels`.

    `exact` is False where only the diagonal is known (a report without its mistakes): then
    `counts` holds the diagonal, and `support` the rows' totals.
    """

    labels: tuple[str, ...]
    counts: Counts
    exact: bool = True
    known_support: Counts | None = None

    @property
    def support(self) -> Counts:
        """Examples of each class."""
        if self.known_support is not None:
            return self.known_support
        rows: Counts = self.counts.sum(axis=1)
        return rows

    @cached_property
    def errors(self) -> Counts:
        """The counts with an empty diagonal."""
        errors = self.counts.copy()
        np.fill_diagonal(errors, 0)
        return errors

    @property
    def total(self) -> int:
        """How many examples were counted."""
        return int(self.support.sum())


def confusion_counts(predictions: Any) -> pd.DataFrame:
    """How often each true label got each answer, in any frame of predictions.

    Parameters
    ----------
    predictions
        Any frame that narwhals knows, lazy or not, with `true_label` and `predicted_label`, and
        `run`, `split`, `fold` where there are any.

    Returns
    -------
    One row per combination that occurs: the key columns that were there, and `n`; sorted by them.
    Rows without a true label or without an answer are left out.

    Raises
    ------
    DiagnosticsError
        If it is no frame or a column is missing.
    """
    from diagnostics.workspace import reducers

    plan = reducers.confusion(reducers.lazy(predictions, ["true_label", "predicted_label"]))
    counts = reducers.collect(plan).to_pandas()
    counts = counts.dropna(subset=["true_label", "predicted_label"])
    return counts.sort_values([name for name in counts if name != "n"], ignore_index=True)


def confusion_matrix(
    run: Run, labels: Sequence[str] | None = None, *, split: str | None = None
) -> ConfusionMatrix:
    """The run's confusion matrix over `labels` (its own if None) on one split (its held-out one).

    Labels that the run does not know get empty rows and columns; answers between labels that
    are not asked for are left out.

    Raises
    ------
    DiagnosticsError
        If the run has no such split.
    """
    run = the_run(run)
    shown = tuple(labels if labels is not None else run.labels)
    place = {label: index for index, label in enumerate(shown)}
    position = np.array([place.get(label, -1) for label in run.labels], dtype=np.int64)
    known = _cube(run, split).drop_nulls(["true_label", "predicted_label"])
    rows, columns = (position[known[name].to_numpy()] for name in ("true_label", "predicted_label"))
    kept = (rows >= 0) & (columns >= 0)
    counts = np.zeros((len(shown), len(shown)), dtype=np.int64)
    np.add.at(counts, (rows[kept], columns[kept]), known["n"].to_numpy()[kept])
    if run.confusion_is_exact:
        return ConfusionMatrix(shown, counts)
    return ConfusionMatrix(shown, counts, exact=False, known_support=_support(run, position, shown))


def _cube(run: Run, split: str | None) -> pl.DataFrame:
    """The run's confusion cube on one split; labels as codes, null where unknown."""
    import polars as pl

    split = run.known_split(split)
    cube = stored_tables.load(run, "confusion", tables.CONFUSION)
    return cube.filter(pl.col("split") == split)


def _support(run: Run, position: Counts, shown: Sequence[str]) -> Counts:
    """What the run's report says of the classes' sizes."""
    support = np.zeros(len(shown), dtype=np.int64)
    report = stored_tables.load(run, "report", tables.REPORT)
    for code, n in report.select("label", "support").iter_rows():
        if position[code] >= 0 and n is not None:
            support[position[code]] = n
    return support


def matrix_of(counts: pd.DataFrame, labels: Sequence[str] | None = None) -> ConfusionMatrix:
    """The matrix of a frame as `confusion_counts` returns it; runs, splits, folds are added up."""
    from diagnostics.workspace.labels import natural_order

    seen = {str(label) for name in ("true_label", "predicted_label") for label in counts[name]}
    shown = tuple(labels if labels is not None else natural_order(seen))
    place = {label: index for index, label in enumerate(shown)}
    unknown = sorted(seen - set(shown))
    if unknown:
        raise DiagnosticsError(f"Label {unknown[0]!r} is not among the labels given.")
    matrix = np.zeros((len(shown), len(shown)), dtype=np.int64)
    rows, columns = (
        [place[str(label)] for label in counts[name]] for name in ("true_label", "predicted_label")
    )
    np.add.at(matrix, (rows, columns), counts["n"].to_numpy())
    return ConfusionMatrix(shown, matrix)


def answer_counts(run: Run, *, split: str | None = None) -> pd.DataFrame:
    """How often each label was answered, right or wrong, with or without a known truth.

    Returns
    -------
    One row per label that was answered, the most frequent first, ties in the order of the
    labels: `label`, `n`.
    """
    import pandas as pd
    import polars as pl

    answered = _cube(run, split).drop_nulls("predicted_label")
    counts = answered.group_by("predicted_label").agg(pl.col("n").sum())
    counts = counts.sort("n", "predicted_label", descending=[True, False])
    labels = [run.labels[code] for code in counts["predicted_label"]]
    return pd.DataFrame({"label": pd.Series(labels, dtype="str"), "n": counts["n"].to_numpy()})


def uncounted(run: Run, *, split: str | None = None) -> int:
    """How many answers no matrix can hold: without a true label, or without a predicted one."""
    import polars as pl

    half = pl.col("true_label").is_null() | pl.col("predicted_label").is_null()
    return int(_cube(run, split).filter(half)["n"].sum())


def judged_examples(run: Run) -> int | None:
    """How many examples the run's mistakes are among: those with a true label; None if unknown."""
    import polars as pl

    n, errors = run.examples, run.errors
    if not n or errors is None or not run.has(Evidence.PREDICTIONS):
        return n
    if abs(run.metrics.get("accuracy", math.nan) - (1 - errors / n)) < 0.5 / n:
        return n  # the usual case, for which no table is read
    return n - int(_cube(run, None).filter(pl.col("true_label").is_null())["n"].sum())


def matrix_table(matrix: ConfusionMatrix) -> pd.DataFrame:
    """The whole matrix as it is written into a file.

    Returns
    -------
    One row per true class: its label in the first column, whose name says what is where, and a
    column of counts for each answer.
    """
    import pandas as pd

    corner = r"true \ predicted"
    while corner in matrix.labels:
        corner = f"({corner})"
    table = pd.DataFrame(matrix.counts, columns=list(matrix.labels))
    table.insert(0, corner, pd.Series(matrix.labels, dtype="str"))
    return table


def _the_matrix(value: ConfusionMatrix | Run) -> ConfusionMatrix:
    """A matrix as it is; of a run its own."""
    return value if isinstance(value, ConfusionMatrix) else confusion_matrix(value)


def class_report(matrix: ConfusionMatrix | Run) -> pd.DataFrame:
    """What is known of each class.

    Returns
    -------
    One row per class: `label`, `precision`, `recall`, `f1` (NaN where undefined), `support`,
    `predicted` (how often it was answered), `missed` (true, answered otherwise), `wrongly_given`
    (answered, not true). Of an inexact matrix only recall, support and what was missed are
    known; the rest is NaN.
    """
    matrix = _the_matrix(matrix)
    import pandas as pd

    hits, support = np.diag(matrix.counts), matrix.support
    report = pd.DataFrame({"label": pd.Series(matrix.labels, dtype="str")})
    if matrix.exact:
        figures = class_figures(matrix.counts)
        predicted = figures.predicted
        report["precision"], report["recall"], report["f1"] = (
            figures.precision,
            figures.recall,
            figures.f1,
        )
    else:
        unknown = np.full(len(hits), np.nan)
        predicted = unknown
        recall = np.divide(hits, support, out=unknown.copy(), where=support > 0)
        report["precision"], report["recall"], report["f1"] = unknown, recall, unknown
    report["support"], report["predicted"] = support, predicted
    report["missed"], report["wrongly_given"] = support - hits, predicted - hits
    return report


def reported_classes(run: Run) -> pd.DataFrame:
    """What the run's own report says of each class, as the file has it.

    Returns
    -------
    One row per class of the report: `label`, `precision`, `recall`, `f1`, `support`; NaN where
    the file is silent. Empty without a report.
    """
    report = stored_tables.load(run, "report", tables.REPORT).to_pandas()
    report["label"] = report["label"].map(dict(enumerate(run.labels))).astype("str")
    return report


def confused_pairs(matrix: ConfusionMatrix | Run) -> pd.DataFrame:
    """Every pair of classes that was confused, the most frequent first.

    Returns
    -------
    One row per wrong cell: `true_label`, `predicted_label`, `n`, `share_of_true` (of the true
    class's examples), `share_of_errors`, `accuracy_without` (accuracy if these were right) and
    `macro_f1_gain` (what macro F1 would gain by that). Ties are in the order of the labels. Empty
    where the matrix is not exact.

    Notes
    -----
    Both what-ifs are upper bounds: mending one pair in a real model moves others.
    """
    matrix = _the_matrix(matrix)
    import pandas as pd

    errors = matrix.errors if matrix.exact else np.zeros_like(matrix.counts)
    rows, columns = np.nonzero(errors)
    n = errors[rows, columns]
    order = np.argsort(-n, kind="stable")
    rows, columns, n = rows[order], columns[order], n[order]
    labels = pd.Series(matrix.labels, dtype="str")
    hits = int(np.trace(matrix.counts))
    return pd.DataFrame(
        {
            "true_label": labels.take(rows).array,
            "predicted_label": labels.take(columns).array,
            "n": n,
            "share_of_true": n / matrix.support[rows],
            "share_of_errors": n / max(int(n.sum()), 1),
            "accuracy_without": (hits + n) / max(matrix.total, 1),
            "macro_f1_gain": _macro_f1_gains(matrix.counts, rows, columns),
        }
    )


def _macro_f1_gains(counts: Counts, rows: Counts, columns: Counts) -> Figures:
    """What macro F1 gains for each cell (i, j), i ≠ j, if all its c answers became right.

    With supports s and numbers of answers q, F1 of i becomes 2(tp_i + c) / (s_i + q_i + c) and
    that of j 2tp_j / (s_j + q_j - c). A class that only these answers kept among those that
    occur no longer counts in the mean.
    """
    hits, size = np.diag(counts), counts.sum(axis=1) + counts.sum(axis=0)
    n = counts[rows, columns]
    before = 2 * hits / np.maximum(size, 1)
    present = max(int((size > 0).sum()), 1)
    left = size[columns] - n
    mended = 2 * (hits[rows] + n) / (size[rows] + n) - before[rows]
    freed = 2 * hits[columns] / np.maximum(left, 1) - before[columns]
    after = (before.sum() + mended + freed) / (present - (left == 0))
    gains: Figures = after - before.sum() / present
    return gains


__all__ = [
    "ConfusionMatrix",
    "answer_counts",
    "class_report",
    "confused_pairs",
    "confusion_counts",
    "confusion_matrix",
    "judged_examples",
    "matrix_of",
    "matrix_table",
    "reported_classes",
    "uncounted",
]
