"""What the team believes of a model, and whether it holds, run by run."""

from app.assumptions import choices as assumptions_list
from app.assumptions import form as assumptions_form
from app.assumptions import view as assumptions_view
from app.frame import session

experiment, run = session.experiment(), session.run()
assumptions_form.show()
entries, broken = assumptions_list.listed()
if entries:
    chosen = assumptions_list.chosen(entries)
    all_in_link = assumptions_list.put_in_link(entries)
    runs = assumptions_view.judged_runs(experiment, run)
    found = assumptions_view.judged(experiment, runs, entries)
    assumptions_view.show_matrix(experiment, runs, entries, found)
    assumptions_view.show_notes(broken, all_in_link=all_in_link)
    assumptions_view.show_one(run, chosen, found[entries.index(chosen)][0])
else:
    assumptions_view.show_empty()
assumptions_form.show_files(entries)
