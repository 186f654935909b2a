"""Explanations in files beside a run: arrays, or a table with a row for each contribution.

The forms are described in docs/formats/kept-explanations.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnostics.errors import DiagnosticsError
from diagnostics.workspace.plain_values import label_text

ARRAYS, TABLE, TEXT_TABLE = "explanations.npz", "explanations.parquet", "explanations.csv"
FILES = (ARRAYS, TABLE, TEXT_TABLE)
#: What contributions may be in, as `Explanation.scale` has it.
SCALES = ("log-odds", "margin", "probability")
_HINT = "See docs/formats/kept-explanations.md for what it holds."
Figures = NDArray[np.float64]


@dataclass(frozen=True)
class Kept:
    """One example's contributions as a file has them.

    `contributions` are features × labels and `base` has a figure for each of `labels`; with one
    label of None they are of whatever label was answered. `values` are what the features were,
    None where the file has none; `scale` is "" where it was not said.
    """

    features: tuple[str, ...]
    values: tuple[Any, ...]
    contributions: Figures
    base: Figures
    labels: tuple[str | None, ...]
    scale: str = ""
    has_names: bool = True


def explanations_in(folder: Path) -> Path | None:
    """The folder's file of explanations, None if it has none."""
    return next((folder / name for name in FILES if (folder / name).is_file()), None)


def read_explanation(path: Path, example: str) -> Kept | None:
    """What a file says of an example, None if nothing.

    Raises
    ------
    DiagnosticsError
        If it is broken, or of another shape than is described.
    """
    if path.name == ARRAYS:
        return _from_arrays(_arrays(path, path.stat().st_mtime_ns), example)
    return _from_table(path, example)


def check_explanations(path: Path) -> None:
    """Raise what is wrong with a file of explanations.

    Raises
    ------
    DiagnosticsError
        If it is broken, or of another shape than is described.
    """
    if path.name == ARRAYS:
        _arrays(path, path.stat().st_mtime_ns)
    else:
        _columns(path)


def write_explanations(folder: Path, explanations: Any, ids: Sequence[str]) -> None:
    """Write explanations into a folder.

    Parameters
    ----------
    folder
        The run's folder.
    explanations
        shap's `Explanation`; a mapping of arrays (`values`, and `base`, `features`, `labels`,
        `data`, `scale`), with a row for each id; or a frame with `example`, `feature`,
        `contribution`, and `value`, `label`, `base` if there are any.
    ids
        The examples' ids in the order of the arrays' rows.

    Raises
    ------
    DiagnosticsError
        If shapes or columns do not fit.
    """
    if hasattr(explanations, "columns"):
        import narwhals.stable.v2 as nw

        path = folder / TABLE
        nw.from_native(explanations, eager_only=True).to_polars().write_parquet(path)
    else:
        path = folder / ARRAYS
        given = {"example": np.array(ids, str), **_arrays_of(explanations)}
        np.savez_compressed(path, **given)
    check_explanations(path)


def _arrays_of(explanations: Any) -> dict[str, Any]:
    if isinstance(explanations, Mapping):
        arrays = dict(explanations)
    else:  # as shap has it
        names = {"values": "values", "base": "base_values", "features": "feature_names",
                 "labels": "output_names", "data": "data"}  # fmt: skip
        arrays = {ours: getattr(explanations, theirs, None) for ours, theirs in names.items()}
    kept = {}
    for name, value in arrays.items():
        if value is None:
            continue
        if name in ("features", "labels"):
            value = [str(label_text(entry)) for entry in value]
        array = np.asarray(value)
        kept[name] = array.astype(str) if array.dtype == object else array
    return kept


