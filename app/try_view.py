"""Every run's answer to the same input, side by side, and why the chosen one answers so."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import streamlit as st

from app import cached, session, try_cached, verbatim
from app.explanation_view import explained
from app.explanation_words import method_sentences, sum_sentence
from app.shortened import shown_label
from app.try_cached import Said
from diagnostics import DiagnosticsError, Experiment, Run
from diagnostics.asking_again import runs_with_models
from diagnostics.charts import colours
from diagnostics.charts.explanation import heat_map
from diagnostics.charts.probabilities import probability_bars
from diagnostics.edited_input import picture_of
from diagnostics.explanation_tables import pixel_table
from diagnostics.images import enlarged_png, faded_png
from diagnostics.probabilities import percent, points, probability_table
from diagnostics.ranking import ranked_runs

if TYPE_CHECKING:
    from diagnostics.edited_input import EditedInput, Start
    from diagnostics.explanation import Explanation

#: Runs that are asked at a time, and how many stand in a row.
MOST_RUNS, IN_A_ROW = 8, 4
#: Bars of an answer.
BARS = 4
PICTURE_SIDE = 200
#: Recorded probabilities have no more digits.
ROUNDING = 1e-4


def show(experiment: Experiment, run: Run, edited: EditedInput, start: Start | None) -> None:
    """The answers, the picture that was asked about, and the explanation."""
    if start is not None and start.picture is not None:
        _picture(run, edited, start)
    runs = _runs(experiment, run)
    for first in range(0, len(runs), IN_A_ROW):
        row = runs[first : first + IN_A_ROW]
        columns = st.columns(max(len(row), 2 if len(runs) < IN_A_ROW else IN_A_ROW))
        for column, one in zip(columns, row, strict=False):
            with column:
                _answer(one, edited, start)
    _about(experiment, runs, edited)
    _why(run, edited, start)


def _runs(experiment: Experiment, run: Run) -> list[Run]:
    """The chosen run, those that are selected, then the best."""
    known = {one.run: one for one in runs_with_models(experiment)}
    names = [run.run, *session.selected_runs(), *ranked_runs(experiment)]
    return [known[name] for name in dict.fromkeys(names) if name in known][:MOST_RUNS]


def _answer(run: Run, edited: EditedInput, start: Start | None) -> None:
    place = session.place(run)
    with st.container(border=True):
        st.text(shown_label(run.run, 60))
        said = try_cached.said(place, edited, start)
        if said.message:
            st.text(f"{said.message} {said.hint}".strip())
            return
        recorded = cached.answer(place, edited.example, None) if edited.example else None
        _label(said, recorded)
        if said.chances:
            table = probability_table(
                said.labels, said.chances, true_label=None, predicted_label=said.label, top=BARS
            )
            st.altair_chart(
                probability_bars(table, text_colour=_text_colour()),
                alt=f"The most probable labels, first {shown_label(said.label)}",
            )
        else:
            st.caption("This model gives labels only, no probabilities.")
        for note in said.notes:
            st.text(note)


def _label(said: Said, recorded: object) -> None:
    row = recorded if isinstance(recorded, dict) else None
    before, true = (row or {}).get("predicted_label"), (row or {}).get("true_label")
    share = "" if said.confidence is None else percent(said.confidence)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        colour = colours.CHOSEN if before in (None, said.label) else colours.AWAY
        verbatim.chip("says", f"{shown_label(said.label)} {share}".strip(), colour)
        if true is not None:
            verbatim.chip("true was", shown_label(true), colours.TRUE_LABEL)
    if row is None:
        return
    confidence = row.get("confidence")
    own = said.confidence
    if confidence is None or confidence != confidence or own is None:
        was = shown_label(str(before))
    else:
        was = f"{shown_label(str(before))} {percent(confidence)}"
    if before != said.label:
        st.text(f"Recorded: {was}. The answer is another now.")
    elif own is None or confidence is None or abs(own - confidence) <= ROUNDING:
        st.text("The same as recorded.")
    else:
        way = "more" if own > confidence else "less"
        st.text(f"Recorded: {was}. Now {points(own - confidence)} {way}.")


def _about(experiment: Experiment, runs: list[Run], edited: EditedInput) -> None:
    """Who was asked, and how folds were."""
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
    without = len(experiment.runs) - len(runs_with_models(experiment))
    if without:
        words.append(
            f"{without:,} {'run' if without == 1 else 'runs'} of this experiment kept no model: "
            "`keep_model=True` with "
            "`diagnostics.record`, `models=True` with `Recorder`."
        )
    if words:
        st.caption(" ".join(words))


def _why(run: Run, edited: EditedInput, start: Start | None) -> None:
    place = session.place(run)
    said = try_cached.said(place, edited, start)
    if said.message:
        return
    recorded = cached.answer(place, edited.example, None) if edited.example else None
    against = (recorded or {}).get("true_label")
    if against in (None, said.label):
        against = (recorded or {}).get("predicted_label")
    found = try_cached.why(place, edited, start, against)
    with st.container(border=True):
        st.markdown("**Why**")
        if found is None:
            st.text(
                "This model is no sum of weights that could be taken apart exactly. The example's "
                "card estimates by SHAP or LIME."
            )
            if edited.example and st.button(
                "Open the example", key="try_open", icon=":material/list_alt:"
            ):
                session.go("examples.py", **{session.RUN: run.run, "example": edited.example})
            return
        st.text(f"The answer of {shown_label(run.run, 60)}:")
        if found.picture is not None and start is not None:
            _heat(found, run, edited, start)
        else:
            explained(found, edited.example)


def _heat(found: Explanation, run: Run, edited: EditedInput, start: Start) -> None:
    """What each pixel added, over the picture as it is now."""
    with st.container(horizontal=True, gap="small"):
        verbatim.chip("speaks for", shown_label(found.label, 60), colours.TOWARDS)
        verbatim.chip("speaks for", shown_label(str(found.against), 60), colours.AWAY)
    made = _made(run, edited, start)
    faded = faded_png(made, side=PICTURE_SIDE) if made else None
    address = f"data:image/png;base64,{base64.b64encode(faded).decode()}" if faded else None
    chart = heat_map(pixel_table(found), address, width=PICTURE_SIDE)
    st.altair_chart(chart, width="content", alt="What each pixel added, over the picture")
    st.text(sum_sentence(found))
    st.caption(method_sentences(found))


def _made(run: Run, edited: EditedInput, start: Start) -> bytes | None:
    try:
        _, row = try_cached.asked_of(session.place(run), edited, start)
    except DiagnosticsError:
        return None  # said beside the run
    return picture_of(row, start)


def _picture(run: Run, edited: EditedInput, start: Start) -> None:
    made = _made(run, edited, start)
    enlarged = enlarged_png(made, side=PICTURE_SIDE) if made else None
    if enlarged:
        with st.container(border=True, width="content"):
            st.image(enlarged, alt="The picture that is asked about")


def _text_colour() -> str:
    known = {"light": colours.TEXT_ON_LIGHT, "dark": colours.TEXT_ON_DARK}
    return known.get(str(st.context.theme.type), colours.TEXT)
