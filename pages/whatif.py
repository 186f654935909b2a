"""Try it: ask every run's model about an input of one's own, and see what would change it."""

from app.frame import session
from app.whatif import batch, choices, counterfactual, input, robustness, typos
from app.whatif import view as try_view

experiment, run = session.experiment(), session.run()
view = choices.view()
asked = input.asked_run(experiment, run)
if view == choices.ROBUSTNESS:
    robustness.show(experiment, asked)
elif view == choices.BATCH:
    batch.show(experiment, asked)
else:
    found = input.chosen(session.place(asked), asked)
    if found is not None and view == choices.ASK:
        try_view.show(experiment, asked, *found)
    elif found is not None and view == choices.CHANGE:
        counterfactual.show(experiment, asked, *found)
    elif found is not None:
        typos.show(experiment, asked, *found)
