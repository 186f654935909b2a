"""How an explanation is drawn: the words in place, its strongest parts, a picture's heat map."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app.examples import cached as examples_cached
from app.explanation.words import (
    POOR,
    has_columns,
    is_poor,
    method_sentences,
    sum_sentence,
    unseen_words,
    warnings,
    word_of,
)
from app.frame import session
from app.widgets import verbatim
from app.widgets.labels import shown_label
from diagnostics.charts import colours
from diagnostics.charts.explanation import contribution_chart, heat_map
from diagnostics.examples.images import faded_png, image_bytes
from diagnostics.models.explanation.tables import contribution_table, pixel_table

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from diagnostics.models.explanation.explanation import Explanation, Span

#: Strengths of a ground that are told apart, its weakest and its strongest.
STEPS, FAINTEST, STRONGEST = 12, 0.1, 0.62
PICTURE_WIDTH = 260


def explained(explanation: Explanation, example: str, shown: DeltaGenerator | None = None) -> None:
    """An explanation of any method.

    The text is shaded where it is `shown` already, else it is drawn here.
    """
    _legend(explanation)
    if explanation.text is not None and explanation.spans:
        if shown is not None:
            with shown.container():
                verbatim.shaded_block(shaded(explanation))
        else:
            verbatim.shaded_block(shaded(explanation))
    if explanation.picture is not None:
        _picture(explanation, example)
    else:
        _bars(explanation)
    if is_poor(explanation):
        st.markdown(f":material/warning: {POOR}")
    remarks = " ".join(filter(None, (unseen_words(explanation), *warnings(explanation))))
    if remarks:
        st.text(remarks)
    st.caption(method_sentences(explanation))


def _legend(explanation: Explanation) -> None:
    """Which ground means what: the second is dotted, for those who see no colours."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        label, against = explanation.label, explanation.against
        verbatim.chip("speaks for", shown_label(label, 60), colours.TOWARDS)
        if against is None:
            verbatim.chip("speaks", "against it", colours.AWAY)
        else:
            verbatim.chip("speaks for", shown_label(against, 60), colours.AWAY)


def shaded(explanation: Explanation) -> list[verbatim.Shaded]:
    """The text in pieces, each on a ground as strong as what it added, in `STEPS` steps.

    Estimates whose sign changed when they were repeated are grey.
    """
    text = explanation.text or ""
    grey = {word_of(entry).lower() for entry in explanation.contributions if not entry.stable}
    largest = max((abs(span.contribution) for span in explanation.spans), default=0.0)
    made, at = [], 0
    for start, end, level, contribution in _pieces(explanation.spans, largest):
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


def _bars(explanation: Explanation) -> None:
    """Of words the strongest; of columns the steps from the base to the answer."""
    table = contribution_table(explanation, cumulative=has_columns(explanation))
    top = ", ".join(
        f"{row.name_} {row.figure}"
        for row in table.rename(columns={"name": "name_"}).head(3).itertuples()
    )
    chart = contribution_chart(table, text_colour=_text_colour())
    st.altair_chart(chart, alt=f"What was added, the strongest first: {top}")


def _picture(explanation: Explanation, example: str) -> None:
    content = examples_cached.content_of(session.place(), example)
    columns = examples_cached.content_columns(session.place())
    data = image_bytes(content.get(columns.image or ""), Path(session.workspace().root))
    picture = faded_png(data, side=PICTURE_WIDTH) if data else None
    address = f"data:image/png;base64,{base64.b64encode(picture).decode()}" if picture else None
    chart = heat_map(pixel_table(explanation), address, width=PICTURE_WIDTH)
    st.altair_chart(chart, width="content", alt="What each pixel added, over the picture")
    st.text(sum_sentence(explanation))


def _text_colour() -> str:
    known = {"light": colours.TEXT_ON_LIGHT, "dark": colours.TEXT_ON_DARK}
    return known.get(str(st.context.theme.type), colours.TEXT)
