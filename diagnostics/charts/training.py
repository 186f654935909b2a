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

    shown = points.assign(verdict=points["verdict"].map({k: v[0] for k, v in VERDICTS.items()}))
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
    equal = _equal_line(shown, across, up)
    ring = alt.Chart(shown[shown["run"] == chosen]).mark_point(size=320, strokeWidth=2.2)
    layers = [
        equal.encode(x=x, y=y, color=alt.value(OTHER)),
        ring.encode(x=x, y=y, color=alt.value(CHOSEN)),
        _verdict_marks(shown, metric).encode(x=x, y=y),
    ]
    return alt.LayerChart(layer=layers, height=HEIGHT)


def _equal_line(shown: pd.DataFrame, across: list[float], up: list[float]) -> alt.Chart:
    """Where both scores are equal, as far as both axes reach; nothing where they have no part
    in common.
    """  # noqa: D205
    import altair as alt
    import pandas as pd

    ends = [max(across[0], up[0]), min(across[1], up[1])]
    line = pd.DataFrame({"train": ends, "value": ends}) if ends[0] < ends[1] else shown.head(0)
    equal: alt.Chart = alt.Chart(line).mark_line(strokeDash=[4, 4], strokeWidth=1.2, clip=True)
    return equal


def _verdict_marks(shown: pd.DataFrame, metric: str) -> alt.Chart:
    """The runs in the colour and shape of their verdict; the legend has those that occur."""
    import altair as alt

    occurring = [verdict for verdict in VERDICTS.values() if verdict[0] in set(shown["verdict"])]
    words, shades, shapes = ([verdict[k] for verdict in occurring] for k in range(3))
    # The marks' white stroke is the legend's, too, where it had hidden the symbols.
    legend = alt.Legend(
        title=None, orient="top", symbolSize=110, symbolStrokeWidth=0, labelFontSize=12
    )
    # Shape and colour with one legend, so that who sees no colours can tell them, too.
    colour = alt.Color("verdict:N", scale=alt.Scale(domain=words, range=shades), legend=legend)
    shape = alt.Shape("verdict:N", scale=alt.Scale(domain=words, range=shapes), legend=legend)
    marks: alt.Chart = (
        alt.Chart(shown)
        .mark_point(filled=True, size=95, cursor="pointer", stroke="white", strokeWidth=0.6)
        .encode(
            color=colour,
            shape=shape,
            tooltip=[
                alt.Tooltip("run:N", title="Run"),
                score_tooltip("train", metric, "Training rows"),
                score_tooltip("value", metric, "Held out"),
                alt.Tooltip("verdict:N", title="Verdict"),
            ],
        )
        .add_params(alt.selection_point(name=PICK, fields=["run"], on="click"))
    )
    return marks


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
    coloured = order[:COLOURED]
    is_coloured = alt.FieldOneOfPredicate(field="configuration", oneOf=coloured)
    colour = alt.condition(is_coloured, _configurations(coloured), alt.value(OTHER))
    x = _amounts(curve, amount)
    scale = score_scale(score_domain(curve, "low", "high"))
    y = alt.Y("mean:Q", title=metric_words(metric), scale=scale, axis=score_axis(metric))
    held_out = shown[shown["split"] == "held out"]
    # A band of its own would hide the lines of the others.
    band = alt.Chart(held_out[held_out["configuration"].isin(coloured)]).mark_area(opacity=0.14)
    lines = alt.Chart(shown).mark_line(strokeWidth=2)
    layers = [
        band.encode(x=x, y=alt.Y("low:Q", scale=scale), y2="high:Q", color=colour),
        lines.encode(
            x=x, y=y, color=colour, detail="line:N", strokeDash=_splits(curve),
            opacity=alt.condition(is_coloured, alt.value(0.95), alt.value(0.35)),
        ),
        _amount_dots(held_out, metric, amount).encode(x=x, y=y, color=colour),
    ]  # fmt: skip
    return alt.LayerChart(layer=layers, height=HEIGHT)


def _amounts(curve: pd.DataFrame, amount: str) -> alt.X:
    """The amounts, each with its tick where they are few; logarithmic where they are far apart."""
    import altair as alt

    low, high = float(curve["amount"].min()), float(curve["amount"].max())
    is_log = low > 0 and high / low > 8
    return alt.X(
        "amount:Q",
        title=amount,
        scale=alt.Scale(type="log" if is_log else "linear", zero=False, nice=False, padding=14),
        axis=alt.Axis(values=sorted(curve["amount"].unique()) if _few(curve) else alt.Undefined,
                      format=",.6~r", ticks=False, grid=False),
    )  # fmt: skip


def _configurations(coloured: list[str]) -> alt.Color:
    """The colours of the configurations, with a legend one below the other: the names are long."""
    import altair as alt

    legend = alt.Legend(
        title=None, orient="top", columns=1, labelLimit=700, symbolType="stroke", symbolOpacity=1,
        symbolStrokeWidth=3,
    )  # fmt: skip
    scale = alt.Scale(domain=coloured, range=list(RUNS[: len(coloured)]))
    return alt.Color("configuration:N", scale=scale, legend=legend)


def _splits(curve: pd.DataFrame) -> alt.StrokeDash:
    """Train scores are dashed; only where there are some is a legend needed."""
    import altair as alt

    has_train = (curve["split"] == "train").any()
    return alt.StrokeDash(
        "split:N",
        scale=alt.Scale(domain=["held out", "train"], range=[list(d) for d in RUN_DASHES[:2]]),
        legend=alt.Legend(title=None, orient="top") if has_train else None,
    )


def _amount_dots(held_out: pd.DataFrame, metric: str, amount: str) -> alt.Chart:
    import altair as alt

    dots: alt.Chart = (
        alt.Chart(held_out)
        .mark_circle(size=80, opacity=1, cursor="pointer", stroke="white", strokeWidth=0.6)
        .encode(
            tooltip=[
                alt.Tooltip("configuration:N", title="Configuration"),
                alt.Tooltip("amount:Q", title=amount, format=",~g"),
                score_tooltip("mean", metric, "Mean"),
                score_tooltip("std", metric, "Standard deviation"),
                score_tooltip("low", metric, "Lowest"),
                score_tooltip("high", metric, "Highest"),
                alt.Tooltip("n:Q", title="Scores", format=",d"),
            ]
        )
        .add_params(alt.selection_point(name=PICK, fields=["run", "experiment"], on="click"))
    )
    return dots


def _few(curve: pd.DataFrame) -> bool:
    return int(curve["amount"].nunique()) <= 8
