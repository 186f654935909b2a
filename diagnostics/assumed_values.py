"""The values that assumptions are about, of every example, and a run's answers beside them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from diagnostics.content import content_columns, with_shared_content
from diagnostics.derived import contains_word, derived
from diagnostics.errors import DiagnosticsError
from diagnostics.kept_answers import kept_only_mistakes, rows_of
from diagnostics.natural import as_text
from diagnostics.statements import Assumption, Kind
from diagnostics.workspace import Evidence

if TYPE_CHECKING:
    import polars as pl

    from diagnostics.workspace import Experiment, Run

#: Columns of values that are held: judging many runs asks for the same again.
HELD = 32


class NoValues(DiagnosticsError):  # noqa: N818 - says what is missing
    """What an assumption is about is not among what was kept of the examples."""


def assumed_values(run: Run, given: Assumption) -> pl.DataFrame:
    """What an assumption is about, of every example that the run kept: `example` and `value`.

    Booleans, numbers, or text for categories; null where it is not known. An example that comes
    several times in the content counts once.

    Raises
    ------
    NoValues
        If the content has no text, or no such column.
    """
    table = run.table("examples")
    changed = table.stat().st_mtime_ns if table.is_file() else 0
    text = None if given.kind == "column" else content_columns(run).text
    return _values_in(table, changed, text, given.kind, given.subject)


@lru_cache(HELD)
def _values_in(
    table: Path,
    changed: int,  # noqa: ARG001 - a key
    text: str | None,
    kind: Kind,
    subject: str,
) -> pl.DataFrame:
    import polars as pl

    content = pl.scan_parquet(table, glob=False)
    if kind == "column":
        name, wanted = column_meant(content.collect_schema().names(), subject)
        frame = content.select("example", name).unique("example", keep="first").collect()
        values = _usable(frame[name])
        values = values if wanted is None else _equal(values, wanted)
    else:
        if text is None:
            raise NoValues("The examples have no text.", hint="Assume something of a column.")
        frame = content.select("example", text).unique("example", keep="first").collect()
        values = (contains_word if kind == "word" else derived)(frame[text], subject)
    return frame.select("example", values.alias("value"))


def column_names(run: Run) -> list[str]:
    """The columns of the content that assumptions can be about: all but pictures and the text."""
    columns = content_columns(run)
    return list(columns.fields)


def judged_answers(run: Run, *, needs_truth: bool = True) -> pl.DataFrame:
    """The held-out answers of a run, one row an example, sorted by it.

    Those whose truth is known; all where `needs_truth` is false.

    Columns: `example`, `wrong` (of an example that was evaluated several times: in half of its
    answers or more), `predicted_label` (its first answer, as text; null if it gave none).

    Raises
    ------
    NoValues
        If the run is not about labels, kept only its mistakes, or knows no truth that is needed.
    """
    import polars as pl

    if run.task != "classification":
        raise NoValues(f"The run is about {run.task}, not about one label for each example.")
    if kept_only_mistakes(run):
        raise NoValues(
            "The run kept only its mistakes: what it was right about is not in its files.",
            hint="Keep all answers; `rasa test nlu` does with --successes.",
        )
    if not run.has(Evidence.PREDICTIONS):
        raise NoValues("The run kept no answers to single examples, only figures.")
    if needs_truth and not run.has(Evidence.TRUTH):
        raise NoValues("The run has no answers whose truth is known.", hint="Add true labels.")
    names = ["example", "true_label", "predicted_label"]
    rows = rows_of(run, run.split).select(names)
    if needs_truth:
        rows = rows.filter(pl.col("true_label").is_not_null())
    wrong = pl.col("true_label").ne_missing(pl.col("predicted_label"))
    frame = rows.select(
        "example", as_text("predicted_label", run.labels), wrong.alias("wrong")
    ).collect()
    if frame["example"].is_duplicated().any():
        frame = frame.group_by("example", maintain_order=True).agg(
            pl.col("wrong").mean() >= 0.5, pl.col("predicted_label").first()
        )
    return frame.sort("example")


def beside(answers: pl.DataFrame, values: pl.DataFrame) -> pl.Series:
    """The value of each answer's example, in the order of the answers."""
    joined = answers.select("example").join(values, on="example", how="left", maintain_order="left")
    return joined["value"]


def with_content_of(experiment: Experiment, run: Run) -> Run:
    """The run with the content that it, or another run of the experiment, kept.

    Raises
    ------
    NoValues
        If none of them kept any.
    """
    found = with_shared_content(experiment, run)
    if not found.table("examples").is_file():
        raise NoValues(
            "Nothing was kept of the examples but their answers.",
            hint="Record the run with its content.",
        )
    return found


def column_meant(names: Sequence[str], subject: str) -> tuple[str, str | None]:
    """The column that is meant, and which of its values; whatever the capitals if need be.

    Raises
    ------
    NoValues
        If there is none.
    """
    known = [name for name in names if name != "example"]
    for candidate, value in ((subject, None), *_parts(subject)):
        same = [name for name in known if name == candidate]
        alike = [name for name in known if name.lower() == candidate.lower()]
        if same or len(alike) == 1:
            return (same or alike)[0], value
    raise NoValues(f"No column of the examples is called “{subject}”.", hint=_offered(known))


def _parts(subject: str) -> list[tuple[str, str | None]]:
    """`column=value` taken apart at each of its equals signs."""
    places = [at for at, sign in enumerate(subject) if sign == "="]
    return [(subject[:at].strip(), subject[at + 1 :].strip()) for at in places]


def _offered(known: Sequence[str]) -> str:
    if not known:
        return "They have no columns."
    more = f" and {len(known) - 8} more" if len(known) > 8 else ""
    return f"They have: {', '.join(known[:8])}{more}."


def _usable(values: pl.Series) -> pl.Series:
    import polars as pl

    if values.dtype == pl.Binary or values.dtype.is_nested():
        raise NoValues(f"The column “{values.name}” holds no single values that can be compared.")
    if isinstance(values.dtype, pl.Duration | pl.Time):
        return values.to_physical()
    return values


def _equal(values: pl.Series, wanted: str) -> pl.Series:
    import polars as pl

    if values.dtype == pl.Boolean:
        return values.cast(pl.String) == wanted.lower()
    if values.dtype.is_numeric():
        try:
            return values.cast(pl.Float64) == float(wanted)
        except ValueError:
            raise NoValues(f"“{wanted}” is no number, and “{values.name}” holds numbers.") from None
    return values.cast(pl.String) == wanted


def outcomes(answers: pl.DataFrame, label: str | None) -> np.ndarray:
    """For each answer whether it was wrong, or with a label whether it was that one."""
    if label is None:
        return answers["wrong"].to_numpy().astype(bool)
    return (answers["predicted_label"] == label).fill_null(value=False).to_numpy().astype(bool)


__all__ = [
    "NoValues",
    "assumed_values",
    "beside",
    "column_meant",
    "column_names",
    "judged_answers",
    "outcomes",
    "with_content_of",
]
