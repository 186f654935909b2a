"""What was found, and what is wrong with it."""

from app import session
from app.nothing_view import show_nothing
from app.overview_view import show_experiments, show_mappings, show_problems

found = session.workspace()
if found.experiments:
    show_experiments(found.experiments)
else:
    show_nothing(found)
show_problems(found)
show_mappings(found)
