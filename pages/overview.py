"""What was found, and what is wrong with it."""

from app import session
from app.nothing_view import show_nothing
from app.overview_view import show_experiments, show_mappings, show_problems
from app.run_table_view import show_run_tables

found = session.workspace()
if found.experiments:
    show_experiments(found.experiments)
else:
    show_nothing(found)
show_problems(found)
show_mappings(found)
show_run_tables(found)
