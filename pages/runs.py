"""Every run with its parameters and metrics; one is picked for the other pages."""

import streamlit as st

from app.frame import remembered, session
from app.runs import view as runs_view
from app.runs.details import show_run
from diagnostics.workspace.scores import headline

experiment = session.experiment()
if len(experiment.runs) == 1:
    show_run(experiment, session.run(), headline(experiment))
else:
    with remembered.choices_kept(f"runs of {experiment.name}", runs_view.KEYS):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            view = runs_view.choose_view()
            listing = runs_view.choose_listing(experiment)
        if view == "Parameters":
            from app.runs.parameters import view as effects_view

            effects_view.show(experiment, listing)
        elif view == "Training":
            from app.runs import training

            training.show(experiment, listing)
        else:
            runs_view.show_leaderboard(experiment, listing)
            show_run(experiment, session.run(), listing.metric)
