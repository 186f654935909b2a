"""The files that hold a search's results, as columns of plain values, whatever wrote them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from diagnostics.readers import Folder, delimited
from diagnostics.readers.search_tables import cv_results_files, is_cv_results

#: A column's name and its values, one for each candidate; text tables have texts only.
Columns = dict[str, list[Any]]

_PICKLES = (".pkl", ".pickle", ".joblib", ".sav")
_NAMED = re.compile(r"cv_?results|(grid|random(ized)?|halving|bayes)_?search", re.IGNORECASE)
_INSIDE = re.compile(rb"mean_test_\w+|cv_results_")
#: Types in a whole search object that hold settings and run nothing when they are made.
_HARMLESS = re.compile(
    r"sklearn\.(metrics\._scorer\._PassthroughScorer|model_selection\._split\.\w+)"
)
_CUT_OFF = "It may have been cut off while it was written: save it again."
_TRUST = (
    "Opening a pickle runs the code in it. If you made it yourself, or trust whoever did, add "
    "--trust-pickles; otherwise save pandas.DataFrame(search.cv_results_) as csv or Parquet."
)


class Unreadable(Exception):  # noqa: N818 - carries a problem to the reader's door
    """A file that is a search's and cannot be read: `code`, `what` and `hint` of the problem."""

    def __init__(self, code: str, what: str, hint: str) -> None:
        super().__init__(what)
        self.code, self.what, self.hint = code, what, hint


def search_files(folder: Folder) -> list[str]:
    """The files of a folder that hold the results of searches, by name."""
    others = [f.name for f in folder.with_suffix(".skops") if _is_search(folder, f.name)]
    others += [f.name for f in folder.with_suffix(*_PICKLES) if _is_search(folder, f.name)]
    return sorted([*cv_results_files(folder), *others])


def _is_search(folder: Folder, name: str) -> bool:
    """By its name, or by a name of a column in its head; compressed ones have only the former."""
    return bool(_NAMED.search(name)) or bool(_INSIDE.search(folder.head(name)))


def read_columns(folder: Folder, name: str) -> Columns:
    """A file's columns: equally long, with the names that scikit-learn gives them.

    Raises
    ------
    Unreadable
        If it is broken, empty, holds something else, or is a pickle that may not be opened.
    """
    suffix = Path(name).suffix.lower()
    reader = _pickled if suffix in _PICKLES else _READERS[suffix]
    try:
        columns = reader(folder, name)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError) as error:
        what = " ".join(f"{name} is not readable: {error}".split())[:300]
        raise Unreadable("unreadable-file", what, _CUT_OFF) from error
    lengths = {len(values) for values in columns.values()}
    if not columns or not is_cv_results(columns) or len(lengths) > 1:
        what = f"{name} holds no cv_results_."
        raise Unreadable("not-cv-results", what, "Save search.cv_results_ in its place.")
    if lengths == {0}:
        raise Unreadable("no-rows", f"{name} has a header and no candidates.", _CUT_OFF)
    return columns


def _text_table(folder: Folder, name: str) -> Columns:
    header, *rows = delimited.rows(folder.path / name)
    ragged = next((n for n, row in enumerate(rows, 2) if len(row) != len(header)), None)
    if ragged is not None:
        n = len(rows[ragged - 2])
        raise Unreadable(
            "ragged-rows",
            f"Line {ragged} of {name} has {n} cells where the header has {len(header)}.",
            _CUT_OFF,
        )
    return _unique(header, [[row[at] for row in rows] for at in range(len(header))])


def _unique(header: Sequence[str], values: list[list[Any]]) -> Columns:
    """A column that occurs twice counts as it came first."""
    columns: Columns = {}
    for name, column in zip(header, values, strict=True):
        columns.setdefault(name, column)
    return columns


