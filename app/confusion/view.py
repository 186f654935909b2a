"""What the confusion page shows of the whole: the figures and the matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app.confusion import cached
from app.frame import session
from app.frame.links import has_rows, open_cell
from app.widgets.numbers import known_split
from diagnostics import ConfusionMatrix, Run
from diagnostics.charts.confusion import CELL, Shading, Value, confusion_heatmap
from diagnostics.confusion.matrix import uncounted
from diagnostics.confusion.seriation import matrix_cells, name_of_others
from diagnostics.statistics.metric_names import metric_text, metric_words
from diagnostics.statistics.metrics import summary_metrics

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

#: How many classes the matrix may show. With no more than the last all of them are a choice, and
#: the usual one with no more than `ALL_UP_TO`.
SIZES, ALL, ALL_UP_TO, USUAL_SIZE = (10, 20, 30, 50), "All", 30, 20
#: Up to this many classes the matrix and the pairs fit beside each other.
SIDE_BY_SIDE = 26

_CARDS = ("accuracy", "macro_f1", "balanced_accuracy")
# What is chosen stands in the link as it is shown, so the words are the options.
_VALUES: dict[str, Value] = {
    "Counts": "n",
    "By true": "share_of_true",
    "By predicted": "share_of_predicted",
}
_SHADINGS: dict[str, Shading] = {"Logarithmic": "log", "Square root": "sqrt", "Linear": "linear"}


def show_summary(run: Run, matrix: ConfusionMatrix, split: str | None) -> None:
    """The figures of the whole as cards, and what is not counted in them."""
    metrics = summary_metrics(matrix.counts)
    occurring = int(((matrix.counts.sum(axis=0) + matrix.counts.sum(axis=1)) > 0).sum())
    cards = {metric_words(name): metric_text(name, metrics.get(name)) for name in _CARDS}
    errors = f"{known_split(split or run.split)} errors".strip().capitalize()
    cards[errors] = f"{matrix.errors.sum():,} of {matrix.total:,}"
    cards["Classes"] = f"{occurring:,}"
    with st.grid(len(cards), min_column_width=150):
        for label, value in cards.items():
            st.metric(label, value, border=True)
    left_out = uncounted(run, split=split)
    if left_out:
        noun = "1 answer is" if left_out == 1 else f"{left_out:,} answers are"
        st.caption(f"{noun} not counted: the true or the predicted label is missing.")


def cards(matrix: ConfusionMatrix) -> tuple[DeltaGenerator, DeltaGenerator]:
    """The cards of the pairs and of the matrix: side by side, or a large matrix below them."""
    # The choice of the size is drawn in the card that its value places.
    n_labels = len(matrix.labels)
    size = st.session_state.get("confusion_size") or st.query_params.get("confusion_size")
    chosen = size if size in _sizes(n_labels) else _usual_size(n_labels)
    if _size(chosen, n_labels) <= SIDE_BY_SIDE:
        left, right = st.columns([8, 7])
        return left.container(border=True, height="stretch"), right.container(
            border=True, height="stretch"
        )
    return st.container(border=True), st.container(border=True)


def choose_labels(matrix: ConfusionMatrix, split: str | None) -> list[str]:
    """The classes that the matrix shows, chosen in the head of its card."""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.subheader("Matrix", anchor=False)
        with st.container(horizontal=True, width="content", vertical_alignment="center"):
            st.segmented_control(
                "Values",
                list(_VALUES),
                default="Counts",
                key="confusion_normalize",
                bind="query-params",
                required=True,
                label_visibility="collapsed",
            )
            with st.popover("Options", icon=":material/tune:"):
                size, by_hand = _choose_more(matrix)
    shown = cached.most_confused_labels(session.place(), split, size)
    if not by_hand:
        return shown
    ordered = [label for label in shown if label in by_hand]
    return ordered + [label for label in by_hand if label not in shown]


def _choose_more(matrix: ConfusionMatrix) -> tuple[int, list[str]]:
    """The choices behind the button: how many classes, or which; how they are coloured."""
    size = _choose_size(len(matrix.labels))
    by_hand = st.multiselect(
        "Only these classes",
        list(matrix.labels),
        key="confusion_labels",
        bind="query-params",
        placeholder="The most confused ones",
        max_selections=int(SIZES[-1]),
    )
    st.selectbox(
        "Colour scale",
        list(_SHADINGS),
        key="confusion_scale",
        bind="query-params",
    )
    st.toggle("Colour right answers too", key="confusion_diagonal", bind="query-params")
    return size, by_hand


def _choose_size(n_labels: int) -> int:
    options = _sizes(n_labels)
    if len(options) < 2:
        return n_labels
    size = st.selectbox(
        "Classes shown, the most confused",
        options,
        index=options.index(_usual_size(n_labels)),
        key="confusion_size",
        bind="query-params",
    )
    return _size(size, n_labels)


def _sizes(n_labels: int) -> list[str]:
    """The choices for so many classes."""
    smaller = [str(size) for size in SIZES if size < n_labels]
    return [*smaller, ALL] if n_labels <= SIZES[-1] else smaller


def _usual_size(n_labels: int) -> str:
    return ALL if n_labels <= ALL_UP_TO else str(USUAL_SIZE)


def _size(chosen: str, n_labels: int) -> int:
    return n_labels if chosen == ALL else int(chosen)


def show_matrix(run: Run, matrix: ConfusionMatrix, shown: list[str], split: str | None) -> None:
    """The heat map; a cell opens its examples."""
    chart = confusion_heatmap(
        matrix_cells(matrix, shown),
        value=_VALUES[st.session_state["confusion_normalize"] or "Counts"],
        shading=_SHADINGS[st.session_state["confusion_scale"]],
        with_diagonal=st.session_state["confusion_diagonal"],
    )
    alt = f"Confusion matrix of {len(shown)} of {len(matrix.labels)} classes, truth in the rows"
    others = len(matrix.labels) - len(shown)
    noun = "1 other class is" if others == 1 else f"{others:,} other classes are"
    hint = f"{noun} added up in the last row and column." if others else ""
    # Above the chart: the tools that it shows under the pointer would cover the choices.
    if not has_rows(run):
        st.caption(hint or "Right answers are on the diagonal.")
        st.altair_chart(chart, alt=alt)
        return
    st.caption(f"A click on a cell opens its examples. {hint}")
    event = st.altair_chart(chart, key="confusion_matrix", on_select="rerun", alt=alt)
    clicked = event["selection"].get(CELL)
    if clicked:
        open_cell(run, clicked[0], name_of_others(matrix.labels), split)
