"""Try it: ask every run's model about an input of one's own, and see what would change it."""

from app import (
    robustness_view,
    session,
    try_batch_view,
    try_change_view,
    try_input,
    try_typed_view,
    try_view,
)
from app import try_choice as choice

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
