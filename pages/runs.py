"""Every run with its parameters and metrics; one is picked for the other pages."""

import streamlit as st

from app.frame import remembered, session
from app.runs import details, view
from diagnostics.workspace.scores import headline

experiment = session.experiment()
if len(experiment.runs) == 1:
    details.show_run(experiment, session.run(), headline(experiment))
else:
    with remembered.choices_kept(f"runs of {experiment.name}", view.KEYS):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            chosen_view = view.choose_view()
            listing = view.choose_listing(experiment)
        view.show_direction(experiment, listing.metric)
        if chosen_view == "Parameters":
            from app.runs.parameters import view as parameters_view

            parameters_view.show(experiment, listing)
        elif chosen_view == "Training":
            from app.runs import training

            training.show(experiment, listing)
        else:
            view.show_leaderboard(experiment, listing)
            details.show_run(experiment, session.run(), listing.metric)
