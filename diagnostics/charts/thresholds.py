"""Coverage against risk with its threshold, and the curves of ROC and precision-recall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from diagnostics.charts import colours
from diagnostics.charts.confidence import run_colour, run_dash

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

#: The name under which a click on the curve is reported; it holds `threshold`.
LEVEL = "level"
HEIGHT, CURVE_HEIGHT = 520, 420
#: Risks at less coverage than this are of few answers and may leave the chart at its top.
_SETTLED = 0.05
Kind = Literal["roc", "pr"]
_AXES: dict[Kind, tuple[str, str]] = {
    "roc": ("Share of negatives taken for positive", "Share of positives found (recall)"),
    "pr": ("Share of positives found (recall)", "Share right among those taken (precision)"),
}


def risk_coverage_chart(
    curve: pd.DataFrame,
    points: pd.DataFrame,
    *,
    runs: Sequence[str],
    target: float | None = None,
) -> alt.LayerChart:
    """Wrong among the answered against how much is answered; a click names a `threshold`.

    Parameters
    ----------
    curve
        `run` and the columns of `risk_coverage_curve`; the interval is drawn for the first run,
        whose levels can be clicked.
    points
        `run`, `kind` (`chosen` or `configured`), `threshold`, `coverage`, `risk`.
    runs
        Their names, the chosen one first.
    target
        A share of wrong answers, drawn as a line across.
    """
    import altair as alt

    top = _top(curve, target)
    x, y = _coverage(), _risk("risk", top)
    first = curve[curve["run"] == runs[0]]
    band = alt.Chart(first).mark_area(color=colours.RUNS[0], opacity=0.12, clip=True)
    lines = alt.Chart(curve).mark_line(strokeWidth=2, clip=True)
    layers = [
        band.encode(x=x, y=_risk("low", top), y2="high:Q"),
        lines.encode(x=x, y=y, color=run_colour(runs), strokeDash=run_dash(runs)),
    ]
    if target is not None:
        rule = alt.Chart(first.head(1)).mark_rule(strokeDash=[4, 4], color=colours.WRONG)
        layers.append(rule.encode(y=alt.datum(target)))
    # A line has no levels to click at: points that are not seen lie on it, and the nearest counts.
    click = alt.selection_point(name=LEVEL, fields=["threshold"], on="click", nearest=True)
    levels = alt.Chart(first).mark_point(size=60, opacity=0, cursor="pointer", clip=True)
    layers.append(levels.encode(x=x, y=y, tooltip=_level_tooltip()).add_params(click))
    layers.append(_thresholds(points, runs, top))
    return alt.LayerChart(layer=layers, height=HEIGHT)


def _coverage() -> alt.X:
    import altair as alt

    return alt.X(
        "coverage:Q",
        title="Answered",
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=alt.Axis(format=".0%", grid=False),
    )


def _risk(field: str, top: float) -> alt.Y:
    """The axis of the risk, the same for every field that is drawn on it."""
    import altair as alt

    return alt.Y(
        f"{field}:Q",
        title="Wrong among the answered",
        scale=alt.Scale(domain=[0, top], nice=False),
        axis=alt.Axis(format=".1~%", tickCount=6),
    )


def _level_tooltip() -> list[alt.Tooltip]:
    import altair as alt

    return [
        alt.Tooltip("run:N", title="Run"),
        alt.Tooltip("threshold:Q", title="Threshold", format=".4~f"),
        alt.Tooltip("coverage:Q", title="Answered", format=".1%"),
        alt.Tooltip("risk:Q", title="Wrong among them", format=".2%"),
    ]


def _thresholds(points: pd.DataFrame, runs: Sequence[str], top: float) -> alt.Chart:
    """The thresholds; one whose risk is above the chart is drawn at its upper end."""
    import altair as alt

    inside = points.assign(shown=points["risk"].clip(upper=top))
    shape = alt.Shape(
        "kind:N",
        scale=alt.Scale(domain=["chosen", "configured"], range=["circle", "diamond"]),
        legend=None,
    )
    marks: alt.Chart = (
        alt.Chart(inside)
        .mark_point(filled=True, size=150, opacity=1, stroke="white")
        .encode(
            x=_coverage(),
            y=_risk("shown", top),
            shape=shape,
            color=run_colour(runs),
            tooltip=_level_tooltip(),
        )
    )
    return marks


def _top(curve: pd.DataFrame, target: float | None) -> float:
    """Where the axis of the risk ends: above all that many answers stand behind."""
    settled = curve[curve["coverage"] >= min(_SETTLED, float(curve["coverage"].max()))]
    highest = float(settled["risk"].max()) if len(settled) else 1.0
    return min(max(highest * 1.15, (target or 0) * 1.3, 0.01), 1.0)


def rate_curve_chart(
    curve: pd.DataFrame,
    points: pd.DataFrame,
    *,
    kind: Kind,
    runs: Sequence[str],
    chance: float | None = None,
    axes: tuple[str, str] | None = None,
) -> alt.LayerChart:
    """One curve a run in the unit square, with what the answers themselves do.

    Parameters
    ----------
    curve
        `run`, `x`, `y`, `score`, and `step`: the order in which a run's points are joined.
    points
        `run`, `what` in words, `x`, `y`; may be empty.
    kind
        `roc`: straight between points, with the diagonal of chance. `pr`: in steps, with a line at
        `chance`, the share of positives.
    runs
        Their names, the chosen one first.
    axes
        Titles of both axes, where the usual ones do not fit.
    """
    import altair as alt

    titles = axes or _AXES[kind]
    scale = alt.Scale(domain=[0, 1], nice=False)
    x, y = (
        channel(f"{name}:Q", title=title, scale=scale, axis=alt.Axis(format=".0%", tickCount=5))
        for channel, name, title in zip((alt.X, alt.Y), "xy", titles, strict=True)
    )
    figures = [
        alt.Tooltip("run:N", title="Run"),
        alt.Tooltip("x:Q", title=titles[0], format=".1%"),
        alt.Tooltip("y:Q", title=titles[1], format=".1%"),
    ]
    lines = alt.Chart(curve).mark_line(
        strokeWidth=2, interpolate="linear" if kind == "roc" else "step-before"
    )
    layers = [
        _chance(kind, chance),
        lines.encode(
            x=x,
            y=y,
            # Vega-Lite joins points by x unless told otherwise, and a curve may rise at a single x.
            order=alt.Order("step:Q"),
            color=run_colour(runs),
            strokeDash=run_dash(runs),
            tooltip=[*figures, alt.Tooltip("score:Q", title="Score", format=".4~f")],
        ),
    ]
    if len(points):
        shape = alt.Shape("what:N", title=None, legend=_grey_legend())
        marks = alt.Chart(points).mark_point(filled=True, size=130, opacity=1, stroke="white")
        tooltip = [alt.Tooltip("what:N", title="What"), *figures]
        layers.append(marks.encode(x=x, y=y, shape=shape, color=run_colour(runs), tooltip=tooltip))
    return alt.LayerChart(layer=layers, height=CURVE_HEIGHT)


def _grey_legend() -> alt.Legend:
    """The shapes alone: colours are the runs'."""
    import altair as alt

    return alt.Legend(
        # The legend of the runs is at the top and needs the width.
        orient="bottom",
        symbolFillColor=colours.OTHER,
        symbolStrokeColor=colours.OTHER,
    )


def _chance(kind: Kind, chance: float | None) -> alt.Chart:
    """What a score that knows nothing would do."""
    import altair as alt
    import pandas as pd

    share = chance or 0.0
    ends = pd.DataFrame({"x": [0.0, 1.0], "y": [0.0, 1.0] if kind == "roc" else [share, share]})
    line: alt.Chart = (
        alt.Chart(ends)
        .mark_line(color=colours.OTHER, strokeWidth=1, strokeDash=[4, 4])
        .encode(x="x:Q", y="y:Q")
    )
    return line
