"""What the parameters did to the score: means by value, importance, pairs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from diagnostics.runs.parameters.surrogate import FEWEST_RUNS, LEAST_R2, Surrogate, surrogate
from diagnostics.runs.parameters.trials import Trials, coarse
from diagnostics.runs.parameters.variance_shares import Grid, full_grid, variance_shares
from diagnostics.runs.run_table import NOT_SET
from diagnostics.workspace.parameters import short_names

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

#: Fewer runs show no effect of anything.
FEWEST = 3
#: Of the interval of a mean.
LEVEL = 0.95


@dataclass(frozen=True, eq=False)
class Importance:
    """How much each parameter mattered, and how that was found.

    `shares` has `name` (parameters that cannot be told apart are joined by " + "), `parameters`
    (their names) and `share`, the largest first. `pairs` has `first`, `second` (as in `name`) and
    `share`: of a full grid all pairs and what each explains; of a forest those of `paired` that are
    seen to interact, and what each explains of runs that it has not seen. `rest` is what neither
    explains. With the method "none" there are no figures, and `reason` says why.
    """

    method: Literal["grid", "forest", "none"]
    shares: pd.DataFrame
    pairs: pd.DataFrame
    rest: float = math.nan
    r2: float = math.nan
    reason: str = ""
    paired: int = 0


def marginal_means(trials: Trials, name: str) -> pd.DataFrame:
    """The mean score at each value of a parameter, over whatever the other parameters were.

    Many values are taken together as `diagnostics.runs.parameters.trials.coarse` does. Runs that do
    not name the parameter are left out: their score is not its doing.

    Returns
    -------
    One row per value, in order: `value`, `code`, `n` runs, `mean`, `std` (of a sample, n - 1; NaN
    of one), `low` and `high` (the 95 % interval of the mean over runs, Student's t), `lowest`,
    `highest` and `best_run`.
    """
    import numpy as np
    import pandas as pd
    from scipy.special import stdtrit

    factor = coarse(trials.factor(name))
    rows = []
    for code, value in enumerate(factor.values):
        there = np.flatnonzero(factor.codes == code)
        if value == NOT_SET or not len(there):
            continue
        scores = trials.scores[there]
        n, mean = len(scores), float(scores.mean())
        std = float(scores.std(ddof=1)) if n > 1 else math.nan
        half = float(stdtrit(n - 1, (1 + LEVEL) / 2)) * std / math.sqrt(n) if n > 1 else math.nan
        best = trials.runs[there[scores.argmax() if trials.rises else scores.argmin()]]
        rows.append((value, code, n, mean, std, mean - half, mean + half,
                     float(scores.min()), float(scores.max()), best))  # fmt: skip
    columns = ["value", "code", "n", "mean", "std", "low", "high", "lowest", "highest", "best_run"]
    return pd.DataFrame(rows, columns=columns)


def run_values(trials: Trials, name: str) -> pd.DataFrame:
    """Each run's value of a parameter, as in `marginal_means`, with its score.

    Columns: `run`, `value`, `score`; runs that do not name the parameter are left out.
    """
    import pandas as pd

    factor = coarse(trials.factor(name))
    values = [factor.values[code] for code in factor.codes]
    frame = pd.DataFrame({"run": trials.runs, "value": values, "score": trials.scores})
    return frame[frame["value"] != NOT_SET].reset_index(drop=True)


def pair_means(trials: Trials, first: str, second: str) -> pd.DataFrame:
    """The mean score at every combination of two parameters' values that was tried.

    Columns: `first`, `second` (values), `first_code`, `second_code` (their places in order), `n`
    runs, `mean`, `best_run`; sorted by the codes.
    """
    import pandas as pd

    one, other = coarse(trials.factor(first)), coarse(trials.factor(second))
    keys = ["first_code", "second_code"]
    frame = pd.DataFrame(
        {keys[0]: one.codes, keys[1]: other.codes, "score": trials.scores, "run": trials.runs}
    ).sort_values("score", ascending=not trials.rises, kind="stable")
    cells = frame.groupby(keys, sort=True).agg(
        n=("score", "size"), mean=("score", "mean"), best_run=("run", "first")
    )
    cells = cells.reset_index()
    cells.insert(0, "first", [one.values[code] for code in cells["first_code"]])
    cells.insert(1, "second", [other.values[code] for code in cells["second_code"]])
    return cells


def importance(trials: Trials) -> Importance:
    """How much each parameter mattered: exact on a full grid, else by a forest, else the reason.

    On a full grid it is the functional analysis of variance (`variance_shares`). Otherwise a random
    forest predicts the scores and is asked which parameters it needs; it is not believed where it
    predicts runs that it has not seen with R² below `LEAST_R2`.
    """
    reason = _no_importance(trials)
    if reason:
        return _without(reason)
    grid = full_grid(trials)
    if grid is not None:
        return _of_grid(trials, grid)
    if len(trials.runs) < FEWEST_RUNS:
        return _without(
            f"These {len(trials.runs)} runs are no full grid, where every value is tried with "
            f"every other. A model of the scores needs {FEWEST_RUNS} runs or more."
        )
    model = surrogate(trials)
    if not model.r2 >= LEAST_R2:
        return _without(
            "These runs are no full grid, and a random forest cannot predict their scores from the "
            f"parameters: R² {model.r2:.2f} on runs it has not seen, and {LEAST_R2} is the least. "
            "What it says of single parameters would be chance."
        )
    return _of_forest(model)


def parameter_shares(weights: Importance) -> dict[str, float]:
    """The share of each parameter by itself; those that cannot be told apart have the same."""
    named = zip(weights.shares["parameters"], weights.shares["share"], strict=True)
    return {name: float(share) for names, share in named for name in names}


def _no_importance(trials: Trials) -> str:
    if len(trials.runs) < FEWEST:
        return f"{FEWEST} runs with a score are needed, and {len(trials.runs)} can be compared."
    if not trials.factors:
        return "No parameter differs between these runs."
    if float(trials.scores.max() - trials.scores.min()) == 0.0:
        return "All of these runs have the same score."
    if len(trials.factors) == 1:
        return "Only one parameter differs between these runs: the spread is its own and chance's."
    return ""


def _of_grid(found: Trials, grid: Grid) -> Importance:
    import pandas as pd

    shorter = short_names([factor.name for factor in found.factors])
    names = [" + ".join(shorter[name] for name in block) for block in grid.blocks]
    table = variance_shares(grid.scores)
    alone = table[table["second"] < 0]
    both = table[table["second"] >= 0]
    shares = pd.DataFrame({"name": names, "parameters": list(grid.blocks), "share": alone["share"]})
    pairs = pd.DataFrame(
        {
            "first": [names[axis] for axis in both["first"]],
            "second": [names[axis] for axis in both["second"]],
            "share": both["share"].to_numpy(),
        }
    )
    rest = max(0.0, 1.0 - float(table["share"].sum()))
    return Importance("grid", _sorted(shares), _sorted(pairs), rest)


def _of_forest(model: Surrogate) -> Importance:
    import pandas as pd

    shorter = short_names(list(model.weights))
    shares = pd.DataFrame(
        {
            "name": [shorter[name] for name in model.weights],
            "parameters": [(name,) for name in model.weights],
            "share": list(model.weights.values()),
        }
    )
    seen = [pair for pair in model.pairs if pair.is_seen]
    pairs = pd.DataFrame(
        {
            "first": [shorter[pair.first] for pair in seen],
            "second": [shorter[pair.second] for pair in seen],
            "share": [pair.gain for pair in seen],
        }
    )
    return Importance("forest", _sorted(shares), pairs, r2=model.r2, paired=len(model.pairs))


def _without(reason: str) -> Importance:
    import pandas as pd

    shares = pd.DataFrame({"name": [], "parameters": [], "share": []})
    return Importance("none", shares, _no_pairs(), reason=reason)


def _no_pairs() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({"first": [], "second": [], "share": []})


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values("share", ascending=False, kind="stable").reset_index(drop=True)


def noise_share(folds: NDArray[np.float64]) -> float:
    """How much of the spread between the runs' means the folds alone would make, 0 to 1.

    Parameters
    ----------
    folds
        The scores, a row for each run and a column for each fold that all of them share.

    Returns
    -------
    The mean square of the interaction of run and fold over that of the runs: 1 minus the
    reliability ICC(3, k) of Shrout and Fleiss 1979. Folds share training rows, so that it is rather
    too small. NaN for fewer than two runs or folds, or if the runs do not differ.
    """
    rows, columns = folds.shape
    if rows < 2 or columns < 2:
        return math.nan
    of_runs, of_folds = folds.mean(axis=1), folds.mean(axis=0)
    between = columns * float(((of_runs - folds.mean()) ** 2).sum()) / (rows - 1)
    rest = folds - of_runs[:, None] - of_folds[None] + folds.mean()
    within = float((rest**2).sum()) / ((rows - 1) * (columns - 1))
    return min(1.0, within / between) if between > 0 else math.nan


def joined(names: Sequence[str]) -> str:
    """Names as people list them: `C`, `gamma and C`, `a, b and c`."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
