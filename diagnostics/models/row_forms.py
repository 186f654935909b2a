"""What is done with rows, whatever form they have: some taken, joined, their columns shuffled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Form = Literal["texts", "frame", "array", "sparse"]


def form_of(rows: Any) -> Form:
    """What kind of rows they are."""
    if isinstance(rows, list):
        return "texts"
    if hasattr(rows, "iloc"):
        return "frame"
    return "sparse" if hasattr(rows, "tocsr") else "array"


def taken(rows: Any, places: Sequence[int] | NDArray[np.integer]) -> Any:
    """Some of the rows, in the order of the places."""
    if isinstance(rows, list):
        return [rows[int(at)] for at in places]
    if hasattr(rows, "iloc"):
        return rows.iloc[np.asarray(places)].reset_index(drop=True)
    return rows[np.asarray(places)]


def joined(parts: Sequence[Any]) -> Any:
    """Rows one after another."""
    first = parts[0]
    if len(parts) == 1:
        return first
    if isinstance(first, list):
        return [row for part in parts for row in part]
    if hasattr(first, "iloc"):
        import pandas as pd

        return pd.concat(parts, ignore_index=True)
    if hasattr(first, "tocsr"):
        from scipy.sparse import vstack

        return vstack(parts, format="csr")
    return np.concatenate(parts)


def shuffled(rows: Any, orders: NDArray[np.int64], columns: Sequence[int]) -> Any:
    """The rows once for each order, with these columns taken from the rows in that order."""
    times, n = orders.shape
    same, other = np.tile(np.arange(n), times), orders.ravel()
    chosen = list(columns)
    if hasattr(rows, "iloc"):
        big = rows.iloc[same].reset_index(drop=True)
        names = [rows.columns[at] for at in chosen]
        return big.assign(**{str(name): rows[name].iloc[other].array for name in names})
    if hasattr(rows, "tocsr"):
        from scipy.sparse import diags_array

        keep = np.ones(rows.shape[1])
        keep[chosen] = 0
        mixed = rows[same] @ diags_array(keep) + rows[other] @ diags_array(1 - keep)
        return mixed.tocsr()
    flat = rows.reshape(n, -1)
    changed = flat[same]
    changed[:, chosen] = flat[other][:, chosen]
    return changed.reshape(times * n, *rows.shape[1:])


def columns_that_differ(rows: Any) -> NDArray[np.bool_]:
    """Whether each column has two values or more; missing is one as any other."""
    if hasattr(rows, "iloc"):
        return np.array([column.nunique(dropna=False) > 1 for _, column in rows.items()], bool)
    if hasattr(rows, "tocsc"):
        n = rows.shape[0]
        low, high = rows.min(axis=0), rows.max(axis=0)
        ends = [np.asarray(end.toarray(), float).ravel() for end in (low, high)]
        return np.asarray((ends[0] != ends[1]) & (n > 1), bool)
    flat = np.asarray(rows).reshape(len(rows), -1)
    is_gap = flat[0] != flat[0]
    return np.asarray(((flat != flat[0]) & ~(is_gap & (flat != flat))).any(axis=0), bool)
