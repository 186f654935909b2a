"""The overview of a folder without results: what was looked for, and three ways to get some."""

from __future__ import annotations

import streamlit as st

from diagnostics import Workspace

_RECORD = """\
from diagnostics import record

record("results/my run",
       model=model, X=X_test,
       true_label=y_test)
"""
_TABLE = """\
id,text,label,prediction
1,where is it?,arrival,arrival
2,it is gone,lost,arrival
"""
_RASA = """\
rasa test nlu --successes
"""


def show_nothing(workspace: Workspace) -> None:
    """A friendly page for a folder in which no run was found."""
    with st.container(border=True):
        st.subheader("No results in this folder yet", anchor=False)
        st.text(str(workspace.root))
        for problem in workspace.problems:
            if problem.code == "nothing-found":
                st.text(problem.what)
        st.markdown("Three ways to get some; this page notices new files by itself.")
        ways = st.columns(3, gap="medium")
        with ways[0]:
            st.markdown("**From Python**, after a model has answered:")
            st.code(_RECORD, language=None, wrap_lines=True)
        with ways[1]:
            st.markdown("**A table of predictions**, csv, jsonl or parquet:")
            st.code(_TABLE, language=None, wrap_lines=True)
        with ways[2]:
            st.markdown("**Rasa**, with the right answers, too:")
            st.code(_RASA, language=None, wrap_lines=True)
    _looked_for()


def _looked_for() -> None:
    from diagnostics.readers import load_readers

    readers, _ = load_readers()
    st.subheader("What was looked for", anchor=False)
    for reader in (entry for entry in readers if entry.LOOKS_FOR):
        name, words = st.columns([1, 6])
        name.text(reader.NAME)
        words.text(reader.LOOKS_FOR)
