"""Which classes are taken for which, and each class's figures."""

import streamlit as st

from app.confusion import cached as confusion_cached
from app.confusion import partial as partial_confusion_view
from app.confusion import tables as confusion_tables
from app.confusion import view as confusion_view
from app.frame import session
from app.widgets.split_choice import choose_split
from diagnostics import Evidence

run = session.run()
if not run.confusion_is_exact:
    if run.has(Evidence.REPORT):
        partial_confusion_view.show_report(run)
    elif run.task == "classification" and run.has(Evidence.PREDICTIONS):
        partial_confusion_view.show_answers(run, choose_split(run))
    else:
        partial_confusion_view.show_nothing(run)
    st.stop()

split = choose_split(run)
matrix = confusion_cached.confusion_matrix(session.place(), split)
if not matrix.total:  # this split has answers only
    partial_confusion_view.show_answers(run, split)
    st.stop()

confusion_view.show_summary(run, matrix, split)
pairs_card, matrix_card = confusion_view.cards(matrix)
with pairs_card:
    confusion_tables.show_pairs(run, matrix, split)
with matrix_card:
    shown = confusion_view.choose_labels(matrix, split)
    confusion_view.show_matrix(run, matrix, shown, split)
with st.container(border=True):
    confusion_tables.show_classes(run, matrix, split)
