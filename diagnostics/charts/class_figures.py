"""Each class's figures, and how often each was answered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from diagnostics.charts import colours

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

#: The name under which a click on a class is reported.
CLASS = "class"
#: Pixels and characters that a label may take before it is cut.
#: Streamlit's theme would cut it at 100 pixels.
LABEL_LIMIT, LABEL_CHARACTERS = 150, 24
#: Pixels for each class, and what an axis with and without a title takes of a chart's height.
ROW_HEIGHT, AXIS_HEIGHT, TITLE_HEIGHT = 26, 34, 26

#: Lines of the legend beside the figures.
LEGEND_ROWS = 3

_FIGURES = {"precision": "Precision", "recall": "Recall", "f1": "F1"}
#: One for each of them, for those who tell no colours apart.
SHAPES = ["circle", "square", "cross"]


def class_figures_chart(report: pd.DataFrame) -> alt.LayerChart:
    """Precision, recall and F1 of each class on one line, in the order of the rows.

    Parameters
    ----------
    report
        `label`, `precision`, `recall`, `f1` (0 to 1, NaN where undefined) and `support`.
    """
    import altair as alt

    base = alt.Chart(report).encode(y=_class_axis(report))
    ranges = base.mark_rule(strokeWidth=3, opacity=0.35, color=colours.OTHER).encode(
        x=alt.X("low:Q", title=None), x2="high:Q"
    )
    points = (
        base.transform_fold(list(_FIGURES), as_=["figure", "value"])
        .transform_calculate(named=f"({json.dumps(_FIGURES)})[datum.figure]")
        .mark_point(filled=True, size=90, opacity=1)
        .encode(
            x=alt.X(
                "value:Q",
                title=None,
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(format=".0%", orient="top", tickCount=5),
            ),
            color=alt.Color("named:N", title=None, scale=_scale(list(colours.FIGURES.values()))),
            shape=alt.Shape("named:N", title=None, scale=_scale(SHAPES)),
            tooltip=[
                alt.Tooltip("label:N", title="Class"),
                alt.Tooltip("named:N", title="Figure"),
                alt.Tooltip("value:Q", title="Value", format=".3f"),
                alt.Tooltip("support:Q", title="Support", format=",d"),
            ],
        )
    )
    low = "min(datum.precision, datum.recall)"
    high = "max(datum.precision, datum.recall)"
    lines = ranges.transform_calculate(low=low, high=high)
    # The legend stands beside the rows and needs its lines where classes are fewer.
    height = ROW_HEIGHT * max(len(report), LEGEND_ROWS) + AXIS_HEIGHT
    return alt.LayerChart(layer=[lines, points], height=height)


def _scale(marks: list[str]) -> alt.Scale:
    import altair as alt

    return alt.Scale(domain=list(colours.FIGURES), range=marks)


def answers_chart(counts: pd.DataFrame) -> alt.Chart:
    """How often each label was answered, in the order of the rows; a click names the `label`.

    Parameters
    ----------
    counts
        `label` and `n`.
    """
    import altair as alt

    click = alt.selection_point(name=CLASS, fields=["label"], on="click")
    chart: alt.Chart = (
        alt.Chart(counts)
        .mark_bar(cornerRadiusEnd=3, cursor="pointer")
        .encode(
            x=alt.X("n:Q", title="Answers", axis=alt.Axis(tickMinStep=1, tickCount=6, format=",d")),
            y=_class_axis(counts),
            tooltip=[
                alt.Tooltip("label:N", title="Predicted"),
                alt.Tooltip("n:Q", title="Answers", format=",d"),
            ],
        )
        .add_params(click)
        .properties(height=ROW_HEIGHT * len(counts) + AXIS_HEIGHT + TITLE_HEIGHT)
    )
    return chart


def shown_label(characters: int) -> str:
    """What an axis writes of a label, as an expression of Vega.

    A long one is cut in its middle, for long names differ at their ends; a blank one, which the
    axis would not show at all, has a word.
    """
    half = (characters - 1) // 2
    cut = f"slice(datum.label, 0, {half}) + '…' + slice(datum.label, -{half})"
    whole = f"length(datum.label) > {characters} ? {cut} : datum.label"
    return f"trim(datum.label) === '' ? '(empty)' : {whole}"


def _class_axis(frame: pd.DataFrame) -> alt.Y:
    import altair as alt

    labels = frame["label"].tolist()
    return alt.Y(
        "label:N",
        title=None,
        scale=alt.Scale(domain=labels),
        axis=alt.Axis(
            labelLimit=LABEL_LIMIT * 2,
            # Streamlit's theme leaves out labels that overlap: a class would have no name.
            labelOverlap=False,
            labelFlush=False,
            labelExpr=shown_label(LABEL_CHARACTERS * 2),
            ticks=False,
            domain=False,
        ),
    )
