"""The example card: one example with everything that is known of it, the same everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from app.example_card import context
from app.examples import cached as examples_cached
from app.explanation import cached as explanation_cached
from app.explanation import view as explanation_view
from app.frame import session
from app.whatif import link
from app.widgets import example_table, verbatim
from app.widgets.labels import shown_label
from diagnostics import Evidence, Run
from diagnostics.charts import colours
from diagnostics.charts.probabilities import probability_bars
from diagnostics.confidence.probability_table import percent, points, probability_table, standing
from diagnostics.examples.content import ContentColumns
from diagnostics.examples.entities import parse_spans, pieces, span_differences
from diagnostics.examples.images import enlarged_png, image_bytes

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

Answer = Mapping[str, Any]

IMAGE_WIDTH = 260


def draw(example: str, *, split: str | None = None) -> None:
    """The card of one example, as the chosen run answered it."""
    run, place = session.run(), session.place()
    content = examples_cached.content_of(place, example)
    answer = examples_cached.answer(place, example, split)
    if answer is None and not content:
        _unknown(example, run)
        return
    with st.container(border=True):
        if run.task == "entities":
            _entities(content)
            _company(example, split or run.split)
            return
        text, why = _classified(run, content, answer), st.container()
        is_quick = explanation_cached.is_quick(place)
        if is_quick:
            with why:
                is_shaded = explanation_view.draw(run, example, answer, text)
            if text is not None and not is_shaded:
                with text:
                    verbatim.text_block(_text_of(content))
        link.draw(run, example)
        _company(example, split or run.split)
        if not is_quick:  # a model that has to be opened first keeps nothing else waiting
            with why:
                explanation_view.draw(run, example, answer, text)


def _place_of_the_text(text: str) -> DeltaGenerator:
    """Where the text is drawn: by itself now, and in shades once they are there.

    Where those are there at once it is left for them: a place that is filled once shows what it had
    until then, and nothing flickers between two examples.
    """
    if explanation_cached.is_quick(session.place()):
        return st.container()
    place = st.empty()
    with place.container():
        verbatim.text_block(text)
    return place


def _text_of(content: Mapping[str, Any]) -> str:
    return str(content[examples_cached.content_columns(session.place()).text or ""])


def _company(example: str, split: str) -> None:
    context.other_runs(example)
    context.neighbours(example, split)


def _unknown(example: str, run: Run) -> None:
    with st.container(border=True):
        st.text(f"This run has no example {example}.")
        if not run.has(Evidence.PREDICTIONS):
            st.text("It kept only its mistakes: what it does not list was right, or not asked.")
        context.other_runs(example)


def _classified(
    run: Run, content: Mapping[str, Any], answer: Answer | None
) -> DeltaGenerator | None:
    """A text above its answer; images and fields beside theirs. Where the text is to be drawn."""
    columns = examples_cached.content_columns(session.place())
    left = right = st.container()
    if content and columns.kind in ("image", "fields"):
        left, right = st.columns([5, 6] if columns.kind == "fields" else [2, 3], gap="medium")
    with left:
        text = _content(content, columns)
    with right:
        _labels(run, answer)
        _certainty(run, answer)
    return text


def _content(content: Mapping[str, Any], columns: ContentColumns) -> DeltaGenerator | None:
    drawn = None
    if not content:
        st.text("No content was kept of this example, only its id.")
        st.caption("Keep it with `diagnostics.record(..., content=texts)`.")
    elif columns.image:
        _image(content.get(columns.image))
    if columns.text and content:
        text = content.get(columns.text)
        if text:
            drawn = _place_of_the_text(str(text))
        else:
            st.caption("The text is empty.")
    _fields(content, columns)
    return drawn


def _image(value: Any) -> None:
    data = image_bytes(value, Path(session.workspace().root))
    picture = enlarged_png(data, side=IMAGE_WIDTH) if data else None
    if picture is not None:
        with st.container(border=True, width="content"):
            st.image(picture, alt="The example's image")
    elif isinstance(value, str):
        st.text(f"{value} is not an image below the opened folder.")
    else:
        st.text("No image was kept of this example.")


def _labels(run: Run, answer: Answer | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if answer is None:
            kept = "answers" if run.has(Evidence.PREDICTIONS) else "mistakes"
            st.text(f"Not among the {kept} of this run.")
            return
        truth, predicted = answer["true_label"], answer["predicted_label"]
        if truth is None:
            verbatim.chip("predicted", shown_label(str(predicted)), colours.CHOSEN)
        else:
            verbatim.chip("true", shown_label(truth), colours.TRUE_LABEL)
            colour = colours.RIGHT if truth == predicted else colours.PREDICTED_LABEL
            verbatim.chip("predicted", shown_label(str(predicted)), colour)
        if answer["fold"] is not None:
            verbatim.chip("fold", str(answer["fold"]))
        if answer["split"] != run.split:
            verbatim.chip("split", answer["split"])


def _certainty(run: Run, answer: Answer | None) -> None:
    if answer is None:
        return
    sentence = standing(answer, len(run.labels))
    if sentence:
        st.text(sentence)
    if answer["probabilities"] is None:
        st.caption(_what_is_missing(run, answer))
        return
    bars = probability_table(
        run.labels,
        answer["probabilities"],
        true_label=answer["true_label"],
        predicted_label=answer["predicted_label"],
    )
    chart = probability_bars(bars, text_colour=_text_colour())
    st.altair_chart(chart, alt=_in_words(bars.head(3)))
    st.caption(f"Margin {points(answer['margin'])}, entropy {answer['entropy']:.3f} nats.")


def _text_colour() -> str:
    known = {"light": colours.TEXT_ON_LIGHT, "dark": colours.TEXT_ON_DARK}
    return known.get(str(st.context.theme.type), colours.TEXT)


def _in_words(bars: Any) -> str:
    rows = zip(bars["label"], bars["probability"], strict=True)
    shown = ", ".join(f"{label} {percent(share)}" for label, share in rows)
    return f"Probabilities, the highest first: {shown}"


def _what_is_missing(run: Run, answer: Answer) -> str:
    kept = "the confidence of its answer" if answer["confidence"] is not None else "its answer"
    if run.reader == "rasa":
        return "`rasa test` keeps only the top answer, so the other labels' shares are unknown."
    return (
        f"This run kept only {kept}. Keep the whole vector with "
        "`diagnostics.record(..., probabilities=...)`."
    )


def _fields(content: Mapping[str, Any], columns: ContentColumns) -> None:
    """What is neither text nor image, as a table of two columns."""
    import pandas as pd

    shown = [(name, content[name]) for name in columns.fields if name in content]
    if not shown:
        return
    frame = pd.DataFrame(
        {"Field": [name for name, _ in shown], "Value": [_plain(value) for _, value in shown]}
    )
    st.dataframe(
        frame,
        hide_index=True,
        height=example_table.height_of(len(frame), most=11),
        row_height=example_table.ROW_HEIGHTS["none"],
        column_config={"Value": st.column_config.TextColumn(width=96)},
        alt="The example's fields",
    )


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return "" if value is None else str(value)


def _entities(content: Mapping[str, Any]) -> None:
    """The sentence twice: as it is annotated, and as the extractor saw it."""
    text = str(content.get("text") or "")
    gold, predicted = (
        parse_spans(content.get(name)) for name in ("entities", "predicted_entities")
    )
    for name, spans, colour in (
        ("Annotated", gold, colours.TRUE_LABEL),
        ("Found", predicted, colours.PREDICTED_LABEL),
    ):
        st.caption(name)
        verbatim.marked_text(pieces(text, spans), colour)
    differences = span_differences(text, gold, predicted)
    if differences.empty:
        st.text("All entities were found as annotated.")
        return
    st.dataframe(
        differences.dropna(axis="columns", how="all"),
        hide_index=True,
        column_config={
            "kind": "Difference",
            "text": "Words",
            "gold": "Annotated",
            "predicted": "Found",
            "confidence": st.column_config.NumberColumn("Confidence", format="percent"),
        },
        alt=f"{len(differences)} differences between annotated and found entities",
    )
