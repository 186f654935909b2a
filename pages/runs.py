"""Every run with its parameters and metrics; one is picked for the other pages."""

from app import session
from app.run_details import show_run
from app.runs_view import (
    choose_listing,
    show_chart,
    show_constants,
    show_table,
    show_unequal,
)
from diagnostics.ranking import headline

experiment = session.experiment()
metric = headline(experiment)
if len(experiment.runs) > 1:
    show_unequal(experiment)
    listing = choose_listing(experiment)
    metric = listing.metric
    show_chart(experiment, listing)
    show_table(experiment, listing)
    show_constants(experiment)
show_run(experiment, session.run(), metric)
