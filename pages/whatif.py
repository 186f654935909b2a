"""Try it: ask every run's model about an input of one's own, and see what would change it."""

from app.frame import session
from app.whatif import batch as try_batch_view
from app.whatif import choices as choice
from app.whatif import counterfactual as try_change_view
from app.whatif import input as try_input
from app.whatif import robustness as robustness_view
from app.whatif import typos as try_typed_view
from app.whatif import view as try_view

experiment, run = session.experiment(), session.run()
view = choice.view()
asked = try_input.asked_run(experiment, run)
if view == choice.ROBUSTNESS:
    robustness_view.show(experiment, asked)
elif view == choice.BATCH:
    try_batch_view.show(experiment, asked)
else:
    found = try_input.chosen(session.place(asked), asked)
    if found is not None and view == choice.ASK:
        try_view.show(experiment, asked, *found)
    elif found is not None and view == choice.CHANGE:
        try_change_view.show(experiment, asked, *found)
    elif found is not None:
        try_typed_view.show(experiment, asked, *found)
