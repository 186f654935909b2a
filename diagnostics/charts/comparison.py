"""Two runs against each other: differences with their intervals, and what changed by class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnostics.charts import colours
from diagnostics.charts.class_figures import (
    AXIS_HEIGHT,
    LABEL_CHARACTERS,
    LABEL_LIMIT,
    ROW_HEIGHT,
    TITLE_HEIGHT,
    shown_label,
)

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

#: The name under which a click on a class's bar is reported; it holds `label` and `outcome`.
CHANGE = "change"
#: On which side of zero an interval lies, with the colour that it gets there.
_SIDES = {"better": colours.RIGHT, "worse": colours.WRONG, "neither": colours.OTHER}
_OUTCOMES = {"broken": colours.WRONG, "fixed": colours.RIGHT}


def differences_chart(metrics: pd.DataFrame) -> alt.LayerChart:
    """The difference of each metric with its interval, beside a line at zero.

    Parameters
    ----------
    metrics
        `metric` (in words), `a`, `b`, `difference` (b - a), `low`, `high` and `p`, in the order in
        which they are drawn. An interval that leaves out zero is coloured by the side on which it
        lies.
    """
    import altair as alt

    side = "datum.low > 0 ? 'better' : datum.high < 0 ? 'worse' : 'neither'"
    axis = alt.Axis(
        format="+.3~f", tickCount=5, ticks=False, domain=False, orient="top", labelFlush=True
    )
    base = (
        alt.Chart(metrics)
        .transform_calculate(side=side)
        .encode(
            # Vega-Lite sorts names by the alphabet unless told not to.
            y=alt.Y("metric:N", sort=None, title=None, axis=_rows()),
            color=alt.Color("side:N", legend=None, scale=_colours(_SIDES)),
            tooltip=[
                alt.Tooltip("metric:N", title="Metric"),
                alt.Tooltip("a:Q", title="Old run", format=".4f"),
                alt.Tooltip("b:Q", title="New run", format=".4f"),
                alt.Tooltip("difference:Q", title="Difference", format="+.4f"),
                alt.Tooltip("low:Q", title="95 % interval from", format="+.4f"),
                alt.Tooltip("high:Q", title="to", format="+.4f"),
                alt.Tooltip("p:Q", title="p, permutation test", format=".2~g"),
            ],
        )
    )
    # Without data it is drawn once, and not once for each metric.
    zero = alt.Chart().mark_rule(color=colours.TEXT, strokeDash=[4, 3]).encode(x=alt.datum(0))
    value = alt.X("low:Q", title=None, axis=axis)
    rules = base.mark_rule(strokeWidth=3, opacity=0.55).encode(x=value, x2="high:Q")
    dots = base.mark_circle(size=95, opacity=1).encode(x="difference:Q")
    height = ROW_HEIGHT * len(metrics) + AXIS_HEIGHT
    return alt.LayerChart(layer=[zero, rules, dots], height=height)


def class_changes_chart(classes: pd.DataFrame) -> alt.LayerChart:
    """What was broken, to the left, and fixed, to the right, of each class; a click names one.

    Parameters
    ----------
    classes
        `label`, `fixed`, `broken`, `net` and `support`, in the order in which they are drawn.
    """
    import altair as alt

    labels = classes["label"].tolist()
    # Beyond the longest bar there is room for half of the number above its end.
    reach = 1.06 * int(classes[["fixed", "broken"]].to_numpy().max(initial=1))
    click = alt.selection_point(name=CHANGE, fields=["label", "outcome"], on="click")
    bars = (
        alt.Chart(classes)
        .transform_fold(list(_OUTCOMES), as_=["outcome", "n"])
        .transform_calculate(signed="datum.outcome === 'broken' ? -datum.n : datum.n")
        .mark_bar(cornerRadiusEnd=3, cursor="pointer")
        .encode(
            x=alt.X(
                "signed:Q",
                title=None,
                scale=alt.Scale(domain=[-reach, reach], nice=False),
                axis=alt.Axis(
                    orient="top", labelExpr="format(abs(datum.value), ',d')", tickMinStep=1,
                    tickCount=7, ticks=False, domain=False, labelFlush=False,
                ),
            ),
            y=alt.Y("label:N", title=None, scale=alt.Scale(domain=labels), axis=_rows()),
            color=alt.Color("outcome:N", legend=None, scale=_colours(_OUTCOMES)),
            tooltip=[
                alt.Tooltip("label:N", title="Class"),
                alt.Tooltip("fixed:Q", title="Fixed", format=",d"),
                alt.Tooltip("broken:Q", title="Broken", format=",d"),
                alt.Tooltip("net:Q", title="Net", format="+,d"),
                alt.Tooltip("support:Q", title="Support", format=",d"),
            ],
        )
        .add_params(click)
    )  # fmt: skip
    zero = alt.Chart().mark_rule(color=colours.TEXT).encode(x=alt.datum(0))
    height = ROW_HEIGHT * len(classes) + AXIS_HEIGHT + TITLE_HEIGHT
    return alt.LayerChart(layer=[bars, zero], height=height)


def _rows() -> alt.Axis:
    import altair as alt

    return alt.Axis(
        labelLimit=LABEL_LIMIT * 2,
        labelOverlap=False,
        labelFlush=False,
        labelExpr=shown_label(LABEL_CHARACTERS * 2),
        ticks=False,
        domain=False,
    )


def _colours(named: dict[str, str]) -> alt.Scale:
    import altair as alt

    return alt.Scale(domain=list(named), range=list(named.values()))
