"""What matters: importances as bars, contributions as dots, and how the answer moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diagnostics.charts import colours

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from diagnostics.models.importance.partial_dependence import PartialDependence

#: The name of the selection that a click makes; it holds `feature`, or `example`.
PICK = "pick"
BAR_HEIGHT = 24
NAMES = 260
PLAIN: dict[str, Any] = {"ticks": False, "domain": False, "grid": False}
NAMELESS = "datum.label === '' ? '(no name)' : datum.label"
SWARM_HEIGHT = 46
HEIGHT = 300
#: From low values of a feature to high ones: neither right and wrong nor for and against.
LOW_TO_HIGH = (colours.OTHER, colours.RUNS[2])


def importance_chart(
    table: pd.DataFrame, *, unit: str, chosen: str, is_signed: bool
) -> alt.LayerChart:
    """Bars in the order of the rows, with their intervals where known; a click picks a feature.

    Parameters
    ----------
    table
        Rows of `Importances.table`; with an interval, or else its `std` either side.
    unit
        What the figures are, for the axis.
    chosen
        The feature that is drawn in full colour.
    is_signed
        Whether figures below 0 speak against the label.
    """
    import altair as alt

    rows = _with_spread(table, is_signed).assign(is_chosen=table["feature"] == chosen)
    y = _features(list(rows["feature"]))
    bars = (
        alt.Chart(rows)
        .mark_bar(height={"band": 0.64}, cornerRadiusEnd=2, cursor="pointer", minBandSize=2)
        .encode(
            x=alt.X("mean:Q", title=unit, axis=alt.Axis(tickCount=5, domain=False, ticks=False)),
            y=y,
            color=alt.Color(
                "role:N",
                legend=None,
                scale=alt.Scale(domain=["towards", "away"], range=[colours.TOWARDS, colours.AWAY]),
            ),
            opacity=alt.condition("datum.is_chosen", alt.value(1), alt.value(0.55)),
            tooltip=_importance_tooltip(rows, unit),
        )
        .add_params(alt.selection_point(name=PICK, fields=["feature"], on="click"))
    )
    known = rows[rows["from"].notna() & rows["to"].notna()]
    spread = (
        alt.Chart(known)
        .mark_rule(strokeWidth=1.6, color=colours.TEXT)
        .encode(x="from:Q", x2="to:Q", y=y)
    )
    return alt.LayerChart(layer=[bars, spread], height=BAR_HEIGHT * len(rows) + 70)


def _with_spread(table: pd.DataFrame, is_signed: bool) -> pd.DataFrame:
    """The rows with the ends of their line, `from` and `to`, and their `role`."""
    rows = table.copy()
    rows["from"] = rows["low"].fillna(rows["mean"] - rows["std"])
    rows["to"] = rows["high"].fillna(rows["mean"] + rows["std"])
    if not is_signed and (rows["mean"] >= 0).all() and rows["low"].isna().all():
        rows["from"] = rows["from"].clip(lower=0)  # no figure of this kind lies below
    rows["role"] = ["away" if is_signed and mean < 0 else "towards" for mean in rows["mean"]]
    return rows


def _features(order: list[str]) -> alt.Y:
    """Every feature's name, also where the usual rules of an axis would leave some out."""
    import altair as alt

    axis = alt.Axis(
        labelLimit=NAMES, labelOverlap=False, labelFlush=False, labelExpr=NAMELESS, **PLAIN
    )
    return alt.Y("feature:N", sort=order, title=None, axis=axis)


def _importance_tooltip(rows: pd.DataFrame, unit: str) -> list[alt.Tooltip]:
    """What a bar says, with its interval, or its standard deviation where there is none."""
    import altair as alt

    tooltip = [
        alt.Tooltip("feature:N", title="Feature"),
        alt.Tooltip("rank:Q", title="Rank", format=",d"),
        alt.Tooltip("mean:Q", title=unit.capitalize(), format=".4g"),
        alt.Tooltip("share:Q", title="Share of all", format=".1%"),
    ]
    if rows["low"].notna().any():
        tooltip += [alt.Tooltip(f"{side}:Q", format=".4g") for side in ("low", "high")]
    elif rows["std"].notna().any():
        tooltip.append(alt.Tooltip("std:Q", title="Standard deviation", format=".3g"))
    return tooltip


