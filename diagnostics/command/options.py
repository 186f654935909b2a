"""What several commands take, and the opening of a folder that all of them begin with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from diagnostics.errors import DiagnosticsError

if TYPE_CHECKING:
    from diagnostics.workspace import Workspace

Folder = Annotated[Path, typer.Argument(help="The folder that holds the results.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
RunName = Annotated[str, typer.Option("--run", help="The run's name.")]
Trust = Annotated[
    bool,
    typer.Option(
        "--trust-pickles",
        help="Open pickle and joblib files, which runs whatever code they hold: only your own.",
    ),
]
ExperimentName = Annotated[
    str | None, typer.Option("--experiment", help="The experiment, if several have such a run.")
]


@contextmanager
def reading(
    folder: Path, *, trust_pickles: bool
) -> Iterator[tuple[Workspace, Callable[[str], None]]]:
    """The workspace of a folder; what is done meanwhile is said on stderr through the function.

    Raises
    ------
    DiagnosticsError
        If nothing was recognised in it; says what lies there.
    """
    with _reading(folder, trust_pickles=trust_pickles) as (workspace, say):
        _require_results(workspace)
        yield workspace, say


def read(folder: Path, *, trust_pickles: bool, may_be_empty: bool = False) -> Workspace:
    """The workspace of a folder, read before anything is printed.

    Raises
    ------
    DiagnosticsError
        If nothing was recognised in it, unless `may_be_empty`.
    """
    with _reading(folder, trust_pickles=trust_pickles) as (workspace, _):
        if not may_be_empty:
            _require_results(workspace)
        return workspace


@contextmanager
def _reading(
    folder: Path, *, trust_pickles: bool
) -> Iterator[tuple[Workspace, Callable[[str], None]]]:
    from diagnostics.command.terminal import progress
    from diagnostics.readers.opening import open_workspace

    with progress() as say:
        yield open_workspace(folder, progress=say, trust_pickles=trust_pickles), say


def _require_results(workspace: Workspace) -> None:
    if workspace.experiments:
        return
    about = {problem.code: problem for problem in workspace.problems}
    shown = [about[code].what for code in ("nothing-found", "files-not-read") if code in about]
    more = f"What is known of its files is listed by: errata summary {workspace.root}"
    raise DiagnosticsError(" ".join(shown), hint=more)
