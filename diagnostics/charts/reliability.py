"""Reliability diagrams: how often answers were right against how sure they were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from diagnostics.charts import colours
from diagnostics.charts.confidence import confidence_axis, run_colour, run_dash

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

#: The name under which a click on a bin is reported; it holds `run`, `lower` and `upper`.
POINT = "point"
HEIGHT = 430
#: The part of the height that the bars of how many answers there are may take.
AMOUNTS = 0.12


def reliability_chart(bins: pd.DataFrame, line: pd.DataFrame, band: pd.DataFrame) -> alt.LayerChart:
    """Share of right answers against confidence; a click on a point names its bin.

    Parameters
    ----------
    bins
        `run`, `lower`, `upper`, `n`, `mean_confidence`, `accuracy`, `low`, `high`.
    line
        The recalibrated confidence: `confidence`, `recalibrated`.
    band
        Where that would be if the confidence were true: `confidence`, `low`, `high`.
    """
    import altair as alt

    click = alt.selection_point(name=POINT, fields=["run", "lower", "upper"], on="click")
    base = alt.Chart(bins).encode(x=_axis("mean_confidence", bins))
    area = (
        alt.Chart(band)
        .mark_area(color=colours.OTHER, opacity=0.25)
        .encode(x=_axis("confidence", bins), y=_share_axis("low"), y2="high:Q")
    )
    fitted = (
        alt.Chart(line)
        .mark_line(color=colours.CHOSEN, strokeWidth=2)
        .encode(x=_axis("confidence", bins), y=_share_axis("recalibrated"))
    )
    intervals = base.mark_rule(strokeWidth=1.5, color=colours.CHOSEN).encode(
        y=_share_axis("low"), y2="high:Q"
    )
    points = (
        base.mark_point(filled=True, opacity=1, size=70, color=colours.CHOSEN, cursor="pointer")
        .encode(y=_share_axis("accuracy"), tooltip=_bin_tooltip())
        .add_params(click)
    )
    layers = [_amounts(bins), _diagonal(bins), area, fitted, intervals, points]
    return alt.LayerChart(layer=layers, height=HEIGHT)


def overlaid_reliability_chart(bins: pd.DataFrame, runs: Sequence[str]) -> alt.LayerChart:
    """The same of several runs, each in its colour; a click on a point names its run and bin.

    `bins` are those of `reliability_chart`; `runs` are their names, the chosen one first.
    """
    import altair as alt

    click = alt.selection_point(name=POINT, fields=["run", "lower", "upper"], on="click")
    base = alt.Chart(bins).encode(x=_axis("mean_confidence", bins), color=run_colour(runs))
    lines = base.mark_line(strokeWidth=2).encode(
        y=_share_axis("accuracy"), strokeDash=run_dash(runs)
    )
    intervals = base.mark_rule(opacity=0.6).encode(y=_share_axis("low"), y2="high:Q")
    points = (
        base.mark_point(filled=True, opacity=1, size=60, cursor="pointer")
        .encode(y=_share_axis("accuracy"), tooltip=_bin_tooltip())
        .add_params(click)
    )
    layers = [_diagonal(bins), intervals, lines, points]
    return alt.LayerChart(layer=layers, height=HEIGHT)


def _amounts(bins: pd.DataFrame) -> alt.Chart:
    """How many answers each bin has, as low bars along the axis."""
    import altair as alt

    most = max(int(bins["n"].max()), 1)
    chart: alt.Chart = (
        alt.Chart(bins.assign(foot=0, amount=bins["n"] / most * AMOUNTS))
        .mark_bar(color=colours.OTHER, opacity=0.35, binSpacing=1, minBandSize=2)
        .encode(
            x=_axis("lower", bins),
            x2="upper:Q",
            y=_share_axis("foot"),
            y2="amount:Q",
            tooltip=_bin_tooltip(),
        )
    )
    return chart


def _diagonal(bins: pd.DataFrame) -> alt.Chart:
    """Where confidence and the share of right answers are equal."""
    import altair as alt
    import pandas as pd

    along = [float(bins["lower"].min()), 1.0]
    ends = pd.DataFrame({"confidence": along, "accuracy": along})
    chart: alt.Chart = (
        alt.Chart(ends)
        .mark_line(strokeDash=[4, 4], strokeWidth=1.5, color=colours.OTHER)
        .encode(x=_axis("confidence", bins), y=_share_axis("accuracy"))
    )
    return chart


def _axis(column: str, bins: pd.DataFrame) -> alt.X:
    # The diagonal ends at 1, whatever the last bin is.
    return confidence_axis(column, bins, highest=1.0)


def _share_axis(column: str) -> alt.Y:
    import altair as alt

    return alt.Y(
        f"{column}:Q",
        title="Share of right answers",
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=alt.Axis(format=".0%", tickCount=6),
    )


def _bin_tooltip() -> list[alt.Tooltip]:
    import altair as alt

    return [
        alt.Tooltip("run:N", title="Run"),
        alt.Tooltip("lower:Q", title="Above", format=".1%"),
        alt.Tooltip("upper:Q", title="Up to", format=".1%"),
        alt.Tooltip("n:Q", title="Answers", format=",d"),
        alt.Tooltip("mean_confidence:Q", title="Mean confidence", format=".1%"),
        alt.Tooltip("accuracy:Q", title="Right", format=".1%"),
        alt.Tooltip("low:Q", title="95% interval from", format=".1%"),
        alt.Tooltip("high:Q", title="to", format=".1%"),
    ]
