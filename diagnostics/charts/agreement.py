"""Many runs on the same examples: how alike they answer, how many were right, what a vote gains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from diagnostics.charts import colours
from diagnostics.charts.class_figures import LABEL_CHARACTERS, LABEL_LIMIT, shown_label

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from diagnostics.comparison.agreement import Consensus

Likeness = Literal["share", "kappa"]

#: The name under which a click on two runs is reported; it holds `run` and `other`.
TWO = "two"
#: Pixels that the rows of the matrix share, within the limits of one row; the axis comes on top.
ROWS_HEIGHT, ROW_HEIGHTS, AXIS = 420, (14.0, 44.0), 130
#: Of the two smaller charts.
SMALL_HEIGHT = 230


def agreement_heatmap(cells: pd.DataFrame, *, value: Likeness = "share") -> alt.LayerChart:
    """How alike each two runs answer, in the order of the cells; a click names both.

    Parameters
    ----------
    cells
        As `agreement_cells` has them.
    value
        What colours, and is written where a cell is wide enough. Its scale goes from the lowest to
        the highest value between different runs, for what is looked for is who differs from whom.
    """
    import altair as alt

    names = list(dict.fromkeys(cells["run"]))
    low, high = _range_between_runs(cells, value)
    base = _cells(cells, value, low).encode(
        x=_names_on_top(names),
        y=alt.Y("run:N", title=None, scale=alt.Scale(domain=names), axis=_axis()),
    )
    # More runs than this leave no cell wide enough for a figure.
    figures = [_figures(base, len(names))] if len(names) <= 20 else []
    lowest, highest = ROW_HEIGHTS
    row = min(max(ROWS_HEIGHT / max(len(names), 1), lowest), highest)
    layers = [_squares(base, low, high), *figures]
    return alt.LayerChart(layer=layers, height=row * len(names) + AXIS)


def _range_between_runs(cells: pd.DataFrame, value: Likeness) -> tuple[float, float]:
    """The lowest and the highest value; a run is as it is itself, which would hide differences."""
    different = cells.loc[cells["run"] != cells["other"], value].dropna()
    return (float(different.min()), float(different.max())) if len(different) else (0.0, 1.0)


def _cells(cells: pd.DataFrame, value: Likeness, low: float) -> alt.Chart:
    """The cells with their `shade` and `figure`; what is not known has the lowest shade."""
    import altair as alt

    figure = ".0%" if value == "share" else ".2f"
    calculated: alt.Chart = alt.Chart(cells).transform_calculate(
        is_same="datum.run === datum.other",
        shade=f"isValid(datum.{value}) ? datum.{value} : {low}",
        figure=f"isValid(datum.{value}) ? format(datum.{value}, '{figure}') : '–'",
    )
    return calculated


def _squares(base: alt.Chart, low: float, high: float) -> alt.Chart:
    import altair as alt

    scale = alt.Scale(domain=[low, high if high > low else low + 1])
    squares: alt.Chart = (
        base.mark_rect(cornerRadius=2, cursor="pointer", stroke=None)
        .encode(
            color=alt.condition(
                "datum.is_same",
                alt.value("transparent"),
                alt.Color("shade:Q", legend=None, scale=scale),
            ),
            tooltip=[
                alt.Tooltip("run:N", title="Run"),
                alt.Tooltip("other:N", title="and"),
                alt.Tooltip("same:Q", title="Equal answers", format=",d"),
                alt.Tooltip("different:Q", title="Different answers", format=",d"),
                alt.Tooltip("share:Q", title="Share of equal answers", format=".1%"),
                alt.Tooltip("kappa:Q", title="Cohen's kappa", format=".3f"),
            ],
        )
        .add_params(alt.selection_point(name=TWO, fields=["run", "other"], on="click"))
    )
    return squares


def _figures(base: alt.Chart, runs: int) -> alt.Chart:
    """What is written in the cells, in the browser, for only it knows how wide they are."""
    import altair as alt

    from diagnostics.charts.confusion import DARK_TEXT, LIGHT_TEXT

    ground = "scale('color', datum.shade)"
    readable = (
        f"contrast('{LIGHT_TEXT}', {ground}) > contrast('{DARK_TEXT}', {ground})"
        f" ? '{LIGHT_TEXT}' : '{DARK_TEXT}'"
    )
    fits = f"!datum.is_same && length(datum.figure) * 7 + 4 < width / {runs}"
    figures: alt.Chart = base.mark_text(fontSize=11, color=alt.expr(readable)).encode(
        text=alt.condition(fits, alt.Text("figure:N"), alt.value(""))
    )
    return figures


def _names_on_top(names: list[str]) -> alt.X:
    import altair as alt

    slanted: dict[str, Any] = {"labelAngle": -55, "labelAlign": "left", "labelBaseline": "middle"}
    axis = _axis(orient="top", labelLimit=AXIS, **slanted)
    return alt.X("other:N", title=None, scale=alt.Scale(domain=names), axis=axis)


def _axis(**more: Any) -> alt.Axis:
    import altair as alt

    usual: dict[str, Any] = {
        "labelLimit": LABEL_LIMIT,
        "labelOverlap": False,
        "labelFlush": False,
        "labelFontSize": 10,
        "labelExpr": shown_label(LABEL_CHARACTERS),
        "ticks": False,
        "domain": False,
        "grid": False,
    }
    return alt.Axis(**{**usual, **more})


def runs_right_chart(found: Consensus) -> alt.Chart:
    """How many examples exactly so many of the runs answered rightly, from none to all."""
    import altair as alt
    import pandas as pd

    n = found.by_runs_right
    last = len(n) - 1
    kinds = ["none" if k == 0 else "all" if k == last else "some" for k in range(len(n))]
    frame = pd.DataFrame({"runs": range(len(n)), "n": n, "kind": kinds})
    shades = {"none": colours.WRONG, "some": colours.OTHER, "all": colours.RIGHT}
    chart: alt.Chart = (
        alt.Chart(frame, height=SMALL_HEIGHT)
        .mark_bar(cornerRadiusEnd=2 if len(n) < 60 else 0)
        .encode(
            x=alt.X(
                "runs:O",
                title="Runs that were right",
                axis=alt.Axis(labelAngle=0, labelOverlap=True, ticks=False, domain=False),
            ),
            y=alt.Y("n:Q", title="Examples", axis=alt.Axis(tickMinStep=1, tickCount=5)),
            color=alt.Color(
                "kind:N",
                legend=None,
                scale=alt.Scale(domain=list(shades), range=list(shades.values())),
            ),
            tooltip=[
                alt.Tooltip("runs:O", title="Runs that were right"),
                alt.Tooltip("n:Q", title="Examples", format=",d"),
            ],
        )
    )
    return chart


def votes_chart(votes: pd.DataFrame) -> alt.LayerChart:
    """The accuracy of a vote of the best k runs, below the ceiling of any choice among them.

    Parameters
    ----------
    votes
        As `vote_gains` has them, with at least one row.
    """
    import altair as alt

    names = {"accuracy": "Vote of the best k", "ceiling": "At least one of them right"}
    shades = [colours.CHOSEN, colours.OTHER]
    base = alt.Chart(votes, height=SMALL_HEIGHT).transform_fold(
        list(names), as_=["what", "value"]
    ).transform_calculate(named=f"datum.what === 'accuracy' ? '{names['accuracy']}' : "
                                f"'{names['ceiling']}'")  # fmt: skip
    value = alt.Y(
        "value:Q",
        title="Accuracy",
        scale=alt.Scale(zero=False, nice=True),
        axis=alt.Axis(format=".1~%", tickCount=5, ticks=False, domain=False),
    )
    colour = alt.Color(
        "named:N",
        title=None,
        scale=alt.Scale(domain=list(names.values()), range=shades),
        legend=alt.Legend(orient="top"),
    )
    lines = base.mark_line(point=len(votes) <= 60, strokeWidth=2).encode(
        x=alt.X(
            "k:Q",
            title="Runs that vote, the best first",
            scale=alt.Scale(domain=[1, max(len(votes), 2)], nice=False),
            axis=alt.Axis(tickMinStep=1, format="d"),
        ),
        y=value,
        color=colour,
        tooltip=[
            alt.Tooltip("k:Q", title="Runs"),
            alt.Tooltip("run:N", title="Joined last"),
            alt.Tooltip("accuracy:Q", title="Accuracy of the vote", format=".2%"),
            alt.Tooltip("ceiling:Q", title="At least one right", format=".2%"),
            alt.Tooltip("fixed:Q", title="Fixed, against the best run", format=",d"),
            alt.Tooltip("broken:Q", title="Broken", format=",d"),
        ],
    )
    alone = alt.Chart(votes.head(1)).mark_rule(strokeDash=[4, 3], color=colours.TEXT)
    return alt.LayerChart(layer=[alone.encode(y="accuracy:Q"), lines])
