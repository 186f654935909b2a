"""What the Confidence page is about: the view, the split, the class and the runs to lay over."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from app.frame import session
from app.widgets.labels import told_apart
from app.widgets.missing import keep_hint, missing
from app.widgets.split_choice import choose_split
from diagnostics import Evidence, Experiment, Run

#: The views, as they stand in the link; only the open one is computed.
DISTRIBUTION, CALIBRATION, THRESHOLD, CURVES = "Distribution", "Calibration", "Threshold", "Curves"
VIEWS = (DISTRIBUTION, CALIBRATION, THRESHOLD, CURVES)
#: Runs that are drawn at a time, the chosen one among them.
RUNS = 4
#: Characters of their names in legends, two of which stand side by side in half a page.
NAME = 24
VIEW, LABEL, OVERLAY = "confidence_view", "confidence_label", "overlay"
#: Everything that is chosen on the page, by its name in the link.
KEYS = (
    *(VIEW, LABEL, OVERLAY, "split"),
    *("confidence_heights", "confidence_bins", "confidence_binning"),
    *("threshold", "target", "cost", "none_labels", "threshold_format", "ambiguity_threshold"),
    "curve_class",
)


@dataclass(frozen=True)
class Choice:
    """What to show: `runs` are the chosen run and those laid over it, `label` None for all."""

    view: str
    runs: list[Run]
    split: str | None
    label: str | None


def short_names(runs: list[Run], longest: int = NAME) -> dict[str, str]:
    """What runs are called where there is little room, by their names."""
    return told_apart([run.run for run in runs], longest)


def require_confidence(run: Run) -> None:
    """End the page with a sentence if the run's answers have no confidence."""
    if run.task == "classification" and run.has(Evidence.CONFIDENCE):
        return
    if run.task != "classification":
        what = "Confidence is looked at for classifications only, where an answer is one label."
        missing(what, "Choose an experiment that classifies.")
    elif not run.evidence & (Evidence.PREDICTIONS | Evidence.ERRORS):
        what = "This run brought figures only: its answers to single examples are not in its files."
        missing(what, keep_hint(run))
    else:
        what = "The answers of this run have no confidence."
        hint = "Pass probabilities= to diagnostics.record, or add a column confidence."
        if run.reader == "rasa":
            hint = "Run rasa test nlu with a classifier whose confidences are probabilities."
        missing(what, hint)
    st.stop()


def controls(experiment: Experiment, run: Run) -> Choice:
    """The bar on top, all of it in the link."""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"
    ):
        view = st.segmented_control(
            "View",
            VIEWS,
            default=DISTRIBUTION,
            key=VIEW,
            bind="query-params",
            required=True,
        )
        with st.container(horizontal=True, width="content", vertical_alignment="bottom"):
            split = choose_split(run)
            label = _choose_label(run)
            overlaid = _choose_overlay(experiment, run, split)
    # An empty value in a link is no view.
    return Choice(view or DISTRIBUTION, [run, *overlaid], split, label)


def _choose_label(run: Run) -> str | None:
    """A predicted label, None for every one."""
    chosen = st.selectbox(
        "Answers",
        ["", *(label for label in run.labels if label)],
        key=LABEL,
        bind="query-params",
        format_func=lambda label: label or "all classes",
        help="Only the answers with this predicted label",
        width=200,
    )
    return chosen or None


def _choose_overlay(experiment: Experiment, run: Run, split: str | None) -> list[Run]:
    """Other runs with a confidence on the same split, up to three."""
    others = [
        other.run
        for other in experiment.runs
        if other.run != run.run
        and other.has(Evidence.CONFIDENCE)
        and (split or run.split) in other.splits
    ]
    if not others:
        return []
    if OVERLAY in st.session_state or OVERLAY not in st.query_params:
        # The chosen run may have changed, or the experiment; at first the selected runs are meant.
        wanted = st.session_state.get(OVERLAY, _selected())
        st.session_state[OVERLAY] = [name for name in wanted if name in others][: RUNS - 1]
    names = st.multiselect(
        "Lay over",
        others,
        key=OVERLAY,
        bind="query-params",
        max_selections=RUNS - 1,
        placeholder="Other runs",
        width=300,
    )
    return [experiment.run(name) for name in names]


def _selected() -> list[str]:
    """The runs that were selected on the page of runs, where they can be."""
    selected = getattr(session, "selected_runs", None)
    return [str(getattr(run, "run", run)) for run in selected()] if selected else []
