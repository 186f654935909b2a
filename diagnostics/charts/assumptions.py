"""How often answers were wrong, or were a label, where something was so and where it was not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnostics.charts.colours import CHOSEN, OTHER, WRONG

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

#: The name under which a click on a group is reported; it holds `group`.
GROUP = "group_pick"
ROW, _NAME, _TITLE = 30, 210, 330


def group_chart(
    groups: pd.DataFrame, *, title: str, outcome: str, is_error: bool, overall: float
) -> alt.LayerChart:
    """A point with its interval for each group and its size, in their order; a click names it.

    Parameters
    ----------
    groups
        As `diagnostics.statistics.association.Association.groups` has them; groups without examples
        are left out.
    title
        What the groups are of.
    outcome
        What is counted, in words: `wrong`, or a label.
    is_error
        Whether the outcome is a wrong answer, and so has the colour of mistakes.
    overall
        The share over all examples, drawn as a line.
    """
    import altair as alt

    shown = _with_sizes(groups)
    scale = alt.Scale(domain=[0, _highest(shown)], nice=False)
    colour = alt.value(WRONG if is_error else CHOSEN)
    base = alt.Chart(shown).encode(y=_rows(list(shown["named"])), tooltip=_tooltip())
    line = (
        alt.Chart(shown.head(1).assign(overall=overall))
        .mark_rule(strokeDash=[4, 3], color=OTHER)
        .encode(x=alt.X("overall:Q", scale=scale))
    )
    interval = base.mark_rule(strokeWidth=5, opacity=0.4).encode(
        x=alt.X("low:Q", scale=scale), x2="high:Q", color=colour
    )
    points = (
        base.mark_point(filled=True, size=130, opacity=1, cursor="pointer")
        .encode(x=_shares(scale, outcome), color=colour)
        .add_params(alt.selection_point(name=GROUP, fields=["group"], on="click"))
    )
    head = alt.Title(title, anchor="start", fontSize=13, fontWeight="normal", limit=_TITLE)
    return alt.LayerChart(layer=[line, interval, points], height=alt.Step(ROW), title=head)


def _with_sizes(groups: pd.DataFrame) -> pd.DataFrame:
    """The groups that have examples, `named` with how many: a share of three says little."""
    shown = groups[groups["examples"] > 0]
    sizes = [f"{group} · {n:,}" for group, n in zip(shown["group"], shown["examples"], strict=True)]
    return shown.assign(named=sizes)


def _highest(shown: pd.DataFrame) -> float:
    """Where the axis ends: errors are rare, and up to 1 their differences could not be seen."""
    return min(1.0, float(shown["high"].max()) * 1.04) if len(shown) else 1.0


def _rows(names: list[str]) -> alt.Y:
    import altair as alt

    # Flushed, as Streamlit's theme has them, the outer names are not level with their rows.
    axis = alt.Axis(
        labelLimit=_NAME, ticks=False, domain=False, grid=False, labelOverlap=False,
        labelFlush=False,
    )  # fmt: skip
    return alt.Y("named:N", sort=names, title=None, axis=axis)


def _shares(scale: alt.Scale, outcome: str) -> alt.X:
    import altair as alt

    return alt.X(
        "share:Q",
        scale=scale,
        title=f"Share of answers that are {outcome}",
        axis=alt.Axis(format=".1~%", tickCount=5, ticks=False, domain=False, titleLimit=_TITLE),
    )


def _tooltip() -> list[alt.Tooltip]:
    import altair as alt

    return [
        alt.Tooltip("group:N", title="Where"),
        alt.Tooltip("examples:Q", title="Examples", format=",d"),
        alt.Tooltip("hits:Q", title="So answered", format=",d"),
        alt.Tooltip("share:Q", title="Share", format=".1%"),
        alt.Tooltip("low:Q", title="At least", format=".1%"),
        alt.Tooltip("high:Q", title="At most", format=".1%"),
    ]
