"""Two runs example by example: what was fixed, what was broken; and what all runs share."""

from dataclasses import replace

import streamlit as st

from app.comparison import all_runs as compare_many_view
from app.comparison import cached as compare_cached
from app.comparison import changed_answers as compare_flow_view
from app.comparison import choices as compare_choice
from app.comparison import classes as compare_classes_view
from app.comparison import verdict as compare_view
from app.frame import remembered as returning
from app.frame import session
from app.widgets.missing import missing
from diagnostics import DiagnosticsError

experiment, run = session.experiment(), session.run()
compare_choice.require_two(experiment, run)
kept = returning.choices_kept(f"comparison in {experiment.name}", compare_choice.KEYS)
with kept:
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"
    ):
        view = compare_choice.choose_view(experiment, run)
        chosen = st.container(horizontal=True, width="content", vertical_alignment="bottom")
    if view == compare_choice.ALL:
        compare_many_view.show_all(experiment, run)
        st.stop()

    with chosen:
        choice = compare_choice.choose_two(experiment, run)
    try:
        found = compare_cached.comparison(
            session.place(), choice.against, choice.split, choice.where
        )
    except DiagnosticsError as error:
        missing(error.message, error.hint)  # as text, for it names runs
        st.stop()
    # Of runs whose held-out splits differ it is one that both have: lists are of the same.
    choice = replace(choice, split=compare_choice.split_in_link(run, found.split))
    if not found.cells.total:
        what = "None of the examples that both runs answered fits the restrictions."
        missing(what, "Choose others above, or all examples again.")
        st.stop()
    compare_view.show_verdict(found, choice, experiment)
    compare_view.show_counts(found, choice, experiment)
    if found.has_truth:
        left, right = st.columns(2)
        with left.container(border=True, height="stretch"):
            compare_view.show_metrics(found)
        with right.container(border=True, height="stretch"):
            compare_classes_view.show_chart(found, choice)
        with st.container(border=True):
            compare_classes_view.show_classes(found, choice)
    else:
        with st.container(border=True):
            compare_classes_view.show_answers(found)
    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        compare_flow_view.show_pairs(found, choice)
    with right.container(border=True, height="stretch"):
        compare_flow_view.show_matrix(found, choice)
    with st.container(border=True):
        compare_flow_view.show_examples(found, choice)
