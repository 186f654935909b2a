"""The choice of a split, on the pages that look at one."""

from __future__ import annotations

import streamlit as st

from diagnostics import Run


def choose_split(run: Run) -> str | None:
    """The split to look at, None for the held-out one; asked for where there are several."""
    if len(run.splits) < 2:
        return None
    others = [split for split in run.splits if split != run.split]
    chosen = st.selectbox(
        "Split",
        ["", *others],
        key="split",
        bind="query-params",
        format_func=lambda split: split or run.split,
        width=200,
    )
    return chosen or None
