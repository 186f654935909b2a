"""What the Importance page shows: by which method, of which class, and which feature."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import cast

import streamlit as st

from app.frame import session
from app.frame.workspaces import Place
from app.importance import cached, on_request
from app.widgets.labels import shown_label
from app.widgets.missing import missing
from diagnostics import DiagnosticsError, Evidence, Run
from diagnostics.models.importance.importances import Importances
from diagnostics.models.importance.losses import METRICS
from diagnostics.models.importance.on_request import Asking
from diagnostics.models.importance.permutation import Permutation
from diagnostics.models.importance.run_importance import HINT, Offer
from diagnostics.models.importance.shapley.sampled_shapley import SampledContributions
from diagnostics.workspace.scores import ranked_runs

#: The names of the methods, as they stand in the link.
NAMES = {
    "coefficients": "Weights",
    "impurity": "Impurity",
    "contributions": "Contributions",
    "permutation": "Permutation",
}
#: Other runs that a page without importances leads to.
LED_TO = 3


@dataclass(frozen=True)
class Choice:
    """What is on screen, `label` None for all classes.

    `question` is what the models were asked, if they were; `shuffled` and `sampled` are what they
    said. `scaled` is of weights.
    """

    place: Place
    method: str
    importances: Importances
    label: str | None
    question: Asking | None = None
    shuffled: Permutation | None = None
    sampled: SampledContributions | None = None
    scaled: bool = True


def require_importances(run: Run, offer: Offer) -> None:
    """End the page with a sentence if there is nothing to show."""
    for problem in offer.problems:
        st.text(problem)
    if run.task != "classification":
        missing(
            "Importance is of models that give each example one label.",
            "Choose an experiment that classifies.",
        )
        st.stop()
    if not offer.methods:
        reason = offer.reason or f"The run {run.run} has no importances."
        missing(reason, offer.hint or HINT)
        _lead_to_others()
        st.stop()


def _lead_to_others() -> None:
    """A way to a run of the experiment that has what this one lacks."""
    experiment = session.experiment()
    needed = Evidence.MODEL | Evidence.IMPORTANCE
    named = [name for name in ranked_runs(experiment) if experiment.run(name).evidence & needed]
    if not named:
        return
    more = f" and {len(named) - LED_TO:,} more" if len(named) > LED_TO else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"Of this experiment there is something of {', '.join(named[:LED_TO])}{more}.")
        st.button(
            "Look at it" if len(named) == 1 else "Look at the first",
            key="importance_elsewhere", on_click=partial(_look_at, named[0]),
        )  # fmt: skip


def _look_at(run: str) -> None:
    session.choose(run=run)


def controls(place: Place, offer: Offer) -> Choice:
    """The row of choices on top; the page ends here while nothing has been asked yet."""
    options = _options(offer)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.segmented_control(
            "Measured by", list(options), default=next(iter(options)), key="importance_by",
            bind="query-params", required=True,
        )  # fmt: skip
        method = options[chosen]
        question = _question(place, offer, method)
        scaled = method != "coefficients" or _choose_scale()
        slot = st.container(width="content")
        label_slot = st.container(width="content")
    shuffled = sampled = None
    try:
        if question is not None:
            answer = on_request.answered(place, question, slot)
            if isinstance(answer, Permutation):
                shuffled, importances = answer, answer.importances
            else:
                sampled, importances = answer, answer.importances()
        else:
            kept = {one_name(one): one for one in offer.kept}
            importances = kept[method] if method in kept else cached.own(place, method, scaled)
    except DiagnosticsError as error:
        missing(error.message, error.hint)
        st.stop()
    with label_slot:
        label = _choose_label(importances)
    return Choice(place, method, importances, label, question, shuffled, sampled, scaled)


def _question(place: Place, offer: Offer, method: str) -> Asking | None:
    """What the models have to be asked for a method, None if they need not be."""
    if method == "permutation":
        return _how(place)
    return Asking(method) if method == "contributions" and offer.samples else None


def _choose_scale() -> bool:
    return st.toggle(
        "Times standard deviation", value=True, key="importance_scaled", bind="query-params",
        help="Weights of features in different units can only be compared times how far their "
        "feature differs between the rows.",
    )  # fmt: skip


def one_name(kept: Importances) -> str:
    """What importances that lie with the run are called."""
    return f"{kept.method} ({kept.source})"


def _options(offer: Offer) -> dict[str, str]:
    found = {NAMES[method]: method for method in offer.own}
    found |= {one_name(one): one_name(one) for one in offer.kept}
    found |= {NAMES["permutation"]: "permutation"} if offer.asks else {}
    return found | ({NAMES["contributions"]: "contributions"} if offer.samples else {})


def _how(place: Place) -> Asking:
    """The metric, and whether columns that say the same are mixed up together."""
    evaluated = cached.evaluated(place)
    metrics = METRICS if evaluated.has_probabilities else METRICS[:1]
    metric = st.segmented_control(
        "Metric", metrics, default=METRICS[0], key="importance_metric", bind="query-params",
        required=True,
        help="Accuracy counts answers that were lost; log loss also sees that they get less sure.",
    )  # fmt: skip
    if evaluated.form == "texts":
        return Asking("permutation", metric)
    grouped = st.toggle(
        "Group columns that say the same", value=True, key="importance_grouped",
        bind="query-params",
        help="Columns with a rank correlation of about 0.7 or more are mixed up together: one by "
        "one they would stand in for each other, and none would seem to matter.",
    )  # fmt: skip
    return Asking("permutation", metric, grouped)


def _choose_label(found: Importances) -> str | None:
    if not found.labels:
        return None
    chosen = st.selectbox(
        "Class",
        ["", *found.labels],
        key="importance_label",
        bind="query-params",
        format_func=lambda label: shown_label(label) if label else "all classes",
        width=220,
    )
    return chosen or None


def choose_feature(features: list[str]) -> str:
    """The feature that is looked at: the most important one unless told otherwise."""
    chosen: str = st.selectbox(
        "Feature", features, key="feature", bind="query-params", format_func=shown_label
    )
    return chosen


def picked(choices: object, name: str) -> str | None:
    """What a click on a chart picked."""
    selection = cast(dict[str, list[dict[str, str]]], choices)
    rows = selection.get("pick") or []
    return str(rows[0][name]) if rows and rows[0].get(name) is not None else None


def pick_feature(key: str) -> None:
    """A click on a bar chooses its feature."""
    feature = picked(st.session_state[key]["selection"], "feature")
    if feature is not None:
        session.choose(feature=feature)
