"""The best runs as lines over one axis a parameter: where each value lies, for parallel axes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from diagnostics.runs.parameters.trials import MOST_VALUES, Factor, Trials, number_text
from diagnostics.statistics.metric_names import metric_text
from diagnostics.workspace.parameters import short_names

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

#: Of the room that one of a few values has on its axis, how much its runs are spread over.
_FILLED = 0.76
SCORE = "score"


@dataclass(frozen=True, eq=False)
class ParallelAxes:
    """Lines over axes: `points`, one row a run and axis, and `ticks`, the values written beside.

    `points`: `run`, `axis`, `position` (0 at the bottom, 1 at the top), `text` (the value), `score`
    and `goodness`, which is the score, or its negative where less is better. `ticks`: `axis`,
    `position`, `text`. `axes` are in order, the last one is the score; `names` has the parameter of
    each axis, `SCORE` for that.
    """

    axes: tuple[str, ...]
    names: tuple[str, ...]
    points: pd.DataFrame
    ticks: pd.DataFrame


def parallel_axes(trials: Trials, parameters: Sequence[str], *, best: int) -> ParallelAxes:
    """The `best` runs as lines over the parameters, in the order given, and the score.

    Few values are evenly spaced and the runs of one are spread around it by their score, the best
    uppermost, so that lines which share values stay apart; many numbers lie where they are, on a
    logarithmic axis if they are spaced so.
    """
    import numpy as np
    import pandas as pd

    order = np.argsort(-trials.scores if trials.rises else trials.scores, kind="stable")[:best]
    scores = trials.scores[order]
    shorter = short_names(list(parameters))
    parts, ticks = [], []
    for name in parameters:
        factor = trials.factor(name)
        codes = factor.codes[order]
        positions, marks = _placed(factor, codes)
        texts = [factor.values[code] for code in codes]
        parts.append(_axis(shorter[name], positions, texts))
        ticks.append(pd.DataFrame(marks, columns=["position", "text"]).assign(axis=shorter[name]))
    low, high = float(scores.min()), float(scores.max())
    span = high - low or 1.0
    texts = [metric_text(trials.metric, score) for score in scores]
    parts.append(_axis(SCORE, (scores - low) / span if high > low else scores * 0 + 0.5, texts))
    ends = [(0.0, metric_text(trials.metric, low)), (1.0, metric_text(trials.metric, high))]
    ticks.append(pd.DataFrame(ends, columns=["position", "text"]).assign(axis=SCORE))
    runs = np.array(trials.runs, dtype=object)[order]
    goodness = scores if trials.rises else -scores
    each = [part.assign(run=runs, score=scores, goodness=goodness) for part in parts]
    return ParallelAxes(
        (*(shorter[name] for name in parameters), SCORE),
        (*parameters, SCORE),
        pd.concat(each, ignore_index=True),
        pd.concat(ticks, ignore_index=True),
    )


def brushed_runs(lines: ParallelAxes, brush: Mapping[str, Any]) -> list[str]:
    """The runs whose lines pass through a brush on every axis that it covers, the best first.

    `brush` has the axes in `axis` and the lower and upper end in `position`, as the chart's
    selection gives them.
    """
    axes = list(brush.get("axis", ()))
    low, high = sorted(brush.get("position", (-math.inf, math.inf)))
    points = lines.points
    inside = points[points["axis"].isin(axes) & points["position"].between(low, high)]
    counts = inside.groupby("run", sort=False).size()
    through = set(counts.index[counts == len(axes)]) if axes else set()
    return [run for run in dict.fromkeys(points["run"]) if run in through]


def _axis(axis: str, positions: NDArray[np.float64], texts: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({"axis": axis, "position": positions, "text": texts})


def _placed(
    factor: Factor, codes: NDArray[np.int64]
) -> tuple[NDArray[np.float64], list[tuple[float, str]]]:
    """Where the values of runs, the best first, lie on their axis, and what is written there."""
    import numpy as np

    if len(factor.values) > MOST_VALUES and factor.is_numeric:
        return _on_a_scale(factor, codes)
    n = len(factor.values)
    positions = np.empty(len(codes))
    for code in range(n):
        own = np.flatnonzero(codes == code)
        spread = np.linspace(0.5, -0.5, len(own)) if len(own) > 1 else np.zeros(len(own))
        positions[own] = (code + 0.5 + _FILLED * spread) / n
    shown = range(n) if n <= MOST_VALUES else [0, n - 1]
    return positions, [((code + 0.5) / n, factor.values[code]) for code in shown]


def _on_a_scale(
    factor: Factor, codes: NDArray[np.int64]
) -> tuple[NDArray[np.float64], list[tuple[float, str]]]:
    """Numbers by their size; what is no number lies below the axis's lower end."""
    import numpy as np

    numbers = np.array(factor.numbers)
    sizes = np.log(numbers) if factor.is_log else numbers
    low, high = float(np.nanmin(sizes)), float(np.nanmax(sizes))
    none = bool(np.isnan(numbers).any())
    start = 0.08 if none else 0.0
    places = np.where(np.isnan(sizes), 0.0, start + (1 - start) * (sizes - low) / (high - low))
    marks = [
        (start + (1 - start) * share, number_text(_unscaled(low + share * (high - low), factor)))
        for share in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    rest = [(0.0, "none")] if none else []
    return places[codes], [*rest, *marks]


def _unscaled(size: float, factor: Factor) -> float:
    return math.exp(size) if factor.is_log else size
