"""The importances of several runs beside each other: by rank, for sizes of methods differ."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from diagnostics.models.importance.importances import Importances

if TYPE_CHECKING:
    import pandas as pd

#: How much rank-biased overlap looks at the top: each place counts this much of the one before.
PERSISTENCE = 0.9


def rank_biased_overlap(
    first: Sequence[Hashable], second: Sequence[Hashable], persistence: float = PERSISTENCE
) -> float:
    """How far two ranked lists agree, their tops most: 1 for equal lists, 0 for disjoint ones.

    Webber, Moffat and Zobel (2010), extrapolated, over the length of the shorter list. NaN where a
    list is empty.
    """
    depth = min(len(first), len(second))
    if not depth:
        return float("nan")
    seen_first: set[Hashable] = set()
    seen_second: set[Hashable] = set()
    total = agreement = 0.0
    for at in range(depth):
        seen_first.add(first[at])
        seen_second.add(second[at])
        agreement = len(seen_first & seen_second) / (at + 1)
        total += agreement * persistence ** (at + 1)
    return float(agreement * persistence**depth + (1 - persistence) / persistence * total)


def compared_ranks(
    runs: Mapping[str, Importances], *, label: str | None = None, top: int = 30
) -> pd.DataFrame:
    """Each feature's rank in every run.

    Parameters
    ----------
    runs
        By the run's name, the one on screen first.
    label
        A label's importances; runs that have none of it are left out.
    top
        Features that are among the first so many of any run.

    Returns
    -------
    `feature`, a column of ranks for each run (NaN where it has no such feature), and `change`: by
    how many places the ranks differ at most. In the order of the first run.
    """
    import pandas as pd

    tables = {
        name: found.table(label)
        for name, found in runs.items()
        if label is None or label in found.labels
    }
    shown = dict.fromkeys(
        feature for table in tables.values() for feature in table["feature"].head(top)
    )
    frame = pd.DataFrame({"feature": list(shown)})
    for name, table in tables.items():
        ranks = dict(zip(table["feature"], table["rank"].astype(float), strict=True))
        frame[name] = [ranks.get(feature, np.nan) for feature in shown]
    places = frame[list(tables)].to_numpy(float) if tables else np.zeros((len(frame), 0))
    known = (~np.isnan(places)).sum(axis=1) > 1
    frame["change"] = np.nan
    if known.any():
        spread = np.nanmax(places[known], axis=1) - np.nanmin(places[known], axis=1)
        frame.loc[known, "change"] = spread
    if tables:
        frame = frame.sort_values([next(iter(tables)), "feature"], kind="stable")
    return frame.reset_index(drop=True)


def agreements(runs: Mapping[str, Importances], *, label: str | None = None) -> pd.DataFrame:
    """How far each run agrees with the first on what matters.

    Returns
    -------
    `run`, `shared` (features that both have), `spearman` (of their ranks; NaN with fewer than
    three) and `overlap` (rank-biased, of whole lists).
    """
    import pandas as pd

    tables = {
        name: found.table(label)
        for name, found in runs.items()
        if label is None or label in found.labels
    }
    rows = []
    names = list(tables)
    for name in names[1:]:
        first, second = tables[names[0]], tables[name]
        both = first.merge(second, on="feature", suffixes=("", "_other"))
        rows.append(
            {
                "run": name,
                "shared": len(both),
                "spearman": _spearman(both["rank"].to_numpy(), both["rank_other"].to_numpy()),
                "overlap": rank_biased_overlap(list(first["feature"]), list(second["feature"])),
            }
        )
    return pd.DataFrame(rows, columns=["run", "shared", "spearman", "overlap"])


def _spearman(first: np.ndarray, second: np.ndarray) -> float:
    from diagnostics.models.importance.feature_groups import spearman

    if len(first) < 3 or not np.ptp(first) or not np.ptp(second):
        return float("nan")
    return float(spearman(np.column_stack([first, second]).astype(float))[0, 1])
