"""Changes of many rows at once that should not change their answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from zlib import crc32

import numpy as np

from diagnostics.models.evaluated_inputs import Evaluated
from diagnostics.models.whatif.typos import RATE, Perturbation, perturbations

#: Noise on numbers, as a share of each column's standard deviation.
NOISES = (0.05, 0.1, 0.25)
#: Pixels that a picture is moved by: to the left, right, up, down.
SHIFTS = {"left": (0, -1), "right": (0, 1), "up": (-1, 0), "down": (1, 0)}


@dataclass(frozen=True)
class RowChange:
    """One way to change rows; `apply` takes the rows and a seed and gives as many back."""

    name: str
    words: str
    apply: Callable[[Any, int], Any]


def text_change(perturbation: Perturbation, column: str = "") -> RowChange:
    """A text's perturbation for rows that are texts, or that have them in a column."""
    return RowChange(perturbation.name, perturbation.words, partial(_texts, perturbation, column))


def _texts(perturbation: Perturbation, column: str, rows: Any, seed: int) -> Any:
    if isinstance(rows, list):
        return [perturbation(text, seed=seed) for text in rows]
    changed = [
        perturbation(text, seed=seed) if isinstance(text, str) else text
        for text in rows[column].tolist()
    ]
    return rows.assign(**{column: changed})


def noise(share: float, spreads: np.ndarray, low: np.ndarray, high: np.ndarray) -> RowChange:
    """Normal noise on every number: `share` of the column's standard deviation.

    Values stay between the column's `low` and `high`; whole numbers of an array or a frame stay
    whole. A spread of NaN marks a column that is no number.
    """
    name = f"noise {share:.0%}"
    words = f"every number moved by chance, by {share:.0%} of its column's standard deviation"
    return RowChange(name, words, partial(_noisy, share, spreads, low, high, name))


def _noisy(
    share: float, spreads: np.ndarray, low: np.ndarray, high: np.ndarray, name: str,
    rows: Any, seed: int,
) -> Any:  # fmt: skip
    random = np.random.default_rng([seed, crc32(name.encode())])
    is_frame = hasattr(rows, "iloc")
    flat = None if is_frame else np.array(rows, float).reshape(len(rows), -1)
    made: dict[Any, Any] = {}
    for at, spread in enumerate(spreads):
        drawn = random.standard_normal(len(rows))  # also where unused: a column more moves no other
        if np.isnan(spread) or not spread:
            continue
        values = np.asarray(rows.iloc[:, at], float) if flat is None else flat[:, at]
        moved = np.clip(values + drawn * share * spread, low[at], high[at])
        is_whole = bool(np.all(values[~np.isnan(values)] % 1 == 0))
        moved = np.round(moved) if is_whole else moved
        if flat is None:
            made[rows.columns[at]] = moved
        else:
            flat[:, at] = moved
    return rows.assign(**made) if flat is None else flat.reshape(np.shape(rows))


def shifted(direction: str, picture: tuple[int, int]) -> RowChange:
    """Pictures moved by a pixel; what comes in is as dark as the darkest pixel."""
    words = f"the picture moved {direction} by a pixel"
    return RowChange(f"moved {direction}", words, partial(_shifted, SHIFTS[direction], picture))


def _shifted(step: tuple[int, int], picture: tuple[int, int], rows: Any, _: int) -> Any:
    down, right = step
    height, width = picture
    pixels = np.asarray(rows).reshape(len(rows), height, width, -1)
    made = np.full_like(pixels, pixels.min() if pixels.size else 0)
    made[:, max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)] = pixels[
        :, max(-down, 0) : height + min(-down, 0), max(-right, 0) : width + min(-right, 0)
    ]
    return made.reshape(np.shape(rows))


def changes_for(
    evaluated: Evaluated,
    *,
    rate: float = RATE,
    keyboard: Any = "QWERTY",
    noises: Sequence[float] = NOISES,
) -> list[RowChange]:
    """What is tried on rows of this form: slips and casing on texts, noise and shifts on numbers.

    Rows that have a text beside other columns are tried both ways.

    Parameters
    ----------
    evaluated
        The rows.
    rate, keyboard
        Of typos.
    noises
        Shares of each column's standard deviation, over these rows.
    """
    if evaluated.form == "sparse":
        return []
    column, chosen = evaluated.text_column, []
    if evaluated.form == "texts" or column:
        chosen = [text_change(one, column) for one in perturbations(rate, keyboard)]
    if evaluated.form == "texts":
        return chosen
    rows, _ = evaluated.all_rows
    spreads, low, high = _spreads(rows)
    if np.isfinite(spreads).any():
        chosen += [noise(share, spreads, low, high) for share in noises]
    if evaluated.picture is not None:
        chosen += [shifted(direction, evaluated.picture) for direction in SHIFTS]
    return chosen


def _spreads(rows: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Standard deviation, least and greatest value of each column; NaN for what is no number."""
    if not hasattr(rows, "iloc"):
        flat = np.asarray(rows, float).reshape(len(rows), -1)
        columns = [flat[~np.isnan(flat[:, at]), at] for at in range(flat.shape[1])]
    else:
        columns = [_numbers(rows[name]) for name in rows.columns]
    known = [column if len(column) else np.array([np.nan]) for column in columns]
    table = np.array([(column.std(), column.min(), column.max()) for column in known])
    return table[:, 0], table[:, 1], table[:, 2]


def _numbers(column: Any) -> np.ndarray:
    is_number = getattr(column.dtype, "kind", "O") in "iuf"
    return np.asarray(column.dropna(), float) if is_number else np.empty(0)


__all__ = ["NOISES", "SHIFTS", "RowChange", "changes_for", "noise", "shifted", "text_change"]
