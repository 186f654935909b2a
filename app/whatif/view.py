"""Every run's answer to the same input, side by side, and why the chosen one answers so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app.examples import cached as examples_cached
from app.frame import session
from app.whatif import cached, explanation
from app.whatif.cached import Said
from app.widgets import verbatim
from app.widgets.labels import shown_label, told_apart
from diagnostics import Experiment, Run
from diagnostics.charts import colours
from diagnostics.charts.class_figures import LABEL_CHARACTERS
from diagnostics.charts.probabilities import probability_bars
from diagnostics.confidence.probability_table import percent, points, probability_table
from diagnostics.examples.images import enlarged_png
from diagnostics.models.whatif.asker import runs_with_models
from diagnostics.workspace.scores import ranked_runs

if TYPE_CHECKING:
    from diagnostics.models.whatif.edited_input import EditedInput, Start

#: Runs that are asked at a time, and how many stand in a row.
MOST_RUNS, IN_A_ROW = 8, 4
#: What a picture takes of the width beside the answers.
PICTURE_SHARE = 0.2
#: Bars of an answer.
BARS = 4
#: Recorded probabilities have no more digits.
ROUNDING = 1e-4


def show(experiment: Experiment, run: Run, edited: EditedInput, start: Start | None) -> None:
    """The answers, the picture that was asked about, and the explanation."""
    runs = _runs(experiment, run)
    if start is not None and start.picture is not None:
        left, right = st.columns([PICTURE_SHARE, 1 - PICTURE_SHARE])
        with left:
            _picture(run, edited, start)
        with right:
            _answers(runs, edited, start, in_a_row=IN_A_ROW - 1)
    else:
        _answers(runs, edited, start, in_a_row=IN_A_ROW)
    _about(experiment, runs, edited)
    explanation.show(run, edited, start)


def _answers(runs: list[Run], edited: EditedInput, start: Start | None, *, in_a_row: int) -> None:
    for first in range(0, len(runs), in_a_row):
        row = runs[first : first + in_a_row]
        columns = st.columns(max(len(row), 2 if len(runs) < in_a_row else in_a_row))
        for column, one in zip(columns, row, strict=False):
            with column:
                _answer(one, edited, start)


def _runs(experiment: Experiment, run: Run) -> list[Run]:
    """The chosen run, those that are selected, then the best."""
    known = {one.run: one for one in runs_with_models(experiment)}
    names = [run.run, *session.selected_runs(), *ranked_runs(experiment)]
    return [known[name] for name in dict.fromkeys(names) if name in known][:MOST_RUNS]


def _answer(run: Run, edited: EditedInput, start: Start | None) -> None:
    place = session.place(run)
    with st.container(border=True):
        st.text(shown_label(run.run, 60))
        answered = cached.said(place, edited, start)
        if answered.message:
            st.text(f"{answered.message} {answered.hint}".strip())
            return
        recorded = examples_cached.answer(place, edited.example, None) if edited.example else None
        _label(answered, recorded)
        if answered.chances:
            table = probability_table(
                answered.labels,
                answered.chances,
                true_label=None,
                predicted_label=answered.label,
                top=BARS,
            )
            table["label"] = table["label"].map(told_apart(table["label"], LABEL_CHARACTERS))
            st.altair_chart(
                probability_bars(table, text_colour=_text_colour()),
                alt=f"The most probable labels, first {shown_label(answered.label)}",
            )
        else:
            st.caption("This model gives labels only, no probabilities.")
        for note in answered.notes:
            st.text(note)


def _label(answered: Said, recorded: object) -> None:
    row = recorded if isinstance(recorded, dict) else None
    before, true = (row or {}).get("predicted_label"), (row or {}).get("true_label")
    share = "" if answered.confidence is None else percent(answered.confidence)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        colour = colours.CHOSEN if before in (None, answered.label) else colours.AWAY
        verbatim.chip("says", f"{shown_label(answered.label)} {share}".strip(), colour)
        if true is not None:
            verbatim.chip("true was", shown_label(true), colours.TRUE_LABEL)
    if row is None:
        return
    confidence = row.get("confidence")
    own = answered.confidence
    if confidence is None or confidence != confidence or own is None:
        was = shown_label(str(before))
    else:
        was = f"{shown_label(str(before))} {percent(confidence)}"
    if before != answered.label:
        st.text(f"Recorded: {was}. The answer is another now.")
    elif own is None or confidence is None or abs(own - confidence) <= ROUNDING:
        st.text("The same as recorded.")
    else:
        way = "more" if own > confidence else "less"
        st.text(f"Recorded: {was}. Now {points(own - confidence)} {way}.")


def _about(experiment: Experiment, runs: list[Run], edited: EditedInput) -> None:
    """Who was asked, and how folds were."""
    known = runs_with_models(experiment)
    folds = [run for run in runs if len(run.models) > 1]
    words = []
    if folds and edited.example:
        words.append(
            "Of a cross-validated run the model that was not fitted on this example is asked, "
            "so that its memory does not answer."
        )
    elif folds:
        words.append(
            "A cross-validated run answers by the mean of its folds' probabilities; each fold's "
            "model was fitted on other rows."
        )
    if len(known) > len(runs):
        words.append(
            f"{len(runs)} of the {len(known):,} runs with models are asked: this one, those that "
            "are selected, and the best."
        )
    without = len(experiment.runs) - len(known)
    if without:
        words.append(
            f"{without:,} {'run' if without == 1 else 'runs'} of this experiment kept no model: "
            "`keep_model=True` with "
            "`diagnostics.record`, `models=True` with `Recorder`."
        )
    if words:
        st.caption(" ".join(words))


def _picture(run: Run, edited: EditedInput, start: Start) -> None:
    made = explanation.picture_as_asked(run, edited, start)
    enlarged = enlarged_png(made, side=explanation.PICTURE_SIDE) if made else None
    if enlarged:
        with st.container(border=True):
            st.image(enlarged, width="stretch", alt="The picture that is asked about")


def _text_colour() -> str:
    known = {"light": colours.TEXT_ON_LIGHT, "dark": colours.TEXT_ON_DARK}
    return known.get(str(st.context.theme.type), colours.TEXT)
