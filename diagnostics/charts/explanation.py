"""Why an answer: contributions as bars or steps, and as a heat map over a picture."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from diagnostics.charts import colours

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

BAR_HEIGHT = 24
#: Pixels for the figure behind a bar, for the names before it, and characters of those.
FIGURE, NAME, CHARACTERS = 62, 190, 30
COLOURS = {
    "towards": colours.TOWARDS,
    "away": colours.AWAY,
    "unstable": colours.OTHER,
    "base": colours.OTHER,
    "output": colours.OTHER,
}
#: Pixels around the bars: less below than a theme leaves for an axis.
PADDING = {"left": 0, "top": 4, "right": 0, "bottom": 4}
NO_PADDING = {"left": 0, "top": 0, "right": 0, "bottom": 1}
#: How much of a picture the strongest square hides.
STRONGEST_OPACITY = 0.85


def contribution_chart(table: pd.DataFrame, *, text_colour: str = colours.TEXT) -> alt.LayerChart:
    """Bars from zero, or steps from the base to the output, in the order of the rows.

    Parameters
    ----------
    table
        `name`, `contribution`, `start`, `end`, `role` and `figure`, as `contribution_table` has
        them. Names may repeat.
    text_colour
        Of the figures behind the bars, which the theme does not reach.
    """
    import altair as alt

    rows = table.assign(at=range(len(table)))
    across = _across(rows)
    base = alt.Chart(rows).encode(
        y=_names(rows),
        tooltip=[
            alt.Tooltip("name:N", title="What"),
            alt.Tooltip("contribution:Q", title="Added", format="+.4g"),
        ],
    )
    # Of one row: a rule for each would lie over the others, and their opacities add up.
    zero = (
        alt.Chart(rows.head(1))
        .transform_calculate(zero="0")
        .mark_rule(color=colours.OTHER, opacity=0.6)
        .encode(x=alt.X("zero:Q", scale=across, axis=None))
    )
    figures = (
        base.transform_calculate(right="max(datum.start, datum.end)")
        .mark_text(align="left", dx=6, color=text_colour)
        .encode(x=alt.X("right:Q", scale=across, axis=None), text="figure:N")
    )
    return alt.LayerChart(layer=[zero, _bars(base, across), figures]).properties(
        height=BAR_HEIGHT * len(rows), padding=PADDING
    )


def _across(rows: pd.DataFrame) -> alt.Scale:
    """From the lowest to the highest end, with zero; the figures behind the bars have room."""
    import altair as alt

    ends = rows[["start", "end"]]
    low, high = min(0.0, float(ends.min().min())), max(0.0, float(ends.max().max()))
    return alt.Scale(
        domain=[low, high] if high > low else [0, 1],
        nice=False,
        rangeMax=alt.expr(f"max(width - {FIGURE}, width * 0.5)"),
    )


def _names(rows: pd.DataFrame) -> alt.Y:
    """The rows by their place: an axis of names would draw those of one name over each other."""
    import altair as alt

    names = json.dumps([_cut(name) for name in rows["name"]])
    axis = alt.Axis(
        labelExpr=f"{names}[datum.value]",
        labelLimit=NAME,
        labelOverlap=False,
        ticks=False,
        domain=False,
        grid=False,
    )
    return alt.Y("at:O", title=None, axis=axis)


def _bars(base: alt.Chart, across: alt.Scale) -> alt.Chart:
    import altair as alt

    bars: alt.Chart = base.mark_bar(height=14, cornerRadius=2, minBandSize=2).encode(
        x=alt.X("start:Q", scale=across, axis=None),
        x2="end:Q",
        opacity=alt.condition("datum.role === 'unstable'", alt.value(0.4), alt.value(1)),
        color=alt.Color(
            "role:N",
            legend=None,
            scale=alt.Scale(domain=list(COLOURS), range=list(COLOURS.values())),
        ),
    )
    return bars


def _cut(name: str) -> str:
    """Long names are cut in the middle, for they differ at their ends."""
    if len(name) <= CHARACTERS:
        return name
    half = (CHARACTERS - 1) // 2
    return f"{name[:half]}…{name[-half:]}"


def heat_map(pixels: pd.DataFrame, picture: str | None, *, width: int = 260) -> alt.LayerChart:
    """What every square of a picture added, over the picture.

    Parameters
    ----------
    pixels
        `row`, `column`, `contribution` and `share` (-1 to 1), as `pixel_table` has them.
    picture
        The picture in a `data:` address; None to leave it out.
    width
        Pixels that the picture is wide.
    """
    import altair as alt

    rows, columns = int(pixels["row"].max()) + 1, int(pixels["column"].max()) + 1
    height = width * rows / columns
    behind = [] if picture is None else [_picture(picture)]
    chart = alt.LayerChart(layer=[*behind, _squares(pixels)])
    return chart.properties(width=width, height=height, padding=NO_PADDING)


def _squares(pixels: pd.DataFrame) -> alt.Chart:
    """The squares, the less to be seen through the more they added."""
    import altair as alt

    squares: alt.Chart = (
        alt.Chart(pixels)
        .transform_calculate(
            role="datum.share < 0 ? 'away' : 'towards'",
            strength=f"abs(datum.share) * {STRONGEST_OPACITY}",
        )
        .mark_rect(stroke=None)
        .encode(
            x=alt.X("column:O", axis=None, scale=alt.Scale(padding=0)),
            y=alt.Y("row:O", axis=None, scale=alt.Scale(padding=0)),
            color=alt.Color(
                "role:N",
                legend=None,
                scale=alt.Scale(domain=["towards", "away"], range=[colours.TOWARDS, colours.AWAY]),
            ),
            # No scale: Vega-Lite's own begins at 0.3, and these are opacities already.
            opacity=alt.Opacity("strength:Q", scale=None, legend=None),
            tooltip=[
                alt.Tooltip("row:O", title="Row"),
                alt.Tooltip("column:O", title="Column"),
                alt.Tooltip("contribution:Q", title="Added", format="+.4g"),
            ],
        )
    )
    return squares


def _picture(address: str) -> alt.Chart:
    """The picture over the whole chart, whatever size the page gives that."""
    import altair as alt
    import pandas as pd

    image: alt.Chart = (
        alt.Chart(pd.DataFrame({"picture": [address]}))
        .mark_image(
            x=alt.expr("width / 2"),
            y=alt.expr("height / 2"),
            width=alt.expr("width"),
            height=alt.expr("height"),
            aspect=False,
        )
        .encode(url="picture:N")
    )
    return image
