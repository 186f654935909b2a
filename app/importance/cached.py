"""Cached calls behind the Importance page; keys are as in `app.frame.workspaces`."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app.examples.cached import LISTED_CHARACTERS, content_columns, run_with_content
from app.frame.workspaces import (
    Place,
    experiment_and_run,
    trusts_pickles,
)
from diagnostics.errors import DiagnosticsError
from diagnostics.examples import content
from diagnostics.models.evaluated_inputs import Evaluated, asking, evaluated_inputs
from diagnostics.models.importance.contributions import Pushes, pushes
from diagnostics.models.importance.importances import Importances
from diagnostics.models.importance.on_request import Asking, asked_once
from diagnostics.models.importance.partial_dependence import PartialDependence, partial_dependence
from diagnostics.models.importance.run_importance import (
    Offer,
    importance_flags,
    importance_offer,
    own_importances,
)
from diagnostics.models.importance.stored import Result, stored_result
from diagnostics.models.importance.suspect_features import Flag

if TYPE_CHECKING:
    import pandas as pd

#: Results of asking models again that are held, of all visitors.
KEPT = 32
_HOLDING = threading.Lock()


@st.cache_resource(max_entries=64, show_spinner="Looking for what matters…")
def offer(place: Place) -> Offer:
    """Which importances the run has, or can be asked for."""
    experiment, run = experiment_and_run(place)
    return importance_offer(experiment, run, Path(place.root), trust_pickles=trusts_pickles())


@st.cache_resource(max_entries=8, show_spinner="Opening the model…")
def evaluated(place: Place) -> Evaluated:
    """What the run's models were evaluated on."""
    experiment, run = experiment_and_run(place)
    return evaluated_inputs(experiment, run, Path(place.root), trust_pickles=trusts_pickles())


@st.cache_resource(max_entries=64, show_spinner="Reading the model's weights…")
def own(place: Place, method: str, scaled: bool = True) -> Importances:
    """What the models say themselves."""
    return own_importances(evaluated(place), method, scaled=scaled)


@st.cache_resource(max_entries=32, show_spinner="Looking at the features…")
def flags(place: Place) -> list[Flag]:
    """What looks wrong with the features."""
    experiment, run = experiment_and_run(place)
    return importance_flags(experiment, run, Path(place.root), trust_pickles=trusts_pickles())


@st.cache_resource(max_entries=8, show_spinner=False)
def contributions(place: Place, label: str | None) -> Pushes | None:
    """What each feature added in every row; None where that is no sum."""
    try:
        with asking():
            return pushes(evaluated(place), label)
    except DiagnosticsError:
        return None


@st.cache_data(max_entries=64, show_spinner="Asking the model…")
def moved(place: Place, column: int, label: str) -> PartialDependence:
    """How the answer moves with one column."""
    return partial_dependence(evaluated(place), column, label)


@st.cache_data(max_entries=64, show_spinner=False)
def listed(place: Place, names: tuple[str, ...]) -> pd.DataFrame:
    """What a list shows of the content of these examples, in their order."""
    import pandas as pd

    experiment, _ = experiment_and_run(place)
    answers = dict.fromkeys(("true_label", "predicted_label", "fold", "true_rank"))
    rows = pd.DataFrame({"example": list(names), **answers})
    found = content.with_content(run_with_content(place), rows, experiment)
    return content.preview(
        found, content_columns(place), Path(place.root), characters=LISTED_CHARACTERS
    )


@st.cache_resource
def _results() -> OrderedDict[str, Result]:
    return OrderedDict()


def key(place: Place, question: Asking) -> str:
    """Equal for the same models, rows, answers and settings, whatever else changed."""
    return question.key(*experiment_and_run(place), Path(place.root))


def known(place: Place, question: Asking) -> Result | None:
    """What the models said, if they were asked before: by anybody, also before a restart."""
    name = key(place, question)
    found = _results().get(name)
    if found is None:
        found = stored_result(Path(place.root), name)
        if found is not None:
            _hold(name, found)
    return found


def asks(place: Place, question: Asking) -> Callable[[Callable[[float, str], None]], None]:
    """What asks the models and keeps the answer, in whatever thread it is called."""
    experiment, run = experiment_and_run(place)
    inputs, name = evaluated(place), key(place, question)

    def ask(progress: Callable[[float, str], None]) -> None:
        root = Path(place.root)
        _hold(name, asked_once(experiment, run, root, inputs, question, progress=progress))

    return ask


def _hold(name: str, found: Result) -> None:
    results = _results()
    with _HOLDING:
        results[name] = found
        while len(results) > KEPT:
            results.popitem(last=False)
