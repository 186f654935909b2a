"""Tables as files."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st


def csv_heading(
    title: str, label: str, made: Callable[[], bytes], name: str, *, key: str, hint: str
) -> None:
    """The heading of a table, with its `csv_button` at the other end of the line."""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.subheader(title, anchor=False)
        csv_button(label, made, name, key=key, hint=hint)


def csv_button(
    label: str, made: Callable[[], bytes], name: str, *, key: str, hint: str, is_off: bool = False
) -> None:
    """A quiet button that saves a table as csv, `made` only when it is pressed."""
    st.download_button(
        label,
        made,
        name,
        "text/csv",
        key=key,
        help=hint,
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        disabled=is_off,
    )
