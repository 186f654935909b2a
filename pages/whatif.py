"""Try it: ask every run's model about an input of one's own, and see what would change it."""

from app.frame import session
from app.whatif import batch, choices, counterfactual, input, robustness, typos, view

experiment, run = session.experiment(), session.run()
chosen_view = choices.view()
asked = input.asked_run(experiment, run)
if chosen_view == choices.ROBUSTNESS:
    robustness.show(experiment, asked)
elif chosen_view == choices.BATCH:
    batch.show(experiment, asked)
else:
    chosen_input = input.chosen(session.place(asked), asked)
    if chosen_input is not None and chosen_view == choices.ASK:
        view.show(experiment, asked, *chosen_input)
    elif chosen_input is not None and chosen_view == choices.CHANGE:
        counterfactual.show(experiment, asked, *chosen_input)
    elif chosen_input is not None:
        typos.show(experiment, asked, *chosen_input)
