"""What would follow if somebody said what the columns of a table are: read, and nothing kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl

from diagnostics.errors import DiagnosticsError
from diagnostics.readers import Folder, Reading
from diagnostics.readers.ingest import facts_of
from diagnostics.readers.own_choices import FILE
from diagnostics.readers.prediction_table import choice_for, claimed_tables, table_runs
from diagnostics.readers.prediction_table.choices import (
    Choice,
    choice_of,
    choices,
    mapping_as_section,
)
from diagnostics.readers.prediction_table.columns.class_columns import groups
from diagnostics.readers.prediction_table.columns.names import model_in
from diagnostics.readers.prediction_table.files import SUFFIXES
from diagnostics.readers.prediction_table.reading import Source
from diagnostics.readers.prediction_table.runs import OF_ROWS
from diagnostics.readers.prediction_table.shapes.parts import TableFile, read_parts
from diagnostics.readers.prediction_table.table import Table, UnreadableTable
from diagnostics.readers.walking import listed, stamp, walk
from diagnostics.workspace import Problem
from diagnostics.workspace.safe_paths import file_inside

#: Rows of each run that are tried, evenly spread: a trial answers at once.
MOST_ROWS = 50_000
#: Rows that are shown, and values of a column.
SHOWN, VALUES = 5, 3
#: Letters of a value that is shown.
LONGEST = 24


@dataclass(frozen=True)
class TrialRun:
    """One run that would follow; `accuracy` is None where nothing says what is right."""

    run: str
    examples: int | None
    accuracy: float | None


@dataclass(frozen=True)
class Trial:
    """A table as it would be read.

    Attributes
    ----------
    columns
        The table's columns with their first values, as text.
    runs
        The runs that would follow, () if none.
    rows
        The first rows of the first run: `example`, `text` where there is one, `true_label`,
        `predicted_label`, `confidence`; empty without runs.
    labels
        The labels of the first run.
    section
        What each role was read from, as a section of `errata.toml`; only what a key can say.
    problems
        What is wrong or doubted.
    overruled_by
        The `errata.toml` beside or above the table that speaks of it and wins over what the
        dashboard keeps, as a path below the opened folder; "" if none.
    rows_tried
        How many rows of each run were tried, where one has more; None if all were.
    """

    columns: Mapping[str, str]
    runs: tuple[TrialRun, ...] = ()
    rows: pl.DataFrame = field(default_factory=pl.DataFrame, compare=False)
    labels: tuple[str, ...] = ()
    section: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    overruled_by: str = ""
    rows_tried: int | None = None


def tried(root: Path, file: str, section: Mapping[str, Any] | None) -> Trial:
    """Read a table as if `section` was kept for it; nothing is written.

    Parameters
    ----------
    root
        The opened folder.
    file
        The table's path below it, with slashes; the first part's, if it has several.
    section
        Keys and values as `errata.toml` has them, without `file`. Empty: the columns are
        recognised, whatever is kept. None: as the table is read now.

    Raises
    ------
    DiagnosticsError
        If the file is not there, leads out of the folder, or is no table.
    """
    path = file_inside(root / file, root)
    if path is None:
        what = f"There is no file {file!r} in the opened folder."
        raise DiagnosticsError(what, hint="Open the folder again.")
    place = listed((root / file).parent, root)
    decided, problems = choices(place)
    overruled_by = _overruling(decided, root / file, root)
    if section is not None:
        told, wrong = choice_of({**section, "file": file}, root)
        kept = [choice for choice in decided if not (choice.is_own and choice.file == file)]
        decided = [*(c for c in kept if not c.is_own), told, *(c for c in kept if c.is_own)]
        problems += wrong
    trial = _trial(place, (root / file).name, decided)
    return replace(trial, problems=(*problems, *trial.problems), overruled_by=overruled_by)


def patterns(columns: Iterable[str]) -> dict[str, list[str]]:
    """What several columns can be told by: `*_pred` for models' answers, `prob_*` for scores.

    Returns
    -------
    Under `predicted_label` and `probabilities` the patterns that two columns or more fit.
    """
    names = list(columns)
    starred = [
        name.replace(model, "*", 1) for name in names if (model := model_in(name)) and model in name
    ]
    return {
        "predicted_label": [p for p in dict.fromkeys(starred) if starred.count(p) > 1],
        "probabilities": [group.pattern for group in groups(names) if group.pattern != "*"],
    }


def table_files(root: Path, *, most: int) -> list[str]:
    """The files below a folder that may be tables by their endings, as paths below it, sorted."""
    places = walk(root, owns_tree=lambda _: False)
    files = (place.where(file.name) for place in places for file in place.with_suffix(*SUFFIXES))
    return sorted(islice(files, most))


def _overruling(decided: list[Choice], path: Path, root: Path) -> str:
    beside = (choice for choice in decided if not choice.is_own and choice.covers(path))
    base = next((choice.base for choice in beside), None)
    return "" if base is None else (base / FILE).relative_to(root).as_posix()


def _trial(place: Folder, name: str, decided: list[Choice]) -> Trial:
    files = claimed_tables(place, decided)
    file = next((file for file in files if file.name == name), TableFile(name, (name,)))
    table = _table(place.path, file, tuple(stamp(place.path / part) for part in file.parts))
    columns = {column.name: _first_values(column) for column in table.frame}
    choice = choice_for(place, name, decided)
    if choice.ignore:
        return Trial(columns)
    whole = replace(file, loaded=(table,))
    source = Source(place, name, choice, is_only=len(files) <= 1, file=whole, rows=MOST_ROWS)
    entries = list(table_runs(source))
    readings = [entry for entry in entries if isinstance(entry, Reading)]
    return Trial(
        columns,
        runs=tuple(_run(reading) for reading in readings),
        rows=_first_answers(readings[0]) if readings else pl.DataFrame(),
        labels=tuple(readings[0].labels) if readings else (),
        section=mapping_as_section(readings[0].mapping) if readings else {},
        problems=tuple(dict.fromkeys(_problems(entries))),
        rows_tried=MOST_ROWS if any(OF_ROWS in reading.tags for reading in readings) else None,
    )


def _problems(entries: list[Reading | Problem]) -> list[Problem]:
    return [
        problem
        for entry in entries
        for problem in (entry.problems if isinstance(entry, Reading) else [entry])
    ]


@lru_cache(maxsize=2)
def _table(path: Path, file: TableFile, _stamps: tuple[str, ...]) -> Table:
    """All rows, kept for as long as the files are unchanged: one try follows another."""
    try:
        return read_parts(path, file)
    except UnreadableTable as error:
        raise DiagnosticsError(f"{file.name}: {error.what}", hint=error.hint) from error


def _first_values(column: pl.Series) -> str:
    values = [str(value) for value in column.head(100).drop_nulls().to_list()]
    shown = [value if len(value) <= LONGEST else f"{value[:LONGEST]}…" for value in values]
    return ", ".join(list(dict.fromkeys(shown))[:VALUES])


def _run(reading: Reading) -> TrialRun:
    facts = facts_of(reading)
    return TrialRun(reading.run, facts["examples"], facts["metrics"].get("accuracy"))


def _first_answers(reading: Reading) -> pl.DataFrame:
    assert reading.predictions is not None
    first = reading.predictions.head(SHOWN)
    names = dict(enumerate(reading.labels))
    rows = first.select(
        pl.col("example"),
        *(
            pl.col(name).replace_strict(names, default=None, return_dtype=pl.String)
            for name in ("true_label", "predicted_label")
        ),
        pl.col("confidence"),
    )
    content = reading.examples
    if content is None or "text" not in content.columns:
        return rows
    texts = content.select("example", "text").unique("example", keep="first")
    return rows.join(texts, on="example", how="left", maintain_order="left").select(
        "example", "text", "true_label", "predicted_label", "confidence"
    )