@lru_cache(2)
def _arrays(path: Path, changed: int) -> dict[str, Any]:  # noqa: ARG001 - a key
    """The arrays, with all of them in the shapes that are described."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        values = np.asarray(arrays["values"], float)
        ids = [str(name) for name in arrays["example"].tolist()]
    except KeyError as error:
        raise _broken(path, f"It has no array {error}") from error
    except Exception as error:  # whatever a file that is no archive of numbers raises
        raise _broken(path, "It is no archive of arrays of numbers and texts") from error
    if values.ndim not in (2, 3):
        raise _broken(path, f"values has {values.ndim} dimensions, not 2 or 3")
    if values.ndim == 2:
        values = values[:, :, None]
    rows, features, labels = values.shape
    if len(ids) != rows:
        raise _broken(path, f"There are {len(ids)} examples for {rows} rows of values")
    names = arrays.get("features")
    if names is not None and len(names) != features:
        raise _broken(path, f"There are {len(names)} features for {features} columns of values")
    known = arrays.get("labels", arrays.get("label"))
    outputs: list[str | None] = [None] if known is None else list(map(str, np.atleast_1d(known)))
    if len(outputs) != labels:
        raise _broken(path, f"There are {len(outputs)} labels for {labels} in values")
    return {
        "values": values,
        "places": {name: at for at, name in enumerate(ids)},
        "features": names,
        "labels": tuple(outputs),
        "base": _bases(path, arrays.get("base", 0.0), rows, labels),
        "data": _data(path, arrays.get("data"), (rows, features)),
        "scale": _scale(path, arrays.get("scale", "")),
    }


def _bases(path: Path, base: Any, rows: int, labels: int) -> Figures:
    base = np.asarray(base, float)
    if base.ndim == 1 and labels == 1:
        base = base[:, None]
    try:
        return np.broadcast_to(base, (rows, labels))
    except ValueError as error:
        raise _broken(path, f"base has the shape {base.shape} for {labels} labels") from error


def _data(path: Path, data: Any, shape: tuple[int, int]) -> Any:
    if data is not None and np.shape(data) != shape:
        raise _broken(path, f"data has the shape {np.shape(data)}, and values {shape}")
    return data


def _scale(path: Path, scale: Any) -> str:
    said = str(scale)
    if said and said not in SCALES:
        raise _broken(path, f"The scale is {said!r}, and none of {', '.join(SCALES)}")
    return said


def _from_arrays(arrays: Mapping[str, Any], example: str) -> Kept | None:
    at = arrays["places"].get(example)
    if at is None:
        return None
    size, names = arrays["values"].shape[1], arrays["features"]
    data = arrays["data"]
    return Kept(
        features=tuple(map(str, names if names is not None else range(size))),
        values=(None,) * size if data is None else tuple(data[at].tolist()),
        contributions=arrays["values"][at],
        base=arrays["base"][at],
        labels=arrays["labels"],
        scale=arrays["scale"],
        has_names=names is not None,
    )


def _lazy(path: Path) -> Any:
    import polars as pl

    if path.suffix == ".parquet":
        return pl.scan_parquet(path, glob=False)
    return pl.scan_csv(path, infer_schema=False, glob=False)


def _columns(path: Path) -> list[str]:
    try:
        columns = list(_lazy(path).collect_schema().names())
    except Exception as error:  # whatever a file that is no table raises
        raise _broken(path, " ".join(f"{type(error).__name__}: {error}".split())[:200]) from error
    wanted = ("example", "weights") if "weights" in columns else (
        "example", "feature", "contribution",
    )  # fmt: skip
    missing = [name for name in wanted if name not in columns]
    if missing:
        raise _broken(path, f"It has no column {missing[0]!r}")
    return columns


def _from_table(path: Path, example: str) -> Kept | None:
    import polars as pl

    columns = _columns(path)
    try:
        rows = _lazy(path).filter(pl.col("example").cast(pl.String) == example).collect().to_dicts()
        if not rows:
            return None
        if "weights" in columns:
            rows = [{**rows[0], **entry} for entry in _weights(rows[0]["weights"])]
        return _from_rows(rows)
    except DiagnosticsError:
        raise
    except Exception as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise _broken(path, f"Of {example!r}: {said}") from error


def _weights(text: Any) -> list[dict[str, Any]]:
    """One example's weights: JSON of names and numbers, or a list of pairs."""
    found = json.loads(text) if isinstance(text, str) else text
    if isinstance(found, Mapping):
        found = list(found.items())
    rows = []
    for entry in found or []:
        name, weight = (
            (entry["feature"], entry["contribution"]) if isinstance(entry, Mapping) else entry
        )
        rows.append({"feature": name, "contribution": weight})
    return rows


def _from_rows(rows: Sequence[Mapping[str, Any]]) -> Kept:
    labels = tuple(dict.fromkeys(_text(row.get("label")) for row in rows)) or (None,)
    features = tuple(dict.fromkeys(str(row["feature"]) for row in rows))
    contributions = np.zeros((len(features), len(labels)))
    base, values = np.zeros(len(labels)), dict.fromkeys(features)
    places = {name: at for at, name in enumerate(features)}
    for row in rows:
        at, of = places[str(row["feature"])], labels.index(_text(row.get("label")))
        contributions[at, of] += float(row["contribution"])
        values[str(row["feature"])] = row.get("value")
        base[of] = float(row.get("base") or 0.0)
    scale = str(rows[0].get("scale") or "") if rows else ""
    return Kept(features, tuple(values.values()), contributions, base, labels,
                scale if scale in SCALES else "")  # fmt: skip


def _text(label: Any) -> str | None:
    return None if label in (None, "") else str(label)


def _broken(path: Path, what: str) -> DiagnosticsError:
    return DiagnosticsError(f"{path.name} cannot be used: {what.rstrip('.')}.", hint=_HINT)
