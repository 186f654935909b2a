"""Many inputs at once: read from what somebody pasted or uploaded, answered, and taken away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from diagnostics.asking_again import Asker
from diagnostics.background_work import Progress, no_progress
from diagnostics.content import TEXT_NAMES
from diagnostics.errors import DiagnosticsError

if TYPE_CHECKING:
    import pandas as pd

#: What is read at most: rows, bytes of a file, characters of one text.
MOST_ROWS = 20_000
MOST_BYTES = 20_000_000
MOST_CHARACTERS = 20_000
#: Rows asked about between two reports of progress.
_BATCH = 500


def lines_of(text: str) -> list[str]:
    """The lines of a text that have something in them.

    Raises
    ------
    DiagnosticsError
        If there are none, too many, or one is too long.
    """
    return _checked([line.strip() for line in text.splitlines() if line.strip()])


def table_of(content: bytes, name: str) -> pd.DataFrame:
    """A csv, tsv or plain text file as a frame; of plain text the one column is `text`.

    Raises
    ------
    DiagnosticsError
        If it is too large, no text in UTF-8, or no table.
    """
    import pandas as pd

    if len(content) > MOST_BYTES:
        raise DiagnosticsError(
            f"{name} has {len(content) / 1e6:.0f} MB, and {MOST_BYTES / 1e6:.0f} are read.",
            hint="Split it.",
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DiagnosticsError(
            f"{name} is no text in UTF-8.", hint="Save it as csv in UTF-8."
        ) from None
    if not name.lower().endswith((".csv", ".tsv")):
        return pd.DataFrame({"text": lines_of(text)})
    return _parsed(text, name)


def _parsed(text: str, name: str) -> pd.DataFrame:
    from io import StringIO

    import pandas as pd

    separator = "\t" if name.lower().endswith(".tsv") else _separator(text)
    try:
        table = pd.read_csv(StringIO(text), sep=separator, nrows=MOST_ROWS + 1)
    except (ValueError, pd.errors.ParserError) as error:
        said = " ".join(str(error).split())[:200]
        raise DiagnosticsError(f"{name} is no table: {said}") from None
    if not len(table):
        raise DiagnosticsError(f"{name} has no rows.", hint="The first line names the columns.")
    _refuse_many(len(table))
    table.columns = [str(column) for column in table.columns]
    return table


def _separator(text: str) -> str:
    head = text.partition("\n")[0]
    return max(",;\t|", key=head.count) if any(mark in head for mark in ",;\t|") else ","


def texts_of(table: pd.DataFrame, column: str | None = None) -> list[str]:
    """The texts in a table: those of `column`, else of the column that is called like a text.

    Raises
    ------
    DiagnosticsError
        If no such column is there; the message names those that are.
    """
    named = {str(name).lower(): str(name) for name in reversed(table.columns)}
    found = column or next((named[name] for name in TEXT_NAMES if name in named), None)
    if found is None and len(table.columns) == 1:
        found = str(table.columns[0])
    if found is None or found not in table.columns:
        known = ", ".join(map(str, table.columns[:8]))
        raise DiagnosticsError(
            f"There is no column {column or 'text'!r}; there is {known}.",
            hint="Call the column with the texts `text`.",
        )
    return _checked(["" if value != value else str(value) for value in table[found].tolist()])


def rows_of(table: pd.DataFrame, like: pd.DataFrame) -> pd.DataFrame:
    """A table as the rows of a model that takes the columns of `like`, in its order and types.

    Raises
    ------
    DiagnosticsError
        If a column is missing, or a value is no number where the column has numbers.
    """
    import pandas as pd

    missing = [str(name) for name in like.columns if name not in table.columns]
    if missing:
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        raise DiagnosticsError(
            f"The model takes columns that are not there: {', '.join(missing[:5])}{more}."
        )
    columns = {}
    for name in like.columns:
        values, wanted = table[name], like[name].dtype
        if getattr(wanted, "kind", "O") in "iuf":
            numbers = pd.to_numeric(values, errors="coerce")
            broken = values[numbers.isna() & values.notna()]
            if len(broken):
                raise DiagnosticsError(
                    f"Row {int(broken.index[0]) + 1} has {str(broken.iloc[0])!r} as {name}, "
                    "which is no number."
                )
            columns[name] = numbers
        else:
            columns[name] = _typed(values, wanted)
    return pd.DataFrame(columns)


def _typed(values: Any, wanted: Any) -> Any:
    try:
        return values.astype(wanted)
    except (TypeError, ValueError):
        return values.astype(object)


def batch_answers(
    askers: Sequence[Asker],
    rows: Sequence[Any],
    shown: pd.DataFrame,
    *,
    progress: Progress = no_progress,
) -> pd.DataFrame:
    """What every run answers to every input.

    Parameters
    ----------
    askers
        The runs.
    rows
        For each of them the inputs as its model takes them.
    shown
        What people know the inputs by, a row each; its columns come first.

    Returns
    -------
    `shown` with a column `label` and, where there are probabilities, `confidence`, `second_label`
    and `second_confidence`; of several runs their names follow, as in `label (run)`.
    """
    table = shown.reset_index(drop=True).copy()
    n = len(table)
    for number, (asker, inputs) in enumerate(zip(askers, rows, strict=True)):
        answers = []
        for start in range(0, n, _BATCH):
            progress((number + start / n) / len(askers))
            some = inputs[start : start + _BATCH]
            answers += asker.answers(some)
        behind = f" ({asker.run})" if len(askers) > 1 else ""
        _insert(table, f"label{behind}", [answer.label for answer in answers])
        if asker.has_probabilities:
            _insert(table, f"confidence{behind}", [answer.confidence for answer in answers])
            seconds = [
                next((entry for entry in answer.top if entry[0] != answer.label), (None, None))
                for answer in answers
            ]
            _insert(table, f"second_label{behind}", [label for label, _ in seconds])
            _insert(table, f"second_confidence{behind}", [share for _, share in seconds])
    return table


def _insert(table: pd.DataFrame, name: str, values: list[Any]) -> None:
    """A column more; one of the input that is called like it keeps its name."""
    while name in table.columns:
        name = f"{name} (answered)"
    table[name] = values


def _checked(texts: list[str]) -> list[str]:
    if not texts:
        raise DiagnosticsError("There are no lines to ask about.")
    _refuse_many(len(texts))
    longest = max(range(len(texts)), key=lambda at: len(texts[at]))
    if len(texts[longest]) > MOST_CHARACTERS:
        raise DiagnosticsError(
            f"Line {longest + 1} has {len(texts[longest]):,} characters, and a text may have "
            f"{MOST_CHARACTERS:,}."
        )
    return texts


def _refuse_many(n: int) -> None:
    if n > MOST_ROWS:
        raise DiagnosticsError(f"More than {MOST_ROWS:,} rows are not asked about at once.")


__all__ = [
    "MOST_BYTES",
    "MOST_ROWS",
    "batch_answers",
    "lines_of",
    "rows_of",
    "table_of",
    "texts_of",
]
