"""Parallel axes: a line for each run, an axis for each parameter, brushed to pick runs."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from diagnostics.charts.colours import CHOSEN, OTHER, TEXT_ON_DARK, TEXT_ON_LIGHT
from diagnostics.charts.score_axes import score_tooltip
from diagnostics.statistics.metric_names import metric_words

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from diagnostics.runs.parameters.parallel_axes import ParallelAxes

#: The names of the selections: a click on a line holds `run`, a brush `axis` and `position`.
PICK, BRUSH = "pick", "brush"
HEIGHT = 380


def parallel_chart(
    axes: ParallelAxes,
    metric: str,
    *,
    chosen: str,
    kept: Collection[str] | None = None,
) -> alt.LayerChart:
    """The runs as lines, the stronger their colour the better; the chosen run stands out.

    Parameters
    ----------
    axes
        As `parallel_axes` has them; a point for each run and axis is drawn, and a line a run.
    metric
        What the score is.
    chosen
        The run that stands out.
    kept
        Runs that pass the brush; the others fade. All if None.
    """
    import altair as alt

    points = axes.points.assign(
        is_chosen=axes.points["run"] == chosen,
        is_kept=True if kept is None else axes.points["run"].isin(set(kept)),
    )
    x = _axes(axes, metric)
    y = alt.Y("position:Q", axis=None, scale=alt.Scale(domain=[-0.03, 1.03], nice=False))
    domain = _goodness(points)
    score = alt.Color("goodness:Q", scale=alt.Scale(domain=domain), legend=None)
    faded = alt.condition("datum.is_kept", score, alt.value(OTHER))
    tooltip = [alt.Tooltip("run:N", title="Run"), score_tooltip("score", metric)]
    other = alt.Chart(points[~points["is_chosen"]])
    others = other.encode(x=x, y=y, detail="run:N", order="goodness:Q")
    chosen_line = (
        alt.Chart(points[points["is_chosen"]])
        .mark_line(strokeWidth=3.5)
        .encode(x=x, y=y, detail="run:N", color=alt.value(CHOSEN), tooltip=tooltip)
    )
    ends = _ends(alt.Chart(points).encode(x=x, y=y, color=faded), tooltip)
    ticks = alt.Chart(axes.ticks).encode(x=x, y=y, text="text:N")
    return alt.LayerChart(
        layer=[*_lines(others, faded, tooltip), chosen_line, ends, *_texts(ticks, domain[0])],
        height=HEIGHT,
    )


def _axes(axes: ParallelAxes, metric: str) -> alt.X:
    """The axes side by side; the score's, which is the last, is called by its metric."""
    import altair as alt

    names = {**{name: name for name in axes.axes}, axes.axes[-1]: metric_words(metric)}
    named = " : ".join(f"datum.value == {_quoted(k)} ? {_quoted(v)}" for k, v in names.items())
    return alt.X(
        "axis:N",
        sort=list(axes.axes),
        title=None,
        scale=alt.Scale(domain=list(axes.axes), type="point", padding=0.35),
        axis=alt.Axis(
            orient="top", labelAngle=0, labelLimit=130, labelFontSize=12, ticks=False, domain=False,
            labelOverlap=False, labelExpr=f"{named} : datum.value", grid=True,
        ),
    )  # fmt: skip


def _goodness(points: pd.DataFrame) -> list[float]:
    """The domain of the colours."""
    low, high = float(points["goodness"].min()), float(points["goodness"].max())
    # Below the lowest, for the lowest colour is nearly the page's own.
    return [low - 0.5 * (high - low), high] if high > low else [low - 1, high]


def _lines(others: alt.Chart, faded: Any, tooltip: list[alt.Tooltip]) -> list[alt.Chart]:
    """The lines of the runs that are not chosen, and what takes the clicks on them."""
    import altair as alt

    lines = others.mark_line(strokeWidth=1.2).encode(
        color=faded,
        opacity=alt.condition("datum.is_kept", alt.value(0.6), alt.value(0.1)),
    )
    # A line is too thin to be hit: a wider one that is not seen takes the clicks.
    hits = (
        others.mark_line(cursor="pointer", strokeWidth=8, opacity=0.01)
        .encode(tooltip=tooltip, color=alt.value(OTHER))
        .add_params(alt.selection_point(name=PICK, fields=["run"], on="click"))
    )
    return [lines, hits]


def _ends(points: alt.Chart, tooltip: list[alt.Tooltip]) -> alt.Chart:
    """Where the lines meet the axes; these can be brushed, lines cannot."""
    import altair as alt

    ends: alt.Chart = (
        points.mark_circle(size=14, cursor="pointer")
        .encode(
            opacity=alt.condition("datum.is_kept", alt.value(0.9), alt.value(0.12)),
            tooltip=[*tooltip[:1], alt.Tooltip("text:N", title="Value"), tooltip[1]],
        )
        .add_params(alt.selection_interval(name=BRUSH, encodings=["x", "y"]))
    )
    return ends


def _texts(ticks: alt.Chart, lowest: float) -> list[alt.Chart]:
    """The values beside the axes, with a halo, for lines pass behind them."""
    import altair as alt

    beside: dict[str, Any] = {"align": "right", "dx": -8, "fontSize": 11, "limit": 110}
    # The lowest colour is nearly the page's own, in the light and in the dark theme.
    page = f"scale('color', {lowest})"
    halo = ticks.mark_text(
        stroke=alt.expr(page), strokeWidth=4, strokeJoin="round", opacity=0.85, **beside
    )
    readable = f"contrast('white', {page}) > 4.5 ? '{TEXT_ON_DARK}' : '{TEXT_ON_LIGHT}'"
    return [halo, ticks.mark_text(color=alt.expr(readable), fontWeight=600, **beside)]


def _quoted(text: str) -> str:
    import json

    # Vega reads JSON's quotes and escapes in an expression, so a name may hold any sign.
    return json.dumps(text)
