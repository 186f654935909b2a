"""The probability bars of one answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnostics.charts import colours
from diagnostics.charts.class_figures import LABEL_CHARACTERS, shown_label

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

COLOURS = {
    "true": colours.TRUE_LABEL,
    "right": colours.RIGHT,
    "predicted": colours.PREDICTED_LABEL,
    "answer": colours.CHOSEN,
    "other": colours.OTHER,
    "rest": colours.OTHER,
}
BAR_HEIGHT = 24
LABEL_WIDTH = 170
#: Pixels for the longest words behind a bar, `99.99% · true and predicted`, and before them.
WORDS, GAP = 150, 6
#: What the bars keep of a chart that has no room for both; the words then end in an ellipsis.
LEAST = 0.3


def probability_bars(
    probabilities: pd.DataFrame, *, text_colour: str = colours.TEXT
) -> alt.LayerChart:
    """Horizontal bars in the order of the rows.

    Parameters
    ----------
    probabilities
        `label`, `probability`, `role` and `figure`, as `probability_table` has them.
    text_colour
        Of the figures behind the bars, which the theme does not reach.
    """
    import altair as alt

    base = alt.Chart(probabilities).encode(
        y=_labels(),
        tooltip=[
            alt.Tooltip("label:N", title="Label"),
            alt.Tooltip("figure:N", title="Probability"),
        ],
    )
    width = _probability()
    colour = alt.Color(
        "role:N",
        legend=None,
        scale=alt.Scale(domain=list(COLOURS), range=list(COLOURS.values())),
    )
    bars = base.mark_bar(cornerRadiusEnd=3, height=14, minBandSize=2).encode(x=width, color=colour)
    figures = base.mark_text(
        align="left",
        dx=GAP,
        color=text_colour,
        # Without a limit a narrow card cuts the words off without a sign.
        limit=alt.expr(f"width - scale('x', datum.probability) - {GAP}"),
    ).encode(x=width, text="figure:N")
    return alt.LayerChart(layer=[bars, figures]).properties(height=alt.Step(BAR_HEIGHT))


def _labels() -> alt.Y:
    """Every row's label, in the order of the rows."""
    import altair as alt

    axis = alt.Axis(
        labelLimit=LABEL_WIDTH,
        labelExpr=shown_label(LABEL_CHARACTERS),
        labelOverlap=False,
        ticks=False,
        domain=False,
        grid=False,
    )
    return alt.Y("label:N", sort=None, title=None, axis=axis)


def _probability() -> alt.X:
    """From 0 to 1, short of the chart's right end: the words stand behind the bars."""
    import altair as alt

    scale = alt.Scale(
        domain=[0, 1],
        nice=False,
        # Only the browser knows how wide the chart is.
        rangeMax=alt.expr(f"max(width - {WORDS}, width * {LEAST})"),
    )
    return alt.X("probability:Q", title=None, scale=scale, axis=None)
