from __future__ import annotations

import tomllib
from itertools import combinations

import numpy as np
import pytest

from diagnostics.charts import colours
from tests.places import ROOT

THEMES = tomllib.loads((ROOT / "app/.streamlit/config.toml").read_text())["theme"]
#: What red-, green- and blue-blind eyes make of linear RGB (Machado et al. 2009).
EYES = {
    "usual": np.eye(3),
    "red-blind": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "green-blind": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "blue-blind": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    low, high = sorted(float(TO_XYZ[1] @ linear(colour)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(colour: str, eye: str) -> np.ndarray:
    seen = np.clip(np.array(EYES[eye]) @ linear(colour), 0, 1)
    x, y, z = np.cbrt(np.maximum(TO_XYZ @ seen / TO_XYZ.sum(axis=1), 0.008856))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def distance(one: str, other: str, eye: str = "usual") -> float:
    return float(np.linalg.norm(lab(one, eye) - lab(other, eye)))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("colour", colours.FIGURES.values(), ids=colours.FIGURES.keys())
def test_figures_are_legible_in_both_themes(colour: str, theme: str) -> None:
    assert contrast(colour, THEMES[theme]["backgroundColor"]) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_mark_stands_out_from_the_ground(theme: str) -> None:
    marks = (colours.RIGHT, colours.WRONG, colours.OTHER, colours.CHOSEN, *colours.RUNS)
    assert min(contrast(mark, THEMES[theme]["backgroundColor"]) for mark in marks) >= 3


@pytest.mark.parametrize("eye", EYES)
def test_runs_are_told_apart_by_every_eye(eye: str) -> None:
    assert min(distance(*pair, eye) for pair in combinations(colours.RUNS, 2)) > 35


@pytest.mark.parametrize("eye", EYES)
def test_figures_are_told_apart_by_every_eye(eye: str) -> None:
    assert min(distance(*pair, eye) for pair in combinations(colours.FIGURES.values(), 2)) > 30


@pytest.mark.parametrize("colour", colours.FIGURES.values(), ids=colours.FIGURES.keys())
def test_figures_mean_neither_right_nor_wrong(colour: str) -> None:
    assert min(distance(colour, meaning) for meaning in (colours.RIGHT, colours.WRONG)) > 40
