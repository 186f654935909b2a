"""The fits of one candidate of a recorded search, read from a Parquet file each."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from diagnostics.readers import Folder
from diagnostics.workspace import Problem
from diagnostics.workspace.search_format import FIT, FIT_METADATA


@dataclass
class Fits:
    """A candidate's fits in the order of their folds: what each was, and its answers.

    `names` are what its files are called, without the beginning and the end.
    """

    fits: list[dict[str, Any]] = field(default_factory=list)
    tables: list[pl.DataFrame] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    created: str | None = None
    names: list[str] = field(default_factory=list)

    @cached_property
    def labels(self) -> list[str]:
        """Every class that any fit knew: a fold may lack a rare one."""
        return list(dict.fromkeys(label for fit in self.fits for label in fit["labels"]))

    @cached_property
    def rows(self) -> pl.Series:
        """Positions in the search's data, one for each answer."""
        return self._joined("row", pl.Int32)

    @cached_property
    def predicted_labels(self) -> pl.Series:
        """The answers as labels."""
        parts = [
            pl.Series(fit["labels"], dtype=pl.String)[table["predicted"]]
            for fit, table in zip(self.fits, self.tables, strict=True)
        ]
        return pl.concat(parts) if parts else pl.Series([], dtype=pl.String)

    @cached_property
    def folds(self) -> pl.Series:
        """The fold of each answer: as the search numbers it, else in the order of the rows."""
        numbers = [n if f["fold"] is None else f["fold"] for n, f in enumerate(self.fits)]
        parts = [
            pl.Series([number], dtype=pl.Int32).new_from_index(0, len(table))
            for number, table in zip(numbers, self.tables, strict=True)
        ]
        return pl.concat(parts) if parts else pl.Series([], dtype=pl.Int32)

    @cached_property
    def confidence(self) -> pl.Series | None:
        """The probability of the predicted label, where no vectors were kept."""
        if not any("confidence" in table.columns for table in self.tables):
            return None
        return self._joined("confidence", pl.Float64)

    @cached_property
    def probabilities(self) -> np.ndarray | None:
        """Shape (answers, labels); NaN for fits that gave none, 0 for classes a fit never saw."""
        if not any("probabilities" in table.columns for table in self.tables):
            return None
        parts = [
            self._vectors(fit["labels"], table)
            for fit, table in zip(self.fits, self.tables, strict=True)
        ]
        return np.concatenate(parts)

    @property
    def notes(self) -> list[str]:
        """What is said of the answers, each once."""
        return list(dict.fromkeys(fit["note"] for fit in self.fits if fit.get("note")))

    @property
    def fingerprint(self) -> str:
        """Equal for candidates that were fitted and tested on the same rows, fold by fold."""
        text = " ".join(str(fit.get("split")) for fit in self.fits)
        return blake2b(text.encode(), digest_size=8).hexdigest()

    def mean(self, name: str) -> float | None:
        """The mean of one of the fits' figures over those that did not fail."""
        values = [
            fit[name] for fit in self.fits if fit.get(name) is not None and not fit["failure"]
        ]
        return math.fsum(values) / len(values) if values else None

    def _joined(self, name: str, dtype: Any) -> pl.Series:
        parts = [
            table[name].cast(dtype)
            if name in table.columns
            else pl.Series(name, [None], dtype).new_from_index(0, len(table))
            for table in self.tables
        ]
        return pl.concat(parts) if parts else pl.Series(name, [], dtype)

    def _vectors(self, own: list[str], table: pl.DataFrame) -> np.ndarray:
        if "probabilities" not in table.columns:
            return np.full((len(table), len(self.labels)), np.nan, dtype=np.float32)
        recorded = table["probabilities"].to_numpy().astype(np.float32)
        if own == self.labels and recorded.shape[1] == len(own):
            return recorded
        vectors = np.zeros((len(table), len(self.labels)), dtype=np.float32)
        at = {label: index for index, label in enumerate(self.labels)}
        # A label that was answered and is not in classes_ comes last, and has no probability.
        vectors[:, [at[label] for label in own[: recorded.shape[1]]]] = recorded
        return vectors


def read_fits(folder: Folder) -> Fits:
    """The fits in a candidate's folder; one that cannot be read is a problem, the others count."""
    fits: list[tuple[dict[str, Any], pl.DataFrame, str]] = []
    problems = []
    files = [file for file in folder.with_suffix(".parquet") if file.name.startswith(FIT)]
    for file in files:
        try:
            written = pl.read_parquet_metadata(folder.path / file.name)[FIT_METADATA]
            table = pl.read_parquet(folder.path / file.name, glob=False)
            fits.append((json.loads(written), table, Path(file.name).stem.removeprefix(FIT)))
        except (pl.exceptions.PolarsError, OSError, KeyError, ValueError) as error:
            what = " ".join(f"{file.name} is not readable: {error}".split())[:300]
            hint = "The other folds are shown; record the search again for all of them."
            problems.append(Problem("unreadable-file", folder.where(file.name), what, hint))
    fits.sort(key=lambda entry: _order(entry[0]))
    newest = max((file.mtime_ns for file in files), default=None)
    return Fits(
        [fit for fit, _, _ in fits],
        [table for _, table, _ in fits],
        problems,
        None if newest is None else _time(newest),
        [name for _, _, name in fits],
    )


def _order(fit: dict[str, Any]) -> tuple[int, int, str]:
    return fit["fold"] or 0, fit.get("first_row") or 0, str(fit.get("split"))


def _time(nanoseconds: int) -> str:
    return datetime.fromtimestamp(nanoseconds / 1e9, UTC).isoformat(timespec="seconds")
