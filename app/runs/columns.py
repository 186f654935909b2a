"""The columns of the table of runs: the first ones, their heads, how values are written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from diagnostics.runs.run_table import RunColumn
from diagnostics.statistics.metric_names import is_percentage, metric_words
from diagnostics.workspace.parameters import short_names
from diagnostics.workspace.run import SPREADS

if TYPE_CHECKING:
    import pandas as pd

#: Differing parameters that the table has unless told otherwise.
PARAMETERS = 8
#: Pixels that the names of runs take at most; other columns of texts half of it.
WIDEST = 340

#: Columns in the units of their metric.
SHARES = ("metric", "fold_mean", "fold_std", "split", "low", "high", *SPREADS)
_HEADS = {
    "run": "Run",
    "errors": "Wrong",
    "examples": "Examples",
    "folds": "Folds",
    "failed": "Failed",
    "problems": "Problem",
    "resource": "Given",
    "fit_seconds": "Fitting",
    "score_seconds": "Answering",
    "created": "Created",
    "reader": "Reader",
    "low": "From",
    "high": "To",
    "same": "Same as best",
    "p_examples": "p by examples",
    "p_folds": "p by folds",
    "selected": "Picked",
}
_OF_METRIC = {
    "fold_mean": ", mean of folds",
    "fold_std": " ±",
    "std": " ± (file)",
    "standard_error": ", standard error",
    "lowest": ", lowest",
    "highest": ", highest",
    "interval_low": ", interval from",
    "interval_high": ", interval to",
}
_NOTES = {
    "std": "Standard deviation, as the file says.",
    "standard_error": "Standard error, as the file says.",
    "interval_low": "Lower end of the interval that the file gives.",
    "interval_high": "Upper end of the interval that the file gives.",
    "fold_std": "Standard deviation over the folds, that of a sample (n - 1).",
    "resource": "How much the search gave it to learn from: rows, or another budget.",
    "low": "Lower end of the 95 % interval of the score.",
    "high": "Upper end of the 95 % interval of the score.",
    "same": "Whether it cannot be told from the best, at 5 %, corrected for the number of runs.",
    "p_examples": "Against the best, on the examples that all answered; corrected.",
    "p_folds": "Against the best, by the corrected resampled t-test; corrected.",
    "selected": "How often it would have been picked as the best.",
}


def default_columns(columns: Sequence[RunColumn], metric: str) -> list[str]:
    """The metric, its interval, whether it is as good as the best, itself by sample weight, its
    spread, the usual other metric, the mistakes, some parameters, the time.
    """  # noqa: D205
    other = "macro_f1" if metric != "macro_f1" else "accuracy"
    parameters = [column for column in columns if column.kind == "parameter"][:PARAMETERS]
    wanted = [
        *(c for c in columns if c.kind == "metric" and c.of == metric),
        *(c for c in columns if c.kind in ("low", "high", "same")),
        *(c for c in columns if c.kind == "metric" and c.of == f"sample_weighted_{metric}"),
        *(c for c in columns if c.kind in ("fold_std", *SPREADS) and c.of == metric),
        *(c for c in columns if c.kind == "metric" and c.of == other),
        *(c for c in columns if c.kind in ("errors", "failed", "problems", "resource")),
        *parameters,
        *(c for c in columns if c.kind == "fit_seconds"),
    ]
    return [column.name for column in wanted]


def column_heads(columns: Sequence[RunColumn]) -> dict[str, str]:
    """What stands above each column, by its name; parameters in short where that is clear."""
    heads = {column.name: _head(column) for column in columns if column.kind != "parameter"}
    parameters = {column.of: column.name for column in columns if column.kind == "parameter"}
    shorter = short_names(list(parameters), taken=set(heads.values()))
    return heads | {name: shorter[of] for of, name in parameters.items()}


def _head(column: RunColumn) -> str:
    words = metric_words(column.of)
    match column.kind:
        case "metric":
            return words
        case kind if kind in _OF_METRIC:
            return f"{words}{_OF_METRIC[kind]}"
        case "split":
            return f"{words}, {column.split}"
        case kind:
            return _HEADS[kind]


def in_percent(table: pd.DataFrame, columns: Sequence[RunColumn]) -> pd.DataFrame:
    """These columns, shares as percentages, for number formats do not multiply."""
    shares = {column.name: table[column.name] * 100 for column in columns if is_share(column)}
    return table[[column.name for column in columns]].assign(**shares)


def is_share(column: RunColumn) -> bool:
    """Whether a column is written in percent."""
    return column.kind == "selected" or (column.kind in SHARES and is_percentage(column.of))


def column_config(column: RunColumn, head: str, values: pd.Series, metric: str) -> Any:
    """How a column is drawn; that of the metric which ranks the runs has bars from 0 to 1."""
    kinds = st.column_config
    share = is_share(column)
    if column.kind == "metric" and column.of == metric and values.dropna().between(0, 1).all():
        whole = 100.0 if share else 1.0
        written = "%.1f%%" if share else "%.3f"
        return kinds.ProgressColumn(head, min_value=0.0, max_value=whole, format=written)
    note = _NOTES.get(column.kind)
    if column.kind in SHARES:
        return kinds.NumberColumn(head, format="%.1f%%" if share else "%.3f", help=note)
    if column.kind == "selected":
        return kinds.NumberColumn(head, format="%.0f%%", help=note)
    if column.kind in ("p_examples", "p_folds"):
        return kinds.NumberColumn(head, format="%.2g", help=note)
    if column.kind in ("errors", "examples", "folds"):
        return kinds.NumberColumn(head, format="%,d")
    if column.kind == "resource":
        return kinds.NumberColumn(head, format="%,d", help=note)
    if column.kind in ("fit_seconds", "score_seconds"):
        return kinds.NumberColumn(head, format="%.2f s")
    if column.kind == "parameter" and values.dtype.kind in "if":
        # Six figures, for a float that is nearly 1000 is meant as 1000.
        return kinds.NumberColumn(head, format="%d" if values.dtype.kind == "i" else "%.6g")
    longest = max(map(len, values.dropna()), default=0)
    widest = WIDEST if column.kind == "run" else WIDEST // 2
    return kinds.TextColumn(head, width=min(24 + 7 * max(longest, len(head)), widest), help=note)
