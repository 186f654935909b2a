"""Two runs example by example: what was fixed, what was broken; and what all runs share."""

from dataclasses import replace

import streamlit as st

from app.comparison import all_runs, cached, changed_answers, choices, classes, verdict
from app.frame import remembered, session
from app.widgets.missing import missing
from diagnostics import DiagnosticsError

experiment, run = session.experiment(), session.run()
choices.require_two(experiment, run)
kept = remembered.choices_kept(f"comparison in {experiment.name}", choices.KEYS)
with kept:
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"
    ):
        view = choices.choose_view(experiment, run)
        pickers = st.container(horizontal=True, width="content", vertical_alignment="bottom")
    if view == choices.ALL:
        all_runs.show_all(experiment, run)
        st.stop()

    with pickers:
        choice = choices.choose_two(experiment, run)
    try:
        comparison = cached.comparison(session.place(), choice.against, choice.split, choice.where)
    except DiagnosticsError as error:
        missing(error.message, error.hint)  # as text, for it names runs
        st.stop()
    # Of runs whose held-out splits differ it is one that both have: lists are of the same.
    choice = replace(choice, split=choices.split_in_link(run, comparison.split))
    if not comparison.cells.total:
        what = "None of the examples that both runs answered fits the restrictions."
        missing(what, "Choose others above, or all examples again.")
        st.stop()
    verdict.show_verdict(comparison, choice, experiment)
    verdict.show_counts(comparison, choice, experiment)
    if comparison.has_truth:
        left, right = st.columns(2)
        with left.container(border=True, height="stretch"):
            verdict.show_metrics(comparison)
        with right.container(border=True, height="stretch"):
            classes.show_chart(comparison, choice)
        with st.container(border=True):
            classes.show_classes(comparison, choice)
    else:
        with st.container(border=True):
            classes.show_answers(comparison)
    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        changed_answers.show_pairs(comparison, choice)
    with right.container(border=True, height="stretch"):
        changed_answers.show_matrix(comparison, choice)
    with st.container(border=True):
        changed_answers.show_examples(comparison, choice)
