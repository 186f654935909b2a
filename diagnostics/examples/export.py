"""What is listed, as a file to take away: csv for spreadsheets, jsonl for programs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diagnostics.examples.filters import Filter
from diagnostics.examples.rankings import top_examples
from diagnostics.workspace.reducers import By, Measure

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics.workspace import Experiment, Run

#: Rows that one file holds at most.
EXPORT_LIMIT = 100_000
#: A spreadsheet runs a cell that begins with one of these.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001


def exported_examples(
    run: Run,
    by: By,
    *,
    where: Filter | None = None,
    measure: Measure = "margin",
    experiment: Experiment | None = None,
) -> pd.DataFrame:
    """All that the ranking lists, up to `EXPORT_LIMIT` rows, in its order.

    `rank` from 1, `run`, with `where.against` that run as `against`, then the columns of
    `top_examples`; those that are empty throughout and images kept as bytes are left out.
    """
    ranking = top_examples(
        run, by, k=EXPORT_LIMIT, where=where, measure=measure, experiment=experiment
    )
    frame = ranking.examples
    kept = [name for name in frame if not _is_binary(frame[name]) and not frame[name].isna().all()]
    shown = frame[kept].copy()
    shown.insert(0, "rank", range(1, len(shown) + 1))
    shown.insert(1, "run", run.run)
    if where is not None and where.against is not None:
        shown.insert(2, "against", where.against)
    return shown


def to_csv(frame: pd.DataFrame) -> bytes:
    """Comma-separated, UTF-8 with a byte order mark; texts that are formulas are defused by `'`."""
    import polars as pl

    table = pl.from_pandas(frame)
    nested = [name for name, dtype in table.schema.items() if dtype.is_nested()]
    for name in nested:
        texts = [None if value is None else str(value) for value in frame[name]]
        table = table.with_columns(pl.Series(name, texts, pl.String))
    starts = pl.col(pl.String).str.slice(0, 1).is_in(FORMULA_STARTS)
    quoted = pl.when(starts).then(pl.lit("'") + pl.col(pl.String)).otherwise(pl.col(pl.String))
    safe = table.with_columns(quoted.name.keep())
    safe.columns = [
        f"'{name}" if name.startswith(FORMULA_STARTS) else name for name in safe.columns
    ]
    return safe.write_csv(include_bom=True).encode()


def to_jsonl(frame: pd.DataFrame) -> bytes:
    """One JSON object a line, texts as they are; what is missing is null."""
    import polars as pl

    return pl.from_pandas(frame).write_ndjson().encode()


def file_name(*parts: str, suffix: str) -> str:
    """A name that every file system takes, from names that it may not."""
    words = [re.sub(r"[^\w.=-]+", "-", part).strip("-.") for part in parts]
    return "-".join(word for word in words if word)[:120] + suffix


def _is_binary(column: pd.Series) -> bool:
    return any(isinstance(value, bytes | bytearray) for value in column.head(50))
