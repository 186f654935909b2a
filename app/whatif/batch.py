"""Many inputs at once: pasted or uploaded, answered by every run, taken away as a file."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from app.frame import jobs, session
from app.frame.workspaces import trusts_pickles
from app.whatif.cached import starts, text_column
from app.widgets.example_table import ROW_HEIGHTS, height_of
from diagnostics import DiagnosticsError, Experiment, Run
from diagnostics.examples.content import TEXT_NAMES
from diagnostics.examples.export import file_name, to_csv, to_jsonl
from diagnostics.models.input_digest import input_digest
from diagnostics.models.whatif.asker import asker, row_of, runs_with_models
from diagnostics.models.whatif.batch_answers import batch_answers
from diagnostics.models.whatif.batch_inputs import (
    MOST_BYTES,
    MOST_ROWS,
    Given,
    rows_of,
    table_of,
    texts_of,
)
from diagnostics.models.whatif.edited_input import kind_of
from diagnostics.workspace.scores import ranked_runs

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics.models.jobs import Progress

#: Rows that are drawn; the file has all of them.
SHOWN = 1000
#: Columns that are shown before the answers.
MOST_BEFORE_ANSWERS = 3
#: Characters of a row that is shown as an example of one.
LONGEST_PLACEHOLDER = 400
PASTE, FILE, COLUMN, RUNS = "try_lines", "try_file", "text_column", "batch_runs"


def show(experiment: Experiment, run: Run) -> None:
    """Where lines are pasted or a file is uploaded, then the answers."""
    is_text = kind_of(run) == "text"
    asked = _asked_runs(experiment, run)
    like = None
    try:
        if not is_text:
            like = _like(experiment, run)
        batch = _given(like)
        if batch is None or not asked:
            return
        column = _column(batch) if is_text else None
        rows = [_rows(experiment, one, batch, column) for one in asked]
    except DiagnosticsError as error:
        st.text(str(error))
        return
    answers = _answers(experiment, asked, rows, batch)
    if answers is not None:
        _result(experiment, answers, batch, asked)


def _asked_runs(experiment: Experiment, run: Run) -> list[Run]:
    known = {one.run: one for one in runs_with_models(experiment) if kind_of(one) == kind_of(run)}
    if len(known) == 1:
        return [run]
    names = [name for name in ranked_runs(experiment) if name in known]
    if RUNS not in st.session_state and RUNS not in st.query_params:
        st.session_state[RUNS] = [run.run]
    picked = st.multiselect(
        "Runs that answer", names, key=RUNS, bind="query-params", placeholder="none", width=520
    )
    return [known[name] for name in picked if name in known]


def _like(experiment: Experiment, run: Run) -> pd.DataFrame:
    """A row as the model takes it: what its columns are called, and of which types they are."""
    offered = starts(session.place(run))
    if offered.empty:
        raise DiagnosticsError("There is no example that says what the model's columns are.")
    root = Path(session.workspace().root)
    like = row_of(experiment, run, root, str(offered["example"].iloc[0]))
    if not hasattr(like, "columns"):
        raise DiagnosticsError("Files are read for models of texts and of tables with columns.")
    return like


def _given(like: pd.DataFrame | None) -> Given | None:
    """What was uploaded, else what was pasted; `like` is a row of the model, None for texts."""
    left, right = st.columns([3, 2], gap="medium")
    with right:
        file = st.file_uploader(
            "Or a file: csv or tsv with a head, or a line each"
            if like is None
            else "Or a file: csv or tsv with a head",
            type=["csv", "tsv", "txt"] if like is None else ["csv", "tsv"],
            key=FILE,
            max_upload_size=MOST_BYTES // 1_000_000,
            help=f"Up to {MOST_ROWS:,} rows, in UTF-8",
        )
    with left:
        text = st.text_area(
            "One text a line"
            if like is None
            else "Rows as csv, the columns' names in the first line",
            key=PASTE,
            height=150,
            placeholder="Paste lines, then press Ctrl+Enter."
            if like is None
            else _example_of(like),
        )
    if file is not None:
        return _read(file.getvalue(), file.name)
    if not text.strip():
        return None
    return _read(text.encode(), "What was pasted" + ("" if like is None else ".csv"))


@st.cache_resource(max_entries=8, show_spinner="Reading…")
def _read(content: bytes, name: str) -> Given:
    return table_of(content, name)


def _example_of(like: pd.DataFrame) -> str:
    """What a pasted row looks like."""
    written = str(like.head(1).to_csv(index=False)).strip()
    if len(written) <= LONGEST_PLACEHOLDER:
        return written
    names = [str(name) for name in like.columns]
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return f"The model takes {', '.join(names[:8])}{more}."


def _column(batch: Given) -> str | None:
    """Which column has the texts, where that is a question."""
    names = [str(name) for name in batch.table.columns]
    if len(names) < 2:
        return None
    guessed = next((name for name in names if name.lower() in TEXT_NAMES), None)
    longest = max(names, key=lambda name: sum(map(len, batch.table[name])))
    usual = guessed or longest
    if st.session_state.get(COLUMN, st.query_params.get(COLUMN)) not in names:
        st.session_state[COLUMN] = usual
    return st.selectbox("Column with the texts", names, key=COLUMN, bind="query-params", width=260)


def _rows(experiment: Experiment, run: Run, given: Given, column: str | None) -> Any:
    """What a run is asked about: its own columns, where it takes columns."""
    if column is not None or kind_of(run) == "text":
        return texts_of(given, column)
    text = text_column(session.place(run))
    return rows_of(given, _like(experiment, run), texts=(text,))


def _answers(
    experiment: Experiment, asked: list[Run], rows: list[Any], batch: Given
) -> pd.DataFrame | None:
    root = Path(session.workspace().root)
    try:
        with st.spinner("Opening the model…"):
            askers = [asker(run, root, trust_pickles=trusts_pickles()) for run in asked]
    except DiagnosticsError as error:
        st.text(str(error))
        return None
    kept = [
        input_digest(experiment, run, root, rows=_digest(one))
        for run, one in zip(asked, rows, strict=True)
    ]
    key = (
        "batch",
        *((run.run, digest) for run, digest in zip(asked, kept, strict=True)),
        _digest(batch.shown),
    )

    def task(progress: Progress) -> pd.DataFrame:
        return batch_answers(askers, rows, batch.shown, progress=progress)

    found: pd.DataFrame | None = jobs.result_at_once(key, task, "Asking about every row…")
    return found


def _digest(rows: Any) -> str:
    """What rows hold, letter for letter."""
    text = "\0".join(rows) if isinstance(rows, list) else rows.to_csv()
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _order(given: list[str], answered: list[str]) -> list[str]:
    """Answers behind what was given, but before many columns that would push them out of sight."""
    line, *rest = given
    many = len(rest) > MOST_BEFORE_ANSWERS
    return [line, *answered, *rest] if many else [line, *rest, *answered]


def _result(experiment: Experiment, answers: pd.DataFrame, batch: Given, asked: list[Run]) -> None:
    n = len(answers)
    st.text(f"{n:,} row{'' if n == 1 else 's'} answered.")
    own = [str(name) for name in answers if name not in batch.shown]
    shares = [name for name in own if str(name).startswith(("confidence", "second_confidence"))]
    percents = {name: st.column_config.NumberColumn(name, format="percent") for name in shares}
    st.dataframe(
        answers.head(SHOWN),
        hide_index=True,
        row_height=ROW_HEIGHTS["none"],
        placeholder="",
        height=height_of(min(n, SHOWN), most=12),
        column_config=percents,
        column_order=_order([str(name) for name in batch.shown], own),
        alt=f"{n:,} answers",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        for suffix, write, mime in (
            (".csv", to_csv, "text/csv"),
            (".jsonl", to_jsonl, "application/jsonl"),
        ):
            st.download_button(
                f"Download {suffix[1:]}",
                write(answers),
                file_name(experiment.name, "answers", suffix=suffix),
                mime,
                key=f"batch_{suffix[1:]}",
                icon=":material/download:",
                on_click="ignore",
            )
        if n > SHOWN:
            st.caption(f"The first {SHOWN:,} are shown; the files have all.")
    if any(len(run.models) > 1 for run in asked):
        st.caption("A cross-validated run answers by the mean of its folds' probabilities.")
