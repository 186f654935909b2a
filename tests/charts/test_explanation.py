from __future__ import annotations

import pytest

from diagnostics.charts import colours
from diagnostics.charts.explanation import contribution_chart, heat_map
from diagnostics.models.explanation.explanation import Contribution
from diagnostics.models.explanation.tables import contribution_table, pixel_table
from tests.charts.test_colours import EYES, THEMES, contrast, distance
from tests.models.explanation.test_tables import WORDS, explanation


def test_bars_are_coloured_by_direction_and_cover_their_stretch() -> None:
    spec = contribution_chart(contribution_table(WORDS, cumulative=True)).to_dict()
    bars = spec["layer"][1]
    assert bars["mark"]["type"] == "bar"
    assert (bars["encoding"]["x"]["field"], bars["encoding"]["x2"]["field"]) == ("start", "end")
    scale = bars["encoding"]["color"]["scale"]
    assert dict(zip(scale["domain"], scale["range"], strict=True))["away"] == colours.AWAY
    assert bars["encoding"]["x"]["scale"]["domain"] == [0.0, 3.5]


def test_features_of_the_same_name_have_bars_of_their_own() -> None:
    twice = explanation(Contribution("a'b", 1, 2.0), Contribution("a'b", 1, -1.0))
    spec = contribution_chart(contribution_table(twice)).to_dict()
    axis = spec["layer"][1]["encoding"]["y"]
    assert axis["field"] == "at"
    assert axis["axis"]["labelExpr"].startswith('["a\'b", "a\'b", "base"')


def test_a_heat_map_lies_over_its_picture() -> None:
    found = explanation(Contribution("row 1, column 1", 1.0, 1.0, 0), picture=(2, 4))
    spec = heat_map(pixel_table(found), "data:image/png;base64,AA", width=200).to_dict()
    assert [layer["mark"]["type"] for layer in spec["layer"]] == ["image", "rect"]
    assert (spec["width"], spec["height"]) == (200, 100)
    assert len(heat_map(pixel_table(found), None).to_dict()["layer"]) == 1


@pytest.mark.parametrize("eye", EYES)
def test_the_two_directions_are_told_apart_by_every_eye(eye: str) -> None:
    assert distance(colours.TOWARDS, colours.AWAY, eye) > 36


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("colour", [colours.TOWARDS, colours.AWAY])
def test_words_are_legible_on_their_strongest_ground(theme: str, colour: str) -> None:
    from app.explanation.figure import STRONGEST

    ground = THEMES[theme]["backgroundColor"]
    channels = [(int(colour[at : at + 2], 16), int(ground[at : at + 2], 16)) for at in (1, 3, 5)]
    parts = [round(STRONGEST * above + (1 - STRONGEST) * below) for above, below in channels]
    mixed = "#" + "".join(f"{part:02x}" for part in parts)
    assert contrast(mixed, THEMES[theme]["textColor"]) >= 4.5
