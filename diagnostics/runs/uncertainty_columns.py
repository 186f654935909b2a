"""The run table with its uncertainty, in the page and in the files that leave it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from diagnostics.runs.leaderboard_words import interval_text
from diagnostics.runs.run_table import RunColumn
from diagnostics.runs.table_formats import to_latex, to_markdown
from diagnostics.statistics.metric_names import MISSING, metric_text

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics.runs.run_table import Kind
    from diagnostics.runs.standings import Leaderboard

#: What a leaderboard says of every run: kinds of columns, and the column of its own table.
KINDS: dict[Kind, str] = {
    "low": "low",
    "high": "high",
    "same": "indistinguishable_from_best",
    "p_examples": "p_examples_corrected",
    "p_folds": "p_folds_corrected",
    "selected": "share_selected",
}
_VERDICTS = {True: "yes", False: "no"}


def judged_columns(columns: Sequence[RunColumn], board: Leaderboard) -> list[RunColumn]:
    """The columns that the leaderboard adds to those of the run table, where they say anything.

    They are named like the kinds in `KINDS`, with underscores behind where that name is taken.
    """
    taken = {column.name for column in columns}
    judged = []
    for kind, of in KINDS.items():
        if board.table[of].notna().any():
            name: str = kind
            while name in taken:
                name += "_"
            judged.append(RunColumn(name, kind, board.metric))
    return judged


def with_uncertainty(
    table: pd.DataFrame, columns: Sequence[RunColumn], board: Leaderboard
) -> pd.DataFrame:
    """The run table with the columns that `judged_columns` lists; `same` is "yes", "no" or null."""
    known = board.table.set_index("run").loc[list(table["run"])]
    judged = table.copy()
    for column in columns:
        values = known[KINDS[column.kind]]
        if column.kind == "same":
            values = values.map(_VERDICTS).astype("str")
        judged[column.name] = values.array
    return judged


def written_table(
    table: pd.DataFrame,
    columns: Sequence[RunColumn],
    heads: Mapping[str, str],
    board: Leaderboard,
    *,
    form: Literal["markdown", "latex"],
    uncertainty: bool,
) -> str:
    """The columns as people read them, as a table of Markdown or LaTeX.

    With `uncertainty` the metric that ranks the runs has its 95 % interval behind it.
    """
    names = [column.name for column in columns]
    rows = [
        [_cell(row[name], column, board, uncertainty=uncertainty, run=row["run"])
         for name, column in zip(names, columns, strict=True)]
        for row in table.to_dict("records")
    ]  # fmt: skip
    numbers = [i for i, name in enumerate(names) if table[name].dtype.kind in "iuf"]
    write = to_markdown if form == "markdown" else to_latex
    header = [heads[column.name] for column in columns]
    if uncertainty and board.table["low"].notna().any():
        header = [
            f"{head} (95 % interval)" if _ranks(column, board) else head
            for head, column in zip(header, columns, strict=True)
        ]
    return write(header, rows, right=numbers)


def _ranks(column: RunColumn, board: Leaderboard) -> bool:
    return column.kind == "metric" and column.of == board.metric


def _cell(
    value: object, column: RunColumn, board: Leaderboard, *, uncertainty: bool, run: str
) -> str:
    import pandas as pd

    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return MISSING
    if not isinstance(value, float) or column.kind == "parameter":
        return f"{value:.6g}" if isinstance(value, float) else str(value)
    if column.kind in ("fit_seconds", "score_seconds"):
        return f"{value:,.2f} s"
    if column.kind == "selected":
        return f"{value:.0%}"
    if column.kind in ("p_examples", "p_folds"):
        return f"{value:.2g}"
    if column.kind == "resource":
        return f"{value:,.6g}"
    written = metric_text(column.of, value)
    interval = interval_text(board.metric, board.of(run))
    has_bounds = uncertainty and interval and _ranks(column, board)
    return f"{written} ({interval})" if has_bounds else written
