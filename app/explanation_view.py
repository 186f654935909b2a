"""Why on the example card: the words in place, the strongest contributions, how they are known."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from app import cached, explanation_cached, session, verbatim
from app.explanation_words import (
    POOR,
    has_columns,
    is_poor,
    method_sentences,
    run_with_model,
    sum_sentence,
    unseen_words,
    usual_against,
    usual_label,
    warnings,
    word_of,
)
from app.shortened import shown_label
from diagnostics.charts import colours
from diagnostics.charts.explanation import contribution_chart, heat_map
from diagnostics.explaining import OWN_SCORE
from diagnostics.explanation_tables import contribution_table, pixel_table
from diagnostics.images import faded_png, image_bytes

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from diagnostics import Run
    from diagnostics.explanation import Explanation, Span

#: The choices' keys, and so their names in the link.
LABEL, AGAINST = "why", "against_label"
#: The choice of no other label.
ALONE = "nothing: its own score"
#: Strengths of a ground that are told apart, its weakest and its strongest.
STEPS, FAINTEST, STRONGEST = 12, 0.1, 0.62
PICTURE_WIDTH = 260


def draw(
    run: Run, example: str, answer: Mapping[str, Any] | None, shown: DeltaGenerator | None
) -> bool:
    """The section; where the text is `shown` above it is drawn with its words shaded, if it can be.

    Whether it was.
    """
    place = session.place()
    if not run.models and _found(place, example, None, None, "auto").lacks_model:
        _without_model(run, example)
        return False
    label, against = _choices(run, answer)
    found = _found(place, example, label, against, "auto")
    if found.explanation is not None:
        explained(found.explanation, example, shown)
    else:
        st.text(f"{found.message} {found.hint}".strip())
    if run.models:
        _offer_estimates(run, example, label, against)
    return shown is not None and found.explanation is not None and bool(found.explanation.spans)


_found = explanation_cached.explanation


def _without_model(run: Run, example: str) -> None:
    """One sentence on what would bring an explanation, and the way to a run that has one."""
    other = run_with_model(session.experiment(), run)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**Why**", width="content")
        if other is None and run.reader == "rasa":
            st.caption("`rasa test` keeps no model that could be asked.", width="stretch")
            return
        if other is None:
            st.caption(
                "This run kept no model to ask. `diagnostics.record(..., keep_model=True)` keeps "
                "it, and for a search `Recorder(models=True)`.",
                width="stretch",
            )
            return
        st.text(f"This run kept no model to ask; {shown_label(other.run, 60)} did.")
        st.button(
            "Ask it there",
            key="explanation_other_run",
            icon=":material/psychology:",
            on_click=session.choose,
            kwargs={session.RUN: other.run, "example": example},
        )


def _choices(run: Run, answer: Mapping[str, Any] | None) -> tuple[str | None, str | None]:
    """Which label, and against which; None for the usual ones."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label: str = st.selectbox(
            "**Why**",
            ["", *run.labels],
            key=LABEL,
            bind="query-params",
            format_func=lambda name: shown_label(name) if name else usual_label(answer),
            width="stretch",
        )
        alone = [ALONE] if len(run.labels) > 2 else []
        said = label or (answer or {}).get("predicted_label")
        against: str = st.selectbox(
            "**and not**",
            ["", *(name for name in run.labels if name != said), *alone],
            key=AGAINST,
            bind="query-params",
            format_func=lambda name: (
                shown_label(name) if name else usual_against(run, answer, label)
            ),
            width="stretch",
        )
    return label or None, OWN_SCORE if against == ALONE else against or None


def explained(found: Explanation, example: str, shown: DeltaGenerator | None = None) -> None:
    """An explanation of any method.

    The text is shaded where it is `shown` already, else it is drawn here.
    """
    _legend(found)
    if found.text is not None and found.spans:
        if shown is not None:
            with shown.container():
                verbatim.shaded_block(shaded(found))
        else:
            verbatim.shaded_block(shaded(found))
    if found.picture is not None:
        _picture(found, example)
    else:
        _bars(found)
    if is_poor(found):
        st.markdown(f":material/warning: {POOR}")
    said = " ".join(filter(None, (unseen_words(found), *warnings(found))))
    if said:
        st.text(said)
    st.caption(method_sentences(found))


