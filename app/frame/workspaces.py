"""Opened workspaces, and the keys of cached calls into the library: names and a fingerprint, never
frames, for Streamlit hashes large frames by sample, and a stale answer is worse than a slow one.
"""  # noqa: D205

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

import diagnostics
from diagnostics.readers.opening import workspace_fingerprint

if TYPE_CHECKING:
    from diagnostics import Experiment, Run, Workspace

#: How many workspaces, or states of one, are held at a time.
WORKSPACES = 3
_OPENING = threading.Lock()


@dataclass(frozen=True)
class Place:
    """One run of one state of a workspace."""

    root: str
    fingerprint: str
    experiment: str
    run: str


@st.cache_data(ttl=5, max_entries=WORKSPACES, show_spinner=False)
def fingerprint(root: str) -> str:
    """The state of the folder, looked at every five seconds at most."""
    return workspace_fingerprint(root)


@st.cache_resource
def _opened() -> dict[tuple[str, str], Workspace]:
    """The workspaces that are open in this process, by root and state, the oldest first."""
    return {}


def opened_once(root: str, read: Callable[[], Workspace]) -> Workspace:
    """The workspace of a folder as its files are now; `read` only if nobody has it open so.

    One is read at a time: two pages that ask for the same folder read it once.
    """
    state = fingerprint(root)
    opened = _opened()
    with _OPENING:
        if (root, state) not in opened:
            opened[root, state] = read()
            while len(opened) > WORKSPACES:
                opened.pop(next(iter(opened)))
    return opened[root, state]


def trusts_pickles() -> bool:
    """Whether whoever started the dashboard said so; no visitor can."""
    return "--trust-pickles" in sys.argv[2:]


def open_workspace(root: str, progress: Callable[[str], None] | None = None) -> Workspace:
    """Read a folder; not cached here, for it draws its progress."""
    return diagnostics.open_workspace(root, progress=progress, trust_pickles=trusts_pickles())


def experiment_and_run(place: Place) -> tuple[Experiment, Run]:
    """The run at a place with its experiment."""
    for (root, _), workspace in reversed(list(_opened().items())):
        if root == place.root and workspace.fingerprint == place.fingerprint:
            experiment = workspace.experiment(place.experiment)
            return experiment, experiment.run(place.run)
    experiment = open_workspace(place.root).experiment(place.experiment)
    return experiment, experiment.run(place.run)


def experiment_at(place: Place) -> Experiment:
    """The experiment of the run at a place."""
    return experiment_and_run(place)[0]


def run_at(place: Place) -> Run:
    """The run at a place."""
    return experiment_and_run(place)[1]
