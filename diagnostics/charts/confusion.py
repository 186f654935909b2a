"""The confusion matrix as a heat map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from diagnostics.charts.class_figures import LABEL_CHARACTERS, LABEL_LIMIT, shown_label

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

Value = Literal["n", "share_of_true", "share_of_predicted"]
Shading = Literal["log", "sqrt", "linear"]

#: The name under which a click on a cell is reported.
CELL = "cell"
#: Pixels that the rows of a matrix share, within the limits of one row; its axis comes on top.
ROWS_HEIGHT, ROW_HEIGHTS = 440, (16.0, 96.0)
#: What the axis takes: Streamlit fits a chart with its axes into its height.
LEVEL_AXIS, SLANTED_AXIS = 50, 130
#: Pixels that a slanted label may take before it is cut: it takes width from the cells, too.
SLANTED_LIMIT, SLANTED_CHARACTERS = 110, 18
#: Of counts and shares: where the logarithmic scale passes from linear to logarithmic.
LOG_CONSTANT = {"n": 1.0, "share_of_true": 0.01, "share_of_predicted": 0.01}
#: Texts on a cell, whichever stands out more from its colour, in the light and the dark theme.
DARK_TEXT, LIGHT_TEXT = "#111A26", "#FFFFFF"


def confusion_heatmap(
    cells: pd.DataFrame,
    *,
    value: Value = "n",
    shading: Shading = "log",
    with_diagonal: bool = False,
    sides: tuple[str, str] = ("True", "Predicted"),
) -> alt.LayerChart:
    """The true classes in the rows, the answers in the columns, in the order of the cells.

    Parameters
    ----------
    cells
        Every cell of a square matrix, as `matrix_cells` has them.
    value
        The column that colours and is written where a cell is wide enough.
    shading
        How the colour grows with it; `log` is linear near zero, so that empty cells have one.
    with_diagonal
        Colour right answers too; else they are numbers without colour, and mistakes have the
        whole scale.
    sides
        What the rows and the columns are called: two runs have a matrix of their answers, too.
    """
    import altair as alt

    labels = list(dict.fromkeys(cells["true_label"]))
    coloured = cells if with_diagonal else cells[cells["is_error"]]
    base = (
        alt.Chart(cells)
        .transform_calculate(
            # A share of an empty row or column is no number, for which no colour could be had.
            shade=f"isValid(datum.{value}) ? datum.{value} : 0",
            figure=_figure(value),
            said=f"'{sides[0]} ' + datum.true_label + ', {sides[1].lower()} ' + "
            "datum.predicted_label + ': ' + format(datum.n, ',d')",
        )
        .encode(x=_predicted_axis(labels, sides[1]), y=_true_axis(labels, sides[0]))
    )
    colour = alt.Color(
        "shade:Q", legend=None, scale=_scale(value, shading, float(coloured[value].max()))
    )
    is_coloured = "true" if with_diagonal else "datum.is_error"
    click = alt.selection_point(name=CELL, fields=["true_label", "predicted_label"], on="click")
    squares = (
        base.mark_rect(cornerRadius=3 if len(labels) <= 25 else 1, cursor="pointer", stroke=None)
        .encode(
            color=alt.condition(is_coloured, colour, alt.value("transparent")),
            tooltip=_tooltip(*sides),
            description="said:N",
        )
        .add_params(click)
    )
    numbers = _numbers(base, labels, is_coloured)
    return alt.LayerChart(layer=[squares, numbers], height=_height(labels))


def _height(labels: list[str]) -> float:
    low, high = ROW_HEIGHTS
    rows = len(labels) * min(max(ROWS_HEIGHT / max(len(labels), 1), low), high)
    return rows + (LEVEL_AXIS if _are_level(labels) else SLANTED_AXIS)


def _are_level(labels: list[str]) -> bool:
    """Whether the labels fit beside one another above a chart of the usual width."""
    return max((len(label) for label in labels), default=0) * 7 * len(labels) < 420


def _numbers(base: alt.Chart, labels: list[str], is_coloured: str) -> alt.Chart:
    """What is written in the cells; in the browser, for only it knows how wide they are."""
    import altair as alt

    background = "scale('color', datum.shade)"
    on_colour = (
        f"contrast('{LIGHT_TEXT}', {background}) > contrast('{DARK_TEXT}', {background})"
        f" ? '{LIGHT_TEXT}' : '{DARK_TEXT}'"
    )
    on_page = (
        f"luminance({background.replace('datum.shade', '0')}) > 0.2"
        f" ? '{DARK_TEXT}' : '{LIGHT_TEXT}'"
    )
    cell = f"width / {len(labels)}"
    size = f"clamp(min({cell} * 0.6, ({cell} - 2) / length(datum.figure) / 0.56), 9, 12)"
    fits = f"datum.n > 0 && length(datum.figure) * 9 * 0.56 + 2 < {cell}"
    text = base.mark_text(
        fontSize=alt.expr(size),
        color=alt.expr(f"({is_coloured}) ? ({on_colour}) : ({on_page})"),
        opacity=alt.expr(f"({is_coloured}) ? 1 : 0.6"),
    )
    numbers: alt.Chart = text.encode(text=alt.condition(fits, alt.Text("figure:N"), alt.value("")))
    return numbers


def _figure(value: Value) -> str:
    if value == "n":
        return "format(datum.n, ',d')"
    return f"datum.{value} < 0.01 ? '<1%' : format(datum.{value}, '.0%')"


def _scale(value: Value, shading: Shading, largest: float) -> alt.Scale:
    import altair as alt

    domain = [0, largest if largest > 0 else 1]
    if shading == "log":
        return alt.Scale(type="symlog", constant=LOG_CONSTANT[value], domain=domain)
    return alt.Scale(type=shading, domain=domain)


def _predicted_axis(labels: list[str], title: str) -> alt.X:
    import altair as alt

    axis = {**_axis(labels), "labelAngle": 0}
    if not _are_level(labels):
        axis |= {
            "labelAngle": -60,
            "labelAlign": "left",
            "labelBaseline": "middle",
            "labelLimit": SLANTED_LIMIT,
            "labelExpr": shown_label(SLANTED_CHARACTERS),
            # Lines that lie closer than their letters are high run into one another.
            "labelFontSize": alt.expr(f"clamp(width / {len(labels)} * 0.7, 8, 12)"),
        }
    return alt.X(
        "predicted_label:N",
        title=title,
        scale=_bands(labels),
        axis=alt.Axis(orient="top", **axis),
    )


def _true_axis(labels: list[str], title: str) -> alt.Y:
    import altair as alt

    axis = alt.Axis(**_axis(labels))
    return alt.Y("true_label:N", title=title, scale=_bands(labels), axis=axis)


def _bands(labels: list[str]) -> alt.Scale:
    import altair as alt

    return alt.Scale(domain=labels, paddingInner=0.04 if len(labels) <= 25 else 0.08)


def _axis(labels: list[str]) -> dict[str, Any]:
    return {
        "titlePadding": 10,
        "labelLimit": LABEL_LIMIT,
        # Streamlit's theme leaves out labels that overlap and moves the outer ones inwards.
        "labelOverlap": False,
        "labelFlush": False,
        "labelFontSize": 12 if len(labels) <= 25 else 10,
        "labelExpr": shown_label(LABEL_CHARACTERS),
        "ticks": False,
        "domain": False,
        "grid": False,
    }


def _tooltip(row: str, column: str) -> list[alt.Tooltip]:
    import altair as alt

    is_usual = (row, column) == ("True", "Predicted")
    whole = ("the true class", "the predicted class") if is_usual else ("its row", "its column")
    return [
        alt.Tooltip("true_label:N", title=row),
        alt.Tooltip("predicted_label:N", title=column),
        alt.Tooltip("n:Q", title="Answers", format=",d"),
        alt.Tooltip("share_of_true:Q", title=f"Of {whole[0]}", format=".1%"),
        alt.Tooltip("share_of_predicted:Q", title=f"Of {whole[1]}", format=".1%"),
    ]
