"""What was found, and what is wrong with it."""

from app.frame import session
from app.overview import column_editor, column_roles, nothing_found, view

workspace = session.workspace()
if workspace.experiments:
    view.show_experiments(workspace.experiments)
else:
    nothing_found.show_nothing(workspace)
view.show_problems(workspace)
column_editor.offer_refused(workspace)
view.show_mappings(workspace)
column_roles.show_run_tables(workspace)
column_editor.show_editor(workspace)
