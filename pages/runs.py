"""Every run with its parameters and metrics; one is picked for the other pages."""

from app import runs_view, session
from app.run_details import show_run
from diagnostics.ranking import headline

experiment = session.experiment()
if len(experiment.runs) == 1:
    show_run(experiment, session.run(), headline(experiment))
else:
    view = runs_view.choose_view()
    listing = runs_view.choose_listing(experiment)
    if view == "parameters":
        from app import effects_view

        effects_view.show(experiment, listing)
    elif view == "training":
        from app import learning_view

        learning_view.show(experiment, listing)
    else:
        runs_view.show_leaderboard(experiment, listing)
        show_run(experiment, session.run(), listing.metric)
