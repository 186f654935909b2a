"""Many inputs at once: pasted or uploaded, answered by every run, taken away as a file."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from app import session, try_work
from app.cached import trusts_pickles
from app.tables import ROW_HEIGHTS, height_of
from app.try_cached import starts
from diagnostics import DiagnosticsError, Experiment, Run
from diagnostics.asking_again import asker, row_of, runs_with_models
from diagnostics.batch_answers import (
    MOST_BYTES,
    MOST_ROWS,
    batch_answers,
    lines_of,
    rows_of,
    table_of,
    texts_of,
)
from diagnostics.edited_input import kind_of
from diagnostics.exporting import file_name, to_csv, to_jsonl
from diagnostics.ranking import ranked_runs
from diagnostics.robustness_kept import robustness_key

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics.background_work import Progress

#: Rows that are drawn; the file has all of them.
SHOWN = 1000
PASTE, FILE, COLUMN, RUNS = "try_lines", "try_file", "text_column", "batch_runs"


def show(experiment: Experiment, run: Run) -> None:
    """Where lines are pasted or a file is uploaded, then the answers."""
    is_text = kind_of(run) == "text"
    asked = _asked_runs(experiment, run)
    try:
        table = _given(is_text=is_text)
        if table is None or not asked:
            return
        column = _column(table) if is_text else None
        rows, shown = _rows(experiment, run, table, column)
    except DiagnosticsError as error:
        st.text(str(error))
        return
    found = _answers(experiment, asked, rows, shown)
    if found is not None:
        _result(experiment, found)


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


def _given(*, is_text: bool) -> pd.DataFrame | None:
    """What was uploaded, else what was pasted."""
    import pandas as pd

    left, right = st.columns([3, 2], gap="medium")
    with right:
        file = st.file_uploader(
            "Or a file: csv or tsv with a head, or a line each",
            type=["csv", "tsv", "txt"],
            key=FILE,
            max_upload_size=MOST_BYTES // 1_000_000,
            help=f"Up to {MOST_ROWS:,} rows, in UTF-8",
        )
    with left:
        text = st.text_area(
            "One text a line" if is_text else "Rows as csv, the columns' names in the first line",
            key=PASTE,
            height=150,
            placeholder="Paste lines, then press Ctrl+Enter." if is_text else "",
        )
    if file is not None:
        return table_of(file.getvalue(), file.name)
    if not text.strip():
        return None
    return (
        pd.DataFrame({"text": lines_of(text)})
        if is_text
        else table_of(text.encode(), "What was pasted.csv")
    )


def _column(table: pd.DataFrame) -> str | None:
    """Which column has the texts, where that is a question."""
    names = [str(name) for name in table.columns]
    if len(names) < 2:
        return None
    guessed = next((name for name in names if name.lower() in ("text", "sentence", "query")), None)
    longest = max(names, key=lambda name: table[name].astype(str).str.len().mean())
    return st.selectbox(
        "Column with the texts", names, index=names.index(guessed or longest), key=COLUMN, width=260
    )


def _rows(
    experiment: Experiment, run: Run, table: pd.DataFrame, column: str | None
) -> tuple[Any, pd.DataFrame]:
    """What is asked about, and what the result shows of it."""
    if kind_of(run) == "text":
        return texts_of(table, column), table
    offered = starts(session.place(run))
    if offered.empty:
        raise DiagnosticsError("There is no example that says what the model's columns are.")
    root = Path(session.workspace().root)
    like = row_of(experiment, run, root, str(offered["example"].iloc[0]))
    if not hasattr(like, "columns"):
        raise DiagnosticsError("Files are read for models of texts and of tables with columns.")
    return rows_of(table, like), table


def _answers(
    experiment: Experiment, asked: list[Run], rows: Any, shown: pd.DataFrame
) -> pd.DataFrame | None:
    root = Path(session.workspace().root)
    try:
        askers = [asker(run, root, trust_pickles=trusts_pickles()) for run in asked]
    except DiagnosticsError as error:
        st.text(str(error))
        return None
    content = blake2b(shown.to_csv().encode(), digest_size=16)
    content.update(repr(rows).encode() if not isinstance(rows, list) else "\0".join(rows).encode())
    key = (content.hexdigest(), *(robustness_key(experiment, run, root) for run in asked))

    def task(progress: Progress) -> pd.DataFrame:
        return batch_answers(askers, [rows] * len(askers), shown, progress=progress)

    found: pd.DataFrame | None = try_work.result_at_once(key, task, "Asking about every row…")
    return found


def _result(experiment: Experiment, found: pd.DataFrame) -> None:
    n = len(found)
    st.text(f"{n:,} row{'' if n == 1 else 's'} answered.")
    shares = [name for name in found if str(name).startswith(("confidence", "second_confidence"))]
    percents = {name: st.column_config.NumberColumn(name, format="percent") for name in shares}
    st.dataframe(
        found.head(SHOWN),
        hide_index=True,
        row_height=ROW_HEIGHTS["none"],
        placeholder="",
        height=height_of(min(n, SHOWN), most=12),
        column_config=percents,
        alt=f"{n:,} answers",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        for suffix, write, mime in (
            (".csv", to_csv, "text/csv"),
            (".jsonl", to_jsonl, "application/jsonl"),
        ):
            st.download_button(
                f"Download {suffix[1:]}",
                write(found),
                file_name(experiment.name, "answers", suffix=suffix),
                mime,
                key=f"batch_{suffix[1:]}",
                icon=":material/download:",
                on_click="ignore",
            )
        if n > SHOWN:
            st.caption(f"The first {SHOWN:,} are shown; the files have all.")
    st.caption("A cross-validated run answers by the mean of its folds' probabilities.")
