"""Cached calls behind the Importance page; keys are as in `app.cached`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app.cached import (
    LISTED_CHARACTERS,
    Place,
    _found,
    _with_content,
    content_columns,
    trusts_pickles,
)
from diagnostics import content, examples
from diagnostics.contributions import Pushes, pushes
from diagnostics.dependence import Dependence, dependence
from diagnostics.errors import DiagnosticsError
from diagnostics.evaluated_inputs import Evaluated, asking, evaluated_inputs
from diagnostics.feature_importance import (
    Offer,
    asked_again,
    importance_flags,
    importance_offer,
    own_importances,
)
from diagnostics.importance import Importances
from diagnostics.permutation import Metric, Permutation
from diagnostics.wiring import Flag

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics import Run

#: Results of asking models again that are held, of all visitors.
KEPT = 32
_ASKING = threading.Lock()


@st.cache_resource(max_entries=64, show_spinner="Looking for what matters…")
def offer(place: Place) -> Offer:
    """Which importances the run has, or can be asked for."""
    experiment, run = _found(place)
    return importance_offer(experiment, run, Path(place.root), trust_pickles=trusts_pickles())


@st.cache_resource(max_entries=8, show_spinner="Opening the model…")
def evaluated(place: Place) -> Evaluated:
    """What the run's models were evaluated on."""
    experiment, run = _found(place)
    return evaluated_inputs(experiment, run, Path(place.root), trust_pickles=trusts_pickles())


@st.cache_resource(max_entries=64, show_spinner="Reading the model's weights…")
def own(place: Place, method: str, scaled: bool = True) -> Importances:
    """What the models say themselves."""
    return own_importances(evaluated(place), method, scaled=scaled)


@st.cache_resource(max_entries=32, show_spinner="Looking at the features…")
def flags(place: Place) -> list[Flag]:
    """What looks wrong with the features."""
    experiment, run = _found(place)
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
def moved(place: Place, column: int, label: str) -> Dependence:
    """How the answer moves with one column."""
    return dependence(evaluated(place), column, label)


@st.cache_data(max_entries=64, show_spinner=False)
def listed(place: Place, names: tuple[str, ...]) -> pd.DataFrame:
    """What a list shows of the content of these examples, in their order."""
    import pandas as pd

    experiment, _ = _found(place)
    answers = dict.fromkeys(("true_label", "predicted_label", "fold", "true_rank"))
    rows = pd.DataFrame({"example": list(names), **answers})
    found = examples.with_content(_with_content(place), rows, experiment)
    return content.preview(
        found, content_columns(place), Path(place.root), characters=LISTED_CHARACTERS
    )


@st.cache_resource
def _results() -> dict[str, Permutation]:
    return {}


@st.cache_data(max_entries=64, show_spinner=False)
def _content_key(place: Place) -> str:
    """Equal for the same models, rows and answers, whatever else changed in the folder."""
    run = _found(place)[1]
    digest = blake2b(digest_size=16)
    for path in _files(Path(place.root), run):
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


def _files(root: Path, run: Run) -> list[Path]:
    inputs = [] if run.inputs in ("", "text") else [root / run.inputs]
    models = [root / run.models[fold] for fold in sorted(run.models)]
    return [*models, *inputs, run.table("predictions"), run.table("examples")]


def shuffling(place: Place, metric: Metric, grouped: bool) -> Permutation | None:
    """The result of mixing features up, if the same was asked before."""
    return _results().get(_key(place, metric, grouped))


def shuffle(
    place: Place, metric: Metric, grouped: bool, progress: Callable[[float, str], None]
) -> Permutation:
    """Mix features up and ask the models again; by one visitor at a time, and once."""
    key = _key(place, metric, grouped)
    progress(0.0, "")
    with _ASKING:
        results = _results()
        if key not in results:
            results[key] = asked_again(
                evaluated(place), metric=metric, grouped=grouped, progress=progress
            )
            while len(results) > KEPT:
                results.pop(next(iter(results)))
        return results[key]


def _key(place: Place, metric: Metric, grouped: bool) -> str:
    return f"{_content_key(place)} {metric} {grouped}"
