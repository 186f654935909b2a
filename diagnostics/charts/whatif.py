"""What becomes of answers when their inputs are changed a little."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnostics.charts import colours
from diagnostics.charts.class_figures import (
    AXIS_HEIGHT,
    LABEL_LIMIT,
    ROW_HEIGHT,
    TITLE_HEIGHT,
    shown_label,
)

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

#: The name under which a click on a change is reported; it holds `change`.
CLICK = "picked"
#: On which side of the accuracy before the interval of the difference lies, and its colour.
_SIDES = {"worse": colours.WRONG, "better": colours.RIGHT, "neither": colours.OTHER}
_SAME = {"the same answer": colours.CHOSEN, "another answer": colours.AWAY}
_HEIGHT = 34
_AXIS = "Accuracy with its 95 % interval; dashed: of the unchanged inputs"


def robustness_chart(changes: pd.DataFrame, accuracy: float) -> alt.LayerChart:
    """The accuracy under each change with its interval, beside a line at the accuracy before.

    Parameters
    ----------
    changes
        `change`, `words`, `accuracy`, `low`, `high`, `difference`, `difference_low`,
        `difference_high`, `broken`, `fixed` and `flipped`, in the order in which they are drawn.
        A change is coloured where the paired interval of the difference leaves out zero.
    accuracy
        That of the unchanged inputs.
    """
    import altair as alt

    side = "datum.difference_high < 0 ? 'worse' : datum.difference_low > 0 ? 'better' : 'neither'"
    click = alt.selection_point(name=CLICK, fields=["change"], on="click")
    base = (
        alt.Chart(changes)
        .transform_calculate(side=side)
        .encode(
            y=alt.Y("change:N", sort=None, title=None, axis=_rows()),
            color=alt.Color(
                "side:N",
                legend=None,
                scale=alt.Scale(domain=list(_SIDES), range=list(_SIDES.values())),
            ),
            tooltip=[
                alt.Tooltip("words:N", title="Change"),
                alt.Tooltip("accuracy:Q", title="Accuracy", format=".2%"),
                alt.Tooltip("low:Q", title="95 % interval from", format=".2%"),
                alt.Tooltip("high:Q", title="to", format=".2%"),
                alt.Tooltip("difference:Q", title="Difference", format="+.2%"),
                alt.Tooltip("difference_low:Q", title="95 % interval from", format="+.2%"),
                alt.Tooltip("difference_high:Q", title="to", format="+.2%"),
                alt.Tooltip("flipped:Q", title="Other answers", format=",d"),
                alt.Tooltip("broken:Q", title="Broken", format=",d"),
                alt.Tooltip("fixed:Q", title="Fixed", format=",d"),
            ],
        )
    )
    axis = alt.Axis(format=".0%", ticks=False, domain=False, orient="top", tickCount=6)
    value = alt.X("low:Q", title=_AXIS, axis=axis, scale=alt.Scale(zero=False))
    rules = base.mark_rule(strokeWidth=3, opacity=0.55, cursor="pointer").encode(
        x=value, x2="high:Q"
    )
    dots = base.mark_circle(size=110, opacity=1, cursor="pointer").encode(x="accuracy:Q")
    line = (
        alt.Chart().mark_rule(color=colours.TEXT, strokeDash=[4, 3]).encode(x=alt.datum(accuracy))
    )
    height = ROW_HEIGHT * len(changes) + AXIS_HEIGHT + TITLE_HEIGHT
    return alt.LayerChart(layer=[line, rules, dots.add_params(click)], height=height)


def draws_chart(answers: pd.DataFrame) -> alt.LayerChart:
    """What is left of the first answer's probability in every variant of a text, a tick each.

    Parameters
    ----------
    answers
        `change` (in the order in which they are drawn), `text`, `label`, `remaining` and `same`,
        without the row of the text as it is; at most a few thousand.
    """
    import altair as alt

    said = "datum.same ? 'the same answer' : 'another answer'"
    ticks = (
        alt.Chart(answers)
        .transform_calculate(said=said)
        .mark_tick(thickness=2, height=18, opacity=0.6)
        .encode(
            x=alt.X(
                "remaining:Q",
                title="Probability of the answer to the text as it is",
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(format=".0%", tickCount=6),
            ),
            y=alt.Y("change:N", sort=None, title=None, axis=_rows()),
            color=alt.Color(
                "said:N",
                title=None,
                scale=alt.Scale(domain=list(_SAME), range=list(_SAME.values())),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=[
                alt.Tooltip("text:N", title="Text"),
                alt.Tooltip("label:N", title="Answer"),
                alt.Tooltip("remaining:Q", title="Probability of the first", format=".1%"),
            ],
        )
    )
    return alt.LayerChart(layer=[ticks], height=alt.Step(_HEIGHT))


def _rows() -> alt.Axis:
    import altair as alt

    return alt.Axis(
        labelLimit=LABEL_LIMIT,
        labelOverlap=False,
        labelFlush=False,
        labelExpr=shown_label(LABEL_LIMIT // 6),
        ticks=False,
        domain=False,
    )
