"""Explanations that lie beside a run: whether they can be used is said when the run is read."""

from __future__ import annotations

from diagnostics.errors import DiagnosticsError
from diagnostics.readers import Folder
from diagnostics.workspace import Problem
from diagnostics.workspace.explanation_files import check_explanations, explanations_in


def explanation_problems(folder: Folder) -> list[Problem]:
    """What is wrong with the folder's explanations; none if it has none."""
    path = explanations_in(folder.path)
    if path is None:
        return []
    try:
        check_explanations(path)
    except DiagnosticsError as error:
        return [Problem("unreadable-file", folder.where(path.name), error.message, error.hint)]
    return []
