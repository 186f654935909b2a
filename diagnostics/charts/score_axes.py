"""Axes, scales and tooltips of figures of merit, the same in every chart of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diagnostics.statistics.metric_names import is_percentage, metric_words

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd


def score_domain(frame: pd.DataFrame, *fields: str) -> list[float]:
    """From the lowest value to the highest, with a little room where they are equal."""
    values = frame[list(fields)].stack()
    low, high = float(values.min()), float(values.max())
    margin = 0.01 if low == high else 0.03 * (high - low)
    return [low - margin, high + margin]


def score_scale(domain: list[float]) -> alt.Scale:
    """A scale that does not begin at 0: differences are what is looked at."""
    import altair as alt

    return alt.Scale(domain=domain, zero=False, nice=False)


def score_axis(metric: str, **more: Any) -> alt.Axis:
    """An axis in the metric's own way of writing."""
    import altair as alt

    options = {"tickCount": 5, "ticks": False, "domain": False, "titlePadding": 8} | more
    return alt.Axis(format=score_format(metric, trim=True), **options)


def score_tooltip(field: str, metric: str, title: str = "") -> alt.Tooltip:
    """A line of a tooltip with a score."""
    import altair as alt

    return alt.Tooltip(
        f"{field}:Q", title=title or metric_words(metric), format=score_format(metric)
    )


def score_format(metric: str, *, trim: bool = False) -> str:
    """How the browser writes a score: shares in percent, others with three decimals."""
    share = is_percentage(metric)
    return f".{1 if share else 3}{'~' * trim}{'%' if share else 'f'}"
