"""The rows that a kept model was asked about, in the form that it takes, by the examples' ids.

What people see of an example is not always what the model saw: of a picture it saw numbers. So a
kept model has its inputs beside it, unless they are the texts that are shown anyway.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from diagnostics.errors import DiagnosticsError

#: Said in place of a file's name where the examples' own text is what the model takes.
TEXT = "text"
FRAME, ARRAY, SPARSE = "inputs.parquet", "inputs.npz", "inputs-sparse.npz"
IDS = "inputs-ids.json"


def write_inputs(folder: Path, X: Any, ids: Sequence[str]) -> str:
    """Keep rows beside their model; what to say of them in the description.

    Parameters
    ----------
    folder
        Where the model is kept.
    X
        The rows as the model takes them: texts, a pandas frame, an array or a sparse matrix.
    ids
        The example's id of every row; of an id that comes again the first row counts.

    Returns
    -------
    `text`, or the name of the file; "" for rows that cannot be kept.
    """
    first = {name: at for at, name in reversed(list(enumerate(ids)))}
    places = sorted(first.values())
    if _is_texts(X):
        return TEXT
    kept = [ids[at] for at in places]
    if hasattr(X, "tocsr"):
        from scipy.sparse import csr_array, save_npz

        save_npz(folder / SPARSE, csr_array(X.tocsr()[places]))
        return _with_ids(folder, SPARSE, kept)
    if hasattr(X, "to_parquet"):  # pandas: its own types come back with it
        rows = X.iloc[places].reset_index(drop=True)
        rows.columns = [str(name) for name in rows.columns]
        rows.to_parquet(folder / FRAME)
        return _with_ids(folder, FRAME, kept)
    array = np.asarray(X)
    if array.dtype.kind not in "biuf" or array.ndim < 2:
        return ""
    np.savez_compressed(folder / ARRAY, rows=array[places])
    return _with_ids(folder, ARRAY, kept)


def _with_ids(folder: Path, name: str, ids: Sequence[str]) -> str:
    import json

    (folder / IDS).write_text(json.dumps(list(ids), ensure_ascii=False), encoding="utf-8")
    return name


def _is_texts(X: Any) -> bool:
    if getattr(X, "ndim", 1) != 1 or hasattr(X, "tocsr") or not len(X):
        return False
    return isinstance(next(iter(X)), str)


def read_inputs(path: Path, examples: Sequence[str]) -> Any:
    """The rows of these examples, in their order, from what `write_inputs` wrote.

    Parameters
    ----------
    path
        The file that it named.
    examples
        Ids.

    Raises
    ------
    DiagnosticsError
        If the file is gone or broken, or an example is not in it.
    """
    ids = input_ids(path)
    try:
        rows = _read(path)
    except Exception as error:
        raise _unreadable(path, error) from error
    places = {name: at for at, name in enumerate(ids)}
    missing = [name for name in examples if name not in places]
    if missing:
        raise DiagnosticsError(
            f"The model's inputs have no example {missing[0]!r}.", hint="Record the run again."
        )
    wanted = [places[name] for name in examples]
    return rows.iloc[wanted].reset_index(drop=True) if hasattr(rows, "iloc") else rows[wanted]


def input_ids(path: Path) -> list[str]:
    """The examples' ids of the rows that `write_inputs` wrote, in their order.

    Raises
    ------
    DiagnosticsError
        If they cannot be read.
    """
    import json

    try:
        return [str(name) for name in json.loads((path.parent / IDS).read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> DiagnosticsError:
    said = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    return DiagnosticsError(
        f"The model's inputs {path.name} cannot be read: {said}", hint="Record the run again."
    )


def _read(path: Path) -> Any:
    if path.name == FRAME:
        import pandas as pd

        return pd.read_parquet(path)
    if path.name == SPARSE:
        from scipy.sparse import load_npz

        return load_npz(path)
    with np.load(path, allow_pickle=False) as kept:
        return kept["rows"]
