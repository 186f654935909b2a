"""What parameters did: means by value, importance, pairs, and the front of score against time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diagnostics.charts.colours import CHOSEN, OTHER, TEXT
from diagnostics.charts.score_axes import (
    score_axis,
    score_domain,
    score_format,
    score_scale,
    score_tooltip,
)
from diagnostics.statistics.metric_names import metric_words

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from diagnostics.runs.parameters.effects import Importance

#: The name of the selection that a click makes; it holds `run`, `value` or both.
PICK = "pick"
HEIGHT = 230
#: Bars of the chart of importance; the smallest are left out.
BARS = 12
BAR_HEIGHT = 26
_LABELS = 240
#: Characters of a name beside a dot, and runs that have a line for their error.
_NAME, _RULES = 36, 200


def marginal_chart(
    means: pd.DataFrame,
    runs: pd.DataFrame,
    metric: str,
    *,
    title: str,
    chosen: str,
    domain: list[float],
) -> alt.LayerChart:
    """The mean score at each value with its interval, and the runs behind it as dots.

    Parameters
    ----------
    means
        As `marginal_means` has them, in the order in which they are drawn.
    runs
        As `run_values` has them; empty where they are too many: then thin lines reach from the
        lowest run to the highest.
    title
        What the parameter is called.
    chosen
        The run that is drawn in colour.
    domain
        Of the scores, so that several parameters can be compared.
    """
    import altair as alt

    x = _values(list(means["value"]), title)
    scale = score_scale(domain)
    y = alt.Y("mean:Q", title=None, scale=scale, axis=score_axis(metric, tickCount=4))
    # A click reports `run` and `value`: that of a mean names no run.
    base = alt.Chart(means.assign(run="")).encode(x=x)
    tooltip = _mean_tooltip(metric, title)
    path = base.mark_line(strokeWidth=1, opacity=0.5).encode(y=y, color=alt.value(OTHER))
    # Clipped: the domain is that of the runs, which an interval may leave.
    interval = base.mark_rule(strokeWidth=4, opacity=0.55, clip=True).encode(
        y=alt.Y("low:Q", scale=scale), y2="high:Q", color=alt.value(OTHER), tooltip=tooltip
    )
    dots = (
        base.mark_point(
            shape="diamond", filled=True, size=110, opacity=1, cursor="pointer", stroke="white",
            strokeWidth=0.6,
        )
        .encode(y=y, color=alt.value(OTHER), tooltip=tooltip)
        .add_params(alt.selection_point(name=PICK, fields=["run", "value"], on="click"))
    )  # fmt: skip
    span = base.mark_rule(strokeWidth=1.2, opacity=0.5).encode(
        y=alt.Y("lowest:Q", scale=scale), y2="highest:Q", color=alt.value(OTHER)
    )
    behind = _run_dots(runs, metric, x, scale, chosen, title) if len(runs) else span
    return alt.LayerChart(layer=[behind, path, interval, dots], height=HEIGHT)


def _values(order: list[str], title: str) -> alt.X:
    """The values of a parameter, slanted where they would not fit beside each other."""
    import altair as alt

    is_level = sum(map(len, order)) * 7 < 210
    axis = alt.Axis(
        labelFlush=False,
        labelAngle=0 if is_level else -40, labelLimit=110, labelOverlap=False, ticks=False,
        domain=False, grid=False, titlePadding=6,
    )  # fmt: skip
    return alt.X("value:N", sort=order, title=title, axis=axis)


def _mean_tooltip(metric: str, title: str) -> list[alt.Tooltip]:
    import altair as alt

    return [
        alt.Tooltip("value:N", title=title),
        alt.Tooltip("n:Q", title="Runs", format=",d"),
        score_tooltip("mean", metric, "Mean"),
        score_tooltip("std", metric, "Their standard deviation"),
        score_tooltip("lowest", metric, "Lowest run"),
        score_tooltip("highest", metric, "Highest run"),
        alt.Tooltip("best_run:N", title="Best run"),
    ]


def _run_dots(
    runs: pd.DataFrame, metric: str, x: alt.X, scale: alt.Scale, chosen: str, title: str
) -> alt.Chart:
    import altair as alt

    shown = runs.assign(is_chosen=runs["run"] == chosen)
    dots: alt.Chart = (
        alt.Chart(shown)
        .mark_circle(cursor="pointer")
        .encode(
            x=x,
            y=alt.Y("score:Q", scale=scale),
            color=alt.condition("datum.is_chosen", alt.value(CHOSEN), alt.value(OTHER)),
            opacity=alt.condition("datum.is_chosen", alt.value(1), alt.value(0.4)),
            size=alt.condition("datum.is_chosen", alt.value(90), alt.value(26)),
            order=alt.Order("is_chosen:N"),
            tooltip=[
                alt.Tooltip("run:N", title="Run"),
                alt.Tooltip("value:N", title=title),
                score_tooltip("score", metric),
            ],
        )
    )
    return dots


def importance_bars(importance: Importance) -> alt.Chart:
    """The share of each parameter and pair as bars, the largest first, and what is left.

    A click names the bar in `name`; pairs are written `a × b`.
    """
    import altair as alt

    bars = importance_table(importance)
    chart: alt.Chart = (
        alt.Chart(bars, height=BAR_HEIGHT * len(bars) + 40)
        .mark_bar(cornerRadiusEnd=3, cursor="pointer", height={"band": 0.62})
        .encode(
            x=alt.X(
                "share:Q", title=None, scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(format=".0%", tickCount=5, ticks=False, domain=False),
            ),
            y=alt.Y(
                "name:N", sort=list(bars["name"]), title=None,
                axis=alt.Axis(
                    labelLimit=220, labelOverlap=False, ticks=False, domain=False, grid=False
                ),
            ),
            color=alt.condition("datum.kind == 'one'", alt.value(CHOSEN), alt.value(OTHER)),
            opacity=alt.condition("datum.kind == 'rest'", alt.value(0.4), alt.value(1)),
            tooltip=[
                alt.Tooltip("name:N", title="Parameter"),
                alt.Tooltip("share:Q", title="Share", format=".1%"),
            ],
        )
        .add_params(alt.selection_point(name=PICK, fields=["name"], on="click"))
    )  # fmt: skip
    return chart


def importance_table(importance: Importance) -> pd.DataFrame:
    """The bars: `name`, `share` and `kind` (`one`, `pair`, `rest`), `BARS` of them at most.

    Pairs of a full grid only, for those that a forest sees are no shares of the same whole.
    """
    import pandas as pd

    one = importance.shares[["name", "share"]].assign(kind="one")
    two = importance.pairs if importance.method == "grid" else importance.pairs.head(0)
    names = two["first"].astype(str) + " × " + two["second"].astype(str)
    pairs = pd.DataFrame({"name": names, "share": two["share"], "kind": "pair"})
    # Less would be written as 0.0%.
    both = pd.concat([one, pairs[pairs["share"] >= 0.0005]]) if len(pairs) else one
    shown = both.sort_values("share", ascending=False, kind="stable").head(BARS)
    if importance.method == "grid" and importance.rest >= 0.0005:
        rest = {"name": "threes and more, noise", "share": importance.rest, "kind": "rest"}
        shown = pd.concat([shown, pd.DataFrame([rest])])
    return shown.reset_index(drop=True)


def pair_heatmap(cells: pd.DataFrame, metric: str, first: str, second: str) -> alt.LayerChart:
    """The mean score at every combination of two parameters' values; a click picks the best run.

    Parameters
    ----------
    cells
        As `pair_means` has them.
    first, second
        What the parameters are called; the first is across.
    """
    import altair as alt

    across = list(dict.fromkeys(cells.sort_values("first_code")["first"]))
    down = list(dict.fromkeys(cells.sort_values("second_code")["second"]))
    plain: dict[str, Any] = {
        "ticks": False,
        "domain": False,
        "grid": False,
        "labelOverlap": False,
        "labelFlush": False,
    }
    is_level = max(map(len, across)) * 8 * len(across) < 380
    # A click reports the field `run`, as in the other charts.
    base = alt.Chart(cells.rename(columns={"best_run": "run"})).encode(
        x=alt.X(
            "first:N", sort=across, title=first,
            axis=alt.Axis(labelAngle=0 if is_level else -40, labelLimit=110, **plain),
        ),
        # Rows are drawn downwards: in reverse, values rise as on an axis of numbers.
        y=alt.Y("second:N", sort=down[::-1], title=second, axis=alt.Axis(labelLimit=110, **plain)),
    )  # fmt: skip
    squares = (
        base.mark_rect(cornerRadius=3, cursor="pointer", stroke=None)
        .encode(
            color=alt.Color("mean:Q", scale=_mean_scale(cells), legend=None),
            tooltip=[
                alt.Tooltip("first:N", title=first),
                alt.Tooltip("second:N", title=second),
                score_tooltip("mean", metric, "Mean"),
                alt.Tooltip("n:Q", title="Runs", format=",d"),
                alt.Tooltip("run:N", title="Best run"),
            ],
        )
        .add_params(alt.selection_point(name=PICK, fields=["run"], on="click"))
    )
    figures = _mean_figures(base, metric)
    return alt.LayerChart(layer=[squares, figures], height=min(38 * len(down), 380) + 90)


def _mean_scale(cells: pd.DataFrame) -> alt.Scale:
    import altair as alt

    low, high = float(cells["mean"].min()), float(cells["mean"].max())
    return alt.Scale(domain=[low, high] if high > low else [low - 0.5, high + 0.5])


def _mean_figures(base: alt.Chart, metric: str) -> alt.Chart:
    """The means in their cells, in whichever of black and white is the easier to read there."""
    import altair as alt

    ground = "scale('color', datum.mean)"
    readable = f"contrast('white', {ground}) > contrast('black', {ground}) ? 'white' : 'black'"
    figures: alt.Chart = base.mark_text(fontSize=11, color=alt.expr(readable)).encode(
        text=alt.Text("mean:Q", format=score_format(metric))
    )
    return figures


def time_chart(
    points: pd.DataFrame, metric: str, *, seconds: str, chosen: str, named: int = 6
) -> alt.LayerChart:
    """Score against seconds, one standard error either way, with the front as a line.

    Parameters
    ----------
    points
        As `time_points` has them.
    seconds
        What the seconds are, for the axis.
    chosen
        The run that is drawn in colour.
    named
        Runs that are worth their time and have their name beside them, the best ones; none if their
        names are long.
    """
    import altair as alt

    shown = points.assign(is_chosen=points["run"] == chosen)
    front = shown[shown["is_front"]]
    x = _seconds(points, seconds)
    scale = score_scale(score_domain(points, "low", "high"))
    y = alt.Y("value:Q", title=metric_words(metric), scale=scale, axis=score_axis(metric))
    # Of thousands the lines would hide the dots.
    ruled = shown if len(shown) <= _RULES else shown[shown["is_kept"]]
    errors = alt.Chart(ruled).mark_rule(strokeWidth=1.2, opacity=0.3)
    # Until the next run of the front, more time than the last one took brings nothing better.
    steps = alt.Chart(front).mark_line(interpolate="step-after", strokeWidth=1.5, opacity=0.8)
    worth = front[front["is_kept"]].tail(named)
    names = alt.Chart(worth[worth["run"].str.len() <= _NAME]).mark_text(
        align="left", dx=9, dy=11, fontSize=11, limit=_LABELS, color=TEXT
    )
    layers = [
        errors.encode(x=x, y=alt.Y("low:Q", scale=scale), y2="high:Q", color=alt.value(OTHER)),
        steps.encode(x=x, y=y, color=alt.value(OTHER)),
        _time_dots(shown, metric, seconds).encode(x=x, y=y),
        names.encode(x=x, y=y, text="run:N"),
    ]
    return alt.LayerChart(layer=layers, height=340)


def _seconds(points: pd.DataFrame, seconds: str) -> alt.X:
    """Logarithmic where the slowest run took more than ten times as long as the fastest."""
    import altair as alt

    low, high = float(points["seconds"].min()), float(points["seconds"].max())
    is_log = low > 0 and high / low > 10
    # Room on the right for the names.
    span = [low / 1.3, high * 2.5] if is_log else [max(0.0, low * 0.9), high * 1.2 or 1.0]
    return alt.X(
        "seconds:Q",
        title=f"{seconds}, seconds{' (logarithmic)' if is_log else ''}",
        scale=alt.Scale(type="log" if is_log else "linear", domain=span, nice=False),
        axis=alt.Axis(format="~g", tickCount=6, grid=False, ticks=False),
    )


def _time_dots(shown: pd.DataFrame, metric: str, seconds: str) -> alt.Chart:
    """The runs; those on the front and the chosen one are easy to see, the others are pale."""
    import altair as alt

    stands_out = "datum.is_front || datum.is_chosen"
    dots: alt.Chart = (
        alt.Chart(shown)
        .mark_point(filled=True, cursor="pointer", stroke="white", strokeWidth=0.6)
        .encode(
            color=alt.condition("datum.is_chosen", alt.value(CHOSEN), alt.value(OTHER)),
            shape=alt.Shape("is_kept:N", scale=_kept_shapes(), legend=None),
            size=alt.condition("datum.is_chosen || datum.is_kept", alt.value(130), alt.value(46)),
            opacity=alt.condition(stands_out, alt.value(1), alt.value(0.5)),
            order=alt.Order("is_chosen:N"),
            tooltip=[
                alt.Tooltip("run:N", title="Run"),
                score_tooltip("value", metric),
                score_tooltip("error", metric, "Standard error"),
                alt.Tooltip("seconds:Q", title=f"{seconds}, seconds", format=",.3~f"),
            ],
        )
        .add_params(alt.selection_point(name=PICK, fields=["run"], on="click"))
    )
    return dots


def _kept_shapes() -> alt.Scale:
    import altair as alt

    return alt.Scale(domain=[False, True], range=["circle", "diamond"])
