"""Why a run answers an edited input so: at once where that can be, else on request."""

from __future__ import annotations

import base64
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app.examples import cached as examples_cached
from app.explanation.figure import explained
from app.explanation.words import method_sentences, sum_sentence, warnings
from app.frame import jobs, session
from app.whatif import cached
from app.widgets import verbatim
from app.widgets.labels import shown_label
from diagnostics import DiagnosticsError, Run
from diagnostics.charts import colours
from diagnostics.charts.explanation import heat_map
from diagnostics.examples.images import faded_png, image_bytes
from diagnostics.models.explanation.estimates import (
    Method,
    estimate,
    estimate_key,
    estimated_seconds,
    in_words,
)
from diagnostics.models.explanation.explain import is_available
from diagnostics.models.explanation.tables import pixel_table
from diagnostics.models.whatif.edited_input import picture_of

if TYPE_CHECKING:
    from diagnostics.models.explanation.explanation import Explanation
    from diagnostics.models.explanation.question import Question
    from diagnostics.models.jobs import Progress
    from diagnostics.models.whatif.edited_input import EditedInput, Start

PICTURE_SIDE = 200
#: What asks the model many times, with what it does.
ESTIMATES: dict[Method, tuple[str, str]] = {
    "lime": ("LIME", "Fits a linear stand-in to the answers about variations of this input."),
    "shap": ("SHAP", "Averages what each part adds over the orders in which parts could come in."),
}


def show(run: Run, edited: EditedInput, start: Start | None) -> None:
    """What each part of the input added to the answer of this run."""
    place = session.place(run)
    said = cached.said(place, edited, start)
    if said.message:
        return
    recorded = examples_cached.answer(place, edited.example, None) if edited.example else None
    against = (recorded or {}).get("true_label")
    if against in (None, said.label):
        against = (recorded or {}).get("predicted_label")
    with st.container(border=True):
        st.markdown("**Why**")
        found = cached.why(place, edited, start, against)
        if found.message:
            st.text(found.message)
        elif found.explanation is not None:
            st.text(f"The answer of {shown_label(run.run, 60)}:")
            _drawn(found.explanation, run, edited, start)
        else:
            st.text(
                f"The model of {shown_label(run.run, 60)} is no sum of weights and no trees that "
                "could be taken apart. It can be asked many times instead."
            )
            _estimates(run, edited, start, against)


def _estimates(run: Run, edited: EditedInput, start: Start | None, against: str | None) -> None:
    question = cached.question(session.place(run), edited, start, against)
    if question is None:
        return
    for method, (name, hint) in ESTIMATES.items():
        if not is_available(method):
            st.text(f"{name} is not installed: pip install {method}")
            continue
        explanation = jobs.result_on_request(
            ("edited", *estimate_key(method, question), edited),
            partial(_estimated, method, question),
            button=f"Ask {name}{_cost(method, question)}",
            words=f"{name} asks the model…",
            name=f"_{method}",
            hint=hint,
        )
        if explanation is not None:
            st.markdown(f"**By {name}**")
            _drawn(explanation, run, edited, start)


def _estimated(method: Method, question: Question, progress: Progress) -> Explanation:
    return estimate(method, question, progress=progress)


@st.cache_data(max_entries=64, show_spinner=False)
def _words_of_cost(key: object, method: Method, _question: Question) -> str:  # noqa: ARG001
    try:
        return f" ({in_words(estimated_seconds(method, _question))})"
    except Exception:  # noqa: BLE001 - a model's own code; what is wrong is said when it is asked
        return ""


def _cost(method: Method, question: Question) -> str:
    return _words_of_cost(estimate_key(method, question), method, question)


def _drawn(found: Explanation, run: Run, edited: EditedInput, start: Start | None) -> None:
    if found.picture is not None and start is not None:
        _heat(found, run, edited, start)
    else:
        explained(found, edited.example)


def _heat(explanation: Explanation, run: Run, edited: EditedInput, start: Start) -> None:
    """What each pixel added, over the picture as it is now."""
    with st.container(horizontal=True, gap="small"):
        verbatim.chip("speaks for", shown_label(explanation.label, 60), colours.TOWARDS)
        verbatim.chip("speaks for", shown_label(str(explanation.against), 60), colours.AWAY)
    made = picture_as_asked(run, edited, start)
    faded = faded_png(made, side=PICTURE_SIDE) if made else None
    address = f"data:image/png;base64,{base64.b64encode(faded).decode()}" if faded else None
    chart = heat_map(pixel_table(explanation), address, width=PICTURE_SIDE)
    st.altair_chart(chart, width="content", alt="What each pixel added, over the picture")
    st.text(sum_sentence(explanation))
    for sentence in warnings(explanation):
        st.text(sentence)
    st.caption(method_sentences(explanation))


def picture_as_asked(run: Run, edited: EditedInput, start: Start) -> bytes | None:
    """The picture that the run is asked about, as it was edited."""
    try:
        _, row = cached.asked_of(session.place(run), edited, start)
    except DiagnosticsError:
        return None  # said beside the run
    return picture_of(row, start, shown=_shown(run, edited.example))


def _shown(run: Run, example: str) -> bytes | None:
    """The picture that an example shows."""
    place = session.place(run)
    column = examples_cached.content_columns(place).image
    if not example or column is None:
        return None
    content = examples_cached.content_of(place, example)
    return image_bytes(content.get(column), Path(session.workspace().root))
