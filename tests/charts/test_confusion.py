from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from diagnostics.charts import colours
from diagnostics.charts.class_figures import answers_chart, class_figures_chart
from diagnostics.charts.confusion import confusion_heatmap
from diagnostics.confusion.matrix import ConfusionMatrix, class_report
from diagnostics.confusion.seriation import matrix_cells, most_confused_labels

COUNTS = np.array([[8, 2, 0], [3, 6, 1], [0, 1, 9]])
LABELS = ("cat", "", "**owl** $x$")


def cells(labels: tuple[str, ...] = LABELS, counts: np.ndarray = COUNTS) -> pd.DataFrame:
    return matrix_cells(ConfusionMatrix(labels, counts), labels)


def layers(**choices: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    squares, numbers = confusion_heatmap(cells(), **choices).to_dict()["layer"]
    return squares, numbers


def colour(square: dict[str, Any]) -> dict[str, Any]:
    return square["encoding"]["color"]["condition"]


def test_truth_is_in_the_rows_and_answers_in_the_columns_in_the_order_given() -> None:
    squares, numbers = layers()
    for layer in (squares, numbers):
        assert layer["encoding"]["y"]["field"] == "true_label"
        assert layer["encoding"]["x"]["field"] == "predicted_label"
        assert layer["encoding"]["x"]["scale"]["domain"] == list(LABELS)
    assert squares["mark"]["type"] == "rect"
    assert numbers["mark"]["type"] == "text"


def test_only_mistakes_are_coloured_and_have_the_whole_scale() -> None:
    squares, _ = layers()
    assert colour(squares)["test"] == "datum.is_error"
    assert colour(squares)["scale"]["domain"] == [0, 3]
    assert squares["encoding"]["color"]["value"] == "transparent"


def test_right_answers_can_be_coloured_too() -> None:
    squares, _ = layers(with_diagonal=True)
    assert colour(squares)["test"] == "true"
    assert colour(squares)["scale"]["domain"] == [0, 9]


def test_shares_are_coloured_as_shares() -> None:
    squares, numbers = layers(value="share_of_true", shading="linear")
    assert colour(squares)["scale"] == {"type": "linear", "domain": [0, pytest.approx(0.3)]}
    shade, figure, _ = (step["calculate"] for step in numbers["transform"])
    assert "share_of_true" in shade
    assert "'.0%'" in figure


def test_an_empty_cell_has_a_colour_on_the_logarithmic_scale() -> None:
    squares, _ = layers(shading="log")
    assert colour(squares)["scale"]["type"] == "symlog"


def test_a_click_names_the_pair() -> None:
    chart = confusion_heatmap(cells()).to_dict()
    (parameter,) = chart["params"]
    assert parameter["name"] == "cell"
    assert parameter["select"]["fields"] == ["true_label", "predicted_label"]


def test_a_label_without_letters_is_named_and_long_ones_are_cut_not_the_matrix() -> None:
    squares, _ = layers()
    for name in ("x", "y"):
        axis = squares["encoding"][name]["axis"]
        assert "(empty)" in axis["labelExpr"]
        assert axis["labelLimit"] <= 150


def test_short_labels_are_level_and_long_ones_slanted() -> None:
    def angle(*labels: str) -> int:
        chart = confusion_heatmap(cells(labels)).to_dict()
        return chart["layer"][0]["encoding"]["x"]["axis"]["labelAngle"]

    assert angle("0", "1", "2") == 0
    assert angle("a" * 80, "b" * 80, "c" * 80) != 0


@pytest.mark.parametrize("counts", [np.eye(3, dtype=int), np.zeros((3, 3), int)])
def test_without_mistakes_there_is_still_a_scale(counts: np.ndarray) -> None:
    chart = confusion_heatmap(cells(LABELS, counts)).to_dict()
    assert colour(chart["layer"][0])["scale"]["domain"] == [0, 1]


def test_a_thousand_classes_are_drawn_with_few_marks() -> None:
    counts = np.random.default_rng(0).integers(0, 3, (1000, 1000))
    matrix = ConfusionMatrix(tuple(f"class {code}" for code in range(1000)), counts)
    drawn = matrix_cells(matrix, most_confused_labels(matrix, 50))
    layers = confusion_heatmap(drawn).to_dict()["layer"]
    assert len(drawn) * len(layers) < 10_000


def test_each_class_has_its_figures_on_one_line() -> None:
    report = class_report(ConfusionMatrix(LABELS, COUNTS))
    lines, points = class_figures_chart(report).to_dict()["layer"]
    assert lines["encoding"]["x2"]["field"] == "high"
    assert points["transform"][0]["fold"] == ["precision", "recall", "f1"]
    assert points["encoding"]["x"]["scale"]["domain"] == [0, 1]
    assert points["encoding"]["y"]["scale"]["domain"] == list(LABELS)


def test_figures_have_colours_and_shapes_of_their_own() -> None:
    report = class_report(ConfusionMatrix(LABELS, COUNTS))
    points = class_figures_chart(report).to_dict()["layer"][1]["encoding"]
    assert points["color"]["scale"]["domain"] == ["Precision", "Recall", "F1"]
    assert points["color"]["scale"]["range"] == list(colours.FIGURES.values())
    assert len(set(points["shape"]["scale"]["range"])) == 3


def test_answers_are_bars_in_the_order_given_and_a_click_names_one() -> None:
    counts = pd.DataFrame({"label": ["b", "a"], "n": [4, 1]})
    chart = answers_chart(counts).to_dict()
    assert chart["mark"]["type"] == "bar"
    assert chart["encoding"]["y"]["scale"]["domain"] == ["b", "a"]
    assert chart["params"][0]["select"]["fields"] == ["label"]


def test_two_classes_have_room_beside_the_axis_and_the_legend() -> None:
    counts = pd.DataFrame({"label": ["b", "a"], "n": [4, 1]})
    report = class_report(ConfusionMatrix(LABELS[:2], COUNTS[:2, :2]))
    # Streamlit fits a chart with its axes into its height: 2 rows of 26 pixels, and an axis.
    assert answers_chart(counts).to_dict()["height"] >= 2 * 26 + 50
    assert class_figures_chart(report).to_dict()["height"] >= 3 * 26 + 30
