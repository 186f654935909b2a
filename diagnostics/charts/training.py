"""Train scores against held-out ones with their verdicts, and scores against amounts of data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnostics.charts.colours import CHOSEN, OTHER, RIGHT, RUN_DASHES, RUNS, WRONG
from diagnostics.charts.score_axes import score_axis, score_domain, score_scale, score_tooltip
from diagnostics.statistics.metric_names import metric_words

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

PICK = "pick"
HEIGHT = 360
#: Configurations that have a colour each; the others are grey.
COLOURED = len(RUNS)

#: What each verdict is called, its colour and its shape.
VERDICTS = {
    "fine": ("Fine", RIGHT, "circle"),
    "generalisation": ("Generalisation", RUNS[1], "triangle-up"),
    "capacity": ("Capacity", RUNS[2], "triangle-down"),
    "wiring": ("Wiring", WRONG, "cross"),
    "unknown": ("Not judged", OTHER, "square"),
}


def train_chart(points: pd.DataFrame, metric: str, *, chosen: str) -> alt.LayerChart:
    """Held-out scores against train scores, a mark a run; on the line both are equal.

    Parameters
    ----------
    points
        As `training_points` has them, without runs that lack either score.
    metric
        What the scores are.
    chosen
        The run with a ring around it.
    """
    import altair as alt
    import pandas as pd

    words = {name: VERDICTS[name][0] for name in VERDICTS}
    shown = points.assign(verdict=points["verdict"].map(words))
    there = [v for v in VERDICTS.values() if v[0] in set(shown["verdict"])]
    scales = {
        "domain": [name for name, _, _ in there],
        "colours": [colour for _, colour, _ in there],
        "shapes": [shape for _, _, shape in there],
    }
    across, up = score_domain(shown, "train"), score_domain(shown, "value")
    x = alt.X(
        "train:Q",
        title=f"{metric_words(metric)} on training rows",
        scale=score_scale(across),
        axis=score_axis(metric, grid=False),
    )
    y = alt.Y(
        "value:Q",
        title=f"{metric_words(metric)} held out",
        scale=score_scale(up),
        axis=score_axis(metric),
    )
    ends = [max(across[0], up[0]), min(across[1], up[1])]
    line = pd.DataFrame({"train": ends, "value": ends}) if ends[0] < ends[1] else shown.head(0)
    equal = alt.Chart(line).mark_line(strokeDash=[4, 4], strokeWidth=1.2, clip=True)
    ring = alt.Chart(shown[shown["run"] == chosen]).mark_point(size=320, strokeWidth=2.2)
    legend = alt.Legend(
        title=None, orient="top", symbolSize=110, symbolStrokeWidth=0, labelFontSize=12
    )
    marks = (
        alt.Chart(shown)
        .mark_point(filled=True, size=95, cursor="pointer", stroke="white", strokeWidth=0.6)
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "verdict:N",
                scale=alt.Scale(domain=scales["domain"], range=scales["colours"]),
                legend=legend,
            ),
            shape=alt.Shape(
                "verdict:N",
                scale=alt.Scale(domain=scales["domain"], range=scales["shapes"]),
                legend=legend,
            ),
            tooltip=[
                alt.Tooltip("run:N", title="Run"),
                score_tooltip("train", metric, "Training rows"),
                score_tooltip("value", metric, "Held out"),
                alt.Tooltip("verdict:N", title="Verdict"),
            ],
        )
        .add_params(alt.selection_point(name=PICK, fields=["run"], on="click"))
    )
    layers = [
        equal.encode(x=x, y=y, color=alt.value(OTHER)),
        ring.encode(x=x, y=y, color=alt.value(CHOSEN)),
        marks,
    ]
    return alt.LayerChart(layer=layers, height=HEIGHT)


def curve_chart(
    curve: pd.DataFrame, metric: str, *, amount: str, order: list[str]
) -> alt.LayerChart:
    """The mean score against the amount of data, a line a configuration, from lowest to highest.

    Parameters
    ----------
    curve
        As `learning_curve` has it. Train scores are dashed.
    metric
        What the score is.
    amount
        What the amounts are, for the axis.
    order
        The configurations; the first `COLOURED` have a colour each, the others are grey.
    """
    import altair as alt

    shown = curve.assign(line=curve["configuration"] + " " + curve["split"])
    # A band of its own would hide the lines of the others.
    banded = shown[shown["configuration"].isin(order[:COLOURED]) & (shown["split"] == "held out")]
    low, high = float(curve["amount"].min()), float(curve["amount"].max())
    is_log = low > 0 and high / low > 8
    x = alt.X(
        "amount:Q",
        title=amount,
        scale=alt.Scale(type="log" if is_log else "linear", zero=False, nice=False, padding=14),
        axis=alt.Axis(values=sorted(curve["amount"].unique()) if _few(curve) else alt.Undefined,
                      format=",.6~r", ticks=False, grid=False),
    )  # fmt: skip
    scale = score_scale(score_domain(curve, "low", "high"))
    y = alt.Y("mean:Q", title=metric_words(metric), scale=scale, axis=score_axis(metric))
    legend = alt.Legend(
        title=None, orient="top", columns=1, labelLimit=700, symbolType="stroke", symbolOpacity=1,
        symbolStrokeWidth=3,
    )  # fmt: skip
    coloured = order[:COLOURED]
    colour = alt.Color(
        "configuration:N",
        scale=alt.Scale(domain=coloured, range=list(RUNS[: len(coloured)])),
        legend=legend,
    )
    is_coloured = alt.FieldOneOfPredicate(field="configuration", oneOf=coloured)
    colours = alt.condition(is_coloured, colour, alt.value(OTHER))
    dash = alt.StrokeDash(
        "split:N",
        scale=alt.Scale(domain=["held out", "train"], range=[list(d) for d in RUN_DASHES[:2]]),
        legend=alt.Legend(title=None, orient="top") if (curve["split"] == "train").any() else None,
    )
    band = alt.Chart(banded).mark_area(opacity=0.14)
    lines = alt.Chart(shown).mark_line(strokeWidth=2)
    dots = (
        alt.Chart(shown[shown["split"] == "held out"])
        .mark_circle(size=80, opacity=1, cursor="pointer", stroke="white", strokeWidth=0.6)
        .encode(
            x=x,
            y=y,
            color=colours,
            tooltip=[
                alt.Tooltip("configuration:N", title="Configuration"),
                alt.Tooltip("amount:Q", title=amount, format=",~g"),
                score_tooltip("mean", metric, "Mean"),
                score_tooltip("std", metric, "Standard deviation"),
                score_tooltip("low", metric, "Lowest"),
                score_tooltip("high", metric, "Highest"),
                alt.Tooltip("n:Q", title="Scores", format=",d"),
            ],
        )
        .add_params(alt.selection_point(name=PICK, fields=["run", "experiment"], on="click"))
    )
    layers = [
        band.encode(x=x, y=alt.Y("low:Q", scale=scale), y2="high:Q", color=colours),
        lines.encode(
            x=x, y=y, color=colours, detail="line:N", strokeDash=dash,
            opacity=alt.condition(is_coloured, alt.value(0.95), alt.value(0.35)),
        ),
        dots,
    ]  # fmt: skip
    return alt.LayerChart(layer=layers, height=HEIGHT)


def _few(curve: pd.DataFrame) -> bool:
    return int(curve["amount"].nunique()) <= 8
