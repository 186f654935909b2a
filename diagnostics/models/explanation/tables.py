"""An explanation as small tables: the strongest contributions in a row, and pixels in a grid."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from diagnostics.models.explanation.explanation import Contribution, Explanation

if TYPE_CHECKING:
    import pandas as pd

#: Contributions that are shown one by one; the others are added up.
STRONGEST = 10
#: Below this share of the largest a figure is rounding.
ROUNDING = 1e-9
#: Squares on a side of a picture's grid; of larger ones several pixels are added up.
SIDE = 56


def contribution_table(
    explanation: Explanation, *, strongest: int = STRONGEST, cumulative: bool = False
) -> pd.DataFrame:
    """The base, the strongest contributions, all others as one, and the output.

    Parameters
    ----------
    explanation
        What is to be shown.
    strongest
        How many contributions have a row of their own.
    cumulative
        Let each bar begin where the one before it ended, from the base to the output; else every
        bar begins at zero, and the base comes after the contributions.

    Returns
    -------
    A row for each bar: `name` (with the value beside it where that says more), `contribution`,
    `start`, `end`, `role` (`towards` and `away` by the sign, `unstable` for estimates whose sign
    changed when repeated, `base`, `output`) and `figure`.
    """
    import pandas as pd

    entries = explanation.contributions
    shown = entries[: strongest + (len(entries) == strongest + 1)]  # one more, not "1 others"
    others = entries[len(shown) :]
    bars = [(named(entry), entry.contribution, _role(entry)) for entry in shown]
    if others:
        left = math.fsum(entry.contribution for entry in others)
        bars.append((f"{len(others):,} others", left, "towards" if left >= 0 else "away"))
    bars.insert(0 if cumulative else len(bars), ("base", explanation.base, "base"))
    largest = max((abs(contribution) for _, contribution, _ in bars), default=0.0)
    table, at = [], 0.0
    for name, contribution, role in bars:
        start = at if cumulative else 0.0
        at = start + contribution
        table.append((name, contribution, start, at, role, _figure(contribution, largest)))
    output = explanation.output
    table.append(("output", output, 0.0, output, "output", _figure(output, largest)))
    columns = ["name", "contribution", "start", "end", "role", "figure"]
    return pd.DataFrame(table, columns=columns)


def _figure(value: float, largest: float) -> str:
    """Three digits; what is nothing but rounding beside the largest is 0."""
    return "0" if abs(value) <= ROUNDING * largest else f"{value:+.3g}"


def _role(entry: Contribution) -> str:
    if not entry.stable:
        return "unstable"
    return "towards" if entry.contribution >= 0 else "away"


def named(entry: Contribution) -> str:
    """A feature with its value, where that says more.

    A word counts how often it is there; a category is held against the one that it is.
    """
    feature, value = visible(entry.feature), entry.value
    if value is None or feature.endswith(f" = {value}"):
        return feature
    if entry.place is None and isinstance(value, int):
        return feature if value == 1 else f"{feature} × {value}" if value else f"{feature} (absent)"
    if isinstance(value, str) and " = " in feature:
        return f"{feature} (is {value})"
    return f"{feature} = {value_text(value)}"


def value_text(value: Any) -> str:
    """A value in few characters."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def visible(feature: str) -> str:
    """A feature's name with the blanks at its ends to be seen, and no line breaks."""
    inner = feature.strip(" ")
    if inner == feature and feature.isprintable():
        return feature
    lead = len(feature) - len(feature.lstrip(" "))
    tail = len(feature) - lead - len(inner)
    clean = "".join(letter if letter.isprintable() else "␣" for letter in inner)
    return "␣" * lead + clean + "␣" * tail


def pixel_table(explanation: Explanation, *, side: int = SIDE) -> pd.DataFrame:
    """What every pixel of a picture added: `row`, `column` (of a square), `contribution`, `share`.

    `share` is the contribution in shares of the strongest one's size, from -1 to 1. Squares of
    several pixels have the sum of theirs, as have pixels of several colours. Empty if the
    explanation is of no picture.
    """
    import numpy as np
    import pandas as pd

    columns = ["row", "column", "contribution", "share"]
    if explanation.picture is None:
        return pd.DataFrame(columns=columns)
    height, width = explanation.picture
    step = -(-max(height, width) // side)
    sums = np.zeros((-(-height // step), -(-width // step)))
    channels = _channels(explanation, height * width)
    for entry in explanation.contributions:
        if entry.place is not None:
            row, column = divmod(entry.place // channels, width)
            if row < height:
                sums[row // step, column // step] += entry.contribution
    rows, places = np.indices(sums.shape)
    largest = float(np.abs(sums).max()) or 1.0
    found = {"row": rows, "column": places, "contribution": sums, "share": sums / largest}
    return pd.DataFrame({name: values.ravel() for name, values in found.items()})


def _channels(explanation: Explanation, pixels: int) -> int:
    """Numbers for each pixel, by the names of the places: those of colours have them behind."""
    last = {entry.feature.rpartition(", ")[2] for entry in explanation.contributions}
    if "opacity" in last:
        return 4
    return 3 if last & {"red", "green", "blue"} else 1
