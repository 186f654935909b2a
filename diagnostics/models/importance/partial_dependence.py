"""How the answer moves with one feature: partial dependence and the curves of single rows.

Friedman (2001): the mean over the rows of what the model says when the feature alone is set to a
value; Goldstein et al. (2015) draw each row's own curve, which shows what a mean hides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from diagnostics.errors import DiagnosticsError
from diagnostics.models.evaluated_inputs import Evaluated, asking
from diagnostics.models.importance.feature_groups import column_values
from diagnostics.models.importance.importances import Figures
from diagnostics.models.row_forms import taken

if TYPE_CHECKING:
    import pandas as pd

#: Values that a number is set to: from the 5th to the 95th percentile; categories at most.
GRID, CATEGORIES = 24, 20
EDGES = (0.05, 0.95)
#: Rows that the mean is over, and rows whose own curves are kept.
ROWS, CURVES = 400, 60


@dataclass(frozen=True, eq=False)
class PartialDependence:
    """How one label's probability depends on one feature.

    `mean` has `value` and `probability`; `curves` has `example`, `value`, `probability` of some
    rows; `data` has `example`, `value` and `probability` (as it is) of those rows. `is_numeric`
    tells numbers from categories, which are text. `low` and `high` are the ends of the data.
    """

    feature: str
    label: str
    mean: pd.DataFrame
    curves: pd.DataFrame
    data: pd.DataFrame
    is_numeric: bool
    rows: int
    low: float = float("nan")
    high: float = float("nan")


def partial_dependence(
    evaluated: Evaluated,
    column: int,
    label: str,
    *,
    grid: list[Any] | None = None,
    rows: int = ROWS,
    curves: int = CURVES,
    seed: int = 0,
) -> PartialDependence:
    """Ask the models about the evaluated rows with one column set to one value after another.

    Parameters
    ----------
    column
        Its place among `evaluated.names`.
    label
        Whose probability; where a model gives none, whether it is the answer.
    grid
        The values; None for quantiles of a number, all where they are few, and of a category for
        the most frequent.
    rows, curves, seed
        At most so many rows are asked about and have their own curves; sampled with the seed.

    Raises
    ------
    DiagnosticsError
        If the models take texts, or no value is known.
    """
    import pandas as pd

    if evaluated.form == "texts":
        raise DiagnosticsError("A text has no columns to move.", hint="Take words out instead.")
    values = column_values(evaluated.all_rows[0], column)
    is_numeric = values.dtype.kind in "biuf"
    chosen_grid = grid_of(values) if grid is None else list(grid)
    if not chosen_grid:
        raise DiagnosticsError(f"No value of {evaluated.names[column]} is known.")
    random = np.random.default_rng(seed)
    n = sum(len(part.places) for part in evaluated.parts)
    chosen = np.zeros(n, bool)
    chosen[random.permutation(n)[:rows]] = True
    surface, own, places = _answers(evaluated, column, label, chosen_grid, chosen)
    shown = np.sort(random.permutation(len(places))[:curves])
    ticks = chosen_grid if is_numeric else [str(value) for value in chosen_grid]
    examples = np.array(evaluated.examples, object)[places[shown]]
    of_row = dict(zip(_all_places(evaluated).tolist(), values.tolist(), strict=True))
    own_values = [of_row[int(place)] for place in places[shown]]
    known = values[~pd.isna(values)]
    return PartialDependence(
        feature=evaluated.names[column],
        label=label,
        mean=pd.DataFrame({"value": ticks, "probability": surface.mean(axis=1)}),
        curves=_curves(examples, ticks, surface[:, shown]),
        data=pd.DataFrame(
            {
                "example": examples,
                "value": own_values if is_numeric else [str(value) for value in own_values],
                "probability": own[shown],
            }
        ),
        is_numeric=is_numeric,
        rows=len(places),
        low=float(known.min()) if is_numeric else float("nan"),
        high=float(known.max()) if is_numeric else float("nan"),
    )


def _answers(
    evaluated: Evaluated, column: int, label: str, grid: list[Any], chosen: NDArray[np.bool_]
) -> tuple[Figures, Figures, NDArray[np.int64]]:
    """Of the chosen rows the probability at each value (values × rows), as it is, and the places.

    Rows are chosen of all parts, one after another.
    """
    surfaces, own, places = [], [], []
    start = 0
    for part in evaluated.parts:
        kept = np.flatnonzero(chosen[start : start + len(part.places)])
        start += len(part.places)
        if not len(kept):
            continue
        some = taken(part.rows, kept)
        answers = _chances(part.model, with_values(some, column, grid), label)
        surfaces.append(answers.reshape(len(grid), len(kept)))
        own.append(_chances(part.model, some, label))
        places.append(part.places[kept])
    return np.concatenate(surfaces, axis=1), np.concatenate(own), np.concatenate(places)


def _curves(examples: NDArray[np.object_], ticks: list[Any], surface: Figures) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "example": np.repeat(examples, len(ticks)),
            "value": list(ticks) * len(examples),
            "probability": surface.T.ravel(),
        }
    )


def _all_places(evaluated: Evaluated) -> Any:
    return np.concatenate([part.places for part in evaluated.parts])


def grid_of(values: Any) -> list[Any]:
    """The values to try: all where there are few, else quantiles; of words the most frequent."""
    import pandas as pd

    known = values[~pd.isna(values)]
    if not len(known):
        return []
    if values.dtype.kind not in "biuf":
        counts = pd.Series(known).value_counts()
        return list(counts.index[:CATEGORIES])
    unique = np.unique(known)
    if len(unique) <= GRID:
        return [value.item() for value in unique]
    low, high = np.quantile(known.astype(float), EDGES)
    # Most rows have one value, and nothing lies between the percentiles.
    if low == high:
        low, high = float(unique[0]), float(unique[-1])
    return [float(value) for value in np.linspace(low, high, GRID)]


def with_values(rows: Any, column: int, grid: list[Any]) -> Any:
    """The rows once for each value, with one column set to it."""
    n = rows.shape[0]
    same = np.tile(np.arange(n), len(grid))
    if hasattr(rows, "iloc"):
        import pandas as pd

        big = rows.iloc[same].reset_index(drop=True)
        name = rows.columns[column]
        values = [value for value in grid for _ in range(n)]
        dtype = rows[name].dtype
        if dtype.kind in "biu":  # a number between two whole ones is one all the same
            dtype = None if any(isinstance(value, float) for value in grid) else dtype
        return big.assign(**{str(name): pd.Series(values, index=big.index, dtype=dtype)})
    if hasattr(rows, "tocsr"):
        from scipy.sparse import csr_array, diags_array

        keep = np.ones(rows.shape[1])
        keep[column] = 0
        column_of = np.full(len(same), column)
        filled = csr_array(
            (np.repeat(np.asarray(grid, float), n), (np.arange(len(same)), column_of)),
            shape=(len(same), rows.shape[1]),
        )
        return (rows[same] @ diags_array(keep) + filled).tocsr()
    flat = rows.reshape(n, -1)[same]
    if flat.dtype.kind in "biu":
        flat = flat.astype(float)
    flat[:, column] = np.repeat(np.asarray(grid, float), n)
    return flat.reshape(len(same), *rows.shape[1:])


def _chances(model: Any, rows: Any, label: str) -> np.ndarray:
    if label not in model.labels:
        return np.zeros(rows.shape[0])
    with asking():
        if model.has_probabilities:
            chances: np.ndarray = model.probabilities(rows)[:, model.labels.index(label)]
            return chances
        return np.array([float(answer == label) for answer in model.answers(rows)])