def _legend(found: Explanation) -> None:
    """Which ground means what: the second is dotted, for those who see no colours."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        label = shown_label(found.label, 60)
        verbatim.chip("speaks for", label, colours.TOWARDS)
        other = "against it" if found.against is None else shown_label(found.against, 60)
        verbatim.chip("speaks" if found.against is None else "speaks for", other, colours.AWAY)


def shaded(found: Explanation) -> list[verbatim.Shaded]:
    """The text in pieces, each on a ground as strong as what it added, in `STEPS` steps.

    Estimates whose sign changed when they were repeated are grey.
    """
    text = found.text or ""
    grey = {word_of(entry).lower() for entry in found.contributions if not entry.stable}
    largest = max((abs(span.contribution) for span in found.spans), default=0.0)
    made, at = [], 0
    for start, end, level, contribution in _pieces(found.spans, largest):
        if at < start:
            made.append(verbatim.Shaded(text[at:start]))
        piece = text[start:end]
        made.append(_ground(piece, level, contribution, is_grey=piece.lower() in grey))
        at = end
    if at < len(text):
        made.append(verbatim.Shaded(text[at:]))
    return made


def _pieces(spans: Sequence[Span], largest: float) -> list[tuple[int, int, int, float]]:
    """Start, end, step and contribution; letters that are alike, as in n-grams, are one piece."""
    pieces: list[tuple[int, int, int, float]] = []
    for span in spans:
        level = round(STEPS * span.contribution / largest) if largest else 0
        last = pieces[-1] if pieces else None
        is_letter = span.end - span.start == 1
        if last and is_letter and last[1] == span.start and last[2] == level:
            pieces[-1] = (last[0], span.end, level, last[3] + span.contribution)
        else:
            pieces.append((span.start, span.end, level, span.contribution))
    return pieces


def _ground(text: str, level: int, contribution: float, *, is_grey: bool) -> verbatim.Shaded:
    words = f"{contribution:+.3g}"
    strength = FAINTEST + (STRONGEST - FAINTEST) * abs(level) / STEPS if level else 0.0
    if is_grey:
        return verbatim.Shaded(text, colours.OTHER, strength / 2, f"{words}, sign not certain")
    if not level:
        return verbatim.Shaded(text, colours.OTHER, 0.0, words)
    colour = colours.TOWARDS if level > 0 else colours.AWAY
    return verbatim.Shaded(text, colour, strength, words, is_dotted=level < 0)


def _bars(found: Explanation) -> None:
    """Of words the strongest; of columns the steps from the base to the answer."""
    table = contribution_table(found, cumulative=has_columns(found))
    top = ", ".join(
        f"{row.name_} {row.figure}"
        for row in table.rename(columns={"name": "name_"}).head(3).itertuples()
    )
    chart = contribution_chart(table, text_colour=_text_colour())
    st.altair_chart(chart, alt=f"What was added, the strongest first: {top}")


def _picture(found: Explanation, example: str) -> None:
    content = cached.content_of(session.place(), example)
    columns = cached.content_columns(session.place())
    data = image_bytes(content.get(columns.image or ""), Path(session.workspace().root))
    picture = faded_png(data, side=PICTURE_WIDTH) if data else None
    address = f"data:image/png;base64,{base64.b64encode(picture).decode()}" if picture else None
    chart = heat_map(pixel_table(found), address, width=PICTURE_WIDTH)
    st.altair_chart(chart, width="content", alt="What each pixel added, over the picture")
    st.text(sum_sentence(found))


def _text_colour() -> str:
    known = {"light": colours.TEXT_ON_LIGHT, "dark": colours.TEXT_ON_DARK}
    return known.get(str(st.context.theme.type), colours.TEXT)


def _offer_estimates(run: Run, example: str, label: str | None, against: str | None) -> None:
    """What takes seconds, on request: SHAP where nothing else is right, LIME beside anything."""
    if find_spec("app.sampling_view") is not None:
        view = import_module("app.sampling_view")
        view.show(session.place(), session.experiment(), run, example, label, against)
