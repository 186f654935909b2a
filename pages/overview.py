"""What was found, and what is wrong with it."""

from app.frame import session
from app.overview.column_roles import show_run_tables
from app.overview.nothing_found import show_nothing
from app.overview.view import show_experiments, show_mappings, show_problems

found = session.workspace()
if found.experiments:
    show_experiments(found.experiments)
else:
    show_nothing(found)
show_problems(found)
show_mappings(found)
show_run_tables(found)
