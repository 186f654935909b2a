"""Cached calls behind the answer to why; keys are as in `app.frame.workspaces`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app.frame.workspaces import Place, experiment_and_run, trusts_pickles
from diagnostics import DiagnosticsError
from diagnostics.models.explanation.explain import Asked, explain_example
from diagnostics.models.run_models import NoModel

if TYPE_CHECKING:
    from diagnostics.models.explanation.explanation import Explanation


@dataclass(frozen=True)
class Attempt:
    """An explanation, or in two sentences why there is none and what would bring one.

    `lacks_model` says that nothing was kept that could be asked.
    """

    explanation: Explanation | None = None
    message: str = ""
    hint: str = ""
    lacks_model: bool = False


@st.cache_resource(show_spinner=False)
def asked_before() -> set[tuple[str, str, str]]:
    """Runs whose models this process has asked: what they need is imported, asking is quick."""
    return set()


def is_quick(place: Place) -> bool:
    """Whether asking will hardly be noticed."""
    return (place.root, place.experiment, place.run) in asked_before()


@st.cache_data(max_entries=512, show_spinner="Asking the model why…")
def explanation(
    place: Place, example: str, label: str | None, against: str | None, method: Asked
) -> Attempt:
    """Why the run's model gave its answer to one example."""
    experiment, run = experiment_and_run(place)
    try:
        explained = explain_example(
            experiment,
            run,
            example,
            root=Path(place.root),
            label=label,
            against=against,
            method=method,
            trust_pickles=trusts_pickles(),
        )
    except NoModel as error:
        return Attempt(message=error.message, hint=error.hint, lacks_model=True)
    except DiagnosticsError as error:
        return Attempt(message=error.message, hint=error.hint)
    asked_before().add((place.root, place.experiment, place.run))
    return Attempt(explained)
