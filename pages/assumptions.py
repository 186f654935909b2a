"""What the team believes of a model, and whether it holds, run by run."""

from app.assumptions import choices, form, view
from app.frame import session

experiment, run = session.experiment(), session.run()
form.show()
entries, broken = choices.listed()
if entries:
    chosen = choices.chosen(entries)
    all_in_link = choices.put_in_link(entries)
    runs = view.judged_runs(experiment, run)
    judgements = view.judged(experiment, runs, entries)
    view.show_matrix(experiment, runs, entries, judgements)
    view.show_notes(broken, all_in_link=all_in_link)
    view.show_one(run, chosen, judgements[entries.index(chosen)][0])
else:
    view.show_empty()
form.show_files(entries)