def beeswarm_chart(dots: pd.DataFrame, features: list[str], *, title: str) -> alt.LayerChart:
    """Every row's contribution as a dot, a line of dots for each feature; a click picks the row.

    Parameters
    ----------
    dots
        As `diagnostics.models.importance.contributions.beeswarm` makes them.
    features
        From top to bottom.
    title
        What the contributions are, for the axis.
    """
    import altair as alt

    # Offsets reach from -0.5 to 0.5: a little room keeps the lines of dots apart.
    base = alt.Chart(dots).encode(
        y=_features(features),
        yOffset=alt.YOffset("offset:Q", scale=alt.Scale(domain=[-0.6, 0.6])),
    )
    swarm = (
        base.mark_circle(size=22, opacity=0.75, cursor="pointer")
        .encode(
            x=alt.X(
                "contribution:Q",
                title=title,
                axis=alt.Axis(domain=False, ticks=False, tickCount=9),
            ),
            color=_low_to_high(),
            tooltip=[
                alt.Tooltip("feature:N", title="Feature"),
                alt.Tooltip("example:N", title="Example"),
                alt.Tooltip("contribution:Q", title="Contribution", format="+.3g"),
                alt.Tooltip("value:Q", title="Value, as the model has it", format=".4g"),
                alt.Tooltip("true_label:N", title="True"),
                alt.Tooltip("predicted_label:N", title="Predicted"),
            ],
        )
        .add_params(alt.selection_point(name=PICK, fields=["example"], on="click"))
    )
    zero = alt.Chart(dots.head(1)).mark_rule(color=colours.OTHER).encode(x=alt.datum(0))
    return alt.LayerChart(layer=[zero, swarm], height=SWARM_HEIGHT * len(features) + 70)


def _low_to_high() -> alt.Color:
    """The colour of a feature's value; in words, for each feature has a scale of its own."""
    import altair as alt

    legend = alt.Legend(
        title="Value of the feature",
        orient="top",
        gradientLength=120,
        values=[0, 1],
        labelExpr="datum.value == 0 ? 'low' : 'high'",
    )
    scale = alt.Scale(domain=[0, 1], range=list(LOW_TO_HIGH), interpolate="rgb")
    return alt.Color("level:Q", scale=scale, legend=legend)


def dependence_chart(dependence: PartialDependence) -> alt.LayerChart:
    """The mean over the rows as a thick line, single rows as thin ones, and where the rows lie.

    Categories are drawn as points with the single rows' as thin ones beside them.
    """
    import altair as alt

    x, y = _values(dependence), _probabilities()
    kind = "Q" if dependence.is_numeric else "N"
    single = (
        alt.Chart(dependence.curves)
        .mark_line(strokeWidth=0.8, opacity=0.35)
        .encode(x=x, y=y, detail="example:N", color=alt.value(colours.OTHER))
    )
    tooltip = [
        alt.Tooltip(f"value:{kind}", title="Value"),
        alt.Tooltip("probability:Q", title="Mean probability", format=".1%"),
    ]
    mean = (
        alt.Chart(dependence.mean)
        .mark_line(strokeWidth=3, point=alt.OverlayMarkDef(size=26))
        .encode(x=x, y=y, color=alt.value(colours.CHOSEN), tooltip=tooltip)
    )
    rug = [_rug(dependence, x)] if dependence.is_numeric else []
    return alt.LayerChart(layer=[single, mean, *rug], height=HEIGHT)


def _values(dependence: PartialDependence) -> alt.X:
    """The feature's values: a number's on a scale, categories as the means have them."""
    import altair as alt

    is_numeric = dependence.is_numeric
    sort: Any = None if is_numeric else list(dependence.mean["value"])
    return alt.X(
        f"value:{'Q' if is_numeric else 'N'}",
        title=None,
        sort=sort,
        scale=alt.Scale(zero=False, nice=False) if is_numeric else alt.Undefined,
        axis=alt.Axis(labelLimit=110, tickCount=6, domain=False, grid=False),
    )


def _probabilities() -> alt.Y:
    import altair as alt

    return alt.Y(
        "probability:Q",
        title=None,
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format=".0%", tickCount=5, domain=False, ticks=False),
    )


def _rug(dependence: PartialDependence, x: alt.X) -> alt.Chart:
    """Where the rows lie, within the line's ends: a value far outside would squeeze the line."""
    import altair as alt

    ends = dependence.mean["value"].min(), dependence.mean["value"].max()
    inside = dependence.data[dependence.data["value"].between(*ends)]
    rug: alt.Chart = (
        alt.Chart(inside)
        .mark_tick(orient="vertical", thickness=1, size=9, opacity=0.7, color=colours.TEXT)
        .encode(x=x, y=alt.value(HEIGHT - 4), tooltip=[alt.Tooltip("value:Q")])
    )
    return rug