def _json(folder: Folder, name: str) -> Columns:
    """The forms that pandas writes, and a plain mapping of lists."""
    content = folder.json(name)
    # pandas' orient="split" has columns beside data, orient="table" a schema and records.
    if isinstance(content, dict) and isinstance(content.get("data"), list):
        if "columns" in content:
            rows = content["data"]
            names = [str(entry) for entry in content["columns"]]
            return _unique(names, [[row[at] for row in rows] for at in range(len(names))])
        content = content["data"]
    if isinstance(content, list):
        names = list(dict.fromkeys(key for row in content for key in row))
        return {key: [row.get(key) for row in content] for key in names}
    by_column = all(isinstance(values, dict) for values in content.values())
    if by_column and not is_cv_results(content):  # by row: {"0": {"params": …}, …}
        return {key: [row.get(key) for row in content.values()] for key in _first(content)}
    return {
        key: list(values.values()) if isinstance(values, dict) else list(values)
        for key, values in content.items()
    }


def _first(content: Mapping[str, Any]) -> Any:
    return next(iter(content.values()), {})


def _parquet(folder: Folder, name: str) -> Columns:
    import polars as pl

    try:
        frame = pl.read_parquet(folder.path / name, glob=False)
    except pl.exceptions.PolarsError as error:
        raise ValueError(str(error)) from error
    return frame.to_dict(as_series=False)


def _skops(folder: Folder, name: str) -> Columns:
    import skops.io

    path = folder.path / name
    try:
        untrusted = skops.io.get_untrusted_types(file=path)
    except BadZipFile as error:
        raise ValueError(str(error)) from error
    unknown = [kind for kind in untrusted if not _HARMLESS.fullmatch(kind)]
    if unknown:
        raise Unreadable(
            "untrusted-types",
            f"{name} holds types that are not trusted: {', '.join(unknown[:5])}.",
            "Save search.cv_results_ alone, with skops.io.dump, or as csv.",
        )
    return _plain_columns(skops.io.load(path, trusted=untrusted), name)


def _pickled(folder: Folder, name: str) -> Columns:
    if not folder.trust_pickles:
        what = f"{name} seems to hold the results of a search, as a pickle."
        raise Unreadable("pickle-not-opened", what, _TRUST)
    import joblib

    try:
        content = joblib.load(folder.path / name)  # reads plain pickles as well
    except Exception as error:
        what = " ".join(f"{name} cannot be opened: {type(error).__name__}: {error}".split())[:300]
        hint = "Open it with the versions of the libraries that wrote it, and save it as csv."
        raise Unreadable("unreadable-file", what, hint) from error
    return _plain_columns(content, name)


def _plain_columns(content: Any, name: str) -> Columns:
    """The columns of a `cv_results_`, of a frame made from it, or of the search that has it."""
    results = getattr(content, "cv_results_", content)
    if hasattr(results, "to_dict"):
        results = results.to_dict("list")
    if not isinstance(results, Mapping):
        what = f"{name} holds a {type(content).__name__}, and no search."
        raise Unreadable("not-cv-results", what, "Save search.cv_results_ in its place.")
    return {str(key): _values(column) for key, column in results.items()}


def _values(column: Any) -> list[Any]:
    """A column as plain values, None where a masked array has nothing."""
    return list(column.tolist() if hasattr(column, "tolist") else column)


_READERS: dict[str, Callable[[Folder, str], Columns]] = {
    ".csv": _text_table,
    ".tsv": _text_table,
    ".json": _json,
    ".parquet": _parquet,
    ".skops": _skops,
}


def number(value: Any) -> float | None:
    """A cell as a number: NaN where it is empty, None where it is something else."""
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return math.nan
        if "_" in text:  # Python reads 20_80 as 2080
            return None
        try:
            return float(text)
        except ValueError:
            return _with_decimal_comma(text)
    if value is None:
        return math.nan
    return float(value) if isinstance(value, int | float) else None


def _with_decimal_comma(text: str) -> float | None:
    try:
        return float(text.replace(",", ".")) if text.count(",") == 1 else None
    except ValueError:
        return None
