"""Parallel axes: a line for each run, an axis for each parameter, brushed to pick runs."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from diagnostics.charts.colours import CHOSEN, OTHER, TEXT_ON_DARK, TEXT_ON_LIGHT
from diagnostics.charts.score_axes import score_tooltip
from diagnostics.runs.parameters.parallel_axes import SCORE, ParallelAxes
from diagnostics.statistics.metric_names import metric_words

if TYPE_CHECKING:
    import altair as alt

#: The names of the selections: a click on a line holds `run`, a brush `axis` and `position`.
PICK, BRUSH = "pick", "brush"
HEIGHT = 380


def parallel_chart(
    found: ParallelAxes,
    metric: str,
    *,
    chosen: str,
    kept: Collection[str] | None = None,
) -> alt.LayerChart:
    """The runs as lines, the stronger their colour the better; the chosen run stands out.

    Parameters
    ----------
    found
        As `parallel_axes` has them; a point for each run and axis is drawn, and a line a run.
    metric
        What the score is.
    chosen
        The run that stands out.
    kept
        Runs that pass the brush; the others fade. All if None.
    """
    import altair as alt

    points = found.points.assign(
        is_chosen=found.points["run"] == chosen,
        is_kept=True if kept is None else found.points["run"].isin(set(kept)),
    )
    labels = {name: metric_words(metric) if name == SCORE else name for name in found.axes}
    said = " : ".join(f"datum.value == {_quoted(k)} ? {_quoted(v)}" for k, v in labels.items())
    x = alt.X(
        "axis:N",
        sort=list(found.axes),
        title=None,
        scale=alt.Scale(domain=list(found.axes), type="point", padding=0.35),
        axis=alt.Axis(
            orient="top", labelAngle=0, labelLimit=130, labelFontSize=12, ticks=False, domain=False,
            labelOverlap=False, labelExpr=f"{said} : datum.value", grid=True,
        ),
    )  # fmt: skip
    y = alt.Y("position:Q", axis=None, scale=alt.Scale(domain=[-0.03, 1.03], nice=False))
    low, high = float(points["goodness"].min()), float(points["goodness"].max())
    # Below the lowest, for the lowest colour is nearly the page's own.
    domain = [low - 0.5 * (high - low), high] if high > low else [low - 1, high]
    score = alt.Color("goodness:Q", scale=alt.Scale(domain=domain), legend=None)
    faded = alt.condition("datum.is_kept", score, alt.value(OTHER))
    tooltip = [alt.Tooltip("run:N", title="Run"), score_tooltip("score", metric)]
    each = alt.Chart(points[~points["is_chosen"]]).encode(
        x=x, y=y, detail="run:N", order="goodness:Q"
    )
    lines = each.mark_line(strokeWidth=1.2).encode(
        color=faded,
        opacity=alt.condition("datum.is_kept", alt.value(0.6), alt.value(0.1)),
    )
    # A line is too thin to be hit: a wider one that is not seen takes the clicks.
    hits = (
        each.mark_line(cursor="pointer", strokeWidth=8, opacity=0.01)
        .encode(tooltip=tooltip, color=alt.value(OTHER))
        .add_params(alt.selection_point(name=PICK, fields=["run"], on="click"))
    )
    one = (
        alt.Chart(points[points["is_chosen"]])
        .mark_line(strokeWidth=3.5)
        .encode(x=x, y=y, detail="run:N", color=alt.value(CHOSEN), tooltip=tooltip)
    )
    ends = (
        alt.Chart(points)
        .mark_circle(size=14, cursor="pointer")
        .encode(
            x=x,
            y=y,
            color=faded,
            opacity=alt.condition("datum.is_kept", alt.value(0.9), alt.value(0.12)),
            tooltip=[*tooltip[:1], alt.Tooltip("text:N", title="Value"), tooltip[1]],
        )
        .add_params(alt.selection_interval(name=BRUSH, encodings=["x", "y"]))
    )
    text = alt.Chart(found.ticks).encode(x=x, y=y, text="text:N")
    beside: dict[str, Any] = {"align": "right", "dx": -8, "fontSize": 11, "limit": 110}
    # The lowest colour is nearly the page's own, in the light and in the dark theme.
    page = alt.expr(f"scale('color', {domain[0]})")
    halo = text.mark_text(stroke=page, strokeWidth=4, strokeJoin="round", opacity=0.85, **beside)
    figures = alt.expr(
        f"contrast('white', scale('color', {domain[0]})) > 4.5 "
        f"? '{TEXT_ON_DARK}' : '{TEXT_ON_LIGHT}'"
    )
    values = text.mark_text(color=figures, fontWeight=600, **beside)
    return alt.LayerChart(layer=[lines, hits, one, ends, halo, values], height=HEIGHT)


def _quoted(text: str) -> str:
    import json

    return json.dumps(text)
