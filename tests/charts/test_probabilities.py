from __future__ import annotations

from diagnostics.charts import colours
from diagnostics.charts.probabilities import COLOURS, probability_bars
from diagnostics.confidence.probability_table import probability_table


def bars(**changes: object) -> dict:
    table = probability_table(
        ["a", "b", "c"], [0.5, 0.3, 0.2], true_label="b", predicted_label="a", top=2
    )
    return probability_bars(table, **changes).to_dict()  # type: ignore[arg-type]


def test_bars_keep_the_order_of_the_rows_and_every_label() -> None:
    y = bars()["layer"][0]["encoding"]["y"]
    assert y["sort"] is None
    assert y["axis"]["labelOverlap"] is False
    assert y["axis"]["labelLimit"] > 0


def test_bars_have_the_one_colour_code() -> None:
    scale = bars()["layer"][0]["encoding"]["color"]["scale"]
    code = dict(zip(scale["domain"], scale["range"], strict=True))
    assert code == COLOURS
    assert (code["true"], code["predicted"]) == (colours.TRUE_LABEL, colours.PREDICTED_LABEL)


def test_figures_stand_behind_the_bars_in_the_given_colour() -> None:
    text = bars(text_colour="#123456")["layer"][1]
    assert text["mark"]["type"] == "text"
    assert text["mark"]["color"] == "#123456"
    assert text["encoding"]["text"]["field"] == "figure"


def test_words_behind_a_bar_have_room_or_end_in_an_ellipsis() -> None:
    figures = bars()["layer"][1]
    assert "width - 150" in figures["encoding"]["x"]["scale"]["rangeMax"]["expr"]
    assert figures["mark"]["limit"]["expr"] == "width - scale('x', datum.probability) - 6"


def test_a_blank_label_is_named() -> None:
    assert "(empty)" in bars()["layer"][0]["encoding"]["y"]["axis"]["labelExpr"]


def test_every_mark_has_a_tooltip() -> None:
    for layer in bars()["layer"]:
        assert [entry["field"] for entry in layer["encoding"]["tooltip"]] == ["label", "figure"]


def test_bars_are_longer_the_more_probable() -> None:
    x = bars()["layer"][0]["encoding"]["x"]
    assert x["field"] == "probability"
    assert x["scale"]["domain"][0] == 0
