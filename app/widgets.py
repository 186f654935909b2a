"""Widgets that several pages share."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from diagnostics import Problem


def missing(what: str, hint: str) -> None:
    """An intended empty state: one sentence that says what is missing and what would bring it."""
    with st.container(border=True, horizontal_alignment="center"):
        st.markdown(":material/inventory_2:")
        st.text(what)
        if hint:
            st.text(hint)


def problems(found: Iterable[Problem]) -> None:
    """Problems as a table: where, what, what to do. Their words come from files: shown as data."""
    import pandas as pd

    rows = [{"Where": p.path, "What": p.what, "What to do": p.hint} for p in found]
    if rows:
        st.dataframe(
            pd.DataFrame(rows),
            hide_index=True,
            row_height=56,
            column_config={
                "Where": st.column_config.TextColumn(width="medium"),
                "What": st.column_config.TextColumn(width="large"),
                "What to do": st.column_config.TextColumn(width="large"),
            },
            alt=f"{len(rows)} problems found in the files",
        )
