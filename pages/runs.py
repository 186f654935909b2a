"""Every run with its parameters and metrics; one is picked for the other pages."""

import streamlit as st

from app import returning, runs_view, session
from app.run_details import show_run
from diagnostics.ranking import headline

experiment = session.experiment()
if len(experiment.runs) == 1:
    show_run(experiment, session.run(), headline(experiment))
else:
    with returning.choices_kept(f"runs of {experiment.name}", runs_view.KEYS):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            view = runs_view.choose_view()
            listing = runs_view.choose_listing(experiment)
        if view == "Parameters":
            from app import effects_view

            effects_view.show(experiment, listing)
        elif view == "Training":
            from app import learning_view

            learning_view.show(experiment, listing)
        else:
            runs_view.show_leaderboard(experiment, listing)
            show_run(experiment, session.run(), listing.metric)
