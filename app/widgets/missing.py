"""What a run brought along, in plain words, what is missing, and how to bring it."""

from __future__ import annotations

import streamlit as st

from diagnostics import Evidence, Run

#: Badges, in the order in which they are shown. `SCORES` and `REPORT` are shown as figures.
WORDS = {
    Evidence.PREDICTIONS: ("all answers", "Every example with its answer, right ones, too."),
    Evidence.ERRORS: ("wrong answers", "Only the examples that were answered wrongly."),
    Evidence.REPORT: ("figures per class", "Precision, recall and F1 of every class."),
    Evidence.TRUTH: ("true labels", "What is right is known for the examples."),
    Evidence.CONFIDENCE: ("confidence", "How sure the model was of the label that it gave."),
    Evidence.PROBABILITIES: ("all probabilities", "What the model gave to every label."),
    Evidence.CONTENT: ("content", "The texts, images or fields themselves."),
    Evidence.FOLDS: ("folds", "Scores of each fold of a cross-validation."),
    Evidence.IMPORTANCE: ("importances", "How much each feature counts."),
    Evidence.MODEL: ("model", "The model itself, to be asked again."),
}

_KEEP_ALL = "Record the run with `diagnostics.record`, or lay a table of its predictions here."
_KEEP_SEARCH = (
    "Next time pass `diagnostics.Recorder(folder, scoring=...)` to the search as `scoring=`: it "
    "keeps every answer."
)
#: What is missed first comes first: the evidence, what its lack means, what brings it. The second
#: sentence is for runs of Rasa.
_MISSED: tuple[tuple[Evidence, str, str, str], ...] = (
    (
        Evidence.PREDICTIONS | Evidence.ERRORS,
        "Only figures were kept, so no mistake can be read.",
        _KEEP_ALL,
        "Run `rasa test nlu` without `--no-errors`.",
    ),
    (
        Evidence.TRUTH,
        "Nothing says which label is true, so right and wrong cannot be told apart.",
        "Add a column `true_label` to the predictions.",
        "Run `rasa test nlu` without `--no-errors`.",
    ),
    (
        Evidence.CONTENT,
        "The texts or images are not here: mistakes are listed by their ids.",
        "Pass `content=` to `diagnostics.record`, or add a column `text`.",
        "Run `rasa test nlu` without `--no-errors`.",
    ),
    (
        Evidence.CONFIDENCE,
        "The answers have no confidence, so mistakes cannot be ranked by it.",
        "Pass `probabilities=` to `diagnostics.record`, or add a column `confidence`.",
        "Run `rasa test nlu` with a classifier that gives one.",
    ),
    (
        Evidence.PREDICTIONS,
        "Right answers were not kept, so there is nothing to hold the mistakes against.",
        _KEEP_ALL,
        "Run `rasa test nlu --successes`.",
    ),
    (
        Evidence.PROBABILITIES,
        "Only the label that was given has a probability, not the runners-up.",
        "Pass `probabilities=` to `diagnostics.record`, or add a column per class.",
        "",
    ),
)


def keep_hint(run: Run) -> str:
    """How answers are kept of a run like this one, as plain text."""
    said = _KEEP_SEARCH if run.search else _KEEP_ALL
    return said.replace("`", "")


def missing_sentence(run: Run) -> str:
    """The most missed evidence of a run and its remedy, as Markdown of our own; "" if none is."""
    if run.task == "stories":
        return "Reports on stories hold figures only; the stories themselves are not read."
    for needed, what, remedy, for_rasa in _MISSED:
        said = for_rasa if run.reader == "rasa" else remedy
        if run.search and remedy == _KEEP_ALL:
            said = _KEEP_SEARCH
        if said and not run.evidence & needed and _applies(run, needed):
            return f"{what} {said}"
    return ""


def _applies(run: Run, needed: Evidence) -> bool:
    """Whether a lack matters: without mistakes few do, and entities have nothing but sentences."""
    if run.errors == 0 and not run.has(Evidence.PREDICTIONS):
        return needed == Evidence.PREDICTIONS
    return run.task == "classification" or needed == Evidence.PREDICTIONS | Evidence.ERRORS


def missing(what: str, hint: str) -> None:
    """An intended empty state: one sentence that says what is missing and what would bring it."""
    with st.container(border=True, horizontal_alignment="center"):
        st.markdown(":material/inventory_2:", width="content")
        st.text(what)
        if hint:
            st.text(hint)
