"""Two runs example by example: what was fixed, what was broken; and what all runs share."""

import streamlit as st

from app import compare_cached, compare_choice, compare_view, session
from diagnostics import DiagnosticsError

experiment, run = session.experiment(), session.run()
compare_choice.require_two(experiment, run)
with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
    view = compare_choice.choose_view(experiment, run)
    with st.container(horizontal=True, width="content", vertical_alignment="bottom"):
        if view == compare_choice.TWO:
            choice = compare_choice.choose_two(experiment, run)

try:
    found = compare_cached.comparison(session.place(), choice.against, choice.split, choice.where)
except DiagnosticsError as error:
    st.error(str(error), icon=":material/error:")
    st.stop()
compare_view.show_verdict(found, choice, experiment)
compare_view.show_counts(found, choice)
with st.container(border=True):
    compare_view.show_metrics(found)
