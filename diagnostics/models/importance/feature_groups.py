"""Columns that say the same, taken together: shuffled one by one they would hide each other.

The columns that a category was taken apart into go together, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnostics.errors import DiagnosticsError, unknown_name
from diagnostics.models.evaluated_inputs import Evaluated

#: Columns whose rank correlation (Spearman's, either sign) is about 0.7 or more are one group: the
#: mean distance 1 - |rho| between the members of two groups at which they are joined.
DISTANCE = 0.3
#: Rows that the correlations are taken over, and columns that are held against each other.
ROWS, COLUMNS = 2000, 600
#: What stands between a category's name and its value where it was taken apart into columns.
SEPARATORS = (" = ", "=", "__", "_", ".", ":", "-")
#: Members that a group's name lists.
NAMED = 2


@dataclass(frozen=True)
class Group:
    """Columns of the input by their places, and what they are called together."""

    name: str
    columns: tuple[int, ...]
    members: tuple[str, ...]


def single_columns(names: Sequence[str]) -> list[Group]:
    """Every column for itself."""
    return [Group(name, (at,), (name,)) for at, name in enumerate(names)]


def named_groups(names: Sequence[str], groups: Mapping[str, Sequence[str]]) -> list[Group]:
    """The groups that were given by name, and every other column for itself.

    Raises
    ------
    DiagnosticsError
        If a group names a column that is not there.
    """
    places = {name: at for at, name in enumerate(names)}
    chosen, used = [], set()
    for title, members in groups.items():
        for member in members:
            if member not in places:
                raise unknown_name("column", member, list(names))
        chosen.append(Group(title, tuple(places[m] for m in members), tuple(members)))
        used |= set(members)
    return chosen + [one for one in single_columns(names) if one.name not in used]


def parse_group(text: str) -> tuple[str, list[str]]:
    """A group as it is written in the terminal: `name=column,column`.

    Raises
    ------
    DiagnosticsError
        If it has no name or no columns.
    """
    name, _, columns = text.partition("=")
    members = [column.strip() for column in columns.split(",") if column.strip()]
    if not name.strip() or not members:
        raise DiagnosticsError(
            f"--group {text!r} is no group.", hint="Write --group name=column,column."
        )
    return name.strip(), members


def correlated_groups(evaluated: Evaluated) -> list[Group]:
    """Columns of one category, numeric columns by their rank correlation, and the rest alone.

    Columns of one category are those of `one_hot_columns`. The others are clustered: average
    linkage on 1 - |Spearman's rho| over the evaluated rows, cut at `DISTANCE`. Columns that are
    constant or have gaps stay alone. With more than `COLUMNS` of them none is clustered.
    """
    names = evaluated.names
    numbers = numeric_columns(evaluated)
    coded = one_hot_columns(names, numbers)
    groups = [
        Group(prefix, tuple(columns), tuple(names[at] for at in columns))
        for prefix, columns in coded.items()
    ]
    used = {at for columns in coded.values() for at in columns}
    usable = [
        at
        for at, values in numbers.items()
        if at not in used and np.isfinite(values).all() and np.ptp(values)
    ]
    members: dict[int, list[int]] = {}
    if 2 <= len(usable) <= COLUMNS:
        clusters = _clusters(np.column_stack([numbers[at] for at in usable]))
        for at, cluster in zip(usable, clusters, strict=True):
            members.setdefault(int(cluster), []).append(at)
    clustered = {at for columns in members.values() for at in columns}
    alone = [[at] for at in range(len(names)) if at not in used | clustered]
    groups += [_group(names, columns) for columns in [*members.values(), *alone]]
    return sorted(groups, key=lambda group: group.columns[0])


def one_hot_columns(
    names: Sequence[str], numbers: Mapping[int, NDArray[np.float64]]
) -> dict[str, list[int]]:
    """The places of columns that are one category, taken apart: `town_Rome`, `town_Oslo`.

    Their names begin alike, up to the first of `SEPARATORS` that does it; they hold nothing but 0
    and 1; and no row has two of them. Two columns must have one in every row, for two rare facts
    may well exclude each other by chance.
    """
    by_prefix: dict[str, list[int]] = {}
    used: set[int] = set()
    binary = {at: values for at, values in numbers.items() if np.isin(values, (0, 1)).all()}
    for separator in SEPARATORS:
        alike: dict[str, list[int]] = {}
        for at in binary:
            prefix, _, rest = names[at].partition(separator)
            if at not in used and prefix and rest:
                alike.setdefault(prefix, []).append(at)
        for prefix, columns in alike.items():
            if len(columns) < 2 or prefix in names or prefix in by_prefix:
                continue
            a_row = np.sum([binary[at] for at in columns], axis=0)
            if a_row.max() == 1 and (len(columns) > 2 or a_row.min() == 1):
                by_prefix[prefix] = columns
                used |= set(columns)
    return by_prefix


def _group(names: Sequence[str], columns: Sequence[int]) -> Group:
    own = tuple(names[at] for at in columns)
    rest = len(own) - NAMED
    title = ", ".join(own[:NAMED]) + (f" and {rest} more" if rest > 0 else "")
    return Group(title, tuple(columns), own)


def _clusters(values: NDArray[np.float64]) -> NDArray[np.int64]:
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    distances = 1 - np.abs(spearman(values))
    distances = np.clip((distances + distances.T) / 2, 0, None)
    np.fill_diagonal(distances, 0)
    tree = linkage(squareform(distances, checks=False), "average")
    return np.asarray(fcluster(tree, DISTANCE, "distance"), dtype=np.int64)


def spearman(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Spearman's rank correlation between all columns; ties have their mean rank."""
    import pandas as pd

    ranks = pd.DataFrame(values).rank().to_numpy()
    return np.atleast_2d(np.corrcoef(ranks, rowvar=False))


def numeric_columns(evaluated: Evaluated, most: int = ROWS) -> dict[int, NDArray[np.float64]]:
    """The columns of the input that are numbers, by their places; `most` rows of them at most."""
    rows, _ = evaluated.all_rows
    numbers_of = {}
    if evaluated.form == "texts":
        return {}
    if evaluated.form == "frame":
        for at in range(len(evaluated.names)):
            values = rows.iloc[:most, at]
            if values.dtype.kind in "biuf":
                numbers_of[at] = values.to_numpy(dtype=float, na_value=np.nan)
        return numbers_of
    part = rows[:most]
    dense = part.toarray() if evaluated.form == "sparse" else np.asarray(part, float)
    dense = dense.reshape(len(dense), -1).astype(float)
    return {at: dense[:, at] for at in range(dense.shape[1])}


def column_values(rows: Any, column: int) -> NDArray[Any]:
    """One column of rows of any form that has columns."""
    if hasattr(rows, "iloc"):
        return np.asarray(rows.iloc[:, column])
    if hasattr(rows, "tocsc"):
        return np.asarray(rows.tocsc()[:, [column]].toarray()).ravel()
    return np.asarray(rows).reshape(len(rows), -1)[:, column]
