"""Scores of runs: all on one line, one line each, or by rank; and one run's scores per fold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diagnostics.charts.colours import CHOSEN, OTHER
from diagnostics.statistics.metric_names import is_percentage, metric_words

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

#: The name of the selection that a click on a run makes; it holds the field `run`.
PICK = "pick"
LINE_HEIGHT = 26
#: What an axis with its title takes of the height that is given.
AXIS_HEIGHT = 76
#: Of the chart by rank: low enough that the table below it begins on the first screen.
RANKS_HEIGHT = 200


def score_strip(points: pd.DataFrame, metric: str) -> alt.Chart:
    """All runs' scores as ticks on one line, the highest or lowest, the first row, in colour.

    Parameters
    ----------
    points
        `run` and `value`, the best run first.
    metric
        What the value is, for the axis.
    """
    import altair as alt

    shown = points[["run", "value"]].assign(is_best=[row == 0 for row in range(len(points))])
    ticks = alt.Chart(shown, height=28).mark_tick(thickness=3, size=22, cornerRadius=1.5)
    chart: alt.Chart = ticks.encode(
        x=alt.X("value:Q", title=None, scale=_zoomed(points, "value"), axis=None),
        color=_chosen("is_best"),
        opacity=alt.condition("datum.is_best", alt.value(1), alt.value(0.55)),
        order=alt.Order("is_best:N"),
        tooltip=[alt.Tooltip("run:N", title="Run"), _figure("value", metric)],
    )
    return chart


def score_lines(
    points: pd.DataFrame, folds: pd.DataFrame, metric: str, *, chosen: str
) -> alt.LayerChart:
    """One line a run: its score, its interval, and its folds as small circles.

    Parameters
    ----------
    points
        As `score_points` has them, in the order in which they are drawn; a line reaches from `low`
        to `high`. Where there is a column `is_tie`, runs that have it True are shaded.
    folds
        `run`, `fold` and `value`; may be empty.
    metric
        What the value is.
    chosen
        The run that is drawn in colour.
    """
    import altair as alt

    shown = points.assign(is_chosen=points["run"] == chosen)
    names = alt.Y(
        "run:N",
        sort=list(points["run"]),
        title=None,
        axis=alt.Axis(
            labelLimit=320,
            labelOverlap=False,
            labelFlush=False,
            ticks=False,
            domain=False,
            grid=True,
        ),
    )
    value = alt.X(
        "value:Q",
        title=metric_words(metric),
        scale=_zoomed(points, "value", "low", "high"),
        axis=_axis(metric),
    )
    each = (
        alt.Chart(folds)
        .mark_point(shape="circle", size=22, filled=False, strokeWidth=1.2, opacity=0.75)
        .encode(
            x=value,
            y=names,
            color=alt.value(OTHER),
            tooltip=["run:N", alt.Tooltip("fold:Q", title="Fold"), _figure("value", metric)],
        )
    )
    spread = alt.Chart(shown).mark_rule(strokeWidth=2, opacity=0.6)
    layers = [
        *_shades(shown, y=names, height=alt.RelativeBandSize(1)),
        spread.encode(x=alt.X("low:Q"), x2="high:Q", y=names, color=alt.value(OTHER)),
        each,
        _dots(shown, metric).encode(x=value, y=names),
    ]
    return alt.LayerChart(layer=layers, height=LINE_HEIGHT * len(points) + AXIS_HEIGHT)


def score_ranks(points: pd.DataFrame, metric: str, *, chosen: str) -> alt.LayerChart:
    """The score of every run against its rank, with its interval.

    Parameters
    ----------
    points
        As `score_points` has them; a line reaches from `low` to `high`. Where there is a column
        `is_tie`, runs that have it True are shaded.
    metric
        What the value is.
    chosen
        The run that is drawn in colour.
    """
    import altair as alt

    shown = points.assign(is_chosen=points["run"] == chosen)
    scale = alt.Scale(domain=[0.5, len(points) + 0.5], nice=False)
    axis = alt.Axis(tickMinStep=1, format="d", grid=False)
    rank, left = (alt.X(f"{of}:Q", title=None, scale=scale, axis=axis) for of in ("rank", "left"))
    value = alt.Y(
        "value:Q",
        title=metric_words(metric),
        scale=_zoomed(points, "value", "low", "high"),
        axis=_axis(metric),
    )
    spread = alt.Chart(shown).mark_rule(strokeWidth=1.5, opacity=0.45)
    layers = [
        *_shades(
            shown.assign(left=shown["rank"] - 0.5, right=shown["rank"] + 0.5), x=left, x2="right:Q"
        ),
        spread.encode(x=rank, y=alt.Y("low:Q"), y2="high:Q", color=alt.value(OTHER)),
        _dots(shown, metric).encode(x=rank, y=value),
    ]
    return alt.LayerChart(layer=layers, height=RANKS_HEIGHT)


def fold_strip(folds: pd.DataFrame, metric: str) -> alt.LayerChart:
    """One run's scores as dots on one line, a fold each, with a tick at their mean.

    Parameters
    ----------
    folds
        `fold` and `value`.
    metric
        What the value is.
    """
    import altair as alt

    value = alt.X("value:Q", title=None, scale=_zoomed(folds, "value"), axis=_axis(metric, ticks=5))
    dots = (
        alt.Chart(folds)
        .mark_circle(size=90, opacity=0.8)
        .encode(
            x=value,
            color=alt.value(CHOSEN),
            tooltip=[alt.Tooltip("fold:Q", title="Fold"), _figure("value", metric)],
        )
    )
    mean = (
        alt.Chart(folds)
        .mark_tick(thickness=2, size=30)
        .encode(x=alt.X("mean(value):Q"), color=alt.value(OTHER))
    )
    return alt.LayerChart(layer=[mean, dots], height=72)


def _shades(shown: pd.DataFrame, *, height: Any = None, **places: Any) -> list[alt.Chart]:
    """A ground behind the runs that cannot be told from the best; none without any."""
    import altair as alt

    if "is_tie" not in shown or not shown["is_tie"].any():
        return []
    mark = {"opacity": 0.16, **({} if height is None else {"height": height})}
    ground = alt.Chart(shown[shown["is_tie"]]).mark_rect(**mark)
    return [ground.encode(color=alt.value(CHOSEN), **places)]


def _dots(shown: pd.DataFrame, metric: str) -> alt.Chart:
    """The runs as dots that can be clicked."""
    import altair as alt

    figures = [_figure("value", metric)]
    if "is_tie" in shown and shown["low"].notna().any():
        figures += [_figure("low", metric, "From"), _figure("high", metric, "To")]
    if shown["fold_std"].notna().any():
        figures += [
            _figure("fold_mean", metric, "Mean of the folds"),
            _figure("fold_std", metric, "Their standard deviation"),
        ]
    dots: alt.Chart = (
        alt.Chart(shown)
        .mark_circle(opacity=1, cursor="pointer", stroke="white", strokeWidth=0.6)
        .encode(
            color=_chosen("is_chosen"),
            size=alt.condition("datum.is_chosen", alt.value(150), alt.value(70)),
            # The chosen run comes last, so that no other hides it.
            order=alt.Order("is_chosen:N"),
            tooltip=[alt.Tooltip("run:N", title="Run"), *figures],
        )
        .add_params(alt.selection_point(name=PICK, fields=["run"], on="click"))
    )
    return dots


def _chosen(field: str) -> Any:
    import altair as alt

    return alt.condition(f"datum.{field}", alt.value(CHOSEN), alt.value(OTHER))


def _zoomed(frame: pd.DataFrame, *fields: str) -> alt.Scale:
    """From the lowest value to the highest, not from 0: the differences are what is looked at.

    Given as a domain, for the axis would else go beyond 100 %.
    """
    import altair as alt

    values = frame[list(fields)].stack()
    low, high = float(values.min()), float(values.max())
    margin = 0.01 if low == high else 0.0
    return alt.Scale(domain=[low - margin, high + margin], zero=False, nice=True)


def _axis(metric: str, *, ticks: int = 6) -> alt.Axis:
    import altair as alt

    return alt.Axis(format=_format(metric, trim=True), tickCount=ticks, ticks=False, domain=False)


def _figure(field: str, metric: str, title: str = "") -> alt.Tooltip:
    import altair as alt

    return alt.Tooltip(f"{field}:Q", title=title or metric_words(metric), format=_format(metric))


def _format(metric: str, *, trim: bool = False) -> str:
    return (
        f".{1 if is_percentage(metric) else 3}{'~' * trim}{'%' if is_percentage(metric) else 'f'}"
    )
