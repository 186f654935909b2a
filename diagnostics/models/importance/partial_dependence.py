"""How the answer moves with one feature: partial dependence and the curves of single rows.

Friedman (2001): the mean over the rows of what the model says when the feature alone is set to a
value; Goldstein et al. (2015) draw each row's own curve, which shows what a mean hides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from diagnostics.errors import DiagnosticsError
from diagnostics.models.evaluated_inputs import Evaluated, asking
from diagnostics.models.importance.feature_groups import column_values
from diagnostics.models.row_forms import taken

if TYPE_CHECKING:
    import pandas as pd

#: Values that a number is set to: from the 5th to the 95th percentile; categories at most.
GRID, CATEGORIES = 24, 20
EDGES = (0.05, 0.95)
#: Rows that the mean is over, and rows whose own curves are kept.
ROWS, CURVES = 400, 60


@dataclass(frozen=True, eq=False)
class Dependence:
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


def dependence(
    evaluated: Evaluated,
    column: int,
    label: str,
    *,
    grid: list[Any] | None = None,
    rows: int = ROWS,
    curves: int = CURVES,
    seed: int = 0,
) -> Dependence:
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
    n = sum(len(part.places) for part in evaluated.parts)
    random = np.random.default_rng(seed)
    asked = np.zeros(n, bool)
    asked[random.permutation(n)[:rows]] = True
    surfaces, places, own = [], [], []
    start = 0
    for part in evaluated.parts:
        kept = np.flatnonzero(asked[start : start + len(part.places)])
        start += len(part.places)
        if not len(kept):
            continue
        some = taken(part.rows, kept)
        answers = _chances(part.model, with_values(some, column, chosen_grid), label)
        surfaces.append(answers.reshape(len(chosen_grid), len(kept)))
        own.append(_chances(part.model, some, label))
        places.append(part.places[kept])
    surface, at = np.concatenate(surfaces, axis=1), np.concatenate(places)
    shown = np.sort(random.permutation(len(at))[:curves])
    words = chosen_grid if is_numeric else [str(value) for value in chosen_grid]
    names = np.array(evaluated.examples, object)
    of_example = dict(zip(_all_places(evaluated).tolist(), values.tolist(), strict=True))
    known = values[~pd.isna(values)]
    data_values = [of_example[int(place)] for place in at[shown]]
    return Dependence(
        evaluated.names[column],
        label,
        pd.DataFrame({"value": words, "probability": surface.mean(axis=1)}),
        pd.DataFrame(
            {
                "example": np.repeat(names[at[shown]], len(words)),
                "value": list(words) * len(shown),
                "probability": surface[:, shown].T.ravel(),
            }
        ),
        pd.DataFrame(
            {
                "example": names[at[shown]],
                "value": data_values if is_numeric else [str(one) for one in data_values],
                "probability": np.concatenate(own)[shown],
            }
        ),
        is_numeric,
        len(at),
        float(known.min()) if is_numeric else float("nan"),
        float(known.max()) if is_numeric else float("nan"),
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
