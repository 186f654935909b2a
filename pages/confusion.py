"""Which classes are taken for which, and each class's figures."""

import streamlit as st

from app.confusion import cached, partial, tables, view
from app.frame import session
from app.widgets.split_choice import choose_split
from diagnostics import Evidence

run = session.run()
if not run.confusion_is_exact:
    if run.has(Evidence.REPORT):
        partial.show_report(run)
    elif run.task == "classification" and run.has(Evidence.PREDICTIONS):
        partial.show_answers(run, choose_split(run))
    else:
        partial.show_nothing(run)
    st.stop()

split = choose_split(run)
matrix = cached.confusion_matrix(session.place(), split)
if not matrix.total:  # this split has answers only
    partial.show_answers(run, split)
    st.stop()

view.show_summary(run, matrix, split)
pairs_card, matrix_card = view.cards(matrix)
with pairs_card:
    tables.show_pairs(run, matrix, split)
with matrix_card:
    shown = view.choose_labels(matrix, split)
    view.show_matrix(run, matrix, shown, split)
with st.container(border=True):
    tables.show_classes(run, matrix, split)
