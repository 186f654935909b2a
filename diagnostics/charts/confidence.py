"""How sure right and wrong answers were, and the colours of runs that are laid over one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from diagnostics.charts import colours

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

#: The name under which a click on a bar is reported; it holds `lower`, `upper` and `outcome`.
BAR = "bar"
Value = Literal["n", "share"]

HEIGHT = 420
#: What is drawn of an answer, upwards or downwards.
OUTCOMES = {"right": "Right", "wrong": "Wrong", "unjudged": "No true label"}
_COLOURS = {
    "right": colours.RIGHT,
    "wrong": colours.WRONG,
    "unjudged": colours.OTHER,
}


def confidence_histogram_chart(bars: pd.DataFrame, *, value: Value = "n") -> alt.Chart:
    """Right answers upwards and wrong ones downwards, by confidence; a click names the bar.

    Parameters
    ----------
    bars
        One row per bin and outcome: `lower`, `upper`, `outcome` (`right`, `wrong`, `unjudged`),
        `n`, `share` of the outcome's answers, and `of_bin`, the share of the bin's answers.
    value
        The column that gives the height.
    """
    import altair as alt

    there = [name for name in OUTCOMES if name in set(bars["outcome"])]
    drawn = bars.assign(
        height=bars[value].where(bars["outcome"] != "wrong", -bars[value]),
        foot=0,
        called=bars["outcome"].map(OUTCOMES),
    )
    click = alt.selection_point(name=BAR, fields=["lower", "upper", "outcome"], on="click")
    chart: alt.Chart = (
        alt.Chart(drawn, height=HEIGHT)
        .mark_rect(cursor="pointer", xOffset=0.5, x2Offset=-0.5)
        .encode(
            x=confidence_axis("lower", bars),
            x2="upper:Q",
            y=alt.Y("height:Q", title=_height_title(value), axis=_magnitude_axis(value)),
            y2="foot:Q",
            color=alt.Color(
                "called:N",
                title=None,
                sort=[OUTCOMES[name] for name in there],
                scale=alt.Scale(
                    domain=[OUTCOMES[name] for name in there],
                    range=[_COLOURS[name] for name in there],
                ),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=_bar_tooltip(),
        )
        .add_params(click)
    )
    return chart


def confidence_axis(column: str, bins: pd.DataFrame, highest: float | None = None) -> alt.X:
    """The axis of a confidence, from the first of some bins (`lower`, `upper`) to the last."""
    import altair as alt

    last = float(bins["upper"].max()) if highest is None else highest
    ends = [float(bins["lower"].min()), last]
    return alt.X(
        f"{column}:Q",
        title="Confidence",
        scale=alt.Scale(domain=ends, nice=False),
        axis=alt.Axis(format=".1~%", grid=False, tickCount=10),
    )


def _height_title(value: Value) -> str:
    return "Answers" if value == "n" else "Share of right, of wrong answers"


def _magnitude_axis(value: Value) -> alt.Axis:
    """What lies below zero is a count, too."""
    import altair as alt

    figure = "format(abs(datum.value), ',d')" if value == "n" else "format(abs(datum.value), '.0%')"
    return alt.Axis(labelExpr=figure, tickMinStep=1 if value == "n" else 0)


def _bar_tooltip() -> list[alt.Tooltip]:
    import altair as alt

    return [
        alt.Tooltip("lower:Q", title="Above", format=".1%"),
        alt.Tooltip("upper:Q", title="Up to", format=".1%"),
        alt.Tooltip("called:N", title="Answers"),
        alt.Tooltip("n:Q", title="How many", format=",d"),
        alt.Tooltip("share:Q", title="Of all such answers", format=".1%"),
        alt.Tooltip("of_bin:Q", title="Of this bin", format=".1%"),
    ]


def overlaid_histogram_chart(bars: pd.DataFrame, runs: Sequence[str]) -> alt.LayerChart:
    """The same of several runs as outlines, each in its colour; a click on a point names its bar.

    Parameters
    ----------
    bars
        As `confidence_histogram_chart` takes them, with a column `run`; drawn are the shares of
        each run's right, of its wrong answers.
    runs
        Their names, the chosen one first.
    """
    import altair as alt

    drawn = bars.assign(
        height=bars["share"].where(bars["outcome"] != "wrong", -bars["share"]),
        middle=(bars["lower"] + bars["upper"]) / 2,
        called=bars["outcome"].map(OUTCOMES),
    )
    base = alt.Chart(drawn).encode(
        x=confidence_axis("middle", bars),
        y=alt.Y(
            "height:Q", title="Wrong ← share of answers → right", axis=_magnitude_axis("share")
        ),
        color=run_colour(runs),
        detail="outcome:N",
        tooltip=[alt.Tooltip("run:N", title="Run"), *_bar_tooltip()],
    )
    fields = ["run", "lower", "upper", "outcome"]
    click = alt.selection_point(name=BAR, fields=fields, on="click")
    lines = base.mark_line(strokeWidth=2).encode(strokeDash=run_dash(runs))
    points = base.mark_point(filled=True, size=36, opacity=1, cursor="pointer").add_params(click)
    zero = alt.Chart(drawn.head(1)).mark_rule(color=colours.OTHER).encode(y=alt.datum(0))
    return alt.LayerChart(layer=[zero, lines, points], height=HEIGHT)


def run_colour(runs: Sequence[str]) -> alt.Color:
    """The colours of runs that are laid over one another, in their order; for `run`."""
    import altair as alt

    return alt.Color(
        "run:N",
        title=None,
        sort=list(runs),
        scale=alt.Scale(domain=list(runs), range=list(colours.RUNS[: len(runs)])),
        legend=_run_legend(runs),
    )


def _run_legend(runs: Sequence[str]) -> alt.Legend | None:
    """None for a single run, which is named above."""
    import altair as alt

    if len(runs) == 1:
        return None
    return alt.Legend(orient="top", labelLimit=200, columns=2, symbolType="stroke")


def run_dash(runs: Sequence[str]) -> alt.StrokeDash:
    """The dashes of the same lines: told apart also without colours."""
    import altair as alt

    dashes = [list(dash) for dash in colours.RUN_DASHES[: len(runs)]]
    scale = alt.Scale(domain=list(runs), range=dashes)
    if len(runs) == 1:
        return alt.StrokeDash("run:N", scale=scale, legend=None)
    # Field, title and order are those of `run_colour`: so Vega-Lite makes one legend of both.
    return alt.StrokeDash("run:N", title=None, sort=list(runs), scale=scale)
